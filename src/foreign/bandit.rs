//! Bandit's own JSON: findings of tests of any kind, and the files that it skipped.

use std::path::Path;

use super::{ForeignError, Imported, in_repository};
use crate::bandit::imported;
use crate::finding::{Engine, Place};
use crate::receipt::{Consequence, Unscanned};

/// Turns a report into findings.
pub(super) fn read(text: &str, root: Option<&Path>) -> Result<Imported, ForeignError> {
    let report = imported::read(text.as_bytes(), |name| in_repository(name, root))
        .map_err(|error| ForeignError(error.to_string()))?;
    let unscanned = report.errors.into_iter().map(|(path, reason)| Unscanned {
        place: Place::File(path),
        engine: Some(Engine::Bandit),
        reason: format!("Bandit skipped it: {reason}"),
        consequence: Consequence::Policy,
    });
    let elsewhere = (report.elsewhere > 0).then(|| {
        format!(
            "{} results of Bandit name no file of this repository and were left out",
            report.elsewhere
        )
    });
    Ok(Imported {
        findings: report.findings,
        unscanned: unscanned.collect(),
        notes: elsewhere.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_skipped_and_what_lies_elsewhere_is_said() {
        let finding = |file: &str| {
            json!({
                "code": "", "filename": file, "issue_confidence": "HIGH", "issue_cwe": {}, "issue_severity": "LOW",
                "issue_text": "x", "line_number": 3, "line_range": [3], "test_id": "X901", "test_name": "x",
            })
        };
        let report = json!({
            "errors": [{ "filename": "./b.py", "reason": "syntax error" }, { "filename": "/b.py", "reason": "no" }],
            "metrics": {},
            "results": [finding("./a.py"), finding("../c.py")],
        });
        let imported = read(&report.to_string(), None).unwrap();
        assert_eq!(imported.findings.len(), 1);
        let unscanned = &imported.unscanned[0];
        assert_eq!(unscanned.place.to_string(), "b.py");
        assert!(unscanned.reason.ends_with("syntax error"), "{unscanned:?}");
        assert!(
            imported.notes[0].starts_with("2 results"),
            "{:?}",
            imported.notes
        );
    }
}
