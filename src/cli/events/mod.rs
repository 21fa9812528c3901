//! What each git event does. Everything a hook says goes to standard error.

mod amend;
mod commit_msg;
mod pre_commit;
mod prepare_commit_msg;
mod push;
mod scanned;
mod staged;
mod trailer;

use std::ffi::OsString;

use super::Context;
use super::failure::{Exit, Failure};
use crate::finding::printable;

/// An event's work, given what git passed.
type Event = fn(&[OsString], &Context) -> Result<Exit, Failure>;

/// Each event with its work, in the order in which git comes to them.
const EVENTS: [(&str, Event); 6] = [
    ("pre-commit", pre_commit::run),
    ("pre-merge-commit", pre_commit::run),
    ("prepare-commit-msg", prepare_commit_msg::run),
    ("commit-msg", commit_msg::run),
    ("pre-push", push::pre_push),
    ("pre-receive", push::pre_receive),
];

/// Returns whether an event of this name is known.
pub(super) fn is_known(event: &str) -> bool {
    EVENTS.iter().any(|(name, _)| *name == event)
}

/// Does an event's work.
pub(super) fn run(event: &str, arguments: &[OsString], context: &Context) -> Result<Exit, Failure> {
    match EVENTS.iter().find(|(name, _)| *name == event) {
        Some((_, work)) => work(arguments, context),
        None => Err(Failure::usage(format!(
            "`{}` is not an event that can be hooked",
            printable(event)
        ))
        .with_hint(format!(
            "the events are {}",
            EVENTS.map(|(name, _)| name).join(", ")
        ))),
    }
}
