//! Weighs what speaks for a value and what against it. Every weight of the engine stands in this file, with its reason.
//!
//! In come the class of the evidence (a format, a name, a place), the look of the value and the setting; out goes a
//! [`Sheet`], which is kept with the finding, so that `explain --why` can print it. A sum of [`HIGH`] is sure and one
//! of [`MEDIUM`] plausible; below, names and places stay silent, and formats are worth a remark only.

use super::confirm::Outcome;
use super::confirm::jwt::Claims;
use super::pairs::context::{Context, Kind, Setting};
use super::pairs::name::Holder;
use super::pairs::pair::Form;
use super::pairs::shape::Shape;
use crate::finding::Confidence;
use serde_json::Value;

/// The least sum that is reported of a name or a place.
pub(super) const MEDIUM: i32 = 4;
/// The least sum that is sure.
pub(super) const HIGH: i32 = 7;
/// No evidence is worth more: a strong value in a test is still one in a test.
const CEILING: i32 = 9;

/// Points and why they are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weight {
    points: i32,
    reason: &'static str,
}

const fn weight(points: i32, reason: &'static str) -> Weight {
    Weight { points, reason }
}

/// What was weighed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sheet {
    /// What speaks of the value; together at most [`CEILING`].
    evidence: Vec<Weight>,
    /// What the value looks like, where that decided the first weight.
    look: Option<&'static str>,
    /// What the setting takes away.
    setting: Weight,
}

/// What ties a value to its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// A name that holds a secret.
    Named(Holder),
    /// A place that only a password can take: the one of a URL, of a command, of a line of a known file.
    Placed,
}

impl Meant {
    /// Returns what this class of name or place says.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Named(Holder::Password) => "the name holds a password",
            Self::Named(Holder::Secret) => "the name holds a secret",
            Self::Named(Holder::ApiKey) => "the name holds an API key",
            Self::Named(Holder::Token) => "the name holds a token",
            Self::Named(Holder::Key) => "the name holds a key of some kind",
            Self::Named(Holder::Vague) => "the name may hold a secret",
            Self::Placed => "only a password stands in this place",
        }
    }
}

/// Returns how likely a value of this shape is a secret under a name (or in a place) of this class.
///
/// | | why |
/// |---|---|
/// | password | people choose them: words with digits count, random text counts most |
/// | secret | as passwords, but a word with digits is often a label |
/// | API key | made by machines: only random text counts |
/// | token | as API keys, and parsers, pages and languages have tokens too |
/// | key | maps, caches and keyboards have keys: only random text counts |
/// | vague | `pass`, `auth`, `creds`: another meaning is likely |
/// | placed | the syntax proves the meaning; only stand-ins have to be told apart |
#[rustfmt::skip]
fn base(meant: Meant, shape: Shape) -> i32 {
    use Holder::{ApiKey, Key, Password, Secret, Token, Vague};
    let row = match meant {
        //                         random hex uuid strong dense mixed stock number letters phrase word
        Meant::Named(Password) => [     8,  7,   4,     7,    6,    5,    4,     4,      4,     4,   0],
        Meant::Named(Secret)   => [     8,  7,   4,     6,    6,    4,    4,     1,      3,     4,   0],
        Meant::Named(ApiKey)   => [     8,  7,   4,     5,    5,    1,    1,     1,      3,     0,   0],
        Meant::Named(Token)    => [     7,  6,   4,     5,    5,    1,    1,     1,      3,     0,   0],
        Meant::Named(Key)      => [     6,  5,   2,     4,    3,    1,    0,     0,      1,     0,   0],
        Meant::Named(Vague)    => [     6,  4,   2,     4,    4,    1,    1,     0,      1,     0,   0],
        Meant::Placed          => [     9,  8,   7,     8,    7,    6,    5,     5,      5,     4,   3],
    };
    row[shape as usize]
}

/// What the form of a pair adds or takes away.
fn of_form(meant: Meant, form: Form, context: &Context) -> Weight {
    let runs = matches!(context.kind, Kind::Config | Kind::Yaml | Kind::Shell);
    match form {
        Form::Query | Form::Inline if meant == Meant::Placed => weight(0, ""),
        Form::Plain if runs => weight(1, "a setting is what runs"),
        Form::Literal if runs || context.kind == Kind::Data => weight(1, "a setting is what runs"),
        Form::Compared => weight(-1, "a literal that is compared with is often a label"),
        Form::Positional => weight(-1, "a literal in a pair of two is often a label"),
        Form::Query => weight(-1, "a parameter of a URL is often no secret"),
        Form::Inline => weight(-1, "a pair within a string is often a text"),
        Form::Remark => weight(-1, "people write about passwords in comments and texts"),
        _ => weight(0, ""),
    }
}

