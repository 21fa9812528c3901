//! `gate-hook waiver`: records an exception for a finding, adds approvals, checks and lists the register.

use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::cli::failure::{Exit, Failure};
use crate::cli::rulebook::{Rulebook, utf8};
use crate::cli::{Context, authored, gate, kept, random, registry, text};
use crate::finding::{Engine, Fingerprint, printable};
use crate::git::Repository;
use crate::policy::{
    self, Action, Agreement, Approves, Judge, Policy, PolicyError, Proofs, Reason, Register,
    Request, Scope, Standing, Verified, Waived, Waiver,
};
use crate::record::last_run::LastFinding;

/// How many days ahead an end is worth a word.
const SOON_DAYS: i32 = 14;

const EXAMPLES: &str = "\
A waiver is a section of docs/governance/security-waivers.md. Until its approvals are
there, the commit passes and CI asks for them.

Examples
  gate-hook waiver new --reason not-exploitable --mitigation \"templates are ours\" \\
    --rationale \"The sandbox renders only templates that ship with the program.\"
  gate-hook waiver approve w-1a2b3c4d
  gate-hook waiver check";

/// Record an exception: approved, dated, checked
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true, after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Write a waiver for a finding of the last run, and stage it
    New(Box<New>),
    /// Approve waivers: in your name, or as a review says
    Approve(Approve),
    /// Check the whole register; everything wrong is named with line and column
    Check(Check),
    /// List the waivers and what they are worth today
    List(List),
}

