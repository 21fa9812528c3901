//! Joins the JSON reports of the shards of one scan to the bytes that one run over everything writes.
//!
//! What a report says of a finding is carried over as it is written; only the order of findings, the sums and the
//! verdict are made anew.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::formats::JSON_FORMAT as FORMAT;
use super::{Outcome, inert};
use crate::finding::{Severity, printable};
use crate::policy::Action;

/// The joined report.
#[derive(Debug)]
pub struct Merged {
    /// The report, in JSON.
    pub bytes: Vec<u8>,
    /// What the joined report says.
    pub outcome: Outcome,
}

/// Why reports cannot be joined.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct MergeError {
    /// The file, as it was named.
    file: String,
    reason: String,
}

/// A report as the JSON format writes it; the fields stand in its order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    schema: String,
    program: Box<RawValue>,
    subject: String,
    verdict: String,
    exit_code: u8,
    policy: Box<RawValue>,
    summary: Summary,
    findings: Vec<Box<RawValue>>,
    existing: Vec<Box<RawValue>>,
    deferred: Vec<Box<RawValue>>,
    unscanned: Vec<Box<RawValue>>,
    receipt: Receipt,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    block: u64,
    review: u64,
    warn: u64,
    info: u64,
    overridden: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Receipt {
    commits: u64,
    files: u64,
    texts: u64,
    bytes: u64,
    lines: u64,
    notes: Vec<String>,
}

/// What decides about the order of findings.
#[derive(Debug, Deserialize)]
struct Finding {
    action: String,
    severity: String,
    location: Location,
    rule: Rule,
    fingerprint: String,
    commit: Option<Commit>,
}

#[derive(Debug, Deserialize)]
struct Rule {
    id: String,
}

#[derive(Debug, Deserialize)]
struct Location {
    kind: String,
    path: Option<String>,
    name: Option<String>,
    start: Option<Position>,
    end: Option<Position>,
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Debug, Deserialize)]
struct Commit {
    time: Option<String>,
    id: String,
}

/// What decides about the order of what was not looked at.
#[derive(Debug, Deserialize)]
struct Unscanned {
    place: Location,
    engine: Option<String>,
    reason: String,
    consequence: String,
}

/// Joins reports, each given with the name of its file.
pub fn merge(reports: &[(String, String)]) -> Result<Merged, MergeError> {
    let mut parts = Vec::with_capacity(reports.len());
    for (file, text) in reports {
        let fail = |reason: String| MergeError {
            file: file.clone(),
            reason,
        };
        let wire: Wire = serde_json::from_str(text).map_err(|error| {
            fail(format!(
                "it is not a report that can be joined: {}",
                printable(&error.to_string())
            ))
        })?;
        if wire.schema != FORMAT {
            return Err(fail(format!(
                "it is of the format `{}`, not `{}`",
                printable(&wire.schema),
                FORMAT
            )));
        }
        let shard = split_subject(&wire.subject)
            .ok_or_else(|| fail("it is not the report of a shard".to_owned()))?;
        parts.push((file, shard, wire));
    }
    check(&parts)?;
    let mut whole: Option<Wire> = None;
    for (file, (subject, ..), part) in parts {
        match &mut whole {
            None => whole = Some(Wire { subject, ..part }),
            Some(whole) => {
                if whole.policy.get() != part.policy.get()
                    || whole.program.get() != part.program.get()
                {
                    let reason =
                        "another policy or another version has decided than in the first report";
                    return Err(MergeError {
                        file: file.clone(),
                        reason: reason.to_owned(),
                    });
                }
                whole.add(part);
            }
        }
    }
    let mut whole = whole.ok_or_else(|| MergeError {
        file: "merge".to_owned(),
        reason: "there is no report".to_owned(),
    })?;
    whole.sort().map_err(|error| MergeError {
        file: reports[0].0.clone(),
        reason: format!(
            "a finding of this or another report is not well formed: {}",
            printable(&error.to_string())
        ),
    })?;
    let outcome = match whole.exit_code {
        0 => Outcome::Passed,
        1 => Outcome::Blocked,
        _ => Outcome::CouldNotLook,
    };
    outcome.name().clone_into(&mut whole.verdict);
    let mut bytes = Vec::new();
    inert::write_json(&whole, &mut bytes).expect("writing into memory does not fail");
    Ok(Merged { bytes, outcome })
}

/// Splits `history, shard 2 of 5`.
fn split_subject(subject: &str) -> Option<(String, u64, u64)> {
    let (subject, shard) = subject.rsplit_once(", shard ")?;
    let (number, count) = shard.split_once(" of ")?;
    Some((
        subject.to_owned(),
        number.parse().ok()?,
        count.parse().ok()?,
    ))
}