/// What is said about a line that is commented out: half of them show how to write a setting.
pub(super) const COMMENTED: Weight = weight(-1, "the line is commented out");
/// What a password of a service of this machine is worth: whoever is here is in already.
pub(super) const LOCAL: Weight = weight(-2, "it opens a service of the same machine only");
/// What one of a network of containers is worth.
pub(super) const CONTAINER: Weight = weight(-2, "it opens a neighbouring container only");
/// What one that anybody can try is worth.
pub(super) const PUBLIC: Weight = weight(1, "it opens a host of the internet");
/// A word alone, where the name tells an account from a label.
pub(super) const ACCOUNT: Weight = weight(4, "its name says of which account it is");
/// The word `Bearer` outside a header.
pub(super) const NO_HEADER: Weight = weight(-2, "no header stands before it");
/// A value that decodes to what the file is for.
pub(super) const DECODED: Weight = weight(1, "it decodes to credentials");
/// A name that says so beside a format that only a word gives away.
const SAID_TWICE: Weight = weight(2, "its name says that it is a secret");

const IN_TESTS: Weight = weight(-1, "tests make up their secrets: plausible at most");
const IN_EXAMPLES: Weight = weight(-1, "examples make up their secrets: plausible at most");

/// What the setting takes from a name or a place.
fn of_setting(meant: Meant, setting: Setting) -> Weight {
    match (setting, meant) {
        (Setting::Production, _) => weight(0, ""),
        (Setting::Test, Meant::Placed) => weight(-2, "a test connects to servers of its own"),
        (Setting::Example, Meant::Placed) => weight(-2, "an example shows how to connect"),
        (Setting::Test, _) => IN_TESTS,
        (Setting::Example, _) => IN_EXAMPLES,
        (Setting::Translation, _) => weight(-CEILING, "translations hold texts"),
        (Setting::Generated, _) => weight(-CEILING, "nobody writes secrets into this file"),
    }
}

/// What the setting takes from a format.
fn format_in(setting: Setting, evidence: &[Weight]) -> Weight {
    let has = |weight: Weight| evidence.contains(&weight);
    match setting {
        Setting::Generated if has(NEARBY) => weight(-CEILING, "lock files are full of digests"),
        Setting::Test | Setting::Example if has(SELF_MADE) => {
            weight(-3, "tests and examples make keys and tokens for themselves")
        }
        Setting::Test
            if evidence
                .iter()
                .all(|known| [FORMAT, NEARBY, HASHED].contains(known)) =>
        {
            weight(-3, "tests make up values of the right form")
        }
        Setting::Example if has(HASHED) => weight(-2, "examples make up their accounts"),
        _ => weight(0, ""),
    }
}

/// What a hash of a password is worth: it has to be guessed first.
pub(super) const HASHED: Weight = weight(-2, "a hash is no password before it is guessed");
/// What a key or a token in the comment of a function is worth.
pub(super) const DOCUMENTED: Weight = weight(-3, "it stands in a documentation comment");
const FORMAT: Weight = weight(7, "it has the form of one");
const NEARBY: Weight = weight(5, "it has the form of one, behind a word that says whose");
const STRUCTURE: Weight = weight(2, "what it decodes to has the right structure");
const CHECKSUM: Weight = weight(4, "its checksum is right");
const OTHER_HALF: Weight = weight(2, "its other half stands nearby");
const HALF: Weight = weight(
    -4,
    "its other half is not in sight, and alone it opens nothing",
);
/// Anybody can make a private key or sign a token; one with a provider's format only the provider can make.
const SELF_MADE: Weight = weight(9, "its body is decoded and holds a key or a signed token");

/// A question about the header and the claims of a signed token.
type Question = fn(&(Claims, Claims)) -> bool;

/// What the claims of a signed token take away.
pub(super) const OF_TOKENS: &[(Question, Weight)] = &[
    (
        |(header, _)| says(header, "alg", "none"),
        weight(-6, "it is not signed"),
    ),
    (
        |(_, claims)| says(claims, "role", "anon"),
        weight(-6, "it names the anonymous role"),
    ),
    (
        |(_, claims)| {
            claims
                .get("exp")
                .and_then(Value::as_i64)
                .is_some_and(|end| end < LONG_AGO)
        },
        weight(-4, "it expired years ago"),
    ),
];
/// The beginning of 2026, in seconds: the engine knows no clock, but nobody runs it before that.
const LONG_AGO: i64 = 1_767_225_600;

fn says(claims: &Claims, key: &str, value: &str) -> bool {
    let said = claims.get(key).and_then(Value::as_str);
    said.is_some_and(|said| said.eq_ignore_ascii_case(value))
}

impl Sheet {
    /// Weighs a value that a name or a place gives away.
    pub(super) fn of_pair(meant: Meant, shape: Shape, form: Form, context: &Context) -> Self {
        Self {
            evidence: vec![
                weight(base(meant, shape), meant.reason()),
                of_form(meant, form, context),
            ],
            look: Some(shape.look()),
            setting: of_setting(meant, context.setting),
        }
    }

