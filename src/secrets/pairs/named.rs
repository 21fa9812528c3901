//! Reads the pairs in which the name is itself a value: `key="password" value="…"`, `name: PASSWORD` with
//! `value: …` on the next line, `<password>…</password>`, `<key>Password</key><string>…</string>`.

use std::ops::Range;

use super::literal;
use super::pair::{Form, Named};
use super::text::{
    LONGEST_VALUE, back_while, before, byte, ends, find_in, is_blank, is_quote, is_word, line_end,
    skip_space, skip_while, starts, trim,
};

type Found = (Vec<Range<usize>>, Form);

/// Reads the value that belongs to a name in value position, or to a tag.
pub(super) fn paired_value(text: &[u8], named: &Named) -> Option<Found> {
    let value = element(text, named)
        .or_else(|| attributes(text, named))
        .or_else(|| members(text, named))
        .or_else(|| declared(text, named))?;
    Some((vec![value], Form::Markup))
}

/// `<password>value</password>`, attributes and a name space allowed; `<key>password</key><string>value</string>`.
fn element(text: &[u8], named: &Named) -> Option<Range<usize>> {
    let open = back_while(text, named.front, 24, |b| {
        is_word(b) || matches!(b, b':' | b'-')
    });
    if named.quote.is_some() {
        return None;
    }
    match before(text, open) {
        Some(b'<') => {
            let close = skip_while(text, named.after, 200, |b| {
                !matches!(b, b'>' | b'\n' | b'<')
            });
            let is_key = text[open..named.after].eq_ignore_ascii_case(b"key");
            (byte(text, close) == Some(b'>') && before(text, close) != Some(b'/'))
                .then(|| content(text, close + 1))
                .flatten()
                .filter(|value| !is_key || is_last(text, value.end))
        }
        Some(b'>') if starts(text, named.after, "</") => {
            let close = skip_while(text, named.after, 40, |b| b != b'>');
            let next = skip_space(text, close + 1);
            let inner = skip_while(text, next, 40, |b| !matches!(b, b'>' | b'\n'));
            (byte(text, inner) == Some(b'>')
                && byte(text, next) == Some(b'<')
                && byte(text, next + 1) != Some(b'/'))
            .then(|| content(text, inner + 1))
            .flatten()
        }
        _ => None,
    }
}

/// Whether no element follows the one that closes behind `end`: in `<key>Name</key><true/>` the key is a name.
fn is_last(text: &[u8], end: usize) -> bool {
    let close = skip_while(text, end, 40, |b| b != b'>');
    let next = skip_space(text, (close + 1).min(text.len()));
    byte(text, next) != Some(b'<') || byte(text, next + 1) == Some(b'/')
}

/// The text of an element up to its closing tag; a CDATA section is opened.
fn content(text: &[u8], at: usize) -> Option<Range<usize>> {
    let at = skip_space(text, at);
    let cdata = "<![CDATA[";
    if starts(text, at, cdata) {
        let start = at + cdata.len();
        let end = skip_while(text, start, LONGEST_VALUE, |b| b != b']');
        return Some(start..end);
    }
    // `<value>…</value>` within the element.
    let at = VALUES
        .iter()
        .find(|value| byte(text, at) == Some(b'<') && starts(text, at + 1, &format!("{value}>")))
        .map_or(at, |value| skip_space(text, at + value.len() + 2));
    let end = skip_while(text, at, LONGEST_VALUE, |b| b != b'<');
    (starts(text, end, "</") && end > at).then(|| trim(text, at..end))
}

/// What the attribute is called whose value is a name.
#[rustfmt::skip]
const NAMING: &[&str] = &[
    "key", "name", "id", "property", "param-name", "field", "attribute",
];

/// What the neighbour is called that has the value.
#[rustfmt::skip]
const VALUES: &[&str] = &[
    "value", "val", "string_value", "stringvalue", "default", "defaultvalue", "content", "text",
];

