//! All of history: every blob is looked at once, and only what was found is asked where it comes from.
//!
//! ```text
//! History (commits, files, each with its first commit)
//!    │ blobs in the order of their packs, on all cores
//!    ▼
//! fingerprints of each blob ─► commits that may have brought one ─► the pipeline, for these alone ─► findings
//! ```
//!
//! A finding belongs to the first commit that has the content it is found in, if that commit introduces it there.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;

use super::pipeline::{Pipeline, missing_parent};
use super::secrets::Secrets;
use super::{BLOB_LIMIT, Job, Outcome, ScanError};
use crate::finding::{Engine, Fingerprint, Origin, Place, RepoPath};
use crate::git::{self, History, Repository, Selection, Side, Visitor};
use crate::input::{Change, Content, ObjectId, Piece};
use crate::introduced::Detected;
use crate::policy;
use crate::receipt::{Consequence, Receipt, Unscanned};
use crate::secrets::{Options, Reading, Scanner, Trace};

/// How many blobs are looked at between two entries of the journal.
const PORTION: usize = 20_000;

/// What to look at, and how.
pub struct Request<'a> {
    /// Which commits count.
    pub selection: Selection<'a>,
    /// The part of the contents to look at, where others look at the rest.
    pub shard: Option<Shard>,
    /// How many threads look.
    pub threads: usize,
    /// Told how many contents there are, once that is known.
    pub expect: &'a dyn Fn(u64),
    /// Told of each content that was looked at.
    pub step: &'a (dyn Fn() + Sync),
    /// Where what was found so far is kept, so that a run that breaks off can go on.
    pub journal: &'a mut dyn Journal,
}

/// A share of all contents, chosen by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

impl FromStr for Shard {
    type Err = String;

    /// Reads `2/5`: the second of five shares.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(number, count)| {
            let (number, count): (u64, u64) = (number.parse().ok()?, count.parse().ok()?);
            (1..=count).contains(&number).then(|| Self {
                index: number - 1,
                count,
            })
        });
        parts.ok_or_else(|| "a share is written as `2/5`: the second of five".to_owned())
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.index + 1, self.count)
    }
}

impl Shard {
    fn holds(self, id: &ObjectId) -> bool {
        let head = id
            .as_bytes()
            .first_chunk()
            .map_or(0, |head| u64::from_be_bytes(*head));
        head % self.count == self.index
    }

    fn holds_text(self, text: &[u8]) -> bool {
        let digest = blake3::hash(text);
        let head = digest
            .as_bytes()
            .first_chunk()
            .map_or(0, |head| u64::from_be_bytes(*head));
        head % self.count == self.index
    }
}

/// What was found in some contents, kept between runs.
pub trait Journal {
    /// Returns what was recorded under a key.
    fn recall(&self, key: &str) -> Option<String>;
    /// Records something under a key.
    fn record(&mut self, key: &str, text: &str);
}

/// The journal of a run that is not to be resumed.
pub struct NoJournal;

impl Journal for NoJournal {
    fn recall(&self, _: &str) -> Option<String> {
        None
    }

    fn record(&mut self, _: &str, _: &str) {}
}

