//! Checksums that token formats carry.
//!
//! Most say at which place of the value which text has to stand: [`expected`] computes it, so that checking compares
//! encoded text (a checksum is padded, and decoding it loses the padding) and the examples of the rules can be
//! completed with it.

use sha2::{Digest as _, Sha256};

use super::super::check::Kind;
use super::super::table::Check;
use super::{Value, azure, encoding};

const UPPER_FIRST: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LOWER_FIRST: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Returns whether the checksum of a format matches.
pub(super) fn matches(check: &Check, value: &[u8], head: usize) -> bool {
    let stands = |at: usize, text: &[u8]| value.get(at..at + text.len()) == Some(text);
    let expected_one =
        expected(check.kind, value, head).is_some_and(|(at, text)| stands(at, &text));
    // npm's own tool and a public report disagree on whether the prefix counts.
    expected_one
        || check.parameter == "either"
            && expected(Kind::Crc32B62All, value, head).is_some_and(|(at, text)| stands(at, &text))
}

/// Returns where in the value which checksum has to stand; nothing for a check of another kind or a value too short.
pub(in crate::secrets) fn expected(
    kind: Kind,
    value: &[u8],
    head: usize,
) -> Option<(usize, Vec<u8>)> {
    let tail = |length: usize| value.len().checked_sub(length).filter(|at| *at >= head);
    let crc = crc32fast::hash;
    Some(match kind {
        Kind::Crc32B62 => {
            let at = tail(6)?;
            (at, digits(u64::from(crc(&value[head..at])), UPPER_FIRST, 6))
        }
        Kind::Crc32B62All => {
            let at = tail(6)?;
            (at, digits(u64::from(crc(&value[..at])), UPPER_FIRST, 6))
        }
        Kind::Apify => {
            let at = tail(6)?;
            (at, digits(u64::from(crc(&value[..at])), LOWER_FIRST, 6))
        }
        Kind::GitHubFineGrained => {
            let digest = Sha256::digest(value.get(..77)?);
            (77, encoding::to_base32(&digest)[..8].into())
        }
        Kind::GitLabRoutable => {
            let at = tail(7)?;
            payload_length_matches(value, at).then_some(())?;
            (
                at,
                digits(u64::from(crc(&value[..at])), &LOWER_FIRST[..36], 7),
            )
        }
        Kind::Crc32HexUpper => {
            let at = tail(8)?;
            (at, format!("{:08X}", crc(&value[..at])).into())
        }
        Kind::Canva => {
            let at = tail(8)?;
            (at, format!("{:08x}", crc(&value[..at])).into())
        }
        Kind::Crc32HexBody => {
            let at = tail(8)?;
            (at, format!("{:08x}", crc(&value[head..at])).into())
        }
        Kind::Zuplo => {
            let at = tail(9)?;
            (at + 1, format!("{:08x}", crc(&value[head..at])).into())
        }
        Kind::Grafana => {
            let at = tail(9)?;
            (
                at + 1,
                format!("{:08x}", crc(&value[..at]).swap_bytes()).into(),
            )
        }
        Kind::Confluent => {
            let at = tail(6)?;
            (
                at,
                encoding::to_base64(&crc(&value[head..at]).to_le_bytes(), false).into(),
            )
        }
        Kind::Notion => {
            let at = tail(3)?;
            (
                at,
                digits(u64::from(crc16_arc(&value[..at])), LOWER_FIRST, 3),
            )
        }
        Kind::AzureEntra => {
            let at = tail(3)?;
            (at, azure::entra_checksum(&value[..at]))
        }
        Kind::Bech32 => {
            let at = tail(6)?;
            (at, encoding::bech32_checksum(&value[..at])?)
        }
        _ => return None,
    })
}

/// The two characters before the checksum are the length of the payload, in base 36.
fn payload_length_matches(value: &[u8], at: usize) -> bool {
    let Some(dot) = at.checked_sub(3).filter(|dot| value[*dot] == b'.') else {
        return false;
    };
    let claimed = std::str::from_utf8(&value[dot + 1..at])
        .ok()
        .and_then(|text| usize::from_str_radix(text, 36).ok());
    let payload_end = memchr::memchr(b'.', value).unwrap_or(dot);
    // The payload begins behind the prefix: `glpat-`, or `glrt-t1_`.
    let starts = [b'-', b'_'].map(|mark| memchr::memchr(mark, value).map(|at| at + 1));
    starts
        .into_iter()
        .flatten()
        .any(|start| payload_end.checked_sub(start) == claimed)
}

/// Writes a number in the digits of `alphabet`, padded on the left.
pub(super) fn digits(mut number: u64, alphabet: &[u8], width: usize) -> Vec<u8> {
    let base = alphabet.len() as u64;
    let mut text = vec![alphabet[0]; width];
    for place in text.iter_mut().rev() {
        *place = alphabet[(number % base) as usize];
        number /= base;
    }
    text
}

fn crc16_arc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xa001
            } else {
                crc >> 1
            }
        })
    })
}

pub(in crate::secrets) fn crc16_xmodem(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            if crc & 0x8000 != 0 {
                crc << 1 ^ 0x1021
            } else {
                crc << 1
            }
        })
    })
}

pub(super) fn is_base58_check(value: &[u8]) -> bool {
    let Some(bytes) = encoding::base58(value).filter(|bytes| bytes.len() > 4) else {
        return false;
    };
    let (body, checksum) = bytes.split_at(bytes.len() - 4);
    double_sha256(body)[..4] == *checksum
}

