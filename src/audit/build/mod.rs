//! The builder: records of the OSV export in, one database file out, the same bytes for the same records.
//!
//! Comes in: the bytes of the zip archive as it is published. Goes out: the bytes of the file. Withdrawn records
//! are left out; a record that cannot be read is named in the description, and too many of them are refused.
//! Nothing of the archive is ever written to disk, so names of entries do no harm.
//!
//! ```text
//! archive ─► entries, unpacked ─► records, read (record) ─► drafts ─► groups of one weakness ─► parts of the file
//! ```

mod archive;
mod groups;
mod osv;
mod record;

use std::collections::{BTreeMap, BTreeSet};

use groups::Member;
use record::{Interpreter, Known, Read};

use super::advisory::Entry;
use super::database::codec::{put_bytes, put_list};
use super::database::{About, HEADER_LENGTH, Header, Part, bucket_of};
use super::dependency::PackageName;

/// How many of the last days with a changed record are kept.
const DAYS: usize = 16;
/// How many names the lookup of one bucket compares, about.
const BUCKET_SIZE: usize = 4;

/// Why no database can be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The archive cannot be read.
    #[error("{0} is no complete zip archive: {1}")]
    Archive(String, zip::result::ZipError),
    /// An entry of the archive cannot be read.
    #[error("`{1}` in {0} cannot be read: {2}")]
    Entry(String, String, &'static str),
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
        archive: &[u8],
        step: &mut dyn FnMut(usize, usize),
    ) -> Result<(), BuildError> {
        for read in archive::read(name, archive, step)? {
            self.add(read);
        }
        Ok(())
    }

    /// Adds one record as JSON; one that cannot be read is remembered under its name.
    pub fn add_record(&mut self, name: &str, json: &[u8]) {
        self.add(Interpreter::default().read(name, json));
    }

    fn add(&mut self, read: Read) {
        self.read += 1;
        match read {
            Read::Record(known) => self.record(*known),
            Read::Withdrawn => self.withdrawn += 1,
            Read::Unreadable(name) => self.unreadable.push(name),
        }
    }

    fn record(&mut self, known: Known) {
        if let Some(day) = known.modified.get(..10)
            && !self.days.contains(day)
        {
            self.days.insert(day.to_owned());
            if self.days.len() > DAYS {
                self.days.pop_first();
            }
        }
        let index = self.members.len();
        match self.seen.get(&known.id) {
            // Of two records with one id the one that changed last counts.
            Some((_, other)) if *other >= known.modified => return,
            Some(&(older, _)) => {
                self.members[older] = Member::default();
                self.drafts.retain(|draft| draft.record != older);
            }
            None => {}
        }
        self.seen.insert(known.id, (index, known.modified));
        self.members.push(known.member);
        let drafts = known.entries.into_iter().map(|(package, entry)| Draft {
            package,
            record: index,
            entry,
        });
        self.drafts.extend(drafts);
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
