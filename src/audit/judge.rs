//! The judgement: a manifest and a database in, findings out.
//!
//! One finding for each package, version and weakness: records that are aliases of each other are one. Versions
//! are read as they are meant (see `ranges`); what the public service answers otherwise is noted on the finding.

use std::collections::BTreeMap;

use super::admitted::{admitted, floor, lies_in};
use super::advisory::Advisory;
use super::database::{Database, DatabaseError, Package};
use super::dependency::{Demand, Dependency, Evidence, Manifest, Problem};
use super::ranges::{Interval, Reading};
use super::rules::{MALICIOUS, UNPINNED, VULNERABLE};
use super::version::Version;
use crate::finding::{
    self, Confidence, Engine, Excerpt, Finding, Fingerprint, Severity, printable,
};
use crate::rule::RuleMeta;

/// How much of an advisory's text a message shows, in characters.
const SUMMARY_LENGTH: usize = 120;

/// What the engine says about one manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// The findings, in the order of the manifest.
    pub findings: Vec<Finding>,
    /// What could not be judged, beside what the manifest says itself.
    pub problems: Vec<Problem>,
    /// What a person should know; safe to print.
    pub notices: Vec<Problem>,
}

/// Judges every dependency of a manifest.
pub fn judge(manifest: &Manifest, database: &Database) -> Result<Judged, DatabaseError> {
    let mut judged = Judged::default();
    let mut by_name: BTreeMap<&str, Vec<&Dependency>> = BTreeMap::new();
    for dependency in &manifest.dependencies {
        by_name
            .entry(dependency.name.as_str())
            .or_default()
            .push(dependency);
    }
    for dependency in &manifest.dependencies {
        let same = by_name
            .get(dependency.name.as_str())
            .map_or(&[][..], Vec::as_slice);
        let package = database.package(&dependency.name)?;
        match &dependency.demand {
            Demand::Skipped { .. } => {}
            Demand::Pinned { version, evidence } => {
                if stands_for_another(dependency, same) {
                    continue;
                }
                let Some(version) = Version::parse(version) else {
                    let reason = format!(
                        "`{}` of {} is no version that PEP 440 knows: not audited",
                        printable(version),
                        printable(dependency.name.as_str())
                    );
                    judged.problems.push(at(dependency, reason));
                    continue;
                };
                let findings = pinned(dependency, &version, *evidence, &package)?;
                let asked_for =
                    !dependency.constraint || same.iter().any(|other| !other.constraint);
                if asked_for {
                    judged.findings.extend(findings);
                } else if let Some(finding) = findings.first() {
                    let reason = format!(
                        "nothing here asks for it, but the constraint admits: {}",
                        finding.message
                    );
                    judged.notices.push(at(dependency, reason));
                }
            }
            Demand::Open { specifier } => {
                if !dependency.constraint && !same.iter().any(|other| is_pinned(other)) {
                    open(dependency, specifier, &package, &mut judged)?;
                }
            }
        }
    }
    Ok(judged)
}

fn is_pinned(dependency: &Dependency) -> bool {
    matches!(dependency.demand, Demand::Pinned { .. })
}

/// Returns whether another entry of the manifest is where this pin is reported.
fn stands_for_another(dependency: &Dependency, same: &[&Dependency]) -> bool {
    if dependency.constraint {
        return same
            .iter()
            .any(|other| !other.constraint && is_pinned(other));
    }
    // Of equal pins the first that is not only for development counts.
    let twins = || {
        same.iter().filter(|other| {
            !other.constraint
                && other.demand == dependency.demand
                && other.location.place == dependency.location.place
        })
    };
    let chosen = twins()
        .find(|other| !other.development)
        .or_else(|| twins().next());
    chosen.is_some_and(|chosen| !std::ptr::eq(*chosen, dependency))
}

fn at(dependency: &Dependency, reason: String) -> Problem {
    let path = dependency.location.place.path();
    Problem {
        path: path
            .cloned()
            .unwrap_or_else(|| finding::RepoPath::new(*b"")),
        line: Some(dependency.location.start.line),
        reason,
    }
}

/// The records that affect a version, by the weakness they describe, in the order of the records.
fn by_weakness<'r, 'a>(records: &'r [Advisory<'a>]) -> Vec<Vec<&'r Advisory<'a>>> {
    let mut weaknesses: Vec<Vec<&Advisory<'_>>> = Vec::new();
    for record in records {
        match weaknesses
            .iter_mut()
            .find(|known| known[0].group == record.group)
        {
            Some(known) => known.push(record),
            None => weaknesses.push(vec![record]),
        }
    }
    weaknesses
}

