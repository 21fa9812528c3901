//! Reads calls whose arguments have fixed places: user and password of a login, URL, user and password of a connection,
//! text and key of a signature.

use std::ops::Range;

use super::context::Context;
use super::literal::{self, Literal};
use super::name::Holder;
use super::pair::Form;
use super::rules::Rule;
use super::shape::{self, Wording};
use super::text::{back_while, before, byte, is_quote, is_word, skip_space, skip_while, starts};
use crate::secrets::candidate::Candidate;
use crate::secrets::score::{self, Meant, Sheet};

/// How long an argument that is no literal may be.
const LONGEST_EXPRESSION: usize = 160;

/// Reads the password at place `index` among the arguments that begin at `at`.
pub(super) fn password(
    text: &[u8],
    context: &Context,
    index: usize,
    at: usize,
) -> Option<Candidate> {
    let (literal, user) = argument(text, index, at)?;
    let next = byte(text, skip_space(text, literal.end));
    // `basic_auth "user", "password"` of Ruby has no parentheses.
    let open = text[at - 1] == b'(';
    // A user and a password are all that a login takes; what hashes one takes more.
    let last = next == Some(b')') || index != 1 && next == Some(b',') || !open;
    let repeats = user.is_some_and(|user| text[user] == text[literal.value.clone()]);
    if !last || repeats {
        return None;
    }
    judge(text, context, literal.value, Holder::Password)
}

/// Reads the key at place `index` among the arguments that begin at `at`.
pub(super) fn key(text: &[u8], context: &Context, index: usize, at: usize) -> Option<Candidate> {
    let (literal, _) = argument(text, index, at)?;
    judge(text, context, literal.value, Holder::Secret)
}

/// Reads the literal of `"…".toCharArray()`, whose closing mark is at `close`: Java keeps passwords as characters.
pub(super) fn characters(text: &[u8], context: &Context, close: usize) -> Option<Candidate> {
    let open = back_while(text, close, 64, |b| b != b'"' && b != b'\n');
    let literal = literal::at(text, open.checked_sub(1)?)?;
    let named = back_while(text, open - 1, 4, |b| b == b' ');
    // With a name before it, the reader of names speaks.
    if literal.value.end != close || before(text, named) == Some(b'=') {
        return None;
    }
    judge(text, context, literal.value, Holder::Password)
}

fn judge(text: &[u8], context: &Context, value: Range<usize>, holder: Holder) -> Option<Candidate> {
    let bytes = &text[value.clone()];
    let wording = match holder {
        Holder::Password => Wording::Password,
        _ => Wording::SigningKey,
    };
    let shape = shape::of_value(bytes, wording)?;
    let sheet = Sheet::of_pair(Meant::Named(holder), shape, Form::Passed, context);
    let (rule, message) = match holder {
        Holder::Password => (Rule::Password, "password passed as a literal"),
        _ => (Rule::Secret, "key passed as a literal"),
    };
    (sheet.total() >= score::MEDIUM).then(|| Candidate {
        rule: rule.meta(),
        value,
        public_prefix: 0,
        family: rule.family(),
        sheet,
        message: message.to_owned(),
        notes: Vec::new(),
    })
}

/// The literal at this place, its conversion passed over, and the literal before it.
fn argument(text: &[u8], index: usize, mut at: usize) -> Option<(Literal, Option<Range<usize>>)> {
    let mut before = None;
    for _ in 0..index {
        at = skip_space(text, at);
        if let Some(literal) = literal::at(text, at) {
            at = skip_space(text, literal.end);
            before = Some(literal.value);
        } else if starts(text, at, "\"\"") || starts(text, at, "''") {
            at += 2;
        }
        at = behind_expression(text, at);
        if byte(text, at) != Some(b',') {
            return None;
        }
        at += 1;
    }
    let mut literal = literal::wrapped(text, skip_space(text, at)).filter(|found| found.whole)?;
    literal.end = behind_conversion(text, literal.end);
    Some((literal, before))
}

/// Behind what is left of an argument: a name, a small object, a call with one literal such as `getenv("USER")`.
fn behind_expression(text: &[u8], at: usize) -> usize {
    if byte(text, at) == Some(b'{') {
        let close = skip_while(text, at, LONGEST_EXPRESSION, |b| !matches!(b, b'}' | b'\n'));
        return close + usize::from(byte(text, close) == Some(b'}'));
    }
    let plain = |at| {
        skip_while(text, at, LONGEST_EXPRESSION, |b| {
            !is_quote(b) && !matches!(b, b',' | b')' | b'\n' | b'{' | b'}' | b';')
        })
    };
    let end = plain(at);
    let called = before(text, end) == Some(b'(') || before(text, end) == Some(b'[');
    let inner = literal::at(text, end).filter(|_| called);
    match inner.map(|literal| literal.end) {
        Some(close) if matches!(byte(text, close), Some(b')' | b']')) => plain(close + 1),
        _ => end,
    }
}

/// Behind `.toCharArray()`, `.getBytes(StandardCharsets.UTF_8)`, `.encode()`, if such a call follows a literal.
fn behind_conversion(text: &[u8], end: usize) -> usize {
    let known = [".tochararray(", ".getbytes(", ".encode(", ".data(", ".utf8"];
    if !known.iter().any(|method| starts(text, end, method)) {
        return end;
    }
    let inside = |b: u8| is_word(b) || matches!(b, b'.' | b'(' | b'"' | b'-' | b':');
    let close = skip_while(text, end, 64, inside);
    close + usize::from(byte(text, close) == Some(b')'))
}
