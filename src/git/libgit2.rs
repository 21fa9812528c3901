//! The backend in process: libgit2 finds the repository, its objects, references and settings.
//!
//! The index is read by [`IndexFile`], commits and trees by this module's siblings: libgit2 reads a whole index
//! and checks its hash before the first entry, honours `info/grafts`, and hangs at a loose object that breaks
//! off.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use git2::{ConfigLevel, ErrorCode};
use sha1::{Digest as _, Sha1};

use super::index_file::IndexFile;
use super::loose::LooseObjects;
use super::objects::{OBJECT_LIMIT, Object, ObjectType};
use super::repository::Backing;
use super::revision::follow;
use super::tree::{Difference, Entry, Trees, differences};
use super::walk::walk;
use super::{Backend, GitError, Layout, OpenOptions, Setting};
use crate::finding::RepoPath;
use crate::input::ObjectId;

/// The width of SHA-1; libgit2 opens no other repository.
const ID_WIDTH: usize = 20;

/// A repository that libgit2 has opened.
pub(super) struct Libgit2 {
    repository: git2::Repository,
    layout: Layout,
    loose: LooseObjects,
    index_path: PathBuf,
    index: OnceCell<IndexFile>,
}

impl Libgit2 {
    /// Opens the repository of the environment, or the one around `start`.
    pub(super) fn open(options: &OpenOptions) -> Result<Self, GitError> {
        // git does not hash again what it takes out of a pack either: the checksum of its compression is right.
        git2::opts::strict_hash_verification(false);
        let opened = match &options.start {
            None => git2::Repository::open_from_env(),
            Some(start) => {
                let no_ceilings: [&Path; 0] = [];
                git2::Repository::open_ext(start, git2::RepositoryOpenFlags::empty(), no_ceilings)
            }
        };
        let repository = opened.map_err(|error| match error.code() {
            ErrorCode::NotFound => GitError::NotARepository(options.place()),
            _ => GitError::unreadable("the repository", error.message()),
        })?;
        let layout = Layout {
            git_dir: tidy(repository.path()),
            common_dir: tidy(repository.commondir()),
            work_tree: repository.workdir().map(tidy),
        };
        let index_path = options
            .index
            .clone()
            .unwrap_or_else(|| layout.git_dir.join("index"));
        let loose = LooseObjects::new(&layout.common_dir);
        Ok(Self {
            repository,
            layout,
            loose,
            index_path,
            index: OnceCell::new(),
        })
    }

    /// Returns the object of an id, a reference or the beginning of an id, or of git's other notations.
    fn named(&self, name: &str) -> Result<ObjectId, GitError> {
        let unknown = || GitError::UnknownRevision(name.to_owned());
        if let Some(id) = ObjectId::from_hex(name.as_bytes()) {
            return match self.object_type(&id) {
                Err(GitError::Missing(_)) => Err(unknown()),
                other => other.map(|_| id),
            };
        }
        if let Ok(reference) = self.repository.resolve_reference_from_short_name(name) {
            let target = reference
                .resolve()
                .ok()
                .and_then(|reference| reference.target());
            return target.map(from_git2).ok_or_else(unknown);
        }
        let object = self
            .repository
            .revparse_single(name)
            .map_err(|_| unknown())?;
        Ok(from_git2(object.id()))
    }

    fn index(&self) -> Result<&IndexFile, GitError> {
        if let Some(index) = self.index.get() {
            return Ok(index);
        }
        let index = match std::fs::read(&self.index_path) {
            Ok(bytes) => IndexFile::parse(bytes, ID_WIDTH)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => IndexFile::default(),
            Err(error) => return Err(GitError::unreadable("the index", error)),
        };
        Ok(self.index.get_or_init(|| index))
    }
}

/// Takes off the slash that libgit2 puts behind directories.
fn tidy(path: &Path) -> PathBuf {
    path.components().collect()
}

fn from_git2(id: git2::Oid) -> ObjectId {
    ObjectId::from_bytes(id.as_bytes()).expect("libgit2 is built for SHA-1")
}

fn to_git2(id: &ObjectId) -> Result<git2::Oid, GitError> {
    git2::Oid::from_bytes(id.as_bytes()).map_err(|_| GitError::Missing(*id))
}

/// Turns an error about an object into ours.
fn about_object(id: &ObjectId) -> impl Fn(git2::Error) -> GitError {
    move |error| match error.code() {
        ErrorCode::NotFound => GitError::Missing(*id),
        _ => GitError::unreadable(format!("object {id}"), error.message()),
    }
}

fn about(what: &str) -> impl Fn(git2::Error) -> GitError {
    move |error| GitError::unreadable(what, error.message())
}

/// Returns an object whose content has the id it was asked for by, or an error.
fn checked(id: &ObjectId, object: Object) -> Result<Object, GitError> {
    let header = format!("{} {}\0", object.object_type.name(), object.bytes.len());
    let hash = Sha1::new()
        .chain_update(header)
        .chain_update(&object.bytes)
        .finalize();
    if hash[..] == *id.as_bytes() {
        return Ok(object);
    }
    Err(GitError::unreadable(
        format!("object {id}"),
        "its content does not have this id",
    ))
}