pub(in crate::secrets) fn double_sha256(body: &[u8]) -> [u8; 32] {
    Sha256::digest(Sha256::digest(body)).into()
}

fn ends_with_crc16(bytes: &[u8]) -> bool {
    let Some(at) = bytes.len().checked_sub(2) else {
        return false;
    };
    crc16_xmodem(&bytes[..at]).to_le_bytes() == bytes[at..]
}

/// The first five bits say that this is a seed; the next five, of whom.
pub(super) fn is_nkey(value: &[u8]) -> bool {
    const SEED: u8 = 18 << 3;
    encoding::base32(value).is_some_and(|bytes| {
        bytes.len() == 36 && bytes[0] & 0xf8 == SEED && ends_with_crc16(&bytes)
    })
}

pub(super) fn is_stellar(value: &[u8]) -> bool {
    encoding::base32(value)
        .is_some_and(|bytes| bytes.len() == 35 && bytes[0] == 0x90 && ends_with_crc16(&bytes))
}

/// The checksum covers the project's name, which has to stand nearby in the project's address.
pub(super) fn is_supabase(value: &Value<'_>) -> bool {
    const REACH: usize = 4096;
    let around = value.start.saturating_sub(REACH)
        ..(value.start + value.bytes.len() + REACH).min(value.text.len());
    let around = &value.text[around];
    let Some(split) = value.bytes.len().checked_sub(9) else {
        return false;
    };
    memchr::memmem::find_iter(around, b".supabase.co").any(|at| {
        let project = &around[at.saturating_sub(20)..at];
        project.len() == 20
            && supabase_checksum(project, &value.bytes[..split]) == value.bytes[split + 1..]
    })
}

fn supabase_checksum(project: &[u8], before: &[u8]) -> Vec<u8> {
    let digest = Sha256::digest([project, b"|", before].concat());
    encoding::to_base64(&digest, true).as_bytes()[..8].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(length: usize) -> String {
        "07ELSZgnu18FMTahov29GNUbipw3AHOVcjqx4BIPWdkry5CJQXelsz"[..length].to_owned()
    }

    /// Joins a value out of its parts, so that no complete token stands in the source.
    fn holds(kind: Kind, head: &str, rest: &str, checksum: &str, tail: &str) {
        let value = [head, rest, checksum, tail].concat();
        let check = Check {
            kind,
            parameter: "",
        };
        assert!(matches(&check, value.as_bytes(), head.len()), "{kind:?}");
        let other = if checksum.ends_with('0') { '1' } else { '0' };
        let wrong = [
            head,
            rest,
            &checksum[..checksum.len() - 1],
            &other.to_string(),
            tail,
        ]
        .concat();
        assert!(!matches(&check, wrong.as_bytes(), head.len()), "{kind:?}");
    }

    #[test]
    fn published_vectors_hold() {
        holds(Kind::Crc32B62, "ghp_", &body(30), "0trQyl", "");
        holds(Kind::Crc32B62, "vcp_", &body(50), "3KpeWP", "");
        holds(
            Kind::GitHubFineGrained,
            "github_pat_",
            &format!("1{}_{}", body(21), body(43)),
            "7CGT7DZX",
            "abcdefgh",
        );
        holds(
            Kind::GitLabRoutable,
            "glpat-",
            &format!("{}.01.0w", body(32)),
            "0qjumhn",
            "",
        );
        holds(Kind::Crc32HexUpper, "ATBB", &body(24), "C153C1A8", "");
        holds(Kind::Crc32B62All, "ddp_", &body(30), "3FV8Qt", "");
        holds(
            Kind::AzureEntra,
            "",
            &format!("abc8Q~{}", body(31)),
            "aR2",
            "",
        );
        holds(Kind::Crc32HexBody, "cfut_", &body(40), "3e6d1788", "");
        holds(Kind::Confluent, "cflt", &body(54), "AMvTCA", "");
        holds(Kind::Apify, "apify_api_", &body(30), "2TqSF0", "");
        holds(
            Kind::Grafana,
            "glsa_",
            &format!("{}_", body(32)),
            "f33eb298",
            "",
        );
        holds(
            Kind::Notion,
            "ntn_",
            &format!("12345678901{}", body(32)),
            "f84",
            "",
        );
        holds(Kind::Canva, "cnvca", &body(43), "2dd38a18", "");
        holds(
            Kind::Zuplo,
            "zpka_",
            &format!("{0}{0}_", "0123456789abcdef"),
            "7759b50e",
            "",
        );
    }

    #[test]
    fn a_supabase_key_needs_its_project() {
        let key = ["sb_secret_", &body(22), "_", "mTYB0Feg"].concat();
        let text = format!("https://abcdefghijklmnopqrst.supabase.co {key}");
        let value = |text: &'static str| Value {
            text: text.as_bytes(),
            start: text.len() - key.len(),
            bytes: &text.as_bytes()[text.len() - key.len()..],
            head: 10,
            runs: &[],
        };
        assert!(is_supabase(&value(text.clone().leak())));
        assert!(!is_supabase(&value(
            text.replace("abcdef", "abcdeg").leak()
        )));
    }

    #[test]
    fn sixteen_bit_checksums_are_the_standard_ones() {
        assert_eq!(crc16_arc(b"123456789"), 0xbb3d);
        assert_eq!(crc16_xmodem(b"123456789"), 0x31c3);
    }
}
