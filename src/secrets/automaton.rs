//! An Aho-Corasick automaton in a form that can be computed at build time and mapped into the program.
//!
//! In come words; out goes a table in which every byte of a text is one look-up, and from which every occurrence
//! of every word can be read, in any case, overlapping ones included. `build.rs` includes this file to write the tables of
//! the built-in rules; a team's own rules get theirs at run time.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

/// How many columns a row has: one for all bytes that no word holds, the others for those that some does.
const WIDTH: usize = 64;
/// How many rows there are, most of them in use: a power of two, so that no state leads out of them.
const STATES: usize = 1 << 14;
/// The bytes of a row: its columns are little-endian `u16`s.
const ROW: usize = 2 * WIDTH;
/// How many places of a text are stepped through side by side: a step waits for the one before it.
const LANES: usize = 4;
/// How far from a word a look may go of which nothing came.
pub(crate) const MARGIN: usize = 512;
/// How much of a text one lane takes before what was found is handed on: a long stretch where there is one, because each
/// lane first has to find its state, and shorter ones of what is left. With lengths that are known to the compiler all
/// lanes are behind one pointer.
const LONG: usize = 4 << 10;
const MIDDLE: usize = 1 << 10;
const SHORT: usize = 256;
const SHORTEST: usize = 64;

/// The automaton of a set of words, for which ASCII case makes no difference.
///
/// It may find too much where words hold more different bytes than there are columns; whoever asks looks again.
#[derive(Debug, Clone)]
pub(crate) struct Automaton {
    /// For each byte its column in the table.
    pub(crate) columns: Cow<'static, [u8]>,
    /// Rows of states; the first row is where a text begins.
    pub(crate) rows: Cow<'static, [u8]>,
    /// The first state at which a word ends; all later ones are such states too.
    pub(crate) first_match: u16,
    /// For each state at which words end, where its words begin in `words`, and one number more.
    pub(crate) ends: Cow<'static, [u32]>,
    /// The numbers of the words, longest first.
    pub(crate) words: Cow<'static, [u16]>,
    /// The length of the longest word.
    pub(crate) longest: usize,
}

/// Where words end in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    /// The position behind the last byte.
    pub(crate) at: usize,
    /// The state, which tells the words.
    pub(crate) state: u16,
    /// Whether nothing came of the words, and nothing will as long as [`MARGIN`] bytes on both sides are the same.
    pub(crate) idle: bool,
}

impl End {
    fn new(at: usize, state: u16) -> Self {
        Self {
            at,
            state,
            idle: false,
        }
    }
}

impl Automaton {
    /// Returns the states at which words end, in ascending order.
    pub(crate) fn states_of_ends(&self) -> impl Iterator<Item = u16> + use<> {
        (self.first_match..).take(self.ends.len() - 1)
    }

    /// Returns the words that end in `state`.
    #[inline]
    pub(crate) fn words_at(&self, state: u16) -> &[u16] {
        let index = usize::from(state - self.first_match);
        &self.words[self.ends[index] as usize..self.ends[index + 1] as usize]
    }

    /// Hands on every place behind `range.start` and up to `range.end` at which words end, in ascending order, in
    /// portions. The words may begin before the range.
    pub(crate) fn walk(&self, text: &[u8], range: Range<usize>, mut found: impl FnMut(&[End])) {
        let walker = self.walker();
        let mut ends: [Vec<End>; LANES] = Default::default();
        let mut start = range.start;
        while start < range.end {
            let rest = &text[start..range.end];
            if let Some(stretches) = rest.as_chunks::<LONG>().0.first_chunk() {
                walker.lanes(text, start, stretches, &mut ends);
                start += LANES * LONG;
            } else if let Some(stretches) = rest.as_chunks::<MIDDLE>().0.first_chunk() {
                walker.lanes(text, start, stretches, &mut ends);
                start += LANES * MIDDLE;
            } else if let Some(stretches) = rest.as_chunks::<SHORT>().0.first_chunk() {
                walker.lanes(text, start, stretches, &mut ends);
                start += LANES * SHORT;
            } else if let Some(stretches) = rest.as_chunks::<SHORTEST>().0.first_chunk() {
                walker.lanes(text, start, stretches, &mut ends);
                start += LANES * SHORTEST;
            } else {
                walker.lane(text, start..range.end, &mut ends[0]);
                start = range.end;
            }
            for lane in &mut ends {
                found(lane);
                lane.clear();
            }
        }
    }

