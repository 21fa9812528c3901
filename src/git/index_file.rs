//! git's index file, read without touching it.
//!
//! Comes in: the bytes of an index (versions 2 to 4). Goes out: its entries as a [`Source`] that is compared
//! with a tree. The cached tree ids of the index are the ones git puts into the commit, so directories whose
//! cached id equals the parent's are passed over whole. What changes the meaning of the entries (a split or
//! sparse index, an extension not known) is an error, and the plumbing backend answers instead.

mod cached_trees;
mod entries;

use std::ops::Range;

use super::GitError;
use super::tree::{Entry, Item, Source, What};
use crate::finding::RepoPath;
use crate::input::ObjectId;
use cached_trees::CachedTrees;
use entries::Entries;

/// An index, read whole.
#[derive(Debug, Default)]
pub(super) struct IndexFile {
    entries: Entries,
    cached: CachedTrees,
}

/// A run of entries that share a directory.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    entries: Range<usize>,
    /// The length of the directory's path with the slash behind it.
    prefix: usize,
    /// Its node among the cached trees.
    cached: Option<usize>,
}

impl IndexFile {
    /// Reads an index whose object ids are `width` bytes long.
    pub(super) fn parse(bytes: Vec<u8>, width: usize) -> Result<Self, GitError> {
        let (entries, extensions) = Entries::parse(bytes, width)?;
        let cached = match extensions {
            Some(range) => CachedTrees::parse(&entries.bytes()[range], width),
            None => CachedTrees::default(),
        };
        Ok(Self { entries, cached })
    }

    /// Returns the directory that holds all entries.
    pub(super) fn root(&self) -> Directory {
        let all = Directory {
            entries: 0..self.entries.len(),
            prefix: 0,
            cached: None,
        };
        Directory {
            cached: self.cached.root().filter(|&node| self.covers(node, &all)),
            ..all
        }
    }

    /// Returns the file at a path; of a conflict, our side.
    pub(super) fn file(&self, path: &RepoPath) -> Option<Entry> {
        let start = self.entries.first_from(path.as_bytes());
        let same =
            (start..self.entries.len()).take_while(|&at| self.entries.path(at) == path.as_bytes());
        same.filter(|&at| matches!(self.entries.stage(at), 0 | 2))
            .find_map(|at| self.entries.file(at))
    }

    /// Returns the files directly in a directory, each path once.
    pub(super) fn files_in(&self, directory: &RepoPath) -> Vec<RepoPath> {
        let mut prefix = directory.as_bytes().to_vec();
        if !prefix.is_empty() {
            prefix.push(b'/');
        }
        let start = self.entries.first_from(&prefix);
        let inside = (start..self.entries.len())
            .take_while(|&at| self.entries.path(at).starts_with(&prefix));
        let mut paths: Vec<_> = inside
            .filter(|&at| memchr::memchr(b'/', &self.entries.path(at)[prefix.len()..]).is_none())
            .filter(|&at| self.entries.stage(at) != 1)
            .filter(|&at| self.entries.file(at).is_some_and(|entry| !entry.symlink))
            .map(|at| RepoPath::new(self.entries.path(at)))
            .collect();
        paths.dedup();
        paths
    }

    /// Returns whether a cached tree counts exactly the entries of a directory.
    fn covers(&self, node: usize, directory: &Directory) -> bool {
        self.cached
            .count(node)
            .is_none_or(|count| count == directory.entries.len())
    }

