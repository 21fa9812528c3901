//! GitLab's code quality report, shown beside the lines of a merge request: the findings of every engine.

use std::io::{self, Write};

use serde::Serialize;

use super::super::super::{Report, Style, entry, inert};
use super::{file, unique};
use crate::policy::{Action, Judged};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
    /// Not GitLab's: which rules decided.
    policy_digest: &'a str,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// Writes the report. The style has no say: a machine gets everything.
pub(in crate::report) fn render(
    report: &Report,
    _style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let issues: Vec<Issue<'_>> = report.shown().map(|judged| issue(report, judged)).collect();
    inert::write_json(&issues, out)
}

fn issue<'r>(report: &'r Report, judged: &Judged) -> Issue<'r> {
    let finding = &judged.detected.finding;
    Issue {
        description: format!("{}: {}", judged.action.name(), entry::what(finding)),
        check_name: inert::text(finding.rule.id),
        fingerprint: unique(judged).to_hex()[..32].to_owned(),
        severity: severity(judged),
        location: Location {
            path: file(&finding.location.place),
            lines: Lines {
                begin: finding.location.start.line,
            },
        },
        policy_digest: &report.policy_digest,
    }
}

/// Returns GitLab's word for how much it matters here: what the policy says, not what the rule says.
fn severity(judged: &Judged) -> &'static str {
    match judged.action {
        Action::Block => "blocker",
        Action::Review => "major",
        Action::Warn => "minor",
        Action::Info | Action::Off => "info",
    }
}
