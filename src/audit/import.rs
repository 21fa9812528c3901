//! Reads a report of the real pip-audit (`-f json`), so that the policy can judge what another job found.
//!
//! Comes in: the report as text, and what stands for its file in the findings. Goes out: findings without a
//! line, of unknown severity unless the database knows the advisory: pip-audit reports none.

use serde::Deserialize;

use super::advisory::Advisory;
use super::database::{Database, DatabaseError};
use super::dependency::{PackageName, Problem};
use super::judge::fingerprint;
use super::rules::{MALICIOUS, VULNERABLE};
use super::version::Version;
use crate::finding::{
    Confidence, Excerpt, Finding, Location, Package, Place, Position, RepoPath, Severity, printable,
};

/// Why a report cannot be taken over.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The text is no report of pip-audit.
    #[error("this is no JSON report of pip-audit: {0}")]
    NoReport(serde_json::Error),
    /// The database cannot answer.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// What a report holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// What pip-audit found.
    pub findings: Vec<Finding>,
    /// What pip-audit skipped, with its reasons.
    pub problems: Vec<Problem>,
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
pub fn import(report: &str, path: &RepoPath, database: &Database) -> Result<Imported, ImportError> {
    let report: Report = serde_json::from_str(report).map_err(ImportError::NoReport)?;
    let mut imported = Imported::default();
    for entry in &report.dependencies {
        let name = PackageName::new(&entry.name);
        if let Some(reason) = &entry.skip_reason {
            imported.problems.push(Problem {
                path: path.clone(),
                line: None,
                reason: printable(&format!("pip-audit skipped {name}: {reason}")),
            });
        }
        let package = database.package(&name)?;
        let known = package.advisories()?;
        let mut seen = Vec::new();
        for vulnerability in &entry.vulns {
            let finding = finding(&name, entry, vulnerability, &known, path);
            // pip-audit lists one weakness once for each record about it.
            if !seen.contains(&finding.fingerprint) {
                seen.push(finding.fingerprint);
                imported.findings.push(finding);
            }
        }
    }
    Ok(imported)
}

fn finding(
    name: &PackageName,
    entry: &Entry,
    vulnerability: &Vulnerability,
    known: &[Advisory<'_>],
    path: &RepoPath,
) -> Finding {
    let ids: Vec<&str> = [&vulnerability.id]
        .into_iter()
        .chain(&vulnerability.aliases)
        .map(String::as_str)
        .collect();
    let record = known
        .iter()
        .find(|record| record.group.iter().any(|id| ids.contains(id)));
    let group: Vec<&str> = record.map_or_else(|| ids.clone(), |record| record.group.clone());
    let written = entry.version.as_deref().unwrap_or_default();
    let version = Version::parse(written).map_or_else(
        || written.to_owned(),
        |version| version.canonical().to_owned(),
    );
    let malicious = group.iter().any(|id| id.starts_with("MAL-"));
    let severity = match record {
        Some(record) => record.severity,
        None if malicious => Severity::Critical,
        None => Severity::Unknown,
    };
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
    if let Some(record) = record.filter(|record| !record.severity_source.is_empty()) {
        notes.push(printable(&format!(
            "severity {}: {}",
            record.severity, record.severity_source
        )));
    }
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
        severity,
        confidence: Confidence::High,
        message: printable(&format!(
            "{name} {version} is vulnerable: {}{colon}{summary}",
            group[0]
        )),
        excerpt: Excerpt {
            mark: 0..text.len(),
            text,
        },
        fingerprint: fingerprint(name.as_str(), [&version, group[0]]),
        inline_allow: None,
        notes,
        package: Some(Box::new(Package {
            name: name.to_string(),
            version: Some(version),
            advisories: group.iter().map(|&id| id.to_owned()).collect(),
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
        let path = RepoPath::new(*b"report.json");
        let imported = import(REPORT, &path, &starter()).unwrap();
        let severities: Vec<_> = imported
            .findings
            .iter()
            .map(|finding| finding.severity)
            .collect();
        assert_eq!(severities, [Severity::Medium, Severity::Unknown]);
        assert!(imported.findings[0].message.contains("CVE-2024-22195"));
        assert_eq!(imported.problems.len(), 1);
    }

    #[test]
    fn another_text_is_no_report() {
        for text in ["", "[]", r#"{"results": []}"#] {
            assert!(
                import(text, &RepoPath::new(*b"x"), &starter()).is_err(),
                "{text}"
            );
        }
    }
}
