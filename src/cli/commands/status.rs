//! `gate-hook status`: shows what is active.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

/// Show which hooks are active and which policy decides
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let _ = (arguments, context);
    Err(Failure::could_not_look("not there yet"))
}
