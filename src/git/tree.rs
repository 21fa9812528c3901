//! The entries of trees, and which entries differ between two sorted hierarchies.
//!
//! Comes in: two [`Source`]s, each of which lists directories in git's order: a tree of the object store, or
//! the index. Goes out: the [`Difference`]s by object id and kind. Equal directories are not entered, so the
//! cost is that of the change. The walk keeps its own stack: how deep a hostile tree nests does not matter.

use super::GitError;
use crate::finding::RepoPath;
use crate::input::{FileMode, ObjectId};

/// How deep directories may nest; git itself refuses deeper trees.
const DEPTH_LIMIT: usize = 4096;
/// How many names one comparison may look at; a small hostile tree can name billions of files.
const NAME_LIMIT: usize = 20_000_000;

/// A file as a tree or the index names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// The blob.
    pub(super) id: ObjectId,
    /// Whether the blob is the target of a symbolic link.
    pub(super) symlink: bool,
}

impl Entry {
    /// Returns the kind of file in the vocabulary of a change.
    pub(super) fn mode(&self) -> FileMode {
        if self.symlink {
            FileMode::Symlink
        } else {
            FileMode::Regular
        }
    }

    /// Returns the file of this mode; nothing for a directory or a gitlink.
    pub(super) fn new(mode: u32, id: ObjectId) -> Option<Self> {
        match mode & 0o170_000 {
            0o100_000 => Some(Self { id, symlink: false }),
            0o120_000 => Some(Self { id, symlink: true }),
            _ => None,
        }
    }
}

/// One path at which two hierarchies differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// The path.
    pub(super) path: RepoPath,
    /// The file before; nothing where there is none.
    pub(super) old: Option<Entry>,
    /// The file after; nothing where there is none.
    pub(super) new: Option<Entry>,
}

/// What a directory holds under a name.
pub(super) enum What<D> {
    /// A file.
    File(Entry),
    /// A directory.
    Directory(D),
    /// A gitlink, which has no content here.
    Gitlink,
}

/// One name in a directory.
pub(super) struct Item<D> {
    /// The name.
    pub(super) name: Vec<u8>,
    /// What it names.
    pub(super) what: What<D>,
}

impl<D> Item<D> {
    /// Compares as git sorts: a directory as if its name ended in a slash.
    fn order(&self, other: &Item<impl Sized>) -> std::cmp::Ordering {
        let key = |directory: bool| if directory { &b"/"[..] } else { &[] };
        let mine = self
            .name
            .iter()
            .chain(key(matches!(self.what, What::Directory(_))));
        mine.cmp(
            other
                .name
                .iter()
                .chain(key(matches!(other.what, What::Directory(_)))),
        )
    }
}

/// Something that lists directories in git's order.
pub(super) trait Source {
    /// A directory that is not listed yet.
    type Directory;
    /// Lists a directory. A name stands more than once only where a file has several contents (a conflict).
    fn list(&self, directory: &Self::Directory) -> Result<Vec<Item<Self::Directory>>, GitError>;
    /// Returns the id of the tree that has exactly this directory's content, if it is known.
    fn tree_id(&self, directory: &Self::Directory) -> Option<ObjectId>;
}

/// The trees of the object store, read by a function.
pub(super) struct Trees<R>(pub(super) R);

impl<R: Fn(&ObjectId) -> Result<Vec<u8>, GitError>> Source for Trees<R> {
    type Directory = ObjectId;

    fn list(&self, directory: &ObjectId) -> Result<Vec<Item<ObjectId>>, GitError> {
        read_tree(directory, &(self.0)(directory)?)
    }

    fn tree_id(&self, directory: &ObjectId) -> Option<ObjectId> {
        Some(*directory)
    }
}

/// Reads the entries of a tree object.
pub(super) fn read_tree(id: &ObjectId, mut bytes: &[u8]) -> Result<Vec<Item<ObjectId>>, GitError> {
    let width = id.as_bytes().len();
    let mut items = Vec::with_capacity(bytes.len() / (width + 16));
    while !bytes.is_empty() {
        let (item, length) = read_item(bytes, width)
            .ok_or_else(|| GitError::Malformed(format!("tree {id} is malformed")))?;
        items.push(item);
        bytes = &bytes[length..];
    }
    Ok(items)
}

/// Reads one `mode SP name NUL id` and returns its length too.
pub(super) fn read_item(bytes: &[u8], width: usize) -> Option<(Item<ObjectId>, usize)> {
    let space = memchr::memchr(b' ', bytes)?;
    let mode = u32::from_str_radix(std::str::from_utf8(&bytes[..space]).ok()?, 8).ok()?;
    let end = space + 1 + memchr::memchr(0, &bytes[space + 1..])?;
    let id = ObjectId::from_bytes(bytes.get(end + 1..end + 1 + width)?)?;
    let what = match Entry::new(mode, id) {
        Some(entry) => What::File(entry),
        None if mode & 0o170_000 == 0o040_000 => What::Directory(id),
        None => What::Gitlink,
    };
    Some((
        Item {
            name: bytes[space + 1..end].to_vec(),
            what,
        },
        end + 1 + width,
    ))
}

