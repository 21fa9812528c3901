//! What the history of a branch says of the gate: how each commit came past the hook, when overrides arrived and
//! when somebody says that they are put right.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::cli::environment::Environment;
use crate::cli::failure::Failure;
use crate::cli::rulebook::{Rulebook, is_record};
use crate::finding::RepoPath;
use crate::git::{self, Repository, Side};
use crate::input::{Change, Content, ObjectId};
use crate::policy::{self, Judge, Override, Proofs, Standing};
use crate::record::journal::Evidence;
use crate::record::ledger::{Class, CommitFacts, classify, trailer, trailers};
use crate::record::metrics::{CommitFact, OverrideFact, WaiverFact};

/// The trailer of a commit that the hook has looked at.
const SCAN: &str = "Gate-Scan";
/// The trailer of a commit that puts right what an override let through.
const REMEDIATES: &str = "Gate-Remediates";

/// What identifies the content that a commit brings, whatever its id: the digest of paths and new blobs.
pub(super) fn key(change: &Change) -> String {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for file in &change.files {
        parts.push(file.path.as_bytes().to_vec());
        parts.push(match &file.new {
            Some(Content::Blob(id)) => id.as_bytes().to_vec(),
            _ => Vec::new(),
        });
    }
    if parts.is_empty() {
        return String::new();
    }
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    policy::digest(&parts)
}

/// Returns how a commit came past the hook, and what identifies its content.
pub(super) fn commit_fact(
    repository: &dyn Repository,
    id: &ObjectId,
) -> Result<CommitFact, Failure> {
    let commit = repository.commit(id)?;
    let change = git::committed(repository, id)?;
    let adds = |file: &crate::input::FileChange| {
        file.new.is_some()
            && file.old.iter().all(Option::is_none)
            && file
                .path
                .as_bytes()
                .starts_with(policy::OVERRIDES_DIR.as_bytes())
            && is_record(file.path.file_name())
    };
    let class = classify(&CommitFacts {
        author: commit.info.author.clone(),
        parents: commit.parents.len(),
        brings_something: !change.files.is_empty(),
        adds_override: change.files.iter().any(adds),
        message: commit.message.clone(),
    });
    Ok(CommitFact {
        evidence: trailer(&commit.message, SCAN)
            .filter(|_| class == Class::Scanned)
            .and_then(|value| Evidence::of_trailer(&value)),
        id: id.to_string(),
        key: key(&change),
        time: moment(commit.committed_at),
        class,
    })
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Returns the facts of the commits of a branch that were made since a moment.
pub(super) fn commits(
    repository: &dyn Repository,
    tip: ObjectId,
    since: Timestamp,
) -> Result<Vec<CommitFact>, Failure> {
    let mut facts = Vec::new();
    for id in repository.walk(&[tip], &[])? {
        if moment(repository.commit(&id)?.committed_at) >= since {
            facts.push(commit_fact(repository, &id)?);
        }
    }
    Ok(facts)
}

/// An override that has arrived on a branch.
pub(super) struct Arrived {
    /// The record, as it arrived.
    pub(super) record: Override,
    /// What metrics need of it.
    pub(super) fact: OverrideFact,
}

/// Returns the overrides that have arrived on a branch, in the order of arrival, and what could not be read.
pub(super) fn overrides(
    repository: &dyn Repository,
    tip: ObjectId,
) -> Result<(Vec<Arrived>, Vec<String>), Failure> {
    let directory = RepoPath::new(policy::OVERRIDES_DIR);
    let mut arrived: Vec<Arrived> = Vec::new();
    let mut notes = Vec::new();
    let mut remediations: BTreeMap<String, Timestamp> = BTreeMap::new();
    let mut seen: BTreeSet<RepoPath> = BTreeSet::new();
    for id in first_parents(repository, tip)? {
        let commit = repository.commit(&id)?;
        let time = moment(commit.committed_at);
        for path in repository.list(Side::Commit(id), &directory)? {
            // A record that is taken out of the tree again stays on the record.
            if !is_record(path.file_name()) || !seen.insert(path.clone()) {
                continue;
            }
            let bytes = repository
                .file(Side::Commit(id), &path)?
                .unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            match policy::parse_override(&path.to_string(), &text) {
                Ok(record) => arrived.push(Arrived {
                    fact: fact(&record, time),
                    record,
                }),
                Err(error) => notes.push(crate::finding::printable(&error.to_string())),
            }
        }
        for said in said_to_remediate(repository, id, &commit)? {
            remediations.entry(said).or_insert(time);
        }
    }
    for Arrived { record, fact } in &mut arrived {
        fact.remediation = remediations.get(&record.id).copied();
    }
    Ok((arrived, notes))
}

fn fact(record: &Override, arrived: Timestamp) -> OverrideFact {
    let hours = SignedDuration::from_hours(i64::from(record.remediation_hours));
    OverrideFact {
        id: record.id.clone(),
        arrived,
        due: arrived.checked_add(hours).unwrap_or(Timestamp::MAX),
        findings: record
            .findings
            .iter()
            .map(|covered| covered.fingerprint)
            .collect(),
        remediation: None,
    }
}

/// Returns the states that a branch has had, the first one first.
fn first_parents(repository: &dyn Repository, tip: ObjectId) -> Result<Vec<ObjectId>, Failure> {
    let mut states = vec![tip];
    let mut at = tip;
    while let Some(parent) = repository.commit(&at)?.parents.first().copied() {
        // The history of a shallow clone ends here.
        if repository.commit(&parent).is_err() {
            break;
        }
        states.push(parent);
        at = parent;
    }
    states.reverse();
    Ok(states)
}

/// Returns the overrides that what arrives with a state says it puts right.
fn said_to_remediate(
    repository: &dyn Repository,
    id: ObjectId,
    commit: &git::Commit,
) -> Result<Vec<String>, Failure> {
    let mut said = trailers(&commit.message, REMEDIATES);
    if let [first, _, ..] = commit.parents.as_slice()
        && repository.commit(first).is_ok()
    {
        for brought in repository.walk(&[id], &[*first])? {
            said.extend(trailers(&repository.commit(&brought)?.message, REMEDIATES));
        }
    }
    Ok(said)
}

/// Returns the waivers of the register at a commit.
pub(super) fn waivers(
    repository: &dyn Repository,
    rulebook: &Rulebook,
    environment: &Environment,
) -> Result<Vec<WaiverFact>, Failure> {
    let now = environment.now();
    let waiving = rulebook
        .registry
        .read(Some(repository), &rulebook.policies, None, environment)?
        .unwrap_or_default();
    let proofs = Proofs {
        // What is there was judged when it came in.
        at_base: waiving.register.agreements().into_iter().collect(),
        ..waiving.proofs
    };
    let fact = |waiver: &policy::Waiver| {
        let counts = rulebook.policies.iter().all(|policy| {
            let judge = Judge {
                policy,
                proofs: &proofs,
                now,
            };
            matches!(
                judge.standing_as(waiver, waiver.severity, None),
                Standing::Holds { .. }
            )
        });
        WaiverFact {
            id: waiver.id.clone(),
            requested: waiver.requested.on,
            expires: waiver.expires,
            finding: waiver.finding.id.clone(),
            reason: waiver.reason,
            counts,
        }
    };
    Ok(waiving.register.waivers.iter().map(fact).collect())
}
