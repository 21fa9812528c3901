//! Reads `Authorization: Basic …` and `Authorization: Bearer …`, and base64 pairs in other places.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::context::Context;
use super::placed::{self, Placed};
use super::rules::Rule;
use super::shape::{Shape, shape};
use super::text::{before, byte, find_in, is_blank, is_word, line_start, skip_blanks, skip_while};
use super::url::percent_decoded;
use super::value::innocent;
use crate::secrets::candidate::Candidate;

/// Standard base64, with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The length from which a bearer token is more than a word.
const SHORTEST_TOKEN: usize = 20;

/// Reads the value behind the word `Basic` that ends at `at`.
pub(super) fn basic(text: &[u8], context: &Context, at: usize) -> Option<Candidate> {
    let start = separated(text, at)?;
    let end = skip_while(text, start, 512, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
    });
    if end - start < 8
        || byte(text, end).is_some_and(|b| is_word(b) || matches!(b, b'.' | b'(' | b'-'))
    {
        return None;
    }
    let pair = credentials(&text[start..end])?;
    let colon = pair.iter().position(|&b| b == b':')?;
    let (user, password) = (&pair[..colon], percent_decoded(&pair[colon + 1..]));
    if user == password {
        return None;
    }
    placed::judge_as(
        &password,
        context,
        Placed {
            rule: Rule::Basic,
            value: start..end,
            extra: 0,
            message: "credentials in a Basic authorization header",
        },
    )
}

/// Reads the value behind the word `Bearer` that ends at `at`.
pub(super) fn bearer(text: &[u8], context: &Context, at: usize) -> Option<Candidate> {
    let start = separated(text, at)?;
    let end = skip_while(text, start, 1024, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
    });
    let value = &text[start..end];
    if value.len() < SHORTEST_TOKEN
        || is_jwt(value)
        || innocent(value).is_some()
        || byte(text, end).is_some_and(|b| matches!(b, b'(' | b'{' | b'$'))
    {
        return None;
    }
    // Words of prose follow the word as well; what is said of it must look drawn at random.
    if !matches!(shape(value)?, Shape::Random | Shape::Hex | Shape::Uuid) {
        return None;
    }
    let header = find_in(
        text,
        line_start(text, at).max(at.saturating_sub(80))..at,
        "auth",
    )
    .is_some();
    placed::judge(
        text,
        context,
        Placed {
            rule: Rule::Bearer,
            value: start..end,
            extra: if header { 0 } else { -2 },
            message: "token in a Bearer authorization header",
        },
    )
}

/// The start of the value behind a scheme's name, which a blank has to part from it.
fn separated(text: &[u8], at: usize) -> Option<usize> {
    let start = skip_blanks(text, at);
    let blank = start > at && before(text, start).is_some_and(is_blank);
    let escaped = text.get(at..at + 3) == Some(b"%20");
    if escaped {
        return Some(at + 3);
    }
    blank.then_some(start)
}

fn is_jwt(value: &[u8]) -> bool {
    value.starts_with(b"eyJ") && value.contains(&b'.')
}

/// Decodes base64 that is a printable `user:password`.
pub(super) fn credentials(encoded: &[u8]) -> Option<Vec<u8>> {
    let pair = printable_base64(encoded)?;
    let colon = pair.iter().position(|&b| b == b':')?;
    (colon > 0 && colon + 1 < pair.len()).then_some(pair)
}

/// Decodes base64 whose content is printable ASCII.
pub(super) fn printable_base64(encoded: &[u8]) -> Option<Vec<u8>> {
    let plain = BASE64.decode(encoded).ok()?;
    let plain = plain.trim_ascii_end();
    (!plain.is_empty() && plain.iter().all(|&b| b.is_ascii_graphic() || b == b' '))
        .then(|| plain.to_vec())
}
