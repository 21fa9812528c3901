//! One record of the export, read: what it says about each package, on its own.

use std::collections::BTreeSet;

use super::groups::Member;
use super::osv::{self, Record};
use crate::audit::advisory::Entry;
use crate::audit::dependency::PackageName;
use crate::audit::ranges::{Event, EventKind, Ranges, Reading};
use crate::audit::severity::{Scores, of_label};
use crate::audit::version::{self, Keys};

/// What came of one file.
#[derive(Debug)]
pub(super) enum Read {
    /// A record in force.
    Record(Box<Known>),
    /// A record that was withdrawn.
    Withdrawn,
    /// Something else; the name of the file.
    Unreadable(String),
}

/// A record in force.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: String,
    /// When it was modified, as it is written.
    pub(super) modified: String,
    pub(super) member: Member,
    /// What it says about each package; its group is filled in later.
    pub(super) entries: Vec<(PackageName, Entry)>,
}

/// Reads records, and keeps what it has worked out for those that follow.
#[derive(Debug, Default)]
pub(super) struct Interpreter {
    keys: Keys,
    scores: Scores,
}

impl Interpreter {
    /// Reads a file.
    pub(super) fn read(&mut self, name: &str, json: &[u8]) -> Read {
        let text = std::str::from_utf8(json).ok();
        let record: Option<Record<'_>> = text.and_then(|text| serde_json::from_str(text).ok());
        match record.filter(Record::has_known_schema) {
            Some(record) if record.withdrawn.is_some() => Read::Withdrawn,
            Some(record) => Read::Record(Box::new(self.record(&record))),
            None => Read::Unreadable(name.to_owned()),
        }
    }

    fn record(&mut self, record: &Record<'_>) -> Known {
        let id = record.id.0.to_string();
        let aliases = record.aliases.as_deref().unwrap_or_default();
        let scores = &mut self.scores;
        let ratings = record
            .vectors()
            .filter_map(|vector| scores.of_vector(vector, &id));
        let label = record.label().and_then(|label| of_label(&label, &id));
        let member = Member {
            rating: ratings.chain(label).max(),
            malicious: record.is_malicious(),
            ids: [&id].into_iter().chain(aliases).cloned().collect(),
        };
        let names: BTreeSet<PackageName> = packages(record)
            .map(|(written, _)| PackageName::new(written))
            .collect();
        let entries = names.into_iter().map(|name| {
            let entry = entry(record, &name, aliases.to_vec(), &mut self.keys);
            (name, entry)
        });
        Known {
            entries: entries.collect(),
            modified: record
                .modified
                .as_ref()
                .map_or("", |text| &*text.0)
                .to_owned(),
            member,
            id,
        }
    }
}

/// Returns what a record says about packages of PyPI.
fn packages<'r, 'a>(
    record: &'r Record<'a>,
) -> impl Iterator<Item = (&'r str, &'r osv::Affected<'a>)> {
    let affected = record.affected.iter().flatten();
    affected.filter_map(|affected| {
        let package = affected.package.as_ref()?;
        (package.ecosystem.0 == "PyPI").then_some((&*package.name.0, affected))
    })
}

/// Returns what the database stores of a record about one package; the group is filled in later.
fn entry(record: &Record<'_>, name: &PackageName, aliases: Vec<String>, keys: &mut Keys) -> Entry {
    let mut spans: Vec<Vec<Event<'_>>> = Vec::new();
    let mut versions: Vec<&str> = Vec::new();
    let mut shown: Vec<&str> = Vec::new();
    for (written, affected) in packages(record) {
        if PackageName::new(written) != *name {
            continue;
        }
        let ranges = || affected.ranges.iter().flatten();
        spans.extend(
            ranges()
                .filter(|range| range.has_versions())
                .map(osv::Range::events),
        );
        versions.extend(affected.versions.iter().flatten().map(|text| &*text.0));
        // pip-audit compares the name as it is written, and the last entry's fixes replace the earlier ones.
        if written == name.as_str()
            && let Some(range) = ranges().find(|range| range.is_of_ecosystem())
        {
            shown = range.events().iter().filter_map(fix).collect();
        }
    }
    let mut read = |reading| {
        let mut ranges = Ranges::default();
        for events in &spans {
            ranges.add(events, reading);
        }
        ranges.list(versions.iter().copied(), keys);
        ranges
    };
    let events = || spans.iter().flatten();
    let differs = events().any(|(_, text)| version::key(text).is_none());
    let mut fixes = canonical(events().filter_map(fix).collect());
    fixes.dedup();
    let shown = canonical(shown);
    let shown_fixes = (shown != fixes).then_some(shown);
    Entry {
        id: record.id.0.to_string(),
        aliases,
        served: read(Reading::Served),
        meant: differs.then(|| read(Reading::Meant)),
        fixes,
        shown_fixes,
        group: Vec::new(),
        rating: None,
        malicious: false,
        text: record.text(),
    }
}

fn fix<'e>((kind, text): &Event<'e>) -> Option<&'e str> {
    (*kind == EventKind::Fixed).then_some(*text)
}

/// Returns the texts that are versions as PEP 440 writes them, ascending.
fn canonical(texts: Vec<&str>) -> Vec<String> {
    let mut versions: Vec<_> = texts
        .into_iter()
        .filter_map(version::Version::parse)
        .collect();
    versions.sort();
    versions
        .into_iter()
        .map(|version| version.canonical().to_owned())
        .collect()
}
