//! Texts that read like SQL statements.

use std::borrow::Cow;

/// Returns whether a text holds the words of a `select`, `delete`, `insert` or `update`.
pub(super) fn is_statement(text: &str) -> bool {
    let text = fold(text);
    let text = text.as_ref();
    let behind_space = |at: usize| space(text, at);
    let select =
        first(text, 0, "select", behind_space).and_then(|at| first(text, at, "from", behind_space));
    let update = || {
        first(text, 0, "update", behind_space).and_then(|at| first(text, at, "set", behind_space))
    };
    let delete = || first(text, 0, "delete", |at| word(text, at, "from"));
    let insert = || {
        let into = first(text, 0, "insert", |at| word(text, at, "into"))?;
        first(text, into, "values", |at| {
            let opens = || text[at..].starts_with('(').then_some(at + 1);
            space(text, at).or_else(opens)
        })
    };
    select
        .or_else(update)
        .or_else(delete)
        .or_else(insert)
        .is_some()
}

/// Folds the letter beyond ASCII that a case-insensitive pattern takes for `s`.
fn fold(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() && text.contains('ſ') {
        // The byte length may change: nothing but yes or no leaves this module.
        Cow::Owned(text.replace('ſ', "s"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Finds the first `word` from `start` on that is followed by what `then` wants; returns the place behind that.
fn first(
    text: &str,
    start: usize,
    word: &str,
    then: impl Fn(usize) -> Option<usize>,
) -> Option<usize> {
    let bytes = text.as_bytes();
    let (lower, upper) = (word.as_bytes()[0], word.as_bytes()[0].to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, &bytes[start..])
        .map(|at| start + at)
        .filter(|at| {
            let found = bytes.get(*at..at + word.len());
            found.is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
        })
        .find_map(|at| then(at + word.len()))
}

/// Returns the place behind white space and a word with white space behind it, if that is what follows.
fn word(text: &str, at: usize, word: &str) -> Option<usize> {
    let start = spaces(text, space(text, at)?);
    let end = start + word.len();
    let found = text.as_bytes().get(start..end)?;
    found
        .eq_ignore_ascii_case(word.as_bytes())
        .then(|| space(text, end))?
}

/// Returns the place behind one white space character, if one follows.
fn space(text: &str, at: usize) -> Option<usize> {
    let c = text[at..].chars().next()?;
    is_space(c).then(|| at + c.len_utf8())
}

/// Returns the place behind all white space that follows.
fn spaces(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start_matches(is_space).len()
}

/// White space as Python's `\s` has it.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements() {
        for text in [
            "select * from t ",
            "SELECT a\nFROM\tt",
            "x delete  from t",
            "insert into t values(1)",
            "insert \n into t (a) VALUES ",
            "update t set a",
            "selects; select from x",
            "\u{17f}elect a from b",
        ] {
            assert!(is_statement(text), "{text}");
        }
        for text in [
            "select from",
            "selectfrom x",
            "from x select ",
            "delete x from y",
            "insert intot values(",
            "update set",
            "",
            "grün",
        ] {
            assert!(!is_statement(text), "{text}");
        }
    }
}
