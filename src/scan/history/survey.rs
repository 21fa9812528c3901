//! What is known of the contents of history, and which commits may have brought something.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::known::Known;
use super::sight::Sight;
use super::{Request, Shard};
use crate::finding::{Engine, Fingerprint, Origin, Place, RepoPath};
use crate::git::{self, History, Repository, Side, Visitor as _};
use crate::input::{Change, Content, ObjectId};
use crate::introduced::Detected;
use crate::policy;
use crate::receipt::{Consequence, Receipt, Unscanned};
use crate::scan::pipeline::{Pipeline, missing_parent};
use crate::scan::secrets::{Secrets, fingerprint_key};
use crate::scan::{BLOB_LIMIT, Job, ScanError};
use crate::secrets::{Options, Reading, Scanner};

/// How many blobs are looked at between two entries of the journal.
const PORTION: usize = 20_000;

/// What is known of the contents of history.
pub(super) struct Survey<'a> {
    job: &'a Job<'a>,
    history: &'a History,
    shard: Option<Shard>,
    /// Each way of reading.
    readings: Vec<Reading>,
    /// For each path its reading; nothing where the policy excludes the path.
    reading_of: HashMap<u32, Option<usize>>,
    /// How each blob is to be read.
    plan: BTreeMap<u32, BTreeSet<usize>>,
    numbers: HashMap<ObjectId, u32>,
    known: Known,
}

impl<'a> Survey<'a> {
    pub(super) fn new(job: &'a Job<'a>, history: &'a History, shard: Option<Shard>) -> Self {
        let mut survey = Self {
            job,
            history,
            shard,
            readings: Vec::new(),
            reading_of: HashMap::new(),
            plan: BTreeMap::new(),
            numbers: history.blobs.iter().copied().zip(0..).collect(),
            known: Known::default(),
        };
        let mut numbers: HashMap<Reading, usize> = HashMap::new();
        for sighting in &history.files {
            survey.reading_of.entry(sighting.path).or_insert_with(|| {
                let path = history.path(sighting.path);
                if policy::excluded(job.policies, Engine::Secrets, &path) {
                    return None;
                }
                let reading = Reading::of(&Place::File(path));
                let number = *numbers.entry(reading.clone()).or_insert_with(|| {
                    survey.readings.push(reading);
                    survey.readings.len() - 1
                });
                Some(number)
            });
        }
        for sighting in &history.files {
            if let Some(reading) =
                survey.reading_of[&sighting.path].filter(|_| survey.in_shard(sighting.blob))
            {
                survey
                    .plan
                    .entry(sighting.blob)
                    .or_default()
                    .insert(reading);
            }
        }
        survey
    }

    fn in_shard(&self, blob: u32) -> bool {
        self.shard
            .is_none_or(|shard| shard.holds(&self.history.blobs[blob as usize]))
    }

