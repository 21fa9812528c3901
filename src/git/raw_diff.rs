//! Reads what git's plumbing prints with `-z`: raw differences, index entries, batch headers.
//!
//! Comes in: bytes. Goes out: values, or nothing where the bytes are not of their form. Nothing here runs git.

use super::objects::ObjectType;
use super::tree::Entry;
use crate::finding::RepoPath;
use crate::input::ObjectId;

/// One record of `diff-index --raw -z`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawDifference {
    /// The path.
    pub(super) path: RepoPath,
    /// The file before.
    pub(super) old: Option<Entry>,
    /// The file after.
    pub(super) new: Option<Entry>,
    /// Whether the index has a conflict at the path, so that `new` says nothing.
    pub(super) unmerged: bool,
}

/// One entry of `ls-files --stage -z`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StagedEntry {
    /// The path.
    pub(super) path: RepoPath,
    /// 0, or the side of a conflict: 1 base, 2 ours, 3 theirs.
    pub(super) stage: u8,
    /// The file; nothing for a gitlink.
    pub(super) entry: Option<Entry>,
}

/// Splits output into its NUL-terminated fields; nothing if the last one is cut off.
fn fields(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let Some(body) = bytes.strip_suffix(b"\0") else {
        return bytes.is_empty().then(Vec::new);
    };
    Some(body.split(|&byte| byte == 0).collect())
}

fn words<const N: usize>(field: &[u8]) -> Option<[&[u8]; N]> {
    field
        .split(|&byte| byte == b' ')
        .collect::<Vec<_>>()
        .try_into()
        .ok()
}

#[expect(
    clippy::option_option,
    reason = "malformed, not a file, and a file are three things"
)]
fn entry(mode: &[u8], id: &[u8]) -> Option<Option<Entry>> {
    let mode = u32::from_str_radix(std::str::from_utf8(mode).ok()?, 8).ok()?;
    // A directory would stand for files that are not listed; git is told not to print any.
    if mode == 0o040_000 {
        return None;
    }
    Some(Entry::new(mode, ObjectId::from_hex(id)?))
}

/// Reads raw differences made without rename detection.
pub(super) fn read_differences(bytes: &[u8]) -> Option<Vec<RawDifference>> {
    let mut records = Vec::new();
    let fields = fields(bytes)?;
    let mut fields = fields.into_iter();
    while let Some(header) = fields.next() {
        let [old_mode, new_mode, old_id, new_id, status] = words(header.strip_prefix(b":")?)?;
        if !matches!(status, b"A" | b"D" | b"M" | b"T" | b"U") {
            return None;
        }
        let path = RepoPath::new(fields.next().filter(|path| !path.is_empty())?);
        let (old, new) = (entry(old_mode, old_id)?, entry(new_mode, new_id)?);
        records.push(RawDifference {
            path,
            old,
            new,
            unmerged: status == b"U",
        });
    }
    Some(records)
}

/// Reads the entries of an index.
pub(super) fn read_staged(bytes: &[u8]) -> Option<Vec<StagedEntry>> {
    let read = |field: &[u8]| {
        let tab = memchr::memchr(b'\t', field)?;
        let [mode, id, stage] = words(&field[..tab])?;
        let &[digit @ b'0'..=b'3'] = stage else {
            return None;
        };
        let path = RepoPath::new(&field[tab + 1..]);
        Some(StagedEntry {
            path,
            stage: digit - b'0',
            entry: entry(mode, id)?,
        })
    };
    fields(bytes)?.into_iter().map(read).collect()
}

/// What `cat-file --batch` says before the content of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BatchHeader {
    /// The object is not there.
    Missing,
    /// The object follows.
    Found(ObjectType, u64),
}

/// Reads the line that answers the question for `id`.
pub(super) fn read_batch_header(id: &ObjectId, line: &[u8]) -> Option<BatchHeader> {
    let rest = line
        .strip_prefix(id.to_string().as_bytes())?
        .strip_prefix(b" ")?;
    if rest == b"missing" {
        return Some(BatchHeader::Missing);
    }
    let [name, size] = words(rest)?;
    let size = std::str::from_utf8(size).ok()?.parse().ok()?;
    Some(BatchHeader::Found(ObjectType::from_name(name)?, size))
}

/// Reads a line of `rev-list --timestamp --parents`: time, commit, parents.
pub(super) fn read_walked(line: &[u8]) -> Option<(ObjectId, i64, Vec<ObjectId>)> {
    let mut words = line.split(|&byte| byte == b' ');
    let time = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
    let id = ObjectId::from_hex(words.next()?)?;
    Some((
        id,
        time,
        words.map(ObjectId::from_hex).collect::<Option<_>>()?,
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "1111111111111111111111111111111111111111";
    const NONE: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn raw_differences_are_read_with_any_path() {
        let text =
            format!(":100644 000000 {ID} {NONE} D\0a\nb\0:000000 120000 {NONE} {ID} A\0:x \0");
        let records = read_differences(text.as_bytes()).unwrap();
        assert_eq!(records[0].path.as_bytes(), b"a\nb");
        assert!(records[0].old.is_some() && records[0].new.is_none());
        assert_eq!(records[1].path.as_bytes(), b":x ");
        assert!(records[1].new.is_some_and(|entry| entry.symlink));
        assert_eq!(read_differences(b""), Some(vec![]));
    }

    #[test]
    fn output_that_is_cut_off_is_refused_wherever_it_is_cut() {
        let raw = format!(":100644 000000 {ID} {NONE} D\0path\0");
        let staged = format!("100644 {ID} 0\tpath\0");
        assert!((1..raw.len()).all(|end| read_differences(&raw.as_bytes()[..end]).is_none()));
        assert!((1..staged.len()).all(|end| read_staged(&staged.as_bytes()[..end]).is_none()));
    }

    #[test]
    fn a_batch_header_must_answer_the_question() {
        let id = ObjectId::from_hex(ID.as_bytes()).unwrap();
        let read = |text: String| read_batch_header(&id, text.as_bytes());
        assert_eq!(read(format!("{ID} missing")), Some(BatchHeader::Missing));
        assert_eq!(
            read(format!("{ID} blob 12")),
            Some(BatchHeader::Found(ObjectType::Blob, 12))
        );
        assert_eq!(read(format!("{NONE} blob 12")), None);
        assert_eq!(read(format!("{ID} blob -1")), None);
        assert_eq!(read(format!("{ID} blob 1 2")), None);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_a_value_or_nothing(bytes: Vec<u8>) {
            let _ = (read_differences(&bytes), read_staged(&bytes), read_walked(&bytes));
        }
    }
}