/// Looks at all of history that is asked for.
pub fn history(
    job: &Job<'_>,
    repository: &dyn Repository,
    request: &mut Request<'_>,
) -> Result<Outcome, ScanError> {
    let allowed = |path: &RepoPath, value: &[u8]| policy::allowed(job.policies, path, value);
    let mut secrets = Secrets::new(job, &allowed);
    let shard = request.shard;
    let mut telling = BTreeSet::new();
    let history = History::of(repository, &request.selection, &mut |commit, message| {
        let here = shard.is_none_or(|shard| shard.holds(&commit.id));
        if here
            && !secrets
                .scanner()
                .scan(&Place::CommitMessage, message, 1)
                .is_empty()
        {
            telling.insert(commit.id);
        }
    })?;
    let mut survey = Survey::new(job, &history, shard);
    let mut suspects: BTreeSet<u32> = survey.names(secrets.scanner());
    let telling = (0_u32..)
        .zip(&history.commits)
        .filter(|(_, id)| telling.contains(id));
    suspects.extend(telling.map(|(number, _)| number));
    survey.contents(repository, request);
    suspects.extend(survey.suspects());
    let mut outcome = Outcome {
        detected: Vec::new(),
        receipt: survey.receipt(),
    };
    for number in suspects {
        let change = git::committed(repository, &history.commits[number as usize])?;
        let introduced = survey.introduced_by(number, &change, &mut secrets)?;
        outcome.detected.extend(introduced);
    }
    let beside = beside_commits(
        job,
        &history.other,
        shard,
        &mut secrets,
        &mut outcome.receipt,
    )?;
    outcome.detected.extend(beside);
    // Equal findings are told apart by their commits alone.
    outcome.detected.sort_by_key(|detected| {
        detected
            .commit
            .as_ref()
            .map(|commit| (commit.time, commit.id))
    });
    if !outcome.detected.is_empty() {
        survey.say_what_is_left(repository, &mut secrets, &mut outcome.detected)?;
    }
    Ok(outcome)
}

/// Looks at what references say and point at beside commits.
fn beside_commits(
    job: &Job<'_>,
    other: &Change,
    shard: Option<Shard>,
    secrets: &mut Secrets<'_>,
    receipt: &mut Receipt,
) -> Result<Vec<Detected>, ScanError> {
    let mut other = other.clone();
    if let Some(shard) = shard {
        other.texts.retain(|text| shard.holds_text(&text.bytes));
        other
            .files
            .retain(|file| matches!(&file.new, Some(Content::Blob(id)) if shard.holds(id)));
    }
    let mut pipeline = Pipeline::new(job);
    pipeline.look(secrets, &other, None)?;
    receipt.absorb(pipeline.outcome.receipt);
    Ok(pipeline.outcome.detected)
}

/// What is known of the contents of history.
struct Survey<'a> {
    job: &'a Job<'a>,
    history: &'a History,
    shard: Option<Shard>,
    /// Each way of reading with a place that is read so.
    readings: Vec<(Reading, Place)>,
    /// For each path its reading; nothing where the policy excludes the path.
    reading_of: HashMap<u32, Option<usize>>,
    /// What was found: for each blob and reading. Nothing is kept of those without findings.
    found: HashMap<(u32, usize), Vec<Fingerprint>>,
    seen: Seen,
}

/// What was looked at.
#[derive(Debug, Clone, Default)]
struct Seen {
    files: u64,
    bytes: u64,
    lines: u64,
    /// Blobs that could not be read, with the reason.
    unread: BTreeMap<u32, String>,
}

impl Seen {
    fn content(&mut self, bytes: &[u8]) {
        self.files += 1;
        self.bytes += bytes.len() as u64;
        self.lines += memchr::memchr_iter(b'\n', bytes).count() as u64
            + u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
    }

    fn absorb(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.unread.extend(other.unread);
    }
}

impl<'a> Survey<'a> {
    fn new(job: &'a Job<'a>, history: &'a History, shard: Option<Shard>) -> Self {
        let mut survey = Self {
            job,
            history,
            shard,
            readings: Vec::new(),
            reading_of: HashMap::new(),
            found: HashMap::new(),
            seen: Seen::default(),
        };
        let mut numbers: HashMap<Reading, usize> = HashMap::new();
        for sighting in &history.files {
            survey.reading_of.entry(sighting.path).or_insert_with(|| {
                let path = history.path(sighting.path);
                if policy::excluded(job.policies, Engine::Secrets, &path) {
                    return None;
                }
                let place = Place::File(path);
                let reading = Reading::of(&place);
                let number = *numbers.entry(reading.clone()).or_insert_with(|| {
                    survey.readings.push((reading, place));
                    survey.readings.len() - 1
                });
                Some(number)
            });
        }
        survey
    }

    fn in_shard(&self, blob: u32) -> bool {
        self.shard
            .is_none_or(|shard| shard.holds(&self.history.blobs[blob as usize]))
    }

