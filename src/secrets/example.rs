//! Values for the examples of rules: made up on demand, so that no file holds anything that looks like a live
//! credential.
//!
//! In comes a rule, out go texts in which `{b62:36}` is some text of that form (always the same), `{valid}` a value
//! that passes the rule's checks, and `{invalid}` one that nearly does.

use super::check::Kind;
use super::confirm::{azure, checksum, encoding};
use super::judge::{self, Match};
use super::shape::Class;
use super::table::{Check, Part, Shape};
use super::{Rule, custom, matcher, shape};

/// An example that cannot be written out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ExampleError(String);

/// How often a value is drawn until one passes checks that cannot be computed.
const DRAWS: u64 = 20_000;

/// Returns the examples of a rule, written out.
pub(super) fn of(rule: &Rule) -> Result<(Vec<String>, Vec<String>), ExampleError> {
    let write = |texts: &[String], offset: u64| -> Result<Vec<String>, ExampleError> {
        (offset..)
            .zip(texts)
            .map(|(seed, text)| expand(rule, text, seed))
            .collect()
    };
    Ok((write(&rule.raw.finds, 0)?, write(&rule.raw.clean, 1000)?))
}

/// Writes out the braces of one text; those that hold no shape stay as they are.
fn expand(rule: &Rule, text: &str, seed: u64) -> Result<String, ExampleError> {
    let mut out = String::new();
    let mut rest = text;
    let mut drawn = seed << 16;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let inside = rest.find('}').map_or("", |close| &rest[1..close]);
        drawn += 1;
        if let Some(value) = brace(rule, inside, drawn)? {
            out.push_str(&value);
            rest = &rest[inside.len() + 2..];
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    Ok(out + rest)
}

fn brace(rule: &Rule, inside: &str, seed: u64) -> Result<Option<String>, ExampleError> {
    let (name, number) = inside.split_once(':').unwrap_or((inside, "1"));
    let number = |()| {
        number
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1))
    };
    Ok(match name {
        "valid" => Some(valid(rule, number(()).unwrap_or_default(), seed)?),
        "invalid" => Some(invalid(rule, number(()).unwrap_or_default(), seed)?),
        "JWT" => Some(token(&mut Dice::new(rule.meta.id, seed))),
        "DISCORD" => Some(discord(&mut Dice::new(rule.meta.id, seed))),
        _ => shape::parse(&format!("{{{inside}}}")).ok().map(|pieces| {
            let shape = custom::shape(&pieces);
            text_of(&draw(shape, &mut Dice::new(rule.meta.id, seed)))
        }),
    })
}

/// Returns a value of a shape of the rule that passes its checks.
pub(super) fn valid(rule: &Rule, number: usize, seed: u64) -> Result<String, ExampleError> {
    let shape = shape_of(rule, number)?;
    let mut dice = Dice::new(rule.meta.id, seed);
    for _ in 0..DRAWS {
        let mut value = draw(shape, &mut dice);
        for check in rule.definition.checks.iter().chain(rule.definition.advise) {
            complete(check, shape, &mut value, &mut dice);
        }
        if passes(rule, shape, &value) {
            return Ok(text_of(&value));
        }
    }
    Err(ExampleError(format!(
        "no value of shape {} of rule `{}` passes its checks",
        number + 1,
        rule.meta.id
    )))
}

/// Returns a valid value with one character changed, so that it still has the shape but fails a check.
pub(super) fn invalid(rule: &Rule, number: usize, seed: u64) -> Result<String, ExampleError> {
    let shape = shape_of(rule, number)?;
    let value = valid(rule, number, seed)?.into_bytes();
    let from = rule
        .definition
        .checks
        .iter()
        .find_map(|check| checksum::expected(check.kind, &value, shape.head().len()));
    let length = value.len();
    let first = from.map_or(length - 1, |(at, text)| at + text.len() - 1);
    let order = (0..=first).rev().chain(first + 1..length);
    for at in order {
        for byte in b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" {
            let mut spoiled = value.clone();
            spoiled[at] = *byte;
            let has_shape = matcher::at(shape, &spoiled, 0, rule.definition.edge())
                .is_some_and(|matched| matched.range.end == spoiled.len());
            if has_shape && spoiled != value && !passes(rule, shape, &spoiled) {
                return Ok(text_of(&spoiled));
            }
        }
    }
    Err(ExampleError(format!(
        "rule `{}` has no check that one character could fail",
        rule.meta.id
    )))
}

fn shape_of(rule: &Rule, number: usize) -> Result<Shape, ExampleError> {
    let missing = || {
        ExampleError(format!(
            "rule `{}` has no shape {}",
            rule.meta.id,
            number + 1
        ))
    };
    rule.definition
        .shapes
        .get(number)
        .copied()
        .ok_or_else(missing)
}