    /// Returns where words end in a text that is made of new parts and of copies out of another one, whose `ends`
    /// are known. A part comes with where its copy begins there. Only new parts and seams are walked through, and of
    /// these places only those are returned that are to be kept.
    pub(crate) fn rewalk(
        &self,
        text: &[u8],
        parts: impl Iterator<Item = (Range<usize>, Option<usize>)>,
        ends: &[End],
        keep: impl Fn(&End) -> bool,
    ) -> Vec<End> {
        let mut found = Vec::new();
        let walk = |range, found: &mut Vec<End>| {
            self.walk(text, range, |ends| {
                found.extend(ends.iter().copied().filter(&keep));
            });
        };
        // What is to be walked through and has not been yet.
        let mut fresh = 0..0;
        for (part, copied_from) in parts {
            let reach = self.longest.saturating_sub(1).min(part.len());
            let Some(from) = copied_from else {
                fresh.end = part.end;
                continue;
            };
            fresh.end = part.start + reach;
            // A word that ends further on lies in the copy with all of its bytes.
            if reach < part.len() {
                walk(fresh.clone(), &mut found);
                fresh = part.end..part.end;
                let first = ends.partition_point(|end| end.at <= from + reach);
                let copied = ends[first..]
                    .iter()
                    .take_while(|end| end.at <= from + part.len());
                let inside = from + MARGIN..=(from + part.len()).saturating_sub(MARGIN);
                found.extend(copied.map(|end| End {
                    at: end.at - from + part.start,
                    idle: end.idle && inside.contains(&end.at),
                    ..*end
                }));
            }
        }
        walk(fresh, &mut found);
        found
    }

    fn walker(&self) -> Walker<'_> {
        Walker {
            columns: self
                .columns
                .first_chunk()
                .expect("there is a column for each byte"),
            rows: self
                .rows
                .as_chunks()
                .0
                .first_chunk()
                .expect("there is a row for each state"),
            first_match: self.first_match,
            warm_up: self.longest.saturating_sub(1),
        }
    }

    /// Builds the automaton of `words`, numbered by their order; nothing if there are more states than fit.
    pub(crate) fn build(words: &[Vec<u8>]) -> Option<Self> {
        let columns = columns(words);
        let trie = Trie::of(words, &columns);
        let (order, first_match) = trie.order();
        if order.len() > STATES {
            return None;
        }
        let mut number = vec![0_u16; order.len()];
        for (new, old) in order.iter().enumerate() {
            number[*old] = new as u16;
        }
        let mut rows = vec![0; STATES * ROW];
        let mut cells = rows.as_chunks_mut().0.iter_mut();
        let (mut ends, mut found) = (vec![0], Vec::new());
        for old in &order {
            for target in &trie.next[old * WIDTH..(old + 1) * WIDTH] {
                let cell = cells.next().expect("there are as many cells as targets");
                *cell = number[*target as usize].to_le_bytes();
            }
            if !trie.words[*old].is_empty() {
                found.extend(trie.words[*old].iter().copied());
                ends.push(found.len() as u32);
            }
        }
        Some(Self {
            columns: Cow::Owned(columns),
            rows: Cow::Owned(rows),
            first_match,
            ends: Cow::Owned(ends),
            words: Cow::Owned(found),
            longest: words.iter().map(Vec::len).max().unwrap_or(0),
        })
    }
}

/// Steps through a text. It borrows what each step needs, so that a step is two look-ups.
#[derive(Clone, Copy)]
struct Walker<'a> {
    columns: &'a [u8; 256],
    rows: &'a [[u8; ROW]; STATES],
    first_match: u16,
    /// How far before a place a walk has to begin to know the state there.
    warm_up: usize,
}

