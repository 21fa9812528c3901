//! Azure's identifiable secrets: Marvin32 checksums, annotated keys, and the older DevOps tokens.

use super::super::shape::Class;
use super::checksum::digits;
use super::encoding;

const ENTRA_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";

/// Returns the last three characters of a client secret, given those before.
pub(super) fn entra_checksum(before: &[u8]) -> Vec<u8> {
    let mut text = digits(u64::from(marvin32(before, b"AadPwd00")), ENTRA_DIGITS, 6);
    text.truncate(3);
    text
}

/// Returns whether the last four bytes of a key are the checksum of the rest under one of the seeds.
pub(super) fn is_key(value: &[u8], seeds: &str) -> bool {
    let Some(bytes) = encoding::base64(value).filter(|bytes| bytes.len() > 4) else {
        return false;
    };
    let (body, checksum) = bytes.split_at(bytes.len() - 4);
    seeds
        .split(',')
        .any(|seed| key_checksum(body, seed).is_some_and(|expected| expected == checksum))
}

/// Returns the four last bytes of a key, given those before.
pub(in crate::secrets) fn key_checksum(body: &[u8], seed: &str) -> Option<[u8; 4]> {
    let seed = seed.as_bytes().try_into().ok()?;
    Some(marvin32(body, seed).to_le_bytes())
}

fn marvin32(data: &[u8], seed: &[u8; 8]) -> u32 {
    let seed = u64::from_be_bytes(*seed);
    let (mut a, mut b) = (seed as u32, (seed >> 32) as u32);
    let mut mix = |word: u32| {
        a = a.wrapping_add(word);
        b ^= a;
        a = a.rotate_left(20).wrapping_add(b);
        b = b.rotate_left(9) ^ a;
        a = a.rotate_left(27).wrapping_add(b);
        b = b.rotate_left(19);
    };
    let chunks = data.chunks_exact(4);
    let rest = chunks.remainder();
    for chunk in chunks {
        mix(u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]));
    }
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    mix(u32::from_le_bytes(last));
    mix(0);
    a ^ b
}

/// Returns whether a key carries the annotation of its service: marker, year, month and provider at fixed places.
pub(super) fn is_annotated(value: &[u8], provider: &str) -> bool {
    let field = |at: usize, length: usize| value.get(at..at + length).unwrap_or_default();
    let providers_match = match provider {
        "" => field(76, 4).len() == 4,
        _ => field(76, 4) == provider.as_bytes(),
    };
    matches!(value.len(), 84 | 88)
        && field(52, 6) == b"JQQJ99"
        && field(58, 1).iter().all(u8::is_ascii_alphanumeric)
        && field(59, 1).iter().all(|byte| Class::Month.contains(*byte))
        && providers_match
}

/// The bytes of an older DevOps token that its checksum covers, and those it is scattered over.
const COVERED: [std::ops::Range<usize>; 4] = [0..2, 3..7, 9..22, 23..32];
const SCATTERED: [usize; 4] = [22, 8, 7, 2];
/// What the checksum is combined with: tokens of users, tokens of applications.
const MASKS: [u32; 2] = [0xe0b9_692d, 0x1019_f92e];

/// Returns whether an older DevOps token carries its scattered checksum.
pub(super) fn is_devops_token(value: &[u8]) -> bool {
    let Some(bytes) = encoding::base32(value).filter(|bytes| bytes.len() == 32) else {
        return false;
    };
    let found = SCATTERED.map(|at| bytes[at]);
    devops_checksums(&bytes).contains(&found)
}

fn devops_checksums(bytes: &[u8]) -> [[u8; 4]; 2] {
    let covered: Vec<u8> = COVERED
        .iter()
        .flat_map(|range| &bytes[range.clone()])
        .copied()
        .collect();
    MASKS.map(|mask| (crc32fast::hash(&covered) ^ mask).to_le_bytes())
}

/// Writes its checksum into the bytes of an older DevOps token.
pub(in crate::secrets) fn complete_devops(bytes: &mut [u8]) {
    let checksum = devops_checksums(bytes)[0];
    for (at, byte) in SCATTERED.iter().zip(checksum) {
        bytes[*at] = byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marvin32_is_the_published_one() {
        assert_eq!(marvin32(b"", b"Default0"), 0xcfd9_b134);
        assert_eq!(marvin32(b"abc", b"Default0"), 0x1a4c_888e);
        assert_eq!(marvin32(b"abcdefghij", b"Default0"), 0x6da8_0fc4);
    }

    #[test]
    fn a_devops_token_holds_its_checksum() {
        let mut bytes: Vec<u8> = (0..32).map(|n: u8| n.wrapping_mul(91)).collect();
        complete_devops(&mut bytes);
        let text = encoding::to_base32(&bytes).to_ascii_lowercase();
        assert!(is_devops_token(text.as_bytes()));
        bytes[5] ^= 1;
        assert!(!is_devops_token(encoding::to_base32(&bytes).as_bytes()));
    }
}
