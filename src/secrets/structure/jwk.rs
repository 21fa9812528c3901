//! Private JSON Web Keys.

use std::ops::Range;

use serde_json::Value;

use super::super::confirm::encoding;
use super::{Key, rules};

/// How far the object may reach on either side of `"kty"`.
const REACH: usize = 6000;

/// Reads the object around the `"kty"` at `at`.
pub(super) fn read(text: &[u8], at: usize) -> Option<Key> {
    let object = object_around(text, at)?;
    let Value::Object(fields) = serde_json::from_slice(&text[object.clone()]).ok()? else {
        return None;
    };
    let text_of = |name: &str| fields.get(name).and_then(Value::as_str);
    let (kind, secret) = match text_of("kty")? {
        "oct" => ("symmetric".to_owned(), text_of("k")?),
        kind @ ("RSA" | "EC" | "OKP") => (kind.to_owned(), text_of("d")?),
        _ => return None,
    };
    let identity = encoding::base64(secret.as_bytes()).filter(|bytes| bytes.len() >= 16)?;
    if super::super::placeholder::is_placeholder(secret.as_bytes())
        || super::super::placeholder::is_documented(secret.as_bytes())
    {
        return None;
    }
    let start = object.start + memchr::memmem::find(&text[object.clone()], secret.as_bytes())?;
    Some(Key {
        rule: Some(rules::JWK_RULE),
        value: start..start + secret.len(),
        public_prefix: 0,
        claim: object,
        identity,
        kind,
    })
}

/// Returns the braces around a position. The objects of keys hold no braces in their texts.
fn object_around(text: &[u8], at: usize) -> Option<Range<usize>> {
    let from = at.saturating_sub(REACH);
    let open = from + memchr::memrchr(b'{', &text[from..at])?;
    let to = text.len().min(at + REACH);
    let close = at + memchr::memchr(b'}', &text[at..to])?;
    Some(open..close + 1)
}
