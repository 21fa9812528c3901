//! A text as the engine reads it: bytes in UTF-8 or some eight-bit encoding, with lines and columns.
//!
//! In come the bytes of a file, out goes something to scan whose positions are lines and columns of that file.
//! UTF-16 and UTF-32 are turned into UTF-8 first, which keeps lines and characters where they are.

use std::borrow::Cow;
use std::ops::Range;

use crate::finding::Position;

/// Returns the text to scan: the bytes themselves, unless they are UTF-16 or UTF-32, or characters without width part
/// its letters.
pub(super) fn readable(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes {
        [0xff, 0xfe, 0, 0, rest @ ..] => Cow::Owned(from_utf32(rest, u32::from_le_bytes)),
        [0, 0, 0xfe, 0xff, rest @ ..] => Cow::Owned(from_utf32(rest, u32::from_be_bytes)),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(from_utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(from_utf16(rest, u16::from_be_bytes)),
        _ => match width_of(bytes) {
            Width::Little16 => Cow::Owned(from_utf16(bytes, u16::from_le_bytes)),
            Width::Big16 => Cow::Owned(from_utf16(bytes, u16::from_be_bytes)),
            Width::Little32 => Cow::Owned(from_utf32(bytes, u32::from_le_bytes)),
            Width::Big32 => Cow::Owned(from_utf32(bytes, u32::from_be_bytes)),
            Width::Byte => seamless(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
        },
    }
}

/// Takes out the characters without width that stand between the letters of a word.
fn seamless(bytes: &[u8]) -> Cow<'_, [u8]> {
    /// What the spaces without width, the joiners and the word joiner begin with, in UTF-8.
    const LEAD: u8 = 0xe2;
    const REST: [[u8; 2]; 4] = [[0x80, 0x8b], [0x80, 0x8c], [0x80, 0x8d], [0x81, 0xa0]];
    let within = |at: &usize| {
        let letter = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        };
        REST.iter().any(|rest| bytes[at + 1..].starts_with(rest))
            && letter(at.checked_sub(1).and_then(|before| bytes.get(before)))
            && letter(bytes.get(at + 3))
    };
    let mut plain = Vec::new();
    let mut copied = 0;
    for at in memchr::memchr_iter(LEAD, bytes).filter(within) {
        plain.extend_from_slice(&bytes[copied..at]);
        copied = at + 3;
    }
    if copied == 0 {
        return Cow::Borrowed(bytes);
    }
    plain.extend_from_slice(&bytes[copied..]);
    Cow::Owned(plain)
}

/// How many bytes a character has, and in which order.
enum Width {
    Byte,
    Little16,
    Big16,
    Little32,
    Big32,
}

/// Text in UTF-16 or UTF-32 without a byte order mark is mostly ASCII with zeros beside each letter.
fn width_of(bytes: &[u8]) -> Width {
    const SAMPLE: usize = 512;
    const SHORTEST: usize = 16;
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if sample.len() < SHORTEST || memchr::memchr(0, sample).is_none() {
        return Width::Byte;
    }
    let quarter = sample.len() / 4;
    let zeros = |first: usize| {
        let places = sample.iter().skip(first).step_by(4);
        places.filter(|byte| **byte == 0).count()
    };
    let (most, few) = (quarter * 7 / 10, quarter / 20);
    let full = [0, 1, 2, 3].map(|first| zeros(first) >= most);
    let bare = [0, 1, 2, 3].map(|first| zeros(first) <= few);
    match (full, bare) {
        ([false, true, false, true], [true, _, true, _]) => Width::Little16,
        ([true, false, true, false], [_, true, _, true]) => Width::Big16,
        ([false, true, true, true], [true, ..]) => Width::Little32,
        ([true, true, true, false], [.., true]) => Width::Big32,
        _ => Width::Byte,
    }
}

fn from_utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> Vec<u8> {
    let characters = bytes.chunks(4).map(|four| {
        <[u8; 4]>::try_from(four)
            .ok()
            .and_then(|four| char::from_u32(unit(four)))
            .unwrap_or(char::REPLACEMENT_CHARACTER)
    });
    characters.collect::<String>().into_bytes()
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = bytes.chunks(2).map(|pair| {
        if let [a, b] = pair {
            unit([*a, *b])
        } else {
            0xfffd
        }
    });
    let text: String = char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    text.into_bytes()
}

/// Returns the line around a position, without its end; of a line that has none in reach, the part in reach.
pub(super) fn line_around(text: &[u8], at: usize) -> Range<usize> {
    const REACH: usize = 16 << 10;
    let (first, last) = (at.saturating_sub(REACH), text.len().min(at + REACH));
    let start =
        memchr::memrchr(b'\n', &text[first..at]).map_or(first, |newline| first + newline + 1);
    let mut end = memchr::memchr(b'\n', &text[at..last]).map_or(last, |newline| at + newline);
    if end > start && text[end - 1] == b'\r' {
        end -= 1;
    }
    start..end.max(at)
}

