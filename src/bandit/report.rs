//! What a scan of one file says.

use std::ops::RangeInclusive;

use super::check::Test;
use super::lines::CodeLine;
use super::nosec::NosecNote;
use super::quote::Quote;
use crate::finding::{
    Confidence, Excerpt, Finding, Fingerprint, Location, Place, Position, Severity,
};

/// What a scan of one file says.
#[derive(Debug, Clone, Default)]
pub struct FileReport {
    /// The findings that no comment silences, in the order of the reference tool.
    pub issues: Vec<Issue>,
    /// Why the file was not scanned, in the words that reports use.
    pub error: Option<String>,
    /// What was counted.
    pub metrics: FileMetrics,
    /// What is wrong with the `# nosec` comments of the file, by line.
    pub notes: Vec<NosecNote>,
    /// The file nests deeper than the reference tool can follow: that one skips it, this engine scanned it.
    pub beyond_reference: bool,
}

/// What was counted in one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileMetrics {
    /// Lines that are neither empty nor only a comment.
    pub loc: u64,
    /// Findings that a `# nosec` without a test silenced.
    pub nosec: u64,
    /// Findings that a `# nosec` with their test's id silenced.
    pub skipped_tests: u64,
    /// How many findings there are of each severity and confidence; nothing for a file that was not scanned.
    pub counts: Option<Counts>,
}

/// How many findings there are of each level, silenced ones left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// By severity: undefined, low, medium, high.
    pub severity: [u64; 4],
    /// By confidence: undefined, low, medium, high.
    pub confidence: [u64; 4],
}

impl Counts {
    pub(super) fn add(&mut self, severity: Severity, confidence: Confidence) {
        let severity = match severity {
            Severity::Unknown => 0,
            Severity::Low => 1,
            Severity::Medium => 2,
            Severity::High | Severity::Critical => 3,
        };
        let confidence = match confidence {
            Confidence::Low => 1,
            Confidence::Medium => 2,
            Confidence::High => 3,
        };
        self.severity[severity] += 1;
        self.confidence[confidence] += 1;
    }
}

/// One finding.
#[derive(Debug, Clone)]
pub struct Issue {
    /// The test that found it.
    pub test: &'static Test,
    /// How bad it is: low, medium or high.
    pub severity: Severity,
    /// How sure the test is.
    pub confidence: Confidence,
    /// What is wrong and what to do, in our words. It may quote names, never the value of a password.
    pub text: String,
    /// What the reference tool's message quotes of the code.
    pub quote: Option<Quote>,
    /// The 1-based line.
    pub line: u32,
    /// The lines of the node that the test looked at, or of what is around a string.
    pub line_range: RangeInclusive<u32>,
    /// The 0-based column of the node, in bytes.
    pub col_offset: u32,
    /// The 0-based column behind the node, in bytes.
    pub end_col_offset: u32,
    /// The lines of code that reports in the reference tool's formats show. They are **not redacted**.
    pub code: Vec<CodeLine>,
    /// What identifies the finding wherever it moves: the test, the definition around it, the statement.
    pub fingerprint: Fingerprint,
    /// The line concerned, redacted.
    pub excerpt: Excerpt,
    /// Where `excerpt` is: 1-based columns in characters, on `line`.
    pub columns: std::ops::Range<u32>,
}

impl Issue {
    /// Returns the finding in the crate's own vocabulary, which holds nothing that must not be shown.
    pub fn finding(&self, place: Place) -> Finding {
        let position = |column| Position {
            line: self.line,
            column,
        };
        Finding {
            rule: &self.test.meta,
            location: Location {
                place,
                start: position(self.columns.start),
                end: position(self.columns.end),
            },
            severity: self.severity,
            confidence: self.confidence,
            message: self.text.clone(),
            excerpt: self.excerpt.clone(),
            fingerprint: self.fingerprint,
            inline_allow: None,
            notes: Vec::new(),
            package: None,
        }
    }
}
