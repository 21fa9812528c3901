//! From the words of all rules to what each word sets off.
//!
//! In come raw rules, out goes an [`Index`]: an automaton and, for each of its words, the targets to try. The
//! automaton knows no case; words of shapes are compared as they are written, words that people write are not.
//! `build.rs` includes this file to write the index of the built-in rules.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::automaton::{Automaton, End};
use super::schema::{self, RawRule};

/// What a word sets off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A shape of a rule, which holds the word in one of its parts.
    Shape {
        /// The rule.
        rule: u16,
        /// The shape among the rule's.
        shape: u16,
        /// The part that holds the word.
        part: u16,
        /// The bytes of the part before the word.
        offset: u16,
    },
    /// A rule whose word stands before the value.
    Near {
        /// The rule.
        rule: u16,
    },
    /// A rule with a regular expression.
    Regex {
        /// The rule.
        rule: u16,
    },
    /// A keyword of the reader of names and values.
    Pair {
        /// Its index.
        keyword: u16,
    },
    /// The beginning of a structure.
    Structure {
        /// Its index.
        anchor: u16,
    },
}

/// A word as it has to be written, and where its targets are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spelling {
    /// The word.
    pub(crate) text: Cow<'static, [u8]>,
    /// Whether ASCII case makes no difference.
    pub(crate) any_case: bool,
    /// The first of its targets.
    pub(crate) first: u32,
    /// The target behind its last one.
    pub(crate) last: u32,
}

/// The words of an automaton and their targets.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    /// Finds the words.
    pub(crate) automaton: Automaton,
    /// For each of its words where its spellings begin, and one number more.
    pub(crate) words: Cow<'static, [u32]>,
    /// The ways in which words are written.
    pub(crate) spellings: Cow<'static, [Spelling]>,
    /// The targets of all words.
    pub(crate) targets: Cow<'static, [Target]>,
    /// For each state at which words end the last byte of all their spellings, or 0 where they have none in common.
    pub(crate) last: Cow<'static, [u8]>,
}

/// A word, and whether ASCII case makes no difference.
pub(crate) type Word = (Vec<u8>, bool);
/// Words with their targets.
pub(crate) type Words = BTreeMap<Word, Vec<Target>>;

impl Index {
    /// Builds the index of `words`, or nothing if there are too many.
    pub(crate) fn build(words: &Words) -> Option<Self> {
        let mut by_text: BTreeMap<Vec<u8>, Vec<(&Word, &[Target])>> = BTreeMap::new();
        for (word, targets) in words {
            by_text
                .entry(word.0.to_ascii_lowercase())
                .or_default()
                .push((word, targets));
        }
        let texts: Vec<_> = by_text.keys().cloned().collect();
        let automaton = Automaton::build(&texts)?;
        let (mut numbers, mut spellings, mut targets) = (vec![0], Vec::new(), Vec::new());
        for same in by_text.into_values() {
            for ((text, any_case), of_word) in same {
                let first = targets.len() as u32;
                targets.extend(of_word.iter().copied());
                spellings.push(Spelling {
                    text: Cow::Owned(text.clone()),
                    any_case: *any_case,
                    first,
                    last: targets.len() as u32,
                });
            }
            numbers.push(spellings.len() as u32);
        }
        let mut index = Self {
            automaton,
            words: Cow::Owned(numbers),
            spellings: Cow::Owned(spellings),
            targets: Cow::Owned(targets),
            last: Cow::Borrowed(&[]),
        };
        let states = index.automaton.states_of_ends();
        index.last = states.map(|state| index.last_byte_at(state)).collect();
        Some(index)
    }

    fn last_byte_at(&self, state: u16) -> u8 {
        let words = self.automaton.words_at(state).iter();
        let last = |spelling: &Spelling| match spelling.text.last() {
            Some(last) if !spelling.any_case => *last,
            _ => 0,
        };
        let mut all = words.flat_map(|word| self.spellings_of(*word)).map(last);
        let first = all.next().unwrap_or(0);
        if all.all(|last| last == first) {
            first
        } else {
            0
        }
    }

