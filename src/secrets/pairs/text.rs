//! Bounded steps over bytes, so that every reader works in a window and total time stays linear.

use std::ops::Range;

/// How far a reader looks to either side of an anchor.
pub(super) const WINDOW: usize = 2048;

/// The longest value that is read as one.
pub(super) const LONGEST_VALUE: usize = 1024;

/// Returns whether the byte can stand in an identifier; all of a non-ASCII letter counts.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Returns whether the byte is a quotation mark of any language.
pub(super) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Returns whether the byte is a space or a tab.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Returns the byte at `at`, if there is one.
pub(super) fn byte(text: &[u8], at: usize) -> Option<u8> {
    text.get(at).copied()
}

/// Returns the byte before `at`, if there is one.
pub(super) fn before(text: &[u8], at: usize) -> Option<u8> {
    at.checked_sub(1).and_then(|i| byte(text, i))
}

/// Returns whether `text` continues at `at` with `what`, ASCII case ignored.
pub(super) fn starts(text: &[u8], at: usize, what: &str) -> bool {
    text.get(at..at + what.len())
        .is_some_and(|part| part.eq_ignore_ascii_case(what.as_bytes()))
}

/// Returns whether `text[..at]` ends with `what`, ASCII case ignored.
pub(super) fn ends(text: &[u8], at: usize, what: &str) -> bool {
    at.checked_sub(what.len())
        .is_some_and(|from| starts(text, from, what))
}

/// Returns the first position from `at` on that is not a space or a tab.
pub(super) fn skip_blanks(text: &[u8], at: usize) -> usize {
    skip_while(text, at, 128, is_blank)
}

/// Returns the first position from `at` on that is neither blank nor a line break.
pub(super) fn skip_space(text: &[u8], at: usize) -> usize {
    skip_while(text, at, 256, |b| b.is_ascii_whitespace())
}

/// Returns the position after the run of bytes that `belongs` accepts, at most `limit` further.
pub(super) fn skip_while(
    text: &[u8],
    at: usize,
    limit: usize,
    belongs: impl Fn(u8) -> bool,
) -> usize {
    let end = text.len().min(at.saturating_add(limit));
    let mut i = at.min(end);
    while i < end && belongs(text[i]) {
        i += 1;
    }
    i
}

/// Returns the start of the run of bytes before `at` that `belongs` accepts, at most `limit` back.
pub(super) fn back_while(
    text: &[u8],
    at: usize,
    limit: usize,
    belongs: impl Fn(u8) -> bool,
) -> usize {
    let start = at.saturating_sub(limit);
    let mut i = at;
    while i > start && belongs(text[i - 1]) {
        i -= 1;
    }
    i
}

/// Returns where the line of `at` begins, or the edge of a quarter of the window.
pub(super) fn line_start(text: &[u8], at: usize) -> usize {
    back_while(text, at, WINDOW / 4, |b| b != b'\n')
}

/// Returns where the line of `at` ends (before its line break), or the edge of half the window.
pub(super) fn line_end(text: &[u8], at: usize) -> usize {
    let end = skip_while(text, at, WINDOW / 2, |b| b != b'\n');
    if end > at && text[end - 1] == b'\r' {
        end - 1
    } else {
        end
    }
}

/// Returns the range without the white space at its ends.
pub(super) fn trim(text: &[u8], range: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = range;
    while start < end && text[start].is_ascii_whitespace() {
        start += 1;
    }
    while end > start && text[end - 1].is_ascii_whitespace() {
        end -= 1;
    }
    start..end
}

/// Returns the place of `needle` in `text[range]`, ASCII case ignored.
pub(super) fn find_in(text: &[u8], range: Range<usize>, needle: &str) -> Option<usize> {
    let part = text.get(range.clone())?;
    let first = needle.as_bytes().first()?;
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, part)
        .find(|&at| starts(part, at, needle))
        .map(|at| range.start + at)
}

/// Returns whether `haystack` contains `needle`, ASCII case ignored.
pub(super) fn contains(haystack: &[u8], needle: &str) -> bool {
    find_in(haystack, 0..haystack.len(), needle).is_some()
}

/// Returns the quotation mark that opens the string in which `at` stands, judged by its own line.
///
/// Only the marks in `left..at` are seen; an apostrophe between letters is none.
pub(super) fn enclosing_quote(text: &[u8], left: usize, at: usize) -> Option<u8> {
    let mut open = None;
    let mut i = left;
    while i < at {
        let b = text[i];
        if b == b'\\' {
            i += 2;
            continue;
        }
        if is_quote(b) && !is_apostrophe(text, i) {
            open = match open {
                None => Some(b),
                Some(quote) if quote == b => None,
                other => other,
            };
        }
        i += 1;
    }
    open
}

fn is_apostrophe(text: &[u8], at: usize) -> bool {
    let letter = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphabetic());
    // One letter before it and a quoted string may follow: `b'…'`, `r'…'` are prefixes, not apostrophes.
    let long_before =
        letter(before(text, at)) && letter(at.checked_sub(1).and_then(|i| before(text, i)));
    text[at] == b'\'' && long_before && letter(byte(text, at + 1))
}
