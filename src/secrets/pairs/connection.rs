//! Reads passwords of connection strings: ADO, ODBC, JDBC, libpq, storage accounts.

use std::ops::Range;

use super::pair::{Form, Pair};
use super::text::{back_while, byte, contains, is_quote, is_word, skip_while};

/// Keys that only a connection string has beside its password.
#[rustfmt::skip]
const SIBLINGS: &[&str] = &[
    "server=", "data source=", "host=", "hostname=", "user id=", "userid=", "uid=", "username=",
    "initial catalog=", "database=", "driver=", "dsn=", "dbname=", "jdbc:", "accountname=", "endpoint=",
    "addr=", "datasource=", "user=", "port=", "sharedaccesskeyname=",
];

/// How far a connection string may reach to either side of its password.
const REACH: usize = 400;

/// Returns whether the pair is a part of a connection string.
pub(super) fn holds(text: &[u8], pair: &Pair) -> bool {
    if byte(text, pair.name.end) != Some(b'=') && !spaced_sign(text, pair)
        || !matches!(
            pair.form,
            Form::Inline | Form::Plain | Form::Query | Form::Literal | Form::Markup | Form::Flag
        )
    {
        return false;
    }
    let around = extent(text, pair);
    let left = &text[around.start..pair.name.start];
    let right = &text[pair.value.end..around.end];
    let separated = left
        .trim_ascii_end()
        .last()
        .is_some_and(|b| matches!(b, b';' | b'?' | b'&' | b' ' | b'"' | b'\''))
        || contains(left, "&amp;");
    let siblings = SIBLINGS
        .iter()
        .filter(|key| contains(left, key) || contains(right, key))
        .count();
    separated
        && siblings >= 1
        && (left.contains(&b';')
            || right.contains(&b';')
            || contains(left, "jdbc:")
            || siblings >= 2)
}

fn spaced_sign(text: &[u8], pair: &Pair) -> bool {
    byte(text, pair.name.end) == Some(b' ') && byte(text, pair.name.end + 1) == Some(b'=')
}

/// The line round the pair, as far as its string may reach.
fn extent(text: &[u8], pair: &Pair) -> Range<usize> {
    let quote_free = |b: u8| b != b'\n' && !matches!(b, b'"' | b'`');
    let start = back_while(text, pair.name.start, REACH, quote_free);
    let end = skip_while(text, pair.value.end, REACH, quote_free);
    start..end
}

/// Returns the value without what belongs to the next key: a connection string's value ends at `;`.
pub(super) fn cut(text: &[u8], pair: &Pair) -> Range<usize> {
    let Range { start, end } = pair.value.clone();
    let length = skip_while(text, start, end - start, |b| !matches!(b, b';')) - start;
    let mut value = start..start + length;
    if value.len() >= 2 && is_quote(text[value.start]) && text[value.end - 1] == text[value.start] {
        value = value.start + 1..value.end - 1;
    }
    // libpq parts its keys with blanks: `password=… host=…`.
    if let Some(blank) = text[value.clone()].iter().position(|&b| b == b' ') {
        let next = &text[value.start + blank + 1..value.end];
        let key = next.iter().position(|&b| !is_word(b));
        if key.is_some_and(|at| next[at] == b'=') {
            value.end = value.start + blank;
        }
    }
    value
}