    /// Weighs a value that has the format of a rule.
    pub(super) fn of_format(near: bool, best: Outcome, pair: Option<bool>) -> Self {
        let mut evidence = vec![if near { NEARBY } else { FORMAT }];
        match (best, pair) {
            (_, Some(false)) => evidence.push(HALF),
            (Outcome::Proves, _) => evidence.push(CHECKSUM),
            (Outcome::Structured, _) => evidence.push(STRUCTURE),
            _ => {}
        }
        if pair == Some(true) {
            evidence.push(OTHER_HALF);
        }
        Self {
            evidence,
            look: None,
            setting: weight(0, ""),
        }
    }

    /// Weighs a private key whose body was read, or a signed token.
    pub(super) fn of_self_made() -> Self {
        Self {
            evidence: vec![SELF_MADE],
            look: None,
            setting: weight(0, ""),
        }
    }

    /// Returns whether anybody can make what was found: a private key, a signed token.
    pub(super) fn is_self_made(&self) -> bool {
        self.evidence.contains(&SELF_MADE)
    }

    /// Adds what the surroundings say.
    pub(super) fn add(&mut self, weight: Weight) {
        self.evidence.push(weight);
    }

    /// Takes into account what a name says of a value that has a format: a second voice for a format that only a word
    /// gives away; and a format that by itself is worth less takes nothing from a name.
    pub(super) fn confirm_by_name(&mut self, named: &Self) {
        if self.evidence.contains(&NEARBY) && named.total() >= HIGH {
            self.evidence.push(SAID_TWICE);
        }
        let weak = self.evidence.contains(&NEARBY) || self.evidence.contains(&HALF);
        if weak && named.total() > self.total() {
            *self = named.clone();
        }
    }

    /// Places a format into its setting.
    pub(super) fn place(&mut self, setting: Setting) {
        if self.look.is_none() {
            self.setting = format_in(setting, &self.evidence);
        }
    }

    /// Returns the sum.
    pub(super) fn total(&self) -> i32 {
        let evidence: i32 = self.evidence.iter().map(|weight| weight.points).sum();
        let sum = evidence.min(CEILING) + self.setting.points;
        if [IN_TESTS, IN_EXAMPLES].contains(&self.setting) {
            sum.min(HIGH - 1)
        } else {
            sum
        }
    }

    /// Returns what the sum means.
    pub(super) fn confidence(&self) -> Confidence {
        match self.total() {
            HIGH.. => Confidence::High,
            MEDIUM.. => Confidence::Medium,
            _ => Confidence::Low,
        }
    }

    /// Returns the sheet as one line: the sum, then each weight with its reason.
    pub(super) fn note(&self) -> String {
        let mut lines = self.lines();
        lines.insert(0, format!("{}{}", crate::finding::SCORE, self.total()));
        lines.join("; ")
    }

    /// Returns each weight with its reason.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (index, weight) in self.evidence.iter().chain([&self.setting]).enumerate() {
            let look = self.look.filter(|_| index == 0);
            if weight.points != 0 || look.is_some() {
                let look = look.map_or_else(String::new, |look| format!(", the value is {look}"));
                lines.push(format!("{:+} {}{look}", weight.points, weight.reason));
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_as_sure_as_its_evidence() {
        use Outcome::{Holds, Proves, Structured};
        for (near, best, pair, setting, expected) in [
            (false, Holds, None, Setting::Production, Confidence::High),
            (false, Holds, None, Setting::Test, Confidence::Medium),
            (false, Structured, None, Setting::Test, Confidence::High),
            (false, Proves, None, Setting::Example, Confidence::High),
            (true, Holds, None, Setting::Production, Confidence::Medium),
            (
                true,
                Structured,
                None,
                Setting::Production,
                Confidence::High,
            ),
            (true, Holds, None, Setting::Generated, Confidence::Low),
            (
                false,
                Structured,
                Some(false),
                Setting::Production,
                Confidence::Low,
            ),
            (
                false,
                Structured,
                Some(true),
                Setting::Production,
                Confidence::High,
            ),
        ] {
            let mut sheet = Sheet::of_format(near, best, pair);
            sheet.place(setting);
            assert_eq!(
                sheet.confidence(),
                expected,
                "{near} {best:?} {pair:?} {setting:?}"
            );
        }
    }

    #[test]
    fn a_sheet_says_its_sum_and_its_reasons() {
        let mut sheet = Sheet::of_self_made();
        sheet.place(Setting::Test);
        let note = sheet.note();
        assert!(note.starts_with("score 6; +9 "), "{note}");
        assert!(note.contains("; -3 tests"), "{note}");
    }
}
