//! The decision over findings, the same in the hook and in CI.
//!
//! Each policy judges each finding by itself, step by step: threshold, then what may soften it (existing,
//! inline comment, rollout, override). The strictest of the answers holds, so that no change loosens the
//! gate that judges it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::finding::{Engine, Fingerprint, Origin, printable};
use crate::introduced::Detected;
use crate::receipt::{Consequence, Deferral, Receipt, Unscanned};

use super::bypass::Override;
use super::value::Word;
use super::waiver::Inline;
use super::{Action, Decider, Existing, Policy};

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
#[derive(Debug, Clone)]
pub struct Gate {
    /// The policies that all apply, the base's first; the strictest answer wins.
    pub policies: Vec<Policy>,
    /// The override records found in the change.
    pub overrides: Vec<Override>,
    /// The time of the decision.
    pub now: Timestamp,
}

/// Decides over findings.
pub fn decide(gate: &Gate, detected: Vec<Detected>, receipt: &Receipt) -> Verdict {
    let fallback = [Policy::builtin()];
    let policies = if gate.policies.is_empty() {
        &fallback[..]
    } else {
        &gate.policies
    };
    let judges: Vec<Judge<'_>> = policies
        .iter()
        .map(|policy| Judge::new(policy, gate))
        .collect();
    let mut judged: Vec<Judged> = detected
        .into_iter()
        .filter_map(|detected| judge(&judges, detected))
        .collect();
    judged.sort_by(|a, b| {
        let weight = |judged: &Judged| Reverse((judged.action, judged.detected.finding.severity));
        let finding = |judged: &Judged| {
            (
                judged.detected.finding.rule.id,
                judged.detected.finding.fingerprint,
            )
        };
        (weight(a), &a.detected.finding.location, finding(a)).cmp(&(
            weight(b),
            &b.detected.finding.location,
            finding(b),
        ))
    });
    let mut verdict = Verdict {
        judged,
        deferred: receipt.deferred.clone(),
        ..Verdict::default()
    };
    for unscanned in &receipt.unscanned {
        match unscanned.consequence {
            Consequence::Excluded => {}
            Consequence::CouldNotLook => verdict.could_not_look = true,
            Consequence::Policy => match judge_unscanned(&judges, unscanned) {
                Some(judged) => verdict.unscanned.extend(judged),
                // No key speaks of it, so that nothing says it may pass.
                None => verdict.could_not_look = true,
            },
        }
    }
    verdict
        .unscanned
        .sort_by(|a, b| (Reverse(a.action), &a.unscanned).cmp(&(Reverse(b.action), &b.unscanned)));
    verdict
}

/// One policy at one moment.
struct Judge<'g> {
    policy: &'g Policy,
    now: Timestamp,
    /// What the valid override records let through, with the record that does.
    overridden: BTreeMap<Fingerprint, &'g Override>,
}

/// What one policy says.
#[derive(Debug)]
struct Ruling {
    action: Action,
    decided_by: Vec<Decider>,
    blocks_from: Option<Date>,
    overridden_by: Option<String>,
}

impl Ruling {
    fn new((action, decided_by): (Action, Vec<Decider>)) -> Self {
        Self {
            action,
            decided_by,
            blocks_from: None,
            overridden_by: None,
        }
    }

    fn lower(&mut self, action: Action, deciders: impl IntoIterator<Item = Decider>) {
        self.action = action;
        self.decided_by.splice(0..0, deciders);
    }
}

