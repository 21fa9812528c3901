//! Writes sections of the register, each at its place in the order of ids.

use std::fmt::Write as _;

use super::{Agreement, Waiver, sections};
use crate::finding::printable;
use crate::policy::PolicyError;
use crate::policy::value::{Value, Word, write_list, write_table, write_text};

/// What a new register begins with.
pub const PREAMBLE: &str = "\
# Security waivers

Each section is one approved, dated exception: prose for people, one block of TOML for the gate.
`gate-hook waiver new` writes a section, `gate-hook waiver check` validates all of them.
Sections are sorted by id, which is random, so that branches merge.
";

/// Returns the section of a waiver.
pub fn write_section(waiver: &Waiver) -> String {
    let mut out = format!("## {}: {}\n\n", waiver.id, one_line(&waiver.title));
    out.push_str("```toml\n");
    // Writing into a string cannot fail.
    let _ = write_block(&mut out, waiver);
    out.push_str("```\n\n");
    let _ = writeln!(out, "{}", waiver.rationale.trim());
    out
}

fn write_block(out: &mut String, waiver: &Waiver) -> std::fmt::Result {
    writeln!(out, "id = {}", write_text(&waiver.id))?;
    let finding = &waiver.finding;
    let aliases = write_list(finding.aliases.iter().map(|id| write_text(id)));
    let fingerprint = finding.fingerprint.map(|own| write_text(&own.to_string()));
    let entries = [
        Some(("engine", finding.engine.write())),
        Some(("id", write_text(&finding.id))),
        (!finding.aliases.is_empty()).then_some(("aliases", aliases)),
        finding
            .package
            .as_deref()
            .map(|name| ("package", write_text(name))),
        fingerprint.map(|own| ("fingerprint", own)),
    ];
    writeln!(out, "finding = {}", table(entries))?;
    let scope = &waiver.scope;
    if !scope.paths.is_empty() || !scope.versions.is_empty() {
        let list = |texts: &[String]| write_list(texts.iter().map(|text| write_text(text)));
        let entries = [
            (!scope.paths.is_empty()).then(|| ("paths", list(&scope.paths))),
            (!scope.versions.is_empty()).then(|| ("versions", list(&scope.versions))),
        ];
        writeln!(out, "scope = {}", table(entries))?;
    }
    writeln!(out, "severity = {}", waiver.severity.write())?;
    writeln!(out, "reason = {}", write_text(waiver.reason.word()))?;
    if let Some(text) = &waiver.mitigation {
        writeln!(out, "mitigation = {}", write_text(text))?;
    }
    if let Some(date) = waiver.fix_by {
        writeln!(out, "fix_by = {date}")?;
    }
    if let Some(verified) = &waiver.verified {
        let entries = [
            Some(("by", write_text(&verified.by))),
            Some(("how", write_text(&verified.how))),
        ];
        writeln!(out, "verified = {}", table(entries))?;
    }
    let requested = [
        Some(("by", write_text(&waiver.requested.by))),
        Some(("on", waiver.requested.on.to_string())),
        waiver
            .requested
            .pr
            .as_deref()
            .map(|pr| ("pr", write_text(pr))),
    ];
    writeln!(out, "requested = {}", table(requested))?;
    write_agreements(out, &waiver.approved)?;
    writeln!(out, "expires = {}", waiver.expires)?;
    if let Some(file) = &waiver.imported {
        writeln!(out, "imported = {}", write_text(file))?;
    }
    Ok(())
}

/// One agreement a line, so that two of them merge.
fn write_agreements(out: &mut String, approved: &[Agreement]) -> std::fmt::Result {
    if approved.is_empty() {
        return writeln!(out, "approved = []");
    }
    writeln!(out, "approved = [")?;
    for agreement in approved {
        let entries = [
            Some(("by", write_text(&agreement.by))),
            agreement
                .role
                .as_deref()
                .map(|role| ("role", write_text(role))),
            Some(("on", agreement.on.to_string())),
            agreement
                .reference
                .as_deref()
                .map(|text| ("ref", write_text(text))),
        ];
        writeln!(out, "  {},", table(entries))?;
    }
    writeln!(out, "]")
}

fn table<const N: usize>(entries: [Option<(&str, String)>; N]) -> String {
    write_table(entries.into_iter().flatten())
}

fn one_line(title: &str) -> String {
    printable(&title.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Returns the register with a waiver put in its place, or in the place of the one with its id.
pub fn insert(name: &str, text: &str, waiver: &Waiver) -> Result<String, PolicyError> {
    let (sections, errors) = sections::split(name, text, 1);
    if let Some(error) = errors.into_iter().next() {
        return Err(error);
    }
    let id = |heading: &str| heading.split(':').next().unwrap_or_default().to_owned();
    let at = sections.partition_point(|section| id(section.heading) < waiver.id);
    let (mut start, mut end) = sections
        .get(at)
        .map_or((text.len(), text.len()), |section| {
            (section.span.start, section.span.start)
        });
    if let Some(section) = sections.get(at)
        && id(section.heading) == waiver.id
    {
        (start, end) = (section.span.start, section.span.end);
    }
    let before = if text.trim().is_empty() {
        PREAMBLE
    } else {
        &text[..start]
    };
    let after = &text[end..];
    let mut out = before.trim_end().to_owned();
    out.push_str("\n\n");
    out.push_str(&write_section(waiver));
    if !after.is_empty() {
        out.push('\n');
        out.push_str(after);
    }
    Ok(out)
}
