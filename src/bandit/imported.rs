//! Findings of a report of the reference tool in the crate's own vocabulary, so that a policy can judge them.
//!
//! Tests that only exist in Python keep their ids: each gets a rule made from what the report says. Nothing that a
//! report quotes of a password is kept.

use std::collections::BTreeMap;

use super::check;
use super::import::{self, ImportError, Imported};
use crate::finding::{
    Category, Confidence, Engine, Excerpt, Finding, Fingerprint, Location, Place, Position,
    RepoPath, Severity, printable,
};
use crate::rule::RuleMeta;

/// The tests whose messages and code quote passwords.
const PASSWORDS: [&str; 3] = ["B105", "B106", "B107"];
/// The most characters of a line that an excerpt shows.
const WIDTH: usize = 120;

/// Reads a report. A finding's fingerprint is made of its test and its line of code, because a report says no more.
pub fn findings(bytes: &[u8]) -> Result<Vec<Finding>, ImportError> {
    let imported = import::read(bytes)?;
    let mut foreign: BTreeMap<String, &'static RuleMeta> = BTreeMap::new();
    Ok(imported
        .iter()
        .map(|imported| {
            let rule = match check::test(&imported.test_id) {
                Some(test) => &test.meta,
                None => foreign
                    .entry(imported.test_id.clone())
                    .or_insert_with(|| rule(imported)),
            };
            finding(imported, rule)
        })
        .collect())
}

fn finding(imported: &Imported, rule: &'static RuleMeta) -> Finding {
    let path = imported.filename.trim_start_matches("./");
    let line = imported.line_of_code().unwrap_or_default();
    let secret = PASSWORDS.contains(&rule.id);
    let at = |column| Position {
        line: imported.line,
        column,
    };
    let (start, end) = imported.columns.unwrap_or_default();
    let start = column(line, start);
    // A finding may end on a later line, whose columns say nothing about this one.
    let end = column(line, end).max(start);
    let shown = if secret {
        without_strings(line.trim())
    } else {
        line.trim().to_owned()
    };
    let text: String = printable(&shown).chars().take(WIDTH).collect();
    Finding {
        rule,
        location: Location {
            place: Place::File(RepoPath::new(path)),
            start: at(start),
            end: at(end),
        },
        severity: severity(&imported.severity),
        confidence: match imported.confidence.as_str() {
            "HIGH" => Confidence::High,
            "MEDIUM" => Confidence::Medium,
            _ => Confidence::Low,
        },
        message: if secret {
            rule.title.to_owned()
        } else {
            printable(&imported.text)
        },
        excerpt: Excerpt {
            mark: 0..text.len(),
            text,
        },
        fingerprint: fingerprint(imported, &shown),
        inline_allow: None,
        notes: vec!["from a report of Bandit".to_owned()],
        package: None,
    }
}

/// Returns the 1-based column in characters of a 0-based one in bytes.
fn column(line: &str, offset: u32) -> u32 {
    let before = line.get(..offset as usize).unwrap_or(line);
    before.chars().count() as u32 + 1
}

fn severity(name: &str) -> Severity {
    match name {
        "HIGH" => Severity::High,
        "MEDIUM" => Severity::Medium,
        "LOW" => Severity::Low,
        _ => Severity::Unknown,
    }
}

fn fingerprint(imported: &Imported, shown: &str) -> Fingerprint {
    let folded: String = shown.split_whitespace().collect();
    let what = if folded.is_empty() {
        &imported.text
    } else {
        &folded
    };
    let mut hasher = blake3::Hasher::new();
    for part in ["import", &imported.test_id, what] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut digest = [0; 10];
    digest.copy_from_slice(&hasher.finalize().as_bytes()[..10]);
    Fingerprint::new(Engine::Bandit, digest)
}

/// Returns code with the inside of each string replaced; one that is not closed on the line ends with it.
fn without_strings(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        out.push(c);
        if !matches!(c, '"' | '\'') {
            continue;
        }
        out.push('…');
        let mut escaped = false;
        let closed = chars.any(|inside| {
            let closes = inside == c && !escaped;
            escaped = inside == '\\' && !escaped;
            closes
        });
        if closed {
            out.push(c);
        }
    }
    out
}

/// Makes a rule for a test that only exists in Python. It lives as long as the process.
fn rule(imported: &Imported) -> &'static RuleMeta {
    let leak = |text: &str| -> &'static str { printable(text).leak() };
    Box::leak(Box::new(RuleMeta {
        id: leak(&imported.test_id),
        title: leak(&imported.test_name.replace('_', " ")),
        engine: Engine::Bandit,
        category: Category::Code,
        severity: severity(&imported.severity),
        since: "next",
        page: "A test of a plug-in that only Bandit runs; its report was read.",
        references: &[],
        cwe: imported.cwe,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(id: &str, line: &str, text: &str) -> Finding {
        let report = serde_json::json!({ "results": [{
            "code": format!("7 {line}\n"), "filename": "./a/b.py", "issue_confidence": "MEDIUM",
            "issue_cwe": {"id": 703}, "issue_severity": "HIGH", "issue_text": text, "line_number": 7,
            "line_range": [7], "test_id": id, "test_name": "some_test", "col_offset": 6, "end_col_offset": 10,
        }] });
        findings(report.to_string().as_bytes()).unwrap().remove(0)
    }

    #[test]
    fn a_finding_of_any_test_is_kept() {
        let finding = one("X901", "é = f(1, 2)", "do not\u{1b}[2J");
        assert_eq!((finding.rule.id, finding.rule.title), ("X901", "some test"));
        assert_eq!(finding.location.place.to_string(), "a/b.py");
        assert_eq!(
            (finding.location.start.column, finding.location.end.column),
            (6, 10)
        );
        assert_eq!(
            (finding.severity, finding.confidence),
            (Severity::High, Confidence::Medium)
        );
        assert!(!finding.message.contains('\u{1b}'));
        assert_eq!(
            one("B101", "assert x", "x").rule,
            &check::test("B101").unwrap().meta
        );
    }

    #[test]
    fn a_moved_line_keeps_its_fingerprint_and_another_does_not() {
        let fingerprint = |line| one("X901", line, "x").fingerprint;
        assert_eq!(fingerprint("f(1, 2)"), fingerprint("    f( 1, 2 )"));
        assert_ne!(fingerprint("f(1, 2)"), fingerprint("f(1, 3)"));
    }

    #[test]
    fn no_password_is_kept() {
        let finding = one(
            "B105",
            "password = 'hunt\\'er' + \"two",
            "Possible hardcoded password: 'hunter'",
        );
        assert_eq!(finding.excerpt.text, "password = '…' + \"…");
        assert!(!format!("{finding:?}").contains("hunt"), "{finding:?}");
    }
}
