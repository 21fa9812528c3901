//! The logical lines of a requirements file: continued lines joined, comments cut off, as pip does it.

use std::borrow::Cow;
use std::ops::Range;

/// One logical line.
pub(super) struct Line<'t> {
    /// The text without its comment and the blanks around it.
    pub(super) text: Cow<'t, str>,
    /// The comment, from its `#`.
    pub(super) comment: &'t str,
    /// For each piece of a joined text: where it begins there and where in the file. At least one.
    pieces: Vec<(usize, usize)>,
}

impl Line<'_> {
    /// Returns the bytes of the file that a range of the text stands for.
    pub(super) fn span(&self, range: Range<usize>) -> Range<usize> {
        let start = self.offset(range.start);
        // The end belongs to the piece that holds the last byte.
        let end = self.offset(range.end.saturating_sub(1).max(range.start))
            + usize::from(range.end > range.start);
        start..end.max(start)
    }

    /// Returns where a byte of the text stands in the file.
    pub(super) fn offset(&self, at: usize) -> usize {
        let piece = self
            .pieces
            .partition_point(|&(start, _)| start <= at)
            .max(1)
            - 1;
        let (start, offset) = self.pieces[piece];
        offset + (at - start)
    }
}

/// Returns the logical lines, those with neither text nor comment left out.
pub(super) fn logical(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut rest = physical(text);
    std::iter::from_fn(move || {
        let (offset, first) = rest.next()?;
        if is_comment(first) || !first.ends_with('\\') {
            return Some(single(offset, first));
        }
        let mut joined = String::new();
        let mut pieces = Vec::new();
        let mut push = |offset: usize, line: &str, joined: &mut String| {
            pieces.push((joined.len(), offset));
            joined.push_str(line);
        };
        let bare = |line: &str| line.trim_end_matches('\\').len();
        push(offset, &first[..bare(first)], &mut joined);
        let mut comment = "";
        for (offset, line) in rest.by_ref() {
            if is_comment(line) {
                comment = line.trim_start();
                break;
            }
            push(offset, &line[..bare(line)], &mut joined);
            if !line.ends_with('\\') {
                break;
            }
        }
        Some(cut(joined, comment, pieces))
    })
    .filter(|line| !line.text.is_empty() || !line.comment.is_empty())
}

fn single(offset: usize, line: &str) -> Line<'_> {
    let (text, comment) = line.split_at(comment_start(line));
    let blanks = text.len() - text.trim_start().len();
    Line {
        text: Cow::Borrowed(text.trim()),
        comment,
        pieces: vec![(0, offset + blanks)],
    }
}

/// Finishes a joined line; a comment may stand behind its last piece.
fn cut(mut text: String, comment: &str, mut pieces: Vec<(usize, usize)>) -> Line<'_> {
    text.truncate(comment_start(&text));
    text.truncate(text.trim_end().len());
    let blanks = text.len() - text.trim_start().len();
    text.drain(..blanks);
    for (start, offset) in &mut pieces {
        let cut = blanks.saturating_sub(*start);
        *offset += cut;
        *start = start.saturating_sub(blanks);
    }
    Line {
        text: Cow::Owned(text),
        comment,
        pieces,
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// Returns where the comment of a line begins: at a `#` at its start or behind white space.
fn comment_start(line: &str) -> usize {
    memchr::memchr_iter(b'#', line.as_bytes())
        .find(|&at| {
            line[..at]
                .chars()
                .next_back()
                .is_none_or(char::is_whitespace)
        })
        .unwrap_or(line.len())
}

/// Returns the lines with the offset of each, split wherever Python's `splitlines` does, since what hides a
/// requirement from this reader would still be installed.
fn physical(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let line = text.get(start..).filter(|line| !line.is_empty())?;
        let offset = start;
        let (end, mark) = line_end(line.as_bytes());
        start += end + mark;
        Some((offset, &line[..end]))
    })
}

/// Returns where the first line of a text ends, and the length of what ends it.
fn line_end(text: &[u8]) -> (usize, usize) {
    for (at, byte) in text.iter().enumerate() {
        let mark = match byte {
            b'\r' if text.get(at + 1) == Some(&b'\n') => 2,
            b'\n' | b'\r' | 0x0b | 0x0c | 0x1c..=0x1e => 1,
            // U+0085, U+2028 and U+2029.
            0xc2 if text[at..].starts_with(b"\xc2\x85") => 2,
            0xe2 if text[at..].starts_with(b"\xe2\x80\xa8")
                || text[at..].starts_with(b"\xe2\x80\xa9") =>
            {
                3
            }
            _ => continue,
        };
        return (at, mark);
    }
    (text.len(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        logical(text)
            .map(|line| format!("{}|{}", line.text, line.comment))
            .collect()
    }

    #[test]
    fn lines_are_joined_and_comments_cut_off() {
        for (text, expected) in [
            (
                "a==1  # c\n#b\n\n   \n c == 2 \n",
                vec!["a==1|# c", "|#b", "c == 2|"],
            ),
            ("a\\\n==1\nb", vec!["a==1|", "b|"]),
            (
                "a==1 \\\r\n  --hash=x:1 \\\r\n  --hash=x:2\r\n  # via b\r\n",
                vec!["a==1   --hash=x:1   --hash=x:2|", "|# via b"],
            ),
            ("a==1 \\\n  # via b\nc", vec!["a==1|# via b", "c|"]),
            ("a==1#b", vec!["a==1#b|"]),
            ("# \\\na==1", vec!["|# \\", "a==1|"]),
            ("# x\u{2028}a==1\x0cb==2", vec!["|# x", "a==1|", "b==2|"]),
            ("a\\", vec!["a|"]),
            ("\\\n\\\n", vec![]),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_byte_of_a_joined_line_is_found_in_the_file() {
        let text = "\n  a\\\n  \\\n==1.0 # c\n";
        let line = logical(text).next().unwrap();
        assert_eq!(line.text, "a  ==1.0");
        assert_eq!(&text[line.span(0..1)], "a");
        assert_eq!(&text[line.span(3..8)], "==1.0");
        assert_eq!(line.span(2..2).len(), 0);
    }
}
