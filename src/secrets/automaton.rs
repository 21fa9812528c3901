//! An Aho-Corasick automaton in a form that can be computed at build time and mapped into the program.
//!
//! In come words; out goes a table in which every byte of a text is one look-up, and from which every occurrence
//! of every word can be read, overlapping ones included. `build.rs` includes this file to write the tables of
//! the built-in rules; a team's own rules get theirs at run time.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

/// The automaton of a set of words.
#[derive(Debug, Clone)]
pub(crate) struct Automaton {
    /// For each byte its column in the table.
    pub(crate) columns: Cow<'static, [u8]>,
    /// How many columns a row has.
    pub(crate) width: usize,
    /// Rows of states, each a little-endian `u16`; the first row is where a text begins.
    pub(crate) rows: Cow<'static, [u8]>,
    /// The first state at which a word ends; all later ones are such states too.
    pub(crate) first_match: u16,
    /// For each state at which words end, where its words begin in `words`, and one number more.
    pub(crate) ends: Cow<'static, [u32]>,
    /// The numbers of the words, longest first.
    pub(crate) words: Cow<'static, [u16]>,
}

impl Automaton {
    /// Returns what steps through a text.
    pub(crate) fn walker(&self) -> Walker<'_> {
        let columns = self
            .columns
            .first_chunk()
            .expect("there is a column for each byte");
        Walker {
            columns,
            width: self.width,
            rows: &self.rows,
        }
    }

    /// Returns the words that end in `state`.
    #[inline]
    pub(crate) fn words_at(&self, state: u16) -> &[u16] {
        let index = usize::from(state - self.first_match);
        &self.words[self.ends[index] as usize..self.ends[index + 1] as usize]
    }

    /// Builds the automaton of `words`, numbered by their order. With `fold`, ASCII case makes no difference.
    ///
    /// Returns nothing if there are more states than fit.
    pub(crate) fn build(words: &[Vec<u8>], fold: bool) -> Option<Self> {
        let (columns, width) = columns(words, fold);
        let trie = Trie::of(words, &columns, width);
        let (order, first_match) = trie.order();
        if order.len() > usize::from(u16::MAX) {
            return None;
        }
        let mut number = vec![0_u16; order.len()];
        for (new, old) in order.iter().enumerate() {
            number[*old] = new as u16;
        }
        let mut rows = Vec::with_capacity(order.len() * width * 2);
        let (mut ends, mut found) = (vec![0], Vec::new());
        for old in &order {
            for target in &trie.next[old * width..(old + 1) * width] {
                rows.extend(number[*target as usize].to_le_bytes());
            }
            if !trie.words[*old].is_empty() {
                found.extend(trie.words[*old].iter().copied());
                ends.push(found.len() as u32);
            }
        }
        Some(Self {
            columns: Cow::Owned(columns),
            width,
            rows: Cow::Owned(rows),
            first_match,
            ends: Cow::Owned(ends),
            words: Cow::Owned(found),
        })
    }
}

/// Steps through a text. It borrows what each step needs, so that a step is two look-ups.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walker<'a> {
    columns: &'a [u8; 256],
    width: usize,
    rows: &'a [u8],
}

impl Walker<'_> {
    /// Returns the state after `byte`.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the one loop over all bytes consists of this"
    )]
    pub(crate) fn step(self, state: u16, byte: u8) -> u16 {
        let column = usize::from(self.columns[usize::from(byte)]);
        let at = (usize::from(state) * self.width + column) * 2;
        match self.rows.get(at..at + 2) {
            Some(&[low, high]) => u16::from_le_bytes([low, high]),
            // No state leads out of the table.
            _ => 0,
        }
    }
}

/// Gives each byte that occurs in a word a column of its own, and all others column 0.
fn columns(words: &[Vec<u8>], fold: bool) -> (Vec<u8>, usize) {
    let mut columns = vec![0_u8; 256];
    let mut width = 1;
    for byte in words.iter().flatten() {
        let byte = if fold {
            byte.to_ascii_lowercase()
        } else {
            *byte
        };
        if columns[usize::from(byte)] == 0 {
            columns[usize::from(byte)] = width as u8;
            if fold {
                columns[usize::from(byte.to_ascii_uppercase())] = width as u8;
            }
            width += 1;
        }
    }
    (columns, width)
}

/// The words as a tree whose missing branches lead back to the longest suffix that is a branch too.
struct Trie {
    width: usize,
    next: Vec<u32>,
    words: Vec<Vec<u16>>,
}

impl Trie {
    fn of(words: &[Vec<u8>], columns: &[u8], width: usize) -> Self {
        let mut children: Vec<BTreeMap<u8, usize>> = vec![BTreeMap::new()];
        let mut ending: Vec<Vec<u16>> = vec![Vec::new()];
        for (number, word) in words.iter().enumerate() {
            let mut state = 0;
            for byte in word {
                let column = columns[usize::from(*byte)];
                let fresh = children.len();
                state = *children[state].entry(column).or_insert(fresh);
                if state == fresh {
                    children.push(BTreeMap::new());
                    ending.push(Vec::new());
                }
            }
            ending[state].push(number as u16);
        }
        let mut trie = Self {
            width,
            next: vec![0; children.len() * width],
            words: ending,
        };
        trie.complete(&children);
        trie
    }

    /// Fills in all branches, shallow states first, so that a state's suffix is always complete.
    fn complete(&mut self, children: &[BTreeMap<u8, usize>]) {
        let mut suffix = vec![0; children.len()];
        let mut queue = VecDeque::from([0]);
        while let Some(state) = queue.pop_front() {
            if state != 0 {
                let inherited = self.words[suffix[state]].clone();
                self.words[state].extend(inherited);
                let from = suffix[state] * self.width;
                self.next
                    .copy_within(from..from + self.width, state * self.width);
            }
            for (column, child) in &children[state] {
                let at = state * self.width + usize::from(*column);
                suffix[*child] = self.next[at] as usize;
                self.next[at] = *child as u32;
                queue.push_back(*child);
            }
        }
    }

    /// Returns the states in their final order, those without words first, and the first with words.
    fn order(&self) -> (Vec<usize>, u16) {
        let states = 0..self.words.len();
        let (quiet, ending): (Vec<_>, Vec<_>) =
            states.partition(|state| self.words[*state].is_empty());
        let first_match = quiet.len() as u16;
        (quiet.into_iter().chain(ending).collect(), first_match)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn occurrences(automaton: &Automaton, text: &[u8]) -> Vec<(u16, usize)> {
        let (mut state, mut found) = (0, Vec::new());
        let walker = automaton.walker();
        for (index, byte) in text.iter().enumerate() {
            state = walker.step(state, *byte);
            if state >= automaton.first_match {
                found.extend(
                    automaton
                        .words_at(state)
                        .iter()
                        .map(|word| (*word, index + 1)),
                );
            }
        }
        found.sort_unstable();
        found
    }

    proptest! {
        #[test]
        fn it_finds_what_the_reference_finds(
            words in prop::collection::vec("[abAB_]{1,5}", 1..12),
            text in "[abAB_c]{0,80}",
            fold: bool,
        ) {
            let bytes: Vec<_> = words.iter().map(|word| word.clone().into_bytes()).collect();
            let automaton = Automaton::build(&bytes, fold).unwrap();
            let reference = aho_corasick::AhoCorasick::builder().ascii_case_insensitive(fold).build(&words).unwrap();
            let mut expected: Vec<_> = reference
                .find_overlapping_iter(&text)
                .map(|found| (found.pattern().as_usize() as u16, found.end()))
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(occurrences(&automaton, text.as_bytes()), expected);
        }
    }
}
