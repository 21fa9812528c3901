//! Reads a report of the real pip-audit (`-f json`), so that the policy can judge what another job found.
//!
//! Comes in: the report as text, and what stands for its file in the findings. Goes out: findings without a line,
//! of unknown severity, because pip-audit reports none. [`rate`] adds what a database knows of them.

use serde::Deserialize;

use super::database::{Database, DatabaseError};
use super::dependency::PackageName;
use super::judge::fingerprint;
use super::rules::{MALICIOUS, VULNERABLE};
use super::version::Version;
use crate::finding::{
    Confidence, Excerpt, Finding, Location, Package, Place, Position, RepoPath, Severity, printable,
};

/// The text is no report of pip-audit.
#[derive(Debug, thiserror::Error)]
#[error("this is no JSON report of pip-audit: {0}")]
pub struct ImportError(serde_json::Error);

/// What a report holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// What pip-audit found.
    pub findings: Vec<Finding>,
    /// What pip-audit skipped, with its reasons, safe to print.
    pub skipped: Vec<String>,
}

#[derive(Deserialize)]
struct Report {
    dependencies: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    vulns: Vec<Vulnerability>,
    #[serde(default)]
    skip_reason: Option<String>,
}

#[derive(Deserialize)]
struct Vulnerability {
    id: String,
    #[serde(default)]
    fix_versions: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    description: Option<String>,
}

/// Turns a report into findings; `path` is the file that the findings point at.
pub fn import(report: &str, path: &RepoPath) -> Result<Imported, ImportError> {
    let report: Report = serde_json::from_str(report).map_err(ImportError)?;
    let mut imported = Imported::default();
    for entry in &report.dependencies {
        let name = PackageName::new(&entry.name);
        if let Some(reason) = &entry.skip_reason {
            let skipped = format!("pip-audit skipped {name}: {reason}");
            imported.skipped.push(printable(&skipped));
        }
        let found = entry.vulns.iter();
        imported
            .findings
            .extend(found.map(|vulnerability| finding(&name, entry, vulnerability, path)));
    }
    Ok(imported)
}

/// Adds what a database knows of the weakness that a report is about: its severity and all its ids.
pub fn rate(finding: &mut Finding, database: &Database) -> Result<(), DatabaseError> {
    let Some(package) = &mut finding.package else {
        return Ok(());
    };
    let known = database.package(&PackageName::new(&package.name))?;
    let records = known.advisories()?;
    let is_it = |id: &str| package.advisories.iter().any(|reported| reported == id);
    let Some(record) = records
        .iter()
        .find(|record| record.group.iter().any(|&id| is_it(id)))
    else {
        return Ok(());
    };
    package.advisories = record.group.iter().map(|&id| id.to_owned()).collect();
    finding.severity = record.severity;
    if record.malicious {
        finding.rule = &MALICIOUS;
    }
    let version = package.version.as_deref().unwrap_or_default();
    finding.fingerprint = fingerprint(&package.name, [version, record.group[0]]);
    if !record.severity_source.is_empty() {
        let rating = format!("severity {}: {}", record.severity, record.severity_source);
        finding.notes.push(printable(&rating));
    }
    Ok(())
}

fn finding(
    name: &PackageName,
    entry: &Entry,
    vulnerability: &Vulnerability,
    path: &RepoPath,
) -> Finding {
    let ids: Vec<&str> = [&vulnerability.id]
        .into_iter()
        .chain(&vulnerability.aliases)
        .map(String::as_str)
        .collect();
    let written = entry.version.as_deref().unwrap_or_default();
    let version = Version::parse(written).map_or_else(
        || written.to_owned(),
        |version| version.canonical().to_owned(),
    );
    let malicious = ids.iter().any(|id| id.starts_with("MAL-"));
    let description = vulnerability.description.as_deref().unwrap_or_default();
    let summary: String = description
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(120)
        .collect();
    let colon = if summary.is_empty() { "" } else { ": " };
    let text = printable(&format!("{name}=={version}"));
    let mut notes = vec!["reported by pip-audit".to_owned()];
    if !vulnerability.fix_versions.is_empty() {
        notes.push(printable(&format!(
            "fixed in {}",
            vulnerability.fix_versions.join(", ")
        )));
    }
    let position = Position { line: 1, column: 1 };
    Finding {
        rule: if malicious { &MALICIOUS } else { &VULNERABLE },
        location: Location {
            place: Place::File(path.clone()),
            start: position,
            end: position,
        },
        severity: if malicious {
            Severity::Critical
        } else {
            Severity::Unknown
        },
        confidence: Confidence::High,
        message: printable(&format!(
            "{name} {version} is vulnerable: {}{colon}{summary}",
            ids[0]
        )),
        excerpt: Excerpt {
            mark: 0..text.len(),
            text,
        },
        fingerprint: fingerprint(name.as_str(), [&version, ids[0]]),
        inline_allow: None,
        notes,
        package: Some(Box::new(Package {
            name: name.to_string(),
            version: Some(version),
            advisories: ids.iter().map(|&id| id.to_owned()).collect(),
            fixed: vulnerability.fix_versions.first().cloned(),
            groups: Vec::new(),
            development: false,
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::starter;

    const REPORT: &str = r#"{"dependencies": [
        {"name": "jinja2", "version": "3.1.2", "vulns": [
            {"id": "PYSEC-2024-1", "fix_versions": ["3.1.3"], "aliases": ["CVE-2024-22195"], "description": "Text."},
            {"id": "CVE-2024-22195", "fix_versions": ["3.1.3"], "aliases": []},
            {"id": "PYSEC-2099-1", "fix_versions": [], "aliases": []}]},
        {"name": "local", "skip_reason": "not on the index"},
        {"name": "clean", "version": "1.0", "vulns": []}], "fixes": []}"#;

    #[test]
    fn a_report_becomes_findings_with_the_severity_of_the_database() {
        let mut imported = import(REPORT, &RepoPath::new(*b"report.json")).unwrap();
        for finding in &mut imported.findings {
            assert_eq!(finding.severity, Severity::Unknown);
            rate(finding, &starter()).unwrap();
        }
        let [first, second, third] = &imported.findings[..] else {
            panic!("{imported:?}")
        };
        assert_eq!(first.severity, Severity::Medium);
        assert!(first.message.contains("PYSEC-2024-1"));
        assert_eq!(second.fingerprint, first.fingerprint);
        assert_eq!(third.severity, Severity::Unknown);
        assert_eq!(
            imported.skipped,
            ["pip-audit skipped local: not on the index"]
        );
    }

    #[test]
    fn another_text_is_no_report() {
        for text in ["", "[]", r#"{"results": []}"#] {
            assert!(import(text, &RepoPath::new(*b"x")).is_err(), "{text}");
        }
    }
}
