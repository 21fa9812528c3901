//! What git objects say: commits and tags read from their bytes.
//!
//! Comes in: the bytes of an object, as either backend reads them. Goes out: [`Commit`]s and tags. Read here
//! rather than by libgit2, which lets `info/grafts` change the parents of a commit.

use super::{Commit, GitError, ObjectKind};
use crate::input::{CommitInfo, ObjectId};

/// The largest commit, tree or tag that is read.
pub(super) const OBJECT_LIMIT: u64 = 512 << 20;

/// The four types of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectType {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// A blob.
    Blob,
    /// An annotated tag.
    Tag,
}

impl ObjectType {
    /// Returns the type of this name.
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"commit" => Some(Self::Commit),
            b"tree" => Some(Self::Tree),
            b"blob" => Some(Self::Blob),
            b"tag" => Some(Self::Tag),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }
}

/// An object, read whole.
#[derive(Debug, Clone)]
pub(super) struct Object {
    /// What it is.
    pub(super) object_type: ObjectType,
    /// Its content, without git's header.
    pub(super) bytes: Vec<u8>,
}

impl Object {
    /// Returns the bytes if the object is of the wanted type.
    pub(super) fn expect(self, id: &ObjectId, wanted: ObjectType) -> Result<Vec<u8>, GitError> {
        if self.object_type == wanted {
            return Ok(self.bytes);
        }
        Err(GitError::Malformed(format!(
            "{id} is a {}, not a {}",
            self.object_type.name(),
            wanted.name()
        )))
    }
}

/// A commit with what only the comparison needs.
#[derive(Debug)]
pub(super) struct RawCommit {
    /// The id of its tree.
    pub(super) tree: ObjectId,
    /// The committer's time, by which history is walked.
    pub(super) committed_at: i64,
    /// All the rest.
    pub(super) commit: Commit,
}

/// Splits an object into its header lines and what follows the first empty line.
fn split_header(bytes: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memmem::find(bytes, b"\n\n") {
        Some(end) => (&bytes[..end], &bytes[end + 2..]),
        None => (bytes, &[]),
    }
}

/// Reads a commit out of its object.
pub(super) fn commit_of(id: &ObjectId, object: Object) -> Result<RawCommit, GitError> {
    read_commit(*id, &object.expect(id, ObjectType::Commit)?)
}

/// Reads a commit.
pub(super) fn read_commit(id: ObjectId, bytes: &[u8]) -> Result<RawCommit, GitError> {
    let malformed =
        |what: &str| GitError::Malformed(format!("commit {id} has a malformed `{what}` line"));
    let (header, message) = split_header(bytes);
    let mut tree = None;
    let mut parents = Vec::new();
    let (mut author, mut time, mut committed_at) = (None, 0, 0);
    for line in header.split(|&byte| byte == b'\n') {
        if let Some(hex) = line.strip_prefix(b"tree ") {
            tree = tree.or(Some(
                ObjectId::from_hex(hex).ok_or_else(|| malformed("tree"))?,
            ));
        } else if let Some(hex) = line.strip_prefix(b"parent ") {
            parents.push(ObjectId::from_hex(hex).ok_or_else(|| malformed("parent"))?);
        } else if let Some(person) = line.strip_prefix(b"author ") {
            let (name, seconds) = split_signature(person);
            (author, time) = (Some(name), seconds);
        } else if let Some(person) = line.strip_prefix(b"committer ") {
            committed_at = split_signature(person).1;
        } else if author.is_some() {
            // What follows the people is free text: signatures, encodings, merged tags.
            break;
        }
    }
    let info = CommitInfo {
        id,
        author: author.unwrap_or_default(),
        time,
        summary: summary(message),
    };
    let commit = Commit {
        info,
        parents,
        message: message.to_vec(),
        committed_at,
    };
    Ok(RawCommit {
        tree: tree.ok_or_else(|| malformed("tree"))?,
        committed_at,
        commit,
    })
}

/// Splits `Name <address> seconds zone` into the person and the seconds.
fn split_signature(signature: &[u8]) -> (String, i64) {
    let end = memchr::memrchr(b'>', signature).map_or(signature.len(), |at| at + 1);
    let seconds = signature[end..]
        .split(|&byte| byte == b' ')
        .find(|word| !word.is_empty());
    let seconds = seconds.and_then(|word| std::str::from_utf8(word).ok()?.parse().ok());
    (
        String::from_utf8_lossy(&signature[..end]).into_owned(),
        seconds.unwrap_or(0),
    )
}

fn summary(message: &[u8]) -> String {
    let line = message
        .split(|&byte| byte == b'\n')
        .find(|line| !line.trim_ascii().is_empty());
    String::from_utf8_lossy(line.unwrap_or_default().trim_ascii()).into_owned()
}

/// Reads an annotated tag.
pub(super) fn read_tag(id: &ObjectId, bytes: &[u8]) -> Result<ObjectKind, GitError> {
    let (header, message) = split_header(bytes);
    let mut lines = header.split(|&byte| byte == b'\n');
    let mut field = |name: &[u8]| lines.next().and_then(|line| line.strip_prefix(name));
    let target = field(b"object ").and_then(ObjectId::from_hex);
    let target =
        target.ok_or_else(|| GitError::Malformed(format!("tag {id} does not name an object")))?;
    field(b"type ");
    let name = String::from_utf8_lossy(field(b"tag ").unwrap_or_default()).into_owned();
    Ok(ObjectKind::Tag {
        target,
        name,
        message: message.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digit: char) -> ObjectId {
        ObjectId::from_hex(digit.to_string().repeat(40).as_bytes()).unwrap()
    }

    #[test]
    fn a_commit_is_read_with_its_parents_people_and_message() {
        let text = format!(
            "tree {}\nparent {}\nparent {}\nauthor A U Thor <a@example.org> 12 +0100\n\
             committer C <c@example.org> 34 -0700\nencoding ISO-8859-1\ngpgsig x\n parent y\n\n\nFirst line\n\nrest\n",
            id('1'),
            id('2'),
            id('3')
        );
        let raw = read_commit(id('4'), text.as_bytes()).unwrap();
        assert_eq!((raw.tree, raw.committed_at), (id('1'), 34));
        assert_eq!(raw.commit.parents, [id('2'), id('3')]);
        assert_eq!(raw.commit.info.author, "A U Thor <a@example.org>");
        assert_eq!(raw.commit.info.time, 12);
        assert_eq!(raw.commit.info.summary, "First line");
        assert_eq!(raw.commit.message, b"\nFirst line\n\nrest\n");
    }

    #[test]
    fn damaged_commits_and_tags_are_errors_or_values() {
        for text in ["", "\n\n", "tree x\n\n", "parent \n", "tree 11\nauthor"] {
            assert!(read_commit(id('4'), text.as_bytes()).is_err(), "{text:?}");
        }
        assert!(read_tag(&id('4'), b"object x\n").is_err());
        let odd = format!("tree {}\nauthor nobody\n", id('1'));
        assert_eq!(
            read_commit(id('4'), odd.as_bytes())
                .unwrap()
                .commit
                .info
                .author,
            "nobody"
        );
    }
}
