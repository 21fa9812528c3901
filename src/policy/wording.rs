//! Whether what a person writes as a reason says something: the one judgement on words in this program.

use std::collections::BTreeSet;

/// How many letters of a script without spaces between its words make a reason.
const ENOUGH_LETTERS: usize = 15;

/// Returns whether a text has words of its own, and not only those that stand in for some.
pub(super) fn says_something(text: &str) -> bool {
    const PLACEHOLDERS: [&str; 44] = [
        "tbd",
        "todo",
        "tba",
        "fixme",
        "fix",
        "later",
        "test",
        "tests",
        "testing",
        "asdf",
        "qwerty",
        "foo",
        "bar",
        "baz",
        "xxx",
        "none",
        "na",
        "temp",
        "temporary",
        "wip",
        "bypass",
        "override",
        "skip",
        "ignore",
        "reason",
        "because",
        "please",
        "urgent",
        "hotfix",
        "now",
        "it",
        "this",
        "the",
        "a",
        "and",
        "to",
        "for",
        "is",
        "be",
        "will",
        "just",
        "some",
        "lorem",
        "ipsum",
    ];
    // Scripts without spaces between words have their say in one.
    if text
        .chars()
        .filter(|c| c.is_alphabetic() && !c.is_ascii())
        .count()
        >= ENOUGH_LETTERS
    {
        return true;
    }
    let lower = text.to_lowercase();
    let words: BTreeSet<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| {
            word.chars().count() > 1 && !PLACEHOLDERS.contains(word) && !is_one_key_held(word)
        })
        .collect();
    words.len() >= 2
}

fn is_one_key_held(word: &str) -> bool {
    let mut letters = word.chars();
    let first = letters.next();
    letters.all(|letter| Some(letter) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_no_reasons() {
        for empty in [
            "tbd tbd tbd tbd tbd",
            "TODO: fix this later",
            "asdfasdfasdfasdfasdf",
            "test test testing 111",
            "aaaaa bbbbb ccccc",
            "----------------",
        ] {
            assert!(!says_something(empty), "{empty}");
        }
        for reason in [
            "checkout is down since 09:40",
            "Ausfall der Zahlung seit heute früh",
            "支払いが止まっているため至急修正が必要です",
        ] {
            assert!(says_something(reason), "{reason}");
        }
    }
}
