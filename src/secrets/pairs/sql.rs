//! Reads the passwords of database accounts: `IDENTIFIED BY '…'`, `CREATE USER … PASSWORD '…'`.

use std::ops::Range;

use super::context::{Context, Kind};
use super::literal;
use super::pair::Named;
use super::placed::{self, Placed};
use super::rules::Rule;
use super::text::{
    back_while, before, byte, find_in, is_word, line_start, skip_blanks, skip_space, skip_while,
    starts,
};
use crate::secrets::candidate::Candidate;

/// `IDENTIFIED BY '…'` behind an anchor that ends at `at`, and `… AS '…'` of a hash is another thing.
pub(super) fn identified_by(text: &[u8], context: &Context, at: usize) -> Option<Candidate> {
    let mut start = skip_blanks(text, at);
    if starts(text, start, "password ") {
        start = skip_blanks(text, start + "password ".len());
    }
    let value = match literal::at(text, start) {
        Some(literal) => literal.value,
        // Oracle takes the password without quotes.
        None if context.kind == Kind::Sql => {
            let end = skip_while(text, start, 64, |b| is_word(b) || matches!(b, b'#' | b'$'));
            start..end
        }
        None => return None,
    };
    let hash = text.get(value.clone())?.starts_with(b"*") && value.len() == 41;
    (!hash)
        .then(|| {
            placed::judge(
                text,
                context,
                Placed {
                    rule: Rule::Sql,
                    value,
                    extra: None,
                    message: "password of a database account",
                },
            )
        })
        .flatten()
}

/// How far the columns of an `INSERT` reach, and how many of its rows are read.
const COLUMNS: usize = 600;
const ROWS: usize = 8;

/// The values that `INSERT INTO table (…, name, …) VALUES (…), (…)` has for the column.
pub(super) fn inserted(text: &[u8], named: &Named) -> Option<Vec<Range<usize>>> {
    if !matches!(
        byte(text, skip_blanks(text, named.after)),
        Some(b',' | b')')
    ) {
        return None;
    }
    let open = back_while(text, named.front, COLUMNS, |b| !matches!(b, b'(' | b';'));
    let into = open.saturating_sub(100)..open;
    if before(text, open) != Some(b'(') || find_in(text, into, " into ").is_none() {
        return None;
    }
    let column = memchr::memchr_iter(b',', &text[open..named.front]).count();
    let close = skip_while(text, named.after, COLUMNS, |b| !matches!(b, b')' | b'('));
    let mut at = skip_space(text, close + 1);
    if !starts(text, at, "values") {
        return None;
    }
    at += "values".len();
    let mut found = Vec::new();
    for _ in 0..ROWS {
        at = skip_space(text, at);
        if byte(text, at) != Some(b'(') {
            break;
        }
        let Some((value, end)) = cell(text, at + 1, column) else {
            break;
        };
        found.extend(value);
        at = skip_while(text, end, COLUMNS, |b| !matches!(b, b')' | b'(' | b'\n'));
        at = skip_while(text, at, 2, |b| matches!(b, b')' | b','));
    }
    (!found.is_empty()).then_some(found)
}

/// The literal of this column in the row that begins at `at`, if it is one, and where it ends.
fn cell(text: &[u8], mut at: usize, column: usize) -> Option<(Option<Range<usize>>, usize)> {
    for index in 0..=column {
        at = skip_space(text, at);
        let literal = literal::at(text, at);
        let end = literal.as_ref().map_or(at, |literal| literal.end);
        if index == column {
            return Some((literal.map(|literal| literal.value), end));
        }
        at = skip_while(text, end, 120, |b| !matches!(b, b',' | b')' | b'('));
        if byte(text, at) != Some(b',') {
            return None;
        }
        at += 1;
    }
    None
}

/// Whether the name is the `PASSWORD` of `CREATE USER … PASSWORD` and its like.
pub(super) fn is_account(text: &[u8], name: &Range<usize>) -> bool {
    let left = line_start(text, name.start).max(name.start.saturating_sub(200))..name.start;
    let said = |word| find_in(text, left.clone(), word).is_some();
    text[name.clone()].eq_ignore_ascii_case(b"password")
        && (said("create ") || said("alter ") || said("set "))
        && (said("user ") || said("role ") || said("login "))
}
