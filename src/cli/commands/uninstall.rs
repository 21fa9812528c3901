//! `gate-hook uninstall`: takes the hooks out again and puts back what was there, byte for byte.

use std::fmt::Write as _;

use super::install::{open, shown};
use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::shims::{self, Removed};
use crate::git;

/// Take the hooks out again, byte for byte
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Remove shims even if somebody changed them by hand
    #[arg(long)]
    pub force: bool,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let repository = open(context)?;
    let hooks = git::hooks_dir(&*repository)?;
    let mut text = String::new();
    for event in shims::EVENTS.iter().chain(shims::SERVER_EVENTS) {
        let said = match shims::uninstall(&hooks.path, event, arguments.force)? {
            Removed::Absent => continue,
            Removed::Deleted => "removed",
            Removed::Restored => "removed; the hook that was here is back",
        };
        let _ = writeln!(text, "  {event:<20} {said}");
    }
    let directory = shown(&hooks.path);
    context.terminal.result(&if text.is_empty() {
        format!("gate-hook has no hook in {directory}\n")
    } else {
        format!("gate-hook is out of {directory}:\n{text}")
    });
    Ok(Exit::Passed)
}
