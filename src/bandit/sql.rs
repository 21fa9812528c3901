//! Texts that read like SQL statements.
//!
//! A text may be made of parts with blanks between them. How far each part takes every statement is a [`Reading`];
//! readings of parts that follow each other are put together without looking at the parts again.

use std::borrow::Cow;

/// A word of a statement. White space has to stand behind it.
struct Word {
    text: &'static str,
    /// Whether nothing but white space stands between the word before and this one.
    adjoins: bool,
    /// Whether an opening parenthesis does behind it, too.
    opens: bool,
}

/// A word that may stand anywhere behind the one before.
const fn word(text: &'static str) -> Word {
    Word {
        text,
        adjoins: false,
        opens: false,
    }
}

const fn adjoining(text: &'static str) -> Word {
    Word {
        adjoins: true,
        ..word(text)
    }
}

const STATEMENTS: [&[Word]; 4] = [
    &[word("select"), word("from")],
    &[word("update"), word("set")],
    &[word("delete"), adjoining("from")],
    &[
        word("insert"),
        adjoining("into"),
        Word {
            opens: true,
            ..word("values")
        },
    ],
];

/// How many words the longest statement has.
const LONGEST: usize = 3;

/// Returns whether a text holds the words of a `select`, `delete`, `insert` or `update`.
pub(super) fn is_statement(text: &str) -> bool {
    let text = fold(text);
    let is_all = |words: &&[Word]| read(&text, words, 0) == words.len();
    STATEMENTS.iter().any(is_all)
}

/// For each statement, how many of its words are known behind a text, by how many are known before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading([[u8; LONGEST + 1]; STATEMENTS.len()]);

impl Reading {
    /// The reading of an empty text.
    pub(super) const NOTHING: Self = Self([[0, 1, 2, 3]; STATEMENTS.len()]);

    pub(super) fn of(text: &str) -> Self {
        let text = fold(text);
        let mut reading = Self::NOTHING;
        for (words, counts) in STATEMENTS.iter().zip(&mut reading.0) {
            for (known, count) in counts.iter_mut().enumerate().take(words.len()) {
                *count = read(&text, words, known) as u8;
            }
        }
        reading
    }

    /// Returns the reading of a text and the one behind it.
    pub(super) fn then(self, next: Self) -> Self {
        let mut both = self;
        for (counts, next) in both.0.iter_mut().zip(next.0) {
            for count in counts {
                *count = next[usize::from(*count)];
            }
        }
        both
    }

    /// Returns whether the text alone is a statement.
    pub(super) fn is_statement(self) -> bool {
        let mut counts = STATEMENTS.iter().zip(self.0);
        counts.any(|(words, counts)| usize::from(counts[0]) == words.len())
    }
}

/// Returns how many of the words of a statement are known behind a text, if `known` of them are before it.
fn read(text: &str, words: &[Word], mut known: usize) -> usize {
    let mut at = 0;
    while let Some(word) = words.get(known) {
        let end = if word.adjoins {
            at = spaces(text, at);
            if at == text.len() {
                break;
            }
            word.ends(text, at)
        } else {
            let Some(end) = word.first(text, at) else {
                break;
            };
            Some(end)
        };
        match end {
            Some(end) => (known, at) = (known + 1, end),
            // The word before may stand here again.
            None => known -= 1,
        }
    }
    known
}

impl Word {
    /// Finds the first place from `start` on where the word stands; returns the place behind it.
    fn first(&self, text: &str, start: usize) -> Option<usize> {
        let lower = self.text.as_bytes()[0];
        memchr::memchr2_iter(lower, lower.to_ascii_uppercase(), &text.as_bytes()[start..])
            .find_map(|at| self.ends(text, start + at))
    }

    /// Returns the place behind the word and what has to follow it, if it stands here.
    fn ends(&self, text: &str, at: usize) -> Option<usize> {
        let end = at + self.text.len();
        let found = text.as_bytes().get(at..end)?;
        if !found.eq_ignore_ascii_case(self.text.as_bytes()) {
            return None;
        }
        let next = text[end..].chars().next()?;
        let follows = is_space(next) || self.opens && next == '(';
        follows.then(|| end + next.len_utf8())
    }
}

/// Folds the letters beyond ASCII that a case-insensitive pattern takes for letters of the words.
fn fold(text: &str) -> Cow<'_, str> {
    const LETTERS: &[char] = &['ſ', 'ı', 'İ'];
    if text.is_ascii() || !text.contains(LETTERS) {
        return Cow::Borrowed(text);
    }
    // The byte length may change: nothing but yes or no leaves this module.
    let folded = text.chars().map(|c| match c {
        'ſ' => 's',
        'ı' | 'İ' => 'i',
        _ => c,
    });
    Cow::Owned(folded.collect())
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
            "\u{131}nsert \u{130}nto t values ",
            "delete delete  from t",
            "insert insert into into insert into values(",
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

    #[test]
    fn parts_are_read_as_the_whole_is() {
        let parts = [
            "select", "from", "delete", "", "insert", "into", "values(", "update", " set ", "x",
        ];
        for first in parts {
            for second in parts {
                for third in parts {
                    let whole = format!("{first} {second} {third}");
                    let spaced = |part: &str| Reading::of(&format!("{part} "));
                    let tail = spaced(second).then(Reading::of(third));
                    let reading = spaced(first).then(tail);
                    assert_eq!(reading.is_statement(), is_statement(&whole), "{whole}");
                }
            }
        }
    }
}
