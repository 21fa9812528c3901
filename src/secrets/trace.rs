//! What the scan of a text leaves behind for the scan of a text that is made from it.
//!
//! History is full of texts that differ in a few lines. Where the copied parts hold words of rules, and runs that may
//! be written in another form, is known; only new parts and seams are walked through. What the words and runs set off
//! is looked at anew in each text, because it depends on what is around.

use std::ops::Range;

use super::automaton::End;
use super::encoded;
use super::index::Index;
use crate::finding::Fingerprint;
use crate::input::Piece;

/// What a scan of one text leaves behind.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The fingerprints of what was found, allowed values included.
    pub fingerprints: Vec<Fingerprint>,
    /// The marks of the text; nothing where it was not scanned as it is.
    marks: Option<Marks>,
}

impl Trace {
    pub(super) fn new(fingerprints: Vec<Fingerprint>, marks: Option<Marks>) -> Self {
        Self {
            fingerprints,
            marks,
        }
    }
}

/// The places of a text that are worth a look.
#[derive(Debug, Clone)]
pub(super) struct Marks {
    /// For each index, where its words end.
    pub(super) ends: Vec<Vec<End>>,
    /// Runs that may be written in another form.
    pub(super) sites: Vec<Range<usize>>,
}

impl Marks {
    /// Walks through a text, or through what is new in it.
    pub(super) fn of<'i>(
        text: &[u8],
        indexes: impl Iterator<Item = &'i Index>,
        base: Option<(&Trace, &[Piece])>,
    ) -> Self {
        let known = base.and_then(|(trace, pieces)| Some((trace.marks.as_ref()?, pieces)));
        if let Some((known, pieces)) = known {
            let parts = || {
                pieces
                    .iter()
                    .map(|piece| (piece.start..piece.start + piece.length, piece.copied_from))
            };
            let ends = indexes
                .zip(&known.ends)
                .map(|(index, ends)| index.ends_again(text, parts(), ends));
            return Self {
                ends: ends.collect(),
                sites: encoded::sites_again(text, pieces, &known.sites),
            };
        }
        Self {
            ends: indexes.map(|index| index.ends(text)).collect(),
            sites: encoded::sites(text),
        }
    }
}