    fn spellings_of(&self, word: u16) -> &[Spelling] {
        let word = usize::from(word);
        &self.spellings[self.words[word] as usize..self.words[word + 1] as usize]
    }

    /// Builds as many indexes as the words need.
    pub(crate) fn all(mut words: Words) -> Vec<Self> {
        if words.is_empty() {
            return Vec::new();
        }
        if let Some(index) = Self::build(&words) {
            return vec![index];
        }
        let middle = words
            .keys()
            .nth(words.len() / 2)
            .cloned()
            .expect("the middle of something is there");
        let rest = words.split_off(&middle);
        [words, rest].into_iter().flat_map(Self::all).collect()
    }

    /// Whether a word may end here: most places at which short words seem to have them in the wrong case.
    #[inline]
    pub(crate) fn is_end(&self, text: &[u8], end: &End) -> bool {
        let last = self.last[usize::from(end.state - self.automaton.first_match)];
        last == 0 || text[end.at - 1] == last
    }

    /// Returns every place at which a word may end.
    pub(crate) fn ends(&self, text: &[u8]) -> Vec<End> {
        let whole = [(0..text.len(), None)];
        self.ends_again(text, whole.into_iter(), &[])
    }

    /// Returns these places for a text that is made of new parts and of copies, as [`Automaton::rewalk`] does.
    pub(crate) fn ends_again(
        &self,
        text: &[u8],
        parts: impl Iterator<Item = (Range<usize>, Option<usize>)>,
        ends: &[End],
    ) -> Vec<End> {
        let keep = |end: &End| self.is_end(text, end);
        self.automaton.rewalk(text, parts, ends, keep)
    }

    /// Calls `found` with the length and the targets of each word that ends at `end` of the text.
    #[inline]
    pub(crate) fn words_at(&self, text: &[u8], end: End, mut found: impl FnMut(usize, &[Target])) {
        for word in self.automaton.words_at(end.state) {
            for spelling in self.spellings_of(*word) {
                let length = spelling.text.len();
                let written = end.at.checked_sub(length).map(|start| &text[start..end.at]);
                let fits = written.is_some_and(|written| {
                    if spelling.any_case {
                        written.eq_ignore_ascii_case(&spelling.text)
                    } else {
                        // Most differ in the case of their first letter.
                        written.first() == spelling.text.first() && written == &*spelling.text
                    }
                });
                if fits {
                    found(
                        length,
                        &self.targets[spelling.first as usize..spelling.last as usize],
                    );
                }
            }
        }
    }
}

/// Collects the words of rules.
pub(crate) fn words_of(rules: &[RawRule]) -> Words {
    let mut words = Words::new();
    for (number, rule) in rules.iter().enumerate() {
        let number = number as u16;
        for near in rule.near.iter().flat_map(|word| spellings(word)) {
            let target = Target::Near { rule: number };
            let targets = words.entry((near.into_bytes(), true)).or_default();
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        if rule.regex.is_some() {
            for keyword in &rule.keywords {
                let keyword = keyword.to_ascii_lowercase().into_bytes();
                words
                    .entry((keyword, true))
                    .or_default()
                    .push(Target::Regex { rule: number });
            }
        } else if rule.near.is_empty() {
            shape_words(number, rule, &mut words);
        }
    }
    words
}

fn shape_words(number: u16, rule: &RawRule, words: &mut Words) {
    for (shape, pieces) in rule.shapes.iter().enumerate() {
        for anchor in schema::anchors(pieces, &rule.keywords) {
            words
                .entry((anchor.text, false))
                .or_default()
                .push(Target::Shape {
                    rule: number,
                    shape: shape as u16,
                    part: anchor.piece as u16,
                    offset: anchor.offset as u16,
                });
        }
    }
}

/// Returns the ways in which names write a word: `dd_api`, `dd-api`, `dd.api`, `ddapi`.
fn spellings(word: &str) -> Vec<String> {
    let word = word.to_ascii_lowercase();
    if !word.trim_matches(['_', '-']).contains(['_', '-']) {
        return vec![word];
    }
    ["_", "-", ".", ""]
        .iter()
        .map(|between| word.replace(['_', '-'], between))
        .collect()
}
