//! JUnit XML, which nearly every CI system shows as test results.
//!
//! One suite an engine, one case a finding: what blocks is a failure, what could not be looked at an error, what an
//! override record lets pass is skipped, and the rest passes with its words in `system-out`. An engine that found
//! nothing has one case that passes, because some services refuse a report without any.

use std::io::{self, Write};

use super::super::markup::xml;
use super::super::{Report, Style, entry};
use crate::finding::Engine;
use crate::policy::{Action, Judged};
use crate::receipt::{Consequence, Unscanned};

/// What becomes of one case.
enum Outcome {
    Passed(String),
    Skipped(String),
    Failed(String, String),
    Error(String),
}

struct Case {
    class: String,
    name: String,
    outcome: Outcome,
}

/// Writes the report. The style has no say: a machine gets everything.
pub(super) fn render(report: &Report, _style: Style, out: &mut dyn Write) -> io::Result<()> {
    let suites: Vec<(Engine, Vec<Case>)> = Engine::ALL
        .into_iter()
        .map(|engine| (engine, cases(report, engine)))
        .collect();
    let all = || suites.iter().flat_map(|(_, cases)| cases);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"gate-hook\" {}>", numbers(all()))?;
    for (engine, cases) in &suites {
        writeln!(
            out,
            "  <testsuite name=\"{engine}\" {}>",
            numbers(cases.iter())
        )?;
        properties(report, out)?;
        for case in cases {
            write_case(case, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn numbers<'c>(cases: impl Iterator<Item = &'c Case>) -> String {
    let (mut tests, mut failures, mut errors, mut skipped) = (0, 0, 0, 0);
    for case in cases {
        tests += 1;
        match case.outcome {
            Outcome::Passed(_) => {}
            Outcome::Skipped(_) => skipped += 1,
            Outcome::Failed(..) => failures += 1,
            Outcome::Error(_) => errors += 1,
        }
    }
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
}

fn properties(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "    <properties>")?;
    for (name, value) in [
        ("version", report.version),
        ("subject", &report.subject),
        ("policy-digest", &report.policy_digest),
        ("policy-origin", &report.policy_origin),
        ("verdict", report.outcome().name()),
    ] {
        writeln!(
            out,
            "      <property name=\"{name}\" value=\"{}\"/>",
            xml(value)
        )?;
    }
    writeln!(out, "    </properties>")
}

fn cases(report: &Report, engine: Engine) -> Vec<Case> {
    let findings = report
        .shown()
        .filter(|judged| judged.detected.finding.engine() == engine)
        .map(of_finding);
    // What no engine looked at stands with the first one.
    let unscanned = report
        .receipt
        .unscanned
        .iter()
        .filter(|unscanned| unscanned.engine.unwrap_or(Engine::ALL[0]) == engine)
        .filter_map(|unscanned| of_unscanned(report, unscanned));
    let deferred = report
        .deferred()
        .into_iter()
        .filter(|deferral| deferral.engine == engine)
        .map(|deferral| Case {
            class: "deferred".to_owned(),
            name: deferral.reason.clone(),
            outcome: if report.nobody_is_left() {
                Outcome::Error(deferral.reason.clone())
            } else {
                Outcome::Skipped("left to CI".to_owned())
            },
        });
    let mut cases: Vec<Case> = findings.chain(unscanned).chain(deferred).collect();
    if cases.is_empty() {
        cases.push(Case {
            class: engine.name().to_owned(),
            name: "no finding".to_owned(),
            outcome: Outcome::Passed(String::new()),
        });
    }
    cases
}

fn of_finding(judged: &Judged) -> Case {
    let finding = &judged.detected.finding;
    let commit = judged
        .detected
        .commit
        .as_ref()
        .map_or_else(String::new, |commit| format!("commit {}\n", commit.id));
    let deciders: Vec<String> = judged.decided_by.iter().map(entry::decided).collect();
    let words = format!(
        "{}: {} severity, {} confidence\n{}\n{commit}{}\nfingerprint {}\ndecided by {}",
        judged.action.name(),
        finding.severity,
        finding.confidence,
        finding.excerpt.text.trim(),
        finding
            .rule
            .why()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        finding.fingerprint,
        deciders.join("; ")
    );
    let what = entry::what(finding);
    let outcome = match (judged.action, &judged.overridden_by) {
        (Action::Block, _) => Outcome::Failed(what.clone(), words),
        (_, Some(record)) => Outcome::Skipped(format!("override {record}")),
        _ => Outcome::Passed(words),
    };
    Case {
        class: finding.rule.id.to_owned(),
        name: format!("{}: {what}", entry::place(&finding.location)),
        outcome,
    }
}

fn of_unscanned(report: &Report, unscanned: &Unscanned) -> Option<Case> {
    let judged = report
        .verdict
        .unscanned
        .iter()
        .find(|judged| judged.unscanned == *unscanned);
    let outcome = match (unscanned.consequence, judged.map(|judged| judged.action)) {
        (Consequence::Excluded, _) => return None,
        (Consequence::CouldNotLook, _) => Outcome::Error(unscanned.reason.clone()),
        (Consequence::Policy, Some(Action::Block)) => {
            Outcome::Failed(unscanned.reason.clone(), String::new())
        }
        (Consequence::Policy, _) => Outcome::Skipped(unscanned.reason.clone()),
    };
    Some(Case {
        class: "not-scanned".to_owned(),
        name: unscanned.place.to_string(),
        outcome,
    })
}

fn write_case(case: &Case, out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "    <testcase classname=\"gate-hook.{}\" name=\"{}\"",
        xml(&case.class),
        xml(&case.name)
    )?;
    match &case.outcome {
        Outcome::Passed(words) if words.is_empty() => writeln!(out, "/>"),
        Outcome::Passed(words) => writeln!(
            out,
            ">\n      <system-out>{}</system-out>\n    </testcase>",
            lines(words)
        ),
        Outcome::Skipped(why) => writeln!(
            out,
            ">\n      <skipped message=\"{}\"/>\n    </testcase>",
            xml(why)
        ),
        Outcome::Failed(what, words) => writeln!(
            out,
            ">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
            xml(&case.class),
            xml(what),
            lines(words)
        ),
        Outcome::Error(what) => writeln!(
            out,
            ">\n      <error type=\"could-not-look\" message=\"{}\"/>\n    </testcase>",
            xml(what)
        ),
    }
}

/// Returns text of several lines, each escaped.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(xml).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_lines() {
        assert_eq!(lines("a<\nb"), "a&lt;\nb");
    }
}
