//! Decides whether a match of a rule is a credential, and how sure that is.
//!
//! Structure and checksum come first; where a checksum passes, no list of words may speak against the value.

use std::ops::Range;

use super::candidate::Candidate;
use super::check::Kind;
use super::confirm::{self, Outcome, Value, jwt};
use super::matcher::Edge;
use super::placeholder;
use super::resolve::{Found, Rank};
use super::score::{self, Sheet};
use super::shape::Class;
use super::table::{Check, Definition, Part, Shape};
use super::wrapped;

/// The longest public prefix of a value.
const PREFIX: usize = 10;

impl Definition {
    /// Returns how much a neighbour of a value may resemble it.
    pub(super) fn edge(&self) -> Edge {
        if self.checks.iter().any(|check| proves(check.kind)) {
            Edge::Proven
        } else {
            Edge::Plain
        }
    }

    /// Returns whether the name before a value has to say that it is a secret, because nothing else does.
    pub(super) fn needs_secretive_name(&self) -> bool {
        let weak = |check: &Check| {
            matches!(
                check.kind,
                Kind::Mixed | Kind::NotHex | Kind::Entropy | Kind::Uuid | Kind::Uuid4
            )
        };
        self.checks.iter().all(weak)
    }
}

/// Whether passing this check proves a value.
fn proves(kind: Kind) -> bool {
    use Kind::{
        Apify, AzureDevOpsLegacy, AzureEntra, AzureKey, Base58Check, Bech32, Canva, Confluent,
        Crc32B62, Crc32B62All, Crc32HexBody, Crc32HexUpper, GitHubFineGrained, GitLabRoutable,
        Grafana, Nkey, Notion, Stellar, Supabase, Zuplo,
    };
    matches!(
        kind,
        Apify
            | AzureDevOpsLegacy
            | AzureEntra
            | AzureKey
            | Base58Check
            | Bech32
            | Canva
            | Confluent
            | Crc32B62
            | Crc32B62All
            | Crc32HexBody
            | Crc32HexUpper
            | GitHubFineGrained
            | GitLabRoutable
            | Grafana
            | Nkey
            | Notion
            | Stellar
            | Supabase
            | Zuplo
    )
}

/// A match of a rule.
pub(super) struct Match<'t> {
    /// The rule.
    pub(super) rule: &'static Definition,
    /// The shape, unless a regular expression matched.
    pub(super) shape: Option<Shape>,
    /// The text.
    pub(super) text: &'t [u8],
    /// The value.
    pub(super) range: Range<usize>,
    /// Its runs, relative to its beginning.
    pub(super) runs: Vec<Range<usize>>,
}

/// Judges a match; `paired` tells whether the other half of the credential is near.
pub(super) fn judge(found: &Match<'_>, paired: impl FnOnce(Shape) -> bool) -> Option<Found> {
    let rule = found.rule;
    let bytes = &found.text[found.range.clone()];
    let head = found.shape.map_or(0, |shape| shape.head().len());
    let value = Value {
        text: found.text,
        start: found.range.start,
        bytes,
        head,
        runs: &found.runs,
    };
    let mut notes = Vec::new();
    let mut best = Outcome::Holds;
    for check in rule.checks {
        match confirm::run(check, &value, &mut notes) {
            Outcome::Fails => return None,
            outcome => best = best.max(outcome),
        }
    }
    let advised = rule
        .advise
        .iter()
        .map(|check| confirm::run(check, &value, &mut notes))
        .max();
    best = best.max(
        advised
            .filter(|outcome| *outcome > Outcome::Holds)
            .unwrap_or(best),
    );
    if best < Outcome::Proves && !rule.public && is_dummy(found, bytes) {
        return None;
    }
    if best < Outcome::Structured && wrapped::is_line(found.text, &found.range) {
        return None;
    }
    let pair = rule.pair.map(paired);
    let advised = advised.is_some_and(|outcome| outcome != Outcome::Fails);
    let sheet = sheet(rule, bytes, best, advised, pair);
    let candidate = Candidate {
        rule: &rule.meta,
        value: found.range.clone(),
        public_prefix: head.min(PREFIX).min(bytes.len() / 2),
        family: rule.family,
        sheet,
        message: message(rule, best, pair),
        notes,
    };
    let rank = Rank {
        formatted: true,
        structure: false,
        proven: best == Outcome::Proves,
        public: rule.public,
        literal: found.shape.map_or_else(
            || rule.regex.map_or(0, literal_length),
            Shape::literal_length,
        ),
        near: !rule.near.is_empty(),
        narrow: found.shape.map_or(0, narrowness),
    };
    Some(Found {
        claim: found.range.clone(),
        candidate,
        identity: None,
        rank,
    })
}

fn is_dummy(found: &Match<'_>, bytes: &[u8]) -> bool {
    let free = match found.shape {
        Some(shape) => placeholder::free_part(shape, bytes, &found.runs),
        None => bytes.to_vec(),
    };
    placeholder::is_placeholder(&free) || placeholder::is_documented(bytes)
}

fn sheet(
    rule: &Definition,
    bytes: &[u8],
    best: Outcome,
    advised: bool,
    pair: Option<bool>,
) -> Sheet {
    let is_token = rule.checks.iter().any(|check| check.kind == Kind::Jwt);
    if is_token && rule.near.is_empty() && pair.is_none() {
        let mut sheet = Sheet::of_self_made();
        if let Some(claims) = jwt::parse(bytes) {
            score::OF_TOKENS
                .iter()
                .filter(|(holds, _)| holds(&claims))
                .for_each(|(_, weight)| sheet.add(*weight));
        }
        return sheet;
    }
    let best = if advised {
        best.max(Outcome::Structured)
    } else {
        best
    };
    Sheet::of_format(!rule.near.is_empty(), best, pair)
}

fn message(rule: &Definition, best: Outcome, pair: Option<bool>) -> String {
    let what = rule.meta.title;
    match (best, pair) {
        (_, Some(true)) => format!("{what}, its other half nearby"),
        (_, Some(false)) => format!("{what}, its other half not in sight"),
        (Outcome::Proves, None) => format!("{what}, checksum valid"),
        (Outcome::Structured, None) => format!("{what}, structure valid"),
        _ => what.to_owned(),
    }
}

/// Letters and digits of an expression before its first operator say about as much as a literal.
fn literal_length(pattern: &str) -> usize {
    pattern
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(str::len)
        .max()
        .unwrap_or(0)
        .min(16)
}

fn narrowness(shape: Shape) -> u32 {
    let size = |part: &Part| match part {
        Part::Literal(_) => 0,
        Part::Run { class, .. } => Class::bytes(*class).count() as u32,
    };
    let widest = shape.0.iter().map(size).max().unwrap_or(0);
    128_u32.saturating_sub(widest)
}
