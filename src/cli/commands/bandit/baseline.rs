//! Findings that an earlier report has.
//!
//! A finding is known if the report has one of the same file, test, severity, confidence and weakness with the same
//! message; lines and numbers of equal findings have no say. The messages of the reference tool are not ours, so
//! what they quote is compared. Our own reports carry a mark in its place.

use std::collections::HashMap;

use crate::bandit::Quote;
use crate::bandit::import::{self, ImportError};
use crate::report::bandit::Finding;

/// The findings of an earlier report: their messages.
#[derive(Default)]
pub(super) struct Baseline(HashMap<Key, Vec<String>>);

/// What makes two findings equal, beside what their messages quote.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    filename: String,
    test_id: String,
    test_name: String,
    severity: String,
    confidence: String,
    cwe: Option<u16>,
}

/// A finding, and what the reference tool's message about it quotes.
pub(super) type Quoting = (Finding, Option<Quote>);

/// Returns what stands behind the message of a finding in a report that may become a baseline.
pub(super) fn mark(quote: &Quote) -> String {
    format!(" [{}]", quote.mark())
}

impl Baseline {
    /// Reads the JSON report of an earlier run.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ImportError> {
        let mut known: HashMap<Key, Vec<String>> = HashMap::new();
        for imported in import::read(bytes)?.findings {
            let key = Key {
                filename: imported.filename,
                test_id: imported.test_id,
                test_name: imported.test_name,
                severity: imported.severity,
                confidence: imported.confidence,
                cwe: imported.cwe,
            };
            known.entry(key).or_default().push(imported.text);
        }
        Ok(Self(known))
    }

    /// Keeps the findings that the report does not have. Those that equal others of the run get all of them as
    /// candidates, because nothing tells which one is new.
    pub(super) fn new_findings(&self, findings: Vec<Quoting>) -> Vec<Finding> {
        if self.0.is_empty() {
            return findings.into_iter().map(|(finding, _)| finding).collect();
        }
        let (keys, mut kept): (Vec<_>, Vec<Finding>) = findings
            .into_iter()
            .map(|(finding, quote)| ((Key::of(&finding), quote), finding))
            .filter(|((key, quote), _)| !self.knows(key, quote.as_ref()))
            .unzip();
        let mut equal: HashMap<&(Key, Option<Quote>), Vec<usize>> = HashMap::new();
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

    fn knows(&self, key: &Key, quote: Option<&Quote>) -> bool {
        self.0.get(key).is_some_and(|messages| {
            quote.is_none_or(|quote| {
                let mark = mark(quote);
                messages
                    .iter()
                    .any(|message| quote.is_in(message) || message.ends_with(&mark))
            })
        })
    }
}

impl Key {
    fn of(finding: &Finding) -> Self {
        Self {
            filename: finding.filename.clone(),
            test_id: finding.test_id.clone(),
            test_name: finding.test_name.clone(),
            severity: finding.severity.name().to_owned(),
            confidence: finding.confidence.name().to_owned(),
            cwe: Some(finding.cwe),
        }
    }
}
