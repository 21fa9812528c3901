//! `gate-hook advisories`: brings the local advisory database up to date, and shows what is in it.

mod news;
mod show;
mod status;
mod update;

use std::path::PathBuf;

use crate::cli::database::Store;
use crate::cli::failure::{Exit, Failure};
use crate::cli::rulebook::Rulebook;
use crate::cli::{Context, gate};

const EXAMPLES: &str = "\
Examples
  gate-hook advisories update                        fetch what is new
  gate-hook advisories update --from all.zip         take an export that was fetched otherwise
  gate-hook advisories status                        how old is it, is it whole?
  gate-hook advisories show CVE-2024-22195           what is known about it?";

/// Update the advisory database, or show what is in it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Fetch the advisories and build the database anew
    Update(update::Arguments),
    /// Show where the database is from, how old it is, and whether it is whole
    Status(Named),
    /// Show what the database knows about an advisory
    Show(show::Arguments),
}

/// A database other than the user's own.
#[derive(Debug, clap::Args)]
struct Named {
    /// Look at this database instead of the user's own
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    match &arguments.what {
        What::Update(arguments) => update::run(arguments, context),
        What::Status(named) => status::run(&named.path(context)?, context),
        What::Show(arguments) => show::run(arguments, context),
    }
}

impl Named {
    /// Returns the database that was named, else the one that the policy pins, else the user's own.
    fn path(&self, context: &Context) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.database {
            return Ok(path.clone());
        }
        let pinned = pinned(context)?;
        Ok(store()?.path(pinned.as_ref().map(|pinned| pinned.sha256.as_str())))
    }
}

/// A database that the policy of this repository pins.
struct Pinned {
    url: String,
    sha256: String,
}

/// Returns what the policy of this repository pins; outside a repository nothing is pinned.
fn pinned(context: &Context) -> Result<Option<Pinned>, Failure> {
    let Some(root) = work_tree(context) else {
        return Ok(None);
    };
    let rulebook = Rulebook::from_directory(Some(&root))?;
    let database = rulebook
        .policies
        .iter()
        .find_map(|policy| policy.audit.database.as_ref());
    Ok(database.map(|database| Pinned {
        url: database.url.value.clone(),
        sha256: database.sha256.value.clone(),
    }))
}

/// Returns the root of the work tree that the command runs in.
fn work_tree(context: &Context) -> Option<PathBuf> {
    let repository = gate::try_open(context).ok()?;
    repository.layout().work_tree.clone()
}

fn store() -> Result<Store, Failure> {
    Store::of_user().ok_or_else(|| {
        Failure::could_not_look("there is no home directory to keep the advisory database in")
            .with_hint("set `HOME`, or name a database with `--database FILE`")
    })
}
