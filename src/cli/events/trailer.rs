//! The trailer that marks a commit as not scanned, written into the message the way git writes trailers.

use std::fs;
use std::io;
use std::path::Path;

/// The trailer's key; its value says why nothing was scanned.
const KEY: &str = "Gate-Unscanned";
const TRAILER: &str = "Gate-Unscanned: no-verify";
/// What stands, behind the comment mark, on the line below which git drops everything.
const SCISSORS: &str = " ------------------------ >8 ------------------------";

/// The file of a message in the making, and how git will read it.
pub(super) struct Message<'a> {
    /// The file.
    pub(super) file: &'a Path,
    /// Whether a person edits the message after this: then git drops lines that are comments.
    pub(super) has_editor: bool,
    /// What a comment begins with.
    pub(super) comment: &'a [u8],
}

/// Adds the trailer, unless it is there or the message is empty: an empty message makes git give up the commit.
pub(super) fn add(message: &Message<'_>) -> io::Result<()> {
    let bytes = fs::read(message.file)?;
    match with_trailer(&bytes, message) {
        Some(marked) => fs::write(message.file, marked),
        None => Ok(()),
    }
}

fn with_trailer(bytes: &[u8], message: &Message<'_>) -> Option<Vec<u8>> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    let is_comment = |line: &[u8]| message.has_editor && line.starts_with(message.comment);
    let is_blank = |line: &[u8]| line.trim_ascii().is_empty();
    let is_cut = |line: &[u8]| {
        let rest = line.strip_prefix(message.comment);
        message.has_editor && rest.is_some_and(|rest| rest.trim_ascii_end() == SCISSORS.as_bytes())
    };
    let cut = lines
        .iter()
        .position(|line| is_cut(line))
        .unwrap_or(lines.len());
    let counts = |line: &[u8]| !is_blank(line) && !is_comment(line);
    let end = lines[..cut].iter().rposition(|line| counts(line))? + 1;
    if lines[..end].iter().any(|line| is_marked(line)) {
        return None;
    }
    let start = lines[..end]
        .iter()
        .rposition(|line| is_blank(line))
        .map_or(0, |blank| blank + 1);
    let subject = lines.iter().position(|line| counts(line))?;
    let in_block = start > subject
        && lines[start..end]
            .iter()
            .filter(|line| counts(line))
            .all(|line| is_trailer(line));
    let mut out = lines[..end].concat();
    if !out.ends_with(b"\n") {
        out.push(b'\n');
    }
    if !in_block {
        out.push(b'\n');
    }
    out.extend_from_slice(TRAILER.as_bytes());
    out.push(b'\n');
    out.extend(lines[end..].concat());
    Some(out)
}

fn is_marked(line: &[u8]) -> bool {
    line.get(..KEY.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(KEY.as_bytes()))
        && line.get(KEY.len()) == Some(&b':')
}

/// Returns whether git takes a line of the last paragraph for a trailer or the continuation of one.
fn is_trailer(line: &[u8]) -> bool {
    if line.starts_with(b" ") || line.starts_with(b"(cherry picked from commit ") {
        return true;
    }
    let Some(colon) = memchr::memchr(b':', line) else {
        return false;
    };
    colon > 0
        && line[..colon]
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        && line.get(colon + 1) == Some(&b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, has_editor: bool) -> Option<String> {
        let message = Message {
            file: Path::new(""),
            has_editor,
            comment: b"#",
        };
        with_trailer(text.as_bytes(), &message).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn the_trailer_ends_the_message() {
        let check =
            |text: &str, expected: &str| assert_eq!(marked(text, true).as_deref(), Some(expected));
        check("subject", "subject\n\nGate-Unscanned: no-verify\n");
        check(
            "subject\n\nbody\n",
            "subject\n\nbody\n\nGate-Unscanned: no-verify\n",
        );
        check(
            "subject\n\nA-b: c\n",
            "subject\n\nA-b: c\nGate-Unscanned: no-verify\n",
        );
        check("fix: it\n", "fix: it\n\nGate-Unscanned: no-verify\n");
        check(
            "subject\n\n# Please enter\n#\n",
            "subject\n\nGate-Unscanned: no-verify\n\n# Please enter\n#\n",
        );
        let cut = format!("subject\n#{SCISSORS}\n# Do not modify\ndiff\n");
        let expected =
            format!("subject\n\nGate-Unscanned: no-verify\n#{SCISSORS}\n# Do not modify\ndiff\n");
        check(&cut, &expected);
    }

    #[test]
    fn without_an_editor_a_hash_is_text() {
        assert_eq!(
            marked("#12\n", false).unwrap(),
            "#12\n\nGate-Unscanned: no-verify\n"
        );
        assert_eq!(
            marked("s\n\n#12 is done\n", false).unwrap(),
            "s\n\n#12 is done\n\nGate-Unscanned: no-verify\n"
        );
    }

    #[test]
    fn an_empty_message_stays_empty_and_no_trailer_comes_twice() {
        assert_eq!(marked("", true), None);
        assert_eq!(marked("\n# Please enter\n", true), None);
        assert_eq!(marked("\n \n", false), None);
        assert_eq!(
            marked("subject\n\ngate-unscanned: no-verify\n", false),
            None
        );
    }
}
