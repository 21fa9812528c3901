//! `gate-hook hook EVENT`: what git calls.

use std::ffi::OsString;

use crate::cli::Context;
use crate::cli::events;
use crate::cli::failure::{Exit, Failure};

/// What git calls on its events
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The event: pre-commit, pre-merge-commit, prepare-commit-msg, commit-msg, pre-push or pre-receive
    pub event: String,
    /// What git gives the hook
    #[arg(
        value_name = "ARGUMENT",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub arguments: Vec<OsString>,
}

impl Arguments {
    /// Reads the arguments as git's hooks pass them, without the help of the whole declaration.
    pub(in crate::cli) fn from_git(arguments: &[OsString]) -> Option<Self> {
        let [_, command, event, rest @ ..] = arguments else {
            return None;
        };
        let event = event.to_str().filter(|event| events::is_known(event))?;
        let asks = rest
            .iter()
            .any(|argument| argument.to_str().is_some_and(|text| text.starts_with('-')));
        (command.to_str() == Some("hook") && !asks).then(|| Self {
            event: event.to_owned(),
            arguments: rest.to_vec(),
        })
    }
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    events::run(&arguments.event, &arguments.arguments, context)
}
