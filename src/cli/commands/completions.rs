//! `gate-hook completions`: prints completions for a shell.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

/// Print completions for a shell
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let _ = (arguments, context);
    Err(Failure::could_not_look("not there yet"))
}
