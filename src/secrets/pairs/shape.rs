//! What a value looks like, once nothing innocent explains it.

use super::identifier::{is_language, is_numbered_phrase, is_of_plain_words, is_phrase};
use super::marks;
use super::value::{Innocent, has_odd_symbols, innocent, is_grouped, is_numbered_word, is_stock};
use super::vocabulary;

/// The look of a value, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::secrets) enum Shape {
    /// Sixteen or more characters drawn at random.
    Random,
    /// A digest or key of 32 or more hexadecimal digits.
    Hex,
    /// A UUID.
    Uuid,
    /// A made password: letters, digits and signs.
    Strong,
    /// Ten or more characters that are not language.
    Dense,
    /// A word with digits, `letmein123`.
    Mixed,
    /// A plain word dressed up for a password policy, `Password1!`.
    Stock,
    /// Six or more digits.
    Number,
    /// Letters that are no language.
    Letters,
    /// Words with signs between, `blue-horse-42`: a secret or an identifier.
    Phrase,
    /// A word.
    Word,
}

impl Shape {
    /// Returns what the value looks like, in words.
    pub(in crate::secrets) fn look(self) -> &'static str {
        match self {
            Self::Random => "sixteen or more characters that look drawn at random",
            Self::Hex => "32 or more hexadecimal digits",
            Self::Uuid => "a UUID",
            Self::Strong => "a made password of letters, digits and signs",
            Self::Dense => "ten or more characters that are no language",
            Self::Mixed => "a word with digits or signs",
            Self::Stock => "a plain word dressed up for a password policy",
            Self::Number => "six or more digits",
            Self::Letters => "letters that are no language",
            Self::Phrase => "several words",
            Self::Word => "a word",
        }
    }
}

/// Counts over a value, made once.
#[derive(Debug, Default)]
struct Counts {
    lower: usize,
    upper: usize,
    digits: usize,
    signs: usize,
    /// How often neighbouring letters and digits change class.
    changes: usize,
    distinct: usize,
}

impl Counts {
    fn of(value: &[u8]) -> Self {
        let mut counts = Self::default();
        let mut seen = [false; 256];
        let mut last = None;
        for &b in value {
            let class = match b {
                b'a'..=b'z' => 0,
                b'A'..=b'Z' => 1,
                b'0'..=b'9' => 2,
                _ => 3,
            };
            *[
                &mut counts.lower,
                &mut counts.upper,
                &mut counts.digits,
                &mut counts.signs,
            ][class] += 1;
            // A capital that starts a word is no change of mind.
            let capital = last == Some(1) && class == 0;
            if last.is_some_and(|last| last != class) && !capital && class != 3 && last != Some(3) {
                counts.changes += 1;
            }
            last = Some(class);
            seen[usize::from(b)] = true;
        }
        counts.distinct = seen.iter().filter(|&&s| s).count();
        counts
    }

    fn letters(&self) -> usize {
        self.lower + self.upper
    }

    fn classes(&self) -> usize {
        [self.lower, self.upper, self.digits, self.signs]
            .iter()
            .filter(|&&n| n > 0)
            .count()
    }
}

/// What people write as words where a secret belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wording {
    /// Nothing: words are an identifier.
    Nothing,
    /// A password is often words with a number.
    Password,
    /// The key that a program signs its sessions and tokens with is often a phrase: nobody has to type it.
    SigningKey,
}

/// Returns the look of a value that nothing innocent explains, or of words that may be a secret in their place.
pub(super) fn of_value(value: &[u8], wording: Wording) -> Option<Shape> {
    let is_secret = match innocent(value) {
        None => return shape(value),
        Some(Innocent::Code) => match wording {
            Wording::Nothing => false,
            Wording::Password => is_numbered_phrase(value),
            Wording::SigningKey => is_phrase(value),
        },
        Some(_) => false,
    };
    (is_secret && marks::mark(value).is_none()).then_some(Shape::Phrase)
}

/// Returns the look of the value, or nothing where it has none of a secret.
pub(super) fn shape(value: &[u8]) -> Option<Shape> {
    let counts = Counts::of(value);
    if is_uuid(value) {
        return Some(Shape::Uuid);
    }
    if counts.digits == value.len() {
        return (value.len() >= 6).then_some(Shape::Number);
    }
    if is_hex(value, &counts) {
        return Some(if value.len() >= 32 {
            Shape::Hex
        } else {
            Shape::Dense
        });
    }
    if is_grouped(value) || is_random(value, &counts) {
        return Some(Shape::Random);
    }
    // A stock password is made of plain words; `Xk9!fQ2z` is not.
    if (is_stock(value) || is_numbered_word(value)) && is_of_plain_words(value) {
        return Some(Shape::Stock);
    }
    if is_strong(value, &counts) {
        return Some(Shape::Strong);
    }
    if value.len() >= 10 && is_dense(value, &counts) {
        return Some(Shape::Dense);
    }
    if counts.letters() > 0 && counts.digits + counts.signs > 0 && value.len() >= 6 {
        return (counts.digits > 0 || has_odd_symbols(value)).then_some(Shape::Mixed);
    }
    if counts.letters() == value.len() {
        let strange = value.len() >= 8 && !is_language(value);
        return Some(if strange { Shape::Letters } else { Shape::Word });
    }
    None
}

fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

fn is_hex(value: &[u8], counts: &Counts) -> bool {
    let one_case = counts.lower == 0 || counts.upper == 0;
    value.len() >= 16
        && one_case
        && value.iter().all(u8::is_ascii_hexdigit)
        && counts.digits > 0
        && counts.letters() > 0
        && counts.distinct >= 8
}

/// Characters of tokens only, many of them different, no language in them.
fn is_random(value: &[u8], counts: &Counts) -> bool {
    let of_tokens = value.iter().all(|&b| b.is_ascii_graphic());
    value.len() >= 16
        && of_tokens
        && counts.classes() >= 2
        && counts.distinct * 10 >= value.len().min(40) * 4
        && is_dense(value, counts)
}

fn is_dense(value: &[u8], counts: &Counts) -> bool {
    let likeness = vocabulary::likeness(value);
    let busy = counts.changes * 5 >= value.len();
    let stirred = counts.changes * 8 >= value.len();
    // Chance makes a short text look like language now and then, a long one never.
    let chance = match value.len() {
        0..16 => 38,
        16..24 => 45,
        _ => 58,
    };
    busy && likeness < 72
        || stirred && likeness < 60 && counts.digits + counts.upper > 1
        || likeness < chance && counts.letters() > 3
}

/// Eight or more characters of three classes, one of them a sign or well mixed.
fn is_strong(value: &[u8], counts: &Counts) -> bool {
    value.len() >= 8
        && counts.letters() > 1
        && counts.digits > 0
        && (has_odd_symbols(value)
            || counts.lower > 0 && counts.upper > 0 && (counts.signs > 0 || counts.changes >= 3))
}
