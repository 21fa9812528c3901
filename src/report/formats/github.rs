//! Annotations of GitHub Actions: one workflow command a line, which the runner shows at the line of the change.
//!
//! What blocks is an error, what warns or waits for review a warning, the rest a notice. The runner shows the first
//! ten of each kind, so that the ones that matter most come first.

use std::io::{self, Write};

use super::super::{Report, Style, entry, inert};
use crate::finding::Place;
use crate::policy::{Action, Judged};
use crate::receipt::Consequence;

/// Writes the report. The style has no say: what is not worth showing is a notice.
pub(super) fn render(report: &Report, _style: Style, out: &mut dyn Write) -> io::Result<()> {
    for unscanned in &report.receipt.unscanned {
        let level = match unscanned.consequence {
            Consequence::Excluded => continue,
            Consequence::Policy => "warning",
            Consequence::CouldNotLook => "error",
        };
        let words = format!("not scanned: {}", unscanned.reason);
        let mut properties = Vec::new();
        if let Some(path) = unscanned.place.path() {
            properties.push(("file", path.to_string()));
        }
        properties.push(("title", "gate-hook".to_owned()));
        command(out, level, &properties, &words)?;
    }
    for judged in report.shown() {
        annotate(out, judged)?;
    }
    let unanswered = if report.nobody_is_left() {
        "error"
    } else {
        "warning"
    };
    for deferral in report.deferred() {
        let title = ("title", format!("gate-hook {}", deferral.engine));
        command(out, unanswered, &[title], &deferral.reason)?;
    }
    // A line that is no command is part of the log.
    writeln!(
        out,
        "gate-hook {}: {} (policy {} of {})",
        report.version,
        report.outcome().name(),
        inert::text(&report.policy_digest),
        inert::text(&report.policy_origin)
    )
}

fn annotate(out: &mut dyn Write, judged: &Judged) -> io::Result<()> {
    let finding = &judged.detected.finding;
    let level = match judged.action {
        Action::Block => "error",
        Action::Review | Action::Warn => "warning",
        Action::Info | Action::Off => "notice",
    };
    let mut properties = Vec::new();
    let mut words = entry::what(finding);
    let location = &finding.location;
    match &location.place {
        Place::File(path) => {
            properties.push(("file", path.to_string()));
            properties.push(("line", location.start.line.to_string()));
            properties.push(("endLine", location.end.line.to_string()));
            if location.start.line == location.end.line {
                properties.push(("col", location.start.column.to_string()));
                properties.push(("endColumn", location.end.column.to_string()));
            }
        }
        Place::FileName(path) => properties.push(("file", path.to_string())),
        place => words = format!("{place}: {words}"),
    }
    properties.push((
        "title",
        format!("gate-hook {}: {}", judged.action.name(), finding.rule.id),
    ));
    if let Some(commit) = &judged.detected.commit {
        words.push_str(&format!("\nin commit {}", commit.id.short()));
    }
    if let Some(decider) = judged.decided_by.first() {
        words.push_str(&format!("\npolicy: {}", entry::decided(decider)));
    }
    words.push_str(&format!("\nfingerprint {}", finding.fingerprint));
    command(out, level, &properties, &words)
}

fn command(
    out: &mut dyn Write,
    level: &str,
    properties: &[(&str, String)],
    words: &str,
) -> io::Result<()> {
    let properties: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", escaped(value, true)))
        .collect();
    writeln!(
        out,
        "::{level} {}::{}",
        properties.join(","),
        escaped(words, false)
    )
}

/// Returns text as the runner reads it in a command; a property ends at colons and commas.
fn escaped(text: &str, property: bool) -> String {
    let lines: Vec<String> = text.split('\n').map(inert::text).collect();
    let mut out = lines.join("\n").replace('%', "%25").replace('\n', "%0A");
    if property {
        out = out.replace(':', "%3A").replace(',', "%2C");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_end_its_command() {
        assert_eq!(escaped("a%\n::error::\r", false), "a%25%0A::error::\\r");
        assert_eq!(escaped("a,b: c", true), "a%2Cb%3A c");
    }
}
