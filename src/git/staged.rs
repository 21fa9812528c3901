//! The change in the making (parents against the index), and the change of a commit (parents against its tree).

use std::sync::Arc;

use super::{GitError, ObjectKind, Repository, Side};
use crate::finding::Place;
use crate::input::{Change, FileChange, ObjectId, TextChange};

/// Returns the staged change against the commit in the making's parents.
///
/// `parents` empty means the first commit. A parent that is missing from the object store makes the whole new
/// content count as added and is named in [`Change::missing_parents`].
pub fn staged(repository: &dyn Repository, parents: &[ObjectId]) -> Result<Change, GitError> {
    compared(repository, parents, Side::Index)
}

/// Returns what one commit brings, its message included.
pub fn committed(repository: &dyn Repository, id: &ObjectId) -> Result<Change, GitError> {
    let commit = repository.commit(id)?;
    let mut change = compared(repository, &commit.parents, Side::Commit(*id))?;
    change.commit = Some(commit.info);
    change.texts.push(TextChange {
        place: Place::CommitMessage,
        bytes: Arc::from(commit.message),
    });
    Ok(change)
}

/// Returns how a side differs from every one of these commits, of those that are there.
pub fn compared(
    repository: &dyn Repository,
    parents: &[ObjectId],
    new: Side,
) -> Result<Change, GitError> {
    let (mut present, mut missing) = (Vec::new(), Vec::new());
    for parent in parents {
        match repository.kind(parent) {
            Ok(ObjectKind::Commit) => present.push(*parent),
            Ok(_) => {
                return Err(GitError::Malformed(format!(
                    "the parent {parent} is not a commit"
                )));
            }
            Err(GitError::Missing(_)) => missing.push(*parent),
            Err(error) => return Err(error),
        }
    }
    let files = match repository.compare(&present, new) {
        // The commit is there and some of its trees are not: a clone without trees.
        Err(GitError::Missing(_)) => {
            without_incomplete(repository, &mut present, &mut missing, new)?
        }
        other => other?,
    };
    Ok(Change {
        parents: present.len(),
        files,
        missing_parents: missing,
        ..Change::default()
    })
}

/// Compares again, moving the parents whose trees are not all there to the missing ones.
fn without_incomplete(
    repository: &dyn Repository,
    present: &mut Vec<ObjectId>,
    missing: &mut Vec<ObjectId>,
    new: Side,
) -> Result<Vec<FileChange>, GitError> {
    for parent in std::mem::take(present) {
        match repository.compare(&[parent], new) {
            Ok(_) => present.push(parent),
            Err(GitError::Missing(_)) => missing.push(parent),
            Err(error) => return Err(error),
        }
    }
    repository.compare(present, new)
}
