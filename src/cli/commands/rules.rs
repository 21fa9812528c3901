//! `gate-hook rules`: lists, checks and tries rules.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

/// List the rules, check or try your own
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let _ = (arguments, context);
    Err(Failure::could_not_look("not there yet"))
}
