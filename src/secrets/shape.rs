//! Shapes: a small language for credential formats, and the matcher for it.
//!
//! `ghp_{b62:36}` is the literal `ghp_` and 36 characters of base 62. `{alphabet:n}` and `{alphabet:min-max}`
//! stand for runs, `{uuid}` for a UUID, `{JWT}` for a JSON web token, `{DISCORD}` for a bot token; everything
//! else is literal. The build script compiles the built-in shapes; teams' own are parsed when they are loaded.
//!
//! No shape needs a regular expression: a run costs two look-ups a byte, and a range gives back only what the
//! part behind it needs.

use std::ops::Range;

/// A set of characters that a run may consist of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// `0-9A-Za-z`
    B62,
    /// `0-9a-f`
    Hex,
    /// `0-9A-F`
    HexUpper,
    /// `0-9A-Fa-f`
    HexAny,
    /// `0-9A-Za-z+/`
    B64,
    /// `0-9A-Za-z_-`
    B64Url,
    /// `A-Z2-7`
    B32,
    /// `a-z2-7`
    B32Lower,
    /// Bitcoin's base 58
    B58,
    /// `0-9a-z`
    Lower,
    /// `0-9A-Z`
    Upper,
    /// `A-Za-z`
    Alpha,
    /// `a-z`
    LowerAlpha,
    /// `0-9A-Za-z_`
    Word,
    /// `0-9`
    Digit,
    /// Printable ASCII but white space and quotes
    Any,
    /// `A-L`
    AToL,
    /// Crockford's base 32
    Crockford,
    /// Bech32 in upper case
    Bech32,
    /// Bech32 in lower case
    Bech32Lower,
}

/// Every alphabet with its name in a shape and its characters as pairs of bounds.
pub(super) const ALPHABETS: [(&str, Alphabet, &[u8]); 20] = [
    ("b62", Alphabet::B62, b"09AZaz"),
    ("hex", Alphabet::Hex, b"09af"),
    ("HEX", Alphabet::HexUpper, b"09AF"),
    ("xd", Alphabet::HexAny, b"09AFaf"),
    ("b64", Alphabet::B64, b"++//09AZaz"),
    ("b64u", Alphabet::B64Url, b"--09AZ__az"),
    ("b32", Alphabet::B32, b"27AZ"),
    ("b32l", Alphabet::B32Lower, b"27az"),
    ("b58", Alphabet::B58, b"19AHJNPZakmz"),
    ("low", Alphabet::Lower, b"09az"),
    ("up", Alphabet::Upper, b"09AZ"),
    ("alpha", Alphabet::Alpha, b"AZaz"),
    ("lalpha", Alphabet::LowerAlpha, b"az"),
    ("w", Alphabet::Word, b"09AZ__az"),
    ("dig", Alphabet::Digit, b"09"),
    ("any", Alphabet::Any, b"!!#&(_a~"),
    ("U_AL", Alphabet::AToL, b"AL"),
    ("U_CROCK", Alphabet::Crockford, b"09AHJKMNPTVZ"),
    ("U_BECH", Alphabet::Bech32, b"0029AACHJNPZ"),
    ("U_BECHL", Alphabet::Bech32Lower, b"0029aachjnpz"),
];

impl Alphabet {
    /// Returns whether a byte belongs to the alphabet.
    pub(super) const fn has(self, byte: u8) -> bool {
        SETS[self as usize][byte as usize]
    }

    /// Returns the characters of the alphabet in ascending order.
    pub(super) fn characters(self) -> Vec<u8> {
        (0..=255).filter(|&byte| self.has(byte)).collect()
    }
}

const SETS: [[bool; 256]; 20] = sets();

const fn sets() -> [[bool; 256]; 20] {
    let mut sets = [[false; 256]; 20];
    let mut index = 0;
    while index < sets.len() {
        let bounds = ALPHABETS[index].2;
        let mut pair = 0;
        while pair + 1 < bounds.len() {
            let mut byte = bounds[pair];
            while byte <= bounds[pair + 1] {
                sets[index][byte as usize] = true;
                byte += 1;
            }
            pair += 2;
        }
        index += 1;
    }
    sets
}

/// One part of a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part<S> {
    /// These bytes.
    Literal(S),
    /// A run of characters of one alphabet, with its least and greatest length.
    Run(Alphabet, u16, u16),
    /// A UUID in its text form.
    Uuid,
    /// Three base64url fields with dots between them, the first two beginning like JSON.
    Jwt,
    /// A Discord bot token: an encoded snowflake, six and 27 to 38 characters.
    Discord,
}

/// The most parts of a shape.
pub(super) const PARTS: usize = 32;

