//! A report in a few words: what it ended in and what was looked at.

use std::collections::BTreeSet;

use super::{Outcome, Report};
use crate::policy::Action;
use crate::receipt::Consequence;

/// Returns `1 finding`, `2 findings`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Returns what was looked at, in one line.
pub(super) fn looked_at(report: &Report) -> String {
    let receipt = &report.receipt;
    let parts: Vec<String> = [
        (receipt.commits, "commit", "commits"),
        (receipt.files, "file", "files"),
        (receipt.texts, "message or name", "messages and names"),
        (receipt.lines, "line", "lines"),
    ]
    .into_iter()
    .filter(|(number, ..)| *number > 0)
    .map(|(number, one, many)| count(usize::try_from(number).unwrap_or(usize::MAX), one, many))
    .collect();
    if !parts.is_empty() {
        return parts.join(", ");
    }
    let places: BTreeSet<_> = report
        .unscanned_as(Consequence::Excluded)
        .map(|unscanned| &unscanned.place)
        .collect();
    if places.is_empty() {
        "nothing to look at".to_owned()
    } else {
        format!("nothing looked at, {} excluded", places.len())
    }
}

/// Returns what the run ended in, in words.
pub(super) fn verdict(report: &Report) -> String {
    let blocking = report.blocking().count();
    let by = format!("blocked by {}", count(blocking, "finding", "findings"));
    match report.outcome() {
        Outcome::Blocked if blocking == 0 => "blocked by what was not scanned".to_owned(),
        Outcome::Blocked => by,
        Outcome::CouldNotLook if blocking > 0 => format!("could not look at everything, and {by}"),
        Outcome::CouldNotLook => "could not look at everything".to_owned(),
        Outcome::Passed => passed(report),
    }
}

fn passed(report: &Report) -> String {
    let number = |wanted: Action| {
        report
            .introduced()
            .filter(|judged| judged.action == wanted)
            .count()
    };
    let unscanned = report.unscanned_as(Consequence::Policy).count();
    let parts: Vec<String> = [
        (number(Action::Review), "to review", "to review"),
        (number(Action::Warn), "warning", "warnings"),
        (
            report.deferred().len(),
            "question left to CI",
            "questions left to CI",
        ),
        (unscanned, "not scanned", "not scanned"),
    ]
    .into_iter()
    .filter(|(number, ..)| *number > 0)
    .map(|(number, one, many)| count(number, one, many))
    .collect();
    if parts.is_empty() {
        "clean".to_owned()
    } else {
        format!("passed with {}", parts.join(", "))
    }
}
