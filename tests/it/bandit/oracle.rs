//! The reference tool, run over files, and this engine's answers in the same shape.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gate_hook::bandit::{FileReport, PythonVersion, Quote, REFERENCE, Scanner, Settings};
use gate_hook::finding::{Confidence, Severity};
use serde_json::Value;

use crate::support::say;

/// Where the reference tool is installed.
pub(super) struct Oracle {
    python: PathBuf,
    /// The Python that runs it.
    pub(super) version: PythonVersion,
}

impl Oracle {
    /// Returns the installation that the test command made. Without one the test fails, unless
    /// `GATE_HOOK_NO_BANDIT` says that there is none on purpose.
    pub(super) fn installed() -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oracles");
        let found = Self::at(&root);
        if found.is_none() && super::variable("GATE_HOOK_NO_BANDIT").is_some() {
            say("skipped: GATE_HOOK_NO_BANDIT says that Bandit is not installed");
            return None;
        }
        assert!(
            found.is_some(),
            "Bandit {REFERENCE} is not in target/oracles: run ./test.sh, or set GATE_HOOK_NO_BANDIT"
        );
        found
    }

    /// Returns every further installation below `target/oracles`, one for each Python of this machine.
    pub(super) fn others() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oracles/bandit");
        let Ok(folder) = fs::read_dir(root) else {
            return Vec::new();
        };
        let mut roots: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
        roots.sort();
        roots.iter().filter_map(|root| Self::at(root)).collect()
    }

    fn at(root: &Path) -> Option<Self> {
        let python = root.join("bin/python");
        let script = "import sys, importlib.metadata as m; print(m.version('bandit'), \
                      '%d.%d' % sys.version_info[:2])";
        let output = Command::new(&python).args(["-c", script]).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let (bandit, version) = text.trim().split_once(' ')?;
        if bandit != REFERENCE {
            return None;
        }
        let version = PythonVersion::from_name(version)?;
        Some(Self { python, version })
    }

    /// Runs a line of Python and returns what it prints.
    pub(super) fn print(&self, script: &str) -> String {
        let output = Command::new(&self.python).args(["-c", script]).output();
        String::from_utf8(output.unwrap().stdout)
            .unwrap()
            .trim()
            .to_owned()
    }

    /// Returns the answers of the reference tool for files below `folder`, which are shown as `./name`.
    pub(super) fn answers(&self, folder: &Path, names: &[String], more: &[&str]) -> Answers {
        let output = tempfile::NamedTempFile::new().unwrap();
        let mut answers = Answers::default();
        // A command line has a limit.
        for names in names.chunks(2000) {
            let run = Command::new(&self.python)
                .args([
                    "-m",
                    "bandit",
                    "-q",
                    "-f",
                    "json",
                    "--exit-zero",
                    "-x",
                    "//nowhere",
                    "-o",
                ])
                .arg(output.path())
                .args(more)
                .arg("--")
                .args(names)
                .current_dir(folder)
                .env("PYTHONWARNINGS", "ignore")
                .output()
                .unwrap();
            let text = fs::read_to_string(output.path()).unwrap();
            let json: Value = serde_json::from_str(&text).unwrap_or_else(|error| {
                panic!("{error}: {}", String::from_utf8_lossy(&run.stderr))
            });
            answers.read(&json);
        }
        answers
    }
}

/// What is compared, in the order of the reports.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Answers {
    pub(super) findings: Vec<String>,
    pub(super) errors: Vec<String>,
    /// By file: everything that is counted.
    pub(super) metrics: BTreeMap<String, String>,
    /// What the reference tool says of each finding.
    messages: Vec<String>,
    /// What this engine knows of it.
    quotes: Vec<Option<Quote>>,
}

impl Answers {
    fn read(&mut self, json: &Value) {
        for result in json["results"].as_array().unwrap() {
            let text = |key: &str| result[key].as_str().unwrap().to_owned();
            self.messages.push(text("issue_text"));
            let range: Vec<u64> = result["line_range"]
                .as_array()
                .unwrap()
                .iter()
                .map(|line| line.as_u64().unwrap())
                .collect();
            self.findings.push(format!(
                "{}:{} {}-{} [{}..{}] {} {} {} {} CWE-{} {:?}",
                text("filename"),
                result["line_number"],
                result["col_offset"],
                result["end_col_offset"],
                range[0],
                range[range.len() - 1],
                text("test_id"),
                text("test_name"),
                text("issue_severity"),
                text("issue_confidence"),
                result["issue_cwe"]["id"],
                text("code"),
            ));
        }
        for error in json["errors"].as_array().unwrap() {
            self.errors.push(format!(
                "{}: {}",
                error["filename"].as_str().unwrap(),
                error["reason"].as_str().unwrap()
            ));
        }
        for (file, metrics) in json["metrics"].as_object().unwrap() {
            if file != "_totals" {
                let count = |key: &str| metrics[key].as_u64();
                let levels = ["UNDEFINED", "LOW", "MEDIUM", "HIGH"];
                let by = |kind: &str| levels.map(|level| count(&format!("{kind}.{level}")));
                let counts = by("SEVERITY")[0].map(|_| {
                    (
                        by("SEVERITY").map(Option::unwrap),
                        by("CONFIDENCE").map(Option::unwrap),
                    )
                });
                self.metrics.insert(
                    file.clone(),
                    format!(
                        "{} {} {} {counts:?}",
                        metrics["loc"], metrics["nosec"], metrics["skipped_tests"]
                    ),
                );
            }
        }
    }

