//! `gate-hook ci`: the same decision over a proposed change, where nobody can pass it by.

use std::path::{Path, PathBuf};

use crate::cli::base::{Candidate, System};
use crate::cli::environment::Environment;
use crate::cli::failure::{Exit, Failure};
use crate::cli::gate::{self, Look};
use crate::cli::ledger::{self, Scope};
use crate::cli::options::Options;
use crate::cli::outputs::Outputs;
use crate::cli::rulebook::{Rulebook, utf8};
use crate::cli::{Context, kept, net, thresholds};
use crate::finding::{Engine, printable};
use crate::git::{self, GitError, ObjectKind, Repository, Side};
use crate::input::ObjectId;
use crate::policy;
use crate::report::{Activity, Report, Situation};
use crate::scan::Outcome;

const EXAMPLES: &str = "\
Examples
  gate-hook ci                                 the base is what the CI system says
  gate-hook ci --base origin/main              the commits that main does not have
  gate-hook ci --full                          everything that is there, on a schedule
  gate-hook ci --format github --format junit --output gate.xml --format sarif --output gate.sarif";

/// Judge a proposed change in CI, or everything with --full
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// Where the change begins; without it, the CI system's variables say so
    #[arg(long, value_name = "REF", conflicts_with = "full")]
    base: Option<String>,
    /// Look at all files as they are at HEAD; what was there before counts too
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    options: Options,
    /// Append a line for each commit, or one for everything, to this file
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// A label of the proposed change; an override needs its own
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,
    /// The comments of the review, as JSON: who said `WAIVER APPROVED: reason`
    #[arg(long, value_name = "FILE")]
    approvals: Option<PathBuf>,
    #[command(flatten)]
    outputs: Outputs,
}

/// The commits of a proposed change, and what they are judged by.
struct Proposal {
    subject: String,
    commits: Vec<ObjectId>,
    /// The commit whose policy the change must not loosen.
    base: ObjectId,
    notes: Vec<String>,
    /// Whether somebody proposes it, so that it has labels and a review.
    is_target: bool,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let repository = gate::open(context)?;
    let repository = repository.as_ref();
    let options = &arguments.options;
    let report = if arguments.full {
        let report = everything(context, repository, options)?;
        let scope = Scope::Everything(head(repository)?);
        keep(arguments, context, repository, &report, &scope)?;
        report
    } else {
        let head = head(repository)?;
        let proposal = proposal(context, repository, head, arguments.base.as_deref())?;
        let report = proposed(context, repository, head, &proposal, arguments)?;
        let scope = Scope::Commits(&proposal.commits);
        keep(arguments, context, repository, &report, &scope)?;
        report
    };
    kept::keep_run(context, &repository.layout().git_dir, &report);
    arguments.outputs.write(context, &report)?;
    Ok(gate::exit(&report))
}

fn head(repository: &dyn Repository) -> Result<ObjectId, Failure> {
    repository.head()?.ok_or_else(|| {
        Failure::usage("there is no commit yet").with_hint("check out what is to be judged")
    })
}

/// Judges everything that is there at `HEAD`.
pub(super) fn everything(
    context: &Context,
    repository: &dyn Repository,
    options: &Options,
) -> Result<Report, Failure> {
    let side = Side::Commit(head(repository)?);
    let rulebook = standing_rulebook(repository, side, options)?;
    let look = standing(repository, side, &rulebook, options)?;
    gate::look(context, look, &mut std::iter::empty())
}

/// Finds everything that is there on one side, without a decision.
pub(super) fn find_everything(
    context: &Context,
    repository: &dyn Repository,
    side: Side,
    options: &Options,
) -> Result<Outcome, Failure> {
    let rulebook = standing_rulebook(repository, side, options)?;
    let look = standing(repository, side, &rulebook, options)?;
    Ok(gate::find(context, &look, &mut std::iter::empty())?.outcome)
}

fn standing_rulebook(
    repository: &dyn Repository,
    side: Side,
    options: &Options,
) -> Result<Rulebook, Failure> {
    let mut rulebook = match options.rulebook()? {
        Some(rulebook) => rulebook,
        None => Rulebook::load(repository, None, &[side])?,
    };
    // What is there was judged when it came in.
    rulebook.registry.base = Some(side);
    Ok(rulebook)
}

fn standing<'a>(
    repository: &'a dyn Repository,
    side: Side,
    rulebook: &'a Rulebook,
    options: &'a Options,
) -> Result<Look<'a>, Failure> {
    Ok(Look {
        nets: vec![net::standing(repository, side, &Engine::ALL)?],
        full: true,
        options,
        situation: situation(Some("gate-hook ci --full".to_owned())),
        ..Look::new("everything".to_owned(), Some(repository), rulebook)
    })
}

/// Judges the commits of a proposed change.
fn proposed(
    context: &Context,
    repository: &dyn Repository,
    head: ObjectId,
    proposal: &Proposal,
    arguments: &Arguments,
) -> Result<Report, Failure> {
    let options = &arguments.options;
    let mut rulebook = match options.rulebook()? {
        Some(rulebook) => rulebook,
        None => Rulebook::load(
            repository,
            Some(Side::Commit(proposal.base)),
            &[Side::Commit(head)],
        )?,
    };
    if let Some(file) = &arguments.approvals {
        rulebook.registry.comments = comments(file)?;
    }
    let mut look = Look {
        // Where nothing is proposed there is nothing to put a label on.
        labels: proposal.is_target.then(|| arguments.labels.clone()),
        nets: net::of_commits(repository, &proposal.commits)?,
        situation: situation(None),
        options,
        ..Look::new(proposal.subject.clone(), Some(repository), &rulebook)
    };
    look.known.notes.clone_from(&proposal.notes);
    look.known.notes.extend(drift(repository, head, &rulebook));
    let progress = context.terminal.progress(proposal.commits.len());
    let mut commits = gate::commits(repository, &proposal.commits).inspect(|_| progress.inc(1));
    let report = gate::look(context, look, &mut commits)?;
    progress.finish_and_clear();
    Ok(report)
}

