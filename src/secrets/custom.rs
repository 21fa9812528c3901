//! A team's own rules: from text to the form in which rules are matched.
//!
//! What is read stays for the life of the process, as built-in rules do, so that findings can point at it.

use super::check::Kind;
use super::schema::{self, RawRule, SchemaError};
use super::shape::Piece;
use super::table::{Check, Definition, Part, Shape};
use super::{Rule, RuleError};
use crate::finding::{Category, Engine, Severity};
use crate::rule::RuleMeta;

/// Reads rules and makes them ready to be matched.
pub(super) fn parse(text: &str) -> Result<Vec<Rule>, RuleError> {
    let raw = schema::parse(text).map_err(|error| in_words(text, error))?;
    raw.into_iter().map(|raw| rule(text, raw)).collect()
}

fn rule(text: &str, raw: RawRule) -> Result<Rule, RuleError> {
    if let Some(pattern) = &raw.regex {
        super::pattern::compile(pattern)
            .map_err(|error| place(text, raw.at, format!("`regex`: {error}")))?;
    }
    let definition: &'static Definition = Box::leak(Box::new(define(&raw)));
    Ok(Rule {
        meta: &definition.meta,
        definition,
        raw: std::sync::Arc::new(raw),
    })
}

fn in_words(text: &str, error: SchemaError) -> RuleError {
    let mut message = error.message.lines().next().unwrap_or_default().to_owned();
    if let Some((word, known)) = error.unknown {
        let near = known
            .iter()
            .map(|known| (strsim::jaro_winkler(&word, known), known));
        let best = near.max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, best)) = best.filter(|(likeness, _)| *likeness > 0.7) {
            message = format!("{message}; did you mean `{best}`?");
        }
    }
    place(text, error.at, message)
}

fn place(text: &str, at: usize, message: String) -> RuleError {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    RuleError {
        line: before.matches('\n').count() as u32 + 1,
        column: before[line_start..].chars().count() as u32 + 1,
        message,
    }
}

fn define(raw: &RawRule) -> Definition {
    Definition {
        meta: RuleMeta {
            id: leak(&raw.id),
            title: leak(&raw.title),
            engine: Engine::Secrets,
            category: Category::Credential,
            severity: match raw.severity.as_str() {
                "critical" => Severity::Critical,
                "high" => Severity::High,
                "medium" => Severity::Medium,
                _ => Severity::Low,
            },
            since: leak(&raw.since),
            page: leak(&raw.page),
            references: leak_list(raw.references.iter().map(|text| leak(text)).collect()),
            cwe: Some(798),
        },
        family: leak(&raw.family),
        shapes: leak_list(raw.shapes.iter().map(|pieces| shape(pieces)).collect()),
        regex: raw.regex.as_deref().map(leak),
        near: leak_list(raw.near.iter().map(|text| leak(text)).collect()),
        checks: checks(&raw.checks),
        advise: checks(&raw.advise),
        pair: raw.pair.as_ref().map(|pieces| shape(pieces)),
        public: raw.public,
    }
}

fn checks(checks: &[(Kind, String)]) -> &'static [Check] {
    leak_list(
        checks
            .iter()
            .map(|(kind, parameter)| Check {
                kind: *kind,
                parameter: leak(parameter),
            })
            .collect(),
    )
}

/// Makes a shape that stays for the life of the process.
pub(super) fn shape(pieces: &[Piece]) -> Shape {
    let part = |piece: &Piece| match piece {
        Piece::Literal(text) => Part::Literal(leak(text).as_bytes()),
        Piece::Run {
            class,
            min,
            max,
            greedy,
        } => Part::Run {
            class: *class,
            min: *min,
            max: *max,
            greedy: *greedy,
        },
    };
    Shape(leak_list(pieces.iter().map(part).collect()))
}

fn leak(text: &str) -> &'static str {
    text.to_owned().leak()
}

fn leak_list<T>(list: Vec<T>) -> &'static [T] {
    list.leak()
}
