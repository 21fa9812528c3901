//! The verdict over everything: base and change, what was not looked at, exit codes, order.

use gate_hook::finding::{Confidence, Engine, Place, RepoPath, Severity};
use gate_hook::policy::{Action, Policy, Verdict, applicable, decide};
use gate_hook::receipt::{Consequence, Deferral, Receipt, Unscanned};

use super::decisions::{BASELINE, ENFORCED, ROLLOUT, gate, outcome};
use super::{CODE, CREDENTIAL, KEYWORD, detected, policy};

#[test]
fn the_stricter_of_base_and_change_wins() {
    let finding = || detected(&CREDENTIAL, Severity::High, Confidence::High, "a");
    let both = |base: &str, change: &str| {
        let policies = vec![policy(base), policy(change)];
        let verdict = decide(
            &gate(policies, BASELINE),
            vec![finding()],
            &Receipt::default(),
        );
        (
            outcome(&verdict),
            verdict.judged[0].blocks_from.map(|day| day.to_string()),
        )
    };
    assert_eq!(
        both("", "secrets.credential = \"info\""),
        (Action::Block, None)
    );
    assert_eq!(
        both("secrets.credential = \"info\"", ""),
        (Action::Block, None)
    );
    assert_eq!(both("", ROLLOUT), (Action::Block, None));
    let later = "[rollout]\nstart = 2026-12-04\n";
    assert_eq!(
        both(ROLLOUT, later),
        (Action::Warn, Some("2026-12-31".to_owned()))
    );
    assert_eq!(
        both(later, ROLLOUT),
        (Action::Warn, Some("2026-12-31".to_owned()))
    );
    assert_eq!(
        both("profile = \"observe\"", ROLLOUT),
        (Action::Warn, Some("2026-12-31".to_owned()))
    );
    // Without any policy the built-in one holds.
    assert!(
        decide(
            &gate(Vec::new(), BASELINE),
            vec![finding()],
            &Receipt::default()
        )
        .blocks()
    );
}

#[test]
fn a_side_without_a_policy_counts_as_the_built_in_one() {
    let (default, observe) = (Policy::builtin(), policy("profile = \"observe\""));
    let profiles =
        |base: Option<&Policy>, change: Option<&Policy>, base_exists: bool| -> Vec<&'static str> {
            let policies = applicable(base.cloned(), change.cloned(), base_exists, &default);
            policies
                .iter()
                .map(|policy| policy.profile.name())
                .collect()
        };
    assert_eq!(profiles(None, None, true), ["phased"]);
    assert_eq!(profiles(None, Some(&observe), true), ["phased", "observe"]);
    assert_eq!(profiles(Some(&observe), None, true), ["observe", "phased"]);
    assert_eq!(profiles(Some(&observe), Some(&observe), true), ["observe"]);
    assert_eq!(profiles(None, Some(&observe), false), ["observe"]);
    assert_eq!(profiles(None, None, false), ["phased"]);
    // A comment or another order changes nothing that counts.
    let moved = policy("# why\n\nprofile = \"observe\"");
    assert_eq!(profiles(Some(&observe), Some(&moved), true).len(), 1);
}

#[test]
fn what_was_not_looked_at_decides_with_the_rest() {
    let unscanned = |engine, consequence| Unscanned {
        place: Place::File(RepoPath::new("a.py")),
        engine,
        reason: "does not parse".to_owned(),
        consequence,
    };
    let verdict = |toml: &str, now: &str, unscanned: Unscanned| {
        let receipt = Receipt {
            unscanned: vec![unscanned],
            ..Receipt::default()
        };
        decide(&gate(vec![policy(toml)], now), Vec::new(), &receipt)
    };
    let bandit = || unscanned(Some(Engine::Bandit), Consequence::Policy);
    let blocking = "[bandit]\nunscanned = \"block\"\n[rollout]\nstart = 2026-12-01";
    assert_eq!(verdict("", ENFORCED, bandit()).exit_code(true), 0);
    assert_eq!(
        verdict("", ENFORCED, bandit()).unscanned[0].action,
        Action::Warn
    );
    assert_eq!(verdict(blocking, ENFORCED, bandit()).exit_code(false), 1);
    assert_eq!(verdict(blocking, BASELINE, bandit()).exit_code(false), 0);
    assert!(
        verdict(blocking, BASELINE, bandit()).unscanned[0]
            .blocks_from
            .is_some()
    );
    assert!(
        verdict("bandit.unscanned = \"off\"", ENFORCED, bandit())
            .unscanned
            .is_empty()
    );
    let audit = unscanned(Some(Engine::Audit), Consequence::Policy);
    assert_eq!(
        verdict("audit.unscanned = \"block\"", ENFORCED, audit).exit_code(false),
        1
    );
    // No key speaks of these, so that nothing lets them pass.
    for engine in [None, Some(Engine::Secrets)] {
        assert_eq!(
            verdict("", ENFORCED, unscanned(engine, Consequence::Policy)).exit_code(false),
            3
        );
    }
    let gone = unscanned(Some(Engine::Bandit), Consequence::CouldNotLook);
    assert_eq!(verdict(ROLLOUT, BASELINE, gone).exit_code(false), 3);
    let excluded = unscanned(None, Consequence::Excluded);
    assert_eq!(verdict("", ENFORCED, excluded), Verdict::default());
}

#[test]
fn exit_codes_put_not_looking_first_and_deferring_to_ci() {
    let deferral = Deferral {
        engine: Engine::Audit,
        reason: "no database".to_owned(),
        command: None,
    };
    let receipt = Receipt {
        deferred: vec![deferral],
        ..Receipt::default()
    };
    let finding = detected(&CREDENTIAL, Severity::High, Confidence::High, "a");
    let verdict = decide(&gate(vec![policy("")], ENFORCED), vec![finding], &receipt);
    assert_eq!((verdict.exit_code(false), verdict.exit_code(true)), (1, 3));
    let verdict = decide(&gate(vec![policy("")], ENFORCED), Vec::new(), &receipt);
    assert_eq!((verdict.exit_code(false), verdict.exit_code(true)), (0, 3));
    assert_eq!(verdict.deferred.len(), 1);
    assert_eq!(
        (
            Verdict::default().exit_code(false),
            Verdict::default().exit_code(true)
        ),
        (0, 0)
    );
}

#[test]
fn findings_are_sorted_by_what_matters() {
    let findings = vec![
        detected(&CODE, Severity::Medium, Confidence::High, "a.py"),
        detected(&KEYWORD, Severity::Medium, Confidence::High, "z.py"),
        detected(&CREDENTIAL, Severity::High, Confidence::High, "z.py"),
        detected(&CREDENTIAL, Severity::High, Confidence::High, "b.py"),
        detected(&CREDENTIAL, Severity::Critical, Confidence::High, "y.py"),
        detected(&CODE, Severity::Low, Confidence::High, "a.py"),
    ];
    let mut reversed = findings.clone();
    reversed.reverse();
    let gate = gate(vec![policy("")], ENFORCED);
    let verdict = decide(&gate, findings, &Receipt::default());
    let shown: Vec<String> = verdict
        .judged
        .iter()
        .map(|judged| {
            format!(
                "{} {}",
                judged.action.name(),
                judged.detected.finding.location.place
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "block y.py",
            "block b.py",
            "block z.py",
            "review z.py",
            "warn a.py",
            "info a.py"
        ]
    );
    assert_eq!(decide(&gate, reversed, &Receipt::default()), verdict);
}
