//! Values that only a word before them makes recognisable: `DATADOG_API_KEY=…`.
//!
//! In comes an occurrence of such a word, out go the places behind it where a value may begin: on the same line, at
//! most [`REACH`] bytes behind the name that holds the word, with the syntax of an assignment in between.

use std::cell::LazyCell;
use std::ops::Range;

use super::matcher::is_escaped;
use super::shape::{Class, classes_of};

/// How far behind its name a value may begin.
const REACH: usize = 40;
/// How long a name may be.
const NAME_LIMIT: usize = 120;
/// How far before the name the same line may say that the value is a secret: `Authorization: …`.
const LOOK_BACK: usize = 24;

/// An occurrence of a word, with the name around it.
pub(super) struct Occurrence<'t> {
    text: &'t [u8],
    name: Range<usize>,
    /// Where a value may begin.
    pub(super) starts: Vec<usize>,
}

impl<'t> Occurrence<'t> {
    /// Looks around a word, which counts only as a whole segment of a name.
    pub(super) fn of(text: &'t [u8], word: Range<usize>) -> Option<Self> {
        if !is_segment(text, &word) {
            return None;
        }
        let in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let from = word.start.saturating_sub(NAME_LIMIT);
        let before = text[from..word.start]
            .iter()
            .rev()
            .take_while(|byte| in_name(**byte))
            .count();
        let to = (word.end + NAME_LIMIT).min(text.len());
        let after = text[word.end..to]
            .iter()
            .take_while(|byte| in_name(**byte))
            .count();
        let name = word.start - before..word.end + after;
        let starts = starts(text, &name);
        (!starts.is_empty()).then_some(Self { text, name, starts })
    }

    /// Returns whether the name, or what stands around it on the line, says that the value is a secret.
    pub(super) fn is_secretive(&self, start: usize) -> bool {
        is_secretive(&self.text[context_start(self.text, self.name.start)..start])
    }
}

fn context_start(text: &[u8], name_start: usize) -> usize {
    let from = name_start.saturating_sub(LOOK_BACK);
    memchr::memrchr(b'\n', &text[from..name_start]).map_or(from, |newline| from + newline + 1)
}

/// Returns the places where a value may begin: behind a delimiter that belongs to an assignment.
fn starts(text: &[u8], name: &Range<usize>) -> Vec<usize> {
    let end = (name.end + REACH).min(text.len());
    let line = &text[name.end..end];
    let line = &line[..memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len())];
    let named = LazyCell::new(|| is_secretive(&text[context_start(text, name.start)..name.end]));
    let flag = text[name.clone()].starts_with(b"-");
    let mut assigned = false;
    let mut starts = Vec::new();
    for (index, byte) in line.iter().enumerate() {
        let at = name.end + index;
        match byte {
            b'=' | b':' | b'>' | b'(' | b'"' | b'\'' | b'`' | b'/' | b'|' => assigned = true,
            b' ' | b'\t' if flag || *named => assigned = true,
            // What follows is another statement.
            b';' => return starts,
            b' ' | b'\t' | b',' | b'[' | b'{' | b'@' | b'?' | b'&' | b'\\' | b'%' | b')' | b']'
            | b'}' | b'<' => {}
            _ => {
                // The byte may be the first of a value if the one before it ends something.
                let before = text[at - 1];
                let free =
                    !before.is_ascii_alphanumeric() && !matches!(before, b'_' | b'-' | b'.' | b'+');
                if assigned && (free || is_escaped(&text[..at])) {
                    starts.push(at);
                }
            }
        }
    }
    // The value may begin right behind the window, or with a character that usually stands between.
    let next = name.end + line.len();
    if assigned && next == end && next < text.len() && !text[next - 1].is_ascii_alphanumeric() {
        starts.push(next);
    }
    starts
}

/// Returns whether the word is delimited by the edges of a segment: the end of the name, a separator, a change of
/// case, or a digit.
fn is_segment(text: &[u8], word: &Range<usize>) -> bool {
    let edge = |at: usize| {
        let (Some(before), Some(after)) = (at.checked_sub(1).map(|at| text[at]), text.get(at))
        else {
            return true;
        };
        let both_letters = before.is_ascii_alphabetic() && after.is_ascii_alphabetic();
        let both_digits = before.is_ascii_digit() && after.is_ascii_digit();
        if !both_letters {
            return !both_digits;
        }
        let next_is_lower = text.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        before.is_ascii_lowercase() && after.is_ascii_uppercase()
            || before.is_ascii_uppercase() && after.is_ascii_uppercase() && next_is_lower
    };
    edge(word.start) && edge(word.end)
}

