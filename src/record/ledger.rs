//! The ledger that `ci --ledger FILE` appends to: one line of JSON for each commit that was scanned, and one for
//! each scan of everything. It holds no code and no secret.
//!
//! Lines are only ever added, so ledgers of several jobs are joined by putting them one behind the other; what
//! two of them say of one commit is the same commit.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RecordError;
use crate::finding::{Engine, Fingerprint, Severity};
use crate::policy::{Action, Judged, Reason, Standing};

/// The name and version of the format.
const FORMAT: &str = "gate-hook-ledger/1";

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// One commit of a proposed change.
    Commit,
    /// Everything that is there at a commit of the default branch.
    Full,
}

/// How a commit came past the hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Its message says that the hook has scanned it.
    Scanned,
    /// It brings an override record.
    Overridden,
    /// It was made with `--no-verify`.
    Bypassed,
    /// Nothing tells: another client, a web edit, a hook that leaves no trace.
    Unhooked,
    /// A merge that brings nothing of its own, or a robot's commit.
    Exempt,
}

impl Class {
    /// Every class, in the order of reports.
    pub const ALL: [Self; 5] = [
        Self::Scanned,
        Self::Overridden,
        Self::Bypassed,
        Self::Unhooked,
        Self::Exempt,
    ];

    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scanned => "scanned",
            Self::Overridden => "overridden",
            Self::Bypassed => "bypassed",
            Self::Unhooked => "unhooked",
            Self::Exempt => "exempt",
        }
    }
}

/// What git says of a commit, as far as its class depends on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommitFacts {
    /// The message.
    pub message: Vec<u8>,
    /// The author, as stored.
    pub author: String,
    /// How many parents it has.
    pub parents: usize,
    /// Whether it differs from every parent.
    pub brings_something: bool,
    /// Whether it adds an override record.
    pub adds_override: bool,
}

/// Returns how a commit came past the hook.
pub fn classify(facts: &CommitFacts) -> Class {
    let robot = facts
        .author
        .split(" <")
        .next()
        .is_some_and(|name| name.ends_with("[bot]"));
    if robot || (facts.parents > 1 && !facts.brings_something) {
        Class::Exempt
    } else if facts.adds_override {
        Class::Overridden
    } else if trailer(&facts.message, "Gate-Unscanned").is_some() {
        Class::Bypassed
    } else if trailer(&facts.message, "Gate-Scan").is_some() {
        Class::Scanned
    } else {
        Class::Unhooked
    }
}

/// Returns the value of the last line of a message that has this key. A squash by the forge puts messages behind
/// each other, so that trailers end up in the middle.
pub fn trailer(message: &[u8], key: &str) -> Option<String> {
    let of = |line: &[u8]| {
        let line = String::from_utf8_lossy(line);
        let (name, value) = line.trim_end().split_once(':')?;
        name.eq_ignore_ascii_case(key)
            .then(|| value.trim().to_owned())
    };
    message.split(|&byte| byte == b'\n').rev().find_map(of)
}

/// Returns the values of all lines of a message that have this key.
pub fn trailers(message: &[u8], key: &str) -> Vec<String> {
    message
        .split(|&byte| byte == b'\n')
        .filter_map(|line| trailer(line, key))
        .collect()
}

/// What is left of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is there.
    Open,
    /// It is there, and a waiver counts for it.
    Waived,
    /// It is there, and an override lets it pass.
    Overridden,
}

/// A finding of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What identifies it.
    pub fingerprint: Fingerprint,
    /// The id of its rule.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What happened with it.
    pub action: Action,
    /// What is left of it.
    pub state: State,
    /// Why it is waived.
    pub reason: Option<Reason>,
}

impl Entry {
    /// Records a finding; nothing where it is not worth a word.
    pub fn of(judged: &Judged) -> Option<Self> {
        let waived = judged
            .waiver
            .as_ref()
            .and_then(|note| match &note.standing {
                Standing::Holds { reason, .. } => Some(*reason),
                _ => None,
            });
        if judged.action <= Action::Info && waived.is_none() {
            return None;
        }
        let finding = &judged.detected.finding;
        let state = match (waived, &judged.overridden_by) {
            (Some(_), _) => State::Waived,
            (None, Some(_)) => State::Overridden,
            (None, None) => State::Open,
        };
        Some(Self {
            fingerprint: finding.fingerprint,
            rule: finding.rule.id.to_owned(),
            severity: finding.severity,
            action: judged.action,
            state,
            reason: waived,
        })
    }

