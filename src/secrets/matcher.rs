//! From the hit of an anchor to the claim of a rule: the shape is tried round the hit, then confirmed.

use std::collections::HashMap;
use std::ops::Range;

use super::Rule;
use super::claim::{Claim, Strength};
use super::confirm;
use super::expression::Expressions;
use super::placeholder;
use super::prefilter::{Hit, Meaning, Prefilter};
use super::rule::{Definition, Parts, RULES};
use super::schema::Role;
use super::shape::{self, Match, Part};
use super::text;
use crate::finding::{Confidence, Severity};

/// How far behind a word a value may stand, in bytes.
const NEAR: usize = 80;
/// How far round a keyword an expression is tried.
const AROUND: usize = 1024;
/// How many lines round an id its secret half is looked for, and how many bytes at most.
const PAIR_LINES: usize = 10;
const PAIR_BYTES: usize = 2048;

/// Words that make a name one for a secret.
const SECRETIVE: &[&str] = &[
    "key",
    "token",
    "secret",
    "password",
    "passwd",
    "pwd",
    "pass",
    "auth",
    "credential",
    "pat",
    "license",
    "licence",
    "dsn",
    "certificate",
    "authorization",
    "credentials",
    "cookie",
    "session",
    "bearer",
    "signature",
    "webhook",
    "salt",
    "access",
];

/// Turns hits into claims.
pub(super) struct Matcher<'a> {
    prefilter: &'a Prefilter,
    expressions: &'a Expressions,
    text: &'a [u8],
    claims: Vec<Claim>,
    /// For each expression, up to where it has been tried.
    tried: HashMap<usize, usize>,
}

impl<'a> Matcher<'a> {
    /// Prepares for one text.
    pub(super) fn new(
        prefilter: &'a Prefilter,
        expressions: &'a Expressions,
        text: &'a [u8],
    ) -> Self {
        Self {
            prefilter,
            expressions,
            text,
            claims: Vec::new(),
            tried: HashMap::new(),
        }
    }

    /// Returns the claims found so far.
    pub(super) fn into_claims(self) -> Vec<Claim> {
        self.claims
    }

    /// Tries what a hit stands for; hits of the name reader's keywords are not ours.
    pub(super) fn hit(&mut self, hit: Hit) {
        match self.prefilter.meaning(hit) {
            Meaning::Rules(rules) => {
                for &(rule, role) in rules {
                    let number = usize::from(rule);
                    self.rule(number, &RULES[number], role, hit);
                }
            }
            Meaning::Own(rule, role) => self.own(rule, role, hit),
            Meaning::Structure(anchor) => self
                .claims
                .extend(super::structure::read(self.text, anchor, hit.start)),
            Meaning::Keyword(_) => {}
        }
    }

    fn own(&mut self, rule: &Rule, role: Role, hit: Hit) {
        self.rule(self.prefilter.number(rule), rule.definition, role, hit);
    }

    fn rule(&mut self, number: usize, rule: &'static Definition, role: Role, hit: Hit) {
        match role {
            Role::Literal { shape, part } => {
                let (parts, part) = (rule.shapes[usize::from(shape)], usize::from(part));
                let start = shape::start_before(parts, part, self.text, hit.start);
                let found = start.and_then(|start| shape::match_at(parts, self.text, start));
                self.claims
                    .extend(found.and_then(|found| self.confirm(rule, parts, &found)));
            }
            Role::Near => self.near(rule, hit),
            Role::Around => self.around(number, rule, hit),
        }
    }

    /// Tries the shapes behind one of the rule's words.
    fn near(&mut self, rule: &'static Definition, hit: Hit) {
        if !self.is_word(hit) {
            return;
        }
        let line = text::line_of(self.text, hit.start, 128);
        let line_end = text::line_of(self.text, hit.end, NEAR + 48).end;
        let name_end = hit.end
            + self.text[hit.end..line_end]
                .iter()
                .take_while(|byte| is_name(**byte))
                .count();
        let limit = line_end.min(name_end + NEAR / 2);
        for start in hit.end..limit {
            let gap = &self.text[hit.end..start];
            if !gap.iter().any(|byte| b"=:>,( \t\"'".contains(byte)) {
                continue;
            }
            for parts in rule.shapes {
                let Some(found) = shape::match_at(parts, self.text, start) else {
                    continue;
                };
                if let Some(claim) = self.confirm(rule, parts, &found) {
                    let proven = rule.checks.iter().any(|check| confirm::is_proof(check));
                    let name = line.start.max(hit.start.saturating_sub(64))..start;
                    if proven || rule.public || is_secretive(&self.text[name]) {
                        self.claims.push(claim);
                    }
                    return;
                }
            }
        }
    }

