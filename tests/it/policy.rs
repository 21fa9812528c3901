//! The policy: what a file may say, what follows from it, and that nothing loosens it by accident.

mod decisions;
mod files;
mod malformed;
mod overrides;
mod properties;
mod verdicts;

use gate_hook::finding::{
    Category, Confidence, Engine, Excerpt, Finding, Fingerprint, Location, Origin, Place, Position,
    RepoPath, Severity,
};
use gate_hook::introduced::Detected;
use gate_hook::policy::{Policy, PolicyError, PolicyText};
use gate_hook::rule::RuleMeta;
use jiff::Timestamp;

pub(crate) fn text(text: &str) -> PolicyText {
    PolicyText {
        name: "gate-hook.toml".to_owned(),
        text: text.to_owned(),
        embedded: false,
    }
}

pub(crate) fn parse(toml: &str) -> Result<Policy, PolicyError> {
    Policy::parse(&text(toml))
}

pub(crate) fn policy(toml: &str) -> Policy {
    parse(toml).unwrap_or_else(|error| panic!("{error}\n{:?}\n{toml}", error.hint))
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const fn rule(id: &'static str, engine: Engine, category: Category) -> RuleMeta {
    RuleMeta {
        id,
        title: "a rule of the tests",
        engine,
        category,
        severity: Severity::High,
        since: "0.1.0",
        page: "A page. More.",
        references: &[],
        cwe: None,
    }
}

pub(crate) static CREDENTIAL: RuleMeta =
    rule("test-credential", Engine::Secrets, Category::Credential);
pub(crate) static KEYWORD: RuleMeta = rule("test-keyword", Engine::Secrets, Category::Keyword);
pub(crate) static CODE: RuleMeta = rule("B000", Engine::Bandit, Category::Code);
pub(crate) static DEPENDENCY: RuleMeta = rule("TEST-2026-1", Engine::Audit, Category::Dependency);

pub(crate) fn fingerprint(engine: Engine, number: u8) -> Fingerprint {
    Fingerprint::new(engine, [number; 10])
}

pub(crate) fn detected(
    rule: &'static RuleMeta,
    severity: Severity,
    confidence: Confidence,
    path: &str,
) -> Detected {
    let position = Position { line: 3, column: 5 };
    let finding = Finding {
        rule,
        location: Location {
            place: Place::File(RepoPath::new(path)),
            start: position,
            end: position,
        },
        severity,
        confidence,
        message: "a finding of the tests".to_owned(),
        excerpt: Excerpt {
            text: "x = …".to_owned(),
            mark: 0..1,
        },
        fingerprint: fingerprint(rule.engine, 7),
        inline_allow: None,
        notes: Vec::new(),
        package: None,
    };
    Detected {
        finding,
        origin: Origin::Introduced,
        commit: None,
    }
}
