//! Net changes: what a commit in the making, a push or a proposed change brings as a whole, for the engines that
//! compare the state before with the state after.

use std::collections::BTreeSet;

use crate::finding::{Engine, RepoPath};
use crate::git::{self, GitError, Repository, Side, Stretch};
use crate::input::{Change, ObjectId};
use crate::scan::{self, Net, Tree};

/// Returns what leads from all of `base` to one side.
pub(super) fn between(
    repository: &dyn Repository,
    base: &[ObjectId],
    side: Side,
) -> Result<Net, GitError> {
    Ok(of(git::compared(repository, base, side)?, base, side))
}

/// Wraps a change that leads from all of `base` to one side.
pub(super) fn of(change: Change, base: &[ObjectId], side: Side) -> Net {
    let there = base
        .iter()
        .filter(|id| !change.missing_parents.contains(id));
    Net {
        before: there.map(|id| Tree::Git(Side::Commit(*id))).collect(),
        after: Tree::Git(side),
        engines: scan::OF_STATES,
        standing: false,
        change,
    }
}

/// Returns everything that is there on one side.
pub(super) fn standing(
    repository: &dyn Repository,
    side: Side,
    engines: &'static [Engine],
) -> Result<Net, GitError> {
    Ok(Net {
        engines,
        standing: true,
        ..between(repository, &[], side)?
    })
}

/// Returns the dependency files that a change of Python code leaves alone: what runs the code is audited with it.
pub(super) fn dependencies(
    repository: &dyn Repository,
    changes: &[Net],
) -> Result<Option<Net>, GitError> {
    let touched = || changes.iter().flat_map(|net| &net.change.files);
    let touches_code = touched().any(|file| scan::is_python(&file.path));
    let Some(Tree::Git(side)) = changes
        .last()
        .map(|net| &net.after)
        .filter(|_| touches_code)
    else {
        return Ok(None);
    };
    let touched: BTreeSet<&RepoPath> = touched().map(|file| &file.path).collect();
    let mut net = standing(repository, *side, &[Engine::Audit])?;
    net.change
        .files
        .retain(|file| !touched.contains(&file.path));
    Ok(Some(net))
}

/// Returns what commits bring as a whole, one net change for each tip.
pub(super) fn of_commits(
    repository: &dyn Repository,
    commits: &[ObjectId],
) -> Result<Vec<Net>, GitError> {
    let of_stretch = |Stretch { tip, base }: Stretch| {
        let mut net = between(repository, &base, Side::Commit(tip))?;
        if let [only] = commits {
            net.change.commit = Some(repository.commit(only)?.info);
        }
        Ok(net)
    };
    git::stretches(repository, commits)?
        .into_iter()
        .map(of_stretch)
        .collect()
}
