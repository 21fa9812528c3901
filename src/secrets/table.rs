//! The rules in the form in which they are matched, and the table of the built-in ones.
//!
//! `build.rs` writes the table out of `rules/secrets/*.toml`, so that the program parses no rule when it starts.

use std::borrow::Cow;

use super::automaton::Automaton;
use super::check::Kind;
use super::index::{Index, Spelling, Target};
use super::shape::Class;
use crate::finding::{Category, Engine, Severity};
use crate::rule::RuleMeta;

/// A rule in the form in which it is matched.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    /// What the rule says about itself.
    pub(crate) meta: RuleMeta,
    /// What shares fingerprints with this rule.
    pub(crate) family: &'static str,
    /// What the value looks like.
    pub(crate) shapes: &'static [Shape],
    /// The same for what shapes cannot say.
    pub(crate) regex: Option<&'static str>,
    /// Words of which one stands before the value.
    pub(crate) near: &'static [&'static str],
    /// Checks that all have to pass.
    pub(crate) checks: &'static [Check],
    /// Checks that make a finding surer.
    pub(crate) advise: &'static [Check],
    /// The other half of the credential.
    pub(crate) pair: Option<Shape>,
    /// Whether the value may be public.
    pub(crate) public: bool,
}

/// A check with its parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Check {
    /// What is checked.
    pub(crate) kind: Kind,
    /// What stands behind the colon, or nothing.
    pub(crate) parameter: &'static str,
}

/// A shape, as parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape(pub(crate) &'static [Part]);

/// One part of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Exactly these bytes.
    Literal(&'static [u8]),
    /// `min` to `max` bytes of an alphabet.
    Run {
        /// The alphabet.
        class: Class,
        /// The fewest bytes.
        min: u16,
        /// The most bytes.
        max: u16,
        /// Whether the run always ends where the alphabet ends.
        greedy: bool,
    },
}

impl Shape {
    /// Returns the literal that the shape begins with, or nothing.
    pub(crate) fn head(self) -> &'static [u8] {
        match self.0.first() {
            Some(Part::Literal(literal)) => literal,
            _ => b"",
        }
    }

    /// Returns how long a value of the shape is at most.
    pub(crate) fn longest(self) -> usize {
        self.0
            .iter()
            .map(|part| match part {
                Part::Literal(literal) => literal.len(),
                Part::Run { max, .. } => usize::from(*max),
            })
            .sum()
    }

    /// Returns how many bytes of the shape are literal.
    pub(crate) fn literal_length(self) -> usize {
        self.0
            .iter()
            .map(|part| {
                if let Part::Literal(literal) = part {
                    literal.len()
                } else {
                    0
                }
            })
            .sum()
    }
}

include!(concat!(env!("OUT_DIR"), "/rules.rs"));
