//! `gate-hook scan`: looks on demand.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

/// Look at staged changes, files, a range, a patch or all history
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let _ = (arguments, context);
    Err(Failure::could_not_look("not there yet"))
}
