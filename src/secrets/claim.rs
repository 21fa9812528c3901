//! Claims: what the rules say of a text before it is decided which of them is right where they overlap.

use std::collections::BTreeMap;
use std::ops::Range;

use super::candidate::Candidate;
use crate::finding::{Confidence, Severity};
use crate::rule::RuleMeta;

/// How strong a claim is against another one that overlaps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// A name and a plausible value.
    Named,
    /// A place that only a credential can take, such as the password of a URL.
    Placed,
    /// A format without a checksum.
    Shaped,
    /// A checksum or a decoded structure.
    Proven,
}

/// A rule's claim to a part of the text.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    /// The rule.
    pub(super) rule: &'static RuleMeta,
    /// What goes into the fingerprint beside the value.
    pub(super) family: &'static str,
    /// The part of the text.
    pub(super) value: Range<usize>,
    /// How many bytes of the value may be shown.
    pub(super) public_prefix: usize,
    /// How bad it is.
    pub(super) severity: Severity,
    /// How sure the rule is.
    pub(super) confidence: Confidence,
    /// Decides between overlapping claims.
    pub(super) strength: Strength,
    /// Decides between equally strong claims to the same text: how much of it the rule prescribes.
    pub(super) specificity: usize,
    /// Whether the claim only keeps others from reporting the text.
    pub(super) silent: bool,
    /// What is digested for the fingerprint, where that is not the value as it is written.
    pub(super) material: Option<Vec<u8>>,
    /// What is wrong, without the value.
    pub(super) message: String,
    /// Facts worth knowing beside the message.
    pub(super) notes: Vec<String>,
}

impl From<Candidate> for Claim {
    fn from(candidate: Candidate) -> Self {
        let named = candidate.rule.category == crate::finding::Category::Keyword;
        Self {
            rule: candidate.rule,
            family: candidate.family,
            value: candidate.value,
            public_prefix: candidate.public_prefix,
            severity: candidate.rule.severity,
            confidence: candidate.confidence,
            strength: if named {
                Strength::Named
            } else {
                Strength::Placed
            },
            specificity: 0,
            silent: false,
            material: None,
            message: candidate.message,
            notes: candidate.notes,
        }
    }
}

/// Returns the claims that hold, in the order of their positions: of overlapping ones the strongest, then the longest,
/// then the most specific.
pub(super) fn resolve(mut claims: Vec<Claim>) -> Vec<Claim> {
    claims.sort_by(|a, b| {
        let key = |claim: &Claim| {
            (
                claim.strength,
                claim.value.len(),
                claim.specificity,
                claim.confidence,
            )
        };
        key(b)
            .cmp(&key(a))
            .then_with(|| a.value.start.cmp(&b.value.start))
            .then_with(|| a.rule.id.cmp(b.rule.id))
    });
    let mut held: BTreeMap<usize, Claim> = BTreeMap::new();
    for claim in claims {
        let before = held.range(..claim.value.end).next_back();
        if before.is_none_or(|(_, other)| other.value.end <= claim.value.start) {
            held.insert(claim.value.start, claim);
        }
    }
    held.into_values().collect()
}