    /// Returns the commits that bring a file whose name holds something.
    fn names(&self, scanner: &Scanner<'_>) -> BTreeSet<u32> {
        let mut looked_at = BTreeSet::new();
        let mut suspects = BTreeSet::new();
        for sighting in &self.history.files {
            let concerns =
                self.in_shard(sighting.blob) && self.reading_of[&sighting.path].is_some();
            if concerns
                && looked_at.insert(sighting.path)
                && shown_instead(&self.history.path(sighting.path), scanner).is_some()
            {
                suspects.insert(sighting.commit);
            }
        }
        suspects
    }

    /// Looks at all contents.
    fn contents(&mut self, repository: &dyn Repository, request: &mut Request<'_>) {
        let mut readings: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
        for sighting in &self.history.files {
            if let Some(reading) =
                self.reading_of[&sighting.path].filter(|_| self.in_shard(sighting.blob))
            {
                readings.entry(sighting.blob).or_default().insert(reading);
            }
        }
        (request.expect)(readings.len() as u64);
        let order = self
            .history
            .in_pack_order(readings.keys().copied().collect());
        for portion in order.chunks(PORTION) {
            let key = self.key(portion, &readings);
            if let Some(known) = request
                .journal
                .recall(&key)
                .and_then(|text| self.parse(&text))
            {
                portion.iter().for_each(|_| (request.step)());
                self.take(known);
                continue;
            }
            let known = self.portion(portion, &readings, repository, request);
            request.journal.record(&key, &self.write(&known));
            self.take(known);
        }
    }

    /// Looks at some contents.
    fn portion(
        &self,
        blobs: &[u32],
        readings: &BTreeMap<u32, BTreeSet<usize>>,
        repository: &dyn Repository,
        request: &Request<'_>,
    ) -> Known {
        let (rules, step, places) = (&self.job.custom_rules, request.step, &self.readings);
        let key = super::secrets::fingerprint_key(self.job);
        let make = || Sight {
            scanner: Scanner::new(Options {
                fingerprint_key: key,
                custom: rules.clone(),
                allowed: &|_, _| false,
            }),
            places,
            readings,
            step,
            known: Known::default(),
        };
        let tally = self
            .history
            .visit(blobs, BLOB_LIMIT, request.threads, &make);
        let mut known = Known::default();
        tally
            .visitors
            .into_iter()
            .for_each(|sight| known.absorb(sight.known));
        let mut sight = make();
        for blob in tally.left {
            match repository.blob(&self.history.blobs[blob as usize], BLOB_LIMIT) {
                Ok(bytes) => drop(sight.visit(blob, &bytes, None)),
                Err(error) => {
                    (request.step)();
                    known.seen.unread.insert(blob, error.to_string());
                }
            }
        }
        known.absorb(sight.known);
        known
    }

    fn take(&mut self, known: Known) {
        self.found.extend(known.found);
        self.seen.absorb(known.seen);
    }

    /// Returns the commits that are the first to have a content with findings.
    fn suspects(&self) -> impl Iterator<Item = u32> {
        let has_findings = |sighting: &&git::Sighting| {
            self.reading_of[&sighting.path]
                .is_some_and(|reading| self.found.contains_key(&(sighting.blob, reading)))
        };
        self.history
            .files
            .iter()
            .filter(has_findings)
            .map(|sighting| sighting.commit)
    }

