//! Objects in packs, read in place and in the order in which they lie there.
//!
//! libgit2 finds an object by its id and rebuilds it from its chain of deltas each time. Whoever reads all of
//! history can do better: objects in the order of the pack, each inflated once, each delta applied once to content
//! that is at hand. Comes in: the object directories. Goes out: objects by id, or all blobs that are asked for.
//!
//! What cannot be read here (an old index, a damaged entry, an object that is not in a pack) is not an error: the
//! caller asks the repository, which knows every other way.

mod delta;
mod forest;
mod index;
mod inflate;
mod reader;

pub(super) use forest::visit;
pub use forest::{Tally, Visitor};
pub(super) use reader::Reader;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::objects::ObjectType;
use super::plumbing::path_from;
use crate::input::ObjectId;
use index::Index;

/// How many bytes of packs are held in memory; larger ones are read piece by piece.
const HELD: u64 = 256 << 20;
/// How many object directories are followed from one to the next.
const DIRECTORY_LIMIT: usize = 64;

/// All packs of a repository.
#[derive(Debug, Default)]
pub(super) struct Packs {
    packs: Vec<Pack>,
}

/// One pack with its index.
#[derive(Debug)]
struct Pack {
    path: PathBuf,
    index: Index,
    /// Whether it is small enough to be held in memory.
    is_small: bool,
    bytes: OnceLock<Option<Vec<u8>>>,
}

impl Pack {
    /// Returns all of the pack, where it is small enough and can be read.
    fn bytes(&self) -> Option<&[u8]> {
        let read = || self.is_small.then(|| fs::read(&self.path).ok()).flatten();
        self.bytes.get_or_init(read).as_deref()
    }
}

/// An object in a pack: which pack, and the how-manieth object of it. Sorts as packs lie on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Packed {
    pack: u32,
    rank: u32,
}

/// Why an object could not be read here.
#[derive(Debug)]
pub(super) struct NotReadable;

impl Packs {
    /// Finds the packs below the object directories; what is not a pack of a known format is left out.
    pub(super) fn open(common_dir: &Path) -> Self {
        let mut packs = Vec::new();
        let mut room = HELD;
        for directory in directories(common_dir) {
            let entries = fs::read_dir(directory.join("pack")).into_iter().flatten();
            let mut paths: Vec<_> = entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| path.extension().is_some_and(|ending| ending == "idx"))
                .collect();
            paths.sort();
            packs.extend(paths.iter().filter_map(|path| {
                let pack = path.with_extension("pack");
                let length = fs::metadata(&pack).ok()?.len();
                let index = Index::parse(&fs::read(path).ok()?, length)?;
                let left = room.checked_sub(length);
                room = left.unwrap_or(room);
                Some(Pack {
                    path: pack,
                    index,
                    is_small: left.is_some(),
                    bytes: OnceLock::new(),
                })
            }));
        }
        Self { packs }
    }

    /// Returns where an object is.
    pub(super) fn find(&self, id: &ObjectId) -> Option<Packed> {
        (0_u32..).zip(&self.packs).find_map(|(pack, file)| {
            let rank = file.index.rank(id)?;
            Some(Packed { pack, rank })
        })
    }
}

/// Returns the object directories: the repository's own, and those it borrows from.
pub(super) fn directories(common_dir: &Path) -> Vec<PathBuf> {
    let mut directories = Vec::new();
    let mut seen = BTreeSet::new();
    let mut waiting = vec![common_dir.join("objects")];
    while let Some(directory) = waiting.pop() {
        if directories.len() < DIRECTORY_LIMIT && seen.insert(directory.clone()) {
            let list = fs::read(directory.join("info/alternates")).unwrap_or_default();
            let lines = list
                .split(|&byte| byte == b'\n')
                .filter(|line| !line.is_empty() && line[0] != b'#');
            waiting.extend(lines.map(|line| directory.join(path_from(line))));
            directories.push(directory);
        }
    }
    directories
}

/// What an entry of a pack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An object that is stored whole.
    Whole(ObjectType),
    /// A delta against another object of the same pack.
    Delta(Packed),
}
