//! The decision over findings, the same in the hook and in CI.
//!
//! Each policy sides each finding by itself, step by step: threshold, then what may soften it (existing,
//! waiver, inline comment, rollout, override). The strictest of the answers holds, so that no change
//! loosens the gate that sides it.

use std::cmp::Reverse;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::finding::Origin;
use crate::introduced::Detected;
use crate::receipt::{Consequence, Deferral, Receipt, Unscanned};

use super::baseline::Baseline;
use super::bypass::Override;
use super::ruling::{Ruling, Side};
use super::waiving::{Standing, WaiverNote, Waiving};
use super::{Action, Decider, Policy};

/// A finding and what the policy says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The finding.
    pub detected: Detected,
    /// What happens.
    pub action: Action,
    /// Which line of the policy decided, the last word first.
    pub decided_by: Vec<Decider>,
    /// The first day on which the finding will block, where only the rollout's baseline phase lets it pass.
    pub blocks_from: Option<Date>,
    /// The override record that lets it pass.
    pub overridden_by: Option<String>,
    /// The waiver that is about it, and whether it counts.
    pub waiver: Option<WaiverNote>,
}

/// Something that an engine did not look at and what the policy says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedUnscanned {
    /// What was not looked at and why.
    pub unscanned: Unscanned,
    /// What happens.
    pub action: Action,
    /// Which line of the policy decided, the last word first.
    pub decided_by: Vec<Decider>,
    /// The first day on which it will block, where only the rollout's baseline phase lets it pass.
    pub blocks_from: Option<Date>,
}

/// What is decided over all findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Every finding with its action, the ones that matter most first.
    pub judged: Vec<Judged>,
    /// What an engine did not look at, where the policy has a word on it; the strictest first.
    pub unscanned: Vec<JudgedUnscanned>,
    /// Questions left to CI.
    pub deferred: Vec<Deferral>,
    /// Whether something could not be looked at (exit code 3).
    pub could_not_look: bool,
}

impl Verdict {
    /// Returns whether the policy stops the change.
    pub fn blocks(&self) -> bool {
        let findings = self.judged.iter().map(|judged| judged.action);
        findings
            .chain(self.unscanned.iter().map(|judged| judged.action))
            .any(|action| action == Action::Block)
    }

    /// Returns the exit code: 0 passed, 1 blocked, 3 could not look. In CI nobody is left to answer what is
    /// deferred, so that it counts as not looked at.
    pub fn exit_code(&self, in_ci: bool) -> u8 {
        if self.could_not_look || (in_ci && !self.deferred.is_empty()) {
            3
        } else {
            u8::from(self.blocks())
        }
    }
}

/// Facts and settings that a decision depends on beside the findings.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    /// The policies that all apply, the base's first; the strictest answer wins.
    pub policies: Vec<Policy>,
    /// The override records found in the change.
    pub overrides: Vec<Override>,
    /// The time of the decision.
    pub now: Timestamp,
    /// Whether everything is judged rather than a change: then existing findings count as introduced ones do.
    pub full: bool,
    /// The findings that were there when the gate came.
    pub baseline: Baseline,
    /// The register of waivers, where it was read.
    pub waiving: Option<Waiving>,
    /// Whether CI decides, so that nothing can be left to it.
    pub in_ci: bool,
    /// The labels of the change, where it has any: an override then needs its own.
    pub labels: Option<Vec<String>>,
}

