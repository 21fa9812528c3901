//! `prepare-commit-msg`, which `--no-verify` does not skip: it makes sure that what is being committed is what
//! was scanned, looks at what an amended commit brought, and traces a bypass in the commit itself.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::amend::{self, Amends};
use super::scanned::{Now, keep};
use super::staged;
use super::trailer::{self, Message};
use crate::cli::Context;
use crate::cli::environment::Environment;
use crate::cli::failure::{Exit, Failure};
use crate::cli::gate;
use crate::cli::staged::InTheMaking;
use crate::policy::NoVerify;
use crate::record::scanned::{Fit, Scanned};

/// What git keeps in the git directory while it replays commits, which skips `pre-commit` by design.
const SEQUENCER: [&str; 4] = [
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "rebase-merge",
    "rebase-apply",
];

/// What git passes.
struct Call {
    file: PathBuf,
    source: String,
    amends: bool,
}

impl Call {
    fn read(arguments: &[OsString], context: &Context) -> Result<Self, Failure> {
        let text = |at: usize| {
            arguments
                .get(at)
                .and_then(|text| text.to_str())
                .unwrap_or_default()
        };
        let file = arguments
            .first()
            .ok_or_else(|| Failure::usage("prepare-commit-msg needs the file of the message"))?;
        Ok(Self {
            file: context.environment.current_dir()?.join(file),
            source: text(1).to_owned(),
            amends: text(1) == "commit" && text(2) == "HEAD",
        })
    }
}

/// Does the event's work.
pub(super) fn run(arguments: &[OsString], context: &Context) -> Result<Exit, Failure> {
    let call = Call::read(arguments, context)?;
    let now = match Now::look(context)? {
        Some(now) => now,
        None => Now::at(context, &gate::open(context)?.layout().git_dir)?,
    };
    let (fit, scanned) = now.last_scan();
    if call.source == "template" && fit != Fit::Other {
        keep_template(context, &now.git_dir, &call.file);
    }
    match fit {
        Fit::Current if !call.amends => match scanned.filter(|scanned| scanned.trailer.is_some()) {
            Some(scanned) => say_no_more_than_seen(context, &now.git_dir, call, scanned),
            None => Ok(Exit::Passed),
        },
        Fit::Current | Fit::Outdated => look_again(context, &call),
        Fit::Other if is_replay(&now.git_dir, &call, &context.environment) => Ok(Exit::Passed),
        Fit::Other => {
            trace(context, &now.git_dir, &call);
            Ok(Exit::Passed)
        }
    }
}

/// Keeps the template for `commit-msg`, which must not make a message of it.
fn keep_template(context: &Context, git_dir: &Path, file: &Path) {
    if let Err(error) = trailer::keep_template(git_dir, file) {
        context
            .terminal
            .warn(&format!("the template cannot be kept: {error}"));
    }
}

/// Makes sure that the message, which will say that the commit was scanned, says so of all of it: an amended commit
/// whose message is given along with it brings what it brought before, too.
fn say_no_more_than_seen(
    context: &Context,
    git_dir: &Path,
    call: Call,
    scanned: Scanned,
) -> Result<Exit, Failure> {
    match Amends::of(&context.environment) {
        Amends::No => Ok(Exit::Passed),
        Amends::Yes => look_again(
            context,
            &Call {
                amends: true,
                ..call
            },
        ),
        Amends::Unknown => {
            let replaced = amend::replaced(context)?;
            if replaced.is_some_and(|replaced| replaced.evidence.is_none()) {
                let silent = Scanned {
                    trailer: None,
                    ..scanned
                };
                keep(context, git_dir, &silent);
            }
            Ok(Exit::Passed)
        }
    }
}

fn look_again(context: &Context, call: &Call) -> Result<Exit, Failure> {
    let repository = gate::open(context)?;
    let commit = if call.amends {
        InTheMaking::amended(repository.as_ref())?
    } else {
        InTheMaking::new(repository.as_ref(), &context.environment)?
    };
    staged::run(context, repository.as_ref(), &commit)
}

/// Returns whether git itself skipped `pre-commit`, because it replays or reverts a commit.
fn is_replay(git_dir: &Path, call: &Call, environment: &Environment) -> bool {
    if SEQUENCER.iter().any(|state| git_dir.join(state).exists()) {
        return true;
    }
    // A revert whose message is edited hands its message on as a merge does.
    if call.source == "merge" && git_dir.join("MERGE_HEAD").exists() {
        return false;
    }
    // `git commit` exports the author's date in git's own form to its hooks; a clean revert, which leaves no
    // state behind, does not.
    let by_commit = environment
        .text("GIT_AUTHOR_DATE")
        .is_some_and(|date| date.starts_with('@'));
    !by_commit || is_revert(git_dir, &call.file)
}

/// Returns whether `git revert` called `git commit`, so that the message can be edited.
fn is_revert(git_dir: &Path, file: &Path) -> bool {
    git_dir.join("MERGE_MSG").exists()
        && std::fs::read(file).is_ok_and(|message| {
            message.starts_with(b"Re")
                && memchr::memmem::find(&message, b"\nThis reverts commit ").is_some()
        })
}

/// Marks the commit as not scanned. Whatever goes wrong here does not stop it: it was not to be verified.
fn trace(context: &Context, git_dir: &Path, call: &Call) {
    if call.source == "template" || !git_dir.exists() {
        // A message that is still its template makes git give up the commit, and so it has to stay.
        return;
    }
    let written = policy_says(context).and_then(|says| match says {
        NoVerify::Allow => Ok(()),
        NoVerify::Trace => trailer::mark_unscanned(&Message::of(context, &call.file)?)
            .map_err(|error| Failure::could_not_look(error.to_string())),
    });
    if let Err(failure) = written {
        context.terminal.warn(&format!(
            "the commit cannot be marked as not scanned: {}",
            failure.message
        ));
    }
}

/// Returns what the policy says of bypasses.
fn policy_says(context: &Context) -> Result<NoVerify, Failure> {
    let repository = gate::open(context)?;
    let commit = InTheMaking::new(repository.as_ref(), &context.environment)?;
    // A policy that cannot be read does not make a bypass silent.
    let traced = commit
        .rulebook(repository.as_ref())
        .map_or(true, |rulebook| {
            rulebook
                .policies
                .iter()
                .any(|policy| policy.hook.no_verify.value == NoVerify::Trace)
        });
    Ok(if traced {
        NoVerify::Trace
    } else {
        NoVerify::Allow
    })
}