    /// Returns what a commit introduces in the contents that it is the first to have.
    fn introduced_by(
        &self,
        number: u32,
        change: &Change,
        secrets: &mut Secrets<'_>,
    ) -> Result<Vec<Detected>, ScanError> {
        let sightings = &self.history.files;
        let first = sightings.partition_point(|sighting| sighting.commit < number);
        let mut new: BTreeSet<RepoPath> = sightings[first..]
            .iter()
            .take_while(|sighting| sighting.commit == number)
            .filter(|sighting| self.in_shard(sighting.blob))
            .map(|sighting| self.history.path(sighting.path))
            .collect();
        // A path that holds something itself is shown without it.
        let shown: Vec<RepoPath> = new
            .iter()
            .filter_map(|path| shown_instead(path, secrets.scanner()))
            .collect();
        new.extend(shown);
        let message_counts = change
            .commit
            .as_ref()
            .is_none_or(|commit| self.shard.is_none_or(|shard| shard.holds(&commit.id)));
        let mut pipeline = Pipeline::new(self.job);
        pipeline.look(secrets, change, None)?;
        let brought = |detected: &Detected| {
            detected.origin == Origin::Introduced
                && match detected.finding.location.place.path() {
                    Some(path) => new.contains(path),
                    None => message_counts,
                }
        };
        let detected = pipeline.outcome.detected.into_iter();
        Ok(detected.filter(brought).collect())
    }

    /// Notes of each finding whether `HEAD` still has it.
    fn say_what_is_left(
        &self,
        repository: &dyn Repository,
        secrets: &mut Secrets<'_>,
        detected: &mut [Detected],
    ) -> Result<(), ScanError> {
        let mut left: BTreeSet<Fingerprint> = BTreeSet::new();
        let files = match repository.head()? {
            Some(head) => repository.compare(&[], Side::Commit(head))?,
            None => Vec::new(),
        };
        let numbers: HashMap<&ObjectId, u32> = self.history.blobs.iter().zip(0..).collect();
        for file in files {
            let Some(Content::Blob(id)) = file.new else {
                continue;
            };
            let place = Place::File(file.path);
            let reading = Reading::of(&place);
            let reading = self
                .readings
                .iter()
                .position(|(known, _)| *known == reading);
            let known = numbers
                .get(&id)
                .filter(|blob| self.in_shard(**blob))
                .zip(reading);
            if let Some((blob, reading)) = known {
                left.extend(self.found.get(&(*blob, reading)).into_iter().flatten());
            } else if let Ok(bytes) = repository.blob(&id, BLOB_LIMIT) {
                left.extend(secrets.scanner().trace(&place, &bytes, None).fingerprints);
            }
        }
        for one in detected {
            let note = if left.contains(&one.finding.fingerprint) {
                "still in HEAD"
            } else {
                "no longer in HEAD"
            };
            one.finding.notes.push(note.to_owned());
        }
        Ok(())
    }

    fn receipt(&self) -> Receipt {
        let history = self.history;
        let here = |id: &&ObjectId| self.shard.is_none_or(|shard| shard.holds(id));
        let commits = history.commits.iter().filter(here).count() as u64;
        let mut receipt = Receipt {
            commits,
            // Each commit has a message.
            texts: commits,
            files: self.seen.files,
            bytes: self.seen.bytes,
            lines: self.seen.lines,
            ..Receipt::default()
        };
        for sighting in history
            .files
            .iter()
            .filter(|sighting| self.in_shard(sighting.blob))
        {
            let place = || Place::File(history.path(sighting.path));
            if self.reading_of[&sighting.path].is_none() {
                receipt.unscanned.push(Unscanned {
                    place: place(),
                    engine: None,
                    reason: "the policy excludes this path".to_owned(),
                    consequence: Consequence::Excluded,
                });
            } else if let Some(reason) = self.seen.unread.get(&sighting.blob) {
                receipt.unscanned.push(Unscanned {
                    place: place(),
                    engine: None,
                    reason: reason.clone(),
                    consequence: Consequence::CouldNotLook,
                });
            }
        }
        receipt
            .notes
            .extend(history.missing.iter().map(missing_parent));
        receipt.unscanned.sort();
        receipt.unscanned.dedup();
        receipt
    }

    /// Returns a key for the results of a portion: its contents, and how they are read.
    fn key(&self, blobs: &[u32], readings: &BTreeMap<u32, BTreeSet<usize>>) -> String {
        let mut hasher = blake3::Hasher::new();
        for blob in blobs {
            hasher.update(self.history.blobs[*blob as usize].as_bytes());
            for reading in &readings[blob] {
                hasher.update(format!("{reading} {:?}", self.readings[*reading].0).as_bytes());
            }
        }
        hasher.finalize().to_hex().to_string()
    }

