//! The output formats, one file each.

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text for people.
    Text,
    /// The versioned JSON report.
    Json,
    /// SARIF 2.1.0.
    Sarif,
}
