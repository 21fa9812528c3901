//! A text that people write and the program reads: where in it is what, and what is wrong there.
//!
//! Comes in: the text of a policy file or of an override record. Goes out: its TOML with positions, or a
//! [`PolicyError`] that names the line. It must not know any key.

use std::cell::OnceCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::{Position, printable};

use super::PolicyError;

/// The largest text that is read; policies and records are written by hand and far smaller.
const SIZE_LIMIT: usize = 1 << 20;

/// A text with the name that messages call it by.
#[derive(Debug)]
pub(super) struct Source<'t> {
    pub(super) file: &'t str,
    pub(super) text: &'t str,
    /// Where lines begin, once something is wrong.
    line_starts: OnceCell<Vec<usize>>,
    first_line: u32,
}

impl<'t> Source<'t> {
    pub(super) fn new(file: &'t str, text: &'t str) -> Result<Self, PolicyError> {
        let source = Self::part(file, text, 1);
        if text.len() > SIZE_LIMIT {
            return Err(source.fail(0, "the file is larger than 1 MiB", None));
        }
        Ok(source)
    }

    /// Wraps a part of a file that begins on this line of it.
    pub(super) fn part(file: &'t str, text: &'t str, first_line: u32) -> Self {
        Self {
            file,
            text,
            line_starts: OnceCell::new(),
            first_line,
        }
    }

    /// Reads the text as one table; [`Item::root`](super::value::Item::root) makes it readable key by key.
    pub(super) fn parse(&self) -> Result<Spanned<DeValue<'t>>, PolicyError> {
        let table = DeTable::parse(self.text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            let message = match error.message() {
                "duplicate key" => {
                    format!("duplicate key `{}`", printable(self.slice(span.clone())))
                }
                message => printable(message),
            };
            self.fail(
                span.start,
                message,
                syntax_hint(error.message()).map(str::to_owned),
            )
        })?;
        let span = table.span();
        Ok(Spanned::new(span, DeValue::Table(table.into_inner())))
    }

    /// Makes the error about what stands at a byte offset.
    pub(super) fn fail(
        &self,
        offset: usize,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> PolicyError {
        let Position { line, column } = self.position(offset);
        PolicyError {
            file: self.file.to_owned(),
            line,
            column,
            message: message.into(),
            hint,
        }
    }

    pub(super) fn position(&self, offset: usize) -> Position {
        let line_starts = self.line_starts.get_or_init(|| {
            let newlines = memchr::memchr_iter(b'\n', self.text.as_bytes());
            let starts = newlines.map(|newline| newline + 1);
            std::iter::once(0).chain(starts).collect()
        });
        let line = line_starts.partition_point(|&start| start <= offset);
        let start = line_starts[line - 1];
        let before = self
            .text
            .get(start..offset)
            .unwrap_or_default()
            .trim_start_matches('\u{feff}');
        Position {
            line: line as u32 + self.first_line - 1,
            column: before.chars().count() as u32 + 1,
        }
    }

    pub(super) fn slice(&self, span: Range<usize>) -> &'t str {
        self.text.get(span).unwrap_or_default()
    }
}

fn syntax_hint(message: &str) -> Option<&'static str> {
    let hints = [
        ("duplicate key", "each key and each table may be given once"),
        (
            "string values must be quoted",
            "put text in quotes: `key = \"value\"`",
        ),
        ("invalid boolean", "put text in quotes: `key = \"value\"`"),
        (
            "invalid date",
            "a date is written `2026-12-01`, without quotes",
        ),
        ("unclosed array", "close the list with `]`"),
        ("unclosed table", "close the table's name with `]`"),
        (
            "invalid basic string",
            "close the string with `\"`; a backslash needs single quotes: `'\\d+'`",
        ),
        (
            "invalid escape",
            "a backslash needs single quotes: `'\\d+'`",
        ),
        (
            "missing escaped value",
            "a backslash needs single quotes: `'\\d+'`",
        ),
        ("invalid literal string", "close the string with `'`"),
        ("unexpected key or value", "one `key = value` a line"),
        ("key with no value", "write `key = value`"),
    ];
    hints
        .iter()
        .find(|(start, _)| message.starts_with(start))
        .map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_not_the_byte_order_mark() {
        let source = Source::new("x", "\u{feff}é = 1\r\nb = 2").unwrap();
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(5), Position { line: 1, column: 2 });
        assert_eq!(source.position(11), Position { line: 2, column: 1 });
        assert_eq!(source.position(15), Position { line: 2, column: 5 });
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        for deep in [
            "[".repeat(99_999),
            "a.".repeat(99_999),
            "{a=".repeat(99_999),
        ] {
            let text = format!("x = {deep}");
            assert!(Source::new("x", &text).unwrap().parse().is_err());
        }
        assert!(Source::new("x", &" ".repeat(SIZE_LIMIT + 1)).is_err());
    }
}