impl<'g> Judge<'g> {
    fn new(policy: &'g Policy, gate: &'g Gate) -> Self {
        let valid = gate.overrides.iter().filter(|record| {
            record.is_current(gate.now)
                && record.check().is_ok()
                && policy.override_rules.check(record).is_ok()
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
            overridden: covered.collect(),
        }
    }

    fn rule_on(&self, detected: &Detected) -> Ruling {
        let policy = self.policy;
        let finding = &detected.finding;
        let mut ruling = Ruling::new(policy.thresholds.judge(
            finding,
            &policy.paths,
            &policy.audit,
        ));
        self.soften_existing(&mut ruling, detected.origin);
        if let Some(comment) = &finding.inline_allow {
            self.soften_commented(&mut ruling, comment);
        }
        self.soften_in_rollout(&mut ruling);
        self.soften_overridden(&mut ruling, finding.fingerprint);
        ruling
    }

    fn rule_on_unscanned(&self, engine: Option<Engine>) -> Option<Ruling> {
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
            && existing.value == Existing::Warn
            && ruling.action > Action::Warn
        {
            ruling.lower(Action::Warn, [Decider::of(existing)]);
        }
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
            ruling.lower(lowered, [Decider::of(inline), comment]);
        }
    }

    fn soften_in_rollout(&self, ruling: &mut Ruling) {
        let ahead = self
            .policy
            .rollout
            .as_ref()
            .and_then(|rollout| rollout.ahead(self.now));
        if let (Action::Block, Some((enforced_from, deciders))) = (ruling.action, ahead) {
            ruling.lower(Action::Warn, deciders);
            ruling.blocks_from = Some(enforced_from);
        }
    }

    fn soften_overridden(&self, ruling: &mut Ruling, fingerprint: Fingerprint) {
        if let (Action::Block, Some(record)) = (ruling.action, self.overridden.get(&fingerprint)) {
            let until = Decider {
                key: format!("valid_until = {}", record.valid_until),
                origin: format!("{}/{}.md", super::OVERRIDES_DIR, record.id),
            };
            ruling.lower(Action::Warn, [until]);
            ruling.overridden_by = Some(record.id.clone());
        }
    }
}

fn judge(judges: &[Judge<'_>], detected: Detected) -> Option<Judged> {
    let ruling = strictest(judges.iter().map(|judge| judge.rule_on(&detected)))?;
    let Ruling {
        action,
        decided_by,
        blocks_from,
        overridden_by,
    } = ruling;
    (action > Action::Off).then_some(Judged {
        detected,
        action,
        decided_by,
        blocks_from,
        overridden_by,
    })
}

/// Returns nothing where no policy has a word on it, and no entry where every policy is silent by choice.
fn judge_unscanned(judges: &[Judge<'_>], unscanned: &Unscanned) -> Option<Option<JudgedUnscanned>> {
    let rulings: Option<Vec<Ruling>> = judges
        .iter()
        .map(|judge| judge.rule_on_unscanned(unscanned.engine))
        .collect();
    let Ruling {
        action,
        decided_by,
        blocks_from,
        ..
    } = strictest(rulings?.into_iter())?;
    let unscanned = unscanned.clone();
    Some((action > Action::Off).then_some(JudgedUnscanned {
        unscanned,
        action,
        decided_by,
        blocks_from,
    }))
}

/// Returns the strictest ruling; of equals, the one that will not stay so, then the base's.
fn strictest(rulings: impl Iterator<Item = Ruling>) -> Option<Ruling> {
    let weight = |ruling: &Ruling| {
        (
            ruling.action,
            ruling.overridden_by.is_some(),
            ruling.blocks_from.is_some(),
        )
    };
    let mut earliest: Option<Date> = None;
    let mut overridden_by: Option<String> = None;
    let mut strictest: Option<Ruling> = None;
    for ruling in rulings {
        earliest = earliest.into_iter().chain(ruling.blocks_from).min();
        overridden_by = overridden_by.or_else(|| ruling.overridden_by.clone());
        if strictest
            .as_ref()
            .is_none_or(|known| weight(&ruling) > weight(known))
        {
            strictest = Some(ruling);
        }
    }
    let mut ruling = strictest?;
    if ruling.action < Action::Block {
        ruling.blocks_from = earliest;
        ruling.overridden_by = overridden_by;
    }
    Some(ruling)
}

impl Action {
    /// Returns the name used in the policy and in reports.
    pub fn name(self) -> &'static str {
        self.word()
    }
}
