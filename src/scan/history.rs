//! All of history: every blob is looked at once, and only what was found is asked where it comes from.
//!
//! ```text
//! History (commits, files, each with its first commit)
//!    │ blobs in the order of their packs, on all cores
//!    ▼
//! fingerprints of each blob ─► commits that may have brought one ─► the pipeline, for these alone ─► findings
//! ```
//!
//! A finding belongs to the first commit that has the content it is found in, if that commit introduces it there.

mod known;
mod shard;
mod sight;
mod survey;

use std::collections::BTreeSet;

pub use known::{Journal, NoJournal};
pub use shard::Shard;

use super::pipeline::Pipeline;
use super::secrets::Secrets;
use super::{Job, Outcome, ScanError};
use crate::finding::{Place, RepoPath};
use crate::git::{self, History, Repository, Selection};
use crate::input::{Change, Content};
use crate::introduced::Detected;
use crate::policy;
use crate::receipt::Receipt;
use survey::Survey;

/// What to look at, and how.
pub struct Request<'a> {
    /// Which commits count.
    pub selection: Selection<'a>,
    /// The part of the contents to look at, where others look at the rest.
    pub shard: Option<Shard>,
    /// How many threads look.
    pub threads: usize,
    /// Told how many contents there are, once that is known.
    pub expect: &'a dyn Fn(u64),
    /// Told of each content that was looked at.
    pub step: &'a (dyn Fn() + Sync),
    /// Where what was found so far is kept, so that a run that breaks off can go on.
    pub journal: &'a mut dyn Journal,
}

/// Looks at all of history that is asked for.
pub fn history(
    job: &Job<'_>,
    repository: &dyn Repository,
    request: &mut Request<'_>,
) -> Result<Outcome, ScanError> {
    let allowed = |path: &RepoPath, value: &[u8]| policy::allowed(job.policies, path, value);
    let mut secrets = Secrets::new(job, &allowed);
    let shard = request.shard;
    let mut telling = BTreeSet::new();
    let history = History::of(repository, &request.selection, &mut |commit, message| {
        let here = shard.is_none_or(|shard| shard.holds(&commit.id));
        if here
            && !secrets
                .scanner()
                .scan(&Place::CommitMessage, message, 1)
                .is_empty()
        {
            telling.insert(commit.id);
        }
    })?;
    let mut survey = Survey::new(job, &history, shard);
    let mut telling: BTreeSet<u32> = (0_u32..)
        .zip(&history.commits)
        .filter(|(_, id)| telling.contains(id))
        .map(|(number, _)| number)
        .collect();
    telling.extend(survey.names(secrets.scanner()));
    survey.contents(repository, request);
    let suspects: BTreeSet<u32> = survey.suspects().chain(telling.iter().copied()).collect();
    let mut outcome = Outcome {
        detected: Vec::new(),
        receipt: survey.receipt(),
    };
    for number in suspects {
        let change = git::committed(repository, &history.commits[number as usize])?;
        if !telling.contains(&number) && survey.keeps_all(&change) {
            continue;
        }
        let introduced = survey.introduced_by(number, &change, &mut secrets)?;
        outcome.detected.extend(introduced);
    }
    let beside = beside_commits(
        job,
        &history.other,
        shard,
        &mut secrets,
        &mut outcome.receipt,
    )?;
    outcome.detected.extend(beside);
    // Equal findings are told apart by their commits alone.
    outcome.detected.sort_by_key(|detected| {
        detected
            .commit
            .as_ref()
            .map(|commit| (commit.time, commit.id))
    });
    if !outcome.detected.is_empty() {
        survey.say_what_is_left(repository, &mut secrets, &mut outcome.detected)?;
    }
    Ok(outcome)
}

/// Looks at what references say and point at beside commits.
fn beside_commits(
    job: &Job<'_>,
    other: &Change,
    shard: Option<Shard>,
    secrets: &mut Secrets<'_>,
    receipt: &mut Receipt,
) -> Result<Vec<Detected>, ScanError> {
    let mut other = other.clone();
    if let Some(shard) = shard {
        other.texts.retain(|text| shard.holds_text(&text.bytes));
        other
            .files
            .retain(|file| matches!(&file.new, Some(Content::Blob(id)) if shard.holds(id)));
    }
    let mut pipeline = Pipeline::new(job);
    pipeline.look(secrets, &other, None)?;
    receipt.absorb(pipeline.outcome.receipt);
    Ok(pipeline.outcome.detected)
}