fn pinned(
    dependency: &Dependency,
    version: &Version,
    evidence: Evidence,
    package: &Package<'_>,
) -> Result<Vec<Finding>, DatabaseError> {
    let affecting = package.affecting(version, Reading::Meant)?;
    if affecting.is_empty() {
        return Ok(Vec::new());
    }
    let served = package.affecting(version, Reading::Served)?;
    let texts = package.texts()?;
    let clean = first_clean(package, version)?;
    let mut findings = Vec::new();
    for records in by_weakness(&affecting) {
        let best = records[0];
        let mut notes = rating_notes(best);
        notes.push(fix_note(&records, version, clean.as_deref()));
        notes.extend(place_notes(dependency, evidence));
        if !served.iter().any(|record| record.group == best.group) {
            notes.push(
                "the public OSV service, and with it pip-audit, does not report this version"
                    .to_owned(),
            );
        }
        let summary = summary(texts.of(best)?);
        findings.push(finding(&Parts {
            dependency,
            version: Some(version.canonical()),
            advisory: best,
            what: format!("{} {version}", dependency.name),
            summary,
            fixed: clean.clone(),
            notes,
        }));
    }
    Ok(findings)
}

/// Judges a requirement that leaves the version open.
fn open(
    dependency: &Dependency,
    specifier: &str,
    package: &Package<'_>,
    judged: &mut Judged,
) -> Result<(), DatabaseError> {
    let written = format!("{}{specifier}", dependency.name);
    let admitted = admitted(specifier);
    let lowest = floor(specifier).and_then(|floor| Version::parse(&floor));
    let mut hopeless = Vec::new();
    for stored in package.stored() {
        let stored = stored?;
        let intervals = stored.intervals().map_err(broken)?;
        let covered =
            |admitted: &Interval| intervals.iter().any(|interval| lies_in(admitted, interval));
        if admitted
            .as_ref()
            .is_some_and(|admitted| admitted.iter().all(covered))
        {
            hopeless.push(stored.decode().map_err(broken)?);
        }
    }
    let texts = package.texts()?;
    for records in by_weakness(&hopeless) {
        let mut notes = rating_notes(records[0]);
        notes.extend(place_notes(dependency, Evidence::Stated));
        judged.findings.push(finding(&Parts {
            dependency,
            version: None,
            advisory: records[0],
            what: format!("every version that {written} admits"),
            summary: summary(texts.of(records[0])?),
            fixed: None,
            notes,
        }));
    }
    if hopeless.is_empty()
        && let Some(lowest) = lowest
        && let Some(worst) = package.affecting(&lowest, Reading::Meant)?.first()
    {
        let clean = first_clean(package, &lowest)?;
        let raise = clean.map_or_else(String::new, |clean| format!("; raise it to {clean}"));
        let reason = format!(
            "{} admits {lowest}, which is vulnerable ({}){raise}",
            printable(&written),
            printable(worst.group[0])
        );
        judged.notices.push(at(dependency, reason));
    }
    judged.findings.push(unpinned(dependency, &written));
    Ok(())
}

fn broken(_: super::database::codec::Malformed) -> DatabaseError {
    DatabaseError::Damaged {
        what: "the records of a package",
    }
}

/// Returns the smallest version above this one that fixes something and that no known record affects.
fn first_clean(package: &Package<'_>, version: &Version) -> Result<Option<String>, DatabaseError> {
    let stored = package.stored().collect::<Result<Vec<_>, _>>()?;
    let mut candidates = Vec::new();
    for record in package.advisories()? {
        candidates.extend(record.fixes.iter().copied().filter_map(Version::parse));
    }
    candidates.retain(|candidate| candidate > version);
    candidates.sort();
    candidates.dedup();
    for candidate in candidates {
        let mut clean = true;
        for record in &stored {
            clean &= !record.affects(&candidate, Reading::Meant).map_err(broken)?;
        }
        if clean {
            return Ok(Some(candidate.canonical().to_owned()));
        }
    }
    Ok(None)
}

/// What a finding is made of.
struct Parts<'a> {
    dependency: &'a Dependency,
    version: Option<&'a str>,
    advisory: &'a Advisory<'a>,
    what: String,
    summary: String,
    fixed: Option<String>,
    notes: Vec<String>,
}

fn finding(parts: &Parts<'_>) -> Finding {
    let advisory = parts.advisory;
    let rule = if advisory.malicious {
        &MALICIOUS
    } else {
        &VULNERABLE
    };
    let verb = if advisory.malicious {
        "is malicious"
    } else {
        "is vulnerable"
    };
    let colon = if parts.summary.is_empty() { "" } else { ": " };
    let message = format!(
        "{} {verb}: {}{colon}{}",
        parts.what, advisory.group[0], parts.summary
    );
    let identity = [parts.version.unwrap_or(&parts.what), advisory.group[0]];
    let fixed = parts.fixed.clone();
    let ids = advisory.group.iter().map(|&id| id.to_owned()).collect();
    base(
        rule,
        parts.dependency,
        &message,
        identity,
        parts.version,
        |finding, package| {
            finding.severity = advisory.severity;
            finding.notes = parts.notes.iter().map(|note| printable(note)).collect();
            package.advisories = ids;
            package.fixed = fixed;
        },
    )
}

