//! As much of Python's tokens as the literal lists of a `setup.py` need: names, strings and marks.

use std::borrow::Cow;
use std::ops::Range;

/// A piece of a Python source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name, keyword or number.
    Name(&'t str, usize),
    /// A string without formatting, with the place of its text.
    Text {
        text: Cow<'t, str>,
        span: Range<usize>,
    },
    /// Any other character, or a string that is formatted or not text.
    Mark(&'t str, usize),
}

impl Token<'_> {
    pub(super) fn span(&self) -> Range<usize> {
        match self {
            Self::Name(text, start) | Self::Mark(text, start) => *start..*start + text.len(),
            Self::Text { span, .. } => span.clone(),
        }
    }
}

/// Splits a source text into tokens; comments and white space are left out.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c == '#' {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if c.is_whitespace() || c == '\\' {
            at += c.len_utf8();
        } else if matches!(c, '\'' | '"') {
            at += string(text, at, "", &mut tokens);
        } else if c.is_alphanumeric() || c == '_' {
            let length = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            let prefix = length <= 2 && rest[length..].starts_with(['\'', '"']);
            if prefix && rest[..length].chars().all(|c| "rRuUbBfFtT".contains(c)) {
                at += length + string(text, at + length, &rest[..length], &mut tokens);
            } else {
                tokens.push(Token::Name(&rest[..length], at));
                at += length;
            }
        } else {
            // `==` is one mark, so that it is not taken for an assignment.
            let length = if rest.starts_with("==") {
                2
            } else {
                c.len_utf8()
            };
            tokens.push(Token::Mark(&rest[..length], at));
            at += length;
        }
    }
    tokens
}

/// Reads the string that begins at a quote, adds its token and returns its length.
fn string<'t>(text: &'t str, start: usize, prefix: &str, tokens: &mut Vec<Token<'t>>) -> usize {
    let rest = &text[start..];
    let quote = &rest[..1];
    let long = rest.as_bytes().get(1) == rest.as_bytes().first()
        && rest.as_bytes().get(2) == rest.as_bytes().first();
    let width = if long { 3 } else { 1 };
    let bytes = rest.as_bytes();
    let mut end = width.min(rest.len());
    let mut escaped = false;
    let closed = loop {
        match bytes.get(end) {
            None => break false,
            Some(b'\\') => {
                escaped = true;
                end += 2;
            }
            Some(b'\n') if !long => break false,
            Some(_) if bytes[end..].starts_with(&bytes[..width]) => break true,
            Some(_) => end += 1,
        }
    };
    let end = (end.min(rest.len())..=rest.len())
        .find(|&end| rest.is_char_boundary(end))
        .unwrap_or(rest.len());
    let inner = width.min(end)..end;
    let formatted = prefix.contains(['b', 'B', 'f', 'F', 't', 'T']);
    if closed && !formatted {
        let raw = prefix.contains(['r', 'R']);
        let content = &rest[inner.clone()];
        tokens.push(Token::Text {
            text: if escaped && !raw {
                Cow::Owned(unescaped(content))
            } else {
                Cow::Borrowed(content)
            },
            span: start + inner.start..start + inner.end,
        });
    } else {
        tokens.push(Token::Mark(quote, start));
    }
    end + if closed { width } else { 0 }
}

/// Resolves the escapes that a requirement may hold: quotes, backslashes and line ends.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (c, c == '\\') {
            (_, true) => match characters.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('\n') | None => {}
                Some(quote @ ('\'' | '"' | '\\')) => out.push(quote),
                Some(other) => out.extend(['\\', other]),
            },
            (c, false) => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_names_and_marks_are_told_apart() {
        let shown: Vec<String> =
            tokens("a = ['x', u\"y\\\"z\", '''t\n'u''', f'{b}', r'\\d'] # 'c'\nb == 'open\n''")
                .iter()
                .map(|token| match token {
                    Token::Name(name, _) => (*name).to_owned(),
                    Token::Text { text, .. } => format!("<{text}>"),
                    Token::Mark(mark, _) => format!("{mark}!"),
                })
                .collect();
        assert_eq!(
            shown,
            [
                "a", "=!", "[!", "<x>", ",!", "<y\"z>", ",!", "<t\n'u>", ",!", "'!", ",!", "<\\d>",
                "]!", "b", "==!", "'!", "<>"
            ]
        );
    }
}
