//! Bytes of a requirements file to text: by byte order mark, then by the coding comment, then UTF-8, then
//! Latin-1, so that every file can be read.

use std::borrow::Cow;

/// Returns the text, and the name of a declared encoding that is not known here.
pub(super) fn decode(content: &[u8]) -> (Cow<'_, str>, Option<String>) {
    if let Some(rest) = content.strip_prefix(b"\xef\xbb\xbf") {
        return (utf8_or_latin(rest), None);
    }
    if let Some(rest) = content.strip_prefix(b"\xff\xfe\0\0") {
        return (wide(rest, u32::from_le_bytes), None);
    }
    if let Some(rest) = content.strip_prefix(b"\0\0\xfe\xff") {
        return (wide(rest, u32::from_be_bytes), None);
    }
    if let Some(rest) = content.strip_prefix(b"\xff\xfe") {
        return (utf16(rest, u16::from_le_bytes), None);
    }
    if let Some(rest) = content.strip_prefix(b"\xfe\xff") {
        return (utf16(rest, u16::from_be_bytes), None);
    }
    match declared(content) {
        Some(name) => match name.as_str() {
            "utf-8" | "utf8" | "utf-8-sig" | "us-ascii" | "ascii" => (utf8_or_latin(content), None),
            // The printable characters that differ between these stand in comments only.
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "iso-latin-1" | "l1"
            | "iso-8859-15" | "cp1252" | "windows-1252" => (latin(content), None),
            _ => (utf8_or_latin(content), Some(name)),
        },
        None => (utf8_or_latin(content), None),
    }
}

fn utf8_or_latin(content: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(content) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => latin(content),
    }
}

fn latin(content: &[u8]) -> Cow<'_, str> {
    Cow::Owned(content.iter().map(|&byte| char::from(byte)).collect())
}

fn utf16(content: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'_, str> {
    let units = content.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
    Cow::Owned(text.collect())
}

fn wide(content: &[u8], unit: fn([u8; 4]) -> u32) -> Cow<'_, str> {
    let units = content
        .chunks_exact(4)
        .map(|four| unit([four[0], four[1], four[2], four[3]]));
    let text = units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
    Cow::Owned(text.collect())
}

/// Returns the encoding that a comment in the first two lines declares, as Python source files do.
fn declared(content: &[u8]) -> Option<String> {
    content
        .split(|&byte| byte == b'\n')
        .take(2)
        .find_map(|line| {
            let line = &line[..line.len().min(200)];
            let line = String::from_utf8_lossy(line);
            let (_, rest) = line.trim_start().strip_prefix('#')?.split_once("coding")?;
            let name = rest
                .strip_prefix([':', '='])?
                .trim_start_matches([' ', '\t']);
            let end = name
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
                .unwrap_or(name.len());
            let name = name[..end].to_ascii_lowercase().replace('_', "-");
            (!name.is_empty()).then_some(name)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_can_be_read() {
        let wide = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}a==1\n".encode_utf16().flat_map(unit).collect()
        };
        for (content, expected) in [
            (b"a==1\n".to_vec(), "a==1\n"),
            (b"\xef\xbb\xbfa==1\n".to_vec(), "a==1\n"),
            (wide(u16::to_le_bytes), "a==1\n"),
            (wide(u16::to_be_bytes), "a==1\n"),
            (b"# caf\xe9\na==1".to_vec(), "# caf\u{e9}\na==1"),
            (
                b"# -*- coding: latin-1 -*-\n#\xc3\xa9".to_vec(),
                "# -*- coding: latin-1 -*-\n#\u{c3}\u{a9}",
            ),
            (b"\xff\xfe\0\0a\0\0\0".to_vec(), "a"),
            (b"\xff\xfea".to_vec(), ""),
        ] {
            assert_eq!(decode(&content), (Cow::Borrowed(expected), None));
        }
        assert_eq!(
            decode(b"#\n# vim: coding=UTF_7\na").1.as_deref(),
            Some("utf-7")
        );
    }
}