/// Returns whether the value behind a word is the id of a git object: digits that a URL, a range or a word such as
/// `commit` leads to.
pub(super) fn is_object_id(text: &[u8], value: &Range<usize>) -> bool {
    const WORDS: &[&[u8]] = &[
        b"commit",
        b"sha",
        b"sha1",
        b"sha256",
        b"rev",
        b"revision",
        b"ref",
        b"tree",
        b"blob",
        b"head",
        b"digest",
        b"checksum",
        b"integrity",
        b"reference",
        b"merge",
        b"cherry",
    ];
    let bytes = &text[value.clone()];
    if !matches!(bytes.len(), 40 | 64) || !bytes.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let from = context_start(text, value.start);
    let before = text[from..value.start].to_ascii_lowercase();
    let led = before.ends_with(b"/") || before.ends_with(b"@") || before.ends_with(b"..");
    led || WORDS.iter().any(|word| {
        memchr::memmem::find_iter(&before, word)
            .any(|at| is_segment(&before, &(at..at + word.len())))
    })
}

/// Returns the words with this first letter that say "this is a secret": those that count within longer words, and
/// those that are too short for that.
fn secretive_words(first: u8) -> (&'static [&'static [u8]], &'static [&'static [u8]]) {
    match first {
        b'a' => (&[b"auth"], &[b"access"]),
        b'b' => (&[b"bearer"], &[]),
        b'c' => (&[b"cred", b"cookie", b"certificate"], &[]),
        b'd' => (&[b"dsn"], &[]),
        b'j' => (&[], &[b"jwt"]),
        b'k' => (&[b"key"], &[]),
        b'l' => (&[b"license", b"licence"], &[]),
        b'p' => (&[b"passw", b"pwd"], &[b"pat", b"pass", b"pw"]),
        b's' => (
            &[b"secret", b"session", b"signature", b"salt"],
            &[b"sid", b"sk"],
        ),
        b't' => (&[b"token"], &[]),
        b'w' => (&[b"webhook"], &[]),
        _ => (&[], &[]),
    }
}

/// Returns whether a text holds a word that says "this is a secret".
pub(super) fn is_secretive(text: &[u8]) -> bool {
    (0..text.len()).any(|at| {
        let (within, alone) = secretive_words(text[at].to_ascii_lowercase());
        let stands = |word: &[u8]| {
            let there = text.get(at..at + word.len());
            there.is_some_and(|there| there.eq_ignore_ascii_case(word))
        };
        let is_author = || stands(b"author") && !stands(b"authori");
        within.iter().any(|word| stands(word) && !is_author())
            || alone
                .iter()
                .any(|word| stands(word) && is_segment(text, &(at..at + word.len())))
    })
}

/// Returns whether the value ends where such values end: not in the middle of a name, a file name or base64.
pub(super) fn ends_cleanly(text: &[u8], end: usize) -> bool {
    match text.get(end) {
        None => true,
        Some(b'=' | b'+') => false,
        Some(b'.') => !text.get(end + 1).is_some_and(u8::is_ascii_alphanumeric),
        Some(byte) => classes_of(*byte) & Class::B64u.bit() == 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, word: &str) -> Option<String> {
        let at = text.to_ascii_lowercase().find(word).unwrap();
        let occurrence = Occurrence::of(text.as_bytes(), at..at + word.len())?;
        let start = *occurrence.starts.last().unwrap();
        Some(
            text[start..]
                .trim_end_matches(['"', '\'', ';', ')'])
                .to_owned(),
        )
    }

    #[test]
    fn a_value_follows_its_name() {
        for text in [
            "ACME_API_KEY=v1",
            "acmeApiKey: \"v1\"",
            "\"acme-key\": \"v1\"",
            "setenv(\"ACME_TOKEN\", \"v1\")",
            "String acme = \"v1\";",
            "--acme-token v1",
            "ENV ACME_TOKEN v1",
            "<acmeKey>v1",
            "acme: {token: v1",
        ] {
            assert_eq!(value(text, "acme").as_deref(), Some("v1"), "{text}");
        }
        for text in ["acme v1", "acmeter=v1", "macme=v1", "acme\n=v1"] {
            assert_eq!(value(text, "acme"), None, "{text}");
        }
    }

    #[test]
    fn secretive_words_are_words() {
        for text in ["API_KEY", "my token", "PAT", "authToken", "user.pass"] {
            assert!(is_secretive(text.as_bytes()), "{text}");
        }
        for text in ["author", "path", "compass", "region"] {
            assert!(!is_secretive(text.as_bytes()), "{text}");
        }
    }
}
