//! Rules in the form the matcher uses: the built-in table, and a team's own rules beside it.

use super::schema::{self, RawRule, ReadRule, Role};
use super::shape::{Alphabet, Part};
use super::{Rule, RuleError};
use crate::finding::{Category, Engine, Severity};
use crate::rule::RuleMeta;

/// The parts of a shape in the static table.
pub(super) type Parts = &'static [Part<&'static str>];

/// One rule of the table.
#[derive(Debug)]
pub(super) struct Definition {
    /// What the rule says about itself.
    pub(super) meta: RuleMeta,
    /// Rules of one family share fingerprints.
    pub(super) family: &'static str,
    /// The formats of the value.
    pub(super) shapes: &'static [Parts],
    /// Where no shape can say it: an expression whose group `secret` is the value.
    pub(super) regex: Option<&'static str>,
    /// The words behind which alone the value counts; empty if it speaks for itself.
    pub(super) near: &'static [&'static str],
    /// The offline checks that all have to pass.
    pub(super) checks: &'static [&'static str],
    /// The offline checks that may raise the confidence.
    pub(super) advises: &'static [&'static str],
    /// The shape of the other half, without which the value alone opens nothing.
    pub(super) pair: Option<Parts>,
    /// Public by design or encrypted: claims its text and reports nothing.
    pub(super) public: bool,
}

include!(concat!(env!("OUT_DIR"), "/secret_rules.rs"));

/// Reads a team's rules. What is read is leaked: rules live as long as the process.
pub(super) fn parse(text: &str) -> Result<Vec<Rule>, RuleError> {
    let raw = schema::read(text).map_err(|error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        RuleError {
            line,
            column,
            message: error.message().to_owned(),
        }
    })?;
    raw.into_iter().map(|raw| own(text, raw)).collect()
}

fn own(text: &str, raw: RawRule) -> Result<Rule, RuleError> {
    let id = raw.id.clone();
    let wrong = |key: &str, message: String| {
        let (line, column) = place(text, key_offset(text, &id, key));
        RuleError {
            line,
            column,
            message,
        }
    };
    if RULES.iter().any(|rule| rule.meta.id == id) {
        return Err(wrong("id", format!("`{id}` is the id of a built-in rule")));
    }
    if let Some(expression) = &raw.regex {
        super::expression::compile(expression).map_err(|error| wrong("regex", error))?;
    }
    let rule = schema::check(raw).map_err(|(key, message)| wrong(key, message))?;
    let anchors = rule
        .anchors
        .iter()
        .map(|anchor| (leak(&anchor.text), anchor.role))
        .collect();
    let definition: &'static Definition = Box::leak(Box::new(definition(rule)));
    Ok(Rule {
        meta: &definition.meta,
        definition,
        anchors,
    })
}

fn definition(rule: ReadRule) -> Definition {
    let shapes: Vec<Parts> = rule.shapes.into_iter().map(leak_parts).collect();
    let raw = rule.raw;
    let page = if raw.page.is_empty() {
        "A rule of this repository's own policy."
    } else {
        raw.page.trim()
    };
    Definition {
        family: leak(raw.family.as_ref().unwrap_or(&raw.id)),
        shapes: shapes.leak(),
        regex: raw.regex.as_deref().map(leak),
        near: leak_all(&raw.near),
        checks: leak_all(&raw.check.0),
        advises: leak_all(&raw.advise.0),
        pair: rule.pair.map(leak_parts),
        public: raw.public,
        meta: RuleMeta {
            id: leak(&raw.id),
            title: leak(&raw.title),
            engine: Engine::Secrets,
            category: Category::Credential,
            severity: match raw.severity.as_str() {
                "low" => Severity::Low,
                "medium" => Severity::Medium,
                "critical" => Severity::Critical,
                _ => Severity::High,
            },
            since: "the policy",
            page: leak(page),
            references: leak_all(&raw.references),
            cwe: Some(798),
        },
    }
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.into())
}

fn leak_all(texts: &[String]) -> &'static [&'static str] {
    texts
        .iter()
        .map(|text| leak(text))
        .collect::<Vec<_>>()
        .leak()
}

fn leak_parts(parts: Vec<Part<String>>) -> Parts {
    let leaked = parts.into_iter().map(|part| match part {
        Part::Literal(text) => Part::Literal(leak(&text)),
        Part::Run(alphabet, min, max) => Part::Run(alphabet, min, max),
        Part::Uuid => Part::Uuid,
        Part::Jwt => Part::Jwt,
        Part::Discord => Part::Discord,
    });
    leaked.collect::<Vec<_>>().leak()
}

/// Returns where a key of the rule with this id is written, or where the rule begins.
fn key_offset(text: &str, id: &str, key: &str) -> usize {
    let rule = text.find(&format!("\"{id}\"")).unwrap_or(0);
    let header = text[..rule].rfind("[[").unwrap_or(0);
    let end = text[rule..]
        .find("[[")
        .map_or(text.len(), |next| rule + next);
    let mut offset = header;
    for line in text[header..end].split_inclusive('\n') {
        let name = line.trim_start();
        let written = |rest: &str| rest.trim_start_matches('s').trim_start().starts_with('=');
        if name.strip_prefix(key).is_some_and(written) {
            return offset + (line.len() - name.len());
        }
        offset += line.len();
    }
    header
}

/// Returns the 1-based line and column of an offset.
fn place(text: &str, offset: usize) -> (u32, u32) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    (line as u32, column as u32)
}
