//! What history holds: its commits, and every file that any of them brought, each once.
//!
//! Comes in: a repository and which commits count. Goes out: a [`History`]: for each pair of a blob and a path the
//! first commit that has it, parents before children. Each tree is read once for each path it stands at, and only
//! what the last tree of that path did not hold is looked at, so the cost is that of the changes.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::objects::{OBJECT_LIMIT, ObjectType, RawCommit, read_commit};
use super::packs::{Packs, Reader, Tally, Visitor, visit};
use super::range::range;
use super::tree::{What, read_item};
use super::walk::walk;
use super::{GitError, Repository, pushed};
use crate::finding::RepoPath;
use crate::input::{Change, CommitInfo, ObjectId};

/// How many entries of trees may be looked at; a small hostile tree can name billions of files.
const NAME_LIMIT: u64 = 1 << 32;
/// How deep directories may nest; git itself refuses deeper trees.
const DEPTH_LIMIT: usize = 4096;
/// The root of all paths, and no commit.
const NONE: u32 = u32::MAX;

/// Which commits count; nothing means all that any reference reaches.
#[derive(Debug, Clone, Default)]
pub struct Selection<'a> {
    /// A range of commits.
    pub range: Option<&'a str>,
    /// The earliest time of a commit, in seconds since 1970.
    pub since: Option<i64>,
}

/// A file that a commit is the first to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// The index of its content in [`History::blobs`].
    pub blob: u32,
    /// Its path, for [`History::path`].
    pub path: u32,
    /// The index of the commit in [`History::commits`].
    pub commit: u32,
}

/// All that history holds.
#[derive(Debug)]
pub struct History {
    /// Tag messages, names of references, and blobs or trees that a reference points at directly.
    pub other: Change,
    /// The commits, parents before children.
    pub commits: Vec<ObjectId>,
    /// The contents of files, each once, in the order of their first sighting.
    pub blobs: Vec<ObjectId>,
    /// The files, in the order of the commits.
    pub files: Vec<Sighting>,
    /// Parents that a shallow clone lacks, so that all content of their children counts as added.
    pub missing: Vec<ObjectId>,
    paths: Paths,
    packs: Packs,
}

impl History {
    /// Takes stock of a repository. `message` is shown each commit on the way, and perhaps some more of them.
    pub fn of(
        repository: &dyn Repository,
        selection: &Selection<'_>,
        message: &mut dyn FnMut(&CommitInfo, &[u8]),
    ) -> Result<Self, GitError> {
        let packs = Packs::open(&repository.layout().common_dir);
        let stock = Self::stock(repository, &packs, selection, message)?;
        Ok(Self { packs, ..stock })
    }

    /// Takes stock with these packs, and leaves them to the caller.
    fn stock(
        repository: &dyn Repository,
        packs: &Packs,
        selection: &Selection<'_>,
        message: &mut dyn FnMut(&CommitInfo, &[u8]),
    ) -> Result<Self, GitError> {
        let store = Store {
            repository,
            reader: RefCell::new(Reader::new(packs)),
        };
        let known = RefCell::new(HashMap::new());
        let message = RefCell::new(message);
        let shallow = repository.layout().common_dir.join("shallow").exists();
        let read = |id: &ObjectId| match store.commit(id) {
            Err(GitError::Missing(_)) if shallow => Ok(None),
            Err(error) => Err(error),
            Ok(raw) => {
                (message.borrow_mut())(&raw.commit.info, &raw.commit.message);
                let seen = Seen {
                    tree: raw.tree,
                    parents: raw.commit.parents.clone(),
                    time: raw.committed_at,
                };
                known.borrow_mut().insert(*id, seen);
                Ok(Some(raw))
            }
        };
        let (mut commits, other) = if let Some(expression) = selection.range {
            let commits = range(repository, expression)?;
            for id in &commits {
                read(id)?;
            }
            (commits, Change::default())
        } else {
            let (tips, other) = pushed::everything(repository)?;
            (walk(&read, &tips, &[])?, other)
        };
        let known = known.into_inner();
        if let Some(since) = selection.since {
            commits.retain(|id| known.get(id).is_some_and(|seen| seen.time >= since));
        }
        let mut census = Census {
            store: &store,
            paths: Paths::default(),
            last: HashMap::new(),
            seen: HashSet::new(),
            numbers: HashMap::new(),
            blobs: Vec::new(),
            files: Vec::new(),
            commit: NONE,
            left: NAME_LIMIT,
        };
        let counted: HashSet<&ObjectId> = commits.iter().collect();
        // What stands in the parents of the first commits that count was brought by commits that do not.
        let mut before: Vec<&ObjectId> = commits
            .iter()
            .flat_map(|id| &known[id].parents)
            .filter(|parent| !counted.contains(parent))
            .collect();
        before.sort_unstable();
        before.dedup();
        let mut missing = Vec::new();
        for id in before {
            match store.commit(id) {
                Ok(raw) => census.tree(raw.tree)?,
                Err(GitError::Missing(_)) if shallow => missing.push(*id),
                Err(error) => return Err(error),
            }
        }
        for (number, id) in (0_u32..).zip(&commits) {
            census.commit = number;
            census.tree(known[id].tree)?;
        }
        let Census {
            paths,
            blobs,
            files,
            ..
        } = census;
        Ok(Self {
            other,
            commits,
            blobs,
            files,
            missing,
            paths,
            packs: Packs::default(),
        })
    }

