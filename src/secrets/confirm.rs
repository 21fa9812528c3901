//! The offline checks: what a credential format proves about a value without asking anybody.
//!
//! A check looks at the fields of a [`Match`]: most at the whole value or at the last run, some at the first field
//! of their alphabet. The algorithms are the formats' own; checksums are computed over the text and encoded, never
//! decoded and compared, so that padding cannot make a difference.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest as _, Sha256};

use super::shape::{Alphabet, Field, Match};

/// Digits, upper case, lower case: how most formats write base 62.
const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits, lower case, upper case: how some do.
const BASE62_LOWER_FIRST: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const BASE66: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";
const BECH32: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Returns whether passing this check proves the format, rather than only making it likely.
pub(super) fn is_proof(check: &str) -> bool {
    !matches!(name(check), "mixed" | "not-hex" | "entropy")
}

/// Returns whether a value that passes this check can come about by chance only once in millions of times.
pub(super) fn is_checksum(check: &str) -> bool {
    let name = name(check);
    name.starts_with("crc32")
        || matches!(
            name,
            "github-fine-grained"
                | "gitlab-routable"
                | "azure-entra"
                | "azure-key"
                | "azure-devops-legacy"
                | "confluent"
                | "apify"
                | "grafana"
                | "canva"
                | "zuplo"
                | "bech32"
                | "base58check"
                | "nkey"
                | "stellar"
        )
}

fn name(check: &str) -> &str {
    check.split(':').next().unwrap_or(check)
}

/// Returns whether a match passes a check, which is a name and, behind a colon, its parameter.
pub(super) fn passes(check: &str, text: &[u8], found: &Match) -> bool {
    let (name, parameter) = check.split_once(':').unwrap_or((check, ""));
    let value = &text[found.value.clone()];
    let view = View { text, found, value };
    match name {
        "crc32-b62" => view.crc32_b62(),
        "crc32-b62-all" => view.tail(6, |body| number(BASE62, 6, crc32fast::hash(body).into())),
        "apify" => view.tail(6, |body| {
            number(BASE62_LOWER_FIRST, 6, crc32fast::hash(body).into())
        }),
        "crc32-hex-upper" => {
            let checksum = |body: &[u8]| format!("{:08X}", crc32fast::hash(body)).into_bytes();
            view.tail(8, checksum)
                || view.tail(8, |body| checksum(body.strip_suffix(b"=").unwrap_or(body)))
        }
        "canva" => view.tail(8, |body| {
            format!("{:08x}", crc32fast::hash(body)).into_bytes()
        }),
        "crc32-hex-body" | "zuplo" => {
            let body = view.run(0).unwrap_or_default();
            value.ends_with(format!("{:08x}", crc32fast::hash(body)).as_bytes())
        }
        "grafana" => view.tail(9, |body| {
            let bytes = crc32fast::hash(body).to_le_bytes();
            bytes.iter().fold(b"_".to_vec(), |text, byte| {
                [text, format!("{byte:02x}").into_bytes()].concat()
            })
        }),
        "notion" => view.tail(3, |body| {
            number(BASE62_LOWER_FIRST, 3, crc16_arc(body).into())
        }),
        "confluent" => view.tail(6, |body| {
            let checksum = crc32fast::hash(&body[4.min(body.len())..]).to_le_bytes();
            base64_engine(false).encode(checksum).into_bytes()[..6].to_vec()
        }),
        "github-fine-grained" => github_fine_grained(value),
        "gitlab-routable" => gitlab_routable(value),
        "azure-entra" => azure_entra(value),
        "azure-key" => parameter.split(',').any(|seed| azure_key(value, seed)),
        "azure-devops-legacy" => azure_devops_legacy(value),
        "azure-annotated" => value.get(76..80) == Some(parameter.as_bytes()),
        "bech32" => bech32(value),
        "nkey" => base32(value).is_some_and(|key| key[0] & 0xf8 == 0x90 && crc16_matches(&key)),
        "stellar" => base32(value).is_some_and(|key| key[0] == 0x90 && crc16_matches(&key)),
        "base58check" => base58check(value),
        "base58" => parameter.parse() == Ok(base58(value).map_or(0, |bytes| bytes.len())),
        "macaroon" => macaroon(value),
        "aws-id" => aws_account(value).is_some(),
        "openai" => openai(value),
        "jwt" => view.jwt(),
        "discord" => discord(value),
        "uuid" => view
            .uuid()
            .is_some_and(|uuid| matches!(uuid[14], b'1'..=b'8')),
        "uuid4" => view.uuid().is_some_and(|uuid| uuid[14] == b'4'),
        "base32" => true,
        "base64" => {
            let decoded = view.base64();
            decoded.is_some_and(|bytes| {
                parameter.parse().is_ok_and(|n: usize| bytes.len() == n) || parameter.is_empty()
            })
        }
        "base64-text" => view
            .base64()
            .is_some_and(|bytes| bytes.starts_with(parameter.as_bytes())),
        "base64-json" => view
            .base64()
            .is_some_and(|bytes| json_object(&bytes, parameter)),
        "basic" => view
            .base64()
            .is_some_and(|bytes| user_and_password(&bytes).is_some()),
        "hexkey" => view.hex_key(),
        "objectid" => view
            .first(24)
            .is_some_and(|id| hex_number(&id[..8]).is_some_and(plausible_seconds)),
        "ulid" => view.first(26).is_some_and(ulid),
        "ksuid" => value.len() >= 27 && ksuid(&value[..27]),
        "snowflake" => view.run(0).is_some_and(snowflake),
        "mixed" => view.mixed(),
        "not-hex" => !view.variable().iter().all(u8::is_ascii_hexdigit),
        "entropy" => entropy(&view.variable()) >= parameter.parse().unwrap_or(3.0),
        // A check that needs more than the value, such as a project's address nearby, proves nothing here.
        _ => false,
    }
}

