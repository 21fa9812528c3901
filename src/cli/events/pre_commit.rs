//! `pre-commit` and `pre-merge-commit`: what is staged is scanned before it becomes a commit.

use std::ffi::OsString;

use super::staged;
use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::gate;
use crate::cli::staged::InTheMaking;

/// Does the event's work.
pub(super) fn run(_: &[OsString], context: &Context) -> Result<Exit, Failure> {
    let repository = gate::open(context)?;
    let commit = InTheMaking::new(repository.as_ref(), &context.environment)?;
    staged::run(context, repository.as_ref(), &commit)
}
