//! Where a set of commits begins and ends: what a push or a proposed change brings as a whole.

use std::collections::{BTreeSet, HashMap};

use super::{GitError, Repository};
use crate::input::ObjectId;

/// Commits that belong together: all that leads to one tip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The commit that no other of the set builds on.
    pub tip: ObjectId,
    /// The commits outside of the set that it builds on; none where it holds all of history.
    pub base: Vec<ObjectId>,
}

/// Returns the stretches that a set of commits consists of, one for each tip, in the order of the tips.
pub fn stretches(
    repository: &dyn Repository,
    commits: &[ObjectId],
) -> Result<Vec<Stretch>, GitError> {
    let mut parents: HashMap<ObjectId, Vec<ObjectId>> = HashMap::with_capacity(commits.len());
    for id in commits {
        parents.insert(*id, repository.commit(id)?.parents);
    }
    let built_on: BTreeSet<&ObjectId> = parents.values().flatten().collect();
    let mut seen = BTreeSet::new();
    let tips = commits
        .iter()
        .filter(|id| !built_on.contains(id) && seen.insert(*id));
    Ok(tips.map(|tip| stretch(*tip, &parents)).collect())
}

fn stretch(tip: ObjectId, parents: &HashMap<ObjectId, Vec<ObjectId>>) -> Stretch {
    let mut base = Vec::new();
    let mut seen = BTreeSet::from([tip]);
    let mut waiting = vec![tip];
    while let Some(id) = waiting.pop() {
        for parent in parents.get(&id).into_iter().flatten() {
            if !seen.insert(*parent) {
                continue;
            }
            if parents.contains_key(parent) {
                waiting.push(*parent);
            } else {
                base.push(*parent);
            }
        }
    }
    Stretch { tip, base }
}