impl Walker<'_> {
    /// Returns the state after `byte`.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the one loop over all bytes consists of this"
    )]
    fn step(self, state: u16, byte: u8) -> u16 {
        let column = usize::from(self.columns[usize::from(byte)]) % WIDTH;
        let row = &self.rows[usize::from(state) % STATES];
        u16::from_le_bytes([row[2 * column], row[2 * column + 1]])
    }

    /// Returns the state at a position.
    fn state_at(self, text: &[u8], position: usize) -> u16 {
        let before = &text[position.saturating_sub(self.warm_up)..position];
        before.iter().fold(0, |state, byte| self.step(state, *byte))
    }

    fn lane(self, text: &[u8], range: Range<usize>, ends: &mut Vec<End>) {
        let mut state = self.state_at(text, range.start);
        for (at, byte) in (range.start + 1..).zip(&text[range]) {
            state = self.step(state, *byte);
            if state >= self.first_match {
                ends.push(End::new(at, state));
            }
        }
    }

    /// Steps through stretches that begin at `start`, one behind the other, at the same time.
    fn lanes<const LENGTH: usize>(
        self,
        text: &[u8],
        start: usize,
        stretches: &[[u8; LENGTH]; LANES],
        ends: &mut [Vec<End>; LANES],
    ) {
        let starts: [usize; LANES] = std::array::from_fn(|lane| start + lane * LENGTH);
        let mut states = starts.map(|start| self.state_at(text, start));
        for index in 0..LENGTH {
            for (state, stretch) in states.iter_mut().zip(stretches) {
                *state = self.step(*state, stretch[index]);
            }
            if states.iter().any(|state| *state >= self.first_match) {
                for ((state, start), ends) in states.iter().zip(starts).zip(&mut *ends) {
                    if *state >= self.first_match {
                        ends.push(End::new(start + index + 1, *state));
                    }
                }
            }
        }
    }
}

/// Gives each byte that occurs in a word a column of its own as long as there are some, and all others column 0.
fn columns(words: &[Vec<u8>]) -> Vec<u8> {
    let mut columns = vec![0_u8; 256];
    let mut next = 1;
    for byte in words.iter().flatten().map(u8::to_ascii_lowercase) {
        if columns[usize::from(byte)] == 0 {
            columns[usize::from(byte)] = next as u8;
            columns[usize::from(byte.to_ascii_uppercase())] = next as u8;
            next = (next + 1).min(WIDTH - 1);
        }
    }
    columns
}

/// The words as a tree whose missing branches lead back to the longest suffix that is a branch too.
struct Trie {
    next: Vec<u32>,
    words: Vec<Vec<u16>>,
    /// The states, shallow ones first.
    by_depth: Vec<usize>,
}

