//! The ledger: lines that `ci` appends to a file, and files that `metrics` and `report` read.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::failure::Failure;
use crate::cli::past;
use crate::cli::rulebook::utf8;
use crate::finding::printable;
use crate::git::Repository;
use crate::input::ObjectId;
use crate::record::ledger::{self, Entry, Event, Line};
use crate::report::Report;

/// What a run has looked at.
pub(super) enum Scope<'a> {
    /// The commits of a proposed change, parents before children.
    Commits(&'a [ObjectId]),
    /// Everything that is there at a commit.
    Everything(ObjectId),
}

/// Appends what a run has found: a line for each commit, or one for everything.
pub(super) fn append(
    file: &Path,
    repository: &dyn Repository,
    report: &Report,
    scope: &Scope<'_>,
    now: Timestamp,
) -> Result<(), Failure> {
    let mut text = String::new();
    match scope {
        Scope::Everything(head) => {
            let entries = report.verdict.judged.iter().filter_map(Entry::of);
            let line = line(
                repository,
                report,
                *head,
                Event::Full,
                entries.collect(),
                now,
            )?;
            text.push_str(&ledger::to_json(&line));
        }
        Scope::Commits(commits) => {
            for id in *commits {
                // What the change brings as a whole is on its last commit.
                let is_last = commits.last() == Some(id);
                let of_this =
                    report
                        .verdict
                        .judged
                        .iter()
                        .filter(|judged| match &judged.detected.commit {
                            Some(commit) => commit.id == *id,
                            None => is_last,
                        });
                let entries = of_this.filter_map(Entry::of).collect();
                let line = line(repository, report, *id, Event::Commit, entries, now)?;
                text.push_str(&ledger::to_json(&line));
            }
        }
    }
    let name = printable(&file.display().to_string());
    let refuse = |error: std::io::Error| {
        Failure::could_not_look(format!("the ledger cannot be written: {name}: {error}"))
    };
    // One write, so that two jobs on one file do not mix their lines.
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .and_then(|mut ledger| ledger.write_all(text.as_bytes()))
        .map_err(refuse)
}

fn line(
    repository: &dyn Repository,
    report: &Report,
    id: ObjectId,
    event: Event,
    findings: Vec<Entry>,
    now: Timestamp,
) -> Result<Line, Failure> {
    let fact = past::commit_fact(repository, &id)?;
    Ok(Line {
        time: Timestamp::from_second(now.as_second()).unwrap_or(now),
        event,
        commit: fact.id,
        key: fact.key,
        class: fact.class,
        policy: report.policy_digest.clone(),
        outcome: report.outcome().name().to_owned(),
        lines: report.receipt.lines,
        findings,
    })
}

/// Reads ledgers, one behind the other.
pub(super) fn read(files: &[PathBuf]) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::new();
    for file in files {
        let name = printable(&file.display().to_string());
        let bytes = std::fs::read(file)
            .map_err(|error| Failure::configuration(format!("{name}: {error}")))?;
        let read = ledger::from_json(&utf8(&name, bytes)?)
            .map_err(|error| Failure::could_not_look(format!("{name}: {error}")))?;
        lines.extend(read);
    }
    Ok(lines)
}
