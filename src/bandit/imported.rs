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
/// The words that statements with a block begin with.
const COMPOUND: [&str; 10] = [
    "async", "class", "def", "elif", "except", "for", "if", "try", "while", "with",
];
/// The most characters of a line that an excerpt shows.
const WIDTH: usize = 120;

/// What a report says of the files of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What was found.
    pub findings: Vec<Finding>,
    /// The files that were not scanned, each with the reason, safe to print.
    pub errors: Vec<(RepoPath, String)>,
    /// How many results and errors are about no file of the repository.
    pub elsewhere: usize,
}

/// Reads a report; `path_of` returns what a file is called in the repository.
///
/// A finding's fingerprint is made of its test and its line of code, because a report says no more.
pub fn read(
    bytes: &[u8],
    path_of: impl Fn(&str) -> Option<RepoPath>,
) -> Result<Report, ImportError> {
    let imported = import::read(bytes)?;
    let mut foreign: BTreeMap<String, &'static RuleMeta> = BTreeMap::new();
    let mut report = Report::default();
    for imported in &imported.findings {
        let Some(path) = path_of(&imported.filename) else {
            report.elsewhere += 1;
            continue;
        };
        let rule = match check::test(&imported.test_id) {
            Some(test) => &test.meta,
            None => foreign
                .entry(imported.test_id.clone())
                .or_insert_with(|| rule(imported)),
        };
        report.findings.push(finding(imported, path, rule));
    }
    for (name, reason) in &imported.errors {
        match path_of(name) {
            Some(path) => report.errors.push((path, printable(reason))),
            None => report.elsewhere += 1,
        }
    }
    Ok(report)
}

fn finding(imported: &Imported, path: RepoPath, rule: &'static RuleMeta) -> Finding {
    let line = imported.line_of_code().unwrap_or_default();
    let secret = PASSWORDS.contains(&rule.id);
    let (start, end) = imported.columns.unwrap_or_default();
    let last = last_line(imported);
    let start = Position {
        line: imported.line.max(1),
        column: column(line, start),
    };
    let end = Position {
        line: last.max(start.line),
        column: column(imported.code_of(last).unwrap_or_default(), end),
    };
    let shown = if secret {
        without_strings(line.trim())
    } else {
        line.trim().to_owned()
    };
    let text: String = printable(&shown).chars().take(WIDTH).collect();
    Finding {
        rule,
        location: Location {
            place: Place::File(path),
            start,
            end: end.max(start),
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

/// Returns the last line that a finding is about: of a compound statement the one it is on, because its range
/// includes the block.
fn last_line(imported: &Imported) -> u32 {
    let of_range = |line: Option<&u32>| line.copied().unwrap_or(imported.line);
    let first = imported.code_of(of_range(imported.line_range.first()));
    let word = first.unwrap_or_default().split_whitespace().next();
    let word = word.unwrap_or_default().trim_end_matches(':');
    if COMPOUND.contains(&word) {
        imported.line
    } else {
        of_range(imported.line_range.last())
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
        let path_of = |name: &str| Some(RepoPath::new(name.trim_start_matches("./")));
        let mut report = read(report.to_string().as_bytes(), path_of).unwrap();
        report.findings.remove(0)
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
    fn a_finding_ends_with_its_statement_but_before_a_block() {
        let end = |code: &str| {
            let report = serde_json::json!({ "results": [{
                "code": code, "filename": "a.py", "issue_confidence": "LOW", "issue_cwe": {}, "issue_severity": "LOW",
                "issue_text": "x", "line_number": 2, "line_range": [2, 3], "test_id": "X901", "test_name": "x",
                "col_offset": 0, "end_col_offset": 4,
            }] });
            let path_of = |name: &str| Some(RepoPath::new(name));
            let report = read(report.to_string().as_bytes(), path_of).unwrap();
            report.findings[0].location.end
        };
        let at = |line, column| Position { line, column };
        assert_eq!(end("1 x\n2 f(\n3   é)\n"), at(3, 4));
        assert_eq!(end("1 x\n2 def f():\n3   x\n"), at(2, 5));
        assert_eq!(end(""), at(3, 1));
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
