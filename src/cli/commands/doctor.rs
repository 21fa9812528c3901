//! `gate-hook doctor`: proves that the hooks fire.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

/// Prove that the hooks fire, and say what stands in their way
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let _ = (arguments, context);
    Err(Failure::could_not_look("not there yet"))
}
