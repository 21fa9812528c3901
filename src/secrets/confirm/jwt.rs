//! JSON Web Tokens: whether the header and the payload are what they should be.
//!
//! Whether one has expired is not asked: the engine knows no clock.

use serde_json::{Map, Value};

use super::{Outcome, encoding};
use crate::finding::printable;

/// Claims of a header or payload.
pub(in crate::secrets) type Claims = Map<String, Value>;

/// Checks the token within `text` (from its `eyJ` on), and tells who issued it.
pub(super) fn check(text: &[u8], notes: &mut Vec<String>) -> Outcome {
    let Some((header, payload)) = parse(text) else {
        return Outcome::Fails;
    };
    if is_sample(&payload) {
        return Outcome::Fails;
    }
    if let Some(Value::String(algorithm)) = header.get("alg")
        && algorithm.eq_ignore_ascii_case("none")
    {
        notes.push("the token is not signed (`alg` is `none`)".to_owned());
    }
    if let Some(Value::String(issuer)) = payload.get("iss") {
        let issuer: String = issuer.chars().take(60).collect();
        notes.push(format!("issued by {}", printable(&issuer)));
    }
    Outcome::Structured
}

/// Returns header and payload of a token, if both are JSON objects and the header names an algorithm.
pub(in crate::secrets) fn parse(text: &[u8]) -> Option<(Claims, Claims)> {
    let token = &text[memchr::memmem::find(text, b"eyJ")?..];
    let mut fields = token.split(|byte| *byte == b'.');
    let header = claims(fields.next()?)?;
    let payload = claims(fields.next()?)?;
    header.contains_key("alg").then_some((header, payload))
}

fn claims(field: &[u8]) -> Option<Claims> {
    serde_json::from_slice(&encoding::base64(field)?).ok()
}

/// The token that every tutorial shows, whatever it is signed with.
fn is_sample(payload: &Claims) -> bool {
    let is = |key: &str, value: &str| payload.get(key).and_then(Value::as_str) == Some(value);
    is("name", "John Doe") || is("sub", "1234567890") || is("iss", "joe")
}