/// A match with the text it stands in.
struct View<'a> {
    text: &'a [u8],
    found: &'a Match,
    value: &'a [u8],
}

impl<'a> View<'a> {
    fn runs(&self) -> impl Iterator<Item = (Alphabet, &'a [u8])> {
        self.found
            .fields
            .iter()
            .filter_map(|(field, range)| match field {
                Field::Run(alphabet) => Some((*alphabet, &self.text[range.clone()])),
                _ => None,
            })
    }

    fn run(&self, index: usize) -> Option<&'a [u8]> {
        self.runs().nth(index).map(|(_, run)| run)
    }

    /// Returns the first run of this length.
    fn first(&self, length: usize) -> Option<&'a [u8]> {
        self.runs()
            .map(|(_, run)| run)
            .find(|run| run.len() == length)
    }

    /// Returns everything that is not literal.
    fn variable(&self) -> Vec<u8> {
        let fields = self.found.fields.iter();
        let joined = fields
            .flat_map(|(_, range)| self.text[range.clone()].iter().copied())
            .collect::<Vec<u8>>();
        if joined.is_empty() {
            self.value.to_vec()
        } else {
            joined
        }
    }

    fn uuid(&self) -> Option<&'a [u8]> {
        let field = self
            .found
            .fields
            .iter()
            .find(|(field, _)| *field == Field::Uuid);
        let uuid = field.map_or(self.value, |(_, range)| &self.text[range.clone()]);
        let shape =
            uuid.len() == 36 && matches!(uuid[19].to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b');
        shape.then_some(uuid)
    }

    /// Compares the last bytes with what the bytes before them ask for.
    fn tail(&self, length: usize, checksum: impl Fn(&[u8]) -> Vec<u8>) -> bool {
        let Some(at) = self.value.len().checked_sub(length) else {
            return false;
        };
        let (body, tail) = self.value.split_at(at);
        checksum(body) == tail
    }

    fn crc32_b62(&self) -> bool {
        let Some((_, run)) = self.runs().last() else {
            return false;
        };
        let Some(at) = run.len().checked_sub(6) else {
            return false;
        };
        let (body, tail) = run.split_at(at);
        number(BASE62, 6, crc32fast::hash(body).into()) == tail
    }

    fn base64(&self) -> Option<Vec<u8>> {
        let encoded = |alphabet: &Alphabet| {
            matches!(alphabet, Alphabet::B64 | Alphabet::B64Url | Alphabet::B62)
        };
        let run = self
            .runs()
            .find(|(alphabet, _)| encoded(alphabet))
            .map(|(_, run)| run);
        decode_base64(run.unwrap_or(self.value))
    }

    /// A shape of the rule that is no token has nothing to check.
    fn jwt(&self) -> bool {
        let field = self
            .found
            .fields
            .iter()
            .find(|(field, _)| *field == Field::Jwt);
        field.map_or(!self.found.fields.is_empty(), |(_, range)| {
            jwt(&self.text[range.clone()]).is_some()
        })
    }

    fn hex_key(&self) -> bool {
        // The order of secp256k1: a private key is a number from 1 below it.
        const ORDER: &[u8] = b"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
        let key = self
            .runs()
            .map(|(_, run)| run.to_ascii_lowercase())
            .find(|run| run.len() == 64);
        key.is_some_and(|key| key.as_slice() < ORDER && key.iter().any(|&digit| digit != b'0'))
    }

    /// Random text of these lengths has several kinds of characters; words and identifiers often have one.
    fn mixed(&self) -> bool {
        let text = self.variable();
        let has = |class: fn(&u8) -> bool| usize::from(text.iter().any(class));
        let classes =
            has(u8::is_ascii_uppercase) + has(u8::is_ascii_lowercase) + has(u8::is_ascii_digit);
        let enough = if text.len() >= 36 { 3 } else { 2 };
        classes >= enough && entropy(&text) >= if text.len() >= 20 { 3.2 } else { 2.5 }
    }
}

