//! The findings of the last run, redacted, so that `explain`, `waiver new` and `override` can name them.
//!
//! The file is the user's own, but nothing stops somebody from writing to it: what is read from it is as
//! hostile as a repository and has to be escaped before it is printed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RecordError;
use crate::finding::{Confidence, Engine, Fingerprint, Origin, Severity, printable};
use crate::policy::{Action, Decider, Judged, Verdict};

/// The path of the record inside the git directory.
pub const FILE: &str = "gate-hook/last-run.json";
/// The name and version of the format.
const FORMAT: &str = "gate-hook-last-run/1";
/// The most findings that are kept; those that matter most come first.
const KEPT: usize = 1000;

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRun {
    /// What was looked at, for people.
    pub subject: String,
    /// The digest of everything that decided.
    pub policy_digest: String,
    /// When it was decided.
    pub time: Timestamp,
    /// The findings, those that block first, at most a thousand.
    pub findings: Vec<LastFinding>,
    /// How many more there were.
    pub omitted: usize,
}

/// One finding of the last run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastFinding {
    /// What identifies it.
    pub fingerprint: Fingerprint,
    /// The id of its rule.
    pub rule: String,
    /// What the rule finds.
    pub title: String,
    /// The engine that found it.
    pub engine: Engine,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the engine is.
    pub confidence: Confidence,
    /// What happened with it.
    pub action: Action,
    /// Whether the change brought it in.
    pub origin: Origin,
    /// Where it was found, for people.
    pub place: String,
    /// The path of the file, where the place is one; invalid UTF-8 replaced.
    pub path: Option<String>,
    /// The 1-based line.
    pub line: u32,
    /// The 1-based column, in characters.
    pub column: u32,
    /// The object id of the commit that brought it in, where there is one.
    pub commit: Option<String>,
    /// What is wrong.
    pub message: String,
    /// The redacted line.
    pub excerpt: String,
    /// Which line of the policy decided, the last word first.
    pub decided_by: Vec<Decider>,
    /// The override record that let it pass.
    pub overridden_by: Option<String>,
    /// Facts worth knowing.
    pub notes: Vec<String>,
    /// The package that it is about.
    pub package: Option<LastPackage>,
}

/// The package of a finding of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastPackage {
    /// The name as the package index normalises it.
    pub name: String,
    /// The exact version, where there is one.
    pub version: Option<String>,
    /// The ids of the advisory: its own, then those of its aliases.
    pub advisories: Vec<String>,
}

impl LastRun {
    /// Records a verdict.
    pub fn of(verdict: &Verdict, subject: &str, policy_digest: &str, now: Timestamp) -> Self {
        let mut judged: Vec<&Judged> = verdict
            .judged
            .iter()
            .filter(|judged| judged.action != Action::Off)
            .collect();
        judged.sort_by_key(|judged| std::cmp::Reverse(judged.action));
        Self {
            subject: subject.to_owned(),
            policy_digest: policy_digest.to_owned(),
            time: now,
            findings: judged
                .iter()
                .take(KEPT)
                .map(|judged| LastFinding::of(judged))
                .collect(),
            omitted: judged.len().saturating_sub(KEPT),
        }
    }
}

impl LastFinding {
    fn of(judged: &Judged) -> Self {
        let finding = &judged.detected.finding;
        let location = &finding.location;
        Self {
            fingerprint: finding.fingerprint,
            rule: finding.rule.id.to_owned(),
            title: finding.rule.title.to_owned(),
            engine: finding.engine(),
            severity: finding.severity,
            confidence: finding.confidence,
            action: judged.action,
            origin: judged.detected.origin,
            place: location.place.to_string(),
            path: location.place.path().map(crate::finding::RepoPath::to_text),
            line: location.start.line,
            column: location.start.column,
            commit: judged
                .detected
                .commit
                .as_ref()
                .map(|commit| commit.id.to_string()),
            message: finding.message.clone(),
            excerpt: finding.excerpt.text.clone(),
            decided_by: judged.decided_by.clone(),
            overridden_by: judged.overridden_by.clone(),
            notes: finding.notes.clone(),
            package: finding.package.as_deref().map(|package| LastPackage {
                name: package.name.clone(),
                version: package.version.clone(),
                advisories: package.advisories.clone(),
            }),
        }
    }
}

/// Returns a run as JSON.
pub fn to_json(run: &LastRun) -> String {
    let wire = WireRun {
        schema: FORMAT.to_owned(),
        subject: run.subject.clone(),
        policy_digest: run.policy_digest.clone(),
        time: run.time.to_string(),
        findings: run.findings.iter().map(WireFinding::of).collect(),
        omitted: run.omitted,
    };
    let mut text =
        serde_json::to_string_pretty(&wire).expect("strings and numbers are always JSON");
    text.push('\n');
    text
}