    /// Returns whether a hit is a word of its own inside a name: `heroku` in `HEROKU_KEY` and `herokuKey`.
    fn is_word(&self, hit: Hit) -> bool {
        let [first, .., last] = &self.text[hit.start..hit.end] else {
            return true;
        };
        let before = hit.start.checked_sub(1).map(|at| self.text[at]);
        let after = self.text.get(hit.end);
        let starts = before.is_none_or(|before| {
            !before.is_ascii_alphabetic()
                || before.is_ascii_lowercase() && first.is_ascii_uppercase()
        });
        let ends = after.is_none_or(|after| {
            !after.is_ascii_alphabetic() || last.is_ascii_lowercase() && after.is_ascii_uppercase()
        });
        starts && ends
    }

    /// Tries the rule's expression round a keyword, each part of the text once.
    fn around(&mut self, number: usize, rule: &'static Definition, hit: Hit) {
        let tried = self.tried.get(&number).copied().unwrap_or(0);
        if hit.start < tried {
            return;
        }
        let Some(expression) = rule
            .regex
            .and_then(|expression| self.expressions.get(number, expression))
        else {
            return;
        };
        let from = hit.start.saturating_sub(AROUND);
        let to = self.text.len().min(hit.end + AROUND);
        // A match that begins in the last part may be cut off there: it is left to the next keyword.
        self.tried.insert(number, hit.end + AROUND / 2);
        for captures in expression.captures_iter(&self.text[from..to]) {
            let Some(group) = captures.name("secret").or_else(|| captures.get(0)) else {
                continue;
            };
            let value = from + group.start()..from + group.end();
            let found = Match {
                value: value.clone(),
                fields: Vec::new(),
            };
            self.claims.extend(self.confirm(rule, &[], &found));
        }
    }

    /// Asks the rule's checks, and how sure that makes it.
    fn confirm(&self, rule: &'static Definition, parts: Parts, found: &Match) -> Option<Claim> {
        let value = &self.text[found.value.clone()];
        let passes = |check: &&str| confirm::passes(check, self.text, found);
        if !rule.checks.iter().all(|check| passes(&check)) {
            return None;
        }
        let advised = rule.advises.iter().any(|check| passes(&check));
        let advised_by_checksum =
            rule.advises.iter().any(|check| confirm::is_checksum(check)) && advised;
        let checksum =
            advised_by_checksum || rule.checks.iter().any(|check| confirm::is_checksum(check));
        let public_prefix = public_prefix(parts);
        if !checksum && !rule.public && self.is_filled_in(rule, value, found) {
            return None;
        }
        let proven = advised || rule.checks.iter().any(|check| confirm::is_proof(check));
        let (mut severity, mut confidence) = (rule.meta.severity, Confidence::High);
        if !rule.near.is_empty() && !proven {
            confidence = Confidence::Medium;
        }
        let mut notes = Vec::new();
        if let Some(pair) = rule.pair {
            if self.has_pair(pair, &found.value) {
                severity = severity.max(Severity::High);
                notes.push("its secret half stands nearby".to_owned());
            } else {
                confidence = Confidence::Low;
                notes.push("an id alone opens nothing; no secret half stands nearby".to_owned());
            }
        }
        if rule.checks.contains(&"aws-id") {
            notes.extend(
                confirm::aws_account(value)
                    .filter(|account| *account > 0)
                    .map(|account| format!("belongs to AWS account {account:012}")),
            );
        }
        if found
            .fields
            .iter()
            .any(|(field, _)| *field == shape::Field::Jwt)
        {
            confidence = confidence.min(token_confidence(self.token(found), &mut notes)?);
        }
        let literal = |part: &Part<&str>| {
            if let Part::Literal(literal) = part {
                literal.len()
            } else {
                0
            }
        };
        Some(Claim {
            rule: &rule.meta,
            family: rule.family,
            value: found.value.clone(),
            public_prefix: public_prefix.min(value.len()),
            severity,
            confidence,
            strength: if checksum {
                Strength::Proven
            } else {
                Strength::Shaped
            },
            specificity: parts.iter().map(literal).sum::<usize>()
                + 4 * usize::from(!rule.near.is_empty())
                + 16 * usize::from(rule.regex.is_some()),
            silent: rule.public,
            material: None,
            message: rule.meta.title.to_owned(),
            notes,
        })
    }

