//! `advisories status`: where the database is from, how old it is, and whether it is whole.

use std::path::Path;

use indicatif::ProgressBar;
use jiff::civil::Date;

use crate::cli::Context;
use crate::cli::database;
use crate::cli::download::copy;
use crate::cli::failure::{Exit, Failure};
use crate::finding::printable;

pub(super) fn run(path: &Path, context: &Context) -> Result<Exit, Failure> {
    let name = printable(&path.display().to_string());
    let unusable = |error| database::unusable(&name, &error);
    let Some(found) = database::open(path).map_err(unusable)? else {
        return Err(
            Failure::could_not_look(format!("there is no advisory database at {name}")).with_hint(
                format!(
                    "{}; until then only the starter set is known",
                    database::REMEDY
                ),
            ),
        );
    };
    found.verify().map_err(unusable)?;
    let about = found.about();
    let today = context.environment.now().to_string();
    let newest = about.newest(&today[..10]);
    let age = newest.and_then(|newest| age(newest, &today[..10]));
    let age = age.map_or_else(String::new, |days| {
        let days_word = if days == 1 { "day" } else { "days" };
        format!(" ({days} {days_word} old)")
    });
    let rows = [
        ("file", name.clone()),
        ("from", printable(&about.source)),
        (
            "newest record",
            format!("{}{age}", newest.unwrap_or("unknown")),
        ),
        (
            "records",
            format!("{} about {} packages", about.records, about.packages),
        ),
        (
            "left out",
            format!(
                "{} withdrawn, {} unreadable",
                about.withdrawn,
                about.unreadable.len()
            ),
        ),
        ("without severity", about.unrated.to_string()),
        (
            "known exploited",
            match about.exploited {
                0 => "no list was given".to_owned(),
                count => format!("a list of {count}"),
            },
        ),
        ("identity", found.identity()),
        ("sha256", digest(path)?),
        (
            "state",
            "whole: every part has the checksum that was written".to_owned(),
        ),
    ];
    let lines = rows
        .iter()
        .map(|(key, value)| format!("{key:<17} {value}\n"));
    context.terminal.result(&lines.collect::<String>());
    Ok(Exit::Passed)
}

/// Returns how many days lie between two days.
fn age(from: &str, to: &str) -> Option<i32> {
    let (from, to): (Date, Date) = (from.parse().ok()?, to.parse().ok()?);
    Some(from.until(to).ok()?.get_days().max(0))
}

fn digest(path: &Path) -> Result<String, Failure> {
    let digest = std::fs::File::open(path)
        .and_then(|file| copy(file, &mut std::io::sink(), &ProgressBar::hidden()));
    digest.map(|(_, digest)| digest).map_err(|error| {
        Failure::could_not_look(format!(
            "{} cannot be read: {error}",
            printable(&path.display().to_string())
        ))
    })
}
