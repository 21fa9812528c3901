//! A Markdown summary for the page of a CI job or a comment on a proposed change.

use std::io::{self, Write};

use super::super::{Outcome, Report, Style, entry, inert, summary};
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
        plain(&report.subject),
        summary::looked_at(report),
        plain(&report.policy_digest),
        plain(&report.policy_origin),
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
        report.receipt.notes.iter().map(|note| plain(note)),
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
        .map_or_else(String::new, |decider| plain(&entry::decided(decider)));
    writeln!(
        out,
        "| {action}{until} | {} | {}{commit} | {}<br>{} | {decider} |",
        finding.severity,
        plain(&entry::place(&finding.location)),
        plain(&entry::what(finding)),
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
                plain(&unscanned.place.to_string()),
                plain(&unscanned.reason)
            )
        });
    let deferred = report.deferred().into_iter().map(|deferral| {
        let command = deferral
            .command
            .as_ref()
            .map_or_else(String::new, |command| {
                format!("; answered by {}", plain(command))
            });
        format!("{}: {}{command}", deferral.engine, plain(&deferral.reason))
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

/// Returns text without a character that Markdown or HTML would read as more than text.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in inert::text(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A mention or a link would reach people and other places.
            '@' => out.push_str("&#64;"),
            ':' => out.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '|' | '!' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(
            plain("a|b <img> `x` [y](https://z) @w"),
            "a\\|b &lt;img&gt; \\`x\\` \\[y\\]\\(https&#58;//z\\) &#64;w"
        );
    }
}
