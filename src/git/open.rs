//! Opens a repository with the backend that can read it.
//!
//! libgit2 comes first. What it cannot open, and what it turns out not to be able to read on the way (a split
//! or sparse index shows only when the index is read), goes to git's plumbing. What neither can read is an
//! error with both reasons.

use std::cell::{Cell, OnceCell};
use std::path::PathBuf;

use super::libgit2::Libgit2;
use super::plumbing::Plumbing;
use super::repository::Reader;
use super::{
    Backend, Commit, GitError, Layout, ObjectKind, ObjectType, OpenOptions, Repository, Setting,
    Side,
};
use crate::finding::RepoPath;
use crate::input::{FileChange, ObjectId};

/// Opens a repository with the first backend that can.
pub fn open(options: &OpenOptions) -> Result<Box<dyn Repository>, GitError> {
    match options.backend {
        Some(Backend::Git2) => Ok(Box::new(Reader::new(Libgit2::open(options)?))),
        Some(Backend::Plumbing) => Ok(Box::new(Reader::new(Plumbing::open(options)?))),
        None => open_any(options),
    }
}

fn open_any(options: &OpenOptions) -> Result<Box<dyn Repository>, GitError> {
    let first = match Libgit2::open(options) {
        Ok(repository) => {
            return Ok(Box::new(Switching {
                first: Reader::new(repository),
                second: OnceCell::new(),
                switched: Cell::new(false),
                options: options.clone(),
            }));
        }
        Err(error) => error,
    };
    if options.git.is_none() {
        return Err(first);
    }
    match Plumbing::open(options) {
        Ok(repository) => Ok(Box::new(Reader::new(repository))),
        Err(second) => Err(both(first, second)),
    }
}

/// Joins what the two backends said.
fn both(first: GitError, second: GitError) -> GitError {
    match (first, second) {
        (
            GitError::Unreadable { what, reason },
            GitError::Unreadable {
                what: other,
                reason: second,
            },
        ) => {
            let reason = if reason == second {
                reason
            } else {
                format!("{reason}; {other}: {second}")
            };
            GitError::Unreadable { what, reason }
        }
        // git decides what is a repository; libgit2 may have stopped at something else on its way up.
        (GitError::Unreadable { what, reason }, GitError::NotARepository(place)) => {
            GitError::Unreadable {
                what,
                reason: format!("{reason}; git finds no repository at `{}`", place.display()),
            }
        }
        (_, second) => second,
    }
}

impl OpenOptions {
    /// Returns the place to name when there is no repository.
    pub(super) fn place(&self) -> PathBuf {
        self.start.clone().unwrap_or_else(|| PathBuf::from("."))
    }
}

/// A repository that libgit2 has opened, and that git's plumbing takes over at the first thing it cannot read.
struct Switching {
    first: Reader<Libgit2>,
    second: OnceCell<Reader<Plumbing>>,
    /// Whether the second answers everything, not only what git alone knows.
    switched: Cell<bool>,
    options: OpenOptions,
}

impl Switching {
    fn plumbing(&self) -> Result<&Reader<Plumbing>, GitError> {
        if let Some(repository) = self.second.get() {
            return Ok(repository);
        }
        let repository = Reader::new(Plumbing::open(&self.options)?);
        Ok(self.second.get_or_init(|| repository))
    }

    fn current(&self) -> &dyn Repository {
        match self.second.get().filter(|_| self.switched.get()) {
            Some(second) => second,
            None => &self.first,
        }
    }

    fn either<T>(
        &self,
        ask: impl Fn(&dyn Repository) -> Result<T, GitError>,
    ) -> Result<T, GitError> {
        match ask(self.current()) {
            Err(first @ GitError::Unreadable { .. })
                if !self.switched.get() && self.options.git.is_some() =>
            {
                match self.plumbing().and_then(|repository| ask(repository)) {
                    Err(second) => Err(both(first, second)),
                    found => {
                        self.switched.set(true);
                        found
                    }
                }
            }
            answer => answer,
        }
    }
}

impl Repository for Switching {
    fn backend(&self) -> Backend {
        self.current().backend()
    }

    fn layout(&self) -> &Layout {
        self.first.layout()
    }

    fn head(&self) -> Result<Option<ObjectId>, GitError> {
        self.either(|repository| repository.head())
    }

    fn resolve(&self, revision: &str) -> Result<ObjectId, GitError> {
        match self.either(|repository| repository.resolve(revision)) {
            // git knows more ways to name a revision.
            Err(GitError::UnknownRevision(_)) if self.options.git.is_some() => {
                self.plumbing()?.resolve(revision)
            }
            answer => answer,
        }
    }

    fn compare(&self, parents: &[ObjectId], new: Side) -> Result<Vec<FileChange>, GitError> {
        self.either(|repository| repository.compare(parents, new))
    }

    fn object(&self, id: &ObjectId, wanted: ObjectType, limit: u64) -> Result<Vec<u8>, GitError> {
        self.either(|repository| repository.object(id, wanted, limit))
    }

    fn file(&self, side: Side, path: &RepoPath) -> Result<Option<Vec<u8>>, GitError> {
        self.either(|repository| repository.file(side, path))
    }

    fn file_id(&self, side: Side, path: &RepoPath) -> Result<Option<ObjectId>, GitError> {
        self.either(|repository| repository.file_id(side, path))
    }

    fn list(&self, side: Side, directory: &RepoPath) -> Result<Vec<RepoPath>, GitError> {
        self.either(|repository| repository.list(side, directory))
    }

    fn commit(&self, id: &ObjectId) -> Result<Commit, GitError> {
        self.either(|repository| repository.commit(id))
    }

    fn walk(&self, tips: &[ObjectId], hidden: &[ObjectId]) -> Result<Vec<ObjectId>, GitError> {
        self.either(|repository| repository.walk(tips, hidden))
    }

    fn references(&self) -> Result<Vec<(String, ObjectId)>, GitError> {
        self.either(|repository| repository.references())
    }

    fn kind(&self, id: &ObjectId) -> Result<ObjectKind, GitError> {
        self.either(|repository| repository.kind(id))
    }

    fn setting(&self, key: &str) -> Result<Option<Setting>, GitError> {
        // git alone reads all of its configuration: what came on its command line, every kind of include.
        if self.options.git.is_some() {
            return self.plumbing()?.setting(key);
        }
        self.first.setting(key)
    }
}
