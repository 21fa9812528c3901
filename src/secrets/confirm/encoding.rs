//! Decoders: base64 in both alphabets, base32, base58 and Bech32.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_encode_padding(false)
    // Spare bits of the last character say nothing: whoever makes up a value for a test leaves them set.
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

/// Decodes base64, padded or not, of either alphabet (but not of both at once).
pub(in crate::secrets) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    if text.is_empty() {
        return None;
    }
    let url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    if url_safe {
        URL_SAFE.decode(text).ok()
    } else {
        STANDARD.decode(text).ok()
    }
}

/// Encodes base64 without padding.
pub(in crate::secrets) fn to_base64(bytes: &[u8], url_safe: bool) -> String {
    if url_safe {
        URL_SAFE.encode(bytes)
    } else {
        STANDARD.encode(bytes)
    }
}

/// Decodes base32 of one case; bits that fill no byte are dropped.
pub(in crate::secrets) fn base32(text: &[u8]) -> Option<Vec<u8>> {
    let lower = text.iter().any(u8::is_ascii_lowercase);
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' if !lower => byte - b'A',
            b'a'..=b'z' if lower => byte - b'a',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u32::from(digit);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

/// Encodes base32 in upper case, without padding.
pub(in crate::secrets) fn to_base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            text.push(char::from(DIGITS[(bits >> count & 31) as usize]));
        }
    }
    if count > 0 {
        text.push(char::from(DIGITS[(bits << (5 - count) & 31) as usize]));
    }
    text
}

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Decoding is quadratic, and no format is longer.
const BASE58_LIMIT: usize = 256;

/// Decodes base58 with Bitcoin's alphabet.
pub(in crate::secrets) fn base58(text: &[u8]) -> Option<Vec<u8>> {
    if text.is_empty() || text.len() > BASE58_LIMIT {
        return None;
    }
    // Little-endian while it grows.
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    for byte in text {
        let mut carry = BASE58.iter().position(|digit| digit == byte)? as u32;
        for digit in &mut bytes {
            carry += u32::from(*digit) * 58;
            *digit = carry as u8;
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push(carry as u8);
            carry >>= 8;
        }
    }
    bytes.extend(text.iter().take_while(|byte| **byte == b'1').map(|_| 0));
    bytes.reverse();
    Some(bytes)
}

/// Encodes base58 with Bitcoin's alphabet.
pub(in crate::secrets) fn to_base58(bytes: &[u8]) -> String {
    let mut digits: Vec<u8> = Vec::new();
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58) as u8);
            carry /= 58;
        }
    }
    digits.extend(bytes.iter().take_while(|byte| **byte == 0).map(|_| 0));
    digits
        .iter()
        .rev()
        .map(|digit| char::from(BASE58[usize::from(*digit)]))
        .collect()
}

const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Returns whether the six last characters of a Bech32 text are its checksum.
pub(in crate::secrets) fn is_bech32(text: &[u8]) -> bool {
    text.len() > 6
        && bech32_checksum(&text[..text.len() - 6]).as_deref() == Some(&text[text.len() - 6..])
}

/// Returns the checksum that follows a Bech32 text, in its case.
pub(in crate::secrets) fn bech32_checksum(before: &[u8]) -> Option<Vec<u8>> {
    let upper = before.iter().any(u8::is_ascii_uppercase);
    let lower = before.to_ascii_lowercase();
    let separator = memchr::memrchr(b'1', &lower)?;
    let (human, data) = (&lower[..separator], &lower[separator + 1..]);
    let mut state = 1_u32;
    let mut feed = |value: u8| {
        const GENERATOR: [u32; 5] = [
            0x3b6a_57b2,
            0x2650_8e6d,
            0x1ea1_19fa,
            0x3d42_33dd,
            0x2a14_62b3,
        ];
        let top = state >> 25;
        state = (state & 0x1ff_ffff) << 5 ^ u32::from(value);
        for (bit, generator) in GENERATOR.iter().enumerate() {
            if top >> bit & 1 == 1 {
                state ^= generator;
            }
        }
    };
    human.iter().for_each(|byte| feed(byte >> 5));
    feed(0);
    human.iter().for_each(|byte| feed(byte & 31));
    for byte in data {
        feed(BECH32.iter().position(|digit| digit == byte)? as u8);
    }
    (0..6).for_each(|_| feed(0));
    let remainder = state ^ 1;
    let digits = (0..6).map(|index| BECH32[(remainder >> (5 * (5 - index)) & 31) as usize]);
    Some(
        digits
            .map(|digit| {
                if upper {
                    digit.to_ascii_uppercase()
                } else {
                    digit
                }
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes() {
        let bytes: Vec<u8> = (0..40).map(|n: u8| n.wrapping_mul(37)).collect();
        assert_eq!(base32(to_base32(&bytes).as_bytes()), Some(bytes.clone()));
        assert_eq!(base58(to_base58(&bytes).as_bytes()), Some(bytes.clone()));
        assert_eq!(base64(to_base64(&bytes, true).as_bytes()), Some(bytes));
        assert_eq!(base58(b"StV1DL6CwTryKyV"), Some(b"hello world".to_vec()));
        assert_eq!(base58(b"0OIl"), None);
        assert_eq!(base64(b"a+_="), None);
    }

    #[test]
    fn bech32_is_the_standard_one() {
        // The vectors of BIP 173.
        for text in ["A12UEL5L", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"] {
            assert!(is_bech32(text.as_bytes()), "{text}");
        }
        assert!(!is_bech32(b"A12UEL5M"));
    }
}
