//! `gate-hook waiver check`: everything that is wrong in the register, and what nothing needs any more.

use std::path::PathBuf;

use jiff::ToSpan as _;

use super::{Desk, standings, today};
use crate::cli::commands::ci;
use crate::cli::failure::{Exit, Failure};
use crate::cli::rulebook::utf8;
use crate::cli::{Context, options, registry};
use crate::finding::printable;
use crate::git::{Repository, Side};
use crate::policy::{self, Policy, Register, Standing};

/// How many days ahead an end is worth a word.
const SOON_DAYS: i32 = 14;

/// What is to be checked.
#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// This register instead of the repository's
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Only read the register: do not look for what its waivers are about
    #[arg(long)]
    register_only: bool,
}

/// Runs the command.
pub(super) fn run(check: &Check, context: &Context) -> Result<Exit, Failure> {
    let desk = Desk::open(context);
    let (path, text, policies) = match (&check.file, &desk) {
        (Some(file), desk) => {
            let name = printable(&file.display().to_string());
            let bytes = std::fs::read(file)
                .map_err(|error| Failure::configuration(format!("{name}: {error}")))?;
            let policies = match desk {
                Ok(desk) => desk.policies.clone(),
                Err(_) => vec![Policy::builtin()],
            };
            (name.clone(), utf8(&name, bytes)?, policies)
        }
        (None, Ok(desk)) => (desk.path.clone(), desk.text.clone(), desk.policies.clone()),
        (None, Err(_)) => return desk.map(|_| Exit::Passed),
    };
    let (register, errors) = policy::read_register(&path, &text);
    let mut wrong = errors.len();
    for error in errors {
        context.terminal.fail(&error.into());
    }
    let [valid, pending, expired, refused] = say_standings(context, &path, &register, &policies);
    wrong += refused;
    context.terminal.result(&format!(
        "{}: {valid} valid, {pending} without their approvals, {expired} expired, {wrong} wrong\n",
        printable(&path)
    ));
    if let Ok(desk) = &desk
        && !check.register_only
        && !register.waivers.is_empty()
    {
        say_remarks(context, desk.repository.as_ref(), &register)?;
    }
    Ok(if wrong == 0 {
        Exit::Passed
    } else {
        Exit::Misused
    })
}

/// Says what is wrong with waivers today; returns how many are valid, pending, expired, refused.
fn say_standings(
    context: &Context,
    path: &str,
    register: &Register,
    policies: &[Policy],
) -> [usize; 4] {
    let soon = today(context).saturating_add(SOON_DAYS.days());
    let mut counts = [0; 4];
    for (waiver, standing) in standings(register, policies, context) {
        let place = format!("{}:{}", printable(path), waiver.line);
        let say = |words: &str| {
            context
                .terminal
                .warn(&format!("{place}: waiver {} {words}", waiver.id));
        };
        match &standing {
            Standing::Holds { until, .. } => {
                counts[0] += 1;
                if *until <= soon {
                    say(&format!("ends soon, on {until}"));
                }
            }
            Standing::Pending(_) => {
                counts[1] += 1;
                say(&printable(&standing.words()));
            }
            Standing::Expired(_) => {
                counts[2] += 1;
                say(&standing.words());
            }
            Standing::Refused(why) => {
                counts[3] += 1;
                let failure = Failure::configuration(format!(
                    "{place}:1: waiver {} {}",
                    waiver.id,
                    printable(why)
                ));
                context.terminal.fail(&failure);
            }
        }
    }
    counts
}

/// Looks at everything that is staged and says which waivers nothing needs, and which cover too much.
fn say_remarks(
    context: &Context,
    repository: &dyn Repository,
    register: &Register,
) -> Result<(), Failure> {
    let asked = &options::NOTHING;
    let found = ci::find_everything(context, repository, Side::Index, asked)?;
    let engines = asked.engines();
    for remark in registry::remarks(register, &found.detected, engines, &found.receipt) {
        context.terminal.warn(&remark);
    }
    Ok(())
}
