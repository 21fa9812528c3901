//! `gate-hook waiver new`: writes a waiver for a finding of the last run, and stages it.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{Desk, today};
use crate::cli::failure::{Exit, Failure};
use crate::cli::{Context, kept, random, text};
use crate::finding::{Engine, printable};
use crate::policy::{
    self, Action, Judge, Proofs, Reason, Request, Scope, Standing, Verified, Waived, Waiver,
};
use crate::record::last_run::LastFinding;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct New {
    /// The finding, or the advisory; without it, what stopped the last run
    #[arg(long, value_name = "FINGERPRINT|ADVISORY")]
    pub(in crate::cli) finding: Option<String>,
    /// Only in these files: a glob; may be given several times
    #[arg(long = "path", value_name = "GLOB")]
    pub(in crate::cli) paths: Vec<String>,
    /// Every version of the package that the advisory is about, not only the one found
    #[arg(long)]
    pub(in crate::cli) any_version: bool,
    /// Why it may stay: false-positive, not-exploitable, deferred-breaking,
    /// blocked-dependency or accepted-risk
    #[arg(long, value_name = "REASON", value_parser = parse_reason, hide_possible_values = true)]
    pub(in crate::cli) reason: Reason,
    /// The reason in prose, at least 40 characters
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) rationale: String,
    /// What keeps it from doing harm
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) mitigation: Option<String>,
    /// The day by which it is fixed
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) fix_by: Option<Date>,
    /// How it was made sure that a secret is none
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) verified: Option<String>,
    /// The last day on which it holds; by default as long as the policy allows
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) expires: Option<Date>,
    /// The heading
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) title: Option<String>,
    /// Where it is discussed
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) pr: Option<String>,
}

fn parse_reason(text: &str) -> Result<Reason, String> {
    let known = Reason::ALL.into_iter().find(|reason| reason.name() == text);
    known.ok_or_else(|| format!("one of {}", Reason::ALL.map(Reason::name).join(", ")))
}

pub(super) fn run(new: &New, context: &Context) -> Result<Exit, Failure> {
    let mut desk = Desk::open(context)?;
    let run = kept::last_run(&desk.repository.layout().git_dir)?;
    let finding = meant(&run.findings, new.finding.as_deref())?;
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
    let roles = judge.roles_for(&waiver);
    let handles = policy.people.handles(&roles);
    let ask = match handles.as_slice() {
        [] => String::new(),
        handles => format!(
            "\n  ask: {} ({})",
            handles.join(", "),
            printable(&roles.join(", "))
        ),
    };
    context.terminal.say(&format!(
        "wrote and staged {} in {}\n  until {}; {}\n  next: git commit, then `gate-hook waiver approve {}` by those who may{}",
        waiver.id,
        printable(&desk.path),
        waiver.expires,
        printable(&state),
        waiver.id,
        ask
    ));
    Ok(Exit::Passed)
}

/// Returns the finding that is to be waived.
fn meant<'f>(findings: &'f [LastFinding], named: Option<&str>) -> Result<&'f LastFinding, Failure> {
    let candidates: Vec<&LastFinding> = match named {
        Some(name) => findings
            .iter()
            .filter(|finding| is_called(finding, name))
            .collect(),
        None => findings
            .iter()
            .filter(|finding| finding.action == Action::Block)
            .collect(),
    };
    let mut different = candidates.clone();
    different.sort_by_key(|finding| finding.fingerprint);
    different.dedup_by_key(|finding| finding.fingerprint);
    match (different.as_slice(), named) {
        // The first place in the order of the report stands for the others.
        ([_], _) => Ok(candidates[0]),
        ([], Some(name)) => Err(Failure::usage(format!(
            "`{}` is not a finding of the last run",
            printable(name)
        ))
        .with_hint("`gate-hook scan` looks again; its findings can then be named")),
        ([], None) => Err(Failure::usage("nothing stopped the last run")
            .with_hint("name the finding: `--finding FINGERPRINT`")),
        (several, named) => {
            let what = match named {
                Some(name) => format!("`{}` is", printable(name)),
                None => "the last run was stopped by".to_owned(),
            };
            let each: Vec<String> = several
                .iter()
                .map(|finding| finding.fingerprint.to_string())
                .collect();
            Err(
                Failure::usage(format!("{what} {} different findings", several.len())).with_hint(
                    format!("name one of them with --finding: {}", each.join(", ")),
                ),
            )
        }
    }
}

/// Returns whether a finding goes by this fingerprint or advisory.
fn is_called(finding: &LastFinding, name: &str) -> bool {
    let mut ids = finding
        .package
        .iter()
        .flat_map(|package| &package.advisories);
    finding.fingerprint.to_string() == name || ids.any(|id| id.eq_ignore_ascii_case(name))
}

/// Returns the waiver of a finding, under the id of the one that it renews.
pub(in crate::cli) fn waiver_for(
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
    let mut waiver = Waiver {
        id: format!("w-{:08x}", u32::from_be_bytes(random::bytes()?)),
        title: printable(&title),
        finding: waived(finding),
        scope: Scope {
            paths: new.paths.clone(),
            versions: versions(finding, new)?,
        },
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
    };
    desk.renew(&mut waiver, today)?;
    Ok(waiver)
}

/// Returns what a waiver is about: an advisory by its ids, because a fingerprint ends with the version; anything
/// else by its fingerprint.
fn waived(finding: &LastFinding) -> Waived {
    let advisory = finding
        .package
        .as_ref()
        .and_then(|package| Some((package, package.advisories.first()?)));
    match advisory {
        Some((package, id)) => Waived {
            engine: finding.engine,
            id: id.clone(),
            aliases: package.advisories[1..].to_vec(),
            package: Some(package.name.clone()),
            fingerprint: None,
        },
        None => Waived {
            engine: finding.engine,
            id: finding.rule.clone(),
            aliases: Vec::new(),
            package: None,
            fingerprint: Some(finding.fingerprint),
        },
    }
}

/// Returns the versions that a waiver holds for: the one that was found, unless all of them are meant.
fn versions(finding: &LastFinding, new: &New) -> Result<Vec<String>, Failure> {
    match &finding.package {
        Some(package) if !new.any_version => Ok(package.version.iter().cloned().collect()),
        None if new.any_version => Err(Failure::usage(
            "--any-version is about packages, and the finding is about none",
        )),
        _ => Ok(Vec::new()),
    }
}
