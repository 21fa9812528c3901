//! `gate-hook policy`: checks and shows the policy.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

/// Check the policy, or show which keys decide
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let _ = (arguments, context);
    Err(Failure::could_not_look("not there yet"))
}