    /// Returns the path of a sighting.
    pub fn path(&self, path: u32) -> RepoPath {
        self.paths.path(path)
    }

    /// Sorts blobs as they lie in packs; those that are not in one come last.
    pub fn in_pack_order(&self, mut blobs: Vec<u32>) -> Vec<u32> {
        blobs.sort_by_cached_key(|number| {
            let place = self.packs.find(&self.blobs[*number as usize]);
            (place.is_none(), place)
        });
        blobs
    }

    /// Shows the blobs of these numbers to visitors, on several threads where they lie in packs; `make` makes the
    /// visitor of a thread. What the visitors have not seen is in the tally, each with its number.
    pub fn visit<V: Visitor + Send>(
        &self,
        blobs: &[u32],
        limit: u64,
        threads: usize,
        make: &(dyn Fn() -> V + Sync),
    ) -> Tally<V> {
        let mut packed = Vec::with_capacity(blobs.len());
        let mut left = Vec::new();
        for number in blobs {
            match self.packs.find(&self.blobs[*number as usize]) {
                Some(place) => packed.push((place, *number)),
                None => left.push(*number),
            }
        }
        let mut tally = visit(&self.packs, packed, limit, threads, make);
        tally.left.extend(left);
        tally.left.sort_unstable();
        tally
    }
}

/// What is remembered of a commit.
struct Seen {
    tree: ObjectId,
    parents: Vec<ObjectId>,
    time: i64,
}

/// Objects, out of a pack where there is one, else out of the repository.
struct Store<'a> {
    repository: &'a dyn Repository,
    reader: RefCell<Reader<'a>>,
}

impl Store<'_> {
    fn object(&self, id: &ObjectId, wanted: ObjectType) -> Result<Rc<Vec<u8>>, GitError> {
        match self.reader.borrow_mut().object(id, OBJECT_LIMIT) {
            Some((found, content)) if found == wanted => Ok(content),
            _ => self
                .repository
                .object(id, wanted, OBJECT_LIMIT)
                .map(Rc::new),
        }
    }

    fn commit(&self, id: &ObjectId) -> Result<RawCommit, GitError> {
        read_commit(*id, &self.object(id, ObjectType::Commit)?)
    }
}

/// Paths, each a name in a directory.
#[derive(Debug, Default)]
struct Paths {
    nodes: Vec<(u32, Box<[u8]>)>,
    numbers: HashMap<u32, HashMap<Box<[u8]>, u32>>,
}

impl Paths {
    fn number(&mut self, directory: u32, name: &[u8]) -> u32 {
        let names = self.numbers.entry(directory).or_default();
        if let Some(number) = names.get(name) {
            return *number;
        }
        let number = self.nodes.len() as u32;
        names.insert(name.into(), number);
        self.nodes.push((directory, name.into()));
        number
    }

    fn path(&self, mut number: u32) -> RepoPath {
        let mut names = Vec::new();
        while let Some((directory, name)) = self.nodes.get(number as usize) {
            names.push(&name[..]);
            number = *directory;
        }
        names.reverse();
        RepoPath::new(names.join(&b'/'))
    }
}

