//! The offline checks: does a value that looks like a token have the structure of one?
//!
//! In comes a value with what the shape says about it, out goes whether a check fails, holds, or proves the value.
//! To add a check, name it in `check.rs` and answer for it in [`run`].

pub(super) mod azure;
pub(super) mod checksum;
pub(super) mod encoding;
mod identifier;
pub(super) mod jwt;
mod macaroon;
mod statistics;

use std::ops::Range;

use super::check::Kind;
use super::table::Check;

/// What a check says of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// The value is none of the rule's.
    Fails,
    /// The value may well be one.
    Holds,
    /// A structure that nobody writes by accident is there.
    Structured,
    /// A checksum matches.
    Proves,
}

/// A value under examination.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a> {
    /// The text that the value stands in.
    pub(super) text: &'a [u8],
    /// Where the value begins in it.
    pub(super) start: usize,
    /// The value.
    pub(super) bytes: &'a [u8],
    /// The length of the literal that the shape begins with.
    pub(super) head: usize,
    /// The runs of the shape, relative to the value; the whole value for a regular expression.
    pub(super) runs: &'a [Range<usize>],
}

impl<'a> Value<'a> {
    /// Returns the value without the literal that it begins with.
    pub(super) fn payload(&self) -> &'a [u8] {
        &self.bytes[self.head.min(self.bytes.len())..]
    }

    /// Returns the parts that a decoder may take: all, from the last separator of the head on, and what follows the
    /// head; each to the end of the value, and to the end of its first run.
    fn encoded(&self) -> impl Iterator<Item = &'a [u8]> {
        let head = &self.bytes[..self.head.min(self.bytes.len())];
        let behind = head
            .iter()
            .rposition(|byte| !byte.is_ascii_alphanumeric())
            .map_or(0, |at| at + 1);
        let bytes = self.bytes;
        let run_end = self.runs.first().map_or(bytes.len(), |run| run.end);
        let starts = [0, behind, head.len()];
        starts
            .into_iter()
            .flat_map(move |from| [&bytes[from..], &bytes[from.min(run_end)..run_end]])
    }

    /// Returns the runs' bytes.
    fn fields(&self) -> impl Iterator<Item = &'a [u8]> {
        let bytes = self.bytes;
        self.runs.iter().map(move |run| &bytes[run.clone()])
    }
}

