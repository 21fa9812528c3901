//! `gate-hook install`: puts the hooks into a repository, beside what is there.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::shims::{self, Installed, ShimError};
use crate::git::{self, HooksDir, OpenOptions, Repository};

/// Install the hooks, beside any other hook manager
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The pre-receive hook of a repository on a server
    #[arg(long)]
    pub server: bool,
    /// Replace a shim of ours that was changed by hand
    #[arg(long)]
    pub force: bool,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let repository = open(context)?;
    let hooks = directory(&*repository)?;
    if repository.layout().work_tree.is_none() && !arguments.server {
        return Err(
            Failure::usage("this is a bare repository: nobody commits here").with_hint(
                "on a server, `gate-hook install --server` puts the pre-receive hook in",
            ),
        );
    }
    let program = context.environment.executable()?;
    fs::create_dir_all(&hooks.path)
        .map_err(|error| Failure::could_not_look(format!("{}: {error}", hooks.path.display())))?;
    let events = if arguments.server {
        shims::SERVER_EVENTS
    } else {
        shims::EVENTS
    };
    let mut text = String::new();
    for event in events {
        let done = shims::install(&hooks.path, event, &program, arguments.force)?;
        let said = match done {
            Installed::Written => "installed",
            Installed::Chained => "installed; the hook that was here runs first",
            Installed::Upgraded => "updated",
            Installed::Unchanged => "already there",
            Installed::Reached => "already there, called by the hook manager in its place",
        };
        let _ = writeln!(text, "  {event:<20} {said}");
    }
    context
        .terminal
        .result(&format!("gate-hook is in {}:\n{text}", shown(&hooks.path)));
    Ok(Exit::Passed)
}

/// Opens the repository that the user stands in.
pub(in crate::cli) fn open(context: &Context) -> Result<Box<dyn Repository>, Failure> {
    let options = OpenOptions {
        git: context.environment.git(),
        ..OpenOptions::default()
    };
    git::open(&options).map_err(Failure::from)
}

/// Returns the hooks directory of a repository, unless it is not the repository's own.
pub(in crate::cli) fn directory(repository: &dyn Repository) -> Result<HooksDir, Failure> {
    let hooks = git::hooks_dir(repository)?;
    match hooks.scope.as_deref() {
        Some(scope @ ("system" | "global" | "command")) => Err(Failure::usage(format!(
            "core.hooksPath is set in the {scope} configuration, so {} serves other repositories too",
            shown(&hooks.path)
        ))
        .with_hint("give this repository its own: `git config core.hooksPath .git/hooks`, then install again")),
        _ => Ok(hooks),
    }
}

/// Returns a path of this machine as it may be printed.
pub(in crate::cli) fn shown(path: &Path) -> String {
    crate::finding::printable(&path.display().to_string())
}

impl From<ShimError> for Failure {
    fn from(error: ShimError) -> Self {
        let message = crate::finding::printable(&error.to_string());
        match error {
            ShimError::Io { .. } => Self::could_not_look(message),
            ShimError::Edited(_) => {
                Self::usage(message).with_hint("`--force` discards that change")
            }
            ShimError::TwoOriginals { .. } => Self::usage(message).with_hint(
                "make one hook of the two, keep it under the hook's own name, and remove the other",
            ),
            ShimError::ProgramPath(_) => Self::usage(message)
                .with_hint("install the program under a path without line breaks, in UTF-8"),
        }
    }
}
