//! `commit-msg`: the message becomes part of history, so it is scanned too. It comes after the editor and is skipped by
//! `--no-verify`, so it is where the message can say that the hook has looked.

use std::ffi::OsString;
use std::path::Path;

use super::scanned::Now;
use super::{amend, staged, trailer};
use crate::cli::failure::{Exit, Failure};
use crate::cli::gate::{self, Look};
use crate::cli::staged::InTheMaking;
use crate::cli::{Context, kept};

use crate::finding::printable;
use crate::git;
use crate::input::{Change, TextChange};
use crate::record::scanned::{Fit, Scanned};
use crate::report::{Activity, Situation};
use crate::secrets::{self, Scanner};

/// Does the event's work.
pub(super) fn run(arguments: &[OsString], context: &Context) -> Result<Exit, Failure> {
    let file = arguments
        .first()
        .ok_or_else(|| Failure::usage("commit-msg needs the file of the message"))?;
    let file = context.environment.current_dir()?.join(file);
    let bytes = std::fs::read(&file).map_err(|error| {
        let name = printable(&file.display().to_string());
        Failure::could_not_look(format!("the message cannot be read: {name}: {error}"))
    })?;
    let message = git::message_text(&file, bytes);
    let mut now = Now::look(context)?;
    let mut last = now.as_ref().map_or((Fit::Other, None), Now::last_scan);
    let mut staged = Exit::Passed;
    if last.0 == Fit::Outdated {
        staged = look_at_index_again(context)?;
        now = Now::look(context)?;
        last = now.as_ref().map_or((Fit::Other, None), Now::last_scan);
    }
    let scanned = last.1.filter(|_| last.0 == Fit::Current);
    let builtin_rules_only = scanned
        .as_ref()
        .is_some_and(|scanned| scanned.builtin_rules_only);
    let worth_it = !builtin_rules_only || holds_something(&message);
    let said = if worth_it {
        judge(context, message)?
    } else {
        Exit::Passed
    };
    let exit = if staged == Exit::Passed { said } else { staged };
    if exit == Exit::Passed
        && let (Some(now), Some(scanned)) = (now, scanned)
    {
        leave_evidence(context, &now.git_dir, &file, &scanned);
    }
    Ok(exit)
}

/// Makes the message say what the hook said. Whatever goes wrong here does not stop the commit: CI scans it anyway.
fn leave_evidence(context: &Context, git_dir: &Path, file: &Path, scanned: &Scanned) {
    let evidence = match (&scanned.trailer, &scanned.policy_digest) {
        // `commit --amend -m` with nothing staged: the content is that of the commit whose message it replaces.
        (None, None) => amend::replaced(context).map(|replaced| replaced?.evidence),
        (trailer, _) => Ok(trailer.clone()),
    };
    let settled =
        evidence.and_then(|evidence| trailer::settle(context, git_dir, file, evidence.as_deref()));
    if let Err(failure) = settled {
        context.terminal.warn(&format!(
            "the message cannot say that the commit was scanned: {}",
            failure.message
        ));
    }
}

/// Looks with the built-in rules only, which takes no repository and no policy: most messages end here.
fn holds_something(message: &TextChange) -> bool {
    let scanner = Scanner::new(secrets::Options {
        fingerprint_key: &[],
        custom: Vec::new(),
        allowed: &|_, _| false,
    });
    !scanner.scan(&message.place, &message.bytes, 1).is_empty()
}

fn judge(context: &Context, message: TextChange) -> Result<Exit, Failure> {
    let repository = gate::open(context)?;
    let commit = InTheMaking::new(repository.as_ref(), &context.environment)?;
    let rulebook = commit.rulebook(repository.as_ref())?;
    let look = Look {
        situation: Situation {
            activity: Activity::Commit,
            ..Situation::default()
        },
        ..Look::new(
            "commit message".to_owned(),
            Some(repository.as_ref()),
            &rulebook,
        )
    };
    let change = Change {
        texts: vec![message],
        ..Change::default()
    };
    let report = gate::look(context, look, &mut std::iter::once(Ok(change)))?;
    gate::show_in_hook(context, &report);
    let exit = gate::exit(&report);
    if exit != Exit::Passed {
        kept::keep_run(context, &repository.layout().git_dir, &report);
    }
    Ok(exit)
}

/// Scans the index again, because a hook between `pre-commit` and this one changed it.
fn look_at_index_again(context: &Context) -> Result<Exit, Failure> {
    let repository = gate::open(context)?;
    let commit = InTheMaking::new(repository.as_ref(), &context.environment)?;
    staged::run(context, repository.as_ref(), &commit)
}
