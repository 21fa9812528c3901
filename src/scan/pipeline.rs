//! One engine over one change: what it finds in the new content, and what of it the change brings in.

mod origin;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::adapter::{Adapter, Looked, Lookup, Newness, Remark, Text};
use super::content::{NotRead, Reader, Tree};
use super::{Job, Net, Outcome, ScanError};
use crate::finding::{Engine, Finding, Origin, Place, RepoPath};
use crate::input::{Change, Content, FileChange, FileMode, ObjectId};
use crate::introduced::Detected;
use crate::policy;
use crate::receipt::{Consequence, Deferral, Receipt, Unscanned};

/// The pipeline on its way through the changes.
pub(super) struct Pipeline<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) reader: Reader<'a>,
    /// Blobs without secrets, each with the path it was seen at: many commits share them.
    clean: HashSet<(ObjectId, RepoPath)>,
    /// The files that were counted, where engines share them.
    counted: BTreeSet<RepoPath>,
    pub(super) outcome: Outcome,
}

/// The trees that a change leads from and to.
#[derive(Clone, Copy)]
struct Trees<'n> {
    after: &'n Tree,
    before: &'n [Tree],
    /// Whether nothing leads from the one to the others: no line is added.
    standing: bool,
}

impl<'n> Trees<'n> {
    fn of(net: Option<&'n Net>) -> Self {
        match net {
            Some(net) => Self {
                after: &net.after,
                before: &net.before,
                standing: net.standing,
            },
            None => Self {
                after: &Tree::Nowhere,
                before: &[],
                standing: false,
            },
        }
    }

    fn both_ends(self) -> impl Iterator<Item = &'n Tree> {
        std::iter::once(self.after).chain(self.before)
    }
}

/// One content, before its surroundings are known.
struct Part<'a> {
    place: &'a Place,
    bytes: &'a [u8],
    first_line: u32,
    whole: bool,
}

/// What was found in one file, with what is needed to ask whether it was added.
struct Found<'c> {
    file: Option<&'c FileChange>,
    findings: Vec<Finding>,
}

impl<'a> Pipeline<'a> {
    pub(super) fn new(job: &'a Job<'a>) -> Self {
        Self {
            job,
            reader: Reader {
                repository: job.repository,
            },
            clean: HashSet::new(),
            counted: BTreeSet::new(),
            outcome: Outcome::default(),
        }
    }

    /// Notes what a change says about itself.
    pub(super) fn receive(&mut self, change: &Change) {
        self.outcome.receipt.commits += u64::from(change.commit.is_some());
        for parent in &change.missing_parents {
            self.note(missing_parent(parent));
        }
        for (path, reason) in &change.unread {
            self.unscanned(path, reason, Consequence::CouldNotLook);
        }
    }

    /// Runs an engine over a change; `net` says what is around the files, where the engine compares states.
    pub(super) fn look(
        &mut self,
        adapter: &mut dyn Adapter,
        change: &Change,
        net: Option<&Net>,
    ) -> Result<(), ScanError> {
        adapter.begin();
        let trees = Trees::of(net);
        let mut found = Vec::new();
        let mut left = Vec::new();
        for file in touched(adapter, change) {
            if adapter.engine() != Engine::Secrets && (self.job.time_is_up)() {
                left.extend(file.new.is_some().then_some(&file.path));
            } else {
                found.extend(self.file(adapter, file, change.parents, trees)?);
            }
        }
        self.defer(adapter.engine(), &left);
        if adapter.reads_texts() {
            for text in &change.texts {
                self.outcome.receipt.texts += 1;
                let findings = self.report_on(adapter, &text.place, &text.bytes)?;
                found.push(Found {
                    file: None,
                    findings,
                });
            }
        }
        if adapter.newness() == Newness::MorePlaces {
            leave_out_repeated(&mut found);
        }
        found.retain(|found| !found.findings.is_empty());
        if net.is_some_and(|net| net.standing) {
            self.keep_standing(found.into_iter().flat_map(|found| found.findings));
        } else if !found.is_empty() {
            self.judge_origin(adapter, change, trees, found)?;
        }
        Ok(())
    }

