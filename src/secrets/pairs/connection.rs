//! Reads passwords of connection strings: ADO, ODBC, JDBC, libpq, storage accounts.

use std::ops::Range;

use super::pair::{Form, Pair};
use super::text::{back_while, before, byte, contains, is_blank, is_quote, is_word, skip_while};

/// Keys that a connection string has beside its password, in lower case.
#[rustfmt::skip]
const SIBLINGS: &[&str] = &[
    "server", "source", "host", "hostname", "id", "userid", "uid", "username", "catalog", "database",
    "driver", "dsn", "dbname", "accountname", "endpoint", "addr", "datasource", "user", "port",
    "sharedaccesskeyname",
];

/// How far a connection string may reach to either side of its password.
const REACH: usize = 300;

/// Returns whether the pair is a part of a connection string.
pub(super) fn holds(text: &[u8], pair: &Pair) -> bool {
    if byte(text, pair.name.end) != Some(b'=') && !spaced_sign(text, pair)
        || !can_be_part(pair.form)
    {
        return false;
    }
    let before_name = before(text, back_while(text, pair.name.start, 4, is_blank));
    if !before_name
        .is_some_and(|b| is_quote(b) || is_word(b) || matches!(b, b';' | b'?' | b'&' | b'='))
    {
        return false;
    }
    let around = extent(text, pair);
    let left = &text[around.start..pair.name.start];
    let right = &text[pair.value.end..around.end];
    let siblings = siblings(left) + siblings(right);
    let java = contains(left, "jdbc:");
    let parted = left.contains(&b';') || right.contains(&b';');
    java || siblings >= 2 || siblings == 1 && parted
}

fn can_be_part(form: Form) -> bool {
    use Form::{Flag, Inline, Literal, Markup, Plain, Query};
    matches!(form, Inline | Plain | Query | Literal | Markup | Flag)
}

/// Returns whether the server of the connection string is this machine or a container beside it.
pub(super) fn is_local(text: &[u8], pair: &Pair) -> bool {
    let around = &text[extent(text, pair)];
    let hosts = [
        "localhost",
        "127.0.0.1",
        "(local)",
        "(localdb)",
        "=.;",
        "=.\\",
        "host.docker.internal",
    ];
    hosts.iter().any(|host| contains(around, host))
}

/// How many keys of connection strings stand before an `=` in the text.
fn siblings(text: &[u8]) -> usize {
    let is_key = |at: usize| {
        let end = back_while(text, at, 2, is_blank);
        let start = back_while(text, end, 24, is_word);
        SIBLINGS
            .iter()
            .any(|key| text[start..end].eq_ignore_ascii_case(key.as_bytes()))
    };
    memchr::memchr_iter(b'=', text)
        .filter(|&at| is_key(at))
        .count()
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
