//! Where structures begin: the words of the automaton that make the readers of this folder look.
//!
//! `build.rs` includes this file too.

/// The words, in the order of the readers in [`super::READERS`](super).
pub(crate) const ANCHORS: &[&str] = &[
    "-----BEGIN ",
    "PuTTY-User-Key-File-",
    "LS0tLS1CRUdJTi",
    "\"kty\"",
    "MII",
];
