//! Identifiers with an inner structure: UUIDs, timestamps in ids, account numbers, key ranges.

use super::super::shape::Class;
use super::encoding;

/// Ids made before this time (2009-01-01) or after it (2050-01-01) are none.
const SECONDS: std::ops::Range<u64> = 1_230_768_000..2_524_608_000;

/// Returns whether the text holds a UUID of a known version and variant, or of version 4.
pub(super) fn is_uuid(text: &[u8], version_4: bool) -> bool {
    text.windows(36).any(|window| {
        let form = window.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
        let version = if version_4 {
            window[14] == b'4'
        } else {
            Class::UuidVersion.contains(window[14])
        };
        form && version && Class::UuidVariant.contains(window[19])
    })
}

/// Returns whether the text is a `MongoDB` object id whose time is plausible.
pub(super) fn is_object_id(text: &[u8]) -> bool {
    let time = text
        .get(..8)
        .and_then(|text| std::str::from_utf8(text).ok());
    let time = time.and_then(|text| u64::from_str_radix(text, 16).ok());
    text.len() == 24 && time.is_some_and(|time| SECONDS.contains(&time))
}

/// Returns whether the text is a ULID whose time is plausible.
pub(super) fn is_ulid(text: &[u8]) -> bool {
    if text.len() != 26 {
        return false;
    }
    let digit = |byte: &u8| {
        b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
            .iter()
            .position(|digit| *digit == byte.to_ascii_uppercase())
    };
    let time = text[..10]
        .iter()
        .try_fold(0_u64, |time, byte| Some(time << 5 | digit(byte)? as u64));
    text.iter().all(|byte| digit(byte).is_some())
        && time.is_some_and(|time| SECONDS.contains(&(time / 1000)))
}

/// Returns whether the text begins with a KSUID whose time is plausible.
pub(super) fn has_ksuid(text: &[u8]) -> bool {
    const EPOCH: u64 = 1_400_000_000;
    const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut number = [0_u8; 21];
    let Some(text) = text.get(..27) else {
        return false;
    };
    for byte in text {
        let Some(digit) = DIGITS.iter().position(|digit| digit == byte) else {
            return false;
        };
        let mut carry = digit as u32;
        for place in number.iter_mut().rev() {
            carry += u32::from(*place) * 62;
            *place = carry as u8;
            carry >>= 8;
        }
    }
    let time = u64::from(u32::from_be_bytes([
        number[1], number[2], number[3], number[4],
    ]));
    number[0] == 0 && SECONDS.contains(&(time + EPOCH))
}

/// Returns whether the text holds a number of 15 to 20 digits that carries a plausible time.
pub(super) fn has_snowflake(text: &[u8]) -> bool {
    text.split(|byte| !byte.is_ascii_digit())
        .any(|digits| (15..=20).contains(&digits.len()) && is_snowflake(digits))
}

fn is_snowflake(digits: &[u8]) -> bool {
    /// Discord counts from 2015, in milliseconds.
    const EPOCH: u64 = 1_420_070_400;
    let number = std::str::from_utf8(digits)
        .ok()
        .and_then(|digits| digits.parse::<u64>().ok());
    number.is_some_and(|number| SECONDS.contains(&((number >> 22) / 1000 + EPOCH)))
}

/// Returns whether the part before the first dot is the base64 of an account's number.
pub(super) fn is_discord(text: &[u8]) -> bool {
    let id = text
        .split(|byte| *byte == b'.')
        .next()
        .and_then(encoding::base64);
    id.is_some_and(|id| {
        (17..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit) && is_snowflake(&id)
    })
}

/// What an AWS access key id says of its account.
pub(super) enum Account {
    /// Its number.
    Number(u64),
    /// Nothing: ids of old did not hold it.
    Old,
    /// The text is no id.
    Impossible,
}

/// Returns what the sixteen last characters of an AWS access key id hold.
pub(super) fn aws_account(id: &[u8]) -> Account {
    let Some(decoded) = id.get(4..20).and_then(encoding::base32) else {
        return Account::Impossible;
    };
    match id[4] {
        b'I' | b'J' => return Account::Old,
        b'Q'..=b'Z' | b'2'..=b'7' => {}
        _ => return Account::Impossible,
    }
    let number = decoded[..6]
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    match (number & 0x7fff_ffff_ff80) >> 7 {
        account @ ..=999_999_999_999 => Account::Number(account),
        _ => Account::Impossible,
    }
}

/// Returns whether a marker stands in the middle of what follows the prefix.
pub(super) fn has_equal_halves(text: &[u8], marker: &[u8]) -> bool {
    let Some(at) = memchr::memmem::rfind(text, marker) else {
        return false;
    };
    let half = text.len() - at - marker.len();
    // The left half ends at the marker and begins behind the dash of the prefix.
    at.checked_sub(half)
        .is_some_and(|start| start > 0 && text[start - 1] == b'-' && half >= 20)
}

/// Returns whether 64 hexadecimal digits (with or without `0x`) are a private key of secp256k1: not 0, and below the
/// order of the curve.
pub(super) fn is_secp256k1_key(text: &[u8]) -> bool {
    const ORDER: &[u8; 64] = b"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    let text = text
        .strip_prefix(b"0x")
        .unwrap_or(text)
        .to_ascii_lowercase();
    text.len() == 64
        && text.iter().all(u8::is_ascii_hexdigit)
        && text.iter().any(|digit| *digit != b'0')
        && text.as_slice() < ORDER.as_slice()
}

/// Returns whether the words are a BIP 39 phrase, judged by what holds without the list of words: their number and
/// form, and that the first four letters tell them apart.
pub(super) fn is_mnemonic(text: &[u8]) -> bool {
    let words: Vec<_> = text
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .collect();
    matches!(words.len(), 12 | 15 | 18 | 21 | 24)
        && words
            .iter()
            .all(|word| (3..=8).contains(&word.len()) && word.iter().all(u8::is_ascii_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_hold_what_they_should() {
        assert!(is_uuid(b"x-0b9f3c52-6d1e-4f7a-9c3d-2f1b0a9e8d7c", true));
        assert!(!is_uuid(b"0b9f3c52-6d1e-0f7a-9c3d-2f1b0a9e8d7c", false));
        assert!(is_object_id(b"65a1b2c3d4e5f60718293a4b"));
        assert!(!is_object_id(b"05a1b2c3d4e5f60718293a4b"));
        assert!(is_ulid(b"01HV4Z3M8K9Q2W7X5C6B1N0RTD"));
        assert!(!is_ulid(b"71HV4Z3M8K9Q2W7X5C6B1N0RTD"));
        assert!(has_ksuid(b"0ujtsYcgvSTl8PAuAdqWYSMnLOv"));
        assert!(has_snowflake(b"id 175928847299117063."));
    }

    #[test]
    fn an_aws_id_names_its_account() {
        let id = ["ASIA", "Y34FZKBOKMUTVV7A"].concat();
        let Account::Number(number) = aws_account(id.as_bytes()) else {
            panic!("no account")
        };
        assert_eq!(number, 609_629_065_308);
        let id = ["AKIA", "BCDEFGHIJKLMNOPQ"].concat();
        assert!(matches!(aws_account(id.as_bytes()), Account::Impossible));
    }
}
