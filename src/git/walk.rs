//! Which commits are reachable from here and not from there, parents before children.
//!
//! Comes in: tips, hidden tips, and a way to read commits. Goes out: ids in an order that depends on nothing
//! but the commits. History is walked newest first; where clocks were wrong, a commit too many may come out,
//! never one too few.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use super::GitError;
use super::objects::RawCommit;
use crate::input::ObjectId;

/// How many hidden commits older than every other are still followed, for clocks that were a little wrong.
const SLACK: u32 = 64;

/// What is known of a commit on the way.
#[derive(Debug)]
struct Visited {
    parents: Vec<ObjectId>,
    time: i64,
    hidden: bool,
    /// Whether it waits in the queue.
    waiting: bool,
}

/// The walk on its way.
struct Walk<'a, R> {
    read: &'a R,
    visited: HashMap<ObjectId, Visited>,
    queue: BinaryHeap<(i64, ObjectId)>,
    /// How many commits of the queue are not hidden.
    wanted: usize,
}

/// Returns the commits reachable from `tips` and not from `hidden`; `read` returns nothing for a commit
/// behind the boundary of a shallow clone.
pub(super) fn walk(
    read: &impl Fn(&ObjectId) -> Result<Option<RawCommit>, GitError>,
    tips: &[ObjectId],
    hidden: &[ObjectId],
) -> Result<Vec<ObjectId>, GitError> {
    let mut walk = Walk {
        read,
        visited: HashMap::new(),
        queue: BinaryHeap::new(),
        wanted: 0,
    };
    for (ids, is_hidden) in [(hidden, true), (tips, false)] {
        for id in ids {
            walk.visit(*id, is_hidden)?;
        }
    }
    walk.run()?;
    let found = walk.visited.iter().filter(|(_, visited)| !visited.hidden);
    let found = found.map(|(id, visited)| (*id, visited.time, visited.parents.clone()));
    Ok(sort(&found.collect::<Vec<_>>()))
}

impl<R: Fn(&ObjectId) -> Result<Option<RawCommit>, GitError>> Walk<'_, R> {
    fn run(&mut self) -> Result<(), GitError> {
        let mut slack = SLACK;
        let mut oldest = i64::MAX;
        while let Some((time, id)) = self.queue.pop() {
            let visited = self
                .visited
                .get_mut(&id)
                .expect("what is queued was visited");
            visited.waiting = false;
            let (hidden, parents) = (visited.hidden, visited.parents.clone());
            if !hidden {
                self.wanted -= 1;
                oldest = oldest.min(time);
            } else if self.wanted == 0 && time < oldest {
                slack -= 1;
                if slack == 0 {
                    return Ok(());
                }
            }
            for parent in parents {
                self.visit(parent, hidden)?;
            }
        }
        Ok(())
    }

    /// Queues a commit that is met for the first time, and hides what turns out to be hidden.
    fn visit(&mut self, id: ObjectId, hidden: bool) -> Result<(), GitError> {
        if self.visited.contains_key(&id) {
            if hidden {
                self.hide(id);
            }
            return Ok(());
        }
        let Some(raw) = (self.read)(&id)? else {
            return Ok(());
        };
        let time = raw.committed_at;
        self.visited.insert(
            id,
            Visited {
                parents: raw.commit.parents,
                time,
                hidden,
                waiting: true,
            },
        );
        self.queue.push((time, id));
        self.wanted += usize::from(!hidden);
        Ok(())
    }

    /// Hides a commit and all its visited ancestors.
    fn hide(&mut self, id: ObjectId) {
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            let Some(visited) = self.visited.get_mut(&id).filter(|visited| !visited.hidden) else {
                continue;
            };
            visited.hidden = true;
            if visited.waiting {
                self.wanted -= 1;
            }
            stack.extend_from_slice(&visited.parents);
        }
    }
}

