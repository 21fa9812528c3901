//! From the bytes of a file to text, as Python does it: byte order mark, declared encoding, strictness.

use std::borrow::Cow;

use super::codec::{self, NoText};
use super::parse::NotParsed;
use super::settings::{PythonVersion, Settings};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The text of a file.
pub(super) struct Decoded<'a> {
    /// The text without byte order mark. Each byte that is no UTF-8 is a `?`.
    pub(super) text: Cow<'a, str>,
    /// Where such bytes are. Python accepts them inside of comments.
    pub(super) invalid: Vec<u32>,
    /// Whether the reference tool can read the file as text, too, and not only parse it.
    pub(super) readable: bool,
}

/// Decodes a file.
pub(super) fn decode<'a>(content: &'a [u8], settings: &Settings) -> Result<Decoded<'a>, NotParsed> {
    let (bom, body) = match content.strip_prefix(BOM) {
        Some(body) => (true, body),
        None => (false, content),
    };
    let old = settings.python < PythonVersion::Py312;
    let read = read(bom, body);
    if old || !settings.ignore_nosec {
        read.clone()?;
    }
    let normal = declared(bom, body, Ends::All)?;
    if normal != "utf-8" {
        let text = codec::decode(&normal, body).map_err(|problem| match problem {
            NoText::Unsupported => NotParsed::Encoding(normal.clone()),
            // What follows is for the reader of comments to say.
            _ if settings.ignore_nosec => NotParsed::Syntax,
            NoText::NotText => NotParsed::Exception,
            NoText::Wrong if old && codec::decode(&normal, b"").is_ok() => NotParsed::Exception,
            NoText::Wrong => NotParsed::Syntax,
        })?;
        return Ok(Decoded {
            text,
            invalid: Vec::new(),
            readable: read.is_ok(),
        });
    }
    let (text, invalid) = lenient(body);
    if !invalid.is_empty() && old {
        return Err(if settings.ignore_nosec {
            NotParsed::Syntax
        } else {
            NotParsed::Exception
        });
    }
    Ok(Decoded {
        text,
        readable: invalid.is_empty() && read.is_ok(),
        invalid,
    })
}

/// Returns what Python's reader of source texts says to the first lines of a file; the reference tool reads comments
/// with it, and the code that it shows. There only line feeds end a line, and a line in which an encoding may be
/// declared has to be UTF-8 itself.
fn read(bom: bool, body: &[u8]) -> Result<(), NotParsed> {
    if std::str::from_utf8(inspected(body, Ends::LineFeeds)).is_err() {
        return Err(NotParsed::Syntax);
    }
    let name = declared(bom, body, Ends::LineFeeds)?;
    match codec::decode(&name, b"") {
        Err(NoText::Wrong) => Err(NotParsed::Syntax),
        _ => Ok(()),
    }
}

/// Returns the encoding of a file by its own word.
fn declared(bom: bool, body: &[u8], ends: Ends) -> Result<String, NotParsed> {
    let normal = cookie(body, ends).map_or("utf-8".to_owned(), normal_name);
    if bom && normal != "utf-8" {
        return Err(NotParsed::Syntax);
    }
    Ok(normal)
}

/// Replaces every byte that is not part of UTF-8 by `?`, so that all others stay where they are.
fn lenient(body: &[u8]) -> (Cow<'_, str>, Vec<u32>) {
    if let Ok(text) = std::str::from_utf8(body) {
        return (Cow::Borrowed(text), Vec::new());
    }
    let (mut text, mut invalid) = (String::with_capacity(body.len()), Vec::new());
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            invalid.push(text.len() as u32);
            text.push('?');
        }
    }
    (Cow::Owned(text), invalid)
}

/// What ends a line.
#[derive(Clone, Copy)]
enum Ends {
    /// `\n`, `\r\n` and `\r`.
    All,
    /// `\n` only.
    LineFeeds,
}

/// Returns the lines in which a declaration is looked for: the first, and the second if the first holds no code.
fn inspected(body: &[u8], ends: Ends) -> &[u8] {
    let first = line(body, ends);
    if cookie_in(first).is_none() && is_blank(first) {
        let second = line(&body[first.len()..], ends);
        &body[..first.len() + second.len()]
    } else {
        first
    }
}