    /// Returns the end of the run of entries that starts at `start` and shares its first `length` bytes.
    fn run_end(&self, start: usize, length: usize, cached: Option<usize>, end: usize) -> usize {
        let prefix = &self.entries.path(start)[..length];
        let inside = |at: usize| at < end && self.entries.path(at).starts_with(prefix);
        if let Some(count) = cached.and_then(|node| self.cached.count(node)) {
            let candidate = start.saturating_add(count);
            if count > 0 && inside(candidate - 1) && !inside(candidate) {
                return candidate;
            }
        }
        let (mut low, mut high) = (start + 1, end);
        while low < high {
            let middle = low + (high - low) / 2;
            if inside(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

impl Source for IndexFile {
    type Directory = Directory;

    fn list(&self, directory: &Directory) -> Result<Vec<Item<Directory>>, GitError> {
        let mut items = Vec::new();
        let children = self.cached.children(directory.cached);
        let mut at = directory.entries.start;
        while at < directory.entries.end {
            let rest = &self.entries.path(at)[directory.prefix..];
            let Some(slash) = memchr::memchr(b'/', rest) else {
                if let Some(what) = self.what(at) {
                    items.push(Item {
                        name: rest.to_vec(),
                        what,
                    });
                }
                at += 1;
                continue;
            };
            let name = rest[..slash].to_vec();
            let prefix = directory.prefix + slash + 1;
            let cached = children.get(name.as_slice()).copied();
            let end = self.run_end(at, prefix, cached, directory.entries.end);
            let inner = Directory {
                entries: at..end,
                prefix,
                cached: None,
            };
            let cached = cached.filter(|&node| self.covers(node, &inner));
            items.push(Item {
                name,
                what: What::Directory(Directory { cached, ..inner }),
            });
            at = end;
        }
        Ok(items)
    }

    fn tree_id(&self, directory: &Directory) -> Option<ObjectId> {
        self.cached.tree_id(directory.cached?)
    }
}

impl IndexFile {
    /// Returns what an entry is to a commit; nothing if it is only a plan, or the base of a conflict.
    fn what(&self, at: usize) -> Option<What<Directory>> {
        if self.entries.stage(at) == 1 || self.entries.intent_to_add(at) {
            return None;
        }
        Some(self.entries.file(at).map_or(What::Gitlink, What::File))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::git::tree::{Difference, differences};

    /// Makes an index of version 2 whose entries are files, with remembered trees.
    fn index(paths: &[(&str, u8)], trees: &[u8]) -> Vec<u8> {
        let mut bytes = [
            &b"DIRC"[..],
            &2u32.to_be_bytes(),
            &(paths.len() as u32).to_be_bytes(),
        ]
        .concat();
        for (path, content) in paths {
            let start = bytes.len();
            bytes.extend_from_slice(&[0; 24]);
            bytes.extend_from_slice(&0o100_644_u32.to_be_bytes());
            bytes.extend_from_slice(&[0; 12]);
            bytes.extend_from_slice(&[*content; 20]);
            bytes.extend_from_slice(&(path.len() as u16).to_be_bytes());
            bytes.extend_from_slice(path.as_bytes());
            let padded = (bytes.len() - start + 8) & !7;
            bytes.resize(start + padded, 0);
        }
        bytes.extend_from_slice(b"TREE");
        bytes.extend_from_slice(&(trees.len() as u32).to_be_bytes());
        bytes.extend_from_slice(trees);
        bytes.extend_from_slice(&[0; 20]);
        bytes
    }

    fn all(index: &IndexFile) -> Vec<Difference> {
        let nothing = IndexFile::default();
        differences((&nothing, None), (index, Some(index.root()))).unwrap()
    }

    fn sample() -> Vec<u8> {
        let trees = [
            &b"\0-1 1\nd\x002 1\n"[..],
            &[7; 20],
            b"e\x001 0\n",
            &[8; 20],
        ]
        .concat();
        index(&[("a", 1), ("d/b", 2), ("d/e/f", 3), ("z", 4)], &trees)
    }

    #[test]
    fn entries_come_out_as_they_went_in() {
        let index = IndexFile::parse(sample(), 20).unwrap();
        let paths: Vec<_> = all(&index)
            .iter()
            .map(|found| found.path.to_text())
            .collect();
        assert_eq!(paths, ["a", "d/b", "d/e/f", "z"]);
        let root = index.list(&index.root()).unwrap();
        let What::Directory(inner) = &root[1].what else {
            panic!("`d` is a directory")
        };
        assert_eq!(index.tree_id(inner), ObjectId::from_bytes(&[7; 20]));
        assert_eq!(index.tree_id(&index.root()), None);
    }

    #[test]
    fn a_remembered_tree_that_counts_wrong_is_not_believed() {
        for count in ["1", "3", "0", "99999999999"] {
            let trees = [format!("\0-1 1\nd\0{count} 0\n").as_bytes(), &[7; 20]].concat();
            let index = IndexFile::parse(
                index(&[("a", 1), ("d/b", 2), ("d/e/f", 3), ("z", 4)], &trees),
                20,
            )
            .unwrap();
            let root = index.list(&index.root()).unwrap();
            let What::Directory(inner) = &root[1].what else {
                panic!("`d` is a directory")
            };
            assert_eq!(index.tree_id(inner), None, "{count}");
            assert_eq!(all(&index).len(), 4);
        }
    }

    #[test]
    fn entries_out_of_order_are_refused() {
        for paths in [&[("b", 1), ("a", 1)][..], &[("a", 1), ("a", 1)]] {
            assert!(IndexFile::parse(index(paths, b""), 20).is_err());
        }
    }

    proptest! {
        #[test]
        fn a_damaged_index_is_a_value_or_an_error(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
            length in any::<prop::sample::Index>(),
            cut: bool,
            version in 2u8..=4,
        ) {
            let mut bytes = sample();
            bytes[7] = version;
            for (at, value) in damage {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            if cut {
                bytes.truncate(length.index(bytes.len()));
            }
            if let Ok(index) = IndexFile::parse(bytes, 20) {
                let _ = all(&index);
                let _ = (index.file(&RepoPath::new("d/b")), index.files_in(&RepoPath::new("d")));
            }
        }
    }
}