    /// Keeps findings that were there before, unless a change has brought up the same one.
    fn keep_standing(&mut self, findings: impl Iterator<Item = Finding>) {
        let place_of = |finding: &Finding| (finding.fingerprint, finding.location.clone());
        let detected = self.outcome.detected.iter();
        let known: HashSet<_> = detected.map(|known| place_of(&known.finding)).collect();
        let new = findings.filter(|finding| !known.contains(&place_of(finding)));
        self.outcome.detected.extend(new.map(|finding| Detected {
            finding,
            origin: Origin::Existing,
            commit: None,
        }));
    }

    /// Leaves to CI the files that the time did not suffice for.
    fn defer(&mut self, engine: Engine, left: &[&RepoPath]) {
        let Some(first) = left.first() else {
            return;
        };
        let files = match left.len() {
            1 => format!("{first} was"),
            many => format!("{first} and {} more were", many - 1),
        };
        self.outcome.receipt.deferred.push(Deferral {
            engine,
            reason: format!("the time budget is spent, and {files} not looked at"),
            command: Some(format!("gate-hook scan --engine {engine}")),
        });
    }

    /// Scans the name and the new content of one file.
    fn file<'c>(
        &mut self,
        adapter: &mut dyn Adapter,
        file: &'c FileChange,
        parents: usize,
        trees: Trees<'_>,
    ) -> Result<Vec<Found<'c>>, ScanError> {
        let Some(new) = &file.new else {
            return Ok(Vec::new());
        };
        let counts = self.counts(adapter.engine(), &file.path);
        if self.excludes(adapter.engine(), file) {
            if counts {
                let reason = "the policy excludes this path";
                self.unscanned(&file.path, reason, Consequence::Excluded);
            }
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        // The path to show, where the path itself holds a secret.
        let mut shown = None;
        if adapter.reads_texts() && file.old.iter().all(Option::is_none) {
            let place = Place::FileName(file.path.clone());
            let findings = self.report_on(adapter, &place, file.path.as_bytes())?;
            shown = findings
                .first()
                .and_then(|finding| finding.location.place.path().cloned());
            found.push(Found {
                file: None,
                findings,
            });
        }
        // What an engine says of a blob may depend on the tree around it; what secrets says does not.
        let blob = match new {
            Content::Blob(id) if *trees.after == Tree::Nowhere => Some((*id, file.path.clone())),
            _ => None,
        };
        if blob.as_ref().is_some_and(|blob| self.clean.contains(blob)) {
            self.outcome.receipt.files += u64::from(counts);
            return Ok(found);
        }
        let (bytes, first_line) = match self.reader.read(new) {
            Ok(content) => content,
            Err(NotRead(reason)) => {
                if counts {
                    self.unscanned(&file.path, &reason, Consequence::CouldNotLook);
                }
                return Ok(found);
            }
        };
        if counts {
            self.count(&bytes);
        }
        let place = Place::File(file.path.clone());
        let part = Part {
            place: &place,
            bytes: &bytes,
            first_line,
            whole: is_whole(file),
        };
        let mut looked = self.run(adapter, &part, trees.after, trees)?;
        if let Some(looked) = &mut looked {
            if trees.standing {
                looked.remarks.clear();
            }
            self.keep_remarks(file, parents, looked);
        }
        let mut findings = self.take(adapter.engine(), &place, looked);
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
        Ok(found)
    }

    /// Returns whether the policy excludes a file, or an archive that it is in.
    fn excludes(&self, engine: Engine, file: &FileChange) -> bool {
        let excludes = |path: &RepoPath| policy::excluded(self.job.policies, engine, path);
        let path = file.path.as_bytes();
        let within = || {
            memchr::memmem::find_iter(path, "!/")
                .map(|end| RepoPath::new(&path[..end]))
                .any(|archive| excludes(&archive))
        };
        excludes(&file.path) || file.mode == FileMode::Packed && within()
    }

    /// Turns what an engine remarks on added lines into notes.
    fn keep_remarks(&mut self, file: &FileChange, parents: usize, looked: &mut Looked) {
        if looked.remarks.is_empty() {
            return;
        }
        let added = self.added(file, parents);
        for Remark { line, text } in looked.remarks.drain(..) {
            if added.iter().all(|(added, first)| added.has(line, *first)) {
                self.note(format!("{}:{line}: {text}", file.path));
            }
        }
    }

    /// Returns whether a file is counted when this engine looks at it: once, whichever engines look.
    fn counts(&mut self, engine: Engine, path: &RepoPath) -> bool {
        engine == Engine::Secrets
            || (!self.job.engines.contains(&Engine::Secrets) && self.counted.insert(path.clone()))
    }

    fn count(&mut self, bytes: &[u8]) {
        let receipt = &mut self.outcome.receipt;
        receipt.files += 1;
        receipt.bytes += bytes.len() as u64;
        receipt.lines += memchr::memchr_iter(b'\n', bytes).count() as u64
            + u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
    }

    /// Looks at a message or a name.
    fn report_on(
        &mut self,
        adapter: &mut dyn Adapter,
        place: &Place,
        bytes: &[u8],
    ) -> Result<Vec<Finding>, ScanError> {
        let part = Part {
            place,
            bytes,
            first_line: 1,
            whole: true,
        };
        let looked = self.run(adapter, &part, &Tree::Nowhere, Trees::of(None))?;
        Ok(self.take(adapter.engine(), place, looked))
    }

    /// Runs an engine over one content of a tree; nothing where it panics.
    fn run(
        &self,
        adapter: &mut dyn Adapter,
        part: &Part<'_>,
        tree: &Tree,
        trees: Trees<'_>,
    ) -> Result<Option<Looked>, ScanError> {
        let reader = self.reader;
        let around = move |path: &RepoPath| reader.around(tree, path);
        let ends: Vec<Box<Lookup<'_>>> = trees
            .both_ends()
            .map(|end| Box::new(move |path: &RepoPath| reader.around(end, path)) as Box<Lookup<'_>>)
            .collect();
        let ends: Vec<&Lookup<'_>> = ends.iter().map(Box::as_ref).collect();
        let text = Text {
            place: part.place,
            bytes: part.bytes,
            first_line: part.first_line,
            whole: part.whole,
            around: &around,
            ends: &ends,
        };
        catch_unwind(AssertUnwindSafe(|| adapter.look(&text)))
            .ok()
            .transpose()
    }

    /// Takes what an engine says into the receipt and returns the findings. A panic in it is one more thing that
    /// was not looked at.
    fn take(&mut self, engine: Engine, place: &Place, looked: Option<Looked>) -> Vec<Finding> {
        let receipt = &mut self.outcome.receipt;
        let Some(looked) = looked else {
            receipt.unscanned.push(Unscanned {
                place: place.clone(),
                engine: Some(engine),
                reason: format!(
                    "the {engine} engine failed on this content, which is a defect of gate-hook"
                ),
                consequence: Consequence::CouldNotLook,
            });
            return Vec::new();
        };
        for unscanned in looked.unscanned {
            if !receipt.unscanned.contains(&unscanned) {
                receipt.unscanned.push(unscanned);
            }
        }
        for deferral in looked.deferred {
            if !receipt.deferred.contains(&deferral) {
                receipt.deferred.push(deferral);
            }
        }
        for note in looked.notes {
            self.note(note);
        }
        looked.findings
    }

    fn note(&mut self, note: String) {
        self.outcome.receipt.absorb(Receipt {
            notes: vec![note],
            ..Receipt::default()
        });
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

/// Says what follows from a parent that is not there.
pub(super) fn missing_parent(parent: &ObjectId) -> String {
    format!(
        "parent {} is missing (shallow or partial clone): the whole new content counts as added",
        parent.short()
    )
}

/// Returns the files of a change that an engine looks at. A symbolic link is a text, but neither code nor a list
/// of dependencies.
fn touched<'c>(adapter: &dyn Adapter, change: &'c Change) -> Vec<&'c FileChange> {
    let concerns = |file: &&FileChange| {
        adapter.wants(&file.path) && (file.mode == FileMode::Regular || adapter.reads_texts())
    };
    change.files.iter().filter(concerns).collect()
}

/// Leaves out what was found again in a file that several touched ones include.
fn leave_out_repeated(found: &mut [Found<'_>]) {
    let mut known = HashSet::new();
    for found in found {
        found
            .findings
            .retain(|finding| known.insert((finding.fingerprint, finding.location.clone())));
    }
}

/// Returns whether the content is all of the file: a patch shows all of a file only where it is new.
fn is_whole(file: &FileChange) -> bool {
    !matches!(file.new, Some(Content::Inline { .. })) || file.old.iter().all(Option::is_none)
}