/// Writes a number in an alphabet's base, most significant digit first, padded to a width.
fn number(alphabet: &[u8], width: usize, mut value: u64) -> Vec<u8> {
    let base = alphabet.len() as u64;
    let mut digits = vec![alphabet[0]; width];
    for digit in digits.iter_mut().rev() {
        *digit = alphabet[(value % base) as usize];
        value /= base;
    }
    digits
}

fn base64_engine(url: bool) -> GeneralPurpose {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(if url { &URL_SAFE } else { &STANDARD }, lenient)
}

/// Decodes base64 of either alphabet, with or without padding.
pub(super) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let url = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    base64_engine(url).decode(text).ok()
}

fn github_fine_grained(value: &[u8]) -> bool {
    let (Some(body), Some(tail)) = (value.get(..77), value.get(77..85)) else {
        return false;
    };
    let digest = Sha256::digest(body);
    let bits = digest[..5]
        .iter()
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    number(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 8, bits) == tail
}

fn gitlab_routable(value: &[u8]) -> bool {
    let Some(at) = value.len().checked_sub(7) else {
        return false;
    };
    let (body, tail) = value.split_at(at);
    number(BASE36, 7, crc32fast::hash(body).into()) == tail
}

/// Computes Marvin32 with an eight-letter seed.
fn marvin32(bytes: &[u8], seed: &str) -> u32 {
    let seed = seed
        .bytes()
        .take(8)
        .fold(0_u64, |seed, byte| seed << 8 | u64::from(byte));
    let (mut a, mut b) = (seed as u32, (seed >> 32) as u32);
    let mut mix = |word: u32| {
        a = a.wrapping_add(word);
        b ^= a;
        a = a.rotate_left(20).wrapping_add(b);
        b = b.rotate_left(9) ^ a;
        a = a.rotate_left(27).wrapping_add(b);
        b = b.rotate_left(19);
        a ^ b
    };
    let chunks = bytes.chunks_exact(4);
    let rest = chunks.remainder();
    for chunk in chunks {
        mix(u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]));
    }
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    mix(u32::from_le_bytes(last));
    mix(0)
}

fn azure_entra(value: &[u8]) -> bool {
    let (Some(body), Some(tail)) = (value.get(..37), value.get(37..40)) else {
        return false;
    };
    value.len() == 40 && number(BASE66, 6, marvin32(body, "AadPwd00").into())[..3] == *tail
}

fn azure_key(value: &[u8], seed: &str) -> bool {
    let Some(key) = decode_base64(value) else {
        return false;
    };
    let Some(at) = key.len().checked_sub(4) else {
        return false;
    };
    marvin32(&key[..at], seed).to_le_bytes() == key[at..]
}