/// Applies one check. Facts worth telling go to `notes`.
pub(super) fn run(check: &Check, value: &Value<'_>, notes: &mut Vec<String>) -> Outcome {
    use Outcome::{Fails, Holds, Proves, Structured};
    let grade = |passes: bool, good: Outcome| if passes { good } else { Fails };
    let parameter = check.parameter;
    match check.kind {
        Kind::Mixed => grade(statistics::is_mixed(value.payload()), Holds),
        Kind::NotHex => grade(!value.payload().iter().all(u8::is_ascii_hexdigit), Holds),
        Kind::Entropy => {
            let bits: f64 = parameter.parse().unwrap_or_default();
            grade(statistics::entropy(value.payload()) >= bits, Holds)
        }
        Kind::Uuid | Kind::Uuid4 => grade(
            identifier::is_uuid(value.bytes, check.kind == Kind::Uuid4),
            Holds,
        ),
        Kind::ObjectId => grade(value.fields().any(identifier::is_object_id), Holds),
        Kind::Ulid => grade(value.fields().any(identifier::is_ulid), Holds),
        Kind::Ksuid => grade(identifier::has_ksuid(value.payload()), Holds),
        Kind::Snowflake => grade(identifier::has_snowflake(value.bytes), Holds),
        Kind::Discord => grade(identifier::is_discord(value.bytes), Structured),
        Kind::AwsId => match identifier::aws_account(value.bytes) {
            identifier::Account::Number(number) => {
                notes.push(format!("AWS account {number:012}"));
                Structured
            }
            identifier::Account::Old => Holds,
            identifier::Account::Impossible => Fails,
        },
        Kind::OpenAi => grade(
            identifier::has_equal_halves(value.bytes, b"T3BlbkFJ"),
            Structured,
        ),
        Kind::AzureAnnotated => grade(azure::is_annotated(value.bytes, parameter), Structured),
        Kind::Jwt => jwt::check(value.bytes, notes),
        Kind::Macaroon => grade(value.encoded().any(macaroon::is_macaroon), Structured),
        Kind::Base64 | Kind::Base64Text | Kind::Base64Json | Kind::Basic => base64(check, value),
        Kind::Base32 => grade(
            value
                .encoded()
                .any(|text| sized(encoding::base32(text), parameter)),
            Holds,
        ),
        Kind::Base58 => grade(
            value
                .encoded()
                .any(|text| sized(encoding::base58(text), parameter)),
            Structured,
        ),
        Kind::HexKey => grade(identifier::is_secp256k1_key(value.payload()), Holds),
        Kind::Pem => grade(super::structure::holds_key(value.bytes), Structured),
        Kind::Bip39 => grade(identifier::is_mnemonic(value.bytes), Proves),
        Kind::Bech32 => grade(encoding::is_bech32(value.bytes), Proves),
        Kind::Base58Check => grade(checksum::is_base58_check(value.bytes), Proves),
        Kind::Nkey => grade(checksum::is_nkey(value.bytes), Proves),
        Kind::Stellar => grade(checksum::is_stellar(value.bytes), Proves),
        Kind::AzureKey => grade(azure::is_key(value.bytes, parameter), Proves),
        Kind::AzureDevOpsLegacy => grade(azure::is_devops_token(value.bytes), Proves),
        Kind::Supabase => grade(checksum::is_supabase(value), Proves),
        _ => grade(checksum::matches(check, value.bytes, value.head), Proves),
    }
}

fn base64(check: &Check, value: &Value<'_>) -> Outcome {
    let parameter = check.parameter;
    let decoded = || {
        value
            .encoded()
            .chain(value.fields())
            .filter_map(encoding::base64)
    };
    let (passes, good) = match check.kind {
        Kind::Base64 if parameter.is_empty() => (decoded().next().is_some(), Outcome::Holds),
        Kind::Base64 => {
            let whole = value
                .encoded()
                .any(|text| sized(encoding::base64(text), parameter));
            let mut fields = value.fields().peekable();
            let each = fields.peek().is_some()
                && fields.all(|text| sized(encoding::base64(text), parameter));
            (whole || each, Outcome::Holds)
        }
        Kind::Base64Text => (
            decoded().any(|text| begins_with(&text, parameter.as_bytes())),
            Outcome::Structured,
        ),
        Kind::Base64Json => (
            decoded().any(|text| is_json_object(&text, parameter)),
            Outcome::Structured,
        ),
        _ => (
            decoded().any(|text| is_user_and_password(&text)),
            Outcome::Structured,
        ),
    };
    if passes { good } else { Outcome::Fails }
}

fn sized(decoded: Option<Vec<u8>>, size: &str) -> bool {
    decoded.is_some_and(|decoded| size.is_empty() || size.parse() == Ok(decoded.len()))
}

/// Some formats put a few bytes before the text that they always hold.
fn begins_with(text: &[u8], wanted: &[u8]) -> bool {
    (0..=4).any(|skip| {
        text.get(skip..)
            .is_some_and(|text| text.starts_with(wanted))
    })
}

fn is_json_object(text: &[u8], key: &str) -> bool {
    let Ok(serde_json::Value::Object(object)) = serde_json::from_slice(text) else {
        return false;
    };
    key.is_empty() || object.contains_key(key)
}

fn is_user_and_password(text: &[u8]) -> bool {
    let printable = text.iter().all(|byte| (b' '..=b'~').contains(byte));
    let colon = memchr::memchr(b':', text);
    printable && colon.is_some_and(|colon| colon > 0 && text.len() > colon + 3)
}