/// Reads a run.
pub fn from_json(text: &str) -> Result<LastRun, RecordError> {
    let head: WireHead =
        serde_json::from_str(text).map_err(|error| RecordError::damaged(&error.to_string()))?;
    if head.schema != FORMAT {
        return Err(RecordError::Format {
            found: printable(&head.schema),
            expected: FORMAT,
        });
    }
    let wire: WireRun =
        serde_json::from_str(text).map_err(|error| RecordError::damaged(&error.to_string()))?;
    let time = wire
        .time
        .parse()
        .map_err(|_| RecordError::damaged("`time` is not a time"))?;
    Ok(LastRun {
        subject: wire.subject,
        policy_digest: wire.policy_digest,
        time,
        findings: wire
            .findings
            .into_iter()
            .map(WireFinding::read)
            .collect::<Result<_, _>>()?,
        omitted: wire.omitted,
    })
}

/// What every version has.
#[derive(Deserialize)]
struct WireHead {
    schema: String,
}

#[derive(Serialize, Deserialize)]
struct WireRun {
    schema: String,
    subject: String,
    policy_digest: String,
    time: String,
    findings: Vec<WireFinding>,
    omitted: usize,
}

#[derive(Serialize, Deserialize)]
struct WireFinding {
    fingerprint: String,
    rule: String,
    title: String,
    engine: String,
    severity: String,
    confidence: String,
    action: String,
    origin: String,
    place: String,
    path: Option<String>,
    line: u32,
    column: u32,
    commit: Option<String>,
    message: String,
    excerpt: String,
    decided_by: Vec<WireDecider>,
    overridden_by: Option<String>,
    notes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    package: Option<LastPackage>,
}

#[derive(Serialize, Deserialize)]
struct WireDecider {
    key: String,
    origin: String,
}

impl WireFinding {
    fn of(finding: &LastFinding) -> Self {
        let finding = finding.clone();
        let deciders = finding.decided_by.into_iter();
        Self {
            fingerprint: finding.fingerprint.to_string(),
            rule: finding.rule,
            title: finding.title,
            engine: finding.engine.name().to_owned(),
            severity: finding.severity.name().to_owned(),
            confidence: finding.confidence.name().to_owned(),
            action: finding.action.name().to_owned(),
            origin: origin_name(finding.origin).to_owned(),
            place: finding.place,
            path: finding.path,
            line: finding.line,
            column: finding.column,
            commit: finding.commit,
            message: finding.message,
            excerpt: finding.excerpt,
            decided_by: deciders
                .map(|decider| WireDecider {
                    key: decider.key,
                    origin: decider.origin,
                })
                .collect(),
            overridden_by: finding.overridden_by,
            notes: finding.notes,
            package: finding.package,
        }
    }

    fn read(self) -> Result<LastFinding, RecordError> {
        use Severity::{Critical, High, Low, Medium, Unknown};
        let fingerprint = self
            .fingerprint
            .parse()
            .map_err(|_| RecordError::damaged("`fingerprint` is none"))?;
        let confidences = [Confidence::Low, Confidence::Medium, Confidence::High];
        let actions = [
            Action::Off,
            Action::Info,
            Action::Warn,
            Action::Review,
            Action::Block,
        ];
        let deciders = self.decided_by.into_iter();
        Ok(LastFinding {
            fingerprint,
            rule: self.rule,
            title: self.title,
            engine: named(&self.engine, &Engine::ALL, Engine::name, "engine")?,
            severity: named(
                &self.severity,
                &[Unknown, Low, Medium, High, Critical],
                Severity::name,
                "severity",
            )?,
            confidence: named(
                &self.confidence,
                &confidences,
                Confidence::name,
                "confidence",
            )?,
            action: named(&self.action, &actions, Action::name, "action")?,
            origin: named(
                &self.origin,
                &[Origin::Introduced, Origin::Existing],
                origin_name,
                "origin",
            )?,
            place: self.place,
            path: self.path,
            line: self.line,
            column: self.column,
            commit: self.commit,
            message: self.message,
            excerpt: self.excerpt,
            decided_by: deciders
                .map(|decider| Decider {
                    key: decider.key,
                    origin: decider.origin,
                })
                .collect(),
            overridden_by: self.overridden_by,
            notes: self.notes,
            package: self.package,
        })
    }
}

fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Introduced => "introduced",
        Origin::Existing => "existing",
    }
}

/// Returns the value of this name.
fn named<T: Copy>(
    text: &str,
    all: &[T],
    name: fn(T) -> &'static str,
    key: &str,
) -> Result<T, RecordError> {
    let found = all.iter().copied().find(|value| name(*value) == text);
    found.ok_or_else(|| RecordError::damaged(&format!("`{key}` is `{text}`")))
}
