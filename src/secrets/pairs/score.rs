//! Weighs a value: class of its name × shape, then form and setting. All weights stand in this file.
//!
//! A sum of [`MEDIUM`] is plausible, one of [`HIGH`] strong; below, the answer is silence. The step between
//! the two is what tests, examples and documentation take away.

use super::context::{Context, Kind, Setting};
use super::name::Holder;
use super::pair::Form;
use super::shape::Shape;
use crate::finding::Confidence;

/// The least sum that is reported.
const MEDIUM: i32 = 4;

/// The least sum that is sure.
const HIGH: i32 = 7;

/// No weight is worth more: a strong value in a test is still one in a test.
const CEILING: i32 = 9;

/// What ties a value to its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// A name that holds a secret.
    Named(Holder),
    /// A place that only a password can take: the one of a URL, of a command, of a line of a known file.
    Placed,
}

/// Returns how likely a value of this shape is a secret under a name (or in a place) of this class.
///
/// | | why |
/// |---|---|
/// | password | people choose them: words with digits count, random text counts most |
/// | secret | as passwords, but a word with digits is often a label |
/// | API key | made by machines: only random text counts |
/// | token | as API keys, and parsers, pages and languages have tokens too |
/// | vague | `pass`, `auth`, `creds`: another meaning is likely |
/// | placed | the syntax proves the meaning; only stand-ins have to be told apart |
#[rustfmt::skip]
fn base(meant: Meant, shape: Shape) -> i32 {
    use Holder::{ApiKey, Password, Secret, Token, Vague};
    let row = match meant {
        //                         random hex uuid strong dense mixed stock number letters word
        Meant::Named(Password) => [     7,  6,   3,     7,    6,    5,    4,     4,      4,   0],
        Meant::Named(Secret)   => [     7,  7,   3,     6,    6,    4,    4,     1,      3,   0],
        Meant::Named(ApiKey)   => [     8,  7,   3,     5,    5,    1,    1,     1,      3,   0],
        Meant::Named(Token)    => [     7,  6,   3,     5,    5,    1,    1,     1,      3,   0],
        Meant::Named(Vague)    => [     6,  4,   2,     4,    4,    1,    1,     0,      1,   0],
        Meant::Placed          => [     9,  8,   7,     8,    7,    6,    5,     5,      5,   3],
    };
    row[shape as usize]
}

/// What the form of a pair adds.
fn of_form(form: Form, context: &Context) -> i32 {
    match form {
        // A setting is what runs.
        Form::Plain if matches!(context.kind, Kind::Config | Kind::Yaml | Kind::Shell) => 1,
        Form::Literal
            if matches!(
                context.kind,
                Kind::Config | Kind::Yaml | Kind::Shell | Kind::Data
            ) =>
        {
            1
        }
        Form::Literal | Form::Plain | Form::Fallback | Form::Flag | Form::Passed | Form::Markup => {
            0
        }
        // A literal compared with, or one of a pair, is more often a label.
        Form::Compared | Form::Positional | Form::Query | Form::Inline => -1,
        // People write about passwords in comments.
        Form::Remark => -2,
    }
}

/// What the setting takes away.
fn of_setting(setting: Setting) -> i32 {
    match setting {
        Setting::Production => 0,
        Setting::Test | Setting::Example => MEDIUM - HIGH,
        Setting::Translation | Setting::Generated => -CEILING,
    }
}

/// Returns the sum for a pair or a place.
pub(super) fn sum(meant: Meant, shape: Shape, form: Form, context: &Context, extra: i32) -> i32 {
    (base(meant, shape) + of_form(form, context) + extra).min(CEILING) + of_setting(context.setting)
}

/// Returns what a sum means, or nothing for silence.
pub(super) fn confidence(sum: i32) -> Option<Confidence> {
    match sum {
        HIGH.. => Some(Confidence::High),
        MEDIUM.. => Some(Confidence::Medium),
        _ => None,
    }
}
