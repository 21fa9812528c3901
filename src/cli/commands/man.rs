//! `gate-hook man`: prints the manual pages.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

/// Print or write the manual pages
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Write one page for each command into this directory
    #[arg(long, value_name = "DIR")]
    pub dir: Option<std::path::PathBuf>,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let _ = (arguments, context);
    Err(Failure::could_not_look("not there yet"))
}
