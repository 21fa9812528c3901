//! What the scan of a text leaves behind for the scan of a text that is made from it.
//!
//! History is full of texts that differ in a few lines. Where the words of rules stand in the copied parts is known;
//! only new parts and seams are walked through. What the words set off is looked at anew in each text, because it
//! depends on what is around.

use super::automaton::End;
use super::index::Index;
use crate::finding::Fingerprint;
use crate::input::Piece;

/// What a scan of one text leaves behind.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The fingerprints of what was found, allowed values included.
    pub fingerprints: Vec<Fingerprint>,
    /// For each index, where its words end; nothing where the text was not scanned as it is.
    ends: Option<Vec<Vec<End>>>,
}

impl Trace {
    pub(super) fn new(fingerprints: Vec<Fingerprint>, ends: Option<Vec<Vec<End>>>) -> Self {
        Self { fingerprints, ends }
    }
}

/// Returns where the words of each index end in a text.
pub(super) fn ends<'i>(
    text: &[u8],
    indexes: impl Iterator<Item = &'i Index>,
    base: Option<(&Trace, &[Piece])>,
) -> Vec<Vec<End>> {
    let known = base.and_then(|(trace, pieces)| Some((trace.ends.as_ref()?, pieces)));
    let ends_of = |(number, index): (usize, &Index)| {
        let automaton = &index.automaton;
        if let Some((ends, pieces)) = known {
            let parts = pieces
                .iter()
                .map(|piece| (piece.start..piece.start + piece.length, piece.copied_from));
            return automaton.rewalk(text, parts, &ends[number]);
        }
        let mut found = Vec::new();
        let whole = 0..text.len();
        automaton.walk(text, whole, |ends| found.extend_from_slice(ends));
        found
    };
    indexes.enumerate().map(ends_of).collect()
}
