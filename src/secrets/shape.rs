//! The language of shapes: `ghp_{b62:36}` says what a token looks like, without a regular expression.
//!
//! In comes the text of a shape, out go its parts. `build.rs` includes this file too, so it knows nothing but
//! the standard library. To add an alphabet, add a line to the table in [`alphabets`].

/// Declares the alphabets: their variant, their name in a shape, and the bytes they hold.
macro_rules! alphabets {
    ($($class:ident $name:literal $pattern:pat,)*) => {
        /// A set of bytes that a run of a token is made of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Class { $(#[doc = $name] $class),* }

        impl Class {
            /// Every alphabet.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$class),*];
            /// The names, in the order of [`Self::ALL`].
            pub(crate) const NAMES: &'static [&'static str] = &[$($name),*];

            const fn holds(self, byte: u8) -> bool {
                match self { $(Self::$class => matches!(byte, $pattern)),* }
            }
        }
    };
}

alphabets! {
    B62 "b62" b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z',
    Hex "hex" b'0'..=b'9' | b'a'..=b'f',
    UpperHex "HEX" b'0'..=b'9' | b'A'..=b'F',
    AnyHex "xd" b'0'..=b'9' | b'A'..=b'F' | b'a'..=b'f',
    B64 "b64" b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'+' | b'/',
    B64u "b64u" b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_',
    B32 "b32" b'A'..=b'Z' | b'2'..=b'7',
    B32l "b32l" b'a'..=b'z' | b'2'..=b'7',
    B58 "b58" b'1'..=b'9' | b'A'..=b'H' | b'J'..=b'N' | b'P'..=b'Z' | b'a'..=b'k' | b'm'..=b'z',
    Low "low" b'0'..=b'9' | b'a'..=b'z',
    Up "up" b'0'..=b'9' | b'A'..=b'Z',
    Alpha "alpha" b'A'..=b'Z' | b'a'..=b'z',
    LowerAlpha "lalpha" b'a'..=b'z',
    Word "w" b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_',
    Digit "dig" b'0'..=b'9',
    Any "any" b'!'..=b'~',
    Month "U_AL" b'A'..=b'L',
    Crockford "U_CROCK" b'0'..=b'9' | b'A'..=b'H' | b'J' | b'K' | b'M' | b'N' | b'P'..=b'T' | b'V'..=b'Z',
    Bech "U_BECH" b'0' | b'2'..=b'9' | b'A' | b'C'..=b'H' | b'J'..=b'N' | b'P'..=b'Z',
    BechLower "U_BECHL" b'0' | b'2'..=b'9' | b'a' | b'c'..=b'h' | b'j'..=b'n' | b'p'..=b'z',
    // Parts of `{uuid}` and `{DISCORD}`, and what may not follow base64.
    UuidVersion "uuid-version" b'1'..=b'8',
    UuidVariant "uuid-variant" b'8' | b'9' | b'a' | b'b' | b'A' | b'B',
    SnowflakeFirst "snowflake-1" b'M' | b'N' | b'O',
    SnowflakeSecond "snowflake-2" b'D' | b'T' | b'j' | b'z',
    Padding "padding" b'=',
}

/// For each byte, one bit for every alphabet that holds it.
static BITS: [u32; 256] = bits();

const fn bits() -> [u32; 256] {
    let mut bits = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut class = 0;
        while class < Class::ALL.len() {
            if Class::ALL[class].holds(byte as u8) {
                bits[byte] |= 1 << class;
            }
            class += 1;
        }
        byte += 1;
    }
    bits
}

/// Returns the alphabets that hold `byte`, as bits of [`Class::bit`].
pub(crate) fn classes_of(byte: u8) -> u32 {
    BITS[usize::from(byte)]
}

impl Class {
    /// Returns the bit that stands for this alphabet.
    pub(crate) const fn bit(self) -> u32 {
        1 << self as u32
    }

    /// Returns whether the alphabet holds `byte`.
    pub(crate) fn contains(self, byte: u8) -> bool {
        classes_of(byte) & self.bit() != 0
    }

    /// Returns the bytes of the alphabet.
    pub(crate) fn bytes(self) -> impl Iterator<Item = u8> {
        (0..=127).filter(move |byte| self.contains(*byte))
    }

    /// Returns how many bytes at the start of `text` belong to the alphabet, at most `limit`.
    pub(crate) fn run(self, text: &[u8], limit: usize) -> usize {
        let end = text.len().min(limit);
        text[..end]
            .iter()
            .position(|byte| !self.contains(*byte))
            .unwrap_or(end)
    }

    /// Returns how many bytes at the end of `text` belong to the alphabet, at most `limit`.
    pub(crate) fn run_back(self, text: &[u8], limit: usize) -> usize {
        let start = text.len().saturating_sub(limit);
        let tail = &text[start..];
        tail.iter()
            .rev()
            .position(|byte| !self.contains(*byte))
            .unwrap_or(tail.len())
    }

    fn named(name: &str) -> Option<Self> {
        let index = Self::NAMES.iter().position(|known| *known == name)?;
        Self::ALL.get(index).copied()
    }

    fn overlaps(self, other: Self) -> bool {
        self.bytes().any(|byte| other.contains(byte))
    }
}