    /// Writes what is known of a portion, for the journal.
    fn write(&self, known: &Known) -> String {
        let Seen {
            files,
            bytes,
            lines,
            unread,
        } = &known.seen;
        let mut words = vec![format!("{files} {bytes} {lines}")];
        // What could not be read is tried again.
        if !unread.is_empty() {
            return String::new();
        }
        let mut found: Vec<_> = known.found.iter().collect();
        found.sort();
        for ((blob, reading), fingerprints) in found {
            words.push(format!("{} {reading}", self.history.blobs[*blob as usize]));
            words.extend(fingerprints.iter().map(ToString::to_string));
        }
        words.join(" ")
    }

    /// Reads what [`Survey::write`] wrote.
    fn parse(&self, text: &str) -> Option<Known> {
        let mut words = text.split(' ').peekable();
        let mut number = || words.next()?.parse().ok();
        let (files, bytes, lines) = (number()?, number()?, number()?);
        let mut known = Known {
            seen: Seen {
                files,
                bytes,
                lines,
                unread: BTreeMap::new(),
            },
            ..Known::default()
        };
        let numbers: HashMap<&ObjectId, u32> = self.history.blobs.iter().zip(0..).collect();
        while let Some(id) = words.next() {
            let blob = *numbers.get(&ObjectId::from_hex(id.as_bytes())?)?;
            let reading: usize = words.next()?.parse().ok()?;
            self.readings.get(reading)?;
            let mut fingerprints = Vec::new();
            while let Some(fingerprint) = words.peek().and_then(|word| word.parse().ok()) {
                fingerprints.push(fingerprint);
                words.next();
            }
            known.found.insert((blob, reading), fingerprints);
        }
        Some(known)
    }
}

/// What is known of some contents.
#[derive(Default)]
struct Known {
    found: HashMap<(u32, usize), Vec<Fingerprint>>,
    seen: Seen,
}

impl Known {
    fn absorb(&mut self, other: Self) {
        self.found.extend(other.found);
        self.seen.absorb(other.seen);
    }
}

/// Returns how a path is shown that holds something itself; nothing if it does not.
fn shown_instead(path: &RepoPath, scanner: &Scanner<'_>) -> Option<RepoPath> {
    let findings = scanner.scan(&Place::FileName(path.clone()), path.as_bytes(), 1);
    findings.first()?.location.place.path().cloned()
}

/// Looks at the contents of one thread.
struct Sight<'a> {
    scanner: Scanner<'a>,
    places: &'a [(Reading, Place)],
    readings: &'a BTreeMap<u32, BTreeSet<usize>>,
    step: &'a (dyn Fn() + Sync),
    known: Known,
}

impl Visitor for Sight<'_> {
    /// For each reading what the scan has left.
    type Memory = Vec<(usize, Trace)>;

    fn visit(
        &mut self,
        blob: u32,
        bytes: &[u8],
        base: Option<(&Self::Memory, &[Piece])>,
    ) -> Self::Memory {
        self.known.seen.content(bytes);
        (self.step)();
        let mut memory = Vec::new();
        for reading in &self.readings[&blob] {
            let of_base = base.and_then(|(known, pieces)| {
                let (_, trace) = known.iter().find(|(known, _)| known == reading)?;
                Some((trace, pieces))
            });
            let look =
                AssertUnwindSafe(|| self.scanner.trace(&self.places[*reading].1, bytes, of_base));
            let Ok(mut trace) = catch_unwind(look) else {
                let reason =
                    "the secrets engine failed on this content, which is a defect of gate-hook";
                self.known.seen.unread.insert(blob, reason.to_owned());
                continue;
            };
            let fingerprints = std::mem::take(&mut trace.fingerprints);
            if !fingerprints.is_empty() {
                self.known.found.insert((blob, *reading), fingerprints);
            }
            memory.push((*reading, trace));
        }
        memory
    }
}
