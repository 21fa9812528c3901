//! Properties over generated policies: a stricter one lets nothing more pass, two are as strict as the
//! stricter, and no text makes the readers fail in any other way than with an error.

use std::fmt::Write as _;

use gate_hook::finding::{Confidence, Origin, Severity};
use gate_hook::introduced::Detected;
use gate_hook::policy::{
    Action, Gate, Policy, PolicyText, Verdict, decide, parse_override, parse_override_under,
    template, write_override,
};
use gate_hook::receipt::Receipt;
use proptest::prelude::*;

use super::files::as_file;
use super::{CODE, CREDENTIAL, DEPENDENCY, KEYWORD, detected, policy, time};

const ACTIONS: [Action; 5] = [
    Action::Off,
    Action::Info,
    Action::Warn,
    Action::Review,
    Action::Block,
];
const KEYS: [&str; 15] = [
    "secrets.credential",
    "secrets.keyword",
    "bandit.high",
    "bandit.medium",
    "bandit.low",
    "bandit.outside_critical.high",
    "bandit.outside_critical.low",
    "audit.critical",
    "audit.high",
    "audit.medium",
    "audit.low",
    "audit.dev.critical",
    "audit.dev.high",
    "audit.dev.medium",
    "audit.dev.low",
];

/// A policy as numbers, the larger the stricter, so that two can be compared.
#[derive(Debug, Clone)]
struct Plan {
    actions: [usize; KEYS.len()],
    existing_acts: bool,
    comments_only_soften: bool,
    sure_enough: usize,
    /// The days by which enforcement is already past; negative in the baseline phase.
    enforced_for: i64,
    short_overrides: bool,
}

impl Plan {
    fn stricter_of(&self, other: &Self) -> Self {
        Self {
            actions: std::array::from_fn(|key| self.actions[key].max(other.actions[key])),
            existing_acts: self.existing_acts || other.existing_acts,
            comments_only_soften: self.comments_only_soften || other.comments_only_soften,
            sure_enough: self.sure_enough.max(other.sure_enough),
            enforced_for: self.enforced_for.max(other.enforced_for),
            short_overrides: self.short_overrides || other.short_overrides,
        }
    }

    fn policy(&self) -> Policy {
        let now: jiff::civil::Date = "2027-01-31".parse().unwrap();
        let start = now - jiff::ToSpan::days(self.enforced_for + 30);
        let mut toml = format!(
            "existing = \"{}\"\nwaivers.inline = \"{}\"\nbandit.min_confidence = \"{}\"\nrollout.start = {start}\n\
             override.valid_hours = {}\npaths.critical = [\"core/\"]\n",
            if self.existing_acts { "act" } else { "warn" },
            if self.comments_only_soften {
                "review"
            } else {
                "off"
            },
            ["high", "medium", "low"][self.sure_enough],
            if self.short_overrides { 8 } else { 24 },
        );
        for (key, action) in KEYS.iter().zip(self.actions) {
            writeln!(toml, "{key} = \"{}\"", ACTIONS[action].name()).unwrap();
        }
        policy(&toml)
    }
}

fn plans() -> impl Strategy<Value = Plan> {
    let actions = proptest::array::uniform15(0..ACTIONS.len());
    (
        actions,
        any::<bool>(),
        any::<bool>(),
        0..3_usize,
        -40..40_i64,
        any::<bool>(),
    )
        .prop_map(
            |(
                actions,
                existing_acts,
                comments_only_soften,
                sure_enough,
                enforced_for,
                short_overrides,
            )| Plan {
                actions,
                existing_acts,
                comments_only_soften,
                sure_enough,
                enforced_for,
                short_overrides,
            },
        )
}

fn findings() -> impl Strategy<Value = Detected> {
    let rule = prop_oneof![
        Just(&CREDENTIAL),
        Just(&KEYWORD),
        Just(&CODE),
        Just(&DEPENDENCY)
    ];
    let severity = prop_oneof![
        Just(Severity::Unknown),
        Just(Severity::Low),
        Just(Severity::Medium),
        Just(Severity::High),
        Just(Severity::Critical)
    ];
    let confidence = prop_oneof![
        Just(Confidence::Low),
        Just(Confidence::Medium),
        Just(Confidence::High)
    ];
    let path = prop_oneof![
        Just("core/a.py"),
        Just("a.py"),
        Just("requirements.txt"),
        Just("requirements-dev.txt")
    ];
    (
        rule,
        severity,
        confidence,
        path,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(rule, severity, confidence, path, existing, commented)| {
            let mut found = detected(rule, severity, confidence, path);
            found.origin = if existing {
                Origin::Existing
            } else {
                Origin::Introduced
            };
            found.finding.inline_allow = commented.then(|| "gate-hook:allow".to_owned());
            found
        })
}