    /// Adds this engine's answer for one file.
    fn add(&mut self, name: &str, report: &FileReport) {
        for issue in &report.issues {
            let code: String = issue
                .code
                .iter()
                .map(|line| format!("{} {}", line.number, line.text))
                .collect();
            self.findings.push(format!(
                "{name}:{} {}-{} [{}..{}] {} {} {} {} CWE-{} {code:?}",
                issue.line,
                issue.col_offset,
                issue.end_col_offset,
                issue.line_range.start(),
                issue.line_range.end(),
                issue.test.id(),
                issue.test.function,
                severity(issue.severity),
                confidence(issue.confidence),
                issue.test.meta.cwe.unwrap(),
            ));
            self.quotes.push(issue.quote.clone());
        }
        self.errors.extend(
            report
                .error
                .iter()
                .map(|reason| format!("{name}: {reason}")),
        );
        let metrics = &report.metrics;
        let counts = metrics
            .counts
            .map(|counts| (counts.severity, counts.confidence));
        self.metrics.insert(
            name.to_owned(),
            format!(
                "{} {} {} {counts:?}",
                metrics.loc, metrics.nosec, metrics.skipped_tests
            ),
        );
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Unknown | Severity::Critical => unreachable!("Bandit has no such level"),
    }
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "LOW",
        Confidence::Medium => "MEDIUM",
        Confidence::High => "HIGH",
    }
}

/// Returns this engine's answers for the same files.
pub(super) fn ours(folder: &Path, names: &[String], settings: &Settings) -> Answers {
    let scanner = Scanner::new(settings.clone());
    let mut answers = Answers::default();
    let mut sorted: Vec<String> = names.iter().map(|name| format!("./{name}")).collect();
    sorted.sort();
    for name in sorted {
        let content = fs::read(folder.join(&name)).unwrap();
        answers.add(&name, &scanner.scan(&name, &content));
    }
    answers
}

/// Compares the answers, prints the share that agrees and returns what does not.
pub(super) fn compare(what: &str, files: usize, theirs: &Answers, ours: &Answers) -> Vec<String> {
    let mut wrong = Vec::new();
    let agreeing = |a: &[String], b: &[String], wrong: &mut Vec<String>| {
        let mut left: BTreeMap<&String, i64> = BTreeMap::new();
        a.iter()
            .for_each(|entry| *left.entry(entry).or_default() += 1);
        b.iter()
            .for_each(|entry| *left.entry(entry).or_default() -= 1);
        for (entry, count) in &left {
            if *count != 0 {
                let who = if *count > 0 {
                    "only Bandit"
                } else {
                    "only gate-hook"
                };
                wrong.push(format!("{who}: {entry}"));
            }
        }
        let missing: i64 = left.values().filter(|count| **count > 0).sum();
        a.len() - missing as usize
    };
    let findings = agreeing(&theirs.findings, &ours.findings, &mut wrong);
    let errors = agreeing(&theirs.errors, &ours.errors, &mut wrong);
    if wrong.is_empty() && (theirs.findings != ours.findings || theirs.errors != ours.errors) {
        wrong.push("the order differs".to_owned());
    }
    let flat = |answers: &Answers| -> Vec<String> {
        let metrics = answers.metrics.iter();
        metrics
            .map(|(file, metrics)| format!("{file}: {metrics}"))
            .collect()
    };
    let metrics = agreeing(&flat(theirs), &flat(ours), &mut wrong);
    if wrong.is_empty() {
        wrong.extend(confused(theirs, ours));
    }
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    say(&format!(
        "{what}: {files} files; findings {findings} of {} ({:.2} %, {} of ours), unscanned {errors} of {}, \
         metrics {metrics} of {}",
        theirs.findings.len(),
        share(findings, theirs.findings.len()),
        ours.findings.len(),
        theirs.errors.len(),
        theirs.metrics.len(),
    ));
    wrong
}

/// Returns the findings that a baseline would take for each other although the messages of the reference tool
/// differ, or would not although they are the same.
fn confused(theirs: &Answers, ours: &Answers) -> Vec<String> {
    // Of equal findings the file, the test, its levels and the weakness are the same.
    let key = |finding: &str| {
        let words: Vec<&str> = finding.split_inclusive(' ').take(8).collect();
        let file = words[0].rsplit_once(':').map_or("", |(file, _)| file);
        format!("{file} {}", words[3..].concat())
    };
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, finding) in ours.findings.iter().enumerate() {
        groups.entry(key(finding)).or_default().push(index);
    }
    let mut wrong = Vec::new();
    for (key, group) in groups {
        for &one in &group {
            let mine = theirs.messages[one].as_str();
            // An address is another one in each run.
            if mine.contains(" object at 0x") {
                continue;
            }
            for &other in &group {
                let message = theirs.messages[other].as_str();
                let same = ours.quotes[one]
                    .as_ref()
                    .is_none_or(|quote| quote.is_in(message));
                if same != (mine == message) {
                    wrong.push(format!("{key}: {mine:?} and {message:?}"));
                }
            }
        }
    }
    wrong
}