#[derive(Debug, clap::Args)]
pub(super) struct New {
    /// The finding; without it, the one that stopped the last run
    #[arg(long, value_name = "FINGERPRINT")]
    pub(super) finding: Option<Fingerprint>,
    /// Why it may stay: false-positive, not-exploitable, deferred-breaking,
    /// blocked-dependency or accepted-risk
    #[arg(long, value_name = "REASON", value_parser = parse_reason, hide_possible_values = true)]
    pub(super) reason: Reason,
    /// The reason in prose, at least 40 characters
    #[arg(long, value_name = "TEXT")]
    pub(super) rationale: String,
    /// What keeps it from doing harm
    #[arg(long, value_name = "TEXT")]
    pub(super) mitigation: Option<String>,
    /// The day by which it is fixed
    #[arg(long, value_name = "DATE")]
    pub(super) fix_by: Option<Date>,
    /// How it was made sure that a secret is none
    #[arg(long, value_name = "TEXT")]
    pub(super) verified: Option<String>,
    /// The last day on which it holds; by default as long as the policy allows
    #[arg(long, value_name = "DATE")]
    pub(super) expires: Option<Date>,
    /// The heading
    #[arg(long, value_name = "TEXT")]
    pub(super) title: Option<String>,
    /// Where it is discussed
    #[arg(long, value_name = "URL")]
    pub(super) pr: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Approve {
    /// The waivers
    #[arg(value_name = "ID", required_unless_present = "comments")]
    ids: Vec<String>,
    /// Your role, where you hold several
    #[arg(long, value_name = "ROLE", conflicts_with = "comments")]
    role: Option<String>,
    /// Where the agreement can be read
    #[arg(long = "ref", value_name = "URL", conflicts_with = "comments")]
    reference: Option<String>,
    /// Take approvals out of a review: comments as JSON, as GitHub gives them
    #[arg(long, value_name = "FILE")]
    comments: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Check {
    /// This register instead of the repository's
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn parse_reason(text: &str) -> Result<Reason, String> {
    let known = Reason::ALL.into_iter().find(|reason| reason.name() == text);
    known.ok_or_else(|| format!("one of {}", Reason::ALL.map(Reason::name).join(", ")))
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    match &arguments.what {
        What::New(new) => write_new(new, context),
        What::Approve(approve) => add_approvals(approve, context),
        What::Check(check) => check_register(check, context),
        What::List(list) => list_register(list, context),
    }
}

/// The register of the work tree with the policy that it stands under.
pub(super) struct Desk {
    repository: Box<dyn Repository>,
    root: PathBuf,
    path: String,
    text: String,
    policies: Vec<Policy>,
}

impl Desk {
    pub(super) fn open(context: &Context) -> Result<Self, Failure> {
        let repository = gate::open(context)?;
        let root = repository.layout().work_tree.clone().ok_or_else(|| {
            Failure::usage("a bare repository has no work tree, so no register can be written")
        })?;
        let policies = Rulebook::from_directory(Some(&root))?.policies;
        let path = registry::path(&policies);
        Ok(Self {
            text: registry::on_disk(&root, &path)?.unwrap_or_default(),
            path: path.to_text(),
            repository,
            root,
            policies,
        })
    }

    fn policy(&self) -> Policy {
        self.policies
            .first()
            .cloned()
            .unwrap_or_else(Policy::builtin)
    }

    pub(super) fn register(&self) -> Result<Register, PolicyError> {
        policy::parse_register(&self.path, &self.text)
    }

    /// Puts a waiver into the register; what cannot be read back is not written.
    pub(super) fn put(&mut self, waiver: &Waiver) -> Result<(), Failure> {
        let text = policy::insert_waiver(&self.path, &self.text, waiver)?;
        if let Err(error) = policy::parse_register(&self.path, &text) {
            let failure = Failure::usage(printable(&error.message));
            return Err(match error.hint {
                Some(hint) => failure.with_hint(hint),
                None => failure,
            });
        }
        self.text = text;
        Ok(())
    }

    pub(super) fn save(&self, context: &Context) -> Result<(), Failure> {
        authored::write(&self.root, &self.path, &self.text)?;
        authored::stage(context, &self.root, &self.path)
    }

    /// Returns how the policy calls whoever runs this.
    fn user(&self, context: &Context) -> Result<String, Failure> {
        let author = authored::author(context, self.repository.as_ref())?;
        let policy = self.policy();
        Ok(policy.people.name_of(&author).map_or(author, str::to_owned))
    }
}

fn today(context: &Context) -> Date {
    TimeZone::UTC.to_datetime(context.environment.now()).date()
}

fn write_new(new: &New, context: &Context) -> Result<Exit, Failure> {
    let mut desk = Desk::open(context)?;
    let run = kept::last_run(&desk.repository.layout().git_dir)?;
    let finding = meant(&run.findings, new.finding)?;
    let waiver = waiver_for(finding, new, &desk, context)?;
    desk.put(&waiver)?;
    desk.save(context)?;
    let policy = desk.policy();
    let judge = Judge {
        policy: &policy,
        proofs: &Proofs::default(),
        now: context.environment.now(),
    };
    let standing = judge.standing_as(&waiver, waiver.severity, None);
    let state = if matches!(standing, Standing::Pending(_)) {
        format!("it {}", standing.words())
    } else {
        standing.words()
    };
    context.terminal.say(&format!(
        "wrote and staged {} in {}\n  until {}; {}\n  next: git commit, then `gate-hook waiver approve {}` by those who may",
        waiver.id,
        printable(&desk.path),
        waiver.expires,
        printable(&state),
        waiver.id
    ));
    Ok(Exit::Passed)
}

/// Returns the finding that is to be waived.
fn meant(findings: &[LastFinding], named: Option<Fingerprint>) -> Result<&LastFinding, Failure> {
    if let Some(named) = named {
        return findings
            .iter()
            .find(|finding| finding.fingerprint == named)
            .ok_or_else(|| {
                Failure::usage(format!("`{named}` is not a finding of the last run"))
                    .with_hint("`gate-hook scan` looks again; its findings can then be named")
            });
    }
    let mut blocking: Vec<&LastFinding> = findings
        .iter()
        .filter(|finding| finding.action == Action::Block)
        .collect();
    blocking.dedup_by_key(|finding| finding.fingerprint);
    match blocking.as_slice() {
        [only] => Ok(only),
        [] => Err(Failure::usage("nothing stopped the last run")
            .with_hint("name the finding: `--finding FINGERPRINT`")),
        several => Err(
            Failure::usage(format!("{} findings stopped the last run", several.len()))
                .with_hint("name one of them: `--finding FINGERPRINT`"),
        ),
    }
}

pub(super) fn waiver_for(
    finding: &LastFinding,
    new: &New,
    desk: &Desk,
    context: &Context,
) -> Result<Waiver, Failure> {
    let today = today(context);
    let user = desk.user(context)?;
    let limits = desk.policy().waivers;
    let longest = match (finding.engine, new.reason) {
        (Engine::Secrets, Reason::FalsePositive) => policy::VERIFIED_SECRET_DAYS,
        _ => i32::try_from(limits.max_days_of(finding.severity).value).unwrap_or(14),
    };
    let place = finding.path.as_deref().unwrap_or(&finding.place);
    let title = new
        .title
        .clone()
        .unwrap_or_else(|| format!("{} in {}", finding.title, place));
    Ok(Waiver {
        id: format!("w-{:08x}", u32::from_be_bytes(random::bytes()?)),
        title: printable(&title),
        finding: Waived {
            engine: finding.engine,
            id: finding.rule.clone(),
            aliases: Vec::new(),
            package: None,
            fingerprint: Some(finding.fingerprint),
        },
        scope: Scope::default(),
        severity: finding.severity.max(crate::finding::Severity::Low),
        reason: new.reason,
        mitigation: new.mitigation.clone(),
        fix_by: new.fix_by,
        verified: new.verified.clone().map(|how| Verified {
            by: user.clone(),
            how,
        }),
        requested: Request {
            by: user,
            on: today,
            pr: new.pr.clone(),
        },
        approved: Vec::new(),
        expires: new
            .expires
            .unwrap_or_else(|| today.saturating_add(longest.days())),
        imported: None,
        rationale: text::wrap(&new.rationale, 100, 0),
        line: 0,
    })
}

fn add_approvals(approve: &Approve, context: &Context) -> Result<Exit, Failure> {
    let mut desk = Desk::open(context)?;
    let register = desk.register()?;
    let given: Vec<(Waiver, Agreement)> = match &approve.comments {
        Some(file) => said_in_review(approve, file, &register, &desk)?,
        None => in_own_name(approve, &register, &desk, context)?,
    };
    for (waiver, agreement) in &given {
        let mut waiver = policy::parse_register(&desk.path, &desk.text)?
            .waivers
            .into_iter()
            .find(|known| known.id == waiver.id)
            .expect("the waiver was found in this register");
        waiver.approved.push(agreement.clone());
        desk.put(&waiver)?;
        context.terminal.say(&format!(
            "{}: approved by {}",
            waiver.id,
            printable(&agreement.by)
        ));
    }
    if given.is_empty() {
        context.terminal.say("no approval to add");
    } else {
        desk.save(context)?;
    }
    Ok(Exit::Passed)
}

fn find<'r>(register: &'r Register, id: &str) -> Result<&'r Waiver, Failure> {
    let found = register.waivers.iter().find(|waiver| waiver.id == id);
    found.ok_or_else(|| {
        Failure::usage(format!("there is no waiver `{}`", printable(id)))
            .with_hint("`gate-hook waiver list` shows them")
    })
}

fn in_own_name(
    approve: &Approve,
    register: &Register,
    desk: &Desk,
    context: &Context,
) -> Result<Vec<(Waiver, Agreement)>, Failure> {
    let by = desk.user(context)?;
    let policy = desk.policy();
    let judge = Judge {
        policy: &policy,
        proofs: &Proofs::default(),
        now: context.environment.now(),
    };
    let agreement = |id: &String| {
        let waiver = find(register, id)?;
        if let Some(role) = &approve.role
            && !policy.people.holds(&by, role)
        {
            return Err(Failure::usage(format!(
                "{} does not hold the role `{}`",
                printable(&by),
                printable(role)
            ))
            .with_hint("the policy says who does, under [roles]"));
        }
        let usual = judge
            .roles_for(waiver)
            .into_iter()
            .find(|role| policy.people.holds(&by, role));
        let agreement = Agreement {
            by: by.clone(),
            role: approve.role.clone().or_else(|| usual.map(str::to_owned)),
            on: today(context),
            reference: approve.reference.clone(),
        };
        Ok((waiver.clone(), agreement))
    };
    approve.ids.iter().map(agreement).collect()
}

fn said_in_review(
    approve: &Approve,
    file: &Path,
    register: &Register,
    desk: &Desk,
) -> Result<Vec<(Waiver, Agreement)>, Failure> {
    let name = printable(&file.display().to_string());
    let bytes =
        std::fs::read(file).map_err(|error| Failure::configuration(format!("{name}: {error}")))?;
    let comments = policy::parse_comments(&name, &utf8(&name, bytes)?)?;
    let people = desk.policy().people;
    let mut given: Vec<(Waiver, Agreement)> = Vec::new();
    for comment in comments
        .iter()
        .filter(|comment| comment.approves == Approves::Waiver)
    {
        // A comment that names no waiver is about those that the command names.
        let ids = if comment.records.is_empty() {
            &approve.ids
        } else {
            &comment.records
        };
        for id in ids {
            let waiver = find(register, id)?;
            let handle = comment.by.trim_start_matches('@');
            let by = people.name_of(&comment.by).unwrap_or(handle).to_owned();
            let known = |agreement: &Agreement| agreement.by == by;
            let again = given
                .iter()
                .any(|(other, agreement)| other.id == waiver.id && known(agreement));
            if again || waiver.approved.iter().any(known) {
                continue;
            }
            let agreement = Agreement {
                by,
                role: None,
                on: comment.on,
                reference: comment.url.clone(),
            };
            given.push((waiver.clone(), agreement));
        }
    }
    Ok(given)
}

/// A waiver with what it is worth under the strictest of the policies.
fn standings<'r>(
    register: &'r Register,
    policies: &[Policy],
    context: &Context,
) -> Vec<(&'r Waiver, Standing)> {
    let proofs = Proofs {
        // What proves an approval is the business of the run that judges a change.
        at_base: register.agreements().into_iter().collect(),
        ..Proofs::default()
    };
    let worth = |waiver: &'r Waiver| {
        let under = policies.iter().map(|policy| {
            let judge = Judge {
                policy,
                proofs: &proofs,
                now: context.environment.now(),
            };
            judge.standing_as(waiver, waiver.severity, None)
        });
        let strictest = under.min_by_key(Standing::rank);
        (
            waiver,
            strictest.unwrap_or(Standing::Expired(waiver.expires)),
        )
    };
    register.waivers.iter().map(worth).collect()
}

