//! What both backends share: commits, trees and files, read from objects.
//!
//! A [`Backing`] says where objects, references, the index and settings come from; [`Reader`] makes a
//! [`Repository`] of it, so that both backends compare, peel and walk in the same way.

use std::cell::RefCell;
use std::collections::HashMap;

use super::objects::{OBJECT_LIMIT, Object, ObjectType, RawCommit, commit_of, read_tag};
use super::tree::{Difference, Entry, Item, Source, Trees, What, differences, find};
use super::{Backend, Commit, GitError, Layout, ObjectKind, Repository, Setting, Side};
use crate::finding::RepoPath;
use crate::input::{Content, FileChange, ObjectId};

/// The largest file that [`Repository::file`] reads.
const FILE_LIMIT: u64 = 64 << 20;

/// How large an object may be that is kept, and how many are.
const KEPT_SIZE: usize = 64 << 10;
const KEPT: usize = 64;

/// What a backend has to supply.
pub(super) trait Backing {
    /// Which backend this is.
    const BACKEND: Backend;
    /// Returns where the parts of the repository are.
    fn layout(&self) -> &Layout;
    /// Returns an object whole.
    fn object(&self, id: &ObjectId, limit: u64) -> Result<Object, GitError>;
    /// Returns the type of an object.
    fn object_type(&self, id: &ObjectId) -> Result<ObjectType, GitError>;
    /// Returns what `HEAD` points at.
    fn head(&self) -> Result<Option<ObjectId>, GitError>;
    /// Returns the object that a revision names, not peeled.
    fn revision(&self, revision: &str) -> Result<ObjectId, GitError>;
    /// Returns every reference, sorted by name.
    fn references(&self) -> Result<Vec<(String, ObjectId)>, GitError>;
    /// Returns the files that differ between a tree and the index.
    fn index_differences(&self, tree: Option<&ObjectId>) -> Result<Vec<Difference>, GitError>;
    /// Returns the file at a path of the index.
    fn index_file(&self, path: &RepoPath) -> Result<Option<Entry>, GitError>;
    /// Returns the regular files directly in a directory of the index.
    fn index_files_in(&self, directory: &RepoPath) -> Result<Vec<RepoPath>, GitError>;
    /// Returns the commits reachable from `tips` and not from `hidden`, parents before children.
    fn walk(&self, tips: &[ObjectId], hidden: &[ObjectId]) -> Result<Vec<ObjectId>, GitError>;
    /// Returns a setting of git's configuration, read as a path.
    fn setting(&self, key: &str) -> Result<Option<Setting>, GitError>;

    /// Returns a commit with its tree.
    fn raw_commit(&self, id: &ObjectId) -> Result<RawCommit, GitError> {
        commit_of(id, self.object(id, OBJECT_LIMIT)?)
    }
}

/// A repository on top of a backing.
pub(super) struct Reader<B> {
    backing: B,
    /// Small objects that were read lately: every engine reads the same files, and looks around in the same trees.
    kept: RefCell<HashMap<ObjectId, Object>>,
}

impl<B: Backing> Reader<B> {
    /// Reads from a backing.
    pub(super) fn new(backing: B) -> Self {
        Self {
            backing,
            kept: RefCell::default(),
        }
    }

    fn whole(&self, id: &ObjectId, limit: u64) -> Result<Object, GitError> {
        if let Some(kept) = self.kept.borrow().get(id)
            && kept.bytes.len() as u64 <= limit
        {
            return Ok(kept.clone());
        }
        let object = self.backing.object(id, limit)?;
        if object.bytes.len() <= KEPT_SIZE {
            let mut kept = self.kept.borrow_mut();
            if kept.len() == KEPT {
                kept.clear();
            }
            kept.insert(*id, object.clone());
        }
        Ok(object)
    }

    fn trees(&self) -> impl Source<Directory = ObjectId> {
        Trees(|id: &ObjectId| self.whole(id, OBJECT_LIMIT)?.expect(id, ObjectType::Tree))
    }

    fn raw_commit(&self, id: &ObjectId) -> Result<RawCommit, GitError> {
        commit_of(id, self.whole(id, OBJECT_LIMIT)?)
    }

    /// Returns the tree of a commit, or the tree itself.
    fn tree(&self, id: &ObjectId) -> Result<ObjectId, GitError> {
        match self.whole(id, OBJECT_LIMIT)?.object_type {
            ObjectType::Tree => Ok(*id),
            _ => Ok(self.raw_commit(id)?.tree),
        }
    }

    fn differences(&self, old: Option<&ObjectId>, new: Side) -> Result<Vec<Difference>, GitError> {
        let old = old.map(|id| self.tree(id)).transpose()?;
        match new {
            Side::Index => self.backing.index_differences(old.as_ref()),
            Side::Commit(id) => {
                let trees = self.trees();
                differences((&trees, old), (&trees, Some(self.tree(&id)?)))
            }
        }
    }
}

impl<B: Backing> Repository for Reader<B> {
    fn backend(&self) -> Backend {
        B::BACKEND
    }

