//! One value, one finding: of candidates that overlap the most specific stays.
//!
//! In come all candidates for one text, out go those that stay, in the order of their positions.

use std::ops::Range;

use super::candidate::Candidate;

/// How specific a candidate is; the greater wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Rank {
    /// A rule with a format, before names and values.
    pub(super) formatted: bool,
    /// A whole structure, which holds what else is found in it.
    pub(super) structure: bool,
    /// A checksum proves it.
    pub(super) proven: bool,
    /// What the value says is public or encrypted.
    pub(super) public: bool,
    /// How many characters of the format are literal.
    pub(super) literal: usize,
    /// A word nearby speaks for it.
    pub(super) near: bool,
    /// How few alphabets hold the value's characters.
    pub(super) narrow: u32,
}

/// A candidate with what decides between it and others.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The candidate.
    pub(super) candidate: Candidate,
    /// The part of the text that nobody else may speak of; holds the value.
    pub(super) claim: Range<usize>,
    /// What the fingerprint is made of, where that is not the value as written.
    pub(super) identity: Option<Vec<u8>>,
    /// How specific it is.
    pub(super) rank: Rank,
}

impl Found {
    /// Turns what was found in a text into what it is in another, in which that text is written in some form.
    pub(super) fn written(
        mut self,
        plain: &[u8],
        form: &str,
        place: impl Fn(&Range<usize>) -> Range<usize>,
    ) -> Self {
        let value = self.candidate.value;
        self.identity
            .get_or_insert_with(|| plain[value.clone()].to_vec());
        self.candidate.value = place(&value);
        self.candidate.public_prefix = 0;
        self.claim = place(&self.claim);
        self.candidate.notes.push(format!("written in {form}"));
        self
    }
}

/// Splits candidates into those that stay and those that lose, both in the order of their positions. The titles of
/// losers of another family that name the same value go into the notes of the winner.
pub(super) fn resolve(mut found: Vec<Found>) -> (Vec<Found>, Vec<Found>) {
    found.sort_by(|a, b| {
        let by_length = || b.candidate.value.len().cmp(&a.candidate.value.len());
        b.rank
            .cmp(&a.rank)
            .then_with(by_length)
            .then_with(|| a.candidate.rule.id.cmp(b.candidate.rule.id))
    });
    let mut winners: Vec<Found> = Vec::new();
    let mut losers = Vec::new();
    // Where each claim begins, so that an overlap is a look at two neighbours.
    let mut claims = std::collections::BTreeMap::new();
    for one in found {
        if let Some(index) = overlapping(&claims, &one.claim) {
            remember(&mut winners[index], &one);
            losers.push(one);
        } else {
            claims.insert(one.claim.start, (one.claim.end, winners.len()));
            winners.push(one);
        }
    }
    winners.sort_by_key(|found| found.candidate.value.start);
    losers.sort_by_key(|found| found.candidate.value.start);
    (winners, losers)
}

fn overlapping(
    claims: &std::collections::BTreeMap<usize, (usize, usize)>,
    claim: &Range<usize>,
) -> Option<usize> {
    let (_, (end, index)) = claims.range(..claim.end.max(claim.start + 1)).next_back()?;
    (*end > claim.start).then_some(*index)
}

fn remember(winner: &mut Found, loser: &Found) {
    let same_value = winner.candidate.value == loser.candidate.value;
    if same_value && !loser.rank.formatted {
        winner
            .candidate
            .sheet
            .confirm_by_name(&loser.candidate.sheet);
    }
    if same_value && winner.candidate.family != loser.candidate.family && loser.rank.formatted {
        let note = format!("has the form of: {}", loser.candidate.rule.title);
        if !winner.candidate.notes.contains(&note) {
            winner.candidate.notes.push(note);
        }
    }
}