fn type_of(id: &ObjectId, object_type: git2::ObjectType) -> Result<ObjectType, GitError> {
    match object_type {
        git2::ObjectType::Commit => Ok(ObjectType::Commit),
        git2::ObjectType::Tree => Ok(ObjectType::Tree),
        git2::ObjectType::Blob => Ok(ObjectType::Blob),
        git2::ObjectType::Tag => Ok(ObjectType::Tag),
        git2::ObjectType::Any => Err(GitError::unreadable(
            format!("object {id}"),
            "it has no type",
        )),
    }
}

impl Backing for Libgit2 {
    const BACKEND: Backend = Backend::Git2;

    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn object(&self, id: &ObjectId, limit: u64) -> Result<Object, GitError> {
        if let Some(object) = self.loose.object(id, limit)? {
            return checked(id, object);
        }
        let oid = to_git2(id)?;
        let store = self.repository.odb().map_err(about("the object store"))?;
        let (size, _) = store.read_header(oid).map_err(about_object(id))?;
        let size = size as u64;
        if size > limit {
            return Err(GitError::TooLarge {
                id: *id,
                size,
                limit,
            });
        }
        let object = store.read(oid).map_err(about_object(id))?;
        let object_type = type_of(id, object.kind())?;
        Ok(Object {
            object_type,
            bytes: object.data().to_vec(),
        })
    }

    fn object_type(&self, id: &ObjectId) -> Result<ObjectType, GitError> {
        if let Some(object_type) = self.loose.object_type(id)? {
            return Ok(object_type);
        }
        let store = self.repository.odb().map_err(about("the object store"))?;
        let (_, found) = store.read_header(to_git2(id)?).map_err(about_object(id))?;
        type_of(id, found)
    }

    fn head(&self) -> Result<Option<ObjectId>, GitError> {
        match self.repository.head() {
            Ok(head) => {
                let target = head
                    .target()
                    .ok_or_else(|| GitError::unreadable("HEAD", "it points at no object"))?;
                Ok(Some(from_git2(target)))
            }
            Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
            Err(error) => Err(GitError::unreadable("HEAD", error.message())),
        }
    }

    fn revision(&self, revision: &str) -> Result<ObjectId, GitError> {
        follow(self, revision, |name| self.named(name))
    }

    fn references(&self) -> Result<Vec<(String, ObjectId)>, GitError> {
        let fail = about("the references");
        let mut references = Vec::new();
        for reference in self.repository.references().map_err(&fail)? {
            let reference = reference.map_err(&fail)?;
            let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
            // A symbolic reference to nothing has nothing to look at.
            let Ok(target) = reference.resolve() else {
                continue;
            };
            references.extend(target.target().map(|id| (name, from_git2(id))));
        }
        references.sort();
        Ok(references)
    }

    fn index_differences(&self, tree: Option<&ObjectId>) -> Result<Vec<Difference>, GitError> {
        let index = self.index()?;
        let trees =
            Trees(|id: &ObjectId| self.object(id, OBJECT_LIMIT)?.expect(id, ObjectType::Tree));
        differences((&trees, tree.copied()), (index, Some(index.root())))
    }

    fn index_file(&self, path: &RepoPath) -> Result<Option<Entry>, GitError> {
        Ok(self.index()?.file(path))
    }

    fn index_files_in(&self, directory: &RepoPath) -> Result<Vec<RepoPath>, GitError> {
        Ok(self.index()?.files_in(directory))
    }

    fn walk(&self, tips: &[ObjectId], hidden: &[ObjectId]) -> Result<Vec<ObjectId>, GitError> {
        let shallow = self.repository.is_shallow();
        let commit = |id: &ObjectId| match self.raw_commit(id) {
            Err(GitError::Missing(_)) if shallow => Ok(None),
            other => other.map(Some),
        };
        walk(&commit, tips, hidden)
    }

    fn setting(&self, key: &str) -> Result<Option<Setting>, GitError> {
        let config = self
            .repository
            .config()
            .and_then(|mut config| config.snapshot())
            .map_err(about("git's settings"))?;
        let entry = match config.get_entry(key) {
            Ok(entry) => entry,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(about("git's settings")(error)),
        };
        let value = config.get_path(key).map_err(about("git's settings"))?;
        let scope = match entry.level() {
            ConfigLevel::ProgramData | ConfigLevel::System => "system",
            ConfigLevel::XDG | ConfigLevel::Global => "global",
            ConfigLevel::Local => "local",
            ConfigLevel::Worktree => "worktree",
            ConfigLevel::App | ConfigLevel::Highest => "command",
        };
        Ok(Some(Setting {
            value,
            scope: scope.to_owned(),
        }))
    }
}
