//! Regular expressions of the few rules that no shape can say, compiled when one is wanted, within limits.

use std::cell::OnceCell;
use std::collections::HashMap;

use regex::bytes::{Regex, RegexBuilder};

/// Compiles an expression; linear time and bounded size are the crate's, the limit on size is ours.
pub(super) fn compile(expression: &str) -> Result<Regex, String> {
    let regex = RegexBuilder::new(expression)
        .size_limit(1 << 23)
        .dfa_size_limit(1 << 23)
        .build()
        .map_err(|error| {
            error
                .to_string()
                .lines()
                .last()
                .unwrap_or_default()
                .trim()
                .to_owned()
        })?;
    if regex.is_match(b"") {
        return Err("it matches the empty text".to_owned());
    }
    Ok(regex)
}

/// The expressions that have been wanted so far, by the number of their rule.
#[derive(Debug)]
pub(super) struct Expressions(HashMap<usize, OnceCell<Option<Regex>>>);

impl Expressions {
    /// Makes room for the expressions of these rules without compiling any.
    pub(super) fn new(rules: impl Iterator<Item = usize>) -> Self {
        Self(rules.map(|rule| (rule, OnceCell::new())).collect())
    }

    /// Returns the expression of a rule, compiled on first use.
    pub(super) fn get(&self, rule: usize, expression: &str) -> Option<&Regex> {
        self.0
            .get(&rule)?
            .get_or_init(|| compile(expression).ok())
            .as_ref()
    }
}
