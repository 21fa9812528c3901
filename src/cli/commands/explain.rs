//! `gate-hook explain`: explains a rule, a finding or a place.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

/// Explain a rule, a finding or a place: what, why, how to fix
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// A rule, a fingerprint of the last run, or a place of it (PATH:LINE)
    #[arg(value_name = "RULE|FINGERPRINT|PATH:LINE")]
    pub subject: String,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let _ = (arguments, context);
    Err(Failure::could_not_look("not there yet"))
}
