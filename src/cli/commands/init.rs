//! `gate-hook init`: writes the policy file of a repository.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

/// Write gate-hook.toml, the policy of this repository
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// What the thresholds start from: phased, strict or observe
    #[arg(long, value_name = "NAME", default_value = "phased")]
    pub profile: String,
    /// Day 1 of a rollout in which what would block only warns for 30 days
    #[arg(long, value_name = "DATE")]
    pub start: Option<jiff::civil::Date>,
    /// Replace the file that is there
    #[arg(long)]
    pub force: bool,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let _ = (arguments, context);
    Err(Failure::could_not_look("not there yet"))
}