fn azure_devops_legacy(value: &[u8]) -> bool {
    let Some(key) = base32(&value.to_ascii_uppercase()).filter(|key| key.len() >= 32) else {
        return false;
    };
    let body = [&key[0..2], &key[3..7], &key[9..22], &key[23..32]].concat();
    let stored = u32::from_le_bytes([key[22], key[8], key[7], key[2]]);
    let checksum = crc32fast::hash(&body);
    [0xE0B9_692D, 0x1019_F92E].contains(&(stored ^ checksum))
}

/// Decodes base 32 (RFC 4648, upper case), leaving out incomplete last bits.
fn base32(text: &[u8]) -> Option<Vec<u8>> {
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
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
    (bytes.len() > 2).then_some(bytes)
}

fn crc16_matches(key: &[u8]) -> bool {
    let (body, tail) = key.split_at(key.len() - 2);
    crc16_xmodem(body).to_le_bytes() == *tail
}

fn crc16_xmodem(bytes: &[u8]) -> u16 {
    let bit = |crc: u16, _| crc << 1 ^ if crc & 0x8000 == 0 { 0 } else { 0x1021 };
    bytes
        .iter()
        .fold(0, |crc, byte| (0..8).fold(crc ^ u16::from(*byte) << 8, bit))
}

fn crc16_arc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| {
            crc >> 1 ^ if crc & 1 == 0 { 0 } else { 0xA001 }
        })
    })
}

fn bech32(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let Some(separator) = memchr::memrchr(b'1', &lower) else {
        return false;
    };
    let (human, data) = (&lower[..separator], &lower[separator + 1..]);
    let digits: Option<Vec<u8>> = data
        .iter()
        .map(|byte| memchr::memchr(*byte, BECH32).map(|digit| digit as u8))
        .collect();
    let Some(digits) = digits.filter(|digits| digits.len() > 6) else {
        return false;
    };
    let high = human.iter().map(|byte| byte >> 5);
    let low = human.iter().map(|byte| byte & 31);
    bech32_checksum(high.chain([0]).chain(low).chain(digits)) == 1
}

fn bech32_checksum(digits: impl Iterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    digits.fold(1, |checksum, digit| {
        let top = checksum >> 25;
        let shifted = (checksum & 0x01ff_ffff) << 5 ^ u32::from(digit);
        let term = |(bit, term): (usize, &u32)| if top >> bit & 1 == 1 { *term } else { 0 };
        GENERATOR
            .iter()
            .enumerate()
            .map(term)
            .fold(shifted, |sum, term| sum ^ term)
    })
}

fn base58(value: &[u8]) -> Option<Vec<u8>> {
    let mut bytes: Vec<u8> = Vec::new();
    for byte in value {
        let mut carry = memchr::memchr(*byte, BASE58)? as u32;
        for place in bytes.iter_mut().rev() {
            carry += u32::from(*place) * 58;
            *place = carry as u8;
            carry >>= 8;
        }
        while carry > 0 {
            bytes.insert(0, carry as u8);
            carry >>= 8;
        }
    }
    let zeros = value.iter().take_while(|byte| **byte == b'1').count();
    Some([vec![0; zeros], bytes].concat())
}

fn base58check(value: &[u8]) -> bool {
    let Some(bytes) = base58(value).filter(|bytes| bytes.len() > 4) else {
        return false;
    };
    let (body, tail) = bytes.split_at(bytes.len() - 4);
    Sha256::digest(Sha256::digest(body))[..4] == *tail
}

/// A macaroon of version 2: a location, an identifier, and a signature of 32 bytes at the end.
fn macaroon(value: &[u8]) -> bool {
    let Some(encoded) = value.strip_prefix(b"pypi-") else {
        return false;
    };
    let Some(bytes) = decode_base64(encoded) else {
        return false;
    };
    let signature = bytes.len().checked_sub(34).map(|at| &bytes[at..at + 2]);
    bytes.starts_with(&[2, 1]) && signature == Some(&[6, 32])
}

/// Returns the account that an AWS access key id belongs to; zero for ids of the old kind, which do not tell.
pub(super) fn aws_account(value: &[u8]) -> Option<u64> {
    let id = value.get(4..20).filter(|_| value.len() == 20)?;
    let bytes = base32(id)?;
    let number = bytes[..6]
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    match id[0] {
        b'I' | b'J' => Some(0),
        b'Q'..=b'Z' | b'2'..=b'7' => {
            Some((number & 0x7fff_ffff_ff80) >> 7).filter(|account| *account <= 999_999_999_999)
        }
        _ => None,
    }
}

