//! A Markdown summary for the page of a CI job or a comment on a proposed change.

use std::io::{self, Write};

use super::super::markup::markdown;
use super::super::{Outcome, Report, Style, entry, summary};
use crate::finding::Origin;
use crate::policy::{Action, Judged};
use crate::receipt::Consequence;

/// How many findings a table lists; the rest is counted. Job pages have a limit on their size.
const LISTED: usize = 100;

/// Writes the report; `-v` adds what is only worth knowing.
pub(super) fn render(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## gate-hook: {}\n", summary::verdict(report))?;
    writeln!(
        out,
        "{}: {}. Policy `{}` of {}, gate-hook {}.",
        markdown(&report.subject),
        summary::looked_at(report),
        markdown(&report.policy_digest),
        markdown(&report.policy_origin),
        report.version
    )?;
    let shown: Vec<&Judged> = report
        .shown()
        .filter(|judged| style.verbose || judged.action > Action::Info)
        .collect();
    let overridden = shown.iter().filter(|judged| judged.overridden_by.is_some());
    let overridden = overridden.count();
    if overridden > 0 {
        writeln!(
            out,
            "\n> **Emergency override:** {} let through on the record, to be put right in time.",
            summary::count(overridden, "finding", "findings")
        )?;
    }
    let (new, old): (Vec<&Judged>, Vec<&Judged>) = shown
        .into_iter()
        .partition(|judged| judged.detected.origin == Origin::Introduced);
    table(out, "Introduced", &new)?;
    table(out, "There before", &old)?;
    not_looked_at(report, out)?;
    list(
        out,
        "Notes",
        report.receipt.notes.iter().map(|note| markdown(note)),
    )?;
    if report.outcome() != Outcome::Passed {
        writeln!(
            out,
            "\nTo see it on your machine: `gate-hook scan --range BASE..HEAD`; `gate-hook explain FINGERPRINT` \
             says why and how to go on."
        )?;
    }
    Ok(())
}

fn table(out: &mut dyn Write, title: &str, findings: &[&Judged]) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### {title}\n")?;
    writeln!(out, "| Action | Severity | Where | What | Decided by |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    for judged in findings.iter().take(LISTED) {
        row(out, judged)?;
    }
    if findings.len() > LISTED {
        writeln!(out, "\nand {} more", findings.len() - LISTED)?;
    }
    Ok(())
}

fn row(out: &mut dyn Write, judged: &Judged) -> io::Result<()> {
    let finding = &judged.detected.finding;
    let action = match judged.action {
        Action::Block => "**block**".to_owned(),
        action if judged.overridden_by.is_some() => format!("{} (overridden)", action.name()),
        action => action.name().to_owned(),
    };
    let commit = judged
        .detected
        .commit
        .as_ref()
        .map_or_else(String::new, |commit| {
            format!("<br>in {}", commit.id.short())
        });
    let until = judged
        .blocks_from
        .map_or_else(String::new, |day| format!("<br>would block from {day}"));
    let decider = judged
        .decided_by
        .first()
        .map_or_else(String::new, |decider| markdown(&entry::decided(decider)));
    writeln!(
        out,
        "| {action}{until} | {} | {}{commit} | {}<br>{} | {decider} |",
        finding.severity,
        markdown(&entry::place(&finding.location)),
        markdown(&entry::what(finding)),
        finding.fingerprint,
    )
}

fn not_looked_at(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let unscanned = report
        .receipt
        .unscanned
        .iter()
        .filter(|unscanned| unscanned.consequence != Consequence::Excluded)
        .map(|unscanned| {
            let by = unscanned
                .engine
                .map_or_else(String::new, |engine| format!(" (by {engine})"));
            format!(
                "{}{by}: {}",
                markdown(&unscanned.place.to_string()),
                markdown(&unscanned.reason)
            )
        });
    let deferred = report.deferred().into_iter().map(|deferral| {
        let command = deferral
            .command
            .as_ref()
            .map_or_else(String::new, |command| {
                format!("; answered by {}", markdown(command))
            });
        format!(
            "{}: {}{command}",
            deferral.engine,
            markdown(&deferral.reason)
        )
    });
    list(out, "Not looked at", unscanned.chain(deferred))
}

fn list(out: &mut dyn Write, title: &str, lines: impl Iterator<Item = String>) -> io::Result<()> {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### {title}\n")?;
    for line in lines.iter().take(LISTED) {
        writeln!(out, "- {line}")?;
    }
    Ok(())
}
