//! The builder: records of the OSV export in, one database file out, the same bytes for the same records.
//!
//! Comes in: the zip archive as it is published, through a reader that the caller opens. Goes out: the bytes
//! of the file. Withdrawn records are left out; a record that cannot be read is named in the description, and
//! too many of them are refused. Nothing of the archive is ever written to disk, so names of entries do no harm.

mod groups;
mod osv;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek};
use std::path::Path;

use groups::Member;
use osv::Record;

use super::advisory::Entry;
use super::database::codec::{put_bytes, put_list};
use super::database::{About, HEADER_LENGTH, Header, Part, bucket_of};
use super::dependency::PackageName;
use super::ranges::{Event, EventKind, Ranges, Reading};
use super::severity;
use super::version;

/// The largest record that is read.
const RECORD_LIMIT: u64 = 16 << 20;
/// The most bytes that an archive may unpack to.
const ARCHIVE_LIMIT: u64 = 4 << 30;
/// The most records that an archive may hold.
const RECORDS_LIMIT: usize = 2_000_000;
/// How many of the last days with a changed record are kept.
const DAYS: usize = 16;
/// How many names the lookup of one bucket compares, about.
const BUCKET_SIZE: usize = 8;

/// Why no database can be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The archive cannot be read.
    #[error("{0} is no complete zip archive: {1}")]
    Archive(String, zip::result::ZipError),
    /// An entry of the archive cannot be read.
    #[error("`{1}` in {0} cannot be read: {2}")]
    Entry(String, String, io::Error),
    /// The archive is larger than any export.
    #[error("{0} unpacks to more than an export can hold")]
    TooLarge(String),
    /// Too many records cannot be read.
    #[error("{unreadable} of {records} records cannot be read, for example `{example}`")]
    Unreadable {
        /// How many cannot be read.
        unreadable: usize,
        /// How many there are.
        records: usize,
        /// The first of them.
        example: String,
    },
    /// No record concerns a package of PyPI.
    #[error("none of the {0} records concerns a package of PyPI")]
    OtherEcosystem(usize),
}

/// Builds a database out of records.
#[derive(Debug, Default)]
pub struct Builder {
    members: Vec<Member>,
    drafts: Vec<Draft>,
    /// The latest record of each id, with when it was modified.
    seen: BTreeMap<String, (usize, String)>,
    days: BTreeSet<String>,
    keys: version::Keys,
    read: usize,
    withdrawn: u64,
    unreadable: Vec<String>,
}

/// One record about one package, before its group is known.
#[derive(Debug)]
struct Draft {
    package: PackageName,
    record: usize,
    entry: Entry,
}

impl Builder {
    /// Adds every record of a zip archive; `step` is told how many of how many are done.
    pub fn add_archive(
        &mut self,
        name: &str,
        archive: impl Read + Seek,
        step: &mut dyn FnMut(usize, usize),
    ) -> Result<(), BuildError> {
        let wrong = |error| BuildError::Archive(name.to_owned(), error);
        let mut archive = zip::ZipArchive::new(archive).map_err(wrong)?;
        let entries = archive.len();
        if entries > RECORDS_LIMIT {
            return Err(BuildError::TooLarge(name.to_owned()));
        }
        let mut unpacked = 0;
        let mut bytes = Vec::new();
        for index in 0..entries {
            step(index, entries);
            let mut entry = archive.by_index(index).map_err(wrong)?;
            let record = entry.name().map_err(wrong)?.into_owned();
            if Path::new(&record)
                .extension()
                .is_none_or(|extension| extension != "json")
            {
                continue;
            }
            bytes.clear();
            let read = (&mut entry).take(RECORD_LIMIT + 1).read_to_end(&mut bytes);
            read.map_err(|error| BuildError::Entry(name.to_owned(), record.clone(), error))?;
            unpacked += bytes.len() as u64;
            if bytes.len() as u64 > RECORD_LIMIT || unpacked > ARCHIVE_LIMIT {
                return Err(BuildError::TooLarge(name.to_owned()));
            }
            self.add_record(&record, &bytes);
        }
        Ok(())
    }