fn check_register(check: &Check, context: &Context) -> Result<Exit, Failure> {
    let (path, text, policies) = if let Some(file) = &check.file {
        let name = printable(&file.display().to_string());
        let bytes = std::fs::read(file)
            .map_err(|error| Failure::configuration(format!("{name}: {error}")))?;
        let policies = Desk::open(context).map(|desk| desk.policies);
        let policies = policies.unwrap_or_else(|_| vec![Policy::builtin()]);
        (name.clone(), utf8(&name, bytes)?, policies)
    } else {
        let desk = Desk::open(context)?;
        (desk.path, desk.text, desk.policies)
    };
    let (register, errors) = policy::read_register(&path, &text);
    let mut wrong = errors.len();
    for error in errors {
        context.terminal.fail(&error.into());
    }
    let soon = today(context).saturating_add(SOON_DAYS.days());
    let mut counts = [0; 3];
    for (waiver, standing) in standings(&register, &policies, context) {
        let place = format!("{}:{}", printable(&path), waiver.line);
        let say = |words: &str| {
            context
                .terminal
                .warn(&format!("{place}: waiver {} {words}", waiver.id));
        };
        match &standing {
            Standing::Holds { until, .. } => {
                counts[0] += 1;
                if *until <= soon {
                    say(&format!("ends soon, on {until}"));
                }
            }
            Standing::Pending(_) => {
                counts[1] += 1;
                say(&printable(&standing.words()));
            }
            Standing::Expired(_) => {
                counts[2] += 1;
                say(&standing.words());
            }
            Standing::Refused(why) => {
                wrong += 1;
                let failure = Failure::configuration(format!(
                    "{place}:1: waiver {} {}",
                    waiver.id,
                    printable(why)
                ));
                context.terminal.fail(&failure);
            }
        }
    }
    let [valid, pending, expired] = counts;
    context.terminal.result(&format!(
        "{}: {valid} valid, {pending} without their approvals, {expired} expired, {wrong} wrong\n",
        printable(&path)
    ));
    Ok(if wrong == 0 {
        Exit::Passed
    } else {
        Exit::Misused
    })
}

