//! The pipeline: changes go in, findings marked as introduced or existing come out, with the receipt.
//!
//! It reads content, runs the engines over the new side, looks at the old side only where the new side has
//! findings, and subtracts. What to do with the findings is the policy's business. It must not know reports,
//! the command line or standard output.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::{self, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::finding::{Engine, Finding, Fingerprint, Place, RepoPath, printable};
use crate::git::{GitError, Repository};
use crate::input::{Change, Content, FileChange, ObjectId};
use crate::introduced::{Added, After, Before, Detected, subtract};
use crate::policy::{self, Policy};
use crate::receipt::{Consequence, Receipt, Unscanned};
use crate::secrets;

/// The largest content that is scanned unless a path rule excludes it.
pub const BLOB_LIMIT: u64 = 512 << 20;

/// What to scan with.
pub struct Job<'a> {
    /// Where blobs are read from; nothing when there is no repository (paths, a patch).
    pub repository: Option<&'a dyn Repository>,
    /// The policies that all apply.
    pub policies: &'a [Policy],
    /// The engines that run.
    pub engines: &'a [Engine],
    /// The team's own secret rules.
    pub custom_rules: Vec<secrets::Rule>,
}

/// What a scan found and what it looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The findings, in the order of changes, places and positions.
    pub detected: Vec<Detected>,
    /// What was looked at and what was not.
    pub receipt: Receipt,
}

/// Why a scan could not go on. What concerns a single file is in the receipt instead.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Git could not be read.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// Scans changes one after the other.
pub fn scan(
    job: &Job<'_>,
    changes: &mut dyn Iterator<Item = Result<Change, ScanError>>,
) -> Result<Outcome, ScanError> {
    let allowed = |path: &RepoPath, value: &[u8]| policy::allowed(job.policies, path, value);
    let key = job
        .policies
        .iter()
        .find_map(|policy| policy.secrets_fingerprint_key.as_deref());
    let scanner = secrets::Scanner::new(secrets::Options {
        fingerprint_key: key.unwrap_or_default().as_bytes(),
        custom: job.custom_rules.clone(),
        allowed: &allowed,
    });
    let mut pipeline = Pipeline {
        job,
        scanner,
        clean: HashSet::new(),
        outcome: Outcome::default(),
    };
    for change in changes {
        pipeline.change(&change?);
    }
    Ok(pipeline.outcome)
}

/// Why one content could not be scanned, as a lower-case fragment that is safe to print.
struct NotRead(String);

struct Pipeline<'a> {
    job: &'a Job<'a>,
    scanner: secrets::Scanner<'a>,
    /// Blobs without findings, each with the path it was seen at: many commits share them.
    clean: HashSet<(ObjectId, RepoPath)>,
    outcome: Outcome,
}

/// What was found in one file, with what is needed to ask whether it was added.
struct Found<'a> {
    file: Option<&'a FileChange>,
    findings: Vec<Finding>,
}

