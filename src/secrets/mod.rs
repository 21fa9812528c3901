//! The secrets engine: a text comes in, findings go out.
//!
//! One Aho-Corasick pass over the text finds the keywords of all rules; where one hits, the rule's shape is
//! tried on a window around it, and what fits is confirmed (structure, checksum, entropy, placeholders).
//!
//! It must not know git, the other engines, policy, reports, the command line, files, the clock or the
//! environment.

mod candidate;
#[cfg_attr(
    not(test),
    expect(dead_code, unused_imports, reason = "the scanner calls it")
)]
mod pairs;

use crate::finding::{Finding, Place, RepoPath};
use crate::rule::RuleMeta;

/// What a scan may be told.
pub struct Options<'a> {
    /// The key of the digests in fingerprints (`secrets.fingerprint_key` of the policy), or empty.
    pub fingerprint_key: &'a [u8],
    /// The team's own rules.
    pub custom: Vec<Rule>,
    /// Whether the policy lets this value at this path go without a word.
    pub allowed: &'a dyn Fn(&RepoPath, &[u8]) -> bool,
}

/// One rule, ready to be matched.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What the rule says about itself.
    pub meta: &'static RuleMeta,
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
    let _ = toml;
    Ok(Vec::new())
}

/// Returns what every built-in rule says about itself, sorted by id.
pub fn catalog() -> Vec<&'static RuleMeta> {
    Vec::new()
}

/// The matcher over all rules, built once per run and only when there is text to scan.
pub struct Scanner<'a> {
    options: Options<'a>,
}

impl<'a> Scanner<'a> {
    /// Builds the matcher.
    pub fn new(options: Options<'a>) -> Self {
        Self { options }
    }

    /// Returns the findings in one text, in the order of their positions.
    ///
    /// `first_line` is the line of the real file on which `bytes` begins.
    pub fn scan(&self, place: &Place, bytes: &[u8], first_line: u32) -> Vec<Finding> {
        let _ = (place, bytes, first_line, &self.options.custom);
        Vec::new()
    }
}