    /// Returns whether the part of a value that is not its public prefix only stands for a secret.
    fn is_filled_in(&self, rule: &Definition, value: &[u8], found: &Match) -> bool {
        if rule.regex.is_some() {
            return placeholder::is_worded(value);
        }
        // The literals of a format are its own, and its structure is not random: only the runs are looked at.
        let runs = found
            .fields
            .iter()
            .filter(|(field, _)| matches!(field, shape::Field::Run(_)));
        let runs: Vec<u8> = runs
            .flat_map(|(_, range)| self.text[range.clone()].to_vec())
            .collect();
        placeholder::is_placeholder(&runs)
    }

    /// Returns the JSON web token inside a match.
    fn token(&self, found: &Match) -> &'a [u8] {
        let token = found
            .fields
            .iter()
            .find(|(field, _)| *field == shape::Field::Jwt);
        &self.text[token.map_or(&found.value, |(_, range)| range).clone()]
    }

    fn has_pair(&self, pair: Parts, value: &Range<usize>) -> bool {
        let (mut from, mut to) = (value.start, value.end);
        for _ in 0..=PAIR_LINES {
            from = memchr::memrchr(b'\n', &self.text[..from]).unwrap_or(0);
            to = memchr::memchr(b'\n', &self.text[to..]).map_or(self.text.len(), |at| to + at + 1);
        }
        let from = from.max(value.start.saturating_sub(PAIR_BYTES));
        let to = to.min(value.end + PAIR_BYTES).min(self.text.len());
        let mut starts = (from..value.start).chain(value.end..to);
        starts.any(|start| {
            shape::match_at(pair, self.text, start).is_some_and(|found| {
                let half = &self.text[found.value.clone()];
                let apart = found.value.end <= value.start || found.value.start >= value.end;
                apart && !placeholder::is_placeholder(half) && confirm::entropy(half) > 3.0
            })
        })
    }
}

/// Returns how many bytes at the beginning of a value the format prescribes.
fn public_prefix(parts: Parts) -> usize {
    match parts.first() {
        // A long literal is a URL or the like; its beginning says enough.
        Some(Part::Literal(literal)) if parts.len() > 1 => literal.len().min(24),
        _ => 0,
    }
}

/// Looks into a JSON web token: how likely it opens anything, or nothing if it is the well-known sample.
fn token_confidence(value: &[u8], notes: &mut Vec<String>) -> Option<Confidence> {
    let (header, payload) = confirm::jwt(value)?;
    let text = |json: &serde_json::Value, key: &str| {
        json.get(key).and_then(|v| v.as_str()).map(str::to_owned)
    };
    if text(&payload, "name").as_deref() == Some("John Doe") {
        return None;
    }
    if text(&header, "alg").is_some_and(|alg| alg.eq_ignore_ascii_case("none")) {
        notes.push("the token is not signed".to_owned());
        return Some(Confidence::Low);
    }
    if text(&payload, "role").as_deref() == Some("anon") {
        notes.push("a token for anonymous users, public by design".to_owned());
        return Some(Confidence::Low);
    }
    let issuer = text(&payload, "iss").filter(|issuer| issuer.len() <= 80);
    notes.extend(issuer.map(|issuer| format!("issued by {}", crate::finding::printable(&issuer))));
    Some(Confidence::High)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Returns whether one of the words that a name is made of speaks of a secret.
fn is_secretive(name: &[u8]) -> bool {
    let mut words = Vec::new();
    let mut word = Vec::new();
    for (at, byte) in name.iter().enumerate() {
        let camel = byte.is_ascii_uppercase() && at > 0 && name[at - 1].is_ascii_lowercase();
        if camel || !byte.is_ascii_alphabetic() {
            words.push(std::mem::take(&mut word));
        }
        if byte.is_ascii_alphabetic() {
            word.push(byte.to_ascii_lowercase());
        }
    }
    words.push(word);
    let joined = |word: &[u8]| {
        ["key", "token", "secret", "password", "auth"]
            .iter()
            .any(|end| word.ends_with(end.as_bytes()))
    };
    words.iter().any(|word| {
        joined(word)
            || SECRETIVE
                .iter()
                .any(|known| known.as_bytes() == word.as_slice())
    })
}