impl Pipeline<'_> {
    fn change(&mut self, change: &Change) {
        self.outcome.receipt.commits += u64::from(change.commit.is_some());
        for parent in &change.missing_parents {
            let note = format!(
                "parent {} is missing (shallow or partial clone): the whole new content counts as added",
                parent.short()
            );
            self.outcome.receipt.absorb(Receipt {
                notes: vec![note],
                ..Receipt::default()
            });
        }
        for (path, reason) in &change.unread {
            self.unscanned(path, reason, Consequence::CouldNotLook);
        }
        if !self.job.engines.contains(&Engine::Secrets) {
            return;
        }
        let mut found = Vec::new();
        for file in &change.files {
            found.extend(self.file(file));
        }
        for text in &change.texts {
            self.outcome.receipt.texts += 1;
            let findings = self.engine(&text.place, &text.bytes, 1);
            found.push(Found {
                file: None,
                findings,
            });
        }
        found.retain(|found| !found.findings.is_empty());
        if !found.is_empty() {
            self.judge_origin(change, found);
        }
    }

    /// Scans the name and the new content of one file.
    fn file<'c>(&mut self, file: &'c FileChange) -> Vec<Found<'c>> {
        let Some(new) = &file.new else {
            return Vec::new();
        };
        if policy::excluded(self.job.policies, Engine::Secrets, &file.path) {
            self.unscanned(
                &file.path,
                "the policy excludes this path",
                Consequence::Excluded,
            );
            return Vec::new();
        }
        let mut found = Vec::new();
        // The path to show, where the path itself holds a secret.
        let mut shown = None;
        if file.old.iter().all(Option::is_none) {
            let place = Place::FileName(file.path.clone());
            let findings = self.engine(&place, file.path.as_bytes(), 1);
            shown = findings
                .first()
                .and_then(|finding| finding.location.place.path().cloned());
            found.push(Found {
                file: None,
                findings,
            });
        }
        let blob = match new {
            Content::Blob(id) => Some((*id, file.path.clone())),
            _ => None,
        };
        if blob.as_ref().is_some_and(|blob| self.clean.contains(blob)) {
            self.outcome.receipt.files += 1;
            return found;
        }
        let (bytes, first_line) = match self.read(new) {
            Ok(content) => content,
            Err(NotRead(reason)) => {
                self.unscanned(&file.path, &reason, Consequence::CouldNotLook);
                return found;
            }
        };
        let receipt = &mut self.outcome.receipt;
        receipt.files += 1;
        receipt.bytes += bytes.len() as u64;
        receipt.lines += memchr::memchr_iter(b'\n', &bytes).count() as u64
            + u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
        let mut findings = self.engine(&Place::File(file.path.clone()), &bytes, first_line);
        if let Some(shown) = shown {
            for finding in &mut findings {
                finding.location.place = Place::File(shown.clone());
            }
        }
        if findings.is_empty() {
            self.clean.extend(blob);
        }
        found.push(Found {
            file: Some(file),
            findings,
        });
        found
    }

    /// Runs the engine over one text; a panic in it is one more thing that was not looked at.
    fn engine(&mut self, place: &Place, bytes: &[u8], first_line: u32) -> Vec<Finding> {
        let scan = AssertUnwindSafe(|| self.scanner.scan(place, bytes, first_line));
        catch_unwind(scan).unwrap_or_else(|_| {
            self.outcome.receipt.unscanned.push(Unscanned {
                place: place.clone(),
                engine: Some(Engine::Secrets),
                reason: "the secrets engine failed on this content, which is a defect of gate-hook"
                    .to_owned(),
                consequence: Consequence::CouldNotLook,
            });
            Vec::new()
        })
    }

    /// Marks the findings of one change as introduced or existing and keeps them.
    fn judge_origin(&mut self, change: &Change, found: Vec<Found<'_>>) {
        let before: Vec<Before> = (0..change.parents)
            .map(|parent| self.before(change, parent))
            .collect();
        let mut after = Vec::new();
        for Found { file, findings } in found {
            let added = match file {
                Some(file) => self.added(file, change.parents),
                None => vec![(Added::All, 1); change.parents],
            };
            after.extend(findings.into_iter().map(|finding| {
                After {
                    added: added
                        .iter()
                        .map(|(added, first_line)| added.touches(&finding.location, *first_line))
                        .collect(),
                    finding,
                }
            }));
        }
        let origins = subtract(&after, &before);
        for (After { finding, .. }, origin) in after.into_iter().zip(origins) {
            let commit = change.commit.clone();
            self.outcome.detected.push(Detected {
                finding,
                origin,
                commit,
            });
        }
    }

    /// Counts the fingerprints in the old content of all touched files in one parent.
    fn before(&mut self, change: &Change, parent: usize) -> Before {
        let mut counts: HashMap<Fingerprint, usize> = HashMap::new();
        for file in &change.files {
            let Some(Some(old)) = file.old.get(parent) else {
                continue;
            };
            // Old content that cannot be read takes nothing away: what is new then counts as introduced.
            let Ok((bytes, first_line)) = self.read(old) else {
                continue;
            };
            for finding in self.engine(&Place::File(file.path.clone()), &bytes, first_line) {
                *counts.entry(finding.fingerprint).or_default() += 1;
            }
        }
        counts
    }

    /// Returns the added lines of a file relative to each parent, with the line its content begins on.
    fn added(&self, file: &FileChange, parents: usize) -> Vec<(Added, u32)> {
        let new = file.new.as_ref().and_then(|new| self.read(new).ok());
        let relative_to = |parent: usize| {
            let (new, first_line) = new.as_ref()?;
            let (old, _) = self.read(file.old.get(parent)?.as_ref()?).ok()?;
            Some((Added::between(&old, new), *first_line))
        };
        (0..parents)
            .map(|parent| relative_to(parent).unwrap_or((Added::All, 1)))
            .collect()
    }

    fn read<'c>(&self, content: &'c Content) -> Result<(Cow<'c, [u8]>, u32), NotRead> {
        match content {
            Content::Inline { bytes, first_line } => Ok((Cow::Borrowed(bytes), *first_line)),
            Content::Disk(path) => read_file(path).map(|bytes| (Cow::Owned(bytes), 1)),
            Content::Blob(id) => {
                let repository = self
                    .job
                    .repository
                    .ok_or_else(|| NotRead("there is no repository to read it from".to_owned()))?;
                let bytes = repository
                    .blob(id, BLOB_LIMIT)
                    .map_err(|error| NotRead(error.to_string()))?;
                Ok((Cow::Owned(bytes), 1))
            }
        }
    }

    fn unscanned(&mut self, path: &RepoPath, reason: &str, consequence: Consequence) {
        self.outcome.receipt.unscanned.push(Unscanned {
            place: Place::File(path.clone()),
            engine: None,
            reason: reason.to_owned(),
            consequence,
        });
    }
}

/// Reads a file on disk, up to the limit.
fn read_file(path: &Path) -> Result<Vec<u8>, NotRead> {
    let explain = |error: io::Error| NotRead(printable(&error.to_string()).to_lowercase());
    let file = std::fs::File::open(path).map_err(explain)?;
    let mut bytes = Vec::new();
    file.take(BLOB_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(explain)?;
    if bytes.len() as u64 > BLOB_LIMIT {
        return Err(NotRead(format!(
            "more than the limit of {BLOB_LIMIT} bytes"
        )));
    }
    Ok(bytes)
}
