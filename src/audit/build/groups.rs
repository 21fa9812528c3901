//! Which records describe one weakness, and how bad it is over all of them.
//!
//! Records belong together if they share an id or an alias, over any number of steps. Each group has the ids
//! of all its records and aliases, the highest of all ratings, and is malicious if one of its records is.

use std::collections::{BTreeSet, HashMap};

use crate::audit::severity::Rating;
use crate::finding::Severity;

/// What one record adds to its group.
#[derive(Debug, Clone, Default)]
pub(super) struct Member {
    /// The id of the record, then its aliases.
    pub(super) ids: Vec<String>,
    /// The highest rating that the record itself has.
    pub(super) rating: Option<Rating>,
    /// Whether the record says that the package itself is the attack.
    pub(super) malicious: bool,
}

/// What the records of a group say together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Group {
    /// All ids, the best known first.
    pub(super) ids: Vec<String>,
    /// The highest rating.
    pub(super) rating: Option<Rating>,
    /// Whether the package itself is the attack.
    pub(super) malicious: bool,
}

/// Returns the groups, and for each member the index of its group.
pub(super) fn group(members: &[Member], exploited: &BTreeSet<String>) -> (Vec<Group>, Vec<usize>) {
    let mut parents: Vec<usize> = (0..members.len()).collect();
    let mut first_with: HashMap<&str, usize> = HashMap::new();
    for (index, member) in members.iter().enumerate() {
        for id in &member.ids {
            let other = *first_with.entry(id).or_insert(index);
            let (one, other) = (root(&mut parents, index), root(&mut parents, other));
            parents[one.max(other)] = one.min(other);
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    let mut number_of: HashMap<usize, usize> = HashMap::new();
    let mut group_of = Vec::with_capacity(members.len());
    for (index, member) in members.iter().enumerate() {
        let root = root(&mut parents, index);
        let number = *number_of.entry(root).or_insert(groups.len());
        if number == groups.len() {
            groups.push(Group::default());
        }
        let group = &mut groups[number];
        group.ids.extend(member.ids.iter().cloned());
        group.rating = group.rating.take().max(member.rating.clone());
        group.malicious |= member.malicious;
        group_of.push(number);
    }
    for group in &mut groups {
        finish(group, exploited);
    }
    (groups, group_of)
}

fn root(parents: &mut [usize], mut index: usize) -> usize {
    while parents[index] != index {
        parents[index] = parents[parents[index]];
        index = parents[index];
    }
    index
}

fn finish(group: &mut Group, exploited: &BTreeSet<String>) {
    group
        .ids
        .sort_by(|a, b| fame(a).cmp(&fame(b)).then_with(|| a.cmp(b)));
    group.ids.dedup();
    let known = group
        .ids
        .iter()
        .find(|id| exploited.contains(&id.to_ascii_uppercase()));
    let source = if group.malicious {
        "malicious package".to_owned()
    } else if let Some(id) = known {
        format!("{id} is on the list of known exploited vulnerabilities")
    } else {
        return;
    };
    group.rating = Some(Rating {
        severity: Severity::Critical,
        tenths: 0,
        source,
    });
}

/// CVE ids are known everywhere, and one that is given stays; so they name a group.
fn fame(id: &str) -> u8 {
    ["CVE-", "GHSA-", "PYSEC-", "MAL-"]
        .iter()
        .position(|prefix| id.starts_with(prefix))
        .map_or(u8::MAX, |place| place as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::severity::of_label;

    fn member(ids: &[&str], label: &str) -> Member {
        Member {
            ids: ids.iter().map(|&id| id.to_owned()).collect(),
            rating: of_label(label, ids[0]),
            malicious: ids.iter().any(|id| id.starts_with("MAL-")),
        }
    }

    #[test]
    fn records_belong_together_over_any_number_of_steps() {
        let members = [
            member(&["PYSEC-1", "CVE-1"], "low"),
            member(&["GHSA-2", "CVE-2"], ""),
            member(&["GHSA-1", "CVE-1", "CVE-3"], "high"),
            member(&["X-1", "CVE-3"], ""),
        ];
        let (groups, group_of) = group(&members, &BTreeSet::new());
        assert_eq!(group_of, [0, 1, 0, 0]);
        assert_eq!(
            groups[0].ids,
            ["CVE-1", "CVE-3", "GHSA-1", "PYSEC-1", "X-1"]
        );
        assert_eq!(groups[0].rating.as_ref().unwrap().severity, Severity::High);
        assert_eq!(groups[0].rating.as_ref().unwrap().source, "label in GHSA-1");
        assert_eq!(groups[1].rating, None);
    }

    #[test]
    fn malicious_and_exploited_count_as_critical() {
        let exploited = BTreeSet::from(["CVE-9".to_owned()]);
        let members = [
            member(&["GHSA-9", "CVE-9"], "low"),
            member(&["GHSA-8", "MAL-8"], ""),
        ];
        let (groups, _) = group(&members, &exploited);
        for group in &groups {
            assert_eq!(group.rating.as_ref().unwrap().severity, Severity::Critical);
        }
        assert!(groups[1].malicious);
    }
}
