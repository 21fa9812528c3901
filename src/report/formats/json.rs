//! The versioned JSON report: wire types of their own, described by `docs/report.schema.json`.
//!
//! Fields are only ever added to a version; a change of meaning makes the next one.

use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde::Serialize;

use super::super::{Report, Style, inert, snippet};
use crate::finding::{Category, Excerpt, Finding, Location, Package, Place, Position};
use crate::input::CommitInfo;
use crate::policy::{Action, Judged};
use crate::receipt::{Consequence, Deferral, Unscanned};

/// The JSON schema of the report.
pub const SCHEMA: &str = include_str!("../../../docs/report.schema.json");

/// The name and version of the format.
pub(in crate::report) const FORMAT: &str = "gate-hook-report/1";

/// Writes the report. The style has no say: a machine gets everything.
pub(super) fn render(report: &Report, _style: Style, out: &mut dyn Write) -> io::Result<()> {
    inert::write_json(&Wire::of(report), out)
}

#[derive(Serialize)]
struct Wire<'a> {
    schema: &'static str,
    program: Program,
    subject: &'a str,
    verdict: &'static str,
    exit_code: u8,
    policy: WirePolicy<'a>,
    summary: Summary,
    findings: Vec<WireFinding<'a>>,
    existing: Vec<WireFinding<'a>>,
    deferred: Vec<WireDeferral<'a>>,
    unscanned: Vec<WireUnscanned<'a>>,
    receipt: WireReceipt<'a>,
}

#[derive(Serialize)]
struct Program {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct WirePolicy<'a> {
    digest: &'a str,
    origin: &'a str,
}

/// How many findings, introduced or existing, end in each action.
#[derive(Serialize)]
struct Summary {
    block: usize,
    review: usize,
    warn: usize,
    info: usize,
    overridden: usize,
}

#[derive(Serialize)]
struct WireFinding<'a> {
    engine: &'static str,
    rule: WireRule<'a>,
    category: &'static str,
    severity: &'static str,
    confidence: &'static str,
    action: &'static str,
    message: &'a str,
    location: WireLocation,
    excerpt: WireExcerpt<'a>,
    fingerprint: String,
    decided_by: Vec<WireDecider<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocks_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overridden_by: Option<WireOverride<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inline_allow: Option<&'a str>,
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<WirePackage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<WireCommit<'a>>,
}

#[derive(Serialize)]
struct WirePackage<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    advisories: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<&'a str>,
    groups: &'a [String],
    development: bool,
}

#[derive(Serialize)]
struct WireRule<'a> {
    id: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cwe: Option<u16>,
}

#[derive(Serialize)]
struct WireDecider<'a> {
    key: &'a str,
    origin: &'a str,
}

#[derive(Serialize)]
struct WireOverride<'a> {
    record: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
}

#[derive(Serialize)]
struct WireLocation {
    #[serde(flatten)]
    place: WirePlace,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<WirePosition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<WirePosition>,
}

#[derive(Serialize)]
struct WirePlace {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Serialize)]
struct WirePosition {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct WireExcerpt<'a> {
    text: &'a str,
    mark: WireMark,
}

/// A range of the excerpt's text, in characters.
#[derive(Serialize)]
struct WireMark {
    start: usize,
    end: usize,
}

#[derive(Serialize)]
struct WireCommit<'a> {
    id: String,
    author: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    summary: &'a str,
}

#[derive(Serialize)]
struct WireDeferral<'a> {
    engine: &'static str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a str>,
}

#[derive(Serialize)]
struct WireUnscanned<'a> {
    place: WirePlace,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<&'static str>,
    reason: &'a str,
    consequence: &'static str,
}

#[derive(Serialize)]
struct WireReceipt<'a> {
    commits: u64,
    files: u64,
    texts: u64,
    bytes: u64,
    lines: u64,
    notes: &'a [String],
}

impl<'a> Wire<'a> {
    fn of(report: &'a Report) -> Self {
        let receipt = &report.receipt;
        let outcome = report.outcome();
        Self {
            schema: FORMAT,
            program: Program {
                name: "gate-hook",
                version: report.version,
            },
            subject: &report.subject,
            verdict: outcome.name(),
            exit_code: outcome.exit(),
            policy: WirePolicy {
                digest: &report.policy_digest,
                origin: &report.policy_origin,
            },
            summary: Summary::of(report),
            findings: report
                .introduced()
                .map(|judged| WireFinding::of(report, judged))
                .collect(),
            existing: report
                .existing()
                .map(|judged| WireFinding::of(report, judged))
                .collect(),
            deferred: report
                .deferred()
                .into_iter()
                .map(WireDeferral::of)
                .collect(),
            unscanned: receipt.unscanned.iter().map(WireUnscanned::of).collect(),
            receipt: WireReceipt {
                commits: receipt.commits,
                files: receipt.files,
                texts: receipt.texts,
                bytes: receipt.bytes,
                lines: receipt.lines,
                notes: &receipt.notes,
            },
        }
    }
}