/// Returns what stands at a path of a tree.
pub(super) fn find(
    trees: &impl Source<Directory = ObjectId>,
    root: ObjectId,
    path: &RepoPath,
) -> Result<Option<What<ObjectId>>, GitError> {
    let mut found = What::Directory(root);
    if path.as_bytes().is_empty() {
        return Ok(Some(found));
    }
    for name in path.as_bytes().split(|&byte| byte == b'/') {
        let What::Directory(directory) = found else {
            return Ok(None);
        };
        match trees
            .list(&directory)?
            .into_iter()
            .find(|item| item.name == name)
        {
            Some(item) => found = item.what,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

/// One pair of directories on the way, with what is still to compare of them.
struct Frame<O, N> {
    prefix: usize,
    old: std::iter::Peekable<std::vec::IntoIter<Item<O>>>,
    new: std::iter::Peekable<std::vec::IntoIter<Item<N>>>,
}

/// The comparison on its way.
struct Comparison<'a, O: Source, N: Source> {
    old: &'a O,
    new: &'a N,
    path: Vec<u8>,
    stack: Vec<Frame<O::Directory, N::Directory>>,
    found: Vec<Difference>,
}

/// Returns the files that differ between two directories, sorted by path; either may be absent.
pub(super) fn differences<O: Source, N: Source>(
    (old, old_root): (&O, Option<O::Directory>),
    (new, new_root): (&N, Option<N::Directory>),
) -> Result<Vec<Difference>, GitError> {
    let mut comparison = Comparison {
        old,
        new,
        path: Vec::new(),
        stack: Vec::new(),
        found: Vec::new(),
    };
    comparison.enter(old_root, new_root)?;
    for _ in 0..NAME_LIMIT {
        if !comparison.step()? {
            return Ok(comparison.found);
        }
    }
    Err(GitError::Malformed(format!(
        "a comparison of trees has more than {NAME_LIMIT} names"
    )))
}

impl<O: Source, N: Source> Comparison<'_, O, N> {
    /// Lists a pair of directories at the current path, unless they are equal.
    fn enter(
        &mut self,
        old: Option<O::Directory>,
        new: Option<N::Directory>,
    ) -> Result<(), GitError> {
        let old_id = old
            .as_ref()
            .and_then(|directory| self.old.tree_id(directory));
        let new_id = new
            .as_ref()
            .and_then(|directory| self.new.tree_id(directory));
        if old_id.is_some() && old_id == new_id {
            return Ok(());
        }
        if self.stack.len() >= DEPTH_LIMIT {
            return Err(GitError::Malformed(format!(
                "directories nest deeper than {DEPTH_LIMIT}"
            )));
        }
        let old = old
            .map(|directory| self.old.list(&directory))
            .transpose()?
            .unwrap_or_default();
        let new = new
            .map(|directory| self.new.list(&directory))
            .transpose()?
            .unwrap_or_default();
        let (old, new) = (old.into_iter().peekable(), new.into_iter().peekable());
        self.stack.push(Frame {
            prefix: self.path.len(),
            old,
            new,
        });
        Ok(())
    }

    /// Compares one name of the innermost pair; returns false at the end.
    fn step(&mut self) -> Result<bool, GitError> {
        let Some(frame) = self.stack.last_mut() else {
            return Ok(false);
        };
        self.path.truncate(frame.prefix);
        let (take_old, take_new) = match (frame.old.peek(), frame.new.peek()) {
            (None, None) => {
                self.stack.pop();
                return Ok(true);
            }
            (Some(_), None) => (true, false),
            (None, Some(_)) => (false, true),
            (Some(old), Some(new)) => {
                let order = old.order(new);
                (order.is_le(), order.is_ge())
            }
        };
        let old = if take_old { frame.old.next() } else { None };
        let new = if take_new { frame.new.next() } else { None };
        // A hostile tree may name a directory twice: each is then entered in a step of its own.
        let same_file = |new: &Item<_>, item: &Item<_>| {
            !matches!(item.what, What::Directory(_)) && new.order(item).is_eq()
        };
        let mut new_items = Vec::from_iter(new);
        while let Some(item) = frame
            .new
            .next_if(|item| new_items.last().is_some_and(|new| same_file(new, item)))
        {
            new_items.push(item);
        }
        self.compare(old, new_items)?;
        Ok(true)
    }

    /// Compares what stands under one name: at most one item before, usually at most one after.
    fn compare(
        &mut self,
        old: Option<Item<O::Directory>>,
        new_items: Vec<Item<N::Directory>>,
    ) -> Result<(), GitError> {
        let name = old
            .as_ref()
            .map(|item| &item.name)
            .or(new_items.first().map(|item| &item.name));
        self.path
            .extend_from_slice(name.expect("a step takes at least one item"));
        let mut old_directory = None;
        let old_entry = match old.map(|item| item.what) {
            Some(What::File(entry)) => Some(entry),
            Some(What::Directory(directory)) => {
                old_directory = Some(directory);
                None
            }
            Some(What::Gitlink) | None => None,
        };
        let mut replaced = false;
        let mut new_directory = None;
        for item in new_items {
            match item.what {
                What::File(entry) => {
                    replaced = true;
                    self.add(old_entry, Some(entry));
                }
                What::Directory(directory) => new_directory = Some(directory),
                What::Gitlink => {}
            }
        }
        if !replaced {
            self.add(old_entry, None);
        }
        if old_directory.is_some() || new_directory.is_some() {
            self.path.push(b'/');
            self.enter(old_directory, new_directory)?;
        }
        Ok(())
    }

    fn add(&mut self, old: Option<Entry>, new: Option<Entry>) {
        if old != new {
            self.found.push(Difference {
                path: RepoPath::new(self.path.as_slice()),
                old,
                new,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn id(digit: char) -> ObjectId {
        ObjectId::from_hex(digit.to_string().repeat(40).as_bytes()).unwrap()
    }

    fn tree(entries: &[(&str, &str, char)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (mode, name, digit) in entries {
            bytes.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            bytes.extend_from_slice(id(*digit).as_bytes());
        }
        bytes
    }

    fn compare(store: &HashMap<ObjectId, Vec<u8>>, old: char, new: char) -> Vec<String> {
        let trees = Trees(|id: &ObjectId| store.get(id).cloned().ok_or(GitError::Missing(*id)));
        let found = differences((&trees, Some(id(old))), (&trees, Some(id(new)))).unwrap();
        let mark = |entry: &Option<Entry>| {
            entry
                .as_ref()
                .map_or('-', |entry| entry.id.to_string().remove(0))
        };
        found
            .iter()
            .map(|d| format!("{} {}{}", d.path, mark(&d.old), mark(&d.new)))
            .collect()
    }

    #[test]
    fn files_directories_and_links_that_take_each_others_place_are_followed() {
        let store = HashMap::from([
            (
                id('a'),
                tree(&[
                    ("100644", "a", '1'),
                    ("100644", "a-b", '1'),
                    ("40000", "d", 'c'),
                    ("160000", "m", '1'),
                ]),
            ),
            (
                id('b'),
                tree(&[
                    ("100644", "a-b", '1'),
                    ("40000", "a", 'c'),
                    ("120000", "d", '2'),
                    ("100755", "m", '4'),
                ]),
            ),
            (id('c'), tree(&[("100644", "x", '3')])),
        ]);
        assert_eq!(
            compare(&store, 'a', 'b'),
            ["a 1-", "a/x -3", "d -2", "d/x 3-", "m -4"]
        );
        assert_eq!(compare(&store, 'a', 'a'), [""; 0]);
    }

    #[test]
    fn the_executable_bit_is_not_content_and_a_changed_kind_is() {
        let store = HashMap::from([
            (id('a'), tree(&[("100644", "a", '1'), ("100644", "b", '1')])),
            (id('b'), tree(&[("100755", "a", '1'), ("120000", "b", '1')])),
        ]);
        assert_eq!(compare(&store, 'a', 'b'), ["b 11"]);
    }

    #[test]
    fn nothing_hides_behind_a_name_that_stands_twice() {
        let store = HashMap::from([
            (id('a'), tree(&[("40000", "d", 'd')])),
            (
                id('b'),
                tree(&[
                    ("40000", "d", 'd'),
                    ("40000", "d", 'e'),
                    ("100644", "f", '1'),
                    ("100644", "f", '2'),
                ]),
            ),
            (id('d'), tree(&[("100644", "x", '3')])),
            (id('e'), tree(&[("100644", "y", '4')])),
        ]);
        assert_eq!(compare(&store, 'a', 'b'), ["d/y -4", "f -1", "f -2"]);
    }

    #[test]
    fn damaged_trees_are_errors() {
        for bytes in [
            &b"100644"[..],
            b"100644 a",
            b"100644 a\0short",
            b"x a\0aaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(read_tree(&id('a'), bytes).is_err());
        }
    }

    #[test]
    fn a_tree_that_holds_itself_ends_in_an_error() {
        let store = HashMap::from([(id('a'), tree(&[("40000", "a", 'a')]))]);
        let trees = Trees(|id: &ObjectId| Ok(store[id].clone()));
        assert!(differences((&trees, None), (&trees, Some(id('a')))).is_err());
    }
}
