//! What the readers of the engine hand to its scanner: a candidate for a finding, and the anchor hits
//! they start from. Offsets are bytes of the scanned text.

use std::ops::Range;

use super::score::Sheet;
use crate::rule::RuleMeta;

/// A value that a rule takes for a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The rule that speaks.
    pub(super) rule: &'static RuleMeta,
    /// Exactly the secret value.
    pub(super) value: Range<usize>,
    /// How many bytes of the value are the public prefix of its format; none for a password.
    pub(super) public_prefix: usize,
    /// What goes into the fingerprint beside the value.
    pub(super) family: &'static str,
    /// What speaks for the value and what against it.
    pub(super) sheet: Sheet,
    /// What is wrong, without the value.
    pub(super) message: String,
    /// Facts worth knowing beside the message, without the value.
    pub(super) notes: Vec<String>,
}

/// One place where an anchor of the automaton occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// The index of the anchor in `KEYWORDS`.
    pub(super) keyword: usize,
    /// The first byte of the anchor.
    pub(super) start: usize,
    /// The byte behind the anchor.
    pub(super) end: usize,
}
