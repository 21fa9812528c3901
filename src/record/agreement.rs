//! Whether the hook and CI say the same of a commit (M9).
//!
//! Comes in: what the hook said, out of messages and journals, and what CI said, out of the ledger. They are compared
//! where both decided by the same policy digest, and where the hook left nothing to CI. CI judges the secrets of each
//! commit, and the rest over the whole of a proposed change; so a finding of code or of a dependency counts against the
//! hook only where it has looked at every commit of that change.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::journal::{Evidence, Said};
use super::ledger::{Event, Line};
use super::metrics::{CommitFact, Facts};
use crate::finding::Engine;
use crate::policy::Action;

/// What the hook said of each commit, and what CI did.
pub(super) struct Hook<'f> {
    /// By id, where the message of the commit says it.
    in_messages: BTreeMap<&'f str, &'f Evidence>,
    /// By content, as the last look at it ended.
    in_journals: BTreeMap<&'f str, &'f Evidence>,
    /// The commits that CI judged in one run, by its moment and policy.
    runs: BTreeMap<(Timestamp, &'f str), Vec<&'f Line>>,
    /// What CI said of a commit, by id and by content.
    lines: BTreeMap<&'f str, Vec<&'f Line>>,
}

impl<'f> Hook<'f> {
    /// Gathers what was said until a moment.
    pub(super) fn new(facts: &'f Facts, ledger: &[&'f Line], to: Timestamp) -> Self {
        let mut looks: Vec<_> = facts
            .journal
            .iter()
            .filter(|look| look.time <= to)
            .collect();
        looks.sort_by_key(|look| look.time);
        let mut runs: BTreeMap<_, Vec<&Line>> = BTreeMap::new();
        let mut lines: BTreeMap<_, Vec<&Line>> = BTreeMap::new();
        for line in ledger.iter().filter(|line| line.event == Event::Commit) {
            runs.entry((line.time, line.policy.as_str()))
                .or_default()
                .push(line);
            lines.entry(line.commit.as_str()).or_default().push(line);
            if !line.key.is_empty() {
                lines.entry(line.key.as_str()).or_default().push(line);
            }
        }
        Self {
            in_messages: facts
                .commits
                .iter()
                .filter_map(|commit| Some((commit.id.as_str(), commit.evidence.as_ref()?)))
                .collect(),
            in_journals: looks
                .into_iter()
                .filter(|look| !look.key.is_empty())
                .map(|look| (look.key.as_str(), &look.evidence))
                .collect(),
            runs,
            lines,
        }
    }

    /// Returns whether a journal says that the hook let this content pass.
    pub(super) fn has_passed(&self, key: &str) -> bool {
        let evidence = self.in_journals.get(key);
        evidence.is_some_and(|evidence| evidence.said.lets_pass())
    }

    fn evidence(&self, id: &str, key: &str) -> Option<&'f Evidence> {
        let known = self.in_messages.get(id).or(self.in_journals.get(key));
        known.copied()
    }

    /// Returns whether the hook and CI disagree on a commit; nothing where they cannot be compared.
    pub(super) fn disagrees(&self, commit: &CommitFact) -> Option<bool> {
        let evidence = self.evidence(&commit.id, &commit.key)?;
        let by_id = self.lines.get(commit.id.as_str());
        let known = by_id.or_else(|| self.lines.get(commit.key.as_str()))?;
        let line = known
            .iter()
            .rfind(|line| line.policy.starts_with(&evidence.policy))?;
        if !matches!(line.outcome.as_str(), "passed" | "blocked") {
            return None;
        }
        let run = &self.runs[&(line.time, line.policy.as_str())];
        let blocks = |engines: &[Engine]| {
            let mut findings = line.findings.iter();
            findings.any(|entry| entry.action == Action::Block && engines.contains(&entry.engine()))
        };
        match evidence.said {
            Said::Blocked if run.len() == 1 => Some(!blocks(&Engine::ALL)),
            Said::Passed if blocks(&[Engine::Secrets]) => Some(true),
            Said::Passed if !blocks(&Engine::ALL) => Some(false),
            Said::Passed => run.iter().all(|line| self.passed(line)).then_some(true),
            Said::Blocked | Said::Deferred | Said::CouldNotLook => None,
        }
    }

    fn passed(&self, line: &Line) -> bool {
        let evidence = self.evidence(&line.commit, &line.key);
        evidence.is_some_and(|evidence| {
            evidence.said == Said::Passed && line.policy.starts_with(&evidence.policy)
        })
    }
}
