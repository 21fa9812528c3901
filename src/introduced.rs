//! Findings after the change minus findings before it, over the whole change, for every engine.

use crate::finding::{Finding, Origin};
use crate::input::CommitInfo;

/// A finding with what the subtraction says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// The finding.
    pub finding: Finding,
    /// Whether the change brings it in.
    pub origin: Origin,
    /// The commit that brings it in, where the change is one already.
    pub commit: Option<CommitInfo>,
}
