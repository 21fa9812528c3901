//! Reads the passwords of database accounts: `IDENTIFIED BY '…'`, `CREATE USER … PASSWORD '…'`.

use std::ops::Range;

use super::context::{Context, Kind};
use super::literal;
use super::placed::{self, Placed};
use super::rules::Rule;
use super::text::{find_in, is_word, line_start, skip_blanks, skip_while, starts};
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

/// Whether the name is the `PASSWORD` of `CREATE USER … PASSWORD` and its like.
pub(super) fn is_account(text: &[u8], name: &Range<usize>) -> bool {
    let left = line_start(text, name.start).max(name.start.saturating_sub(200))..name.start;
    let said = |word| find_in(text, left.clone(), word).is_some();
    text[name.clone()].eq_ignore_ascii_case(b"password")
        && (said("create ") || said("alter ") || said("set "))
        && (said("user ") || said("role ") || said("login "))
}
