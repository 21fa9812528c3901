//! What one policy says of one finding: the threshold, then what may soften it.
//!
//! The steps, in this order: baseline, existing, waiver, inline comment, unreviewed, rollout, override. The strictest of
//! all policies' answers holds, so that no change loosens the gate that judges it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::finding::{Engine, Fingerprint, Origin, printable};
use crate::introduced::Detected;

use super::admission;
use super::baseline::BASELINE_FILE;
use super::bypass::Override;
use super::verdict::Gate;
use super::waiver::Inline;
use super::waiving::{self, Judge, Standing, WaiverNote};
use super::{Action, Decider, Existing, OVERRIDES_DIR, Policy, Unreviewed};

/// One policy at one moment: that of the base, or that of the change.
pub(super) struct Side<'g> {
    policy: &'g Policy,
    now: Timestamp,
    full: bool,
    /// What the valid override records let through, with the record that does.
    overridden: BTreeMap<Fingerprint, &'g Override>,
    gate: &'g Gate,
}

/// What one policy says.
pub(super) struct Ruling {
    pub(super) action: Action,
    pub(super) decided_by: Vec<Decider>,
    pub(super) blocks_from: Option<Date>,
    pub(super) overridden_by: Option<String>,
    pub(super) waiver: Option<WaiverNote>,
    /// Whether CI waits until somebody has closed it.
    pub(super) awaits_review: bool,
}

impl Ruling {
    fn new((action, decided_by): (Action, Vec<Decider>)) -> Self {
        Self {
            action,
            decided_by,
            blocks_from: None,
            overridden_by: None,
            waiver: None,
            awaits_review: false,
        }
    }

    /// Returns the strictest of what the policies say; of equals, the one that will not stay so, then the
    /// base's. The list is never empty.
    pub(super) fn strictest(rulings: Vec<Self>) -> Self {
        let blocks_from = rulings.iter().filter_map(|ruling| ruling.blocks_from).min();
        let overridden_by = rulings
            .iter()
            .find_map(|ruling| ruling.overridden_by.clone());
        let awaits_review = rulings.iter().any(|ruling| ruling.awaits_review);
        let weight = |ruling: &Self| {
            (
                ruling.action,
                ruling.overridden_by.is_some(),
                ruling.blocks_from.is_some(),
            )
        };
        // Of equals the last one wins, so that the base comes last.
        let strictest = rulings.into_iter().rev().max_by_key(weight);
        let ruling = strictest.expect("a decision is made by at least one policy");
        if ruling.action == Action::Block {
            return ruling;
        }
        Self {
            blocks_from,
            overridden_by,
            awaits_review,
            ..ruling
        }
    }

    fn decide(&mut self, action: Action, deciders: impl IntoIterator<Item = Decider>) {
        self.action = action;
        self.decided_by.splice(0..0, deciders);
    }
}

impl<'g> Side<'g> {
    pub(super) fn new(policy: &'g Policy, gate: &'g Gate) -> Self {
        let valid = gate.overrides.iter().filter(|record| {
            record.is_current(gate.now)
                && record.check().is_ok()
                && policy.override_rules.check(record).is_ok()
                && (!gate.in_ci || admission::refusal(record, policy, gate).is_none())
        });
        let covered = valid.flat_map(|record| {
            record
                .findings
                .iter()
                .map(move |covered| (covered.fingerprint, record))
        });
        Self {
            policy,
            now: gate.now,
            full: gate.full,
            overridden: covered.collect(),
            gate,
        }
    }

    pub(super) fn rule_on(&self, detected: &Detected, known: bool) -> Ruling {
        let policy = self.policy;
        let finding = &detected.finding;
        let mut ruling = Ruling::new(policy.thresholds.judge(
            finding,
            &policy.paths,
            &policy.audit,
        ));
        if known {
            soften_known(&mut ruling);
        }
        self.soften_existing(&mut ruling, detected.origin);
        self.soften_waived(&mut ruling, detected);
        if let Some(comment) = &finding.inline_allow {
            self.soften_commented(&mut ruling, comment);
        }
        self.demand_review(&mut ruling);
        self.soften_in_rollout(&mut ruling);
        self.soften_overridden(&mut ruling, finding.fingerprint);
        ruling
    }