fn openai(value: &[u8]) -> bool {
    let Some(marker) = memchr::memmem::find(value, b"T3BlbkFJ") else {
        return false;
    };
    let after = value.len() - marker - 8;
    [20, 58, 74].contains(&after)
}

/// Returns the header and the payload of a JSON web token, if they are what they should be.
pub(super) fn jwt(value: &[u8]) -> Option<(serde_json::Value, serde_json::Value)> {
    let mut fields = value.split(|byte| *byte == b'.');
    let mut object = || -> Option<serde_json::Value> {
        let json: serde_json::Value =
            serde_json::from_slice(&decode_base64(fields.next()?)?).ok()?;
        json.is_object().then_some(json)
    };
    let (header, payload) = (object()?, object()?);
    (header.get("alg").is_some() || header.get("typ").is_some()).then_some((header, payload))
}

fn discord(value: &[u8]) -> bool {
    let id = value
        .split(|byte| *byte == b'.')
        .next()
        .and_then(decode_base64);
    id.is_some_and(|id| snowflake(&id))
}

/// A snowflake has 17 to 20 digits and a date between 2015 and 2100.
fn snowflake(digits: &[u8]) -> bool {
    let id: Option<u64> = std::str::from_utf8(digits)
        .ok()
        .and_then(|digits| digits.parse().ok());
    (17..=20).contains(&digits.len()) && id.is_some_and(|id| id >> 22 < 2_682_000_000_000)
}

fn json_object(bytes: &[u8], key: &str) -> bool {
    let json: Result<serde_json::Value, _> = serde_json::from_slice(bytes);
    json.is_ok_and(|json| json.is_object() && (key.is_empty() || json.get(key).is_some()))
}

/// Splits printable `user:password`.
pub(super) fn user_and_password(bytes: &[u8]) -> Option<(&str, &str)> {
    let (user, password) = std::str::from_utf8(bytes).ok()?.split_once(':')?;
    let printable = |text: &str| !text.chars().any(char::is_control);
    (!password.is_empty() && printable(user) && printable(password)).then_some((user, password))
}