fn list_register(list: &List, context: &Context) -> Result<Exit, Failure> {
    let desk = Desk::open(context)?;
    let register = desk.register()?;
    let all = standings(&register, &desk.policies, context);
    if list.json {
        let rows: Vec<serde_json::Value> = all
            .iter()
            .map(|(waiver, standing)| {
                serde_json::json!({
                    "id": waiver.id,
                    "title": waiver.title,
                    "engine": waiver.finding.engine.name(),
                    "finding": waiver.finding.id,
                    "fingerprint": waiver.finding.fingerprint.map(|own| own.to_string()),
                    "severity": waiver.severity.name(),
                    "reason": waiver.reason.name(),
                    "expires": waiver.expires.to_string(),
                    "state": standing.name(),
                    "detail": standing.words(),
                    "line": waiver.line,
                })
            })
            .collect();
        let mut text = serde_json::to_string_pretty(&rows).expect("text is always JSON");
        text.push('\n');
        context.terminal.result(&text);
        return Ok(Exit::Passed);
    }
    let mut rows = vec![
        ["waiver", "state", "ends", "severity", "finding"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (waiver, standing) in &all {
        rows.push(vec![
            waiver.id.clone(),
            standing.name().to_owned(),
            waiver.expires.to_string(),
            waiver.severity.name().to_owned(),
            printable(&format!("{}: {}", waiver.finding.id, waiver.title)),
        ]);
    }
    if all.is_empty() {
        context
            .terminal
            .say(&format!("no waivers in {}", printable(&desk.path)));
    } else {
        context
            .terminal
            .result(&text::table(&rows, context.terminal.width()));
    }
    Ok(Exit::Passed)
}
