//! Private keys without their armour: the base64 of PKCS#1 or PKCS#8 in one piece, as Java programs and settings have
//! it, or over the lines of an armour whose header is elsewhere.

use super::super::confirm::encoding;
use super::super::shape::Class;
use super::der::{self, Der};
use super::{Key, rules};

/// Reads the key that begins with the `MII` at `at`: a long sequence whose first item is the number 0.
pub(super) fn read(text: &[u8], at: usize) -> Option<Key> {
    const LIMIT: usize = 16 << 10;
    let version = text.get(at + 5..at + 8)?;
    let begins = at == 0
        || !Class::B64.contains(text[at - 1])
        || super::super::matcher::is_escaped(&text[..at]);
    if !begins || !matches!(version, b"IBA" | b"gEA" | b"AgE") {
        return None;
    }
    let mut body = Vec::new();
    let mut end = at;
    for line in text[at..text.len().min(at + LIMIT)].split_inclusive(|byte| *byte == b'\n') {
        let bare = line.trim_ascii();
        let length = Class::B64.run(bare, LIMIT);
        body.extend_from_slice(&bare[..length]);
        let indent = line.len() - line.trim_ascii_start().len();
        end = end.max(at) + if length == 0 { 0 } else { indent + length };
        if length < bare.len() || length == 0 || !line.ends_with(b"\n") {
            break;
        }
        end += line.len() - indent - length;
    }
    let bytes =
        encoding::base64(&body).or_else(|| encoding::base64(&body[..body.len() / 4 * 4]))?;
    let Der::Key(kind) = der::read(&bytes)? else {
        return None;
    };
    let end = at + text[at..end.min(text.len())].trim_ascii_end().len();
    Some(Key {
        rule: Some(rules::PRIVATE_KEY_RULE),
        value: at..end,
        public_prefix: 3,
        claim: at..end,
        identity: bytes,
        kind,
    })
}
