//! Text as it is scanned: bytes, with UTF-16 and UTF-32 turned into UTF-8 first, and positions in it.

use std::borrow::Cow;
use std::ops::Range;

use crate::finding::Position;

/// Returns the text to scan. What is neither UTF-16 nor UTF-32 is scanned as the bytes that it is.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String = char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        Cow::Owned(text.into_bytes())
    };
    let utf32 = |bytes: &[u8], unit: fn([u8; 4]) -> u32| {
        let units = bytes
            .chunks_exact(4)
            .map(|four| unit([four[0], four[1], four[2], four[3]]));
        let text: String = units
            .map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        Cow::Owned(text.into_bytes())
    };
    match bytes {
        [0xff, 0xfe, 0, 0, rest @ ..] => utf32(rest, u32::from_le_bytes),
        [0, 0, 0xfe, 0xff, rest @ ..] => utf32(rest, u32::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => match zero_bytes(bytes) {
            Some(Zeros::Odd) => utf16(bytes, u16::from_le_bytes),
            Some(Zeros::Even) => utf16(bytes, u16::from_be_bytes),
            None => Cow::Borrowed(bytes),
        },
    }
}

enum Zeros {
    Even,
    Odd,
}

/// Mostly ASCII text in UTF-16 without a mark has a zero in nearly every second byte, and on one side only.
fn zero_bytes(bytes: &[u8]) -> Option<Zeros> {
    let head = &bytes[..bytes.len().min(4096)];
    memchr::memchr(0, head)?;
    let (mut even, mut odd) = (0, 0);
    for pair in head.chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    let pairs = head.len() / 2;
    let most = |count: usize| pairs >= 4 && count * 10 >= pairs * 7;
    match (most(even) && odd == 0, most(odd) && even == 0) {
        (true, _) => Some(Zeros::Even),
        (_, true) => Some(Zeros::Odd),
        _ => None,
    }
}

/// Finds lines and columns of ascending offsets, reading the text once.
pub(super) struct Positions<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
    column: u32,
}

impl<'a> Positions<'a> {
    /// Starts at the beginning of the text, which is on line `first_line`.
    pub(super) fn new(text: &'a [u8], first_line: u32) -> Self {
        Self {
            text,
            at: 0,
            line: first_line,
            column: 1,
        }
    }

    /// Returns the position of an offset that is not below the one asked for before.
    pub(super) fn of(&mut self, offset: usize) -> Position {
        let passed = &self.text[self.at..offset.max(self.at)];
        match memchr::memrchr(b'\n', passed) {
            Some(last) => {
                self.line += memchr::memchr_iter(b'\n', passed).count() as u32;
                self.column = 1 + characters(&passed[last + 1..]);
            }
            None => self.column += characters(passed),
        }
        self.at = offset.max(self.at);
        Position {
            line: self.line,
            column: self.column,
        }
    }
}

/// Counts characters: every byte that does not continue one.
fn characters(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u32
}

/// Returns the bounds of the line that an offset is on, without its end, as far as `reach` bytes to either side.
pub(super) fn line_of(text: &[u8], offset: usize, reach: usize) -> Range<usize> {
    let from = offset.saturating_sub(reach);
    let to = text.len().min(offset + reach);
    let start = memchr::memrchr(b'\n', &text[from..offset]).map_or(from, |at| from + at + 1);
    let end = memchr::memchr(b'\n', &text[offset..to]).map_or(to, |at| offset + at);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_read_with_and_without_a_mark() {
        let text = "key = value\r\nnext = line\r\n";
        for big in [false, true] {
            let unit = |unit: u16| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            };
            let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
            assert_eq!(decode(&bytes), text.as_bytes());
            let marked = [unit(0xfeff).as_slice(), &bytes].concat();
            assert_eq!(decode(&marked), text.as_bytes());
        }
        assert_eq!(
            decode(b"a\0b\0\0\0binary\xff"),
            b"a\0b\0\0\0binary\xff".as_slice()
        );
    }

    #[test]
    fn columns_count_characters() {
        let text = "grün x\n日本y".as_bytes();
        let mut positions = Positions::new(text, 5);
        assert_eq!(positions.of(6), Position { line: 5, column: 6 });
        assert_eq!(positions.of(14), Position { line: 6, column: 3 });
    }
}