/// `key="password" value="…"` in either order, and `<entry key="password">…</entry>`.
fn attributes(text: &[u8], named: &Named) -> Option<Range<usize>> {
    named.quote?;
    let equals = back_while(text, named.front, 4, is_blank);
    if before(text, equals) != Some(b'=') || !is_naming(text, equals - 1) {
        return None;
    }
    let tag = back_while(text, named.front, 300, |b| !matches!(b, b'<' | b'>'));
    if before(text, tag) != Some(b'<') {
        return None;
    }
    let close = skip_while(text, named.after, 600, |b| b != b'>' && b != b'<');
    let behind = VALUES
        .iter()
        .find_map(|value| attribute(text, named.after..close, value));
    let ahead = || {
        VALUES
            .iter()
            .find_map(|value| attribute(text, tag..named.front, value))
    };
    let inner = || {
        (byte(text, close) == Some(b'>') && before(text, close) != Some(b'/'))
            .then(|| content(text, close + 1))
            .flatten()
    };
    behind.or_else(ahead).or_else(inner)
}

/// Whether the word that ends at `end` says "what follows is a name".
fn is_naming(text: &[u8], end: usize) -> bool {
    let end = back_while(text, end, 4, is_blank);
    let end = back_while(text, end, 2, is_quote);
    let start = back_while(text, end, 24, |b| is_word(b) || b == b'-');
    NAMING
        .iter()
        .any(|name| text[start..end].eq_ignore_ascii_case(name.as_bytes()))
}

/// The value of the attribute of this name within the range.
fn attribute(text: &[u8], range: Range<usize>, name: &str) -> Option<Range<usize>> {
    let at = find_in(text, range.clone(), name)?;
    let bounded = before(text, at).is_some_and(|b| b.is_ascii_whitespace());
    let equals = skip_space(text, at + name.len());
    if !bounded || byte(text, equals) != Some(b'=') {
        return None;
    }
    let literal = literal::at(text, skip_space(text, equals + 1))?;
    (literal.end <= range.end).then_some(literal.value)
}

/// `name: PASSWORD` / `"name": "PASSWORD"` / `name = "PASSWORD"`, then a member `value`.
fn members(text: &[u8], named: &Named) -> Option<Range<usize>> {
    let sign = back_while(text, named.front, 4, is_blank);
    if !matches!(before(text, sign), Some(b':' | b'=')) || !is_naming(text, sign - 1) {
        return None;
    }
    let between = skip_while(text, named.after, 200, |b| {
        b.is_ascii_whitespace() || b == b',' || b == b';'
    });
    // A line in between may say something else about the member.
    let start = skip_while(text, between, 2, is_quote);
    let name = VALUES.iter().find(|name| starts(text, start, name))?;
    let end = skip_while(text, start + name.len(), 2, is_quote);
    let sign = skip_space(text, end);
    let sign_length = if starts(text, sign, "=>") { 2 } else { 1 };
    if !matches!(byte(text, sign), Some(b':' | b'=')) {
        return None;
    }
    scalar(text, sign + sign_length)
}

/// A literal, or the plain scalar up to the end of the line.
fn scalar(text: &[u8], after: usize) -> Option<Range<usize>> {
    let at = skip_while(text, after, 64, is_blank);
    if let Some(literal) = literal::at(text, at) {
        return literal.whole.then_some(literal.value);
    }
    let line = trim(text, at..line_end(text, at));
    let end = skip_while(text, line.start, line.len(), |b| {
        !b.is_ascii_whitespace() && !matches!(b, b',' | b'}')
    });
    (end == line.end && end > line.start).then_some(line)
}

/// `variable "db_password" { … default = "…" }` and `("--password", …, default="…")`.
fn declared(text: &[u8], named: &Named) -> Option<Range<usize>> {
    named.quote?;
    let next = skip_space(text, named.after);
    let block = byte(text, next) == Some(b'{')
        && ends(text, back_while(text, named.front, 4, is_blank), "variable");
    let argument = byte(text, next) == Some(b',')
        && !literal::at(text, skip_space(text, next + 1)).is_some_and(|l| closes(text, l.end));
    if !block && !argument {
        return None;
    }
    let limit = skip_while(text, next, 400, |b| {
        if block {
            b != b'}'
        } else {
            b != b')' && b != b'\n'
        }
    });
    let mut at = next;
    while let Some(found) = find_in(text, at..limit, "default") {
        at = found + "default".len();
        at += if starts(text, at, "value") {
            "value".len()
        } else {
            0
        };
        let sign = skip_space(text, at);
        if !before(text, found).is_some_and(is_word)
            && matches!(byte(text, sign), Some(b'=' | b':'))
        {
            let literal = literal::at(text, skip_space(text, sign + 1))?;
            return literal.whole.then_some(literal.value);
        }
    }
    None
}

fn closes(text: &[u8], at: usize) -> bool {
    byte(text, skip_space(text, at)) == Some(b')')
}
