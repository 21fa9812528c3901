//! Undoes the escapes of URLs (`%3A`), of programs and JSON (`\u003a`, `\x3a`, `\/`) and of markup (`&#58;`, `&amp;`).

use std::ops::Range;

use super::{Origin, Plain};

/// The fewest escapes that make a run worth reading: one is a sign in a text.
const FEWEST: usize = 2;

/// Whether a run holds enough escapes to be worth reading.
pub(super) fn are_in(written: &[u8]) -> bool {
    memchr::memchr3_iter(b'%', b'\\', b'&', written)
        .filter(|at| escape(&written[*at..]).is_some())
        .nth(FEWEST - 1)
        .is_some()
}

/// Reads a run that holds escapes.
pub(super) fn decode(text: &[u8], run: Range<usize>) -> Option<Plain> {
    let written = &text[run.clone()];
    if !are_in(written) {
        return None;
    }
    let mut bytes = Vec::with_capacity(written.len());
    let mut places = Vec::with_capacity(written.len() + 1);
    let mut at = 0;
    while at < written.len() {
        let start = (run.start + at) as u32;
        let (character, length) = match escape(&written[at..]) {
            Some(found) => found,
            None => (char::from(0), 0),
        };
        if length == 0 {
            bytes.push(written[at]);
            places.push(start);
            at += 1;
            continue;
        }
        let mut buffer = [0; 4];
        for byte in character.encode_utf8(&mut buffer).bytes() {
            bytes.push(byte);
            places.push(start);
        }
        at += length;
    }
    places.push(run.end as u32);
    Some(Plain {
        bytes,
        form: "escapes",
        origin: Origin::Table(places),
        range: run,
    })
}

/// The character that an escape stands for, and how long the escape is.
fn escape(text: &[u8]) -> Option<(char, usize)> {
    match text {
        [b'%', digits @ ..] => Some((number(digits, 2)?, 3)),
        [b'\\', b'x', digits @ ..] => Some((number(digits, 2)?, 4)),
        [b'\\', b'u', digits @ ..] => Some((number(digits, 4)?, 6)),
        [b'\\', b'/', ..] => Some(('/', 2)),
        [b'&', b'#', rest @ ..] => {
            let hex = rest.first().is_some_and(|byte| matches!(byte, b'x' | b'X'));
            let digits = &rest[usize::from(hex)..];
            let length = digits.iter().take(7).position(|byte| *byte == b';')?;
            let written = std::str::from_utf8(&digits[..length]).ok()?;
            let radix = if hex { 16 } else { 10 };
            let character = char::from_u32(u32::from_str_radix(written, radix).ok()?)?;
            Some((character, 2 + usize::from(hex) + length + 1))
        }
        [b'&', rest @ ..] => {
            let named = [
                ("amp;", '&'),
                ("quot;", '"'),
                ("lt;", '<'),
                ("gt;", '>'),
                ("apos;", '\''),
            ];
            let (name, character) = named
                .into_iter()
                .find(|(name, _)| rest.starts_with(name.as_bytes()))?;
            Some((character, 1 + name.len()))
        }
        _ => None,
    }
}

/// A character by its number, which is written in this many digits.
fn number(digits: &[u8], count: usize) -> Option<char> {
    let written = digits.get(..count)?;
    if !written.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let written = std::str::from_utf8(written).ok()?;
    char::from_u32(u32::from_str_radix(written, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        for (written, plain) in [
            ("postgres%3A%2F%2Fa%3Ab%40h", "postgres://a:b@h"),
            (r"redis:\/\/a:b@h", "redis://a:b@h"),
            (r"\x67\x68\u0070x", "ghpx"),
            ("a=&quot;b&quot;&amp;c&#61;&#x64;", "a=\"b\"&c=d"),
            ("%zz%41%42", "%zzAB"),
        ] {
            let read = decode(written.as_bytes(), 0..written.len()).unwrap();
            assert_eq!(read.bytes, plain.as_bytes(), "{written}");
            assert_eq!(read.written(&(0..plain.len())), 0..written.len());
        }
        for written in ["100%41", r"C:\users\x", "a&b&c", "no escapes"] {
            assert!(
                decode(written.as_bytes(), 0..written.len()).is_none(),
                "{written}"
            );
        }
    }
}
