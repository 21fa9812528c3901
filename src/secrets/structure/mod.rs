//! Secrets that are structures rather than words: private keys in their armours.
//!
//! In come a text and the places where a structure may begin, out go findings for those that really hold a key.
//! A header without a key is none, and neither is a key that a passphrase encrypts. To add a structure, add its
//! beginning to `anchors` and its reader to [`READERS`].

mod anchors;
mod bare;
mod der;
mod jwk;
mod openssh;
mod pem;
mod pgp;
mod ppk;
mod rules;

use std::ops::Range;

use super::candidate::Candidate;
use super::resolve::{Found, Rank};
use super::score::Sheet;
use crate::rule::RuleMeta;

pub(super) use pem::holds_key;

/// What a reader says of a place.
struct Key {
    /// The rule, or nothing for a key that nobody can use as it stands.
    rule: Option<&'static RuleMeta>,
    /// The value, its public beginning first.
    value: Range<usize>,
    /// How much of the value is its public beginning.
    public_prefix: usize,
    /// All of the structure.
    claim: Range<usize>,
    /// The key itself, however it is wrapped.
    identity: Vec<u8>,
    /// What kind of key it is, for example `RSA, 2048 bits`.
    kind: String,
}

/// The readers, in the order of [`anchors::ANCHORS`].
const READERS: [fn(&[u8], usize) -> Option<Key>; anchors::ANCHORS.len()] = [
    pem::read,
    ppk::read,
    pem::read_encoded,
    jwk::read,
    bare::read,
];

/// Returns what the rules of this reader say about themselves.
pub(super) fn metas() -> &'static [RuleMeta] {
    rules::ALL
}

/// Reads the structures of a text.
pub(super) fn find(text: &[u8], places: &[(u16, usize)]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    // A structure is not searched for others: it is read once.
    let mut read_to = 0;
    for (anchor, at) in places {
        if *at < read_to {
            continue;
        }
        if let Some(key) = READERS[usize::from(*anchor)](text, *at) {
            read_to = key.claim.end;
            found.push(into_found(key));
        }
    }
    found
}

fn into_found(key: Key) -> Found {
    let rule = key.rule.unwrap_or(&rules::ENCRYPTED);
    let message = if key.kind.is_empty() {
        rule.title.to_owned()
    } else {
        format!("{} ({})", rule.title, key.kind)
    };
    Found {
        candidate: Candidate {
            rule,
            value: key.value,
            public_prefix: key.public_prefix,
            family: "private-key",
            sheet: Sheet::of_self_made(),
            message,
            notes: Vec::new(),
        },
        claim: key.claim,
        identity: Some(key.identity),
        rank: Rank {
            formatted: true,
            structure: true,
            public: key.rule.is_none(),
            ..Rank::default()
        },
    }
}
