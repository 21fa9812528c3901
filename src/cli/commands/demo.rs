//! `gate-hook demo`: shows a commit being stopped.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

/// See a commit being stopped, in a temporary repository
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Keep the temporary repository and say where it is
    #[arg(long)]
    pub keep: bool,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let _ = (arguments, context);
    Err(Failure::could_not_look("not there yet"))
}
