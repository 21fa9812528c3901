//! What CI asks of an override beside that it is valid: the approval of a role, and the label of the change.
//!
//! In the hook the record alone lets a commit through; what is missing is said, and CI stops it.

use super::bypass::Override;
use super::verdict::{Gate, Verdict};
use super::waiver::Proof;
use super::waiving::{Approves, Standing};
use super::{Action, Policy};

/// Returns why CI does not accept an override, as a lower-case fragment.
pub(super) fn refusal(record: &Override, policy: &Policy, gate: &Gate) -> Option<String> {
    let rules = &policy.override_rules;
    let label = &rules.label.value;
    if let Some(labels) = &gate.labels
        && !labels.contains(label)
    {
        return Some(format!("the change lacks the label `{label}`"));
    }
    if is_approved(record, policy, gate) {
        return None;
    }
    let role = &rules.approver.value;
    let vacancy = if policy.people.holders(role).is_empty() {
        " (nobody holds it in [roles])"
    } else {
        ""
    };
    Some(format!(
        "nobody with the role `{role}` has approved it{vacancy}"
    ))
}

fn is_approved(record: &Override, policy: &Policy, gate: &Gate) -> bool {
    let people = &policy.people;
    let role = &policy.override_rules.approver.value;
    let requester = people.person(&record.requested_by);
    let may = |by: &str| people.person(by) != requester && people.holds(by, role);
    let comments = gate
        .waiving
        .iter()
        .flat_map(|waiving| &waiving.proofs.comments);
    let mut said = comments
        .filter(|comment| comment.approves == Approves::Override)
        .filter(|comment| comment.records.is_empty() || comment.records.contains(&record.id))
        .map(|comment| people.of_handle(&comment.by));
    let declared = policy.waivers.proof.value != Proof::Forge
        && record
            .approved
            .iter()
            .any(|approval| approval.role == *role && may(&approval.by));
    declared || said.any(|by| may(&by))
}

/// Returns what the reader should know of waivers and overrides that are about blocking findings and do not count.
pub fn notes(gate: &Gate, verdict: &Verdict) -> Vec<String> {
    let mut notes = Vec::new();
    let blocking = verdict
        .judged
        .iter()
        .filter(|judged| judged.action == Action::Block);
    for judged in blocking {
        if let Some(waiver) = &judged.waiver
            && !matches!(waiver.standing, Standing::Holds { .. })
        {
            notes.push(format!("waiver {} {}", waiver.id, waiver.standing.words()));
        }
        let fingerprint = judged.detected.finding.fingerprint;
        let records = gate.overrides.iter().filter(|record| {
            record
                .findings
                .iter()
                .any(|covered| covered.fingerprint == fingerprint)
        });
        for record in records {
            notes.extend(override_note(record, gate));
        }
    }
    notes
        .iter_mut()
        .for_each(|note| *note = crate::finding::printable(note));
    notes.sort();
    notes.dedup();
    notes
}

fn override_note(record: &Override, gate: &Gate) -> Option<String> {
    let id = &record.id;
    if !record.is_current(gate.now) {
        let until = record.valid_until;
        return Some(format!("override {id} ended at {until}"));
    }
    gate.policies.iter().find_map(|policy| {
        if let Err(error) = super::check_override(record, std::slice::from_ref(policy)) {
            return Some(format!("override {id} does not count: {error}"));
        }
        let why = refusal(record, policy, gate).filter(|_| gate.in_ci)?;
        Some(format!("override {id} does not count: {why}"))
    })
}
