//! Where a report goes, and in which format.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};

use crate::cli::Context;
use crate::cli::environment::Stream;
use crate::cli::failure::Failure;
use crate::finding::printable;
use crate::report::bandit::{Document, Format};

use super::scan;

/// Opens the file of `-o`, before anything else is done.
pub(super) fn open(output: Option<&OsStr>) -> Result<Option<File>, Failure> {
    let Some(path) = output.filter(|path| *path != "-") else {
        return Ok(None);
    };
    let file = File::create(path).map_err(|error| {
        let path = printable(&path.to_string_lossy());
        Failure::usage(format!(
            "the report cannot be written: {path}: {}",
            scan::reason(&error)
        ))
    })?;
    Ok(Some(file))
}

/// A person at a terminal gets colours.
pub(super) fn default_format(context: &Context) -> Format {
    let environment = &context.environment;
    let dumb = environment.text("TERM").is_some_and(|term| term == "dumb");
    if environment.is_terminal(Stream::Stdout)
        && environment.variable("NO_COLOR").is_none()
        && !dumb
    {
        Format::Screen
    } else {
        Format::Txt
    }
}

/// Writes a report.
pub(super) fn write(
    document: &Document,
    format: Format,
    output: Option<File>,
    context: &Context,
) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::could_not_look(format!(
            "the report cannot be written: {}",
            scan::reason(&error)
        ))
    };
    // The format for terminals goes to the terminal, whatever file is named.
    if let Some(file) = output.filter(|_| format != Format::Screen) {
        let mut file = BufWriter::new(file);
        format.render(document, &mut file).map_err(failed)?;
        return file.flush().map_err(failed);
    }
    let mut bytes = Vec::new();
    format.render(document, &mut bytes).map_err(failed)?;
    context.terminal.write(Stream::Stdout, &bytes);
    Ok(())
}