    /// Returns the engine that found it.
    pub fn engine(&self) -> Engine {
        let letter = self.fingerprint.to_string();
        let is_it = |engine: &Engine| letter.starts_with(&engine.name()[..1]);
        Engine::ALL
            .into_iter()
            .find(is_it)
            .expect("a fingerprint begins with the letter of its engine")
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When it was scanned.
    pub time: Timestamp,
    /// What it is about.
    pub event: Event,
    /// The commit.
    pub commit: String,
    /// What identifies the content of the commit, whatever its id.
    pub key: String,
    /// How the commit came past the hook.
    pub class: Class,
    /// The digest of everything that decided.
    pub policy: String,
    /// What the run ended in.
    pub outcome: String,
    /// How many lines were looked at in the run.
    pub lines: u64,
    /// What was found.
    pub findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct WireLine {
    schema: String,
    time: String,
    event: Event,
    commit: String,
    key: String,
    class: Class,
    policy: String,
    outcome: String,
    lines: u64,
    findings: Vec<WireEntry>,
}

#[derive(Serialize, Deserialize)]
struct WireEntry {
    fingerprint: String,
    rule: String,
    severity: String,
    action: String,
    state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Returns a line as JSON, with its newline.
pub fn to_json(line: &Line) -> String {
    let entry = |entry: &Entry| WireEntry {
        fingerprint: entry.fingerprint.to_string(),
        rule: entry.rule.clone(),
        severity: entry.severity.name().to_owned(),
        action: entry.action.name().to_owned(),
        state: entry.state,
        reason: entry.reason.map(|reason| reason.name().to_owned()),
    };
    let wire = WireLine {
        schema: FORMAT.to_owned(),
        time: line.time.to_string(),
        event: line.event,
        commit: line.commit.clone(),
        key: line.key.clone(),
        class: line.class,
        policy: line.policy.clone(),
        outcome: line.outcome.clone(),
        lines: line.lines,
        findings: line.findings.iter().map(entry).collect(),
    };
    let mut text = serde_json::to_string(&wire).expect("strings and numbers are always JSON");
    text.push('\n');
    text
}

/// Reads a ledger, in the order of its lines. The number of the line stands before what is wrong.
pub fn from_json(text: &str) -> Result<Vec<Line>, RecordError> {
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        lines.push(
            read(line)
                .map_err(|why| RecordError::damaged(&format!("line {}: {why}", number + 1)))?,
        );
    }
    Ok(lines)
}

fn read(line: &str) -> Result<Line, String> {
    let wire: WireLine = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if wire.schema != FORMAT {
        return Err(format!(
            "the format is `{}`, expected `{FORMAT}`",
            wire.schema
        ));
    }
    Ok(Line {
        time: wire.time.parse().map_err(|_| "`time` is not a time")?,
        event: wire.event,
        commit: wire.commit,
        key: wire.key,
        class: wire.class,
        policy: wire.policy,
        outcome: wire.outcome,
        lines: wire.lines,
        findings: wire
            .findings
            .into_iter()
            .map(read_entry)
            .collect::<Result<_, _>>()?,
    })
}

fn read_entry(wire: WireEntry) -> Result<Entry, String> {
    use Action::{Block, Info, Off, Review, Warn};
    use Severity::{Critical, High, Low, Medium, Unknown};
    let severities = [Unknown, Low, Medium, High, Critical];
    let actions = [Off, Info, Warn, Review, Block];
    let reason = match &wire.reason {
        None => None,
        Some(name) => Some(pick(name, Reason::ALL, Reason::name, "reason")?),
    };
    Ok(Entry {
        fingerprint: wire
            .fingerprint
            .parse()
            .map_err(|_| "`fingerprint` is none")?,
        rule: wire.rule,
        severity: pick(&wire.severity, severities, Severity::name, "severity")?,
        action: pick(&wire.action, actions, Action::name, "action")?,
        state: wire.state,
        reason,
    })
}

fn pick<T: Copy, const N: usize>(
    text: &str,
    all: [T; N],
    name: fn(T) -> &'static str,
    key: &str,
) -> Result<T, String> {
    let found = all.into_iter().find(|value| name(*value) == text);
    found.ok_or_else(|| format!("`{key}` is `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_back_and_a_cut_one_is_refused() {
        let line = Line {
            time: "2026-12-01T10:00:00Z".parse().unwrap(),
            event: Event::Full,
            commit: "12".repeat(20),
            key: "ab".to_owned(),
            class: Class::Bypassed,
            policy: "0f".to_owned(),
            outcome: "blocked".to_owned(),
            lines: 7,
            findings: vec![Entry {
                fingerprint: Fingerprint::new(Engine::Audit, [7; 10]),
                rule: "GHSA-1".to_owned(),
                severity: Severity::Unknown,
                action: Action::Info,
                state: State::Waived,
                reason: Some(Reason::AcceptedRisk),
            }],
        };
        let text = to_json(&line);
        assert_eq!(
            from_json(&format!("{text}\n{text}")),
            Ok(vec![line.clone(), line])
        );
        for end in 1..text.len() - 1 {
            assert!(from_json(&text[..end]).is_err(), "{}", &text[..end]);
        }
        let error = from_json(&format!("{text}{}", text.replace("ledger/1", "ledger/9")));
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("line 2: the format is")
        );
    }

    #[test]
    fn a_commit_is_classed_by_what_it_says_and_brings() {
        let facts = |message: &str| CommitFacts {
            message: message.as_bytes().to_vec(),
            author: "A <a@x>".to_owned(),
            parents: 1,
            brings_something: true,
            adds_override: false,
        };
        assert_eq!(classify(&facts("x")), Class::Unhooked);
        assert_eq!(
            classify(&facts("x\n\nGate-Unscanned: no-verify\n")),
            Class::Bypassed
        );
        assert_eq!(
            classify(&facts("x\n\ngate-scan: 0f passed\n")),
            Class::Scanned
        );
        let squashed = "a\n\nGate-Unscanned: no-verify\n\nb\n\nGate-Scan: 0f passed\n";
        assert_eq!(classify(&facts(squashed)), Class::Bypassed);
        let overridden = CommitFacts {
            adds_override: true,
            ..facts(squashed)
        };
        assert_eq!(classify(&overridden), Class::Overridden);
        let merge = CommitFacts {
            parents: 2,
            brings_something: false,
            ..facts("x")
        };
        assert_eq!(classify(&merge), Class::Exempt);
        let evil = CommitFacts {
            parents: 2,
            ..facts("x")
        };
        assert_eq!(classify(&evil), Class::Unhooked);
        let robot = CommitFacts {
            author: "dependabot[bot] <d@x>".to_owned(),
            ..facts("x")
        };
        assert_eq!(classify(&robot), Class::Exempt);
        assert_eq!(
            trailers(
                b"a\nGate-Remediates: o-1\nGate-Remediates: o-2\n",
                "Gate-Remediates"
            ),
            ["o-1", "o-2"]
        );
    }
}
