//! `gate-hook merge`: joins the reports of the shards of one scan into the report of the whole.

use std::path::PathBuf;

use crate::cli::Context;
use crate::cli::environment::Stream;
use crate::cli::failure::{Exit, Failure};
use crate::finding::printable;
use crate::report::{self, Outcome};

const EXAMPLES: &str = "\
Examples
  gate-hook scan --history --shard 1/2 --format json --output 1.json
  gate-hook scan --history --shard 2/2 --format json --output 2.json
  gate-hook merge 1.json 2.json --output history.json";

/// Join the reports of the shards of one scan
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// The JSON reports, one of each shard
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Write the joined report into a file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let mut reports = Vec::with_capacity(arguments.files.len());
    for file in &arguments.files {
        let name = printable(&file.display().to_string());
        let text = std::fs::read_to_string(file).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Failure::usage(format!("{name}: {error}")),
            _ => Failure::could_not_look(format!("{name}: {error}")),
        })?;
        reports.push((name, text));
    }
    let merged = report::merge(&reports).map_err(|error| {
        Failure::could_not_look(error.to_string())
            .with_hint("name the JSON reports of all shards of one scan, each once")
    })?;
    match &arguments.output {
        Some(path) => std::fs::write(path, &merged.bytes).map_err(|error| {
            let name = printable(&path.display().to_string());
            Failure::could_not_look(format!("the report cannot be written: {name}: {error}"))
        })?,
        None => context.terminal.write(Stream::Stdout, &merged.bytes),
    }
    Ok(match merged.outcome {
        Outcome::Passed => Exit::Passed,
        Outcome::Blocked => Exit::Blocked,
        Outcome::CouldNotLook => Exit::CouldNotLook,
    })
}
