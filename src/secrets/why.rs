//! Why a value was let go: each gate that it passed or failed, in the order in which they are asked.
//!
//! In come a text and a value in it, or a value alone; out go sentences that do not hold the value.

use std::ops::Range;

use super::check::Kind;
use super::confirm::{self, Outcome, Value};
use super::matcher::{self, Edge};
use super::pairs::{self, context::Context};
use super::sweep::{self, RuleSet};
use super::table::{self, Definition, Shape};
use super::{placeholder, text};
use crate::finding::Place;

/// How many formats are spoken of.
const FORMATS: usize = 4;

/// A question that a value was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Whether it came through.
    pub passed: bool,
    /// What was asked and answered.
    pub said: String,
}

impl Gate {
    pub(super) fn passed(said: impl Into<String>) -> Self {
        Self {
            passed: true,
            said: said.into(),
        }
    }

    pub(super) fn failed(said: impl Into<String>) -> Self {
        Self {
            passed: false,
            said: said.into(),
        }
    }
}

/// Returns the gates that a value came to where it stands in a text; nothing if it does not stand there.
///
/// `line` narrows the search to one 1-based line.
pub fn why_not(place: &Place, bytes: &[u8], line: Option<u32>, value: &[u8]) -> Option<Vec<Gate>> {
    let text = text::readable(bytes);
    let within = line.map_or(0..text.len(), |line| line_range(&text, line));
    let at =
        within.start + memchr::memmem::find(&text[within], value).filter(|_| !value.is_empty())?;
    let range = at..at + value.len();
    let context = Context::of(place);
    let mut gates = formats(&text, &range);
    let hits = sweep::sweep(&text, &RuleSet::built_in()).hits;
    gates.extend(pairs::trace::names(&context, &text, &hits, &range));
    Some(gates)
}

/// Returns what can be said of a value without knowing where it stands.
pub fn why_not_alone(value: &[u8]) -> Vec<Gate> {
    let mut gates = formats(value, &(0..value.len()));
    gates.extend(pairs::trace::value_alone(value));
    gates
}

fn line_range(text: &[u8], line: u32) -> Range<usize> {
    let skipped = line.saturating_sub(1) as usize;
    let start = match skipped.checked_sub(1) {
        None => 0,
        Some(last) => memchr::memchr_iter(b'\n', text)
            .nth(last)
            .map_or(text.len(), |at| at + 1),
    };
    let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |length| start + length);
    start..end
}

/// What the rules with a format say, the most specific first.
fn formats(text: &[u8], value: &Range<usize>) -> Vec<Gate> {
    let mut fitting: Vec<(&Definition, Shape)> = Vec::new();
    for rule in &table::RULES {
        let fits = |shape: &&Shape| {
            matcher::at(**shape, text, value.start, Edge::Proven)
                .is_some_and(|matched| matched.range.end == value.end)
        };
        fitting.extend(rule.shapes.iter().find(fits).map(|shape| (rule, *shape)));
    }
    // What no literal tells apart is a matter of the word before it.
    let (named, mut own): (Vec<_>, Vec<_>) = fitting
        .into_iter()
        .partition(|(rule, shape)| !rule.near.is_empty() && shape.literal_length() < 3);
    own.sort_by_key(|(_, shape)| std::cmp::Reverse(shape.literal_length()));
    let mut gates: Vec<Gate> = own
        .into_iter()
        .take(FORMATS)
        .map(|(rule, shape)| format(text, value, rule, shape))
        .collect();
    if let Some((rule, _)) = named.first() {
        let word = rule.near[0];
        gates.push(Gate::failed(format!(
            "{} rules take such a value, each behind a word of its own, for example `{word}`",
            named.len()
        )));
    }
    if gates.is_empty() {
        gates.push(Gate::failed("it has the format of no rule"));
    }
    gates
}

fn format(text: &[u8], range: &Range<usize>, rule: &Definition, shape: Shape) -> Gate {
    let what = format!("it has the format of `{}`", rule.meta.id);
    let runs = matcher::at(shape, text, range.start, Edge::Proven).map(|matched| matched.runs);
    let runs = runs.unwrap_or_default();
    let value = Value {
        text,
        start: range.start,
        bytes: &text[range.clone()],
        head: shape.head().len(),
        runs: &runs,
    };
    let failed = rule
        .checks
        .iter()
        .find(|check| confirm::run(check, &value, &mut Vec::new()) == Outcome::Fails);
    if let Some(check) = failed {
        let check = Kind::NAMES[check.kind as usize];
        return Gate::failed(format!("{what}, but fails its check `{check}`"));
    }
    if rule.public {
        return Gate::failed(format!("{what}, which is public by design"));
    }
    if placeholder::is_placeholder(&placeholder::free_part(shape, value.bytes, &runs)) {
        return Gate::failed(format!("{what}, but looks like a placeholder"));
    }
    match rule.near.first() {
        Some(word) => Gate::failed(format!(
            "{what}, which counts only behind a word such as `{word}`"
        )),
        None => Gate::passed(what),
    }
}
