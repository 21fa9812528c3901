//! `gate-hook status`: which hooks are active, and which policy decides.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::install::{open, shown};
use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::shims::{self, Place, ShimError};
use crate::finding::RepoPath;
use crate::git::{self, Repository, Side};
use crate::policy;

/// Show which hooks are active and which policy decides
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Serialize)]
struct Status {
    schema: &'static str,
    hooks_directory: String,
    hooks: Vec<Hook>,
    policy: String,
}

#[derive(Debug, Serialize)]
struct Hook {
    event: &'static str,
    active: bool,
    state: String,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let repository = open(context)?;
    let hooks = git::hooks_dir(&*repository)?;
    let events: &[_] = if repository.layout().work_tree.is_some() {
        shims::EVENTS
    } else {
        shims::SERVER_EVENTS
    };
    let status = Status {
        schema: "gate-hook-status/1",
        hooks_directory: shown(&hooks.path),
        hooks: events
            .iter()
            .map(|event| hook(&hooks.path, event))
            .collect::<Result<_, _>>()?,
        policy: deciding_policy(&*repository)?,
    };
    let text = if arguments.json {
        serde_json::to_string_pretty(&status).expect("plain text and flags are always JSON") + "\n"
    } else {
        text(&status)
    };
    context.terminal.result(&text);
    Ok(Exit::Passed)
}

fn hook(directory: &Path, event: &'static str) -> Result<Hook, ShimError> {
    let (active, state) = match shims::inspect(directory, event)? {
        Place::Empty => (false, "not installed".to_owned()),
        Place::Foreign { calls_us: true, .. } => (
            true,
            "active, called by the hook manager in its place".to_owned(),
        ),
        Place::Foreign { active: true, .. } => {
            (false, "not installed; another hook is there".to_owned())
        }
        Place::Foreign { active: false, .. } => {
            (false, "not installed; an inactive hook is there".to_owned())
        }
        Place::Shim(shim) if !shim.program.exists() => (
            false,
            format!("installed, but {} is gone", shown(&shim.program)),
        ),
        Place::Shim(shim) => {
            let mut state = "active".to_owned();
            for (holds, words) in [
                (shim.chained, "runs the hook that was here first"),
                (shim.edited, "changed by hand"),
                (
                    !shim.current && !shim.edited,
                    "of another version: run `gate-hook install`",
                ),
            ] {
                if holds {
                    let _ = write!(state, ", {words}");
                }
            }
            (true, state)
        }
    };
    Ok(Hook {
        event,
        active,
        state,
    })
}

/// Says which policy decides over the next commit.
fn deciding_policy(repository: &dyn Repository) -> Result<String, Failure> {
    let head = repository.head()?.map(Side::Commit);
    for (side, words) in [
        (head, "at HEAD"),
        (Some(Side::Index), "staged, not committed yet"),
    ] {
        let path = RepoPath::new(policy::FILE_NAME);
        if let Some(side) = side
            && repository.file(side, &path)?.is_some()
        {
            return Ok(format!("{} ({words})", policy::FILE_NAME));
        }
    }
    Ok(
        "built in, profile phased (a pyproject.toml with [tool.gate-hook] would count too)"
            .to_owned(),
    )
}

fn text(status: &Status) -> String {
    let mut text = format!("hooks   {}\n", status.hooks_directory);
    for hook in &status.hooks {
        let _ = writeln!(text, "  {:<20} {}", hook.event, hook.state);
    }
    if !status.hooks.iter().any(|hook| hook.active) {
        text.push_str("  hint: gate-hook install\n");
    }
    let _ = writeln!(text, "policy  {}", status.policy);
    text
}