/// Reads a shape; the error says what is wrong.
pub(super) fn parse(shape: &str) -> Result<Vec<Part<String>>, String> {
    let mut parts = Vec::new();
    let mut rest = shape;
    while let Some(open) = rest.find('{') {
        if open > 0 {
            parts.push(Part::Literal(rest[..open].to_owned()));
        }
        let close = rest[open..]
            .find('}')
            .ok_or_else(|| format!("`{{` without `}}` in `{shape}`"))?;
        parts.push(field(&rest[open + 1..open + close])?);
        rest = &rest[open + close + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    match parts.len() {
        0 => Err("a shape needs at least one part".to_owned()),
        1..=PARTS => Ok(parts),
        _ => Err(format!("a shape has at most {PARTS} parts")),
    }
}

fn field(text: &str) -> Result<Part<String>, String> {
    match text {
        "uuid" => return Ok(Part::Uuid),
        "JWT" => return Ok(Part::Jwt),
        "DISCORD" => return Ok(Part::Discord),
        _ => {}
    }
    let (name, count) = text
        .split_once(':')
        .ok_or_else(|| format!("`{{{text}}}` needs a length, such as `{{{text}:32}}`"))?;
    let (_, alphabet, _) = ALPHABETS
        .iter()
        .find(|(known, ..)| *known == name)
        .ok_or_else(|| {
            let known: Vec<&str> = ALPHABETS.iter().map(|(name, ..)| *name).collect();
            format!(
                "`{name}` is not an alphabet; there are {}",
                known.join(", ")
            )
        })?;
    let number = |text: &str| {
        let number = text
            .parse()
            .ok()
            .filter(|count| (1..=4000_u16).contains(count));
        number.ok_or_else(|| format!("`{text}` is not a length from 1 to 4000"))
    };
    let (min, max) = count.split_once('-').unwrap_or((count, count));
    let (min, max) = (number(min)?, number(max)?);
    if min > max {
        return Err(format!("`{count}` counts downwards"));
    }
    Ok(Part::Run(*alphabet, min, max))
}

/// The longest field of a JSON web token that is read.
const JWT_FIELD: usize = 1 << 14;

/// Where a shape matched, and where each of its fields did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    /// The whole value.
    pub(super) value: Range<usize>,
    /// Each part that is not a literal, in order.
    pub(super) fields: Vec<(Field, Range<usize>)>,
}

/// What a field of a match is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// A run.
    Run(Alphabet),
    /// A UUID.
    Uuid,
    /// A JSON web token.
    Jwt,
    /// A Discord token.
    Discord,
}

/// Matches parts with their beginning at `start`; both ends have to be boundaries.
pub(super) fn match_at<S: AsRef<[u8]>>(
    parts: &[Part<S>],
    text: &[u8],
    start: usize,
) -> Option<Match> {
    if !starts_here(parts, text, start) {
        return None;
    }
    let mut ends = [0; PARTS];
    let end = follow(parts, text, start, &mut ends, 0)?;
    let mut fields = Vec::new();
    let mut at = start;
    for (part, &end) in parts.iter().zip(&ends) {
        let field = match part {
            Part::Literal(_) => None,
            Part::Run(alphabet, ..) => Some(Field::Run(*alphabet)),
            Part::Uuid => Some(Field::Uuid),
            Part::Jwt => Some(Field::Jwt),
            Part::Discord => Some(Field::Discord),
        };
        fields.extend(field.map(|field| (field, at..end)));
        at = end;
    }
    Some(Match {
        value: start..end,
        fields,
    })
}

/// Finds where a match could begin so that the part `anchor` stands at `at`, going left over runs.
pub(super) fn start_before<S: AsRef<[u8]>>(
    parts: &[Part<S>],
    anchor: usize,
    text: &[u8],
    at: usize,
) -> Option<usize> {
    let mut start = at;
    for part in parts[..anchor].iter().rev() {
        start = match part {
            Part::Literal(literal) => {
                let literal = literal.as_ref();
                text[..start]
                    .ends_with(literal)
                    .then(|| start - literal.len())?
            }
            Part::Run(alphabet, min, max) => {
                let left = text[..start].iter().rev().take(usize::from(*max));
                let run = left.take_while(|byte| alphabet.has(**byte)).count();
                (run >= usize::from(*min)).then(|| start - run)?
            }
            Part::Uuid => start.checked_sub(36)?,
            // Nothing of variable structure stands to the left of an anchor.
            Part::Jwt | Part::Discord => return None,
        };
    }
    Some(start)
}

