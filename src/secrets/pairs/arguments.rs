//! Reads calls whose arguments have fixed places: user and password of a login, URL, user and password of a connection.

use std::ops::Range;

use super::context::Context;
use super::literal;
use super::name::Holder;
use super::pair::Form;
use super::rules::Rule;
use super::shape::shape;
use super::text::{byte, is_quote, skip_space, skip_while};
use super::value::innocent;
use crate::secrets::candidate::Candidate;
use crate::secrets::score::{self, Meant, Sheet};

/// How long an argument that is no literal may be.
const LONGEST_EXPRESSION: usize = 160;

/// Reads the password at place `index` among the arguments that begin at `at`.
pub(super) fn read(text: &[u8], context: &Context, index: usize, at: usize) -> Option<Candidate> {
    let value = password(text, index, at)?;
    let bytes = &text[value.clone()];
    if innocent(bytes).is_some() {
        return None;
    }
    let meant = Meant::Named(Holder::Password);
    let sheet = Sheet::of_pair(meant, shape(bytes)?, Form::Passed, context);
    (sheet.total() >= score::MEDIUM).then(|| Candidate {
        rule: Rule::Password.meta(),
        value,
        public_prefix: 0,
        family: Rule::Password.family(),
        sheet,
        message: "password passed as a literal".to_owned(),
        notes: Vec::new(),
    })
}

/// The literal at this place, unless it repeats the one before it.
fn password(text: &[u8], index: usize, mut at: usize) -> Option<Range<usize>> {
    let mut user = None;
    for _ in 0..index {
        at = skip_space(text, at);
        if let Some(literal) = literal::at(text, at) {
            at = skip_space(text, literal.end);
            user = Some(literal.value);
        }
        at = skip_while(text, at, LONGEST_EXPRESSION, |b| {
            !is_quote(b) && !matches!(b, b',' | b')' | b'\n' | b'{' | b'}' | b';')
        });
        if byte(text, at) != Some(b',') {
            return None;
        }
        at += 1;
    }
    let literal = literal::at(text, skip_space(text, at)).filter(|literal| literal.whole)?;
    let next = byte(text, skip_space(text, literal.end));
    let last = next == Some(b')') || index > 1 && next == Some(b',');
    let repeats = user.is_some_and(|user| text[user] == text[literal.value.clone()]);
    (last && !repeats).then_some(literal.value)
}
