//! Findings that an earlier report has.
//!
//! A finding is known if the report has one of the same file, test, severity, confidence and weakness; lines and
//! numbers of equal findings have no say. The reference tool compares messages as well. Ours are other words, so
//! for tests whose message there quotes the code, the line of code is compared instead.

use std::collections::{HashMap, HashSet};

use crate::bandit::import::{self, ImportError, Imported};
use crate::report::bandit::Finding;

/// The tests whose message quotes the code in the reference tool.
const QUOTING: [&str; 3] = ["B105", "B106", "B107"];

/// The findings of an earlier report.
#[derive(Default)]
pub(super) struct Baseline(HashSet<Key>);

/// What makes two findings equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    filename: String,
    test_id: String,
    test_name: String,
    severity: String,
    confidence: String,
    cwe: Option<u16>,
    /// The line of code, where it counts and is known.
    line: Option<String>,
}

impl Baseline {
    /// Reads the JSON report of an earlier run.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ImportError> {
        Ok(Self(
            import::read(bytes)?
                .findings
                .iter()
                .filter_map(Key::of_imported)
                .collect(),
        ))
    }

    /// Keeps the findings that the report does not have. Those that equal others of the run get all of them as
    /// candidates, because nothing tells which one is new.
    pub(super) fn new_findings(&self, findings: Vec<Finding>) -> Vec<Finding> {
        if self.0.is_empty() {
            return findings;
        }
        let (keys, mut kept): (Vec<Key>, Vec<Finding>) = findings
            .into_iter()
            .map(|finding| (Key::of_finding(&finding), finding))
            .filter(|(key, _)| !self.0.contains(key))
            .unzip();
        let mut equal: HashMap<&Key, Vec<usize>> = HashMap::new();
        for (index, key) in keys.iter().enumerate() {
            equal.entry(key).or_default().push(index);
        }
        for (key, finding) in keys.iter().zip(&mut kept) {
            if equal[key].len() > 1 {
                finding.candidates = equal[key].clone();
            }
        }
        kept
    }
}

impl Key {
    /// Returns nothing for a finding that no other can be compared with.
    fn of_imported(imported: &Imported) -> Option<Self> {
        let line = if QUOTING.contains(&imported.test_id.as_str()) {
            Some(imported.line_of_code()?.trim().to_owned())
        } else {
            None
        };
        Some(Self {
            filename: imported.filename.clone(),
            test_id: imported.test_id.clone(),
            test_name: imported.test_name.clone(),
            severity: imported.severity.clone(),
            confidence: imported.confidence.clone(),
            cwe: imported.cwe,
            line,
        })
    }

    fn of_finding(finding: &Finding) -> Self {
        let line = finding
            .code
            .iter()
            .find(|(number, _)| *number == finding.line_number)
            .map(|(_, text)| text.trim().to_owned());
        Self {
            filename: finding.filename.clone(),
            test_id: finding.test_id.clone(),
            test_name: finding.test_name.clone(),
            severity: finding.severity.name().to_owned(),
            confidence: finding.confidence.name().to_owned(),
            cwe: Some(finding.cwe),
            line: line.filter(|_| QUOTING.contains(&finding.test_id.as_str())),
        }
    }
}
