//! `advisories show ID`: what the database knows about an advisory.

use crate::audit::{Advisory, Database, DatabaseError, PackageName};
use crate::cli::Context;
use crate::cli::database;
use crate::cli::failure::{Exit, Failure};
use crate::cli::text::paragraphs;
use crate::finding::{Severity, printable};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The id of an advisory, or an alias: CVE-…, GHSA-…, PYSEC-…
    id: String,
    #[command(flatten)]
    named: super::Named,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let path = arguments.named.path(context)?;
    let name = printable(&path.display().to_string());
    let found = database::open_named(&path)?;
    let text = text(&found, &arguments.id, context.terminal.width())
        .map_err(|error| database::unusable(&name, &error))?;
    let Some(text) = text else {
        return Err(Failure::usage(format!(
            "the advisory database knows no `{}`",
            printable(&arguments.id)
        ))
        .with_hint("ids are those of https://osv.dev; a withdrawn advisory is left out"));
    };
    context.terminal.result(&text);
    Ok(Exit::Passed)
}

/// Returns the pages of all packages concerned; nothing where the id is not known.
fn text(database: &Database, id: &str, width: usize) -> Result<Option<String>, DatabaseError> {
    let names = database.packages_of(id)?;
    let mut pages = Vec::new();
    for name in &names {
        let package = database.package(name)?;
        let texts = package.texts()?;
        for advisory in package.advisories()? {
            if advisory
                .group
                .iter()
                .any(|known| known.eq_ignore_ascii_case(id))
            {
                pages.push(page(name, &advisory, texts.of(&advisory)?, width));
            }
        }
    }
    Ok((!pages.is_empty()).then(|| pages.join("\n")))
}

fn page(name: &PackageName, advisory: &Advisory<'_>, text: &str, width: usize) -> String {
    let severity = match advisory.severity {
        Severity::Unknown => "unknown: no source rates it".to_owned(),
        severity => format!("{severity} ({})", advisory.severity_source),
    };
    let fixes = match advisory.fixes.as_slice() {
        [] => "none is known".to_owned(),
        fixes => fixes.join(", "),
    };
    let aliases: Vec<&str> = advisory
        .group
        .iter()
        .copied()
        .filter(|id| *id != advisory.id)
        .collect();
    let mut page = format!("{} in {name}\n", advisory.id);
    for (key, value) in [
        ("also known as", aliases.join(", ")),
        ("severity", severity),
        ("fixed in", fixes),
        (
            "more",
            format!("https://osv.dev/vulnerability/{}", advisory.id),
        ),
    ] {
        if !value.is_empty() {
            page += &format!("  {key:<14} {}\n", printable(&value));
        }
    }
    let lines: Vec<String> = text.lines().map(printable).collect();
    page += "\n";
    page += paragraphs(&lines.join("\n"), width, 2).trim_end();
    page += "\n";
    page
}
