//! Lines: where they start, how many hold code, and what a report shows of them.

use std::borrow::Cow;
use std::ops::Range;

/// The offsets at which the lines of a text start; a line ends with `\n`, `\r\n` or `\r`.
#[derive(Clone)]
pub(super) struct LineStarts(Vec<u32>);

impl LineStarts {
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes)
            .filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
        Self(Self::behind(ends))
    }

    /// Returns the starts of lines that end with `\n` only.
    fn of_line_feeds(text: &str) -> Self {
        Self(Self::behind(memchr::memchr_iter(b'\n', text.as_bytes())))
    }

    fn behind(ends: impl Iterator<Item = usize>) -> Vec<u32> {
        let starts = ends.map(|at| at as u32 + 1);
        std::iter::once(0).chain(starts).collect()
    }

    /// Returns the 1-based line of an offset.
    pub(super) fn line(&self, offset: u32) -> u32 {
        self.0.partition_point(|start| *start <= offset) as u32
    }

    /// Returns the 0-based column of an offset, in bytes.
    pub(super) fn column(&self, offset: u32) -> u32 {
        offset - self.0[self.line(offset) as usize - 1]
    }

    /// Returns where a 1-based line of the text is, with its end; nothing behind the last one.
    pub(super) fn range(&self, text: &str, line: usize) -> Option<Range<usize>> {
        let start = *self.0.get(line.checked_sub(1)?)? as usize;
        let end = self.0.get(line).map_or(text.len(), |end| *end as usize);
        Some(start..end).filter(|line| !line.is_empty())
    }
}

/// Counts the lines that are neither empty nor only a comment.
pub(super) fn lines_of_code(content: &[u8]) -> u64 {
    let mut count = 0;
    let mut at = 0;
    let ends = memchr::memchr2_iter(b'\n', b'\r', content);
    for end in ends.chain([content.len()]) {
        let first = content[at..end]
            .iter()
            .find(|byte| !matches!(byte, b' ' | b'\t' | b'\x0b' | b'\x0c'));
        count += u64::from(first.is_some_and(|byte| *byte != b'#'));
        at = end + 1;
    }
    count
}

/// One line of the code that an issue shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLine {
    /// The 1-based number.
    pub number: u32,
    /// The text, with its line end.
    pub text: String,
}

/// The code of a file as reports show it.
pub(super) struct Code<'a> {
    text: &'a str,
    starts: Cow<'a, LineStarts>,
    /// Whether every kind of line end ends a line and is shown as `\n`.
    universal: bool,
    /// How many lines beside its own an issue shows.
    context: usize,
}

impl<'a> Code<'a> {
    /// The reference tool reads a file with universal line ends …
    pub(super) fn of_file(text: &'a str, starts: &'a LineStarts, context: usize) -> Self {
        Self {
            text,
            starts: Cow::Borrowed(starts),
            universal: true,
            context: context.max(1),
        }
    }

    /// … and the standard input without.
    pub(super) fn of_stdin(text: &'a str, context: usize) -> Self {
        Self {
            text,
            starts: Cow::Owned(LineStarts::of_line_feeds(text)),
            universal: false,
            context: context.max(1),
        }
    }

    /// Returns the lines that an issue shows: the `lines` it is about, from `line` on, with context around them.
    pub(super) fn excerpt(&self, line: u32, lines: usize) -> Vec<CodeLine> {
        let first = (line as usize).saturating_sub(self.context / 2).max(1);
        (first..first + lines + self.context - 1)
            .map_while(|number| {
                Some(CodeLine {
                    number: number as u32,
                    text: self.shown(&self.text[self.starts.range(self.text, number)?]),
                })
            })
            .collect()
    }

    fn shown(&self, line: &str) -> String {
        if self.universal {
            format!("{}\n", line.trim_end_matches(['\n', '\r']))
        } else {
            line.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_start_behind_every_kind_of_line_end() {
        let starts = LineStarts::new("a\nb\r\nc\rd");
        assert_eq!(starts.0, [0, 2, 5, 7]);
        assert_eq!((starts.line(7), starts.column(7)), (4, 0));
        assert_eq!((starts.line(3), starts.column(3)), (2, 1));
    }

    #[test]
    fn lines_of_code_leave_out_blanks_and_comments() {
        assert_eq!(lines_of_code(b"x\n\n  # y\r\n\x0c\x0b\n z # w\rq"), 3);
    }

    #[test]
    fn an_excerpt_has_context_and_ends_with_the_text() {
        let show = |line, lines, context| -> Vec<u32> {
            let text = "1\n2\r\n3\r4\n5";
            Code::of_file(text, &LineStarts::new(text), context)
                .excerpt(line, lines)
                .into_iter()
                .map(|line| line.number)
                .collect()
        };
        assert_eq!(show(3, 1, 3), [2, 3, 4]);
        assert_eq!(show(1, 1, 3), [1, 2, 3]);
        assert_eq!(show(5, 1, 3), [4, 5]);
        assert_eq!(show(3, 1, 1), [3]);
        let text = "1\r\n2";
        assert_eq!(Code::of_stdin(text, 3).excerpt(2, 1)[0].text, "1\r\n");
        assert_eq!(
            Code::of_file(text, &LineStarts::new(text), 3).excerpt(2, 1)[1].text,
            "2\n"
        );
    }
}
