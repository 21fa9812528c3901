//! Judges values in places that only a credential can take, and makes candidates of them.

use std::ops::Range;

use super::context::{Context, Setting};
use super::identifier::is_of_plain_words;
use super::pair::Form;
use super::rules::Rule;
use super::shape::{self, Shape, Wording};
use crate::secrets::candidate::Candidate;
use crate::secrets::score::{self, Meant, Sheet, Weight};

/// What a reader gives to be judged.
pub(super) struct Placed {
    /// The rule that speaks.
    pub(super) rule: Rule,
    /// The value.
    pub(super) value: Range<usize>,
    /// What the surroundings add to or take from the sum.
    pub(super) extra: Option<Weight>,
    /// What is wrong, without the value.
    pub(super) message: &'static str,
}

/// Judges the value by its bytes in the text.
pub(super) fn judge(text: &[u8], context: &Context, placed: Placed) -> Option<Candidate> {
    let plain = text.get(placed.value.clone())?.to_vec();
    judge_as(&plain, context, placed)
}

/// Judges the value by what it means once decoded.
pub(super) fn judge_as(plain: &[u8], context: &Context, placed: Placed) -> Option<Candidate> {
    let shape = shape::of_value(plain, Wording::Password)?;
    // A word alone is a password only where the place leaves no doubt; a stock name never is.
    if shape == Shape::Word && (is_of_plain_words(plain) || context.setting != Setting::Production)
    {
        return None;
    }
    let mut sheet = Sheet::of_pair(Meant::Placed, shape, Form::Literal, context);
    placed
        .extra
        .into_iter()
        .for_each(|weight| sheet.add(weight));
    if sheet.total() < score::MEDIUM {
        return None;
    }
    Some(Candidate {
        rule: placed.rule.meta(),
        value: placed.value,
        public_prefix: 0,
        family: placed.rule.family(),
        sheet,
        message: placed.message.to_owned(),
        notes: Vec::new(),
    })
}