    pub(super) fn rule_on_unscanned(&self, engine: Option<Engine>) -> Option<Ruling> {
        let setting = match engine? {
            Engine::Bandit => &self.policy.bandit.unscanned,
            Engine::Audit => &self.policy.audit.unscanned,
            Engine::Secrets => return None,
        };
        let mut ruling = Ruling::new((setting.value, vec![Decider::of(setting)]));
        self.soften_in_rollout(&mut ruling);
        Some(ruling)
    }

    fn soften_existing(&self, ruling: &mut Ruling, origin: Origin) {
        let existing = &self.policy.existing;
        if origin == Origin::Existing
            && !self.full
            && existing.value == Existing::Warn
            && ruling.action > Action::Warn
        {
            ruling.decide(Action::Warn, [Decider::of(existing)]);
        }
    }

    /// A waiver that counts takes the finding out of the way. One whose approvals are missing leaves the question
    /// to CI, where nobody is left to answer it.
    fn soften_waived(&self, ruling: &mut Ruling, detected: &Detected) {
        if ruling.action <= Action::Info {
            return;
        }
        let Some(waiving) = &self.gate.waiving else {
            return;
        };
        let judge = Judge {
            policy: self.policy,
            proofs: &waiving.proofs,
            now: self.now,
        };
        let Some(mut note) = judge.waiver_of(&waiving.register.waivers, detected) else {
            return;
        };
        let lowered = match note.standing {
            Standing::Holds { .. } => Action::Info,
            Standing::Pending(_) if !self.gate.in_ci => Action::Warn,
            _ => Action::Off,
        };
        if lowered > Action::Off && ruling.action > lowered {
            let line = waiving::line_of(&waiving.register, &note.id);
            let decider = Decider {
                key: format!("waiver {}: {}", note.id, printable(&note.standing.words())),
                origin: format!("{}:{line}", waiving.register.file),
            };
            ruling.decide(lowered, [decider]);
            note.decides = true;
        }
        ruling.waiver = Some(note);
    }

    fn soften_commented(&self, ruling: &mut Ruling, comment: &str) {
        let inline = &self.policy.waivers.inline;
        let lowered = match inline.value {
            Inline::Review => Action::Review,
            Inline::Off => Action::Off,
        };
        if ruling.action > lowered {
            let comment = Decider {
                key: printable(comment),
                origin: "inline comment".to_owned(),
            };
            ruling.decide(lowered, [Decider::of(inline), comment]);
        }
    }

    /// What somebody has to look at before the merge stops the change in CI; the hook leaves the question to it.
    fn demand_review(&self, ruling: &mut Ruling) {
        let unreviewed = &self.policy.unreviewed;
        let rollout = self.policy.rollout.as_ref();
        let is_quiet = rollout.is_some_and(|rollout| rollout.ahead(self.now).is_some());
        if ruling.action != Action::Review || unreviewed.value != Unreviewed::Stop || is_quiet {
            return;
        }
        if self.gate.in_ci {
            ruling.decide(Action::Block, [Decider::of(unreviewed)]);
        } else {
            ruling.awaits_review = true;
        }
    }

    fn soften_in_rollout(&self, ruling: &mut Ruling) {
        let ahead = self
            .policy
            .rollout
            .as_ref()
            .and_then(|rollout| rollout.ahead(self.now));
        if let (Action::Block, Some((enforced_from, deciders))) = (ruling.action, ahead) {
            ruling.decide(Action::Warn, deciders);
            ruling.blocks_from = Some(enforced_from);
        }
    }

    fn soften_overridden(&self, ruling: &mut Ruling, fingerprint: Fingerprint) {
        if let (Action::Block, Some(record)) = (ruling.action, self.overridden.get(&fingerprint)) {
            let until = Decider {
                key: format!("valid_until = {}", record.valid_until),
                origin: format!("{}/{}.md", OVERRIDES_DIR, record.id),
            };
            ruling.decide(Action::Warn, [until]);
            ruling.overridden_by = Some(record.id.clone());
        }
    }
}

/// What was there when the gate came warns at most.
fn soften_known(ruling: &mut Ruling) {
    if ruling.action > Action::Warn {
        let known = Decider {
            key: "baseline".to_owned(),
            origin: BASELINE_FILE.to_owned(),
        };
        ruling.decide(Action::Warn, [known]);
    }
}
