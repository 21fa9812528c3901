//! Reads values whose name is that of the block they stand in: an INI or TOML section, a YAML mapping, an object.
//!
//! `[api_key]` with `value = …` below it, `password:` with `value: …`, `secrets: { stripe: "…" }`.

use std::ops::Range;

use super::context::{Context, Kind};
use super::literal;
use super::pair::{Form, Named};
use super::text::{
    before, byte, is_blank, is_quote, is_word, line_end, skip_blanks, skip_space, skip_while, trim,
};
use super::value::innocent;

/// How far a block is read, and how many members of it.
const REACH: usize = 600;
const MEMBERS: usize = 8;

/// What a member is called that is the value of the block's name.
const VALUES: &[&str] = &[
    "value",
    "default",
    "secret",
    "key",
    "plaintext",
    "data",
    "text",
];

/// Reads the members of the block that the name opens: the one that is its value, or all that a collection holds.
pub(super) fn read(
    text: &[u8],
    context: &Context,
    named: &Named,
) -> Option<(Vec<Range<usize>>, Form)> {
    let body = body(text, named)?;
    let collects = text[named.name.clone()].ends_with(b"s");
    let mut found = Vec::new();
    let mut at = body.start;
    while found.len() < MEMBERS
        && let Some((key, after)) = key(text, at..body.end)
    {
        let value = scalar(text, context, after);
        let next = value.as_ref().map_or(after, |value| value.end);
        at = skip_while(text, next, body.end.saturating_sub(next), |b| {
            b != b'\n' && b != b','
        });
        let Some(value) = value.filter(|value| innocent(&text[value.clone()]).is_none()) else {
            continue;
        };
        let is_value = |known: &&str| text[key.clone()].eq_ignore_ascii_case(known.as_bytes());
        if VALUES.iter().any(is_value) {
            return Some((vec![value], Form::Literal));
        }
        found.push(value);
    }
    (collects && !found.is_empty()).then_some((found, Form::Member))
}

/// Where the block's members stand.
fn body(text: &[u8], named: &Named) -> Option<Range<usize>> {
    let at = skip_blanks(text, named.after);
    let limit = text.len().min(at + REACH);
    let ends_line = |at: usize| matches!(byte(text, skip_blanks(text, at)), Some(b'\n' | b'\r'));
    let section = byte(text, at) == Some(b']') && ends_line(at + 1);
    if section
        && text[named.line(text)..named.front]
            .trim_ascii_start()
            .starts_with(b"[")
    {
        let start = line_end(text, at);
        let end = memchr::memmem::find(&text[start..limit], b"\n[");
        return Some(start..end.map_or(limit, |end| start + end));
    }
    let after = skip_while(text, at, 2, |b| matches!(b, b':' | b'=' | b'>'));
    if byte(text, skip_blanks(text, after)) == Some(b'{') {
        let start = skip_blanks(text, after) + 1;
        let end = skip_while(text, start, limit - start.min(limit), |b| {
            b != b'}' && b != b'{'
        });
        return Some(start..end);
    }
    (byte(text, at) == Some(b':') && ends_line(at + 1)).then(|| indented(text, named, at, limit))
}

/// The lines below that are indented deeper than the name.
fn indented(text: &[u8], named: &Named, at: usize, limit: usize) -> Range<usize> {
    let indent = |line: usize| skip_while(text, line, 64, |b| is_blank(b) || b == b'-') - line;
    let outer = indent(named.line(text));
    let start = skip_while(text, line_end(text, at), 2, |b| matches!(b, b'\r' | b'\n'));
    let mut end = start;
    while end < limit && indent(end) > outer {
        end = skip_while(text, line_end(text, end), 2, |b| matches!(b, b'\r' | b'\n'));
    }
    start..end.min(limit)
}

/// The next key in the range, and where its value may begin.
fn key(text: &[u8], range: Range<usize>) -> Option<(Range<usize>, usize)> {
    let start = skip_while(text, range.start, range.len(), |b| {
        b.is_ascii_whitespace() || is_quote(b) || matches!(b, b'-' | b',')
    });
    let end = skip_while(text, start, 64, |b| is_word(b) || matches!(b, b'-' | b'.'));
    let sign = skip_blanks(text, skip_while(text, end, 1, is_quote));
    let length = skip_while(text, sign, 2, |b| matches!(b, b':' | b'=' | b'>')) - sign;
    (end > start && length > 0 && sign < range.end).then_some((start..end, sign + length))
}

/// A literal, or the rest of the line where a value without quotes counts.
fn scalar(text: &[u8], context: &Context, after: usize) -> Option<Range<usize>> {
    let at = skip_space(text, after);
    if let Some(literal) = literal::at(text, at) {
        return literal.whole.then_some(literal.value);
    }
    let plain = matches!(context.kind, Kind::Config | Kind::Yaml);
    let start = skip_blanks(text, after);
    let value = trim(text, start..line_end(text, start));
    let bare = !value.is_empty() && before(text, start) != Some(b'\n');
    (plain && bare && !text[value.clone()].iter().any(u8::is_ascii_whitespace)).then_some(value)
}