    /// Returns the commits that bring a file whose name holds something.
    pub(super) fn names(&self, scanner: &Scanner<'_>) -> BTreeSet<u32> {
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
    pub(super) fn contents(&mut self, repository: &dyn Repository, request: &mut Request<'_>) {
        (request.expect)(self.plan.len() as u64);
        let order = self
            .history
            .in_pack_order(self.plan.keys().copied().collect());
        let described: Vec<_> = self
            .readings
            .iter()
            .map(|reading| format!("{reading:?}"))
            .collect();
        for portion in order.chunks(PORTION) {
            let key = self.key(portion, &described);
            if let Some(known) = request
                .journal
                .recall(&key)
                .and_then(|text| Known::parse(&text, &self.numbers, self.readings.len()))
            {
                portion.iter().for_each(|_| (request.step)());
                self.known.absorb(known);
                continue;
            }
            let known = self.portion(portion, repository, request);
            request
                .journal
                .record(&key, &known.write(&self.history.blobs));
            self.known.absorb(known);
        }
    }

    /// Looks at some contents.
    fn portion(&self, blobs: &[u32], repository: &dyn Repository, request: &Request<'_>) -> Known {
        let (rules, step) = (&self.job.custom_rules, request.step);
        let (readings, plan) = (&self.readings, &self.plan);
        let key = fingerprint_key(self.job);
        let make = || Sight {
            scanner: Scanner::new(Options {
                fingerprint_key: key,
                custom: rules.clone(),
                allowed: &|_, _| false,
            }),
            readings,
            plan,
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

    /// Returns the commits that are the first to have a content with findings.
    pub(super) fn suspects(&self) -> impl Iterator<Item = u32> {
        let has_findings = |sighting: &&git::Sighting| {
            self.reading_of[&sighting.path]
                .is_some_and(|reading| self.known.found.contains_key(&(sighting.blob, reading)))
        };
        self.history
            .files
            .iter()
            .filter(has_findings)
            .map(|sighting| sighting.commit)
    }

    /// Returns whether each file of a change has no more than it had before, in every parent.
    pub(super) fn keeps_all(&self, change: &Change) -> bool {
        change.files.iter().all(|file| {
            let Some(new) = &file.new else { return true };
            if policy::excluded(self.job.policies, Engine::Secrets, &file.path) {
                return true;
            }
            let place = Place::File(file.path.clone());
            let reading = Reading::of(&place);
            let found = |content: &Content| self.found_in(content, &reading);
            found(new).is_some_and(|new| {
                let covered = |old: &Option<Content>| {
                    let old = old.as_ref().map_or(Some(&[][..]), found);
                    old.is_some_and(|old| covers(old, new))
                };
                new.is_empty() || !file.old.is_empty() && file.old.iter().all(covered)
            })
        })
    }

    /// Returns what was found in a content, read in this way; nothing if nobody could look.
    fn found_in(&self, content: &Content, reading: &Reading) -> Option<&[Fingerprint]> {
        let Content::Blob(id) = content else {
            return None;
        };
        let blob = *self.numbers.get(id)?;
        let reading = self.readings.iter().position(|known| known == reading)?;
        let was_read =
            self.plan.get(&blob)?.contains(&reading) && !self.known.seen.unread.contains_key(&blob);
        let found = self.known.found.get(&(blob, reading));
        was_read.then(|| found.map_or(&[][..], Vec::as_slice))
    }

    /// Returns what a commit introduces in the contents that it is the first to have.
    pub(super) fn introduced_by(
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
    pub(super) fn say_what_is_left(
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
        for file in files {
            let Some(new) = file.new else { continue };
            let reading = Reading::of(&Place::File(file.path));
            if let Some(found) = self.found_in(&new, &reading) {
                left.extend(found);
            } else if let Content::Blob(id) = new
                && let Ok(bytes) = repository.blob(&id, BLOB_LIMIT)
            {
                let trace = secrets.scanner().trace(&reading, &bytes, None);
                left.extend(trace.fingerprints);
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

    pub(super) fn receipt(&self) -> Receipt {
        let history = self.history;
        let here = |id: &&ObjectId| self.shard.is_none_or(|shard| shard.holds(id));
        let commits = history.commits.iter().filter(here).count() as u64;
        let mut receipt = Receipt {
            commits,
            // Each commit has a message.
            texts: commits,
            files: self.known.seen.files,
            bytes: self.known.seen.bytes,
            lines: self.known.seen.lines,
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
            } else if let Some(reason) = self.known.seen.unread.get(&sighting.blob) {
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

    /// Returns a key for the results of a portion: its contents, and how they are read. `described` says what each
    /// way of reading is.
    fn key(&self, blobs: &[u32], described: &[String]) -> String {
        let mut hasher = blake3::Hasher::new();
        for blob in blobs {
            hasher.update(self.history.blobs[*blob as usize].as_bytes());
            for reading in &self.plan[blob] {
                hasher.update(&reading.to_le_bytes());
                hasher.update(described[*reading].as_bytes());
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// Returns whether every fingerprint is among the old ones, at least as often.
fn covers(old: &[Fingerprint], new: &[Fingerprint]) -> bool {
    let mut left = old.to_vec();
    new.iter().all(|one| {
        let at = left.iter().position(|other| other == one);
        at.map(|at| left.swap_remove(at)).is_some()
    })
}

/// Returns how a path is shown that holds something itself; nothing if it does not.
fn shown_instead(path: &RepoPath, scanner: &Scanner<'_>) -> Option<RepoPath> {
    let findings = scanner.scan(&Place::FileName(path.clone()), path.as_bytes(), 1);
    findings.first()?.location.place.path().cloned()
}