/// Returns whether the line of a position begins as documentation does that is written beside code: `* …`, `/// …`.
pub(super) fn is_documentation(text: &[u8], at: usize) -> bool {
    const REACH: usize = 200;
    let before = &text[at.saturating_sub(REACH)..at];
    let line = memchr::memrchr(b'\n', before).map_or(before, |newline| &before[newline + 1..]);
    let line = line.trim_ascii_start();
    line.starts_with(b"* ") || line.starts_with(b"/// ") || line.starts_with(b"//! ")
}

/// Returns the lines around a range, at most `lines` on either side and at most `bytes` bytes.
pub(super) fn lines_around(
    text: &[u8],
    range: &Range<usize>,
    lines: usize,
    bytes: usize,
) -> Range<usize> {
    let before = &text[range.start.saturating_sub(bytes)..range.start];
    let after = &text[range.end..text.len().min(range.end + bytes)];
    let back = memchr::memrchr_iter(b'\n', before)
        .nth(lines)
        .map_or(before.len(), |at| before.len() - at - 1);
    let forth = memchr::memchr_iter(b'\n', after)
        .nth(lines)
        .unwrap_or(after.len());
    range.start - back..range.end + forth
}

/// Turns byte offsets, asked in ascending order, into lines and columns.
#[derive(Clone)]
pub(super) struct Positions<'t> {
    text: &'t [u8],
    at: usize,
    line: u32,
    column: u32,
}

impl<'t> Positions<'t> {
    /// Starts at the first byte, which stands on `first_line`.
    pub(super) fn new(text: &'t [u8], first_line: u32) -> Self {
        Self {
            text,
            at: 0,
            line: first_line,
            column: 1,
        }
    }

    /// Returns the position of a byte that is not before the last one asked for.
    pub(super) fn of(&mut self, offset: usize) -> Position {
        let passed = &self.text[self.at..offset.max(self.at)];
        let newlines = memchr::memchr_iter(b'\n', passed).count();
        self.line = self.line.saturating_add(newlines as u32);
        let on_line = match memchr::memrchr(b'\n', passed) {
            Some(newline) => {
                self.column = 1;
                &passed[newline + 1..]
            }
            None => passed,
        };
        // Every byte but a continuation of UTF-8 begins a character.
        let characters = on_line.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        self.column = self.column.saturating_add(characters as u32);
        self.at = offset.max(self.at);
        Position {
            line: self.line,
            column: self.column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_read() {
        let little: Vec<u8> = "key = grün\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let big: Vec<u8> = "key = grün\r\n"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        for bytes in [
            little.clone(),
            big.clone(),
            [vec![0xff, 0xfe], little].concat(),
            [vec![0xfe, 0xff], big].concat(),
        ] {
            assert_eq!(&*readable(&bytes), "key = grün\r\n".as_bytes());
        }
        assert_eq!(&*readable(b"\xef\xbb\xbfa"), b"a");
        assert_eq!(
            &*readable(b"a\0b\0\0\0\0c\xff\0\0\0\0\0\0\0\0\0"),
            b"a\0b\0\0\0\0c\xff\0\0\0\0\0\0\0\0\0"
        );
    }

    #[test]
    fn utf_32_is_read() {
        let little: Vec<u8> = "key = grün\r\n"
            .chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect();
        let big: Vec<u8> = "key = grün\r\n"
            .chars()
            .flat_map(|c| u32::from(c).to_be_bytes())
            .collect();
        for bytes in [
            little.clone(),
            big.clone(),
            [vec![0xff, 0xfe, 0, 0], little].concat(),
            [vec![0, 0, 0xfe, 0xff], big].concat(),
        ] {
            assert_eq!(&*readable(&bytes), "key = grün\r\n".as_bytes());
        }
    }

    #[test]
    fn characters_without_width_do_not_part_a_word() {
        let text = "a\u{200b}b\u{2060}c \u{200d} d\u{2014}e";
        assert_eq!(
            &*readable(text.as_bytes()),
            "abc \u{200d} d\u{2014}e".as_bytes()
        );
    }

    #[test]
    fn positions_count_lines_and_characters() {
        let text = "a\r\nbü c\nd".as_bytes();
        let mut positions = Positions::new(text, 5);
        let mut at = |offset| (positions.of(offset).line, positions.of(offset).column);
        assert_eq!(at(0), (5, 1));
        assert_eq!(at(3), (6, 1));
        assert_eq!(at(7), (6, 4));
        assert_eq!(at(9), (7, 1));
        assert_eq!(line_around(text, 0), 0..1);
        assert_eq!(line_around(text, 4), 3..8);
    }
}
