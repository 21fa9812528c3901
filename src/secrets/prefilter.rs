//! One Aho-Corasick automaton over the anchors of all rules and the keywords of the name reader.
//!
//! It is built when the first text is scanned. A small run gets the automaton that is quick to build, a large
//! one the automaton that is quick to run.

use std::cell::{Cell, OnceCell};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::Rule;
use super::pairs;
use super::rule::{ANCHORS, RULES};
use super::schema::Role;

/// Once this many bytes have been scanned, the automaton that is dearer to build pays.
const LARGE: usize = 1 << 20;

/// An anchor that stands in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    /// The first byte.
    pub(super) start: usize,
    /// The byte behind the last.
    pub(super) end: usize,
    /// The number of the pattern.
    pattern: u32,
}

/// What an anchor is for.
pub(super) enum Meaning<'a> {
    /// Built-in rules, by number.
    Rules(&'static [(u16, Role)]),
    /// A keyword of the name reader.
    Keyword(usize),
    /// A key or another credential that spans lines.
    Structure(usize),
    /// A rule of the team's own.
    Own(&'a Rule, Role),
}

/// The automaton, and what its patterns mean.
pub(super) struct Prefilter {
    own: Vec<Rule>,
    own_anchors: Vec<(usize, usize)>,
    small: OnceCell<AhoCorasick>,
    large: OnceCell<AhoCorasick>,
    scanned: Cell<usize>,
}

impl Prefilter {
    /// Prepares the automaton over the built-in anchors and those of a team's own rules.
    pub(super) fn new(own: Vec<Rule>) -> Self {
        let numbered = |(rule, found): (usize, &Rule)| {
            (0..found.anchors.len()).map(move |anchor| (rule, anchor))
        };
        let own_anchors = own.iter().enumerate().flat_map(numbered).collect();
        Self {
            own,
            own_anchors,
            small: OnceCell::new(),
            large: OnceCell::new(),
            scanned: Cell::new(0),
        }
    }

    /// Returns the team's own rules.
    pub(super) fn own(&self) -> &[Rule] {
        &self.own
    }

    /// Returns the anchors that stand in a text, overlapping ones included, in the order of their ends.
    pub(super) fn hits<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Hit> + 'a {
        self.scanned
            .set(self.scanned.get().saturating_add(text.len()));
        let automaton = if self.scanned.get() < LARGE {
            self.small
                .get_or_init(|| self.build(AhoCorasickKind::ContiguousNFA))
        } else {
            self.large.get_or_init(|| self.build(AhoCorasickKind::DFA))
        };
        automaton.find_overlapping_iter(text).map(|found| Hit {
            start: found.start(),
            end: found.end(),
            pattern: found.pattern().as_u32(),
        })
    }

    fn build(&self, kind: AhoCorasickKind) -> AhoCorasick {
        let own = self
            .own_anchors
            .iter()
            .map(|&(rule, anchor)| self.own[rule].anchors[anchor].0);
        let patterns = ANCHORS
            .iter()
            .map(|(text, _)| *text)
            .chain(pairs::KEYWORDS.iter().copied())
            .chain(super::structure::ANCHORS.iter().copied())
            .chain(own);
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(kind))
            .prefilter(false)
            .build(patterns)
            .expect("the anchors are few, short and not empty")
    }

    /// Returns what a hit means.
    pub(super) fn meaning(&self, hit: Hit) -> Meaning<'_> {
        let mut index = hit.pattern as usize;
        if let Some((_, rules)) = ANCHORS.get(index) {
            return Meaning::Rules(rules);
        }
        index -= ANCHORS.len();
        if index < pairs::KEYWORDS.len() {
            return Meaning::Keyword(index);
        }
        index -= pairs::KEYWORDS.len();
        if index < super::structure::ANCHORS.len() {
            return Meaning::Structure(index);
        }
        let (rule, anchor) = self.own_anchors[index - super::structure::ANCHORS.len()];
        let rule = &self.own[rule];
        Meaning::Own(rule, rule.anchors[anchor].1)
    }

    /// Returns the number by which a team's own rule is known beside the built-in ones.
    pub(super) fn number(&self, rule: &Rule) -> usize {
        let own = self
            .own
            .iter()
            .position(|own| std::ptr::eq(own.definition, rule.definition));
        RULES.len() + own.unwrap_or(0)
    }
}