    fn layout(&self) -> &Layout {
        self.backing.layout()
    }

    fn head(&self) -> Result<Option<ObjectId>, GitError> {
        self.backing.head()
    }

    fn resolve(&self, revision: &str) -> Result<ObjectId, GitError> {
        if revision.is_empty() || revision.starts_with('-') {
            return Err(GitError::UnknownRevision(revision.to_owned()));
        }
        let mut id = self.backing.revision(revision)?;
        while let ObjectKind::Tag { target, .. } = self.kind(&id)? {
            id = target;
        }
        Ok(id)
    }

    fn compare(&self, parents: &[ObjectId], new: Side) -> Result<Vec<FileChange>, GitError> {
        if parents.is_empty() {
            return Ok(combine(vec![self.differences(None, new)?], 0));
        }
        let each = parents
            .iter()
            .map(|parent| self.differences(Some(parent), new));
        Ok(combine(each.collect::<Result<_, _>>()?, parents.len()))
    }

    fn object(&self, id: &ObjectId, wanted: ObjectType, limit: u64) -> Result<Vec<u8>, GitError> {
        self.whole(id, limit)?.expect(id, wanted)
    }

    fn file(&self, side: Side, path: &RepoPath) -> Result<Option<Vec<u8>>, GitError> {
        let id = self.file_id(side, path)?;
        id.map(|id| self.blob(&id, FILE_LIMIT)).transpose()
    }

    fn file_id(&self, side: Side, path: &RepoPath) -> Result<Option<ObjectId>, GitError> {
        let entry = match side {
            Side::Index => self.backing.index_file(path)?,
            Side::Commit(id) => match find(&self.trees(), self.tree(&id)?, path)? {
                Some(What::File(entry)) => Some(entry),
                _ => None,
            },
        };
        Ok(entry.filter(|entry| !entry.symlink).map(|entry| entry.id))
    }

    fn list(&self, side: Side, directory: &RepoPath) -> Result<Vec<RepoPath>, GitError> {
        let Side::Commit(id) = side else {
            return self.backing.index_files_in(directory);
        };
        let trees = self.trees();
        let Some(What::Directory(tree)) = find(&trees, self.tree(&id)?, directory)? else {
            return Ok(Vec::new());
        };
        let regular = |item: &Item<_>| matches!(item.what, What::File(entry) if !entry.symlink);
        let files = trees
            .list(&tree)?
            .into_iter()
            .filter(regular)
            .map(|item| join(directory, &item.name));
        Ok(files.collect())
    }

    fn commit(&self, id: &ObjectId) -> Result<Commit, GitError> {
        Ok(self.raw_commit(id)?.commit)
    }

    fn walk(&self, tips: &[ObjectId], hidden: &[ObjectId]) -> Result<Vec<ObjectId>, GitError> {
        if tips.is_empty() {
            Ok(Vec::new())
        } else {
            self.backing.walk(tips, hidden)
        }
    }

    fn references(&self) -> Result<Vec<(String, ObjectId)>, GitError> {
        self.backing.references()
    }

    fn kind(&self, id: &ObjectId) -> Result<ObjectKind, GitError> {
        Ok(match self.backing.object_type(id)? {
            ObjectType::Commit => ObjectKind::Commit,
            ObjectType::Tree => ObjectKind::Tree,
            ObjectType::Blob => ObjectKind::Blob,
            ObjectType::Tag => read_tag(id, &self.whole(id, OBJECT_LIMIT)?.bytes)?,
        })
    }

    fn setting(&self, key: &str) -> Result<Option<Setting>, GitError> {
        self.backing.setting(key)
    }
}

fn join(directory: &RepoPath, name: &[u8]) -> RepoPath {
    if directory.as_bytes().is_empty() {
        return RepoPath::new(name);
    }
    RepoPath::new([directory.as_bytes(), b"/", name].concat())
}

/// Keeps what differs from every parent: the differences from one parent that all other parents have too.
fn combine(mut each: Vec<Vec<Difference>>, parents: usize) -> Vec<FileChange> {
    let others = each.split_off(1);
    let first = each
        .pop()
        .expect("there is a comparison for each parent, and one without parents");
    let sorted = others.into_iter().map(|mut other| {
        other.sort_by(|a, b| (&a.path, &a.new).cmp(&(&b.path, &b.new)));
        other
    });
    let sorted: Vec<_> = sorted.collect();
    let in_all = |difference: Difference| {
        let key = (&difference.path, &difference.new);
        let mut old = vec![difference.old];
        for other in &sorted {
            let at = other
                .binary_search_by(|other| (&other.path, &other.new).cmp(&key))
                .ok()?;
            old.push(other[at].old);
        }
        old.truncate(parents);
        let content = |entry: &Entry| Content::Blob(entry.id);
        let mode = difference.new.or(difference.old)?.mode();
        let new = difference.new.as_ref().map(content);
        Some(FileChange {
            path: difference.path,
            mode,
            new,
            old: old.iter().map(|old| old.as_ref().map(content)).collect(),
        })
    };
    first.into_iter().filter_map(in_all).collect()
}
