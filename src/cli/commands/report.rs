//! `gate-hook report`: the month, for the people who govern.

use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::cli::commands::metrics::{Source, facts};
use crate::cli::failure::{Exit, Failure};
use crate::cli::{Context, gate};
use crate::finding::printable;
use crate::record::metrics;
use crate::report::governance::{self, Month, Page};

/// How many weeks the charts show.
const CHART_WEEKS: u32 = 12;

const EXAMPLES: &str = "\
Examples
  gate-hook report --month 2026-12 --ledger gate-ledger.ndjson
  gate-hook report --month 2026-12 --ledger gate-ledger.ndjson --output december.html";

/// Write the report of a month, as Markdown or as one page of HTML
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// The month
    #[arg(long, value_name = "YYYY-MM", value_parser = parse_month)]
    month: Date,
    #[command(flatten)]
    source: Source,
    /// markdown or html; without it, what the name of the file says
    #[arg(long, value_name = "FORMAT", value_parser = parse_page)]
    format: Option<Page>,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Leave out what is still open, for readers outside
    #[arg(long)]
    public: bool,
    /// The name of the project; without it, that of the directory
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
}

fn parse_month(text: &str) -> Result<Date, String> {
    let shape = text.len() == 7;
    let first = format!("{text}-01").parse().ok().filter(|_| shape);
    first.ok_or_else(|| "expected a month such as 2026-12".to_owned())
}

fn parse_page(text: &str) -> Result<Page, String> {
    match text {
        "markdown" => Ok(Page::Markdown),
        "html" => Ok(Page::Html),
        _ => Err("one of markdown, html".to_owned()),
    }
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let first = arguments.month;
    let next = first.saturating_add(1.month());
    let before = first.saturating_sub(1.month());
    // Nothing in the report depends on the moment at which it is written, once the month is over.
    let to = metrics::midnight(next).min(context.environment.now());
    if to <= metrics::midnight(first) {
        return Err(Failure::usage(format!(
            "the month {} has not begun",
            first.strftime("%Y-%m")
        ))
        .with_hint("`--as-of DATE` sets the clock"));
    }
    let last_moment = to
        .checked_sub(jiff::SignedDuration::from_nanos(1))
        .unwrap_or(to);
    let weeks = metrics::weeks_until(last_moment, CHART_WEEKS);
    let since = weeks.first().map_or(before, |week| before.min(*week));
    let facts = facts(&arguments.source, context, metrics::midnight(since))?;
    let month = Month {
        project: project(arguments, context)?,
        first,
        to,
        weekly: metrics::compute(&facts, &weeks, last_moment),
        monthly: metrics::compute(&facts, &[before, first, next], last_moment),
        public: arguments.public,
        version: env!("CARGO_PKG_VERSION"),
    };
    let by_name = match &arguments.output {
        Some(file) if is_html(file) => Page::Html,
        _ => Page::Markdown,
    };
    let text = governance::page(&month, arguments.format.unwrap_or(by_name));
    match &arguments.output {
        None => context.terminal.result(&text),
        Some(file) => std::fs::write(file, text).map_err(|error| {
            let name = printable(&file.display().to_string());
            Failure::could_not_look(format!("the report cannot be written: {name}: {error}"))
        })?,
    }
    Ok(Exit::Passed)
}

fn is_html(file: &Path) -> bool {
    file.extension()
        .is_some_and(|extension| extension == "html" || extension == "htm")
}

fn project(arguments: &Arguments, context: &Context) -> Result<String, Failure> {
    if let Some(name) = &arguments.project {
        return Ok(printable(name));
    }
    let repository = gate::open(context)?;
    let layout = repository.layout();
    let directory = layout.work_tree.as_ref().unwrap_or(&layout.git_dir);
    let name = directory
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    Ok(printable(
        &name.unwrap_or_else(|| "this repository".to_owned()),
    ))
}