/// Matches the parts from `index` on and notes where each ends. The depth is the number of parts.
fn follow<S: AsRef<[u8]>>(
    parts: &[Part<S>],
    text: &[u8],
    at: usize,
    ends: &mut [usize; PARTS],
    index: usize,
) -> Option<usize> {
    let Some(part) = parts.get(index) else {
        return ends_here(parts, text, at).then_some(at);
    };
    let mut go_on = |end: usize| {
        ends[index] = end;
        follow(parts, text, end, ends, index + 1)
    };
    match part {
        Part::Literal(literal) => {
            let literal = literal.as_ref();
            if text.get(at..)?.starts_with(literal) {
                go_on(at + literal.len())
            } else {
                None
            }
        }
        Part::Run(alphabet, min, max) => {
            let run = text.get(at..)?.iter().take(usize::from(*max));
            let run = run.take_while(|byte| alphabet.has(**byte)).count();
            (usize::from(*min)..=run)
                .rev()
                .find_map(|length| go_on(at + length))
        }
        Part::Uuid => go_on(uuid_end(text, at)?),
        Part::Jwt => go_on(jwt_end(text, at)?),
        Part::Discord => go_on(discord_end(text, at)?),
    }
}

fn uuid_end(text: &[u8], at: usize) -> Option<usize> {
    let uuid = text.get(at..at + 36)?;
    let fits = uuid.iter().enumerate().all(|(index, byte)| match index {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => Alphabet::HexAny.has(*byte),
    });
    fits.then_some(at + 36)
}

fn run_end(text: &[u8], at: usize, most: usize) -> usize {
    let at = at.min(text.len());
    at + text[at..]
        .iter()
        .take(most)
        .take_while(|byte| Alphabet::B64Url.has(**byte))
        .count()
}

fn jwt_end(text: &[u8], at: usize) -> Option<usize> {
    let header = run_end(text, at, JWT_FIELD);
    if !text[at..].starts_with(b"eyJ") || header - at < 12 || !text[header..].starts_with(b".eyJ") {
        return None;
    }
    let payload = run_end(text, header + 1, JWT_FIELD);
    (text.get(payload) == Some(&b'.')).then(|| run_end(text, payload + 1, JWT_FIELD))
}

fn discord_end(text: &[u8], at: usize) -> Option<usize> {
    let id = run_end(text, at, 32);
    let time = run_end(text, id + 1, 8);
    let tail = run_end(text, time + 1, 40);
    let dots = text.get(id) == Some(&b'.') && text.get(time) == Some(&b'.');
    let fits =
        (23..=28).contains(&(id - at)) && time - id == 7 && (28..=39).contains(&(tail - time));
    (dots && fits).then_some(tail)
}

/// Returns whether nothing that belongs to the value stands before it.
fn starts_here<S: AsRef<[u8]>>(parts: &[Part<S>], text: &[u8], start: usize) -> bool {
    let Some(&before) = start.checked_sub(1).and_then(|at| text.get(at)) else {
        return start == 0;
    };
    let joined = match parts.first() {
        // A number may follow a word: `bot123456:…`.
        Some(Part::Run(Alphabet::Digit, ..)) => before.is_ascii_digit(),
        Some(Part::Run(alphabet, ..)) => alphabet.has(before) || before.is_ascii_alphanumeric(),
        Some(Part::Literal(literal)) => {
            let word = literal
                .as_ref()
                .first()
                .is_some_and(u8::is_ascii_alphanumeric);
            word && before.is_ascii_alphanumeric()
        }
        Some(Part::Jwt | Part::Discord) => Alphabet::B64Url.has(before) || before == b'.',
        Some(Part::Uuid) => before.is_ascii_alphanumeric() || before == b'-',
        None => true,
    };
    !joined || ends_with_escape(&text[..start])
}

/// Returns whether the text ends with an escape such as `\n`, `%3D` or `\u0022`, which separates like a blank.
fn ends_with_escape(text: &[u8]) -> bool {
    let hex = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_hexdigit);
    match text {
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., b'\\', b'u', a, b, c, d] if hex(&[*a, *b, *c, *d]) => true,
        [.., b'%', a, b] => hex(&[*a, *b]),
        _ => false,
    }
}

/// Returns whether nothing that belongs to the value stands behind it.
fn ends_here<S: AsRef<[u8]>>(parts: &[Part<S>], text: &[u8], end: usize) -> bool {
    let Some(&after) = text.get(end) else {
        return true;
    };
    match parts.last() {
        Some(Part::Run(alphabet, ..)) => !alphabet.has(after) && !after.is_ascii_alphanumeric(),
        Some(Part::Literal(literal)) => {
            let word = literal
                .as_ref()
                .last()
                .is_some_and(u8::is_ascii_alphanumeric);
            !(word && after.is_ascii_alphanumeric())
        }
        Some(Part::Jwt | Part::Discord) => !Alphabet::B64Url.has(after),
        Some(Part::Uuid) => !after.is_ascii_alphanumeric() && after != b'-',
        None => true,
    }
}
