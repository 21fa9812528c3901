//! `gate-hook uninstall`: takes the hooks out again.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

/// Take the hooks out again, byte for byte
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The hooks of every repository of this user
    #[arg(long, conflicts_with = "server")]
    pub global: bool,
    /// The pre-receive hook of a bare repository on a server
    #[arg(long)]
    pub server: bool,
    /// Remove hooks that somebody has edited since
    #[arg(long)]
    pub force: bool,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let _ = (arguments, context);
    Err(Failure::could_not_look("not there yet"))
}
