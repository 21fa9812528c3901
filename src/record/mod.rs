//! What a run leaves behind in the git directory: the last run, for `explain`, `waiver new` and `override`, and
//! what `pre-commit` has scanned, for `prepare-commit-msg`.
//!
//! For the metrics it leaves lines: CI in the `ledger`, the hook in the `journal` of the clone.
//!
//! Pure text: reading and writing the files is the caller's job. It must not know git, engines, reports or the
//! command line. Nothing here holds a secret: it stores redacted findings only.

mod agreement;
pub mod journal;
pub mod last_run;
pub mod ledger;
pub mod metrics;
pub mod scanned;

/// The text is not a record that this version understands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It is no record at all, or a damaged one.
    #[error("the record is damaged: {0}")]
    Damaged(String),
    /// It is a record of another version.
    #[error("the record has format `{found}`, expected `{expected}`")]
    Format {
        /// What it says it is, safe to print.
        found: String,
        /// What this version reads.
        expected: &'static str,
    },
}

impl RecordError {
    fn damaged(why: &str) -> Self {
        Self::Damaged(crate::finding::printable(why))
    }
}
