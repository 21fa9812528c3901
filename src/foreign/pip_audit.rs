//! pip-audit's own JSON: vulnerable packages, and those that it skipped.

use super::{ForeignError, Imported};
use crate::audit;
use crate::finding::RepoPath;

/// Turns a report into findings that point at its own file: it names none.
pub(super) fn read(text: &str, file: &RepoPath) -> Result<Imported, ForeignError> {
    let report = audit::import(text, file).map_err(|error| ForeignError(error.to_string()))?;
    Ok(Imported {
        findings: report.findings,
        unscanned: Vec::new(),
        notes: report.skipped,
    })
}
