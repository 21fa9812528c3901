//! GitLab's report artifacts: what its two security reports share, and one file each.

pub(super) mod codequality;
pub(super) mod sast;
pub(super) mod secrets;

use serde::Serialize;

use super::super::{Outcome, Report, entry, inert};
use crate::finding::{Engine, Place, Severity};
use crate::policy::Judged;
use crate::receipt::Consequence;

/// The version of GitLab's schemas for security reports.
const VERSION: &str = "15.2.1";

#[derive(Serialize)]
struct Security {
    version: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Serialize)]
struct Scan {
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
    start_time: String,
    end_time: String,
    analyzer: Program,
    scanner: Program,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Program {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    solution: Option<String>,
    location: Location,
    identifiers: Vec<Identifier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_source_code_extract: Option<String>,
}

#[derive(Serialize)]
struct Location {
    file: String,
    start_line: u32,
    end_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<Commit>,
}

#[derive(Serialize)]
struct Commit {
    sha: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Serialize)]
struct Identifier {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// Returns the security report of one engine.
fn security(report: &Report, kind: &'static str, engine: Engine) -> Security {
    let program = || Program {
        id: "gate-hook",
        name: "gate-hook",
        version: report.version,
        vendor: Vendor { name: "gate-hook" },
    };
    // To the second and without a zone: the schema's pattern.
    let time = report.made_at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let findings = report
        .shown()
        .filter(|judged| judged.detected.finding.engine() == engine);
    Security {
        version: VERSION,
        scan: Scan {
            kind,
            status: if report.outcome() == Outcome::CouldNotLook {
                "failure"
            } else {
                "success"
            },
            start_time: time.clone(),
            end_time: time,
            analyzer: program(),
            scanner: program(),
            messages: messages(report, engine),
        },
        vulnerabilities: findings.map(vulnerability).collect(),
    }
}

fn messages(report: &Report, engine: Engine) -> Vec<Message> {
    let policy = Message {
        level: "info",
        value: inert::text(&format!(
            "{}; policy {} of {}",
            report.outcome().name(),
            report.policy_digest,
            report.policy_origin
        )),
    };
    let concerns = |other: Option<Engine>| other.is_none_or(|other| other == engine);
    let unscanned = report.receipt.unscanned.iter().filter_map(|unscanned| {
        let level = match unscanned.consequence {
            Consequence::Excluded => return None,
            Consequence::Policy => "warn",
            Consequence::CouldNotLook => "fatal",
        };
        concerns(unscanned.engine).then(|| Message {
            level,
            value: inert::text(&format!(
                "not scanned: {}: {}",
                unscanned.place, unscanned.reason
            )),
        })
    });
    let deferred = report
        .deferred()
        .into_iter()
        .filter(|deferral| concerns(Some(deferral.engine)))
        .map(|deferral| Message {
            level: "warn",
            value: inert::text(&format!("left open: {}", deferral.reason)),
        });
    std::iter::once(policy)
        .chain(unscanned)
        .chain(deferred)
        .collect()
}

fn vulnerability(judged: &Judged) -> Vulnerability {
    let finding = &judged.detected.finding;
    let location = &finding.location;
    let deciders: Vec<String> = judged.decided_by.iter().map(entry::decided).collect();
    let mut identifiers = vec![Identifier {
        kind: "gate-hook",
        name: inert::text(finding.rule.title),
        value: inert::text(finding.rule.id),
        url: finding
            .rule
            .references
            .iter()
            .find(|address| address.starts_with("https://"))
            .map(|address| inert::text(address)),
    }];
    identifiers.extend(finding.rule.cwe.map(|cwe| Identifier {
        kind: "cwe",
        name: format!("CWE-{cwe}"),
        value: cwe.to_string(),
        url: Some(format!("https://cwe.mitre.org/data/definitions/{cwe}.html")),
    }));
    let excerpt = finding.excerpt.text.trim();
    Vulnerability {
        id: identity(judged),
        // The schema's limit; the title of a team's own rule can be any.
        name: inert::text(finding.rule.title).chars().take(255).collect(),
        description: inert::text(&format!(
            "{}; fingerprint {}; {} by {}",
            entry::what(finding),
            finding.fingerprint,
            judged.action.name(),
            deciders.join(", ")
        )),
        severity: severity(finding.severity),
        solution: None,
        location: Location {
            file: file(&location.place),
            start_line: location.start.line,
            end_line: location.end.line,
            commit: judged.detected.commit.as_ref().map(|commit| Commit {
                sha: commit.id.to_string(),
                author: Some(inert::text(&commit.author)),
                message: Some(inert::text(&commit.summary)),
            }),
        },
        identifiers,
        raw_source_code_extract: (!excerpt.is_empty()).then(|| inert::text(excerpt)),
    }
}

/// Returns the file that a service shows: messages and names are none, so that they are told by their words.
fn file(place: &Place) -> String {
    place
        .path()
        .map_or_else(|| place.to_string(), ToString::to_string)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Unknown => "Unknown",
    }
}

/// Returns what tells one finding of a report from all others, the same in each run: a UUID of the free kind.
fn identity(judged: &Judged) -> String {
    let digest = unique(judged);
    let hex = digest.to_hex();
    format!(
        "{}-{}-8{}-a{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..32]
    )
}

fn unique(judged: &Judged) -> blake3::Hash {
    let finding = &judged.detected.finding;
    let commit = judged
        .detected
        .commit
        .as_ref()
        .map_or_else(String::new, |commit| commit.id.to_string());
    let start = finding.location.start;
    let text = format!(
        "{} {} {} {} {} {commit}",
        finding.fingerprint, finding.rule.id, finding.location.place, start.line, start.column
    );
    blake3::hash(text.as_bytes())
}