impl Trie {
    fn of(words: &[Vec<u8>], columns: &[u8]) -> Self {
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
            next: vec![0; children.len() * WIDTH],
            words: ending,
            by_depth: Vec::new(),
        };
        trie.complete(&children);
        trie
    }

    /// Fills in all branches, shallow states first, so that a state's suffix is always complete.
    fn complete(&mut self, children: &[BTreeMap<u8, usize>]) {
        let mut suffix = vec![0; children.len()];
        let mut queue = VecDeque::from([0]);
        while let Some(state) = queue.pop_front() {
            self.by_depth.push(state);
            if state != 0 {
                let inherited = self.words[suffix[state]].clone();
                self.words[state].extend(inherited);
                let from = suffix[state] * WIDTH;
                self.next.copy_within(from..from + WIDTH, state * WIDTH);
            }
            for (column, child) in &children[state] {
                let at = state * WIDTH + usize::from(*column);
                suffix[*child] = self.next[at] as usize;
                self.next[at] = *child as u32;
                queue.push_back(*child);
            }
        }
    }

    /// Returns the states in their final order, those without words first, and the first with words. Most steps are
    /// between shallow states, whose rows therefore lie side by side.
    fn order(&self) -> (Vec<usize>, u16) {
        let states = self.by_depth.iter().copied();
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

    fn occurrences(automaton: &Automaton, text: &[u8], range: Range<usize>) -> Vec<(u16, usize)> {
        let mut found = Vec::new();
        automaton.walk(text, range, |ends| {
            for end in ends {
                found.extend(
                    automaton
                        .words_at(end.state)
                        .iter()
                        .map(|word| (*word, end.at)),
                );
            }
        });
        assert!(found.is_sorted_by_key(|(_, end)| *end));
        found.sort_unstable();
        found
    }

    fn reference(words: &[String], text: &str) -> Vec<(u16, usize)> {
        let reference = aho_corasick::AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(words)
            .unwrap();
        let mut expected: Vec<_> = reference
            .find_overlapping_iter(text)
            .map(|found| (found.pattern().as_usize() as u16, found.end()))
            .collect();
        expected.sort_unstable();
        expected
    }

    proptest! {
        #[test]
        fn it_finds_what_the_reference_finds(
            words in prop::collection::vec("[abAB_]{1,5}", 1..12),
            text in "[abAB_c]{0,900}",
            times in 1_usize..40,
            from: prop::sample::Index,
            to: prop::sample::Index,
        ) {
            let bytes: Vec<_> = words.iter().map(|word| word.clone().into_bytes()).collect();
            let automaton = Automaton::build(&bytes).unwrap();
            let text = text.repeat(times);
            let expected = reference(&words, &text);
            prop_assert_eq!(&occurrences(&automaton, text.as_bytes(), 0..text.len()), &expected);
            let (a, b) = (from.index(text.len() + 1), to.index(text.len() + 1));
            let part = a.min(b)..a.max(b);
            let inside: Vec<_> =
                expected.into_iter().filter(|(_, end)| part.start < *end && *end <= part.end).collect();
            prop_assert_eq!(occurrences(&automaton, text.as_bytes(), part), inside);
        }
    }

    proptest! {
        #[test]
        fn a_text_made_of_another_has_the_same_words_as_if_it_stood_alone(
            words in prop::collection::vec("[abAB_]{1,5}", 1..12),
            base in "[abAB_c]{0,300}",
            pieces in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..60, "[abAB_]{0,9}"), 0..8),
        ) {
            let bytes: Vec<_> = words.iter().map(|word| word.clone().into_bytes()).collect();
            let automaton = Automaton::build(&bytes).unwrap();
            let (mut text, mut parts) = (String::new(), Vec::new());
            for (from, length, inserted) in &pieces {
                let from = from.index(base.len() + 1);
                let length = (*length).min(base.len() - from);
                parts.push((text.len()..text.len() + length, Some(from)));
                text += &base[from..from + length];
                parts.push((text.len()..text.len() + inserted.len(), None));
                text += inserted;
            }
            let all = |text: &str| {
                let mut all = Vec::new();
                automaton.walk(text.as_bytes(), 0..text.len(), |ends| all.extend_from_slice(ends));
                all
            };
            let words = |ends: &[End]| -> Vec<(usize, Vec<u16>)> {
                ends.iter().map(|end| (end.at, automaton.words_at(end.state).to_vec())).collect()
            };
            prop_assert_eq!(words(&automaton.rewalk(text.as_bytes(), parts.into_iter(), &all(&base), |_| true)), words(&all(&text)));
        }
    }

    #[test]
    fn words_with_more_bytes_than_columns_are_found_still() {
        let words: Vec<Vec<u8>> = (0..=255_u8)
            .map(|byte| vec![byte, b'x', byte ^ 1])
            .collect();
        let automaton = Automaton::build(&words).unwrap();
        for (number, word) in (0_u16..).zip(&words) {
            let found = occurrences(&automaton, word, 0..3);
            assert!(found.contains(&(number, 3)), "{word:?}");
        }
    }
}