    /// Adds one record as JSON; one that cannot be read is remembered under its name.
    pub fn add_record(&mut self, name: &str, json: &[u8]) {
        self.read += 1;
        let text = std::str::from_utf8(json).ok();
        let record: Option<Record<'_>> = text.and_then(|text| serde_json::from_str(text).ok());
        match record.filter(Record::has_known_schema) {
            Some(record) => self.record(&record),
            None => self.unreadable.push(name.to_owned()),
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        if record.withdrawn.is_some() {
            self.withdrawn += 1;
            return;
        }
        let modified = record.modified.clone().unwrap_or_default();
        self.days.extend(modified.get(..10).map(str::to_owned));
        while self.days.len() > DAYS {
            self.days.pop_first();
        }
        let index = self.members.len();
        match self.seen.get(&*record.id.0) {
            // Of two records with one id the one that changed last counts.
            Some((_, other)) if *other >= modified => return,
            Some(&(older, _)) => {
                self.members[older] = Member::default();
                self.drafts.retain(|draft| draft.record != older);
            }
            None => {}
        }
        self.seen.insert(record.id.0.to_string(), (index, modified));
        let aliases: Vec<String> = record.aliases.iter().flatten().cloned().collect();
        let vectors = record.vectors();
        let ratings = vectors.filter_map(|vector| severity::of_vector(vector, &record.id.0));
        let label = record
            .label()
            .and_then(|label| severity::of_label(label, &record.id.0));
        self.members.push(Member {
            ids: [record.id.0.to_string()]
                .into_iter()
                .chain(aliases.clone())
                .collect(),
            rating: ratings.chain(label).max(),
            malicious: record.is_malicious(),
        });
        let names: BTreeSet<PackageName> = packages(record)
            .map(|(package, _)| PackageName::new(&package.name))
            .collect();
        for package in names {
            let entry = entry(record, &package, aliases.clone(), &mut self.keys);
            self.drafts.push(Draft {
                package,
                record: index,
                entry,
            });
        }
    }

    /// Returns the database. `source` and `source_sha256` say what it was built from; a CVE in `exploited`
    /// counts as critical.
    pub fn finish(
        mut self,
        source: &str,
        source_sha256: &str,
        exploited: &BTreeSet<String>,
    ) -> Result<Vec<u8>, BuildError> {
        self.unreadable.sort();
        if let Some(example) = self.unreadable.first()
            && self.unreadable.len() * 100 > self.read
        {
            return Err(BuildError::Unreadable {
                unreadable: self.unreadable.len(),
                records: self.read,
                example: example.clone(),
            });
        }
        if self.drafts.is_empty() {
            return Err(BuildError::OtherEcosystem(self.read));
        }
        let (groups, group_of) = groups::group(&self.members, exploited);
        let mut packages: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for draft in &mut self.drafts {
            let group = &groups[group_of[draft.record]];
            draft.entry.group = group.ids.clone();
            draft.entry.rating = group.rating.clone();
            draft.entry.malicious = group.malicious;
        }
        let mut unrated = BTreeSet::new();
        for draft in &self.drafts {
            packages
                .entry(draft.package.as_str())
                .or_default()
                .push(&draft.entry);
            if draft.entry.rating.is_none() {
                unrated.insert(draft.record);
            }
        }
        let about = About {
            source: source.to_owned(),
            source_sha256: source_sha256.to_owned(),
            records: self.seen.len() as u64,
            withdrawn: self.withdrawn,
            packages: packages.len() as u64,
            unrated: unrated.len() as u64,
            exploited: exploited.len() as u64,
            unreadable: self.unreadable.clone(),
            days: self.days.iter().rev().cloned().collect(),
        };
        Ok(write(&about, packages))
    }
}

/// Lays the parts out in one file.
fn write(about: &About, packages: BTreeMap<&str, Vec<&Entry>>) -> Vec<u8> {
    let mut file = vec![0; HEADER_LENGTH];
    let mut names_of: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut places: Vec<(String, Vec<u8>)> = Vec::with_capacity(packages.len());
    for (name, mut entries) in packages {
        entries.sort_by(|a, b| a.id.cmp(&b.id));
        let (mut records, mut texts) = (Vec::new(), Vec::new());
        for entry in entries {
            entry.write(&mut records, &mut texts);
            for id in &entry.group {
                names_of
                    .entry(id.to_ascii_uppercase())
                    .or_default()
                    .insert(name);
            }
        }
        let mut place = Vec::new();
        Part::append(&mut file, &records).put(&mut place);
        Part::append(&mut file, &texts).put(&mut place);
        places.push((name.to_owned(), place));
    }
    let ids = names_of.into_iter().map(|(id, names)| {
        let names: Vec<&str> = names.into_iter().collect();
        let mut value = Vec::new();
        put_list(&mut value, &names, |out, name| {
            put_bytes(out, name.as_bytes())
        });
        (id, value)
    });
    let packages = directory(&mut file, places);
    let ids = directory(&mut file, ids.collect());
    let about = serde_json::to_vec(about).expect("a description has only texts and numbers");
    let about = Part::append(&mut file, &about);
    let header = Header {
        length: file.len() as u64,
        about,
        packages,
        ids,
    };
    file[..HEADER_LENGTH].copy_from_slice(&header.write());
    file
}

/// Appends the entries in buckets, and the directory of the buckets.
fn directory(file: &mut Vec<u8>, entries: Vec<(String, Vec<u8>)>) -> Part {
    let mut buckets = vec![Vec::new(); (entries.len() / BUCKET_SIZE).max(1)];
    let count = buckets.len();
    for (name, value) in entries {
        let bucket = &mut buckets[bucket_of(&name, count)];
        put_bytes(bucket, name.as_bytes());
        put_bytes(bucket, &value);
    }
    let parts: Vec<Part> = buckets
        .iter()
        .map(|bucket| Part::append(file, bucket))
        .collect();
    let mut directory = Vec::new();
    put_list(&mut directory, &parts, |out, part| part.put(out));
    Part::append(file, &directory)
}

/// Returns what a record says about packages of PyPI.
fn packages<'r, 'a>(
    record: &'r Record<'a>,
) -> impl Iterator<Item = (&'r osv::Package, &'r osv::Affected<'a>)> {
    let affected = record.affected.iter().flatten();
    affected.filter_map(|affected| {
        let package = affected.package.as_ref()?;
        (package.ecosystem == "PyPI").then_some((package, affected))
    })
}

/// Returns what the database stores of a record about one package; the group is filled in later.
fn entry(
    record: &Record<'_>,
    name: &PackageName,
    aliases: Vec<String>,
    keys: &mut version::Keys,
) -> Entry {
    let mut spans: Vec<Vec<Event<'_>>> = Vec::new();
    let mut versions: Vec<&str> = Vec::new();
    let mut shown: Vec<&str> = Vec::new();
    for (package, affected) in packages(record) {
        if PackageName::new(&package.name) != *name {
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
        if package.name == name.as_str()
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
    let text = record.summary.as_ref().or(record.details.as_ref());
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
        text: text.map_or("N/A", String::as_str).to_owned(),
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
