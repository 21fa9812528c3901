//! The baseline that holds for a change: the change's own, as far as the base has it too.

use crate::cli::failure::Failure;
use crate::cli::rulebook::{Rulebook, utf8};
use crate::finding::RepoPath;
use crate::git::{Repository, Side};
use crate::policy::{BASELINE_FILE, Baseline, Growth};
use crate::scan::Net;

/// Returns whether the baseline has a say: everything is judged, existing findings act, or it is being changed.
pub(super) fn is_needed(rulebook: &Rulebook, nets: &[Net], full: bool) -> bool {
    let path = RepoPath::new(BASELINE_FILE);
    full || rulebook.lets_existing_act()
        || nets
            .iter()
            .any(|net| net.change.files.iter().any(|file| file.path == path))
}

/// Returns the baseline that holds, and refuses one that grew.
pub(super) fn applicable(
    repository: &dyn Repository,
    rulebook: &Rulebook,
) -> Result<Baseline, Failure> {
    let Some(change) = rulebook
        .tip
        .map(|tip| read(repository, tip))
        .transpose()?
        .flatten()
    else {
        return Ok(Baseline::default());
    };
    // One that cannot be read limits nothing: the change that mends it must pass.
    let base = rulebook
        .base
        .and_then(|base| read(repository, base).ok().flatten());
    let Some(base) = base else {
        return Ok(change);
    };
    match change.beyond(&base).as_slice() {
        [] => Ok(change),
        growth => Err(Failure::configuration(grew(growth))
            .with_hint("`gate-hook baseline update` takes out what is gone; what is new needs a fix or a waiver")),
    }
}

/// Says by what a baseline grew.
pub(super) fn grew(growth: &[Growth]) -> String {
    let more: u32 = growth.iter().map(|growth| growth.more).sum();
    let first = &growth[0];
    format!(
        "{BASELINE_FILE} grew by {more}, beginning with {} ({}); it may only shrink",
        first.fingerprint,
        crate::finding::printable(&first.rule)
    )
}

/// Reads the baseline of one side.
pub(super) fn read(repository: &dyn Repository, side: Side) -> Result<Option<Baseline>, Failure> {
    let bytes = repository.file(side, &RepoPath::new(BASELINE_FILE))?;
    bytes
        .map(|bytes| {
            Ok(Baseline::parse(
                BASELINE_FILE,
                &utf8(BASELINE_FILE, bytes)?,
            )?)
        })
        .transpose()
}
