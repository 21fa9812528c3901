//! `# nosec` comments, by the reference tool's reading of them, and what is wrong with that reading.
//!
//! A comment silences the tests that it names. Where it names none that exist, it silences all, so a typing error
//! or a reason behind `nosec` is a blanket; and of ids with a bare comma between them only the last counts. Such
//! comments are read as the reference tool reads them and noted.

use super::check::{self, Test};
use super::settings::TestSet;

/// What one comment silences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nosec {
    tests: TestSet,
    /// The comment names `B001`, which is accepted and silences nothing, but keeps it from being a blanket.
    other: bool,
}

impl Nosec {
    /// Returns what two comments silence together: a blanket adds nothing to one that names tests.
    pub(super) fn and(self, more: Option<Self>) -> Self {
        more.map_or(self, |more| Self {
            tests: self.tests.union(more.tests),
            other: self.other || more.other,
        })
    }

    /// Returns whether the comment names no test and so silences all.
    pub(super) fn is_blanket(self) -> bool {
        self.tests.is_empty() && !self.other
    }

    /// Returns whether the comment names this test.
    pub(super) fn names(self, test: &Test) -> bool {
        self.tests.contains(test)
    }
}

/// What a reader should know about a `# nosec` comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NosecNote {
    /// The 1-based line of the comment.
    pub line: u32,
    /// What is wrong with it.
    pub problem: NosecProblem,
}

/// What is wrong with a `# nosec` comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NosecProblem {
    /// No word behind `nosec` is a test, so every finding is silenced.
    Blanket {
        /// The words.
        words: Vec<String>,
    },
    /// Some words behind `nosec` are no tests and are ignored.
    Unknown {
        /// The words.
        words: Vec<String>,
    },
    /// Tests are named but lost, because of words joined by a bare comma only the last counts.
    Lost {
        /// The words that name them.
        words: Vec<String>,
    },
}

/// Reads a comment; nothing if it has no `nosec`. The problems are those of the comment.
pub(super) fn parse(comment: &str) -> Option<(Nosec, Vec<NosecProblem>)> {
    let mut nosec = Nosec {
        tests: TestSet::none(),
        other: false,
    };
    let (mut lost, mut unknown) = (Vec::new(), Vec::new());
    for chain in Chains(names(comment)?) {
        let (counted, others) = chain.split_last().expect("a chain has a piece");
        lost.extend(others.iter().filter(|piece| is_known(piece)).copied());
        match lookup(counted) {
            Some(Known::Test(test)) => nosec.tests.insert(test),
            Some(Known::Lists) => nosec.other = true,
            None => unknown.push(*counted),
        }
    }
    let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
    let mut problems = Vec::new();
    if !lost.is_empty() {
        problems.push(NosecProblem::Lost { words: owned(lost) });
    }
    if !unknown.is_empty() {
        let words = owned(unknown);
        problems.push(if nosec.is_blanket() {
            NosecProblem::Blanket { words }
        } else {
            NosecProblem::Unknown { words }
        });
    }
    Some((nosec, problems))
}

/// Returns what stands between `nosec` and the next `#` of the first mark in a comment.
fn names(comment: &str) -> Option<&str> {
    for (at, _) in comment.match_indices('#') {
        let rest = comment[at + 1..].trim_start_matches(is_space);
        if let Some(rest) = rest.strip_prefix("nosec") {
            let rest = rest.strip_prefix(':').unwrap_or(rest);
            return rest.split('#').next();
        }
    }
    None
}

/// White space as Python's `\s` has it.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

fn is_known(word: &str) -> bool {
    lookup(word).is_some()
}

/// What a word may name.
enum Known {
    Test(&'static Test),
    /// All lists together, which no finding is of.
    Lists,
}

/// Returns what an id or a name stands for.
fn lookup(word: &str) -> Option<Known> {
    if word == "B001" {
        return Some(Known::Lists);
    }
    let by_name = || check::tests().find(|test| test.name == word);
    check::test(word).or_else(by_name).map(Known::Test)
}

/// The chains of pieces in the text of a comment: pieces that touch or have one comma between them.
struct Chains<'a>(&'a str);

impl<'a> Iterator for Chains<'a> {
    type Item = Vec<&'a str>;

    fn next(&mut self) -> Option<Vec<&'a str>> {
        let start = self.0.find(is_word)?;
        let mut rest = &self.0[start..];
        let mut chain = Vec::new();
        while let Some(length) = piece(rest) {
            chain.push(&rest[..length]);
            rest = &rest[length..];
            rest = rest.strip_prefix(',').unwrap_or(rest);
        }
        self.0 = rest;
        Some(chain)
    }
}

/// Returns the length of the piece that a text starts with: an id, or as many word characters as there are.
fn piece(text: &str) -> Option<usize> {
    let run = |text: &str, part: fn(char) -> bool| text.find(|c| !part(c)).unwrap_or(text.len());
    if text.starts_with(['B', 'b']) {
        let digits = run(&text[1..], char::is_numeric);
        if digits > 0 {
            return Some(1 + digits);
        }
    }
    Some(run(text, is_word)).filter(|length| *length > 0)
}

/// The characters of names, as a case-insensitive pattern of Python has them.
fn is_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c.is_numeric() || matches!(c, '_' | 'İ' | 'ı' | 'ſ' | '\u{212a}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(comment: &str) -> Option<Vec<&'static str>> {
        let (nosec, _) = parse(comment)?;
        let ids = check::tests().filter(|test| nosec.names(test));
        Some(ids.map(Test::id).collect())
    }

    fn problems(comment: &str) -> Vec<NosecProblem> {
        parse(comment).expect("a comment with nosec").1
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn ids_and_names_are_found_in_any_text() {
        let none: &[&str] = &[];
        for (comment, expected) in [
            ("# nosec", Some(none)),
            ("#nosec B101", Some(&["B101"])),
            ("# nosec:B101, assert_used", Some(&["B101"])),
            ("# nosecurity", Some(none)),
            ("# noqa # nosec B101 # nosec B102", Some(&["B101"])),
            ("# no sec", None),
            ("# nosec b101", Some(none)),
            ("# nosec B101_x", Some(none)),
        ] {
            assert_eq!(named(comment).as_deref(), expected, "{comment}");
        }
    }

    #[test]
    fn a_bare_comma_loses_what_stands_before_it() {
        assert_eq!(named("# nosec B101,B102"), Some(vec!["B102"]));
        let lost = words(&["B101"]);
        assert_eq!(
            problems("# nosec B101,B102"),
            [NosecProblem::Lost { words: lost }]
        );
        assert_eq!(named("# nosec B101, B102"), Some(vec!["B101", "B102"]));
        assert!(problems("# nosec B101, B102").is_empty());
    }

    #[test]
    fn a_reason_without_a_test_is_a_blanket() {
        let words = words(&["it", "is", "fine"]);
        assert_eq!(
            problems("# nosec it is fine"),
            [NosecProblem::Blanket { words }]
        );
        assert!(problems("# nosec").is_empty());
        assert!(matches!(
            problems("# nosec B101 fine")[..],
            [NosecProblem::Unknown { .. }]
        ));
        assert!(!parse("# nosec B001").expect("nosec").0.is_blanket());
    }
}
