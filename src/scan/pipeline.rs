//! One engine over one change: what it finds in the new content, and what of it the change brings in.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::adapter::{Adapter, Looked, Newness, Text};
use super::content::{NotRead, Reader, Tree};
use super::{Job, Net, Outcome};
use crate::finding::{Engine, Finding, Fingerprint, Origin, Place, RepoPath};
use crate::input::{Change, Content, FileChange, FileMode, ObjectId};
use crate::introduced::{Added, After, Before, Detected, subtract};
use crate::policy;
use crate::receipt::{Consequence, Deferral, Receipt, Unscanned};

/// The pipeline on its way through the changes.
pub(super) struct Pipeline<'a> {
    job: &'a Job<'a>,
    reader: Reader<'a>,
    /// Blobs without secrets, each with the path it was seen at: many commits share them.
    clean: HashSet<(ObjectId, RepoPath)>,
    /// The files that were counted, where engines share them.
    counted: BTreeSet<RepoPath>,
    pub(super) outcome: Outcome,
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
            self.note(format!(
                "parent {} is missing (shallow or partial clone): the whole new content counts as added",
                parent.short()
            ));
        }
        for (path, reason) in &change.unread {
            self.unscanned(path, reason, Consequence::CouldNotLook);
        }
    }

    /// Runs an engine over a change; `net` says what is around the files, where the engine compares states.
    pub(super) fn look(&mut self, adapter: &mut dyn Adapter, change: &Change, net: Option<&Net>) {
        let after = net.map_or(&Tree::Nowhere, |net| &net.after);
        let mut found = Vec::new();
        let mut left = Vec::new();
        for file in touched(adapter, change) {
            if adapter.engine() != Engine::Secrets && (self.job.time_is_up)() {
                left.extend(file.new.is_some().then_some(&file.path));
            } else {
                found.extend(self.file(adapter, file, after));
            }
        }
        self.defer(adapter.engine(), &left);
        if adapter.reads_texts() {
            for text in &change.texts {
                self.outcome.receipt.texts += 1;
                let findings = self.report_on(adapter, &text.place, &text.bytes, after);
                found.push(Found {
                    file: None,
                    findings,
                });
            }
        }
        found.retain(|found| !found.findings.is_empty());
        if net.is_some_and(|net| net.standing) {
            let findings = found.into_iter().flat_map(|found| found.findings);
            self.outcome
                .detected
                .extend(findings.map(|finding| Detected {
                    finding,
                    origin: Origin::Existing,
                    commit: None,
                }));
        } else if !found.is_empty() {
            self.judge_origin(adapter, change, net, found);
        }
    }

    /// Leaves to CI the files that the time did not suffice for.
    fn defer(&mut self, engine: Engine, left: &[&RepoPath]) {
        let Some(first) = left.first() else {
            return;
        };
        let files = match left.len() {
            1 => first.to_string(),
            many => format!("{first} and {} more", many - 1),
        };
        self.outcome.receipt.deferred.push(Deferral {
            engine,
            reason: format!("the time budget is spent, and {files} was not looked at"),
            command: Some(format!("gate-hook scan --engine {engine}")),
        });
    }

    /// Scans the name and the new content of one file.
    fn file<'c>(
        &mut self,
        adapter: &mut dyn Adapter,
        file: &'c FileChange,
        after: &Tree,
    ) -> Vec<Found<'c>> {
        let Some(new) = &file.new else {
            return Vec::new();
        };
        let counts = self.counts(adapter.engine(), &file.path);
        if policy::excluded(self.job.policies, adapter.engine(), &file.path) {
            if counts {
                let reason = "the policy excludes this path";
                self.unscanned(&file.path, reason, Consequence::Excluded);
            }
            return Vec::new();
        }
        let mut found = Vec::new();
        // The path to show, where the path itself holds a secret.
        let mut shown = None;
        if adapter.reads_texts() && file.old.iter().all(Option::is_none) {
            let place = Place::FileName(file.path.clone());
            let findings = self.report_on(adapter, &place, file.path.as_bytes(), after);
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
            Content::Blob(id) if *after == Tree::Nowhere => Some((*id, file.path.clone())),
            _ => None,
        };
        if blob.as_ref().is_some_and(|blob| self.clean.contains(blob)) {
            self.outcome.receipt.files += u64::from(counts);
            return found;
        }
        let (bytes, first_line) = match self.reader.read(new) {
            Ok(content) => content,
            Err(NotRead(reason)) => {
                if counts {
                    self.unscanned(&file.path, &reason, Consequence::CouldNotLook);
                }
                return found;
            }
        };
        if counts {
            self.count(&bytes);
        }
        let place = Place::File(file.path.clone());
        let text = Text {
            place: &place,
            bytes: &bytes,
            first_line,
            whole: is_whole(file),
            around: &|path| self.reader.around(after, path),
        };
        let looked = run(adapter, &text);
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
        found
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
        after: &Tree,
    ) -> Vec<Finding> {
        let text = Text {
            place,
            bytes,
            first_line: 1,
            whole: true,
            around: &|path| self.reader.around(after, path),
        };
        let looked = run(adapter, &text);
        self.take(adapter.engine(), place, looked)
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
        receipt.unscanned.extend(looked.unscanned);
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

    /// Marks the findings of one change as introduced or existing and keeps them.
    fn judge_origin(
        &mut self,
        adapter: &mut dyn Adapter,
        change: &Change,
        net: Option<&Net>,
        found: Vec<Found<'_>>,
    ) {
        let newness = adapter.newness();
        let before: Vec<Before> = (0..change.parents)
            .map(|parent| {
                let tree = net.and_then(|net| net.before.get(parent));
                self.before(adapter, change, parent, tree.unwrap_or(&Tree::Nowhere))
            })
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
        if newness != Newness::Added {
            // Where it stands does not matter, but of several equal findings those on added lines are the new ones.
            after.sort_by_key(|found| found.added.iter().all(|added| *added));
            after.iter_mut().for_each(|found| found.added.fill(true));
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
    fn before(
        &self,
        adapter: &mut dyn Adapter,
        change: &Change,
        parent: usize,
        tree: &Tree,
    ) -> Before {
        let mut counts: HashMap<Fingerprint, usize> = HashMap::new();
        for file in touched(adapter, change) {
            let Some(Some(old)) = file.old.get(parent) else {
                continue;
            };
            // Old content that cannot be read takes nothing away: what is new then counts as introduced.
            let Ok((bytes, first_line)) = self.reader.read(old) else {
                continue;
            };
            let text = Text {
                place: &Place::File(file.path.clone()),
                bytes: &bytes,
                first_line,
                whole: is_whole(file),
                around: &|path| self.reader.around(tree, path),
            };
            for finding in run(adapter, &text).unwrap_or_default().findings {
                let count = counts.entry(finding.fingerprint).or_default();
                *count = match adapter.newness() {
                    Newness::First => usize::MAX,
                    Newness::Added | Newness::More => *count + 1,
                };
            }
        }
        counts
    }

    /// Returns the added lines of a file relative to each parent, with the line its content begins on.
    fn added(&self, file: &FileChange, parents: usize) -> Vec<(Added, u32)> {
        let new = file.new.as_ref().and_then(|new| self.reader.read(new).ok());
        let relative_to = |parent: usize| {
            let (new, first_line) = new.as_ref()?;
            let (old, _) = self.reader.read(file.old.get(parent)?.as_ref()?).ok()?;
            Some((Added::between(&old, new), *first_line))
        };
        (0..parents)
            .map(|parent| relative_to(parent).unwrap_or((Added::All, 1)))
            .collect()
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

/// Returns the files of a change that an engine looks at. A symbolic link is a text, but neither code nor a list
/// of dependencies.
fn touched<'c>(adapter: &dyn Adapter, change: &'c Change) -> Vec<&'c FileChange> {
    let concerns = |file: &&FileChange| {
        adapter.wants(&file.path) && (file.mode == FileMode::Regular || adapter.reads_texts())
    };
    change.files.iter().filter(concerns).collect()
}

/// Returns whether the content is all of the file: a patch shows all of a file only where it is new.
fn is_whole(file: &FileChange) -> bool {
    !matches!(file.new, Some(Content::Inline { .. })) || file.old.iter().all(Option::is_none)
}

/// Runs an engine over one content; nothing where it panics.
fn run(adapter: &mut dyn Adapter, text: &Text<'_>) -> Option<Looked> {
    catch_unwind(AssertUnwindSafe(|| adapter.look(text))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Category, Confidence, Excerpt, Location, Position, RepoPath, Severity};
    use crate::rule::RuleMeta;

    static RULE: RuleMeta = RuleMeta {
        id: "test-rule",
        title: "test rule",
        engine: Engine::Bandit,
        category: Category::Code,
        severity: Severity::High,
        since: "0.1.0",
        page: "A rule for tests.",
        references: &[],
        cwe: None,
    };

    /// Finds every line that says `bad`, in contents that say `import`; fails on `panic`.
    struct Lines(Newness);

    impl Adapter for Lines {
        fn engine(&self) -> Engine {
            Engine::Bandit
        }

        fn newness(&self) -> Newness {
            self.0
        }

        fn wants(&self, path: &RepoPath) -> bool {
            path.extension() == b"py"
        }

        fn look(&mut self, text: &Text<'_>) -> Looked {
            let content = String::from_utf8_lossy(text.bytes);
            assert!(!content.contains("panic"));
            let found = content
                .lines()
                .zip(1..)
                .filter(|(line, _)| content.contains("import") && line.contains("bad"));
            Looked {
                findings: found.map(|(line, at)| finding(text, line, at)).collect(),
                ..Looked::default()
            }
        }
    }

    fn finding(text: &Text<'_>, line: &str, at: u32) -> Finding {
        let position = |column| Position { line: at, column };
        let mut digest = [0; 10];
        digest.copy_from_slice(&blake3::hash(line.trim().as_bytes()).as_bytes()[..10]);
        Finding {
            rule: &RULE,
            location: Location {
                place: text.place.clone(),
                start: position(1),
                end: position(2),
            },
            severity: Severity::High,
            confidence: Confidence::High,
            message: String::new(),
            excerpt: Excerpt {
                text: String::new(),
                mark: 0..0,
            },
            fingerprint: Fingerprint::new(Engine::Bandit, digest),
            package: None,
            inline_allow: None,
            notes: Vec::new(),
        }
    }

    fn content(text: &str) -> Content {
        Content::Inline {
            bytes: text.as_bytes().into(),
            first_line: 1,
        }
    }

    fn change(files: &[(&str, Option<&str>, Option<&str>)]) -> Change {
        let file = |(path, old, new): &(&str, Option<&str>, Option<&str>)| FileChange {
            path: RepoPath::new(*path),
            mode: FileMode::Regular,
            new: new.map(content),
            old: vec![old.map(content)],
        };
        Change {
            parents: 1,
            files: files.iter().map(file).collect(),
            ..Change::default()
        }
    }

    fn look(newness: Newness, change: Change, time_is_up: bool) -> Outcome {
        let job = Job {
            repository: None,
            policies: &[],
            engines: &[Engine::Bandit],
            custom_rules: Vec::new(),
            time_is_up: &|| time_is_up,
        };
        let net = Net {
            change,
            after: Tree::Nowhere,
            before: vec![Tree::Nowhere],
            engines: super::super::OF_STATES,
            standing: false,
        };
        let mut pipeline = Pipeline::new(&job);
        pipeline.look(&mut Lines(newness), &net.change, Some(&net));
        pipeline.outcome
    }

    /// Returns path and line of what is introduced.
    fn introduced(newness: Newness, change: Change) -> Vec<String> {
        let detected = look(newness, change, false).detected;
        let new = detected
            .into_iter()
            .filter(|detected| detected.origin == Origin::Introduced);
        new.map(|detected| {
            let location = detected.finding.location;
            format!("{}:{}", location.place, location.start.line)
        })
        .collect()
    }

    #[test]
    fn what_makes_an_untouched_line_a_finding_introduces_it() {
        let import = [("a.py", Some("bad()\n"), Some("import x\nbad()\n"))];
        assert_eq!(introduced(Newness::More, change(&import)), ["a.py:2"]);
        assert!(introduced(Newness::Added, change(&import)).is_empty());
    }

    #[test]
    fn what_moves_within_or_between_files_is_not_introduced() {
        let within = [("a.py", Some("import x\nbad()\n"), Some("bad()\nimport x\n"))];
        assert!(introduced(Newness::More, change(&within)).is_empty());
        let between = [
            ("a.py", Some("import x\nbad()\n"), None),
            ("b.py", None, Some("import x\n\n  bad()\n")),
        ];
        assert!(introduced(Newness::More, change(&between)).is_empty());
    }

    #[test]
    fn of_equal_findings_the_one_on_the_added_line_is_introduced() {
        let above = [(
            "a.py",
            Some("import x\nok()\nbad()\n"),
            Some("import x\nbad()\nok()\nbad()\n"),
        )];
        assert_eq!(introduced(Newness::More, change(&above)), ["a.py:2"]);
        assert!(introduced(Newness::First, change(&above)).is_empty());
    }

    #[test]
    fn a_panic_over_one_file_leaves_the_others_looked_at() {
        let files = [
            ("a.py", None, Some("panic")),
            ("b.py", None, Some("import x\nbad()\n")),
        ];
        let outcome = look(Newness::More, change(&files), false);
        assert_eq!(outcome.detected.len(), 1);
        let [unscanned] = &outcome.receipt.unscanned[..] else {
            panic!("{:?}", outcome.receipt)
        };
        assert_eq!(unscanned.consequence, Consequence::CouldNotLook);
        assert_eq!(unscanned.engine, Some(Engine::Bandit));
    }

    #[test]
    fn what_the_time_does_not_suffice_for_is_deferred_once() {
        let files = [
            ("a.py", None, Some("import x\nbad()\n")),
            ("b.py", None, Some("")),
            ("c.txt", None, Some("")),
            ("d.py", Some(""), None),
        ];
        let outcome = look(Newness::More, change(&files), true);
        assert!(outcome.detected.is_empty());
        let [deferral] = &outcome.receipt.deferred[..] else {
            panic!("{:?}", outcome.receipt)
        };
        assert!(deferral.reason.contains("a.py and 1 more"), "{deferral:?}");
    }
}
