//! Reports of other tools become findings, so that the same policy judges them.
//!
//! Comes in: the text of a report. Goes out: findings. Which of them a change brings in is for `scan` to say. It
//! must not know git, policy, reports of our own or the command line.
//!
//! To add a kind of report: a file here, a variant of [`Kind`], its line in [`Kind::of`] and [`read`].

mod rules;
mod sarif;

use crate::finding::{Finding, printable};

/// What a report may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// SARIF 2.1.0.
    Sarif,
}

/// What a report says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// What the other tool found.
    pub findings: Vec<Finding>,
    /// What the reader should know of the report, safe to print.
    pub notes: Vec<String>,
}

/// Why a report cannot be taken over, as a lower-case fragment, safe to print.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ForeignError(String);

impl Kind {
    /// Returns what a JSON text is a report of, by the keys at its top.
    fn of(report: &serde_json::Value) -> Option<Self> {
        report.get("runs").map(|_| Self::Sarif)
    }
}

/// Reads a report.
pub fn read(text: &str) -> Result<Imported, ForeignError> {
    let report: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| ForeignError(printable(&format!("this is no JSON: {error}"))))?;
    match Kind::of(&report) {
        Some(Kind::Sarif) => sarif::read(report),
        None => Err(ForeignError(
            "this is no report of Bandit or pip-audit, and no SARIF".to_owned(),
        )),
    }
}