fn unpinned(dependency: &Dependency, written: &str) -> Finding {
    let message =
        format!("{written} leaves the version open: what will be installed cannot be audited");
    base(
        &UNPINNED,
        dependency,
        &message,
        ["unpinned", written],
        None,
        |finding, _| {
            finding.notes = place_notes(dependency, Evidence::Stated);
        },
    )
}

/// Makes a finding; `refine` fills in what is particular.
fn base(
    rule: &'static RuleMeta,
    dependency: &Dependency,
    message: &str,
    identity: [&str; 2],
    version: Option<&str>,
    refine: impl FnOnce(&mut Finding, &mut finding::Package),
) -> Finding {
    let name = dependency.name.as_str();
    let specifier = match &dependency.demand {
        Demand::Open { specifier } => specifier.clone(),
        _ => format!("=={}", version.unwrap_or_default()),
    };
    let text = printable(&format!("{name}{specifier}"));
    let mut package = finding::Package {
        name: name.to_owned(),
        version: version.map(str::to_owned),
        advisories: Vec::new(),
        fixed: None,
        groups: dependency.groups.clone(),
        development: dependency.development,
    };
    let mut finding = Finding {
        rule,
        location: dependency.location.clone(),
        severity: rule.severity,
        confidence: Confidence::High,
        message: printable(message),
        excerpt: Excerpt {
            mark: 0..text.len(),
            text,
        },
        fingerprint: fingerprint(name, identity),
        inline_allow: None,
        notes: Vec::new(),
        package: None,
    };
    refine(&mut finding, &mut package);
    finding.package = Some(Box::new(package));
    finding
}

/// Returns the identity of a finding: package, version, weakness.
pub(super) fn fingerprint(package: &str, [version, weakness]: [&str; 2]) -> Fingerprint {
    let mut hasher = blake3::Hasher::new();
    for part in [package, version, weakness] {
        hasher.update(part.as_bytes());
        hasher.update(b"\0");
    }
    let mut digest = [0; 10];
    digest.copy_from_slice(&hasher.finalize().as_bytes()[..10]);
    Fingerprint::new(Engine::Audit, digest)
}

fn rating_notes(advisory: &Advisory<'_>) -> Vec<String> {
    let rating = match advisory.severity {
        Severity::Unknown => "severity unknown: no source rates it".to_owned(),
        severity => format!("severity {severity}: {}", advisory.severity_source),
    };
    let mut notes = vec![rating];
    if advisory.group.len() > 1 {
        notes.push(format!("also known as {}", advisory.group[1..].join(", ")));
    }
    notes
}

fn fix_note(records: &[&Advisory<'_>], version: &Version, clean: Option<&str>) -> String {
    let mut fixes: Vec<Version> = records
        .iter()
        .flat_map(|record| record.fixes.iter().copied().filter_map(Version::parse))
        .filter(|fix| fix > version)
        .collect();
    fixes.sort();
    fixes.dedup();
    let fixes: Vec<&str> = fixes.iter().map(Version::canonical).collect();
    match (fixes.as_slice(), clean) {
        ([], None) => "no fixed version is known".to_owned(),
        ([], Some(_)) => "no version is known to fix this one".to_owned(),
        (fixes, Some(clean)) if fixes == [clean] => format!("fixed in {clean}"),
        (fixes, None) => format!(
            "fixed in {}, which has other known vulnerabilities",
            fixes.join(", ")
        ),
        (fixes, Some(clean)) => format!(
            "fixed in {}; the first version without any known vulnerability is {clean}",
            fixes.join(", ")
        ),
    }
}

fn place_notes(dependency: &Dependency, evidence: Evidence) -> Vec<String> {
    let mut notes = Vec::new();
    match evidence {
        Evidence::Stated => {}
        Evidence::ArchiveName => {
            notes.push("the version is read from the name of the archive".to_owned())
        }
        Evidence::Tag => {
            notes.push("the version is read from a tag, which nobody verified".to_owned())
        }
    }
    if let Some(marker) = &dependency.marker {
        notes.push(format!("only where {marker}"));
    }
    if !dependency.groups.is_empty() {
        let kind = if dependency.development {
            "development group"
        } else {
            "group"
        };
        notes.push(format!("{kind}: {}", dependency.groups.join(", ")));
    }
    if !dependency.required_by.is_empty() {
        notes.push(format!(
            "asked for by {}",
            dependency.required_by.join(" > ")
        ));
    }
    if dependency.constraint {
        notes.push("pinned by a constraint".to_owned());
    }
    for (path, line) in &dependency.included_from {
        notes.push(format!("included from {path}:{line}"));
    }
    notes.iter().map(|note| printable(note)).collect()
}

/// Returns the start of an advisory's text: its first line, cut where a line of a report would end.
fn summary(text: &str) -> String {
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    if line == "N/A" {
        return String::new();
    }
    let line = line.trim_end_matches('.');
    match line.char_indices().nth(SUMMARY_LENGTH) {
        None => line.to_owned(),
        Some((end, _)) => {
            let cut = &line[..end];
            let word = cut.rfind(' ').unwrap_or(end);
            format!("{}…", &cut[..word])
        }
    }
}
