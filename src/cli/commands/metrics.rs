//! `gate-hook metrics`: the weekly numbers, out of git and of the ledger.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::cli::failure::{Exit, Failure};
use crate::cli::rulebook::Rulebook;
use crate::cli::{Context, gate, journal, ledger, past};
use crate::git::{Repository, Side};
use crate::record::metrics::{self, Facts, Metrics};
use crate::report::governance::{self, Shape};

const EXAMPLES: &str = "\
The ledger is what `gate-hook ci --ledger FILE` writes. Without one, only what git
itself says is counted: how commits came past the hook, overrides and waivers.

Examples
  gate-hook metrics --ledger gate-ledger.ndjson
  gate-hook metrics --journal .git/gate-hook/journal.ndjson
  gate-hook metrics --weekly --weeks 52 --ledger gate-ledger.ndjson --format csv";

/// Count per week: coverage, time to fix, waivers, false positives, bypasses
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// By ISO week, from Monday by UTC; there is no other division
    #[arg(long)]
    weekly: bool,
    /// How many weeks
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=520))]
    weeks: u32,
    #[command(flatten)]
    source: Source,
    /// table, json, csv or openmetrics
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = parse_shape)]
    format: Shape,
}

/// What numbers are made from.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct Source {
    /// A ledger; several are put one behind the other
    #[arg(long = "ledger", value_name = "FILE")]
    pub(in crate::cli) ledgers: Vec<PathBuf>,
    /// A journal of a clone: `gate-hook/journal.ndjson` in its git directory
    #[arg(long = "journal", value_name = "FILE")]
    pub(in crate::cli) journals: Vec<PathBuf>,
    /// The default branch; without it, what is checked out
    #[arg(long, value_name = "REF")]
    pub(in crate::cli) branch: Option<String>,
}

fn parse_shape(text: &str) -> Result<Shape, String> {
    let known = Shape::ALL.into_iter().find(|shape| shape.name() == text);
    known.ok_or_else(|| format!("one of {}", Shape::ALL.map(Shape::name).join(", ")))
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let to = context.environment.now();
    let weeks = metrics::weeks_until(to, arguments.weeks);
    let metrics = collect(&arguments.source, context, &weeks, to)?;
    let text = governance::weekly(&metrics, arguments.format);
    context.terminal.result(&text);
    Ok(Exit::Passed)
}

/// Gathers the facts and counts them for periods between these days.
fn collect(
    source: &Source,
    context: &Context,
    days: &[Date],
    to: Timestamp,
) -> Result<Metrics, Failure> {
    let since = days.first().map_or(to, |day| metrics::midnight(*day));
    let facts = facts(source, context, since)?;
    if !facts.has_ledger {
        context.terminal.warn(
            "without --ledger FILE nothing is known of what CI has scanned, found and seen fixed",
        );
    }
    Ok(metrics::compute(&facts, days, to))
}

/// Gathers what git and the ledger say.
pub(in crate::cli) fn facts(
    source: &Source,
    context: &Context,
    since: Timestamp,
) -> Result<Facts, Failure> {
    let repository = gate::open(context)?;
    let repository: &dyn Repository = repository.as_ref();
    let tip = match &source.branch {
        Some(branch) => Some(repository.resolve(branch)?),
        None => repository.head()?,
    };
    let mut facts = Facts {
        ledger: ledger::read(&source.ledgers)?,
        has_ledger: !source.ledgers.is_empty(),
        journal: journal::read(&source.journals)?,
        ..Facts::default()
    };
    let Some(tip) = tip else {
        return Ok(facts);
    };
    facts.commits = past::commits(repository, tip, since)?;
    let (overrides, notes) = past::overrides(repository, tip)?;
    for note in notes {
        context.terminal.warn(&note);
    }
    facts.overrides = overrides.into_iter().map(|arrived| arrived.fact).collect();
    let rulebook = Rulebook::load(repository, None, &[Side::Commit(tip)])?;
    let budget = rulebook.time_budget().map(|budget| budget.as_millis());
    facts.budget = budget.and_then(|budget| u32::try_from(budget).ok());
    facts.waivers = past::waivers(repository, &rulebook, &context.environment)?;
    Ok(facts)
}