impl Summary {
    fn of(report: &Report) -> Self {
        let number = |action| {
            report
                .shown()
                .filter(|judged| judged.action == action)
                .count()
        };
        Self {
            block: number(Action::Block),
            review: number(Action::Review),
            warn: number(Action::Warn),
            info: number(Action::Info),
            overridden: report
                .shown()
                .filter(|judged| judged.overridden_by.is_some())
                .count(),
        }
    }
}

impl<'a> WireFinding<'a> {
    fn of(report: &Report, judged: &'a Judged) -> Self {
        let finding: &Finding = &judged.detected.finding;
        let rule = finding.rule;
        let decider = |decider: &'a crate::policy::Decider| WireDecider {
            key: &decider.key,
            origin: &decider.origin,
        };
        let overridden_by = judged.overridden_by.as_deref().map(|record| WireOverride {
            record,
            valid_until: report.override_end(record).map(|end| end.to_string()),
        });
        Self {
            engine: rule.engine.name(),
            rule: WireRule {
                id: rule.id,
                title: rule.title,
                cwe: rule.cwe,
            },
            category: category(rule.category),
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            action: judged.action.name(),
            message: &finding.message,
            location: WireLocation::of(&finding.location),
            excerpt: WireExcerpt::of(&finding.excerpt),
            fingerprint: finding.fingerprint.to_string(),
            decided_by: judged.decided_by.iter().map(decider).collect(),
            blocks_from: judged.blocks_from.map(|day| day.to_string()),
            overridden_by,
            inline_allow: finding.inline_allow.as_deref(),
            notes: &finding.notes,
            package: finding.package.as_deref().map(WirePackage::of),
            commit: judged.detected.commit.as_ref().map(WireCommit::of),
        }
    }
}

fn category(category: Category) -> &'static str {
    match category {
        Category::Credential => "credential",
        Category::Keyword => "keyword",
        Category::Code => "code",
        Category::Dependency => "dependency",
        Category::Unpinned => "unpinned",
    }
}

impl<'a> WirePackage<'a> {
    fn of(package: &'a Package) -> Self {
        Self {
            name: &package.name,
            version: package.version.as_deref(),
            advisories: &package.advisories,
            fixed: package.fixed.as_deref(),
            groups: &package.groups,
            development: package.development,
        }
    }
}

impl WireLocation {
    fn of(location: &Location) -> Self {
        let within = !matches!(location.place, Place::FileName(_) | Place::RefName(_));
        let position = |position: Position| WirePosition {
            line: position.line,
            column: position.column,
        };
        Self {
            place: WirePlace::of(&location.place),
            start: within.then(|| position(location.start)),
            end: within.then(|| position(location.end)),
        }
    }
}

impl WirePlace {
    fn of(place: &Place) -> Self {
        let (kind, name) = match place {
            Place::File(_) => ("file", None),
            Place::FileName(_) => ("file-name", None),
            Place::CommitMessage => ("commit-message", None),
            Place::TagMessage(tag) => ("tag-message", Some(tag.clone())),
            Place::RefName(name) => ("ref-name", Some(name.clone())),
        };
        let path = place.path();
        let odd = path.filter(|path| std::str::from_utf8(path.as_bytes()).is_err());
        Self {
            kind,
            path: path.map(crate::finding::RepoPath::to_text),
            path_base64: odd.map(|path| BASE64_STANDARD.encode(path.as_bytes())),
            name,
        }
    }
}

impl<'a> WireExcerpt<'a> {
    fn of(excerpt: &'a Excerpt) -> Self {
        let [before, mark, _] = snippet::parts(excerpt);
        let start = before.chars().count();
        Self {
            text: &excerpt.text,
            mark: WireMark {
                start,
                end: start + mark.chars().count(),
            },
        }
    }
}

impl<'a> WireCommit<'a> {
    fn of(commit: &'a CommitInfo) -> Self {
        Self {
            id: commit.id.to_string(),
            author: &commit.author,
            time: Timestamp::from_second(commit.time)
                .ok()
                .map(|time| time.to_string()),
            summary: &commit.summary,
        }
    }
}

impl<'a> WireDeferral<'a> {
    fn of(deferral: &'a Deferral) -> Self {
        Self {
            engine: deferral.engine.name(),
            reason: &deferral.reason,
            command: deferral.command.as_deref(),
        }
    }
}

impl<'a> WireUnscanned<'a> {
    fn of(unscanned: &'a Unscanned) -> Self {
        Self {
            place: WirePlace::of(&unscanned.place),
            engine: unscanned.engine.map(crate::finding::Engine::name),
            reason: &unscanned.reason,
            consequence: consequence(unscanned.consequence),
        }
    }
}

fn consequence(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::Excluded => "excluded",
        Consequence::Policy => "policy",
        Consequence::CouldNotLook => "could-not-look",
    }
}
