//! Reads `Authorization: Basic …` and `Authorization: Bearer …`, and base64 pairs in other places.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::context::Context;
use super::literal;
use super::placed::{self, Placed};
use super::rules::Rule;
use super::shape::{Shape, shape};
use super::text::{
    before, byte, find_in, is_blank, is_quote, is_word, line_start, skip_blanks, skip_while, starts,
};
use super::url::{percent_decoded, split_pair};
use super::value::innocent;
use crate::secrets::candidate::Candidate;
use crate::secrets::score;

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
            extra: None,
            message: "credentials in a Basic authorization header",
        },
    )
}

/// Reads the value behind the word `Bearer` that ends at `at`.
pub(super) fn bearer(text: &[u8], context: &Context, at: usize) -> Option<Candidate> {
    let start = behind_number(text, separated(text, at)?);
    let end = skip_while(text, start, 1024, is_of_token);
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
            extra: (!header).then_some(score::NO_HEADER),
            message: "token in a Bearer authorization header",
        },
    )
}

/// Behind the number that some servers put before a token: `17|…`.
fn behind_number(text: &[u8], at: usize) -> usize {
    let end = skip_while(text, at, 12, |b| b.is_ascii_digit());
    if end > at && byte(text, end) == Some(b'|') {
        end + 1
    } else {
        at
    }
}

/// Reads `btoa("user:password")` and `CURLOPT_USERPWD => "user:password"`.
pub(super) fn encoded(text: &[u8], context: &Context, at: usize) -> Option<Candidate> {
    let start = skip_while(text, at, 8, |b| {
        is_blank(b) || matches!(b, b',' | b'=' | b'>')
    });
    let literal = literal::wrapped(text, start).filter(|literal| literal.whole)?;
    let (user, value) = split_pair(text, literal.value)?;
    if text[user] == text[value.clone()] {
        return None;
    }
    placed::judge(
        text,
        context,
        Placed {
            rule: Rule::Basic,
            value,
            extra: None,
            message: "credentials in a Basic authorization header",
        },
    )
}

/// What stands before a token in an `Authorization` header, beside `Basic` and `Bearer`.
const SCHEMES: &[&str] = &[
    "token ",
    "apikey ",
    "api-key ",
    "bot ",
    "ssws ",
    "geniekey ",
    "key ",
    "key=",
    "token=",
    "apikey=",
];

/// Reads a token behind the name `Authorization` that ends at `at`, with another scheme or none.
pub(super) fn authorization(text: &[u8], context: &Context, at: usize) -> Option<Candidate> {
    let between = |b: u8| is_blank(b) || is_quote(b) || matches!(b, b'\\' | b']');
    let sign = skip_while(text, at, 6, between);
    if !matches!(byte(text, sign), Some(b':' | b'=' | b',')) {
        return None;
    }
    let start = skip_while(text, sign + 1, 8, between);
    let scheme = SCHEMES.iter().find(|scheme| starts(text, start, scheme));
    let start = scheme.map_or(start, |scheme| start + scheme.len());
    let start = skip_while(text, start, 8, between);
    let end = skip_while(text, start, 1024, is_of_token);
    let value = &text[start..end];
    let ends = byte(text, end).is_none_or(|b| b.is_ascii_whitespace() || between(b) || b == b',');
    if !ends || value.len() < SHORTEST_TOKEN || is_jwt(value) || innocent(value).is_some() {
        return None;
    }
    if !matches!(shape(value)?, Shape::Random | Shape::Hex | Shape::Uuid) {
        return None;
    }
    placed::judge(
        text,
        context,
        Placed {
            rule: Rule::Bearer,
            value: start..end,
            extra: None,
            message: "token in an Authorization header",
        },
    )
}

fn is_of_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
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
