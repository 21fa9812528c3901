//! Puts the pieces of a literal together that a program or a compiler joins: `"one" + "two"`, `"one" . "two"`, and
//! `"one"` with `"two"` on the next line.
//!
//! In comes the place of a seam, out goes the line with its pieces in one literal.

use std::ops::Range;

use super::{Origin, Plain};

/// The longest piece, the most pieces, and how far a line reaches before the first of them.
const LONGEST: usize = 512;
const MOST: usize = 64;
const HEAD: usize = 120;
/// How far the next piece may be.
const GAP: usize = 120;

/// What may stand before the opening mark and belongs to the literal.
const PREFIXES: &[u8] = b"brufRBLU@$";

/// What stands between two pieces.
const OPERATORS: &[&[u8]] = &[b"", b"+", b".", b"..", b"&", b"<>", b"++", b"||", b"\\"];

/// A line whose pieces are put together.
pub(in crate::secrets) struct Joined {
    /// The line.
    pub(in crate::secrets) plain: Plain,
    /// Where in it a piece ends and the next begins.
    pub(in crate::secrets) seams: Vec<usize>,
    /// Where the last piece ends in the text.
    pub(in crate::secrets) end: usize,
}

/// Reads the pieces round a seam that is at `at` or begins there, nothing before `from`.
pub(in crate::secrets) fn join(text: &[u8], at: usize, from: usize) -> Option<Joined> {
    let close = close_before(text, at, from)?;
    let mut next = Some(piece_after(text, close + 1)?);
    let first = opened_before(text, close, from)? + 1..close;
    let quote = text[close];
    let line = text[first.start.saturating_sub(HEAD)..first.start]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    let head = first.start - (first.start.min(HEAD) - line);
    let mut bytes = text[head..first.end].to_vec();
    let mut places: Vec<u32> = (head..first.end).map(|at| at as u32).collect();
    let mut seams = Vec::new();
    let mut end = first.end;
    while seams.len() < MOST
        && let Some(piece) = next
    {
        seams.push(bytes.len());
        bytes.extend_from_slice(&text[piece.clone()]);
        places.extend(piece.clone().map(|at| at as u32));
        end = piece.end;
        next = piece_after(text, end + 1);
    }
    bytes.push(quote);
    places.extend([end as u32, end as u32 + 1]);
    Some(Joined {
        plain: Plain {
            bytes,
            form: "pieces that are put together",
            origin: Origin::Table(places),
            range: head..end + 1,
        },
        seams,
        end,
    })
}

/// The closing mark that is the last one before `at` but for blanks and an operator.
fn close_before(text: &[u8], at: usize, from: usize) -> Option<usize> {
    text[at.saturating_sub(GAP).max(from.min(at))..(at + 1).min(text.len())]
        .iter()
        .rev()
        .take_while(|byte| {
            is_quote(**byte) || byte.is_ascii_whitespace() || b"+.&\\<>|".contains(byte)
        })
        .position(|byte| is_quote(*byte))
        .map(|back| at - back)
}

/// The mark that opens the piece which is closed at `close`.
fn opened_before(text: &[u8], close: usize, from: usize) -> Option<usize> {
    let floor = close.saturating_sub(LONGEST).max(from);
    (floor..close)
        .rev()
        .take_while(|i| text[*i] != b'\n')
        .find(|i| text[*i] == text[close])
}

/// The piece that an operator, or nothing, parts from the one that ends at `at`.
fn piece_after(text: &[u8], at: usize) -> Option<Range<usize>> {
    let window = &text[at..text.len().min(at + GAP)];
    // Most seams end here.
    let first = window.iter().find(|byte| !byte.is_ascii_whitespace())?;
    if !is_quote(*first) && !b"+.&<|\\".contains(first) && !PREFIXES.contains(first) {
        return None;
    }
    let mark = window.iter().position(|byte| is_quote(*byte))?;
    let between = window[..mark].trim_ascii();
    let prefix = between.last().is_some_and(|byte| PREFIXES.contains(byte));
    let between = between[..between.len() - usize::from(prefix)].trim_ascii();
    if !OPERATORS.contains(&between) {
        return None;
    }
    let start = at + mark + 1;
    let limit = text.len().min(start + LONGEST);
    let mut i = start;
    while i < limit && text[i] != text[start - 1] {
        match text[i] {
            b'\n' => return None,
            b'\\' => i += 2,
            _ => i += 1,
        }
    }
    (i < limit).then_some(start..i)
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str, seam: &str) -> Option<String> {
        let at = text.find(seam)?;
        let found = join(text.as_bytes(), at, 0)?;
        Some(String::from_utf8(found.plain.bytes).unwrap())
    }

    #[test]
    fn pieces_are_joined() {
        for (text, seam, expected) in [
            ("key = \"one\" + \"two\";", "\" +", "key = \"onetwo\""),
            (
                "x\nkey = 'one' . 'two' . 'three'",
                "' .",
                "key = 'onetwothree'",
            ),
            ("key = (\"one\"\n    b\"two\")", "\"\n", "key = (\"onetwo\""),
            ("key = \"one\" \\\n    \"two\"", "\" \\", "key = \"onetwo\""),
            ("key = \"one\"\n    + \"two\"", "+ \"", "key = \"onetwo\""),
        ] {
            assert_eq!(joined(text, seam).as_deref(), Some(expected), "{text}");
        }
        for (text, seam) in [
            ("key = \"one\" + name + \"two\"", "\" +"),
            ("[\"one\",\n \"two\"]", "\",\n"),
            ("a: \"one\"\nb: \"two\"", "\"\n"),
        ] {
            assert_eq!(joined(text, seam), None, "{text}");
        }
    }
}
