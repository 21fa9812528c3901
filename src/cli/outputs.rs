//! `--format F` and `--output FILE`, repeatable in pairs: where reports go and what they look like there.

use std::fs;
use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueEnum};

use crate::cli::environment::Stream;
use crate::cli::failure::Failure;
use crate::cli::{Context, gate};
use crate::finding::printable;
use crate::report::Report;
use crate::report::formats::Format;

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// Where reports go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outputs {
    /// What standard output gets.
    stdout: Format,
    /// The files, each with its format.
    files: Vec<(Format, PathBuf)>,
}

impl Outputs {
    /// Writes the report to each place.
    pub(super) fn write(&self, context: &Context, report: &Report) -> Result<(), Failure> {
        for (format, path) in &self.files {
            let bytes = gate::rendered(context, report, *format, None);
            fs::write(path, bytes).map_err(|error| {
                let name = printable(&path.display().to_string());
                Failure::could_not_look(format!("the report cannot be written: {name}: {error}"))
            })?;
        }
        gate::show(context, report, self.stdout, Stream::Stdout);
        Ok(())
    }

    /// Pairs each file with the format before it; a format without a file is for standard output.
    fn pair(formats: &[(usize, Format)], files: &[(usize, PathBuf)]) -> Result<Self, String> {
        let mut free: Vec<(usize, Format)> = formats.to_vec();
        let mut pairs = Vec::new();
        for (at, path) in files {
            let format = match free.iter().rposition(|(index, _)| index < at) {
                Some(before) => free.remove(before).1,
                None => by_extension(path).ok_or_else(|| {
                    let name = printable(&path.display().to_string());
                    format!("`--output {name}` needs a `--format` before it")
                })?,
            };
            pairs.push((format, path.clone()));
        }
        match free.as_slice() {
            [] => Ok(Self {
                stdout: Format::Text,
                files: pairs,
            }),
            [(_, stdout)] => Ok(Self {
                stdout: *stdout,
                files: pairs,
            }),
            _ => Err("more than one `--format` without an `--output` behind it".to_owned()),
        }
    }
}

/// Returns the format that a file's name speaks of.
fn by_extension(path: &std::path::Path) -> Option<Format> {
    let extension = path.extension()?.to_str()?;
    match extension {
        "txt" => Some(Format::Text),
        "md" => Some(Format::Markdown),
        "xml" => Some(Format::Junit),
        other => other.parse().ok(),
    }
}

impl FromArgMatches for Outputs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let formats = with_places::<Format>(matches, "format");
        let files = with_places::<PathBuf>(matches, "output");
        Self::pair(&formats, &files).map_err(|message| {
            clap::Error::raw(clap::error::ErrorKind::ArgumentConflict, message + "\n")
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Returns the values of an option with their places on the command line.
fn with_places<T: Clone + Send + Sync + 'static>(
    matches: &ArgMatches,
    id: &str,
) -> Vec<(usize, T)> {
    let places = matches.indices_of(id).into_iter().flatten();
    let values = matches.get_many::<T>(id).into_iter().flatten().cloned();
    places.zip(values).collect()
}

impl Args for Outputs {
    fn augment_args(command: Command) -> Command {
        command
            .arg(
                Arg::new("format")
                    .long("format")
                    .value_name("FORMAT")
                    .help("The report's format, for standard output or the --output behind it")
                    .action(ArgAction::Append)
                    .value_parser(clap::value_parser!(Format)),
            )
            .arg(
                Arg::new("output")
                    .long("output")
                    .value_name("FILE")
                    .help("Write the report of the --format before it into a file")
                    .action(ArgAction::Append)
                    .value_parser(clap::value_parser!(PathBuf)),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(formats: &[(usize, Format)], files: &[(usize, &str)]) -> Result<Outputs, String> {
        let files: Vec<_> = files
            .iter()
            .map(|(at, path)| (*at, PathBuf::from(path)))
            .collect();
        Outputs::pair(formats, &files)
    }

    #[test]
    fn a_file_gets_the_format_before_it() {
        use Format::{Json, Sarif, Text};
        let outputs = pair(&[(1, Text), (3, Json), (7, Sarif)], &[(5, "a"), (9, "b")]).unwrap();
        assert_eq!(outputs.stdout, Text);
        assert_eq!(outputs.files, [(Json, "a".into()), (Sarif, "b".into())]);
    }

    #[test]
    fn a_file_without_a_format_is_known_by_its_name() {
        let outputs = pair(&[], &[(1, "report.sarif")]).unwrap();
        assert_eq!(outputs.files, [(Format::Sarif, "report.sarif".into())]);
        assert!(pair(&[], &[(1, "report")]).is_err());
        assert!(pair(&[(1, Format::Json), (3, Format::Sarif)], &[]).is_err());
    }
}
