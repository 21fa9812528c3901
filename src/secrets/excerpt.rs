//! What may be shown of a line that holds a secret.
//!
//! In come a text and the ranges in it that are secret, out goes one line of at most [`WIDTH`] characters in which
//! each of them is its public prefix and its length. Nothing else of a secret leaves the engine: what repeats a
//! piece of one elsewhere is masked too.

use std::ops::Range;

use super::text;
use crate::finding::{Excerpt, printable};

/// The most characters an excerpt has.
const WIDTH: usize = 120;
/// How many of them may stand before the mark.
const BEFORE: usize = 56;
/// How many bytes on either side of the mark are looked at.
const REACH: usize = 480;
/// Pieces of a secret from this length on are masked wherever they stand.
const PIECE: usize = 5;
/// The longest public prefix that is shown of a value on one line.
const PREFIX: usize = 10;

/// A part of the text that is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Secret {
    /// Where it is.
    pub(super) range: Range<usize>,
    /// How many of its first bytes are public.
    pub(super) public_prefix: usize,
}

/// Joins secrets that overlap, so that each byte belongs to at most one; comes sorted by start.
pub(super) fn join(mut secrets: Vec<Secret>) -> Vec<Secret> {
    secrets.sort_by(|a, b| (a.range.start, b.range.end).cmp(&(b.range.start, a.range.end)));
    let mut joined: Vec<Secret> = Vec::with_capacity(secrets.len());
    for secret in secrets {
        match joined.last_mut() {
            Some(last) if secret.range.start < last.range.end => {
                let same_start = secret.range.start == last.range.start;
                last.range.end = last.range.end.max(secret.range.end);
                last.public_prefix = if same_start {
                    last.public_prefix.min(secret.public_prefix)
                } else {
                    last.public_prefix
                        .min(secret.range.start - last.range.start)
                };
            }
            _ => joined.push(secret),
        }
    }
    joined
}

/// Returns the line on which `value` begins, with all `secrets` (joined and sorted) redacted and `value` marked.
pub(super) fn excerpt(text: &[u8], value: &Secret, secrets: &[Secret]) -> Excerpt {
    let line = text::line_around(text, value.range.start);
    let from = line.start.max(value.range.start.saturating_sub(REACH));
    let to = line.end.min(value.range.end.saturating_add(REACH));
    let hidden = hidden(text, value);
    let before = mask(
        render(text, from..value.range.start, secrets).trim_start(),
        hidden,
    );
    let after = if value.range.end <= line.end {
        mask(
            render(text, value.range.end..to, secrets).trim_end(),
            hidden,
        )
    } else {
        String::new()
    };
    let label = label(text, value);
    let (shown, cut) = tail(&before, BEFORE);
    let mut excerpt = if cut || from > line.start {
        "…".to_owned()
    } else {
        String::new()
    };
    excerpt.push_str(shown);
    let start = excerpt.len();
    excerpt.push_str(&label);
    let mark = start..excerpt.len();
    let room = WIDTH.saturating_sub(excerpt.chars().count() + 1);
    let shown: String = after.chars().take(room).collect();
    let cut =
        shown.len() < after.len() || to < line.end.min(text.len()) && value.range.end <= line.end;
    excerpt.push_str(&shown);
    if cut {
        excerpt.push('…');
    }
    Excerpt {
        text: excerpt,
        mark,
    }
}

/// Returns a short text, such as a name, with all `secrets` (joined and sorted) redacted.
pub(super) fn whole(text: &[u8], secrets: &[Secret]) -> String {
    render(text, 0..text.len(), secrets)
}

/// Returns `said` with every piece of the secret masked.
pub(super) fn without(said: &str, text: &[u8], value: &Secret) -> String {
    mask(said, hidden(text, value))
}

/// The bytes of a value that nobody may see.
fn hidden<'t>(text: &'t [u8], value: &Secret) -> &'t [u8] {
    let value_bytes = &text[value.range.clone()];
    &value_bytes[value.public_prefix.min(value_bytes.len())..]
}

