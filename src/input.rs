//! What the engines may read: the files, messages and names that a change brings.
//!
//! A [`Change`] is made by `git` (from the index, a commit, a patch, a tree) and consumed by `scan`.
//! Content is named, not held: it is read when an engine wants it, the old side only where the new side
//! has findings.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::finding::RepoPath;

/// The id of a git object: 20 bytes for SHA-1, 32 for SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    bytes: [u8; 32],
    length: u8,
}

impl ObjectId {
    /// Makes an id from its raw bytes, of which there are 20 or 32.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        let length = match raw.len() {
            20 => 20,
            32 => 32,
            _ => return None,
        };
        let mut bytes = [0; 32];
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self { bytes, length })
    }

    /// Makes an id from its 40 or 64 hexadecimal digits.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        if hex.len() != 40 && hex.len() != 64 {
            return None;
        }
        let digit = |b: u8| (b as char).to_digit(16).map(|d| d as u8);
        let mut raw = Vec::with_capacity(32);
        for pair in hex.chunks(2) {
            raw.push(digit(pair[0])? << 4 | digit(pair[1])?);
        }
        Self::from_bytes(&raw)
    }

    /// Returns the raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Returns whether this is git's way of saying "no object".
    pub fn is_zero(&self) -> bool {
        self.bytes == [0; 32]
    }

    /// Returns the first ten digits, for people.
    pub fn short(&self) -> String {
        self.to_string()[..10].to_owned()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.as_bytes() {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Where the bytes of one side of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A blob of the repository.
    Blob(ObjectId),
    /// A file on disk, read as it is.
    Disk(PathBuf),
    /// Bytes at hand, the first of which stands on line `first_line` (1-based) of the real file.
    Inline {
        /// The bytes.
        bytes: Arc<[u8]>,
        /// The line of the real file on which the bytes begin.
        first_line: u32,
    },
}

/// A part of a content that was made from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Where it begins.
    pub start: usize,
    /// How long it is.
    pub length: usize,
    /// Where the same bytes begin in the other content; nothing for new bytes.
    pub copied_from: Option<usize>,
}

/// What kind of tree entry a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileMode {
    /// A regular file, executable or not.
    Regular,
    /// A symbolic link; its content is the target.
    Symlink,
    /// A file within an archive, of which only its secrets count: nobody installs or runs it from there.
    Packed,
}

/// One file that a change touches. Submodules (gitlinks) never appear: they have no content here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path after the change (for a deletion: before it).
    pub path: RepoPath,
    /// What kind of entry it is after the change.
    pub mode: FileMode,
    /// The content after the change; nothing for a deletion.
    pub new: Option<Content>,
    /// The content before the change in each parent, in their order; `None` where that parent lacks the file.
    /// Empty for a change without parents.
    pub old: Vec<Option<Content>>,
}

/// A text that is not a file: a message or a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChange {
    /// What the text is.
    pub place: crate::finding::Place,
    /// The text.
    pub bytes: Arc<[u8]>,
}

/// The commit that a change belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// Its id.
    pub id: ObjectId,
    /// The name and address of its author, as stored.
    pub author: String,
    /// The author's time, in seconds since 1970.
    pub time: i64,
    /// The first line of its message.
    pub summary: String,
}

/// All that one commit (or the index, a patch, a tree) brings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// The commit, where the change is one already.
    pub commit: Option<CommitInfo>,
    /// The number of parents it is compared with.
    pub parents: usize,
    /// The touched files, sorted by path. For a merge: those that differ from every parent.
    pub files: Vec<FileChange>,
    /// Messages and names that come with it.
    pub texts: Vec<TextChange>,
    /// Parents that are not there (a shallow or partial clone), so that all content counts as added.
    pub missing_parents: Vec<ObjectId>,
    /// Files whose content could not be had, with the reason: binary parts of a patch.
    pub unread: Vec<(RepoPath, String)>,
}