fn hex_number(digits: &[u8]) -> Option<u64> {
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// A time between 2009 and 2100, in seconds since 1970.
fn plausible_seconds(seconds: u64) -> bool {
    (1_230_768_000..4_102_444_800).contains(&seconds)
}

fn ulid(id: &[u8]) -> bool {
    const CROCKFORD: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let time = id[..10].iter().try_fold(0_u64, |time, byte| {
        memchr::memchr(byte.to_ascii_uppercase(), CROCKFORD).map(|digit| time << 5 | digit as u64)
    });
    time.is_some_and(|milliseconds| plausible_seconds(milliseconds / 1000))
}

/// The first four of a KSUID's 20 bytes are a time, counted from 2014.
fn ksuid(id: &[u8]) -> bool {
    let mut bytes = [0_u8; 20];
    for byte in id {
        let Some(digit) = memchr::memchr(*byte, BASE62) else {
            return false;
        };
        let mut carry = digit as u32;
        for place in bytes.iter_mut().rev() {
            carry += u32::from(*place) * 62;
            *place = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return false;
        }
    }
    let seconds = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    plausible_seconds(u64::from(seconds) + 1_400_000_000)
}

/// Returns Shannon's entropy in bits per byte.
pub(super) fn entropy(text: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text {
        counts[usize::from(*byte)] += 1;
    }
    let total = text.len() as f64;
    let share = |count: &u32| f64::from(*count) / total;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(share)
        .map(|share| -share * share.log2())
        .sum()
}

/// Returns the tail that an issuer puts behind a body, for tests that need valid values.
#[cfg(test)]
pub(super) fn issue(check: &str, body: &str, parts: super::rule::Parts) -> Option<String> {
    let bytes = body.as_bytes();
    let prefix = match parts.first() {
        Some(super::shape::Part::Literal(literal)) => literal.len(),
        _ => 0,
    };
    let crc = crc32fast::hash(bytes);
    let text = |digits: Vec<u8>| String::from_utf8(digits).ok();
    match check {
        "crc32-b62" => {
            let run = body
                .rfind(|c: char| !c.is_ascii_alphanumeric())
                .map_or(prefix, |at| (at + 1).max(prefix));
            text(number(BASE62, 6, crc32fast::hash(&bytes[run..]).into()))
        }
        "crc32-b62-all" => text(number(BASE62, 6, crc.into())),
        "apify" => text(number(BASE62_LOWER_FIRST, 6, crc.into())),
        "crc32-hex-upper" => Some(format!("{crc:08X}")),
        "canva" => Some(format!("{crc:08x}")),
        "crc32-hex-body" => Some(format!("{:08x}", crc32fast::hash(&bytes[prefix..]))),
        "zuplo" => Some(format!(
            "{:08x}",
            crc32fast::hash(&bytes[prefix..prefix + 32])
        )),
        "grafana" => Some(format!(
            "{:08x}",
            crc32fast::hash(&bytes[..bytes.len() - 1]).swap_bytes()
        )),
        "confluent" => {
            let tail = base64_engine(false).encode(crc32fast::hash(&bytes[prefix..]).to_le_bytes());
            Some(tail[..6].to_owned())
        }
        "gitlab-routable" => text(number(BASE36, 7, crc.into())),
        "notion" => text(number(BASE62_LOWER_FIRST, 3, crc16_arc(bytes).into())),
        "github-fine-grained" => {
            let digest = Sha256::digest(&bytes[..77]);
            let bits = digest[..5]
                .iter()
                .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            text(number(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 8, bits))
        }
        _ => None,
    }
}

/// Replaces the last six characters by the checksum of what stands before them.
#[cfg(test)]
pub(super) fn issue_bech32(value: &str) -> String {
    let separator = value
        .rfind('1')
        .expect("a separator stands before the data");
    let (human, data) = (
        value[..separator].to_ascii_lowercase(),
        value[separator + 1..].to_ascii_lowercase(),
    );
    let digit = |byte: u8| memchr::memchr(byte, BECH32).expect("the data is of the alphabet") as u8;
    let body: Vec<u8> = data[..data.len() - 6].bytes().map(digit).collect();
    let expanded = human
        .bytes()
        .map(|b| b >> 5)
        .chain([0])
        .chain(human.bytes().map(|b| b & 31));
    let checksum = bech32_checksum(expanded.chain(body).chain([0; 6])) ^ 1;
    let tail = (0..6)
        .rev()
        .map(|place| char::from(BECH32[(checksum >> (5 * place) & 31) as usize]));
    let tail: String = tail.collect();
    let upper = value.starts_with(|c: char| c.is_ascii_uppercase());
    let head = &value[..value.len() - 6];
    head.to_owned()
        + &if upper {
            tail.to_ascii_uppercase()
        } else {
            tail
        }
}

/// Puts the checksum of an Azure key into its last four bytes.
#[cfg(test)]
pub(super) fn issue_azure_key(value: &str, seed: &str) -> Option<String> {
    let mut key = decode_base64(value.as_bytes())?;
    let at = key.len().checked_sub(4)?;
    let checksum = marvin32(&key[..at], seed).to_le_bytes();
    key[at..].copy_from_slice(&checksum);
    Some(base64_engine(value.contains(['-', '_'])).encode(key))
}

/// Appends the CRC-16 and encodes in base 32.
#[cfg(test)]
pub(super) fn issue_base32(body: &[u8]) -> String {
    let bytes = [body, &crc16_xmodem(body).to_le_bytes()].concat();
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let digit = |bits: &[u8]| {
        let padded = format!("{:0<5}", std::str::from_utf8(bits).expect("digits"));
        char::from(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from_str_radix(&padded, 2).expect("digits")],
        )
    };
    bits.as_bytes().chunks(5).map(digit).collect()
}

