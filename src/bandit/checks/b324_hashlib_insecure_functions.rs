//! B324: broken hash of the standard library
//!
//! Two texts with the same MD5 or SHA-1 digest can be made at will, so such a digest proves nothing.
//!
//! Use SHA-256 or newer, or say `usedforsecurity=False` where the digest is only a checksum.
//!
//! ```python,finds
//! import hashlib
//!
//! hashlib.md5(data)
//! ```
//!
//! ```python,clean
//! import hashlib
//!
//! hashlib.sha256(data)
//! ```
//!
//! <https://docs.python.org/3/library/hashlib.html>

use ruff_text_size::Ranged;

use super::prelude::*;
use crate::bandit::call::Keywords;

pub(super) static TEST: Test = Test {
    meta: page::B324.rule(Severity::High, 327),
    name: "hashlib_insecure_functions",
    function: "hashlib",
    confidence: Confidence::High,
    on: On::Call(Callee::Named(NAMES), run),
};

const NAMES: &[&str] = &["md4", "md5", "sha", "sha1", "new", "crypt", "mksalt"];
const HASHES: &[&str] = &["md4", "md5", "sha", "sha1"];
const METHODS: &[&str] = &["METHOD_CRYPT", "METHOD_MD5", "METHOD_BLOWFISH"];

fn run(_: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    if call.has_component("hashlib") {
        return hashlib(call);
    }
    if call.has_component("crypt") {
        return crypt(call);
    }
    None
}

fn hashlib(call: &Call<'_, '_>) -> Option<Found> {
    let keywords = call.values()?;
    let name = match call.name() {
        "new" => argument(call, &keywords, 0, "name")?,
        name if HASHES.contains(&name) => name.to_owned(),
        _ => return None,
    };
    let name = name.to_ascii_lowercase();
    let for_security = match keywords.get("usedforsecurity") {
        Some(value) => value.as_str() == Some("True"),
        None => true,
    };
    (HASHES.contains(&name.as_str()) && for_security).then(|| {
        let text =
            format!("{name} is broken: use SHA-256, or say `usedforsecurity=False` for a checksum");
        Found::new(text)
            .at(Some(call.node.range().start()))
            .quoting(&[12, 50], [&name.to_ascii_uppercase()])
    })
}

fn crypt(call: &Call<'_, '_>) -> Option<Found> {
    let (position, keyword) = match call.name() {
        "crypt" => (1, "salt"),
        "mksalt" => (0, "method"),
        _ => return None,
    };
    let method = argument(call, &call.values()?, position, keyword)?;
    METHODS.contains(&method.as_str()).then(|| {
        Found::new(format!("{method} is weak: use scrypt or Argon2"))
            .rated(Severity::Medium, Confidence::High)
            .at(Some(call.node.range().start()))
            .quoting(&[22, 15], [&method])
    })
}

/// Returns the string at a position, or behind a keyword where there are fewer arguments.
fn argument(
    call: &Call<'_, '_>,
    keywords: &Keywords<'_>,
    position: usize,
    keyword: &str,
) -> Option<String> {
    let args = call.arg_values()?;
    let value = args.get(position).or_else(|| keywords.get(keyword))?;
    value.as_str().map(str::to_owned)
}
