//! The pipeline with an engine that finds lines.

use super::*;
use crate::finding::{Category, Confidence, Excerpt, Fingerprint, Location, Position, Severity};
use crate::foreign::Imported;
use crate::rule::RuleMeta;
use crate::scan::adapter::Newness;

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

    fn look(&mut self, text: &Text<'_>) -> Result<Looked, ScanError> {
        let content = String::from_utf8_lossy(text.bytes);
        assert!(!content.contains("panic"));
        let found = content
            .lines()
            .zip(1..)
            .filter(|(line, _)| content.contains("import") && line.contains("bad"));
        Ok(Looked {
            findings: found.map(|(line, at)| finding(text, line, at)).collect(),
            ..Looked::default()
        })
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
        imported: &Imported::default(),
        advisories: &|| unreachable!("no dependency is looked up"),
        time_is_up: &|| time_is_up,
    };
    let net = Net {
        change,
        after: Tree::Nowhere,
        before: vec![Tree::Nowhere],
        engines: crate::scan::OF_STATES,
        standing: false,
    };
    let mut pipeline = Pipeline::new(&job);
    pipeline
        .look(&mut Lines(newness), &net.change, Some(&net))
        .unwrap();
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
    assert_eq!(introduced(Newness::MorePlaces, change(&above)), ["a.py:2"]);
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
