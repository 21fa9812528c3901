//! The scan of a commit in the making, which several events share.

use super::scanned::{Now, keep};
use crate::cli::failure::{Exit, Failure};
use crate::cli::staged::InTheMaking;
use crate::cli::{Context, gate, journal, kept, options};
use crate::git::Repository;
use crate::record::journal::{Evidence, Said};
use crate::record::scanned::{Ending, Scanned};
use crate::report::{Activity, Outcome, Report};

/// Scans a commit in the making, shows what is found and keeps what was seen. Nothing staged means no work.
pub(super) fn run(
    context: &Context,
    repository: &dyn Repository,
    commit: &InTheMaking,
) -> Result<Exit, Failure> {
    let git_dir = &repository.layout().git_dir;
    // The stamp comes first: what another process stages from here on makes it outdated.
    let now = Now::at(context, git_dir)?;
    let mut scanned = Scanned {
        commit: now.commit,
        ending: Ending::Passed,
        policy_digest: None,
        builtin_rules_only: false,
        trailer: None,
    };
    let brought = commit.brought(repository)?;
    if brought.is_empty() {
        context
            .terminal
            .detail("gate-hook: nothing is staged, so there is nothing to look at");
        keep(context, git_dir, &scanned);
        return Ok(Exit::Passed);
    }
    let rulebook = commit.rulebook(repository)?;
    let key = brought.key();
    let asked = &options::NOTHING;
    let report = commit.look(
        context,
        repository,
        &rulebook,
        brought,
        Activity::Commit,
        asked,
    )?;
    gate::show_in_hook(context, &report);
    kept::keep_run(context, git_dir, &report);
    let exit = gate::exit(&report);
    if exit != Exit::Passed {
        scanned.ending = Ending::Blocked;
    }
    let evidence = Evidence {
        policy: report.policy_digest.clone(),
        said: said(&report),
    };
    scanned.trailer = rulebook.wants_trailer().then(|| evidence.trailer());
    journal::append(context, repository, key, evidence);
    scanned.policy_digest = Some(report.policy_digest);
    scanned.builtin_rules_only = rulebook.custom_rules.is_empty();
    keep(context, git_dir, &scanned);
    Ok(exit)
}

fn said(report: &Report) -> Said {
    match report.outcome() {
        Outcome::Blocked => Said::Blocked,
        Outcome::CouldNotLook => Said::CouldNotLook,
        Outcome::Passed if report.verdict.deferred.is_empty() => Said::Passed,
        Outcome::Passed => Said::Deferred,
    }
}