/// `ghp_…[40]`: the public prefix, unless it repeats in the rest, and the number of characters.
fn label(text: &[u8], value: &Secret) -> String {
    let bytes = &text[value.range.clone()];
    let block = bytes.contains(&b'\n') || bytes.starts_with(b"-----BEGIN");
    let length = value
        .public_prefix
        .min(if block { bytes.len() } else { PREFIX });
    let prefix = printable(&String::from_utf8_lossy(&bytes[..length]));
    let hidden = hidden(text, value);
    let prefix = if mask(&prefix, hidden) == prefix {
        prefix
    } else {
        String::new()
    };
    let characters = bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    format!("{prefix}…[{characters}]")
}

/// Writes a part of a line, secrets redacted and the rest safe to print.
fn render(text: &[u8], range: Range<usize>, secrets: &[Secret]) -> String {
    let mut out = String::new();
    let mut at = range.start;
    let first = secrets.partition_point(|secret| secret.range.end <= range.start);
    for secret in secrets[first..]
        .iter()
        .take_while(|secret| secret.range.start < range.end)
    {
        plain(&text[at..secret.range.start.max(at)], &mut out);
        if range.contains(&secret.range.start) {
            out.push_str(&label(text, secret))
        } else {
            out.push('…')
        }
        at = secret.range.end.min(range.end).max(at);
    }
    plain(&text[at..range.end.max(at)], &mut out);
    out
}

fn plain(bytes: &[u8], out: &mut String) {
    let text = String::from_utf8_lossy(bytes).replace('\t', " ");
    out.push_str(&printable(&text));
}

/// Replaces every piece of `secret` in `said`.
fn mask(said: &str, secret: &[u8]) -> String {
    let piece = PIECE.min(secret.len());
    if piece < 3 || said.len() < piece {
        return said.to_owned();
    }
    let bytes = said.as_bytes();
    let mut hidden = vec![false; bytes.len()];
    for at in 0..=bytes.len() - piece {
        if memchr::memmem::find(secret, &bytes[at..at + piece]).is_some() {
            hidden[at..at + piece].fill(true);
        }
    }
    let shown = |(at, c): (usize, char)| {
        if hidden[at..at + c.len_utf8()].contains(&true) {
            '*'
        } else {
            c
        }
    };
    said.char_indices().map(shown).collect()
}

fn tail(text: &str, characters: usize) -> (&str, bool) {
    match text.char_indices().rev().nth(characters.saturating_sub(1)) {
        Some((at, _)) if at > 0 => (&text[at..], true),
        _ => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, values: &[(&str, usize)]) -> (String, String) {
        let secret = |(value, public_prefix): &(&str, usize)| {
            let start = text.find(value).unwrap();
            Secret {
                range: start..start + value.len(),
                public_prefix: *public_prefix,
            }
        };
        let secrets = join(values.iter().map(secret).collect());
        let excerpt = excerpt(text.as_bytes(), &secret(&values[0]), &secrets);
        let marked = excerpt.text[excerpt.mark.clone()].to_owned();
        (excerpt.text, marked)
    }

    #[test]
    fn every_secret_on_the_line_is_redacted() {
        let (text, marked) = shown(
            "a\n  x = \"tok_0123456789\"; y = hunter22;\nb",
            &[("tok_0123456789", 4), ("hunter22", 0)],
        );
        assert_eq!(text, "x = \"tok_…[14]\"; y = …[8];");
        assert_eq!(marked, "tok_…[14]");
    }

    #[test]
    fn a_repeated_piece_is_masked() {
        let (text, _) = shown("hunter22xyz is hunter22xyz or unter", &[("hunter22xyz", 0)]);
        assert_eq!(text, "…[11] is *********** or *****");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("{}tok_0123456789{}", "ab ".repeat(5000), " é".repeat(5000));
        let (text, marked) = shown(&text, &[("tok_0123456789", 4)]);
        assert!(text.starts_with('…') && text.ends_with('…'), "{text}");
        assert_eq!(text.chars().count(), WIDTH);
        assert_eq!(marked, "tok_…[14]");
    }
}