/// Sees to it that there is each shard of one scan, once.
fn check(parts: &[(&String, (String, u64, u64), Wire)]) -> Result<(), MergeError> {
    let Some((_, (subject, _, count), _)) = parts.first() else {
        return Ok(());
    };
    let mut seen = std::collections::BTreeSet::new();
    for (file, (of, number, of_count), _) in parts {
        let reason = if of != subject || of_count != count {
            Some(format!("it is a shard of another scan than {}", parts[0].0))
        } else if !seen.insert(number) {
            Some(format!("shard {number} of {count} is there twice"))
        } else {
            None
        };
        if let Some(reason) = reason {
            return Err(MergeError {
                file: (*file).clone(),
                reason,
            });
        }
    }
    match (1..=*count).find(|number| !seen.contains(number)) {
        Some(missing) => Err(MergeError {
            file: parts[0].0.clone(),
            reason: format!("the report of shard {missing} of {count} is not among the files"),
        }),
        None => Ok(()),
    }
}

impl Wire {
    fn add(&mut self, other: Self) {
        self.exit_code = self.exit_code.max(other.exit_code);
        self.findings.extend(other.findings);
        self.existing.extend(other.existing);
        for deferral in other.deferred {
            if !self
                .deferred
                .iter()
                .any(|known| known.get() == deferral.get())
            {
                self.deferred.push(deferral);
            }
        }
        self.unscanned.extend(other.unscanned);
        let (sum, part) = (&mut self.summary, other.summary);
        sum.block += part.block;
        sum.review += part.review;
        sum.warn += part.warn;
        sum.info += part.info;
        sum.overridden += part.overridden;
        let (sum, part) = (&mut self.receipt, other.receipt);
        sum.commits += part.commits;
        sum.files += part.files;
        sum.texts += part.texts;
        sum.bytes += part.bytes;
        sum.lines += part.lines;
        for note in part.notes {
            if !sum.notes.contains(&note) {
                sum.notes.push(note);
            }
        }
    }

    /// Puts everything in the order of a single run.
    fn sort(&mut self) -> serde_json::Result<()> {
        for list in [&mut self.findings, &mut self.existing] {
            let mut keyed = keyed::<Finding>(std::mem::take(list))?;
            keyed.sort_by(|(a, _), (b, _)| a.rank().cmp(&b.rank()));
            list.extend(keyed.into_iter().map(|(_, raw)| raw));
        }
        let mut keyed = keyed::<Unscanned>(std::mem::take(&mut self.unscanned))?;
        keyed.sort_by(|(a, _), (b, _)| a.rank().cmp(&b.rank()));
        keyed.dedup_by(|(_, a), (_, b)| a.get() == b.get());
        self.unscanned.extend(keyed.into_iter().map(|(_, raw)| raw));
        Ok(())
    }
}

fn keyed<T: for<'d> Deserialize<'d>>(
    raw: Vec<Box<RawValue>>,
) -> serde_json::Result<Vec<(T, Box<RawValue>)>> {
    raw.into_iter()
        .map(|raw| Ok((serde_json::from_str(raw.get())?, raw)))
        .collect()
}

impl Finding {
    fn rank(&self) -> impl Ord + '_ {
        let actions = [
            Action::Off,
            Action::Info,
            Action::Warn,
            Action::Review,
            Action::Block,
        ];
        let action = actions
            .into_iter()
            .find(|action| action.name() == self.action);
        let severities = [
            Severity::Unknown,
            Severity::Low,
            Severity::Medium,
            Severity::High,
            Severity::Critical,
        ];
        let severity = severities
            .into_iter()
            .find(|severity| severity.name() == self.severity);
        let commit = self
            .commit
            .as_ref()
            .map(|commit| (&commit.time, &commit.id));
        (
            Reverse(action),
            Reverse(severity),
            self.location.rank(),
            &self.rule.id,
            &self.fingerprint,
            commit,
        )
    }
}

impl Location {
    fn rank(&self) -> impl Ord + '_ {
        const KINDS: [&str; 5] = [
            "file",
            "file-name",
            "commit-message",
            "tag-message",
            "ref-name",
        ];
        let kind = KINDS.iter().position(|kind| *kind == self.kind);
        (kind, &self.path, &self.name, &self.start, &self.end)
    }
}

impl Unscanned {
    fn rank(&self) -> impl Ord + '_ {
        const CONSEQUENCES: [&str; 3] = ["excluded", "policy", "could-not-look"];
        let consequence = CONSEQUENCES
            .iter()
            .position(|name| *name == self.consequence);
        (self.place.rank(), &self.engine, &self.reason, consequence)
    }
}
