//! `PuTTY`'s private keys.

use super::super::confirm::encoding;
use super::{Key, rules};

const LIMIT: usize = 64 << 10;

/// Reads the key file that begins at `at`.
pub(super) fn read(text: &[u8], at: usize) -> Option<Key> {
    let window = &text[at..text.len().min(at + LIMIT)];
    let first_line = window.split(|byte| *byte == b'\n').next()?.trim_ascii_end();
    let kind = field(first_line)?;
    let encryption = value_of(window, b"Encryption:")?;
    let (start, count) = position_of(window, b"Private-Lines:")?;
    let count: usize = std::str::from_utf8(count)
        .ok()?
        .parse()
        .ok()
        .filter(|count| (1..=400).contains(count))?;
    let mut end = start;
    let mut body = Vec::new();
    for line in window[start..]
        .split_inclusive(|byte| *byte == b'\n')
        .take(count)
    {
        body.extend_from_slice(line.trim_ascii());
        end += line.len();
    }
    let identity = encoding::base64(&body).filter(|bytes| bytes.len() >= 16)?;
    value_of(&window[end..], b"Private-MAC:")?;
    let rule = (encryption == b"none").then_some(rules::PUTTY_RULE);
    let end = start + window[start..end].trim_ascii_end().len();
    Some(Key {
        rule,
        value: at..at + end,
        public_prefix: start,
        claim: at..at + end,
        identity,
        kind: String::from_utf8_lossy(kind).into_owned(),
    })
}

fn field(line: &[u8]) -> Option<&[u8]> {
    let colon = memchr::memchr(b':', line)?;
    Some(line[colon + 1..].trim_ascii())
}

fn value_of<'t>(window: &'t [u8], name: &[u8]) -> Option<&'t [u8]> {
    position_of(window, name).map(|(_, value)| value)
}

/// Returns where the line after a header begins, and the header's value.
fn position_of<'t>(window: &'t [u8], name: &[u8]) -> Option<(usize, &'t [u8])> {
    let at = memchr::memmem::find(window, name)?;
    let end = memchr::memchr(b'\n', &window[at..]).map_or(window.len(), |end| at + end + 1);
    Some((end, field(&window[at..end])?))
}
