//! `gate-hook override`: documents an emergency.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

/// Let one change through, documented and for a limited time
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let _ = (arguments, context);
    Err(Failure::could_not_look("not there yet"))
}