/// Sorts commits so that parents come before children, the older first where both orders would do.
pub(super) fn sort(commits: &[(ObjectId, i64, Vec<ObjectId>)]) -> Vec<ObjectId> {
    let times: BTreeMap<ObjectId, i64> = commits.iter().map(|(id, time, _)| (*id, *time)).collect();
    let mut children: BTreeMap<ObjectId, Vec<ObjectId>> = BTreeMap::new();
    let mut missing: BTreeMap<ObjectId, usize> = BTreeMap::new();
    let mut ready = BinaryHeap::new();
    for (id, time, parents) in commits {
        let parents: BTreeSet<_> = parents
            .iter()
            .filter(|parent| times.contains_key(parent))
            .collect();
        if parents.is_empty() {
            ready.push(Reverse((*time, *id)));
        }
        missing.insert(*id, parents.len());
        for parent in parents {
            children.entry(*parent).or_default().push(*id);
        }
    }
    let mut sorted = Vec::with_capacity(times.len());
    while let Some(Reverse((_, id))) = ready.pop() {
        sorted.push(id);
        for child in children.get(&id).into_iter().flatten() {
            let left = missing.get_mut(child).expect("every commit is counted");
            *left -= 1;
            if *left == 0 {
                ready.push(Reverse((times[child], *child)));
            }
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::git::Commit;
    use crate::input::CommitInfo;

    fn id(number: usize) -> ObjectId {
        let mut bytes = [0; 20];
        bytes[19] = number as u8;
        bytes[0] = (number * 37 % 251) as u8;
        ObjectId::from_bytes(&bytes).unwrap()
    }

    /// A history in which commit `n` has the parents `history[n].0`, all smaller, and the time `history[n].1`.
    type History = Vec<(Vec<usize>, i64)>;

    fn run(history: &History, tips: &[usize], hidden: &[usize]) -> Vec<usize> {
        let number = |wanted: ObjectId| {
            (0..history.len())
                .find(|&number| id(number) == wanted)
                .unwrap()
        };
        let read = |wanted: &ObjectId| {
            let (parents, time) = &history[number(*wanted)];
            let info = CommitInfo {
                id: *wanted,
                author: String::new(),
                time: 0,
                summary: String::new(),
            };
            let parents = parents.iter().map(|&parent| id(parent)).collect();
            let commit = Commit {
                info,
                parents,
                message: Vec::new(),
                committed_at: 0,
            };
            Ok(Some(RawCommit {
                tree: id(0),
                committed_at: *time,
                commit,
            }))
        };
        let ids = |numbers: &[usize]| numbers.iter().map(|&number| id(number)).collect::<Vec<_>>();
        walk(&read, &ids(tips), &ids(hidden))
            .unwrap()
            .into_iter()
            .map(number)
            .collect()
    }

    fn reachable(history: &History, tips: &[usize]) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut stack = tips.to_vec();
        while let Some(number) = stack.pop() {
            if found.insert(number) {
                stack.extend(&history[number].0);
            }
        }
        found
    }

    proptest! {
        #[test]
        fn the_walk_finds_what_the_definition_says(
            shape in prop::collection::vec((prop::collection::vec(any::<prop::sample::Index>(), 0..3), 0i64..50), 1..40),
            tips in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
            hidden in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        ) {
            let history: History = shape.iter().enumerate().map(|(number, (parents, time))| {
                let parents = if number == 0 { vec![] } else { parents.iter().map(|at| at.index(number)).collect() };
                (parents, *time)
            }).collect();
            let pick = |picks: &[prop::sample::Index]| picks.iter().map(|at| at.index(history.len())).collect::<Vec<_>>();
            let (tips, hidden) = (pick(&tips), pick(&hidden));
            let found = run(&history, &tips, &hidden);
            let expected: Vec<_> = reachable(&history, &tips).difference(&reachable(&history, &hidden)).copied().collect();
            prop_assert_eq!(BTreeSet::from_iter(found.clone()), BTreeSet::from_iter(expected));
            for (at, number) in found.iter().enumerate() {
                for parent in &history[*number].0 {
                    prop_assert!(found.iter().position(|other| other == parent).is_none_or(|before| before < at));
                }
            }
        }
    }

    #[test]
    fn the_walk_stops_soon_after_the_last_wanted_commit() {
        use std::cell::Cell;
        let name = |number: u32| {
            let mut bytes = [0; 20];
            bytes[16..].copy_from_slice(&number.to_be_bytes());
            ObjectId::from_bytes(&bytes).unwrap()
        };
        let reads = Cell::new(0);
        let read = |wanted: &ObjectId| {
            reads.set(reads.get() + 1);
            let number = u32::from_be_bytes(wanted.as_bytes()[16..].try_into().unwrap());
            let info = CommitInfo {
                id: *wanted,
                author: String::new(),
                time: 0,
                summary: String::new(),
            };
            let parents = if number == 0 {
                vec![]
            } else {
                vec![name(number - 1)]
            };
            let commit = Commit {
                info,
                parents,
                message: Vec::new(),
                committed_at: 0,
            };
            Ok(Some(RawCommit {
                tree: *wanted,
                committed_at: i64::from(number),
                commit,
            }))
        };
        assert_eq!(
            walk(&read, &[name(10_000)], &[name(9_990)]).unwrap().len(),
            10
        );
        assert!(reads.get() < 200, "{}", reads.get());
    }
}
