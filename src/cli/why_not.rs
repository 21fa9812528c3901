//! Why a value is no finding: reads the file concerned, asks the engine, and writes down its answers.

use std::fs;

use crate::cli::Context;
use crate::cli::commands::explain;
use crate::cli::failure::Failure;
use crate::cli::text::table;
use crate::finding::{Place, RepoPath, printable};
use crate::secrets::{self, Gate};

/// Returns the gates that let `value` go: in the file that `subject` names, or wherever it stands.
pub(super) fn gates(
    context: &Context,
    subject: Option<&str>,
    value: &str,
) -> Result<String, Failure> {
    let typed = if value == "-" {
        context.environment.stdin()?
    } else {
        value.as_bytes().to_vec()
    };
    let value = typed.trim_ascii_end();
    if value.is_empty() {
        return Err(Failure::usage("an empty value has no gates to pass"));
    }
    let gates = match subject {
        None => secrets::why_not_alone(value),
        Some(subject) => in_file(subject, value)?,
    };
    let rows: Vec<Vec<String>> = gates
        .iter()
        .map(|Gate { passed, said }| {
            vec![
                format!("  {}", if *passed { "passed" } else { "failed" }),
                printable(said),
            ]
        })
        .collect();
    let advice = if subject.is_none() {
        "\nThe place decides as well: name its file, as in `gate-hook explain PATH --why-not -`.\n"
    } else {
        ""
    };
    Ok(table(&rows, context.terminal.width()) + advice)
}

fn in_file(subject: &str, value: &[u8]) -> Result<Vec<Gate>, Failure> {
    let (path, line) = match explain::place(subject) {
        Some((path, line)) => (path, Some(line)),
        None => (subject, None),
    };
    let shown = printable(path);
    let content = fs::read(path)
        .map_err(|error| Failure::usage(format!("`{shown}` cannot be read: {error}")))?;
    let place = Place::File(RepoPath::new(path.strip_prefix("./").unwrap_or(path)));
    secrets::why_not(&place, &content, line, value).ok_or_else(|| {
        Failure::usage(format!(
            "the value does not stand in `{}`",
            printable(subject)
        ))
        .with_hint("give it as it is written in the file, without its quotation marks")
    })
}
