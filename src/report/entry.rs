//! One finding as text: in full, in three lines, or in two.

use super::page::{Page, Tone};
use super::snippet::snippet;
use super::{Report, inert, layout};
use crate::finding::{Excerpt, Finding, Location, Place, Severity};
use crate::policy::{Decider, Judged};

/// Columns in front of the text of an excerpt: the line number and the bar beside it.
const GUTTER: usize = 8;
/// What stands in front of the reason why a finding matters.
const WHY: &str = "      = why: ";
/// Columns in front of the second line of a finding in two lines; labels are padded to it.
const LABEL: usize = 7;

/// What an entry says beside the place and the message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Detail {
    /// The most lines that the reason why it matters may take.
    pub why_lines: usize,
    /// How many of the policy's lines that decided are shown, the last word first.
    pub deciders: usize,
}

/// Writes a finding with its line, why it matters, what is known about it and what decided.
pub(super) fn full(page: &mut Page, judged: &Judged, detail: Detail) {
    compact(page, judged);
    let finding = &judged.detected.finding;
    why(page, finding, detail.why_lines);
    for note in finding.remarks() {
        remark(page, "note", Tone::Plain, note);
    }
    if let Some(comment) = &finding.inline_allow {
        remark(
            page,
            "note",
            Tone::Plain,
            &format!("the comment `{comment}` does not lift a block here"),
        );
    }
    for decider in judged.decided_by.iter().take(detail.deciders) {
        remark(page, "policy", Tone::Dim, &decided(decider));
    }
}

/// Writes the first sentence of the rule's page, cut to so many lines.
fn why(page: &mut Page, finding: &Finding, lines: usize) {
    let why: Vec<&str> = finding.rule.why().split_whitespace().collect();
    let why = why.join(" ");
    let sentence = why.find(". ").map_or(why.as_str(), |end| &why[..=end]);
    let room = page.width() - WHY.len();
    let text = layout::wrap_to(&inert::text(sentence), room, lines).join(" ");
    page.paragraph(&[(Tone::Dim, WHY)], Tone::Plain, &text);
}

/// Writes a finding with its line, the place marked, and its fingerprint.
pub(super) fn compact(page: &mut Page, judged: &Judged) {
    heading(page, judged, None);
    let finding = &judged.detected.finding;
    let fingerprint = finding.fingerprint.to_string();
    if !excerpt(page, &finding.location, &finding.excerpt, &fingerprint) {
        remark(page, "id", Tone::Dim, &fingerprint);
    }
}

/// Writes a finding in two lines: what and where behind a label, then its fingerprint and what applies to it.
pub(super) fn short(page: &mut Page, report: &Report, judged: &Judged, label: (Tone, &str)) {
    heading(page, judged, Some(label));
    let finding = &judged.detected.finding;
    let mut parts = vec![finding.fingerprint.to_string()];
    if let Some(name) = &judged.overridden_by {
        let until = report
            .override_end(name)
            .map(|end| end.strftime(" until %Y-%m-%d %H:%M UTC").to_string());
        parts.push(format!("by override {name}{}", until.unwrap_or_default()));
    }
    if let Some(day) = judged.blocks_from {
        parts.push(format!("would block from {day}"));
    }
    if let Some(comment) = &finding.inline_allow {
        parts.push(format!("its comment says `{comment}`"));
    }
    parts.extend(finding.remarks().cloned());
    page.paragraph(
        &[(Tone::Plain, &" ".repeat(LABEL))],
        Tone::Dim,
        &parts.join(", "),
    );
}

/// Writes place, severity, message and rule: on one line if they fit, otherwise the place on its own.
fn heading(page: &mut Page, judged: &Judged, label: Option<(Tone, &str)>) {
    let finding = &judged.detected.finding;
    let (label_tone, label) = label.map_or((Tone::Plain, String::new()), |(tone, text)| {
        (tone, format!("{text:<width$} ", width = LABEL - 1))
    });
    let commit = judged
        .detected
        .commit
        .as_ref()
        .map_or_else(String::new, |commit| format!("{} ", commit.id.short()));
    let place = layout::cut_middle(&inert::text(&place(&finding.location)), 2 * page.width());
    let (severity, what) = (finding.severity.name(), what(finding));
    let tone = severity_tone(finding.severity);
    let start = [
        (label_tone, label.as_str()),
        (Tone::Caution, commit.as_str()),
        (Tone::Place, place.as_str()),
    ];
    let used: usize = start.iter().map(|(_, text)| layout::columns(text)).sum();
    if used + severity.len() + layout::columns(&what) + 4 <= page.width() {
        let [label, commit, place] = start;
        page.line(&[
            label,
            commit,
            place,
            (Tone::Plain, ": "),
            (tone, severity),
            (Tone::Plain, ": "),
            (Tone::Strong, &what),
        ]);
        return;
    }
    page.line(&start);
    let indent = " ".repeat(if label.is_empty() { 2 } else { LABEL });
    page.paragraph(
        &[
            (Tone::Plain, &indent),
            (tone, severity),
            (Tone::Plain, ": "),
        ],
        Tone::Strong,
        &what,
    );
}

/// Returns the message and the rule.
pub(super) fn what(finding: &Finding) -> String {
    let message = if finding.message.trim().is_empty() {
        finding.rule.title
    } else {
        &finding.message
    };
    inert::text(&format!("{message} [{}]", finding.rule.id))
}

/// Returns the place as editors and people read it.
pub(super) fn place(location: &Location) -> String {
    let Location { place, start, .. } = location;
    match place {
        Place::File(_) | Place::CommitMessage | Place::TagMessage(_) => {
            format!("{place}:{}:{}", start.line, start.column)
        }
        Place::FileName(_) | Place::RefName(_) => place.to_string(),
    }
}

fn severity_tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical | Severity::High => Tone::Bad,
        Severity::Medium => Tone::Caution,
        Severity::Low | Severity::Unknown => Tone::Plain,
    }
}

/// Writes the redacted line and the marks under it; returns whether the fingerprint fitted behind the marks.
fn excerpt(page: &mut Page, location: &Location, excerpt: &Excerpt, fingerprint: &str) -> bool {
    let Some(snippet) = snippet(excerpt, page.width() - GUTTER) else {
        return false;
    };
    let number = match location.place {
        Place::FileName(_) | Place::RefName(_) => String::new(),
        _ => location.start.line.to_string(),
    };
    page.line(&[
        (Tone::Dim, &format!("{number:>5} | ")),
        (Tone::Plain, &snippet.line),
    ]);
    let marks = snippet.marks();
    let fits = GUTTER + marks.len() + 1 + fingerprint.len() <= page.width();
    let behind = if fits {
        format!(" {fingerprint}")
    } else {
        String::new()
    };
    page.line(&[
        (Tone::Dim, "      | "),
        (Tone::Bad, &marks),
        (Tone::Dim, &behind),
    ]);
    fits
}

fn remark(page: &mut Page, label: &str, tone: Tone, text: &str) {
    let head = format!("      = {label}: ");
    page.paragraph(&[(Tone::Dim, &head)], tone, text);
}

/// Returns the line of the policy that decided.
pub(super) fn decided(decider: &Decider) -> String {
    if decider.origin.is_empty() {
        return decider.key.clone();
    }
    format!("{}, {}", decider.key, decider.origin)
}
