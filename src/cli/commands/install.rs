//! `gate-hook install`: puts the hooks into a repository.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

/// Install the hooks, beside any other hook manager
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// For every repository of this user
    #[arg(long, conflicts_with = "server")]
    pub global: bool,
    /// The pre-receive hook of a bare repository on a server
    #[arg(long)]
    pub server: bool,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let _ = (arguments, context);
    Err(Failure::could_not_look("not there yet"))
}
