//! `commit-msg`: the message becomes part of history, so it is scanned too.

use std::ffi::OsString;

use super::scanned::Now;
use super::staged;
use crate::cli::failure::{Exit, Failure};
use crate::cli::gate::{self, Look};
use crate::cli::staged::InTheMaking;
use crate::cli::{Context, kept};

use crate::finding::printable;
use crate::git;
use crate::input::{Change, TextChange};
use crate::record::scanned::Fit;
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
    let (fit, scanned) = Now::look(context)?.map_or((Fit::Other, None), |now| now.last_scan());
    let staged = if fit == Fit::Outdated {
        look_at_index_again(context)?
    } else {
        Exit::Passed
    };
    let builtin_rules_only =
        fit == Fit::Current && scanned.is_some_and(|scanned| scanned.builtin_rules_only);
    let worth_it = !builtin_rules_only || holds_something(&message);
    let said = if worth_it {
        judge(context, message)?
    } else {
        Exit::Passed
    };
    Ok(if staged == Exit::Passed { said } else { staged })
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
