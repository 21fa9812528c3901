//! From the words of all rules to what each word sets off.
//!
//! In come raw rules, out goes an [`Index`]: an automaton and, for each of its words, the targets to try. There are
//! two, because words of shapes are matched exactly and words that people write in any case are not. `build.rs`
//! includes this file to write the index of the built-in rules.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::automaton::Automaton;
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

/// A word: its length and where its targets are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its length in bytes.
    pub(crate) length: u16,
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
    /// The words by their numbers.
    pub(crate) words: Cow<'static, [Word]>,
    /// The targets of all words.
    pub(crate) targets: Cow<'static, [Target]>,
}

/// Words with their targets.
pub(crate) type Words = BTreeMap<Vec<u8>, Vec<Target>>;

impl Index {
    /// Builds the index of `words`, or nothing if there are too many. With `fold`, ASCII case makes no difference.
    pub(crate) fn build(words: &Words, fold: bool) -> Option<Self> {
        let texts: Vec<_> = words.keys().cloned().collect();
        let automaton = Automaton::build(&texts, fold)?;
        let mut targets = Vec::new();
        let mut entries = Vec::with_capacity(words.len());
        for (text, of_word) in words {
            let first = targets.len() as u32;
            targets.extend(of_word.iter().copied());
            entries.push(Word {
                length: text.len() as u16,
                first,
                last: targets.len() as u32,
            });
        }
        Some(Self {
            automaton,
            words: Cow::Owned(entries),
            targets: Cow::Owned(targets),
        })
    }

    /// Returns what the word of this number sets off, and its length.
    #[inline]
    pub(crate) fn targets_of(&self, word: u16) -> (usize, &[Target]) {
        let word = self.words[usize::from(word)];
        (
            usize::from(word.length),
            &self.targets[word.first as usize..word.last as usize],
        )
    }
}

/// Collects the words of rules: those matched exactly, and those matched in any case.
pub(crate) fn words_of(rules: &[RawRule]) -> (Words, Words) {
    let (mut exact, mut folded) = (Words::new(), Words::new());
    for (number, rule) in rules.iter().enumerate() {
        let number = number as u16;
        for near in rule.near.iter().flat_map(|word| spellings(word)) {
            let target = Target::Near { rule: number };
            let targets = folded.entry(near.into_bytes()).or_default();
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        if rule.regex.is_some() {
            for keyword in &rule.keywords {
                let keyword = keyword.to_ascii_lowercase().into_bytes();
                folded
                    .entry(keyword)
                    .or_default()
                    .push(Target::Regex { rule: number });
            }
        } else if rule.near.is_empty() {
            shape_words(number, rule, &mut exact);
        }
    }
    (exact, folded)
}

fn shape_words(number: u16, rule: &RawRule, exact: &mut Words) {
    for (shape, pieces) in rule.shapes.iter().enumerate() {
        for anchor in schema::anchors(pieces, &rule.keywords) {
            exact.entry(anchor.text).or_default().push(Target::Shape {
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
    if !word.contains(['_', '-']) {
        return vec![word];
    }
    ["_", "-", ".", ""]
        .iter()
        .map(|between| word.replace(['_', '-'], between))
        .collect()
}