/// One part of a shape, as it is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Exactly these bytes.
    Literal(String),
    /// `min` to `max` bytes of an alphabet.
    Run {
        /// The alphabet.
        class: Class,
        /// The fewest bytes.
        min: u16,
        /// The most bytes.
        max: u16,
        /// Whether the run always ends where the alphabet ends, so that no other length has to be tried.
        greedy: bool,
    },
}

/// Why a text is not a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShapeError {
    /// What is wrong.
    pub(crate) message: String,
    /// The name that is not known, where that is the matter.
    pub(crate) unknown: Option<String>,
}

/// Names of whole shapes that may stand in braces.
pub(crate) const NAMED: &[(&str, &str)] = &[
    (
        "uuid",
        "{xd:8}-{xd:4}-{uuid-version:1}{xd:3}-{uuid-variant:1}{xd:3}-{xd:12}",
    ),
    ("JWT", "eyJ{b64u:8-4000}.{b64u:8-16000}.{b64u:20-1400}"),
    (
        "DISCORD",
        "{snowflake-1:1}{snowflake-2:1}{b64:21-26}.{b64u:6}.{b64u:27-38}",
    ),
];

/// Reads a shape.
pub(crate) fn parse(text: &str) -> Result<Vec<Piece>, ShapeError> {
    let mut pieces = Vec::new();
    read(text, &mut pieces)?;
    if pieces.is_empty() {
        return Err(error("the shape is empty"));
    }
    mark_greedy(&mut pieces);
    Ok(pieces)
}

fn read(text: &str, pieces: &mut Vec<Piece>) -> Result<(), ShapeError> {
    let mut rest = text;
    while !rest.is_empty() {
        let Some(open) = rest.find('{') else {
            literal(rest, pieces)?;
            break;
        };
        literal(&rest[..open], pieces)?;
        let close = rest.find('}').filter(|close| *close > open);
        let close = close.ok_or_else(|| error("a `{` has no `}`"))?;
        let inside = &rest[open + 1..close];
        match NAMED.iter().find(|(name, _)| *name == inside) {
            // The named shapes hold no named shapes, so this goes one level deep.
            Some((_, shape)) => read(shape, pieces)?,
            None => pieces.push(run(inside)?),
        }
        rest = &rest[close + 1..];
    }
    Ok(())
}

fn literal(text: &str, pieces: &mut Vec<Piece>) -> Result<(), ShapeError> {
    if text.contains('}') {
        return Err(error("a `}` has no `{`"));
    }
    if text.contains(['\n', '\r']) {
        return Err(error("a shape stands on one line"));
    }
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Literal(before)) => before.push_str(text),
        _ => pieces.push(Piece::Literal(text.to_owned())),
    }
    Ok(())
}

fn run(inside: &str) -> Result<Piece, ShapeError> {
    let Some((name, count)) = inside.split_once(':') else {
        return Err(error(&format!(
            "`{{{inside}}}` lacks a length, as in `{{{inside}:32}}`"
        )));
    };
    let class = Class::named(name).ok_or_else(|| ShapeError {
        message: format!("unknown alphabet `{name}`"),
        unknown: Some(name.to_owned()),
    })?;
    let (min, max) = count.split_once('-').unwrap_or((count, count));
    match (min.parse(), max.parse()) {
        (Ok(min), Ok(max)) if 0 < min && min <= max && max <= 16_000 => Ok(Piece::Run {
            class,
            min,
            max,
            greedy: true,
        }),
        _ => Err(error(&format!(
            "`{count}` is not a length: write `32` or `20-40`, at most 16000"
        ))),
    }
}

/// A run of variable length ends where its alphabet ends, unless what follows begins with the same alphabet.
fn mark_greedy(pieces: &mut [Piece]) {
    for index in 0..pieces.len() {
        let next = pieces.get(index + 1).cloned();
        if let Piece::Run {
            class,
            min,
            max,
            greedy,
        } = &mut pieces[index]
        {
            *greedy = min != max
                && match next {
                    None => true,
                    Some(Piece::Literal(literal)) => !class.contains(literal.as_bytes()[0]),
                    Some(Piece::Run { class: other, .. }) => !class.overlaps(other),
                };
        }
    }
}

fn error(message: &str) -> ShapeError {
    ShapeError {
        message: message.to_owned(),
        unknown: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_literals_and_runs() {
        let run = |class, min, max, greedy| Piece::Run {
            class,
            min,
            max,
            greedy,
        };
        let literal = |text: &str| Piece::Literal(text.to_owned());
        assert_eq!(
            parse("a_{hex:3}"),
            Ok(vec![literal("a_"), run(Class::Hex, 3, 3, false)])
        );
        assert_eq!(
            parse("{low:1-5}.b{b64u:2-3}_{dig:1}"),
            Ok(vec![
                run(Class::Low, 1, 5, true),
                literal(".b"),
                run(Class::B64u, 2, 3, false),
                literal("_"),
                run(Class::Digit, 1, 1, false)
            ])
        );
        assert_eq!(parse("{uuid}").unwrap().len(), 11);
    }

    #[test]
    fn what_is_not_a_shape_is_refused() {
        for wrong in [
            "",
            "{hex}",
            "{hex:0}",
            "{hex:5-2}",
            "{hex:x}",
            "a}",
            "{hex:3",
            "{nope:3}",
            "a\nb",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