fn passes(rule: &Rule, shape: Shape, value: &[u8]) -> bool {
    let matched = matcher::at(shape, value, 0, rule.definition.edge())
        .filter(|matched| matched.range.end == value.len());
    matched.is_some_and(|matched| {
        let found = Match {
            rule: rule.definition,
            shape: Some(shape),
            text: value,
            range: matched.range,
            runs: matched.runs,
        };
        judge::judge(&found, |_| true).is_some()
    })
}

/// A source of numbers that is the same every time.
struct Dice(blake3::OutputReader);

impl Dice {
    fn new(rule: &str, seed: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(rule.as_bytes()).update(&seed.to_le_bytes());
        Self(hasher.finalize_xof())
    }

    fn below(&mut self, limit: usize) -> usize {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes) as usize % limit.max(1)
    }

    fn text(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        (0..length)
            .map(|_| char::from(LETTERS[self.below(LETTERS.len())]))
            .collect()
    }
}

fn draw(shape: Shape, dice: &mut Dice) -> Vec<u8> {
    let mut value = Vec::new();
    for part in shape.0 {
        match part {
            Part::Literal(literal) => value.extend_from_slice(literal),
            Part::Run {
                class, min, max, ..
            } => {
                let bytes: Vec<u8> = class
                    .bytes()
                    .filter(|byte| !mixes_hex(*class) || !byte.is_ascii_uppercase())
                    .collect();
                // Values near the shortest form read best.
                let spread = usize::from(max - min).min(16);
                let length = usize::from(*min) + dice.below(spread + 1);
                value.extend((0..length).map(|_| bytes[dice.below(bytes.len())]));
            }
        }
    }
    value
}

/// Hexadecimal digits of either case are written in one.
fn mixes_hex(class: Class) -> bool {
    matches!(class, Class::AnyHex | Class::UuidVariant)
}

/// Changes a drawn value so that it passes a check, where drawing again would take too long.
fn complete(check: &Check, shape: Shape, value: &mut Vec<u8>, dice: &mut Dice) {
    let head = shape.head().len();
    if check.kind == Kind::GitLabRoutable {
        write_payload_length(value);
    }
    if let Some((at, text)) = checksum::expected(check.kind, value, head) {
        if at + text.len() <= value.len() {
            value[at..at + text.len()].copy_from_slice(&text);
        }
        return;
    }
    let rebuilt = match check.kind {
        Kind::AzureKey => azure_key(value, check.parameter),
        Kind::AzureDevOpsLegacy => encoding::base32(value).map(|mut bytes| {
            azure::complete_devops(&mut bytes);
            encoding::to_base32(&bytes).to_ascii_lowercase()
        }),
        Kind::Base58Check => {
            encoding::base58(value)
                .filter(|bytes| bytes.len() > 4)
                .map(|mut bytes| {
                    let at = bytes.len() - 4;
                    let checksum = checksum::double_sha256(&bytes[..at]);
                    bytes[at..].copy_from_slice(&checksum[..4]);
                    encoding::to_base58(&bytes)
                })
        }
        Kind::Nkey | Kind::Stellar => base32_with_crc(value, check.kind == Kind::Stellar),
        Kind::Macaroon => macaroon(value, dice),
        Kind::Jwt => jwt_in(value, dice),
        Kind::Discord => Some(discord(dice)),
        Kind::Base64Json => json_in(value, head, check.parameter, dice),
        Kind::Basic => Some(encoding::to_base64(
            format!("user:{}", dice.text(value.len() * 3 / 4 - 5)).as_bytes(),
            false,
        )),
        Kind::Uuid4 => version_4(value),
        Kind::Ulid => time_in_ulid(value),
        _ => None,
    };
    if let Some(text) = rebuilt {
        *value = text.into_bytes();
    }
}

fn write_payload_length(value: &mut [u8]) {
    let (Some(dash), Some(dot)) = (memchr::memchr(b'-', value), memchr::memchr(b'.', value)) else {
        return;
    };
    let digit =
        |number: usize| char::from_digit(number as u32 % 36, 36).map_or(b'0', |digit| digit as u8);
    let length = dot - dash - 1;
    let at = value.len() - 9;
    value[at] = digit(length / 36);
    value[at + 1] = digit(length);
}

fn azure_key(value: &[u8], seeds: &str) -> Option<String> {
    let padding = value.iter().rev().take_while(|byte| **byte == b'=').count();
    let url_safe = value.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let text = &value[..value.len() - padding];
    let lenient = text.iter().map(|byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => *byte,
    });
    // The last character's spare bits have to be zero before it can be decoded.
    let mut text: Vec<u8> = lenient.collect();
    if padding > 0 {
        *text.last_mut()? = b'A';
    }
    let mut bytes = encoding::base64(&text)?;
    let at = bytes.len().checked_sub(4)?;
    let checksum = azure::key_checksum(&bytes[..at], seeds.split(',').next()?)?;
    bytes[at..].copy_from_slice(&checksum);
    Some(encoding::to_base64(&bytes, url_safe) + &"=".repeat(padding))
}

