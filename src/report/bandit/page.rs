//! The layout that `txt` and `screen` share.

use std::io::{self, Write};

use super::{Counts, Document, Finding, Level};

/// Whether the page has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    None,
    Ansi,
}

const HEADING: u8 = 95;
/// How far a candidate is indented.
const INDENT: &str = "          ";

impl Paint {
    fn with(self, color: u8, text: &str) -> String {
        match self {
            Self::None => text.to_owned(),
            Self::Ansi => format!("\x1b[{color}m{text}\x1b[0m"),
        }
    }

    fn heading(self, text: &str) -> String {
        self.with(HEADING, text)
    }

    fn color(level: Level) -> u8 {
        match level {
            Level::High => 91,
            Level::Medium => 93,
            Level::Low | Level::Undefined => 94,
        }
    }
}

pub(super) fn render(document: &Document, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    if document.quiet && document.findings.is_empty() {
        return Ok(());
    }
    let started = document
        .generated_at
        .strftime("%Y-%m-%d %H:%M:%S%.6f+00:00");
    writeln!(out, "{}", paint.heading(&format!("Run started:{started}")))?;
    if document.verbose {
        files(document, paint, out)?;
    }
    writeln!(out, "{}", paint.heading("\nTest results:"))?;
    if document.findings.is_empty() {
        writeln!(out, "\tNo issues identified.")?;
    }
    for finding in &document.findings {
        entry(document, finding, paint, out)?;
        writeln!(out, "{}", "-".repeat(50))?;
    }
    numbers(&document.totals, paint, out)?;
    let skipped = &document.skipped;
    writeln!(
        out,
        "{}",
        paint.heading(&format!("Files skipped ({}):", skipped.len()))
    )?;
    for (filename, reason) in skipped {
        writeln!(out, "\t{filename} ({reason})")?;
    }
    Ok(())
}

fn files(document: &Document, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let in_scope = &document.in_scope;
    writeln!(
        out,
        "{}",
        paint.heading(&format!("Files in scope ({}):", in_scope.len()))
    )?;
    for name in in_scope {
        let counts = document.files.get(name).copied().unwrap_or_default();
        let [severity, confidence] = counts.scores();
        writeln!(
            out,
            "\t{name} (score: {{SEVERITY: {severity}, CONFIDENCE: {confidence}}})"
        )?;
    }
    let left_out = &document.left_out;
    writeln!(
        out,
        "{}",
        paint.heading(&format!("Files excluded ({}):", left_out.len()))
    )?;
    left_out
        .iter()
        .try_for_each(|name| writeln!(out, "\t{name}"))
}

fn entry(
    document: &Document,
    finding: &Finding,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    if finding.candidates.is_empty() {
        let place = format!("{}:{}", finding.line_number, finding.col_offset);
        return write!(
            out,
            "{}\n{}\n",
            head(finding, &place, "", paint),
            finding.code('\t')
        );
    }
    writeln!(out, "{}", head(finding, ":", "", paint))?;
    write!(out, "\n-- Candidate Issues --")?;
    for &index in &finding.candidates {
        let candidate = &document.findings[index];
        let place = format!("{}:{}", candidate.line_number, candidate.col_offset);
        writeln!(out, "\n{}", head(candidate, &place, INDENT, paint))?;
        for line in candidate.code('\t').split('\n') {
            writeln!(out, "{INDENT}{line}")?;
        }
        writeln!(out)?;
    }
    writeln!(out)
}

/// Returns what stands above the code of a finding.
fn head(finding: &Finding, place: &str, indent: &str, paint: Paint) -> String {
    let text = format!(
        ">> Issue: [{}:{}] {}\n{indent}   Severity: {}   Confidence: {}\n{indent}   CWE: CWE-{} ({})\n\
         {indent}   More Info: {}\n{indent}   Location: {}:{place}",
        finding.test_id,
        finding.test_name,
        finding.text,
        finding.severity.title(),
        finding.confidence.title(),
        finding.cwe,
        finding.cwe_link(),
        finding.more_info,
        finding.filename,
    );
    format!(
        "{indent}{}",
        paint.with(Paint::color(finding.severity), &text)
    )
}

fn numbers(totals: &Counts, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", paint.heading("\nCode scanned:"))?;
    writeln!(out, "\tTotal lines of code: {}", totals.loc)?;
    writeln!(out, "\tTotal lines skipped (#nosec): {}", totals.nosec)?;
    if paint == Paint::None {
        let what =
            "Total potential issues skipped due to specifically being disabled (e.g., #nosec BXXX)";
        writeln!(out, "\t{what}: {}", totals.skipped_tests)?;
    }
    writeln!(out, "{}", paint.heading("\nRun metrics:"))?;
    let levels = totals.levels.unwrap_or_default();
    for (criterion, counts) in ["severity", "confidence"].iter().zip(levels) {
        writeln!(out, "\tTotal issues (by {criterion}):")?;
        for (level, count) in Level::ALL.iter().zip(counts) {
            writeln!(out, "\t\t{}: {count}", level.title())?;
        }
    }
    Ok(())
}