/// Appends the double SHA-256 and encodes in base 58.
#[cfg(test)]
pub(super) fn issue_base58(body: &[u8]) -> String {
    let digest = Sha256::digest(Sha256::digest(body));
    let mut digits: Vec<u8> = Vec::new();
    for byte in body.iter().chain(&digest[..4]) {
        let mut carry = u32::from(*byte);
        for digit in digits.iter_mut().rev() {
            carry += u32::from(*digit) << 8;
            *digit = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            digits.insert(0, (carry % 58) as u8);
            carry /= 58;
        }
    }
    digits
        .iter()
        .map(|digit| char::from(BASE58[usize::from(*digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::shape;
    use super::*;

    const BODY: &str = "07ELSZgnu18FMTahov29GNUbipw3AHOVcjqx4BIPWdkry5CJQXelsz";

    /// Checks a token that is joined here from its parts, so that no complete one stands in the source.
    fn check(name: &str, shape: &str, parts: &[&str]) {
        let token = parts.concat();
        let parts = shape::parse(shape).unwrap();
        let accepts = |token: &[u8]| {
            shape::match_at(&parts, token, 0).is_some_and(|found| passes(name, token, &found))
        };
        assert!(accepts(token.as_bytes()), "{name} refuses its vector");
        let mut wrong = token.into_bytes();
        let last = wrong
            .iter()
            .rposition(|byte| byte.is_ascii_alphanumeric())
            .unwrap();
        wrong[last] = if wrong[last] == b'0' { b'1' } else { b'0' };
        assert!(!accepts(&wrong), "{name} accepts a wrong checksum");
    }

    #[test]
    fn checksums_hold_to_their_vectors() {
        let body = |length: usize| &BODY[..length];
        check("crc32-b62", "ghp_{b62:36}", &["ghp_", body(30), "0trQyl"]);
        check("crc32-b62", "vcp_{b62:56}", &["vcp_", body(50), "3KpeWP"]);
        check(
            "gitlab-routable",
            "glpat-{b64u:27-300}.01.{low:9}",
            &["glpat-", body(32), ".01.0w", "0qjumhn"],
        );
        check(
            "crc32-hex-upper",
            "ATBB{b62:24}{HEX:8}",
            &["ATBB", body(24), "C153C1A8"],
        );
        check(
            "crc32-b62-all",
            "ddp_{b62:36}",
            &["ddp_", body(30), "3FV8Qt"],
        );
        check(
            "azure-entra",
            "{b64u:3}8Q~{b64u:34}",
            &["abc", "8Q~", body(31), "aR2"],
        );
        check(
            "crc32-hex-body",
            "cfk_{b62:40}{hex:8}",
            &["cfk_", body(40), "3e6d1788"],
        );
        check("confluent", "cflt{b64:60}", &["cflt", body(54), "AMvTCA"]);
        check(
            "apify",
            "apify_api_{b62:36}",
            &["apify_api_", body(30), "2TqSF0"],
        );
        check(
            "grafana",
            "glsa_{b62:32}_{hex:8}",
            &["glsa_", body(32), "_f33eb298"],
        );
        check(
            "notion",
            "ntn_{dig:11}{b62:35}",
            &["ntn_", "12345678901", body(32), "f84"],
        );
        check(
            "canva",
            "cnvca{b64u:43}{hex:8}",
            &["cnvca", body(43), "2dd38a18"],
        );
        check(
            "zuplo",
            "zpka_{hex:32}_{hex:8}",
            &["zpka_", "0123456789abcdef", "0123456789abcdef", "_7759b50e"],
        );
    }

    #[test]
    fn the_fine_grained_checksum_leaves_the_last_characters_free() {
        let token = [
            "github_pat_",
            "1",
            &BODY[..21],
            "_",
            &BODY[..43],
            "7CGT7DZX",
            &BODY[..8],
        ]
        .concat();
        assert!(github_fine_grained(token.as_bytes()));
        assert!(!github_fine_grained(
            token.replace("7CGT", "7CGU").as_bytes()
        ));
    }

    #[test]
    fn marvin_has_its_published_values() {
        for (text, expected) in [
            ("", "cfd9b134"),
            ("abc", "1a4c888e"),
            ("abcdefghij", "6da80fc4"),
        ] {
            let bytes = marvin32(text.as_bytes(), "Default0").to_le_bytes();
            let value = marvin32(text.as_bytes(), "Default0");
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(
                hex == expected || format!("{value:08x}") == expected,
                "{text}: {hex}"
            );
        }
    }

    #[test]
    fn bech32_and_base58_hold_to_their_standards() {
        assert!(bech32(b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"));
        assert!(!bech32(b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxq"));
        assert!(base58check(b"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"));
        assert!(!base58check(b"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3"));
    }
}