fn base32_with_crc(value: &[u8], stellar: bool) -> Option<String> {
    let mut bytes = encoding::base32(value)?;
    if stellar {
        bytes[0] = 0x90;
    }
    let at = bytes.len() - 2;
    let crc = checksum::crc16_xmodem(&bytes[..at]);
    bytes[at..].copy_from_slice(&crc.to_le_bytes());
    Some(encoding::to_base32(&bytes))
}

/// Keeps the location that the literal of the shape spells.
fn macaroon(value: &[u8], dice: &mut Dice) -> Option<String> {
    let dash = memchr::memchr(b'-', value)?;
    let whole = &value[dash + 1..];
    let mut bytes = encoding::base64(&whole[..whole.len() / 4 * 4])?;
    let location = usize::from(*bytes.get(2)?);
    bytes.truncate(3 + location);
    let identifier = dice.text(36);
    bytes.extend([2, 36]);
    bytes.extend(identifier.as_bytes());
    bytes.extend([0, 0, 6, 32]);
    bytes.extend((0..32).map(|_| dice.below(256) as u8));
    let prefix = String::from_utf8_lossy(&value[..=dash]);
    Some(prefix.into_owned() + &encoding::to_base64(&bytes, true))
}

fn token(dice: &mut Dice) -> String {
    let header = encoding::to_base64(br#"{"alg":"HS256","typ":"JWT"}"#, true);
    let payload = format!(
        r#"{{"sub":"{}","scope":"{}","iat":17{:08}}}"#,
        dice.text(12),
        dice.text(40),
        dice.below(90_000_000)
    );
    let signature: Vec<u8> = (0..32).map(|_| dice.below(256) as u8).collect();
    format!(
        "{header}.{}.{}",
        encoding::to_base64(payload.as_bytes(), true),
        encoding::to_base64(&signature, true)
    )
}

fn jwt_in(value: &[u8], dice: &mut Dice) -> Option<String> {
    let at = memchr::memmem::find(value, b"eyJ")?;
    Some(text_of(&value[..at]) + &token(dice))
}

fn discord(dice: &mut Dice) -> String {
    let id = format!(
        "{}{:017}",
        1 + dice.below(9),
        dice.below(1_000_000_000) * 99_999_989
    );
    format!(
        "{}.G{}.{}",
        encoding::to_base64(&id.as_bytes()[..18], false),
        dice.text(5),
        dice.text(38)
    )
}

/// Puts a JSON object where the shape's literal begins one.
fn json_in(value: &[u8], head: usize, key: &str, dice: &mut Dice) -> Option<String> {
    let behind = value[..head]
        .iter()
        .rposition(|byte| !byte.is_ascii_alphanumeric())
        .map_or(0, |at| at + 1);
    let encoded = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let length = value[behind..]
        .iter()
        .take_while(|byte| encoded(byte))
        .count();
    let literal = &value[behind..head];
    let begun = encoding::base64(&[literal, &b"AAA"[..(4 - literal.len() % 4) % 4]].concat())?;
    let begun = &begun[..literal.len() * 3 / 4];
    let begun = if begun.is_empty() {
        "{\"".to_owned()
    } else {
        text_of(begun)
    };
    let opening = match begun.matches('"').count() {
        1 if begun == "{\"" => format!("{begun}{}\":\"", if key.is_empty() { "k" } else { key }),
        1 => format!("{begun}\":\""),
        _ => begun,
    };
    let filler = (length * 3 / 4).checked_sub(opening.len() + 2)?;
    let json = format!("{opening}{}\"}}", dice.text(filler));
    let tail = text_of(&value[behind + length..]);
    Some(text_of(&value[..behind]) + &encoding::to_base64(json.as_bytes(), false) + &tail)
}

fn version_4(value: &[u8]) -> Option<String> {
    let mut value = value.to_vec();
    let at = value
        .windows(36)
        .position(|window| [8, 13, 18, 23].iter().all(|at| window[*at] == b'-'))?;
    value[at + 14] = b'4';
    Some(text_of(&value))
}

fn time_in_ulid(value: &[u8]) -> Option<String> {
    let mut value = value.to_vec();
    let mut at = 0;
    let field = value
        .split(|byte| !byte.is_ascii_alphanumeric())
        .find_map(|field| {
            let start = at;
            at += field.len() + 1;
            (field.len() == 26).then_some(start)
        })?;
    let lower = value[field..field + 26].iter().any(u8::is_ascii_lowercase);
    for (place, digit) in
        value[field..field + 3]
            .iter_mut()
            .zip(if lower { b"01h" } else { b"01H" })
    {
        *place = *digit;
    }
    for place in &mut value[field..field + 26] {
        *place = match *place {
            b'i' | b'l' | b'o' | b'u' => b'x',
            b'I' | b'L' | b'O' | b'U' => b'X',
            byte => byte,
        };
    }
    Some(text_of(&value))
}

fn text_of(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}