/// The walk through the trees.
struct Census<'a> {
    store: &'a Store<'a>,
    paths: Paths,
    /// The tree that was read last for each directory.
    last: HashMap<u32, Rc<Vec<u8>>>,
    /// Trees and blobs, each with the path they were seen at.
    seen: HashSet<(u32, ObjectId)>,
    numbers: HashMap<ObjectId, u32>,
    blobs: Vec<ObjectId>,
    files: Vec<Sighting>,
    commit: u32,
    /// How many entries may still be looked at.
    left: u64,
}

impl Census<'_> {
    /// Takes in the files of a root tree that were not seen before.
    fn tree(&mut self, root: ObjectId) -> Result<(), GitError> {
        let mut stack = vec![(NONE, root, 0)];
        while let Some((directory, id, depth)) = stack.pop() {
            if !self.seen.insert((directory, id)) {
                continue;
            }
            if depth > DEPTH_LIMIT {
                return Err(GitError::Malformed(format!(
                    "directories nest deeper than {DEPTH_LIMIT}"
                )));
            }
            let bytes = self.store.object(&id, ObjectType::Tree)?;
            let last = self
                .last
                .insert(directory, Rc::clone(&bytes))
                .unwrap_or_default();
            for entry in Fresh::new(&id, &bytes, &last) {
                self.left = self.left.checked_sub(1).ok_or_else(|| {
                    GitError::Malformed(format!(
                        "the trees of history have more than {NAME_LIMIT} names"
                    ))
                })?;
                let (name, what) = entry?;
                let path = self.paths.number(directory, name);
                match what {
                    What::Directory(tree) => stack.push((path, tree, depth + 1)),
                    What::File(file) => self.file(path, file.id),
                    What::Gitlink => {}
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, path: u32, id: ObjectId) {
        if !self.seen.insert((path, id)) || self.commit == NONE {
            return;
        }
        let blob = *self.numbers.entry(id).or_insert_with(|| {
            self.blobs.push(id);
            self.blobs.len() as u32 - 1
        });
        self.files.push(Sighting {
            blob,
            path,
            commit: self.commit,
        });
    }
}

/// The entries of a tree that an earlier tree of the same directory does not have.
struct Fresh<'t> {
    id: ObjectId,
    bytes: &'t [u8],
    last: &'t [u8],
}

impl<'t> Fresh<'t> {
    fn new(id: &ObjectId, bytes: &'t [u8], last: &'t [u8]) -> Self {
        Self {
            id: *id,
            bytes,
            last,
        }
    }

    /// Returns the first entry of a tree as it stands there, or nothing.
    fn raw<'b>(&self, tree: &'b [u8]) -> Option<&'b [u8]> {
        let end = memchr::memchr(0, tree)? + 1 + self.id.as_bytes().len();
        tree.get(..end)
    }

    fn name(entry: &[u8]) -> &[u8] {
        let start = memchr::memchr(b' ', entry).map_or(0, |space| space + 1);
        &entry[start..memchr::memchr(0, entry).unwrap_or(entry.len()).max(start)]
    }
}

impl<'t> Iterator for Fresh<'t> {
    type Item = Result<(&'t [u8], What<ObjectId>), GitError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.bytes.is_empty() {
            let bytes = self.bytes;
            let Some(entry) = self.raw(bytes) else {
                self.bytes = &[];
                return Some(Err(GitError::Malformed(format!(
                    "tree {} is malformed",
                    self.id
                ))));
            };
            // Both are sorted alike; names that are gone are passed over.
            while let Some(old) = self.raw(self.last) {
                if old != entry && Self::name(old) >= Self::name(entry) {
                    break;
                }
                self.last = &self.last[old.len()..];
                if old == entry {
                    self.bytes = &self.bytes[entry.len()..];
                    break;
                }
            }
            if self.bytes.len() < bytes.len() {
                continue;
            }
            self.bytes = &self.bytes[entry.len()..];
            let item = read_item(entry, self.id.as_bytes().len());
            let item =
                item.ok_or_else(|| GitError::Malformed(format!("tree {} is malformed", self.id)));
            return Some(item.map(|(item, _)| (Self::name(entry), item.what)));
        }
        None
    }
}
