//! What every rule of every engine says about itself.
//!
//! A [`RuleMeta`] is the manual page of a rule in data form: `explain`, `rules`, SARIF metadata and the
//! documentation are all derived from it. Built-in rules are `static`; rules of a team's own policy are
//! leaked once when the policy is loaded and live as long as the process.

use crate::finding::{Category, Engine, Severity};

/// The description of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleMeta {
    /// The identifier, unique over all engines, for example `github-pat`.
    pub id: &'static str,
    /// What the rule finds, in a few words, for example `GitHub personal access token`.
    pub title: &'static str,
    /// The engine that applies the rule.
    pub engine: Engine,
    /// Which threshold of the policy judges findings of this rule.
    pub category: Category,
    /// How bad a finding of this rule is, when nothing in the match says otherwise.
    pub severity: Severity,
    /// The release that introduced the rule.
    pub since: &'static str,
    /// What the credential opens or the code risks, and how to put it right; plain text in paragraphs.
    pub page: &'static str,
    /// Where the format or the weakness is documented.
    pub references: &'static [&'static str],
    /// The weakness in the Common Weakness Enumeration, where there is one.
    pub cwe: Option<u16>,
}

impl RuleMeta {
    /// Returns the first sentence of the page: why a finding of this rule matters.
    pub fn why(&self) -> &'static str {
        let paragraph = self.page.trim().split("\n\n").next().unwrap_or_default();
        match paragraph.find(". ") {
            Some(end) => &paragraph[..=end],
            None => paragraph,
        }
    }
}