/// Decides over findings.
pub fn decide(gate: &Gate, detected: Vec<Detected>, receipt: &Receipt) -> Verdict {
    let fallback;
    let policies = match gate.policies.as_slice() {
        [] => {
            fallback = [Policy::builtin()];
            &fallback[..]
        }
        policies => policies,
    };
    let sides: Vec<Side<'_>> = policies
        .iter()
        .map(|policy| Side::new(policy, gate))
        .collect();
    let mut verdict = Verdict {
        deferred: receipt.deferred.clone(),
        ..Verdict::default()
    };
    let mut baseline = gate.baseline.clone();
    let mut left_to_ci = Vec::new();
    for detected in detected {
        let known =
            detected.origin == Origin::Existing && baseline.take(detected.finding.fingerprint);
        let (judged, awaits_review) = judge(&sides, detected, known);
        left_to_ci.extend(pending(&judged));
        left_to_ci.extend(awaits_review.then(|| unreviewed(&judged)));
        verdict.judged.push(judged);
    }
    for deferral in left_to_ci {
        if !verdict.deferred.contains(&deferral) {
            verdict.deferred.push(deferral);
        }
    }
    for unscanned in &receipt.unscanned {
        match unscanned.consequence {
            Consequence::Excluded => {}
            Consequence::CouldNotLook => verdict.could_not_look = true,
            Consequence::Policy => match judge_unscanned(&sides, unscanned) {
                Some(judged) => verdict.unscanned.push(judged),
                // No key speaks of it, so that nothing says it may pass.
                None => verdict.could_not_look = true,
            },
        }
    }
    verdict.judged.retain(|judged| judged.action > Action::Off);
    verdict.judged.sort_by(|a, b| rank(a).cmp(&rank(b)));
    verdict
        .unscanned
        .retain(|judged| judged.action > Action::Off);
    verdict
        .unscanned
        .sort_by(|a, b| (Reverse(a.action), &a.unscanned).cmp(&(Reverse(b.action), &b.unscanned)));
    verdict
}

/// Returns what puts the findings that matter most first.
fn rank(judged: &Judged) -> impl Ord + '_ {
    let finding = &judged.detected.finding;
    let package = finding.package.as_ref();
    (
        Reverse(judged.action),
        Reverse(finding.severity),
        // What an update mends comes before what nothing mends yet.
        package.is_some_and(|package| package.fixed.is_none()),
        &finding.location,
        finding.rule.id,
        finding.fingerprint,
    )
}

/// Judges a finding, and says whether CI waits for its review; `known` says whether the baseline holds it.
fn judge(sides: &[Side<'_>], detected: Detected, known: bool) -> (Judged, bool) {
    let rule = |side: &Side<'_>| side.rule_on(&detected, known);
    let rulings = sides.iter().map(rule).collect();
    let Ruling {
        action,
        decided_by,
        blocks_from,
        overridden_by,
        waiver,
        awaits_review,
    } = Ruling::strictest(rulings);
    let judged = Judged {
        detected,
        action,
        decided_by,
        blocks_from,
        overridden_by,
        waiver,
    };
    (judged, awaits_review)
}

/// Returns the question that a finding to review leaves to CI where it has to be closed before the merge.
fn unreviewed(judged: &Judged) -> Deferral {
    Deferral {
        engine: judged.detected.finding.engine(),
        reason: "what is to be reviewed has to be closed before the merge".to_owned(),
        command: Some("gate-hook review".to_owned()),
    }
}

/// Returns the question that a waiver without its approvals leaves to CI.
fn pending(judged: &Judged) -> Option<Deferral> {
    let note = judged.waiver.as_ref()?;
    let Standing::Pending(missing) = &note.standing else {
        return None;
    };
    note.decides.then(|| Deferral {
        engine: judged.detected.finding.engine(),
        reason: format!(
            "waiver {} lacks {}",
            note.id,
            crate::finding::printable(missing)
        ),
        command: None,
    })
}

/// Returns nothing where no policy has a word on it.
fn judge_unscanned(sides: &[Side<'_>], unscanned: &Unscanned) -> Option<JudgedUnscanned> {
    let rulings: Option<Vec<Ruling>> = sides
        .iter()
        .map(|side| side.rule_on_unscanned(unscanned.engine))
        .collect();
    let Ruling {
        action,
        decided_by,
        blocks_from,
        ..
    } = Ruling::strictest(rulings?);
    Some(JudgedUnscanned {
        unscanned: unscanned.clone(),
        action,
        decided_by,
        blocks_from,
    })
}
