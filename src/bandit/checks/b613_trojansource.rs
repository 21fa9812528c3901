//! B613: characters that change the direction of text
//!
//! Bidirectional control characters make code look different from what it is.
//!
//! Remove them; where a text needs one, write its escape.
//!
//! ```python,finds
//! name = "{U+202E}"
//! ```
//!
//! ```python,clean
//! name = "\u202e"
//! ```
//!
//! <https://trojansource.codes/>

use super::prelude::*;
use crate::bandit::check::FoundInText;
use crate::bandit::quote::Quote;

pub(super) static TEST: Test = Test {
    meta: page::B613.rule(Severity::High, 838),
    name: "trojansource",
    function: "trojansource",
    confidence: Confidence::Medium,
    on: On::File(run),
};

/// The characters, in the order in which a line is searched for them.
const CHARACTERS: [char; 10] = [
    '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
    '\u{2069}', '\u{200f}',
];

fn run(text: &str) -> Option<FoundInText> {
    // All of them begin with the same byte, so most texts are done at once.
    memchr::memchr(0xe2, text.as_bytes())?;
    let first = text.find(CHARACTERS)?;
    let (line, start) = place(text, first);
    let rest = &text[start..];
    let end = rest.find(is_line_end).unwrap_or(rest.len());
    let content = &rest[..end];
    let (c, at) = CHARACTERS
        .iter()
        .find_map(|c| content.find(*c).map(|at| (c, at)))?;
    Some(FoundInText {
        text: format!(
            "U+{:04X} changes what the line looks like: remove it",
            u32::from(*c)
        )
        .into(),
        quote: Quote::new(&[65, 3], vec![format!("\\u{:04x}", u32::from(*c))]),
        line,
        column: content[..at].chars().count() as u32 + 1,
        at: start + at,
        length: c.len_utf8(),
    })
}

/// Returns the 1-based line of an offset and where it starts, by the line ends of `str.splitlines`.
fn place(text: &str, offset: usize) -> (u32, usize) {
    let (mut line, mut start) = (1, 0);
    let before = &text[..offset];
    for (at, c) in before.char_indices().filter(|(_, c)| is_line_end(*c)) {
        if c != '\r' || !text[at..].starts_with("\r\n") {
            line += 1;
            start = at + c.len_utf8();
        }
    }
    (line, start)
}

fn is_line_end(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}