/// Returns the encoding that a file declares.
fn cookie(body: &[u8], ends: Ends) -> Option<&str> {
    let first = line(body, ends);
    cookie_in(first).or_else(|| {
        let second = || cookie_in(line(&body[first.len()..], ends));
        is_blank(first).then(second).flatten()
    })
}

fn line(body: &[u8], ends: Ends) -> &[u8] {
    let end = match ends {
        Ends::All => memchr::memchr2(b'\n', b'\r', body),
        Ends::LineFeeds => memchr::memchr(b'\n', body),
    };
    let behind = |end| end + 1 + usize::from(body[end..].starts_with(b"\r\n"));
    &body[..end.map_or(body.len(), behind)]
}

fn is_blank(line: &[u8]) -> bool {
    let first = line
        .iter()
        .find(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'));
    matches!(first, None | Some(b'#' | b'\r' | b'\n'))
}

/// Returns the name behind `coding:` or `coding=` in a line that is a comment.
fn cookie_in(line: &[u8]) -> Option<&str> {
    let hash = line
        .iter()
        .position(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'))?;
    let comment = line[hash..].strip_prefix(b"#")?;
    memchr::memmem::find_iter(comment, b"coding").find_map(|at| {
        let rest = &comment[at + b"coding".len()..];
        let (b':' | b'=', rest) = rest.split_first()? else {
            return None;
        };
        let blanks = rest
            .iter()
            .position(|byte| !matches!(byte, b' ' | b'\t'))
            .unwrap_or(rest.len());
        let name = &rest[blanks..];
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let length = name
            .iter()
            .position(|byte| !part(byte))
            .unwrap_or(name.len());
        std::str::from_utf8(&name[..length])
            .ok()
            .filter(|name| !name.is_empty())
    })
}

/// Folds the spellings of UTF-8 and of Latin-1 that Python's tokenizer knows.
fn normal_name(name: &str) -> String {
    let start: String = name.chars().take(12).collect();
    let start = start.to_ascii_lowercase().replace('_', "-");
    let is = |known: &str| {
        start
            .strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if is("utf-8") {
        "utf-8".to_owned()
    } else if ["latin-1", "iso-8859-1", "iso-latin-1"].into_iter().any(is) {
        "iso-8859-1".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_stand_in_comments_of_the_first_two_lines() {
        for (body, expected) in [
            ("# -*- coding: latin-1 -*-\n", Some("latin-1")),
            ("#!/x\n# vim: fileencoding=cp1252\n", Some("cp1252")),
            ("x\n# coding: cp1252\n", None),
            ("\n\n# coding: cp1252\n", None),
            ("# coding : cp1252\n", None),
            ("x = 1  # coding: cp1252", None),
        ] {
            assert_eq!(cookie(body.as_bytes(), Ends::All), expected, "{body:?}");
        }
    }

    #[test]
    fn a_reader_of_texts_ends_lines_at_line_feeds_only() {
        for (body, expected) in [
            (&b"# a\rx\rcoding: nowhere\r"[..], Err(NotParsed::Syntax)),
            (b"# a\nx\n# coding: nowhere\n", Ok(())),
            (b"# a\rx\r# \xff\r", Err(NotParsed::Syntax)),
            (b"x\n# \xff\n", Ok(())),
            (b"# \xff coding: latin-1\n", Err(NotParsed::Syntax)),
            (b"# coding: latin-1\n# \xff\n", Ok(())),
        ] {
            assert_eq!(read(false, body), expected, "{body:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_utf_8_keep_their_place() {
        let (text, invalid) = lenient(b"a\xff\xc3\xa9\xe2\x82b");
        assert_eq!((text.as_ref(), invalid), ("a?é??b", vec![1, 4, 5]));
    }

    #[test]
    fn spellings_are_folded() {
        for (name, normal) in [
            ("UTF_8", "utf-8"),
            ("utf-8-unix", "utf-8"),
            ("utf8", "utf8"),
            ("Latin_1", "iso-8859-1"),
            ("iso-8859-15", "iso-8859-15"),
        ] {
            assert_eq!(normal_name(name), normal);
        }
    }
}
