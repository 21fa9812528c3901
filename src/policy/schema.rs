//! Every key that a policy may hold, and what to say about one that it may not.
//!
//! To add a key: one line here, one `reader` call in the file of its section, one row in `docs/policy.md`.
//! A test fails when one of the three is missing.

use toml::de::DeValue;

use crate::finding::printable;

use super::PolicyError;
use super::value::{Item, closest};

/// Every key, in the order in which they are documented and shown.
///
/// `[]` stands for the elements of a list, `*` for a name of the team's own.
pub const KEYS: &[&str] = &[
    "profile",
    "existing",
    "unreviewed",
    "rollout.start",
    "rollout.baseline_days",
    "hook.no_verify",
    "hook.missing_binary",
    "hook.time_budget_ms",
    "hook.evidence",
    "paths.critical",
    "paths.exclude",
    "secrets.credential",
    "secrets.keyword",
    "secrets.fingerprint_key",
    "secrets.allow",
    "secrets.allow[].path",
    "secrets.allow[].value",
    "secrets.allow[].reason",
    "secrets.rules",
    "bandit.config",
    "bandit.high",
    "bandit.medium",
    "bandit.low",
    "bandit.outside_critical",
    "bandit.outside_critical.high",
    "bandit.outside_critical.medium",
    "bandit.outside_critical.low",
    "bandit.min_confidence",
    "bandit.python_version",
    "bandit.unscanned",
    "audit.critical",
    "audit.high",
    "audit.medium",
    "audit.low",
    "audit.unknown",
    "audit.dev",
    "audit.dev.critical",
    "audit.dev.high",
    "audit.dev.medium",
    "audit.dev.low",
    "audit.dev_paths",
    "audit.unpinned",
    "audit.unscanned",
    "audit.database_max_age_days",
    "audit.database",
    "audit.database.url",
    "audit.database.sha256",
    "waivers.register",
    "waivers.max_days.critical",
    "waivers.max_days.high",
    "waivers.max_days.medium",
    "waivers.max_days.low",
    "waivers.inline",
    "waivers.proof",
    "waivers.quorum",
    "waivers.quorum[].engine",
    "waivers.quorum[].severity",
    "waivers.quorum[].approvals",
    "waivers.quorum[].of",
    "waivers.quorum[].any_of",
    "override.ticket",
    "override.label",
    "override.approver",
    "override.valid_hours",
    "override.remediation_hours",
    "roles.*",
    "people.*",
];

/// Returns where a key stands in [`KEYS`].
pub(super) fn rank(key: &str) -> usize {
    let known = |pattern: &str| match pattern.strip_suffix('*') {
        Some(table) => key.starts_with(table),
        None => pattern == key,
    };
    KEYS.iter()
        .position(|pattern| known(pattern))
        .unwrap_or(KEYS.len())
}

/// Refuses the first key of a text that is not one of `keys`.
pub(super) fn refuse_unknown(root: &Item<'_>, keys: &[&str]) -> Result<(), PolicyError> {
    let mut unknown: Option<(Item<'_>, String, String)> = None;
    let mut tables = vec![(root.clone(), String::new())];
    while let Some((table, prefix)) = tables.pop() {
        for (name, item) in table.entries()? {
            let path = format!("{prefix}{name}");
            if is_known(keys, &prefix, &name, &path) {
                descend(keys, &item, &path, &mut tables)?;
            } else if unknown
                .as_ref()
                .is_none_or(|(first, ..)| item.key_span.start < first.key_span.start)
            {
                unknown = Some((item, prefix.clone(), name));
            }
        }
    }
    match unknown {
        Some((item, prefix, name)) => Err(unknown_key(keys, &item, &prefix, &name)),
        None => Ok(()),
    }
}

fn is_known(keys: &[&str], prefix: &str, name: &str, path: &str) -> bool {
    if keys.iter().any(|key| key.strip_suffix('*') == Some(prefix)) {
        return true;
    }
    // A quoted key with a dot in it would otherwise pass for a key of another table.
    let spelt_out = !name.contains(['.', '[', '*']);
    spelt_out
        && keys.iter().any(|key| {
            key.strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
}

/// Notes the tables under `item` whose own keys are to be looked at.
fn descend<'d>(
    keys: &[&str],
    item: &Item<'d>,
    path: &str,
    tables: &mut Vec<(Item<'d>, String)>,
) -> Result<(), PolicyError> {
    let below = |mark: &str| {
        let prefix = format!("{path}{mark}");
        let is_any = keys.iter().any(|key| key.starts_with(&prefix));
        is_any.then_some(prefix)
    };
    match item.value.get_ref() {
        DeValue::Table(_) => tables.extend(below(".").map(|inside| (item.clone(), inside))),
        DeValue::Array(_) => {
            if let Some(elements) = below("[].") {
                let list = item.list()?.into_iter();
                let list = list.filter(|element| element.value.get_ref().is_table());
                tables.extend(list.map(|element| (element, elements.clone())));
            }
        }
        _ => {}
    }
    Ok(())
}

fn unknown_key(keys: &[&str], item: &Item<'_>, prefix: &str, name: &str) -> PolicyError {
    let kind = if item.value.get_ref().is_table() {
        "table"
    } else {
        "key"
    };
    let shown = format!("{}{}", prefix.replace("[]", ""), printable(name));
    let hint = suggestion(keys, prefix, name);
    item.source.fail(
        item.key_span.start,
        format!("unknown {kind} `{shown}`"),
        Some(hint),
    )
}

fn suggestion(keys: &[&str], prefix: &str, name: &str) -> String {
    let siblings = siblings(keys, prefix);
    if let Some(sibling) = closest(name, siblings.iter().copied()) {
        return format!("did you mean `{}{sibling}`?", prefix.replace("[]", ""));
    }
    // Further down, a name found elsewhere is more often a coincidence than a slip.
    let last =
        |key: &&&str| prefix.matches('.').count() < 2 && key.rsplit('.').next() == Some(name);
    if let Some(elsewhere) = keys.iter().find(last) {
        return format!("did you mean `{}`?", elsewhere.replace("[]", ""));
    }
    let names: Vec<String> = siblings
        .iter()
        .map(|sibling| format!("`{sibling}`"))
        .collect();
    format!("known here: {}", names.join(", "))
}

/// Returns the names that may stand where `prefix` ends.
fn siblings<'k>(keys: &[&'k str], prefix: &str) -> Vec<&'k str> {
    let mut names: Vec<&str> = Vec::new();
    for rest in keys.iter().filter_map(|key| key.strip_prefix(prefix)) {
        let name = rest.split(['.', '[']).next().unwrap_or(rest);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
