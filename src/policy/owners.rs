//! Whom to ask: the handles of those who hold a role, and the lines of a CODEOWNERS file that ask them by themselves.
//!
//! Comes in: a policy. Goes out: text for people and for the forge, which alone knows whether a handle exists.

use std::fmt::Write as _;

use super::people::People;
use super::{BASELINE_FILE, FILE_NAME, OVERRIDES_DIR, Policy};
use crate::finding::printable;

impl People {
    /// Returns how the forge calls those who hold one of these roles, each once: by handle, else by address.
    pub fn handles(&self, roles: &[&str]) -> Vec<String> {
        let mut handles: Vec<String> = Vec::new();
        for holder in roles.iter().flat_map(|role| self.holders(role)) {
            let handle = self.handle(holder);
            handles.extend(handle.filter(|handle| !handles.contains(handle)));
        }
        handles
    }

    fn handle(&self, holder: &str) -> Option<String> {
        let person = self.person(holder);
        let mut known = self.addresses.iter();
        let addresses = known
            .find(|(name, _)| self.person(name) == person)
            .map(|(_, addresses)| addresses.as_slice());
        let called =
            || std::iter::once(holder).chain(addresses.into_iter().flatten().map(String::as_str));
        let handle = called().find(|name| name.starts_with('@'));
        let handle = handle.or_else(|| called().find(|name| name.contains('@')));
        handle.map(printable)
    }
}

/// Returns the lines of a CODEOWNERS file for what the policy wants approved.
pub fn code_owners(policy: &Policy) -> String {
    let quorum = policy.waivers.quorum.value.iter();
    let mut roles: Vec<&str> = Vec::new();
    for role in quorum.flat_map(|rule| rule.of.iter().map(|(role, _)| role).chain(&rule.any_of)) {
        if !roles.contains(&role.as_str()) {
            roles.push(role);
        }
    }
    let approver = [policy.override_rules.approver.value.as_str()];
    let mut out = "# Who has to approve waivers, overrides and the policy itself.\n".to_owned();
    for (path, roles) in [
        (policy.waivers.register.value.as_str(), &roles[..]),
        (OVERRIDES_DIR, &approver[..]),
        (BASELINE_FILE, &roles[..]),
        (FILE_NAME, &roles[..]),
    ] {
        let slash = if path == OVERRIDES_DIR { "/" } else { "" };
        let path = printable(path).replace(' ', "\\ ");
        let handles = policy.people.handles(roles);
        let line = format!("/{path}{slash} {}", handles.join(" "));
        // Writing into a string cannot fail. A line without owners would take them away.
        let _ = match handles.as_slice() {
            [] => writeln!(
                out,
                "# {}: nobody with a handle holds {} in [roles]",
                line.trim_end(),
                roles.join(" or ")
            ),
            _ => writeln!(out, "{line}"),
        };
    }
    out
}
