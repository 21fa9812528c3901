//! The only module that talks to git: it turns a repository into [`Change`]s.
//!
//! Comes in: a place to start, the environment git gave the hook, and what to look at (the index, a pushed
//! range, a commit, a patch). Goes out: [`Change`]s whose content is named by object id, and blobs on
//! request. Two backends stand behind [`Repository`]: `libgit2`, and git's own plumbing for what libgit2
//! cannot open. Nothing here writes to the repository or runs anything but git's plumbing.
//!
//! ```text
//! open ─► libgit2  ─┐                       ┌─► staged, pushed, range, hooks_dir
//!      └► plumbing ─┴─► repository (trees) ─┤
//!         (program, raw_diff)               ├─► Repository for everybody else          patch, message, quick
//!                                           └─► census, packs: all of history
//! ```
//!
//! It must not know engines, policy, reports or the command line.

mod census;
mod error;
mod hooks_dir;
mod index_file;
mod libgit2;
mod loose;
mod message;
mod objects;
mod open;
mod packs;
mod patch;
mod plumbing;
mod program;
mod pushed;
mod quick;
mod range;
mod raw_diff;
mod repository;
mod revision;
mod signature;
mod staged;
mod stretch;
mod tree;
mod walk;

pub use census::{History, Selection, Sighting};
pub use error::GitError;
pub use hooks_dir::hooks_dir;
pub use message::message_text;
pub use objects::ObjectType;
pub use open::open;
pub use packs::{Tally, Visitor};
pub use patch::patch;
pub use pushed::{pushed, received};
pub use quick::{index_stamp, quick_layout};
pub use range::range;
pub use signature::{Signature, signature};
pub use staged::{committed, compared, staged};
pub use stretch::{Stretch, stretches};

use std::path::PathBuf;

use crate::finding::RepoPath;
use crate::input::{Change, CommitInfo, FileChange, ObjectId};

/// How to open a repository.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// Where to look; nothing means the environment (`GIT_DIR`, `GIT_OBJECT_DIRECTORY` …) and the current directory.
    pub start: Option<PathBuf>,
    /// The index that git gave the hook: the value of `GIT_INDEX_FILE`, where it is set. Nothing means the
    /// repository's own, which is the wrong one in `commit -a` and `commit PATH`.
    pub index: Option<PathBuf>,
    /// The absolute path of the git program for the plumbing backend, where one was found.
    pub git: Option<PathBuf>,
    /// Which backend to use; nothing means libgit2, and plumbing where libgit2 cannot open the repository.
    pub backend: Option<Backend>,
}

/// The two ways to read a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// libgit2, in process.
    Git2,
    /// git's plumbing commands.
    Plumbing,
}

/// Where the parts of a repository are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The git directory of this work tree.
    pub git_dir: PathBuf,
    /// The git directory that all work trees share.
    pub common_dir: PathBuf,
    /// The work tree; nothing for a bare repository.
    pub work_tree: Option<PathBuf>,
}

/// A setting of git's configuration that is a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The value, `~` expanded.
    pub value: PathBuf,
    /// The scope it comes from: `system`, `global`, `local`, `worktree` or `command`.
    pub scope: String,
}

/// One side of a comparison or a lookup: a commit, or the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The tree of a commit; the id of a tree is taken as well.
    Commit(ObjectId),
    /// The index that git gave the hook, or the repository's own.
    Index,
}

/// A repository, read through one of the backends. All paths are relative to the root of the tree.
pub trait Repository {
    /// Returns which backend this is.
    fn backend(&self) -> Backend;
    /// Returns where the parts of the repository are.
    fn layout(&self) -> &Layout;
    /// Returns the commit that `HEAD` points at, or nothing on an unborn branch.
    fn head(&self) -> Result<Option<ObjectId>, GitError>;
    /// Returns the object that a revision names, tags peeled to what they point at.
    fn resolve(&self, revision: &str) -> Result<ObjectId, GitError>;
    /// Returns the entries that differ between `new` and every one of `parents` (all entries, if there are none),
    /// sorted by path, gitlinks and intent-to-add entries left out. Of a conflict in the index, both sides count,
    /// each as a change of its own. A missing parent object is [`GitError::Missing`].
    fn compare(&self, parents: &[ObjectId], new: Side) -> Result<Vec<FileChange>, GitError>;
    /// Returns the bytes of an object of the wanted type, all of them or an error. `limit` is the largest size that
    /// is read.
    fn object(&self, id: &ObjectId, wanted: ObjectType, limit: u64) -> Result<Vec<u8>, GitError>;
    /// Returns the bytes of a blob, all of them or an error. `limit` is the largest size that is read.
    fn blob(&self, id: &ObjectId, limit: u64) -> Result<Vec<u8>, GitError> {
        self.object(id, ObjectType::Blob, limit)
    }
    /// Returns the content of one file, or nothing if that side does not have it as a regular file.
    fn file(&self, side: Side, path: &RepoPath) -> Result<Option<Vec<u8>>, GitError>;
    /// Returns the blob of one file, or nothing if that side does not have it as a regular file.
    fn file_id(&self, side: Side, path: &RepoPath) -> Result<Option<ObjectId>, GitError>;
    /// Returns the paths of the regular files directly in a directory, sorted.
    fn list(&self, side: Side, directory: &RepoPath) -> Result<Vec<RepoPath>, GitError>;
    /// Returns what a commit says about itself: author, parents, message.
    fn commit(&self, id: &ObjectId) -> Result<Commit, GitError>;
    /// Returns the commits reachable from `tips` and not from `hidden`, parents before children.
    fn walk(&self, tips: &[ObjectId], hidden: &[ObjectId]) -> Result<Vec<ObjectId>, GitError>;
    /// Returns every reference with its full name and the object it points at (tags not peeled), sorted by name.
    fn references(&self) -> Result<Vec<(String, ObjectId)>, GitError>;
    /// Returns what an object is.
    fn kind(&self, id: &ObjectId) -> Result<ObjectKind, GitError>;
    /// Returns a setting of git's configuration, read as a path.
    fn setting(&self, key: &str) -> Result<Option<Setting>, GitError>;
}

/// A commit as the repository stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Who, when, and the first line of the message.
    pub info: CommitInfo,
    /// The parents' ids, in order. At a shallow boundary the real ids, whose objects are missing.
    pub parents: Vec<ObjectId>,
    /// The whole message.
    pub message: Vec<u8>,
    /// The committer's time, in seconds since 1970.
    pub committed_at: i64,
}

/// What an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// A blob.
    Blob,
    /// An annotated tag: what it points at, and its name and message.
    Tag {
        /// The object it points at, which may be another tag.
        target: ObjectId,
        /// The tag's own name.
        name: String,
        /// Its message.
        message: Vec<u8>,
    },
}

/// What a push brings: commits still to be read with [`committed`], and what is not a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pushed {
    /// The new commits, parents before children.
    pub commits: Vec<ObjectId>,
    /// Tag messages, names of refs, and blobs or trees that a ref points at directly.
    pub other: Change,
    /// The remote's tip that the policy is judged by, where the remote has one and it is here.
    pub base: Option<ObjectId>,
    /// What the reader should know, for example that a remote tip is not here.
    pub notes: Vec<String>,
}

/// The directory in which git looks for hooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HooksDir {
    /// The directory, which may not exist yet.
    pub path: PathBuf,
    /// The scope of `core.hooksPath`, where that decides (`system`, `global`, `local`, `worktree`, `command`).
    pub scope: Option<String>,
}
