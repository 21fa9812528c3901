//! The look at one content, for each way in which it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::known::Known;
use crate::git::Visitor;
use crate::input::Piece;
use crate::secrets::{Reading, Scanner, Trace};

/// Looks at the contents of one thread.
pub(super) struct Sight<'a> {
    pub(super) scanner: Scanner<'a>,
    pub(super) readings: &'a [Reading],
    /// How each blob is to be read.
    pub(super) plan: &'a BTreeMap<u32, BTreeSet<usize>>,
    pub(super) step: &'a (dyn Fn() + Sync),
    pub(super) known: Known,
}

impl Visitor for Sight<'_> {
    /// For each reading what the scan has left.
    type Memory = Vec<(usize, Trace)>;

    fn visit(
        &mut self,
        blob: u32,
        bytes: &[u8],
        base: Option<(&Self::Memory, &[Piece])>,
    ) -> Self::Memory {
        self.known.seen.content(bytes);
        (self.step)();
        let mut memory = Vec::new();
        for reading in &self.plan[&blob] {
            let of_base = base.and_then(|(known, pieces)| {
                let (_, trace) = known.iter().find(|(known, _)| known == reading)?;
                Some((trace, pieces))
            });
            let look =
                AssertUnwindSafe(|| self.scanner.trace(&self.readings[*reading], bytes, of_base));
            let Ok(mut trace) = catch_unwind(look) else {
                let reason =
                    "the secrets engine failed on this content, which is a defect of gate-hook";
                self.known.seen.unread.insert(blob, reason.to_owned());
                continue;
            };
            let fingerprints = std::mem::take(&mut trace.fingerprints);
            if !fingerprints.is_empty() {
                self.known.found.insert((blob, *reading), fingerprints);
            }
            memory.push((*reading, trace));
        }
        memory
    }
}