/// Returns how the policy differs from what other checks of this repository stop at.
fn drift(repository: &dyn Repository, head: ObjectId, rulebook: &Rulebook) -> Vec<String> {
    let side = Side::Commit(head);
    let calls = thresholds::found(&thresholds::InGit { repository, side });
    let policy = rulebook.policies.last();
    policy.map_or_else(Vec::new, |policy| thresholds::drift(&calls, policy))
}

/// Appends the run to the ledger, where one is kept.
fn keep(
    arguments: &Arguments,
    context: &Context,
    repository: &dyn Repository,
    report: &Report,
    scope: &Scope<'_>,
) -> Result<(), Failure> {
    match &arguments.ledger {
        Some(file) => ledger::append(file, repository, report, scope, context.environment.now()),
        None => Ok(()),
    }
}

/// Reads what was said in the review.
fn comments(file: &Path) -> Result<Vec<policy::Comment>, Failure> {
    let name = printable(&file.display().to_string());
    let bytes =
        std::fs::read(file).map_err(|error| Failure::configuration(format!("{name}: {error}")))?;
    Ok(policy::parse_comments(&name, &utf8(&name, bytes)?)?)
}

fn situation(list_command: Option<String>) -> Situation {
    Situation {
        activity: Activity::Ci,
        list_command,
        ..Situation::default()
    }
}

/// Finds out which commits are proposed.
fn proposal(
    context: &Context,
    repository: &dyn Repository,
    head: ObjectId,
    asked: Option<&str>,
) -> Result<Proposal, Failure> {
    let environment = &context.environment;
    let system = System::detect(&|name| environment.text(name));
    let (base, told_by, is_target) = match asked {
        Some(revision) => (commit(repository, revision, system)?, "--base", true),
        None => known(environment, repository, system)?,
    };
    let mut commits = repository.walk(&[head], &[base])?;
    let mut notes = Vec::new();
    if commits.is_empty() && !is_target {
        notes.push(format!(
            "HEAD is part of {} already ({told_by}), so that its last commit was looked at; \
             `gate-hook ci --full` looks at everything",
            base.short()
        ));
        commits.push(head);
    }
    let mut bases: Vec<ObjectId> = Vec::new();
    for stretch in git::stretches(repository, &commits)? {
        bases.extend(stretch.base);
    }
    for id in &bases {
        if matches!(repository.kind(id), Err(GitError::Missing(_))) {
            return Err(no_history(
                system,
                &format!(
                    "the history ends at {} before it reaches the base {}",
                    id.short(),
                    base.short()
                ),
            ));
        }
    }
    let number = commits.len();
    let plural = if number == 1 { "" } else { "s" };
    Ok(Proposal {
        subject: format!(
            "proposed change, {number} commit{plural} on {}",
            base.short()
        ),
        base: merge_base(repository, &bases)?.unwrap_or(base),
        commits,
        notes,
        is_target,
    })
}

/// Returns the last of the commits that a change builds on: the one that builds on all the others.
fn merge_base(
    repository: &dyn Repository,
    bases: &[ObjectId],
) -> Result<Option<ObjectId>, Failure> {
    for (at, candidate) in bases.iter().enumerate() {
        let others: Vec<ObjectId> = [&bases[..at], &bases[at + 1..]].concat();
        if repository.walk(&others, &[*candidate])?.is_empty() {
            return Ok(Some(*candidate));
        }
    }
    Ok(bases.first().copied())
}

/// Returns the base that the CI system or the remote tells, with what told it, and whether it is the target of
/// a proposed change.
fn known(
    environment: &Environment,
    repository: &dyn Repository,
    system: System,
) -> Result<(ObjectId, &'static str, bool), Failure> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let mut candidates = system.candidates(&|name| environment.text(name), &read);
    if candidates.iter().any(|candidate| candidate.is_target) {
        candidates.retain(|candidate| candidate.is_target);
    }
    for Candidate {
        revision,
        told_by,
        is_target,
    } in &candidates
    {
        if let Ok(id) = repository.resolve(revision)
            && matches!(repository.kind(&id), Ok(ObjectKind::Commit))
        {
            return Ok((id, told_by, *is_target));
        }
    }
    let tried: Vec<String> = candidates
        .iter()
        .map(|candidate| printable(&candidate.revision))
        .collect();
    Err(no_history(
        system,
        &format!(
            "where the change begins is not in this clone: tried {}",
            tried.join(", ")
        ),
    ))
}

/// Returns the commit that `--base` names.
fn commit(
    repository: &dyn Repository,
    revision: &str,
    system: System,
) -> Result<ObjectId, Failure> {
    match repository.resolve(revision) {
        Ok(id) if matches!(repository.kind(&id), Ok(ObjectKind::Commit)) => Ok(id),
        Ok(_) => Err(Failure::usage(format!(
            "the base `{}` is not a commit",
            printable(revision)
        ))),
        Err(GitError::UnknownRevision(_) | GitError::Missing(_)) => Err(no_history(
            system,
            &format!("the base `{}` is not in this clone", printable(revision)),
        )),
        Err(error) => Err(error.into()),
    }
}

fn no_history(system: System, what: &str) -> Failure {
    Failure::usage(what).with_hint(format!(
        "on {}, {}; or name another base with --base REF",
        system.name(),
        system.how_to_get_history()
    ))
}
