//! The thresholds of the checks that are there already: what the calls of Bandit, pip-audit and Safety in the files
//! of CI systems and hook managers stop at, and how the policy differs from them.
//!
//! Comes in: the texts of those files. Goes out: keys of the policy that say the same, and every difference in
//! words. Nothing is run, and nothing but these files is read.

mod call;
mod files;
mod outline;
mod variables;

use crate::finding::{Confidence, Severity, printable};
use crate::policy::{self, Policy};

use call::{Call, Tool};
pub(super) use files::{InGit, OnDisk, found};

/// A call and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The file and the line, for people.
    pub(super) place: String,
    /// What it stops at.
    pub(super) call: Call,
}

/// A key of the policy that says what a call says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Equivalent {
    /// The dotted key.
    pub(super) key: &'static str,
    /// The value, as TOML.
    pub(super) value: String,
    /// Where the call stands.
    pub(super) place: String,
}

/// Returns the keys that say the same as all calls together: where two disagree, the stricter one counts.
pub(super) fn equivalent(found: &[Found]) -> Vec<Equivalent> {
    let mut keys = Vec::new();
    let strict = |wanted: fn(Tool) -> bool| {
        let calls = found.iter().filter(move |found| wanted(found.call.tool));
        let mut calls: Vec<&Found> = calls.collect();
        calls.sort_by_key(|found| (found.call.lenient, found.call.severity));
        calls.into_iter().next()
    };
    if let Some(first) = strict(|tool| tool == Tool::Bandit) {
        let stops_from = (!first.call.lenient).then_some(first.call.severity);
        for (key, level, otherwise) in [
            ("bandit.high", Severity::High, "warn"),
            ("bandit.medium", Severity::Medium, "warn"),
            ("bandit.low", Severity::Low, "info"),
        ] {
            let stops = stops_from.is_some_and(|from| level >= from);
            keys.push(Equivalent {
                key,
                value: quoted(if stops { "block" } else { otherwise }),
                place: first.place.clone(),
            });
        }
        if first.call.confidence > Confidence::Low {
            keys.push(Equivalent {
                key: "bandit.min_confidence",
                value: quoted(first.call.confidence.name()),
                place: first.place.clone(),
            });
        }
        if let Some(config) = &first.call.config {
            keys.push(Equivalent {
                key: "bandit.config",
                value: quoted(config),
                place: first.place.clone(),
            });
        }
    }
    if let Some(first) = strict(|tool| tool != Tool::Bandit) {
        let action = if first.call.lenient { "warn" } else { "block" };
        for key in ["audit.critical", "audit.high", "audit.medium", "audit.low"] {
            keys.push(Equivalent {
                key,
                value: quoted(action),
                place: first.place.clone(),
            });
        }
    }
    keys
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns every difference between the policy and the calls, in words.
pub(super) fn drift(found: &[Found], policy: &Policy) -> Vec<String> {
    let mut words = Vec::new();
    for Equivalent { key, value, place } in equivalent(found) {
        let Some(actual) = policy::effective(policy)
            .iter()
            .find(|known| known.key == key)
        else {
            words.push(format!(
                "{place} uses {value}, and the policy has no `{key}`"
            ));
            continue;
        };
        let blocks = |value: &str| value == "\"block\"";
        let differs = if key == "bandit.min_confidence" || key == "bandit.config" {
            actual.value != value
        } else {
            blocks(&actual.value) != blocks(&value)
        };
        if differs {
            let direction = match (blocks(&actual.value), blocks(&value)) {
                (true, false) => " (stricter than CI)",
                (false, true) => " (looser than CI)",
                _ => "",
            };
            words.push(format!(
                "`{key} = {}` of {}{direction}: {place} amounts to {value}",
                actual.value, actual.origin
            ));
        }
    }
    words.extend(leftovers(found));
    words
}

/// Returns what calls leave out and no key of the policy can say.
pub(super) fn leftovers(found: &[Found]) -> Vec<String> {
    let mut words = Vec::new();
    for Found { place, call } in found {
        let list = |ids: &[String]| {
            let ids: Vec<String> = ids.iter().map(|id| printable(id)).collect();
            ids.join(", ")
        };
        if !call.skips.is_empty() {
            words.push(format!(
                "{place} leaves out {}: write it into Bandit's own configuration (`skips`), where both read it",
                list(&call.skips)
            ));
        }
        if !call.ignores.is_empty() {
            words.push(format!(
                "{place} ignores {}, undated and unapproved: record it with `gate-hook waiver new`",
                list(&call.ignores)
            ));
        }
        if !call.unknown.is_empty() {
            words.push(format!(
                "{place} takes options from {}, whose value is not known here: see what it stops at",
                list(&call.unknown)
            ));
        }
        if call.lenient {
            words.push(format!(
                "{place} never fails its job, whatever {} finds, a crash included",
                call.tool.name()
            ));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(line: &str) -> Vec<Found> {
        call::calls(line)
            .into_iter()
            .map(|call| Found {
                place: "ci.yml:1".to_owned(),
                call,
            })
            .collect()
    }

    fn values(line: &str) -> Vec<String> {
        equivalent(&calls(line))
            .into_iter()
            .map(|key| format!("{}={}", key.key, key.value.trim_matches('"')))
            .collect()
    }

    #[test]
    fn levels_become_keys() {
        assert_eq!(
            values("bandit -r src -ll -ii"),
            [
                "bandit.high=block",
                "bandit.medium=block",
                "bandit.low=info",
                "bandit.min_confidence=medium"
            ]
        );
        assert_eq!(
            values("bandit -r src --severity-level high || true"),
            ["bandit.high=warn", "bandit.medium=warn", "bandit.low=info"]
        );
        assert_eq!(values("pip-audit -r requirements.txt").len(), 4);
    }

    #[test]
    fn drift_says_which_way() {
        let found = calls("bandit -r . -ll && pip-audit --ignore-vuln PYSEC-2024-1");
        let words = drift(&found, &Policy::builtin()).join("\n");
        assert!(words.contains("`bandit.medium = \"warn\"`"), "{words}");
        assert!(words.contains("looser than CI"), "{words}");
        assert!(!words.contains("bandit.high"), "{words}");
        assert!(words.contains("audit.low"), "{words}");
        assert!(words.contains("PYSEC-2024-1"), "{words}");
        let same = calls("bandit -r . -lll");
        assert!(drift(&same, &Policy::builtin()).is_empty());
    }
}
