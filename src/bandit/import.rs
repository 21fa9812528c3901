//! A JSON report of the reference tool, read back.
//!
//! Ids are kept as they are: a report may hold findings of tests that only exist in Python.

use serde::Deserialize;

use crate::finding::printable;

/// What a report says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What was found.
    pub findings: Vec<Imported>,
    /// The files that were not scanned, each with the reason.
    pub errors: Vec<(String, String)>,
}

/// A finding of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The file, as the report names it.
    pub filename: String,
    /// The id of the test.
    pub test_id: String,
    /// The name of the test.
    pub test_name: String,
    /// How bad it is, in the report's word.
    pub severity: String,
    /// How sure the test is, in the report's word.
    pub confidence: String,
    /// The number of the weakness.
    pub cwe: Option<u16>,
    /// What the test says.
    pub text: String,
    /// The 1-based line.
    pub line: u32,
    /// The lines it is about.
    pub line_range: Vec<u32>,
    /// The 0-based column in bytes, and the one behind the end.
    pub columns: Option<(u32, u32)>,
    /// The lines of code that the report shows, each behind its number. They are **not redacted**.
    pub code: String,
}

impl Imported {
    /// Returns the line of code that the finding is on, if the report shows it.
    pub fn line_of_code(&self) -> Option<&str> {
        self.code_of(self.line)
    }

    /// Returns a line of code, if the report shows it.
    pub fn code_of(&self, line: u32) -> Option<&str> {
        let number = line.to_string();
        self.code
            .split('\n')
            .find_map(|line| line.strip_prefix(&number)?.strip_prefix(' '))
    }
}

/// The text is no report of the reference tool.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ImportError(String);

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    errors: Vec<Skipped>,
    results: Vec<Entry>,
}

#[derive(Deserialize)]
struct Skipped {
    filename: String,
    reason: String,
}

#[derive(Deserialize)]
struct Entry {
    code: String,
    #[serde(default)]
    col_offset: Option<i64>,
    #[serde(default)]
    end_col_offset: Option<i64>,
    filename: String,
    issue_confidence: String,
    issue_cwe: Weakness,
    issue_severity: String,
    issue_text: String,
    line_number: u32,
    line_range: Vec<u32>,
    test_id: String,
    test_name: String,
}

#[derive(Deserialize)]
struct Weakness {
    #[serde(default)]
    id: Option<u16>,
}

/// Reads a report.
pub fn read(bytes: &[u8]) -> Result<Report, ImportError> {
    let document: Document = serde_json::from_slice(bytes)
        .map_err(|error| ImportError(printable(&format!("no JSON report of Bandit: {error}"))))?;
    let skipped = document.errors.into_iter();
    Ok(Report {
        findings: document.results.into_iter().map(imported).collect(),
        errors: skipped
            .map(|skipped| (skipped.filename, skipped.reason))
            .collect(),
    })
}

fn imported(entry: Entry) -> Imported {
    let column = |offset: Option<i64>| offset.and_then(|offset| u32::try_from(offset).ok());
    Imported {
        filename: entry.filename,
        test_id: entry.test_id,
        test_name: entry.test_name,
        severity: entry.issue_severity,
        confidence: entry.issue_confidence,
        cwe: entry.issue_cwe.id,
        text: entry.issue_text,
        line: entry.line_number,
        line_range: entry.line_range,
        columns: column(entry.col_offset).zip(column(entry.end_col_offset)),
        code: entry.code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#"{"code": "1 a\n12 assert x\n", "filename": "a.py", "issue_confidence": "HIGH",
        "issue_cwe": {"id": 703, "link": "…"}, "issue_severity": "LOW", "issue_text": "x", "line_number": 12,
        "line_range": [12], "test_id": "X901", "test_name": "ours", "col_offset": 0, "end_col_offset": -1}"#;

    #[test]
    fn findings_come_back_with_ids_of_any_kind() {
        let report = format!("{{\"results\": [{ENTRY}]}}");
        let imported = &read(report.as_bytes()).unwrap().findings[0];
        assert_eq!(
            (imported.test_id.as_str(), imported.cwe),
            ("X901", Some(703))
        );
        assert_eq!(imported.line_of_code(), Some("assert x"));
        assert_eq!(imported.columns, None);
    }

    #[test]
    fn what_is_no_report_is_refused_with_its_place() {
        for text in ["", "[]", "{}", "{\"results\": [{}]}", "{\"results\": 1}"] {
            let error = read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("no JSON report of Bandit: "), "{error}");
        }
    }
}
