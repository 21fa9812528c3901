//! One hunk: the lines of both sides, or of all sides of a combined difference.

use super::header::Header;
use super::{Lines, without_end};
use crate::git::GitError;
use crate::input::{Content, FileChange};

/// The most parents a combined difference may have.
const PARENT_LIMIT: usize = 64;

/// One side of a hunk.
#[derive(Debug)]
struct Side {
    first_line: u32,
    /// How many lines are still to come.
    left: u32,
    /// Whether the hunk says that this side has no file.
    absent: bool,
    bytes: Vec<u8>,
    /// Whether the last line read belongs to this side.
    last: bool,
}

impl Side {
    fn push(&mut self, text: &[u8], belongs: bool) -> Option<()> {
        self.last = belongs;
        if belongs {
            self.left = self.left.checked_sub(1)?;
            self.bytes.extend_from_slice(text);
        }
        Some(())
    }

    fn content(self) -> Content {
        Content::Inline {
            bytes: self.bytes.into(),
            first_line: self.first_line.max(1),
        }
    }
}

/// Returns whether a line is the first of a hunk.
pub(super) fn begins(line: &[u8]) -> bool {
    let marks = line.iter().take_while(|&&byte| byte == b'@').count();
    marks >= 2 && line[marks..].starts_with(b" -")
}

/// Reads the hunk that begins at the current line.
pub(super) fn read(header: &Header, lines: &mut Lines<'_>) -> Result<FileChange, GitError> {
    let ranges = lines
        .peek(0)
        .and_then(ranges)
        .ok_or_else(|| lines.malformed("the hunk's header is malformed"))?;
    let (mut old, mut new) = ranges;
    lines.take();
    while new.left > 0 || old.iter().any(|side| side.left > 0) {
        let line = lines.lines.get(lines.at).copied();
        let line = line.ok_or_else(|| lines.malformed("the hunk breaks off"))?;
        take_line(line, &mut old, &mut new)
            .ok_or_else(|| lines.malformed("the line does not fit into its hunk"))?;
        lines.take();
    }
    if lines.peek(0).is_some_and(|line| line.starts_with(b"\\")) {
        without_line_break(&mut old, &mut new);
        lines.take();
    }
    let old = old
        .into_iter()
        .map(|side| (!side.absent).then(|| side.content()))
        .collect();
    let new = (!header.deleted).then(|| new.content());
    Ok(FileChange {
        path: header.path.clone(),
        mode: header.mode,
        new,
        old,
    })
}

/// Gives a line to the sides it belongs to; nothing if it is no line of this hunk.
fn take_line(line: &[u8], old: &mut [Side], new: &mut Side) -> Option<()> {
    if line.starts_with(b"\\") {
        without_line_break(old, new);
        return Some(());
    }
    // Mailers take the blanks off an empty line.
    let blank = without_end(line).is_empty();
    let (marks, text) = if blank {
        (&[b' '; PARENT_LIMIT][..old.len()], line)
    } else {
        line.split_at_checked(old.len())?
    };
    if !marks.iter().all(|mark| b" +-".contains(mark)) {
        return None;
    }
    let removed = marks.contains(&b'-');
    for (side, mark) in old.iter_mut().zip(marks) {
        side.push(
            text,
            if removed {
                *mark == b'-'
            } else {
                *mark == b' '
            },
        )?;
    }
    new.push(text, !removed)
}

/// Takes the line break off the last line read.
fn without_line_break(old: &mut [Side], new: &mut Side) {
    for side in old.iter_mut().chain([new]).filter(|side| side.last) {
        side.last = false;
        let length = side
            .bytes
            .strip_suffix(b"\n")
            .map_or(side.bytes.len(), <[u8]>::len);
        side.bytes.truncate(length);
    }
}

/// Reads `@@ -1,2 +3,4 @@`, or with one more `@` and range for each further parent.
fn ranges(line: &[u8]) -> Option<(Vec<Side>, Side)> {
    let parents = line
        .iter()
        .take_while(|&&byte| byte == b'@')
        .count()
        .checked_sub(1)?;
    if !(1..=PARENT_LIMIT).contains(&parents) {
        return None;
    }
    let mut words = line[parents + 1..].split(|&byte| byte == b' ').skip(1);
    let old = words
        .by_ref()
        .take(parents)
        .map(|word| range(word.strip_prefix(b"-")?))
        .collect::<Option<Vec<_>>>()?;
    let new = range(words.next()?.strip_prefix(b"+")?)?;
    let end = words.next()?;
    (old.len() == parents && end.iter().all(|&byte| byte == b'@')).then_some((old, new))
}

fn range(word: &[u8]) -> Option<Side> {
    let text = std::str::from_utf8(word).ok()?;
    let (first, count) = text.split_once(',').unwrap_or((text, "1"));
    let (first_line, left): (u32, u32) = (first.parse().ok()?, count.parse().ok()?);
    Some(Side {
        first_line,
        left,
        absent: first_line == 0 && left == 0,
        bytes: Vec::new(),
        last: false,
    })
}
