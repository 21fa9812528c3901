//! The secrets engine: a text comes in, findings go out.
//!
//! ```text
//! rules/secrets/*.toml ─► schema, shape, check ─► index, automaton ─► table          (when it is built)
//!
//! text ─► sweep ─► matcher, near, pattern ─► judge (confirm, placeholder) ─┐
//!           ├────► structure (keys of several lines) ──────────────────────┼─► resolve ─► excerpt, pragma ─► findings
//!           └────► pairs (names and values) ───────────────────────────────┘
//!           encoded (texts within the text) ─► sweep, once more
//! ```
//!
//! One pass over the text finds the words of all rules; where one hits, the rule's shape is tried there, and what
//! fits is confirmed (structure, checksum, entropy, placeholders). It must not know git, the other engines,
//! policy, reports, the command line, files, the clock or the environment.

mod automaton;
mod candidate;
mod check;
mod confirm;
mod custom;
mod encoded;
mod example;
mod excerpt;
mod index;
mod judge;
mod matcher;
mod near;
mod pairs;
mod pattern;
mod placeholder;
mod pragma;
mod resolve;
mod scanner;
mod schema;
mod score;
mod shape;
mod structure;
mod sweep;
mod table;
mod text;
mod trace;
mod why;
mod wrapped;

use std::sync::Arc;

pub use example::ExampleError;
pub use scanner::Scanner;
pub use trace::Trace;
pub use why::{Gate, why_not, why_not_alone};

use crate::finding::{Place, RepoPath};
use crate::rule::RuleMeta;

/// What a scan may be told.
pub struct Options<'a> {
    /// The key of the digests in fingerprints (`secrets.fingerprint_key` of the policy), or empty.
    pub fingerprint_key: &'a [u8],
    /// The team's own rules.
    pub custom: Vec<Rule>,
    /// Whether the policy lets this value at this path go without a word.
    pub allowed: &'a (dyn Fn(&RepoPath, &[u8]) -> bool + Sync),
}

/// All that a place has to say about a text: texts whose places say the same are read alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reading(pairs::Reading);

impl Reading {
    /// Returns how texts at a place are read.
    pub fn of(place: &Place) -> Self {
        Self(pairs::Reading::of(place))
    }
}

/// One rule, ready to be matched.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What the rule says about itself.
    pub meta: &'static RuleMeta,
    definition: &'static table::Definition,
    raw: Arc<schema::RawRule>,
}

impl Rule {
    /// Returns the texts in which the rule finds something, and those in which it finds nothing, written out.
    pub fn examples(&self) -> Result<(Vec<String>, Vec<String>), ExampleError> {
        example::of(self)
    }

    /// Returns a value of the rule's shape of this number that passes its checks, the same for the same `seed`.
    pub fn sample(&self, shape: usize, seed: u64) -> Result<String, ExampleError> {
        example::valid(self, shape, seed)
    }

    /// Returns a value with the same shape that fails a check.
    pub fn spoiled(&self, shape: usize, seed: u64) -> Result<String, ExampleError> {
        example::invalid(self, shape, seed)
    }

    /// Returns a word that has to stand before a value of the rule, if it wants one.
    pub fn near_word(&self) -> Option<&'static str> {
        self.definition.near.first().copied()
    }

    /// Returns how many shapes the rule has.
    pub fn shapes(&self) -> usize {
        self.definition.shapes.len()
    }

    /// Returns whether the rule only says that a value may be public, and so never has a finding.
    pub fn is_public(&self) -> bool {
        self.definition.public
    }
}

/// A rule of the team's own that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RuleError {
    /// The 1-based line within the TOML text of the rule.
    pub line: u32,
    /// The 1-based column.
    pub column: u32,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// Reads rules written in the schema of `rules/secrets/*.toml` (a text with `[[rule]]` tables).
pub fn parse_rules(toml: &str) -> Result<Vec<Rule>, RuleError> {
    custom::parse(toml)
}

/// Returns what every built-in rule says about itself, sorted by id.
pub fn catalog() -> Vec<&'static RuleMeta> {
    let tabled = table::RULES.iter().map(|rule| &rule.meta);
    let mut metas: Vec<_> = tabled
        .chain(structure::metas())
        .chain(pairs::metas())
        .collect();
    metas.sort_by_key(|meta| meta.id);
    metas
}