fn verdict(policies: &[&Policy], found: &Detected, hours: Option<i64>) -> Verdict {
    let now = time("2027-01-31T12:00:00Z");
    let record = hours.map(|hours| {
        let mut record = super::overrides::record();
        record.created = now;
        record.valid_until = now + jiff::SignedDuration::from_hours(hours);
        record.findings[0].fingerprint = found.finding.fingerprint;
        record
    });
    let policies = policies.iter().map(|&policy| policy.clone()).collect();
    let gate = Gate {
        policies,
        overrides: record.into_iter().collect(),
        now,
        ..Gate::default()
    };
    decide(&gate, vec![found.clone()], &Receipt::default())
}

fn action(verdict: &Verdict) -> Action {
    verdict
        .judged
        .first()
        .map_or(Action::Off, |judged| judged.action)
}

/// A text that is mostly a policy.
fn mutated(original: String) -> impl Strategy<Value = String> {
    let edit = (
        any::<prop::sample::Index>(),
        0..4_usize,
        "[\\[\\]\"'=.{}#,\n a-z0-9-]{0,6}|\\PC{0,3}",
    );
    prop::collection::vec(edit, 0..6).prop_map(move |edits| {
        let mut text: Vec<char> = original.chars().collect();
        for (at, length, inserted) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        text.into_iter().collect()
    })
}

fn file(text: String, embedded: bool) -> PolicyText {
    PolicyText {
        name: "gate-hook.toml".to_owned(),
        text,
        embedded,
    }
}

/// What every error has to be: inside the text, on one line, safe to print.
fn is_a_good_error(
    error: &gate_hook::policy::PolicyError,
    text: &str,
) -> Result<(), TestCaseError> {
    let line = text.split('\n').nth(error.line as usize - 1);
    prop_assert!(
        line.is_some_and(|line| (error.column as usize) <= line.chars().count() + 1),
        "{}",
        error
    );
    let shown = format!("{error}{:?}", error.hint);
    prop_assert!(
        !error.message.is_empty() && !shown.chars().any(char::is_control),
        "{:?}",
        shown
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_stricter_policy_blocks_what_a_looser_one_blocks(
        loose in plans(),
        other in plans(),
        found in findings(),
        hours in prop::option::of(1..30_i64),
    ) {
        let strict = loose.stricter_of(&other);
        if verdict(&[&loose.policy()], &found, hours).blocks() {
            prop_assert!(verdict(&[&strict.policy()], &found, hours).blocks());
        }
    }

    #[test]
    fn two_policies_are_as_strict_as_the_stricter(
        one in plans(),
        other in plans(),
        found in findings(),
        hours in prop::option::of(1..30_i64),
    ) {
        let (one, other) = (one.policy(), other.policy());
        let alone = action(&verdict(&[&one], &found, hours)).max(action(&verdict(&[&other], &found, hours)));
        let together = verdict(&[&one, &other], &found, hours);
        prop_assert_eq!(action(&together), alone);
        prop_assert_eq!(action(&verdict(&[&other, &one], &found, hours)), alone);
        if let Some(judged) = together.judged.first() {
            prop_assert!(!judged.decided_by.is_empty());
            prop_assert!(judged.action < Action::Block || (judged.blocks_from.is_none() && judged.overridden_by.is_none()));
        }
    }

    #[test]
    fn the_effective_keys_read_back_as_the_same_policy(plan in plans()) {
        let once = plan.policy();
        prop_assert_eq!(as_file(&policy(&as_file(&once))), as_file(&once));
    }

    #[test]
    fn any_text_is_a_policy_or_an_error(text in "\\PC{0,80}|[a-z\\[\\]\"'=.{}#\n 0-9-]{0,120}", embedded in any::<bool>()) {
        if let Err(error) = Policy::parse(&file(text.clone(), embedded)) {
            is_a_good_error(&error, &text)?;
        }
        if let Err(error) = parse_override("o.md", &format!("```toml\n{text}\n```\n")) {
            is_a_good_error(&error, &format!("```toml\n{text}\n```\n"))?;
        }
        prop_assert!(parse_override("o.md", &text).is_err());
    }

    #[test]
    fn a_damaged_policy_is_an_error_or_reads_back(text in mutated(super::files::FULL.to_owned())) {
        match Policy::parse(&file(text.clone(), false)) {
            Ok(once) => prop_assert_eq!(as_file(&policy(&as_file(&once))), as_file(&once)),
            Err(error) => is_a_good_error(&error, &text)?,
        }
    }

    #[test]
    fn a_damaged_template_is_an_error_or_reads_back(
        text in mutated(template(gate_hook::policy::Profile::Strict, Some("2026-12-01".parse().unwrap()), "0011223344556677", &[])),
    ) {
        match Policy::parse(&file(text.clone(), false)) {
            Ok(once) => prop_assert_eq!(as_file(&policy(&as_file(&once))), as_file(&once)),
            Err(error) => is_a_good_error(&error, &text)?,
        }
    }

    #[test]
    fn a_damaged_record_is_an_error_or_reads_back(text in mutated(write_override(&super::overrides::record()))) {
        match parse_override_under("o.md", &text, &[Policy::builtin()]) {
            Ok(record) => prop_assert_eq!(parse_override("o.md", &write_override(&record)), Ok(record)),
            Err(error) => is_a_good_error(&error, &text)?,
        }
    }
}
