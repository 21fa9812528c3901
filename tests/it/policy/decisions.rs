//! The decision, cell by cell, against tables written by hand.
//!
//! Requirements: S1-04 S1-05 S1-06 S1-09 S1-10 S1-11 S1-16 S2-01 S2-02 S2-03 S2-04 S2-08

use gate_hook::finding::{Confidence, Engine, Origin, Place, Severity};
use gate_hook::introduced::Detected;
use gate_hook::policy::{Action, Baseline, Covered, Gate, Override, Policy, Verdict, decide};
use gate_hook::receipt::Receipt;
use gate_hook::rule::RuleMeta;

use super::{CODE, CREDENTIAL, DEPENDENCY, KEYWORD, detected, fingerprint, policy, time};

/// A day on which `ROLLOUT` still warns, and one on which it does not.
pub(super) const BASELINE: &str = "2026-12-05T12:00:00Z";
pub(super) const ENFORCED: &str = "2027-02-05T12:00:00Z";
pub(super) const ROLLOUT: &str = "[rollout]\nstart = 2026-12-01\n";

fn action(name: &str) -> Action {
    [
        Action::Off,
        Action::Info,
        Action::Warn,
        Action::Review,
        Action::Block,
    ]
    .into_iter()
    .find(|action| action.name() == name)
    .unwrap()
}

pub(super) fn gate(policies: Vec<Policy>, now: &str) -> Gate {
    Gate {
        policies,
        overrides: Vec::new(),
        now: time(now),
        ..Gate::default()
    }
}

/// Decides over one finding under one policy.
fn judge(toml: &str, now: &str, detected: Detected) -> Verdict {
    decide(
        &gate(vec![policy(toml)], now),
        vec![detected],
        &Receipt::default(),
    )
}

/// Returns the action on the only finding, `Off` where there is none.
pub(super) fn outcome(verdict: &Verdict) -> Action {
    verdict
        .judged
        .first()
        .map_or(Action::Off, |judged| judged.action)
}

fn record(now: &str, engine: Engine) -> Override {
    let created = time(now);
    Override {
        id: "o-0123abcd".to_owned(),
        created,
        valid_until: created + jiff::SignedDuration::from_hours(24),
        requested_by: "Alice <alice@example.org>".to_owned(),
        reason: "checkout is down since this morning".to_owned(),
        ticket: "INC-7".to_owned(),
        policy: "0011223344556677".to_owned(),
        remediation_hours: 24,
        findings: vec![Covered {
            fingerprint: fingerprint(engine, 7),
            rule: "a-rule".to_owned(),
            place: "src/app.py:3".to_owned(),
        }],
        approved: Vec::new(),
    }
}

fn category(name: &str) -> &'static RuleMeta {
    match name {
        "credential" => &CREDENTIAL,
        "keyword" => &KEYWORD,
        "code" => &CODE,
        _ => &DEPENDENCY,
    }
}

fn severity(name: &str) -> Severity {
    use Severity::{Critical, High, Low, Medium, Unknown};
    [Unknown, Low, Medium, High, Critical]
        .into_iter()
        .find(|severity| severity.name() == name)
        .unwrap()
}

/// What the three profiles say of a finding that nothing softens.
const THRESHOLDS: &str = "
    # category  severity  confidence  phased  strict  observe
    credential  high      high        block   block   warn
    credential  low       medium      review  review  warn
    credential  critical  low         info    info    info
    keyword     medium    medium      review  review  warn
    keyword     medium    low         review  review  warn
    code        critical  high        block   block   warn
    code        high      high        block   block   warn
    code        high      low         block   block   warn
    code        medium    medium      warn    block   warn
    code        low       high        info    warn    info
    code        unknown   high        block   block   warn
    dependency  critical  high        block   block   warn
    dependency  high      high        block   block   warn
    dependency  medium    high        warn    block   warn
    dependency  low       high        warn    warn    warn
    dependency  unknown   high        block   block   warn
";

/// What becomes of each action on the way: phase, origin, comment with `waivers.inline`, override.
const SOFTENED: &str = "
    # phase   origin      comment  override | block   review  warn  info
    enforced  introduced  none     none     | block   review  warn  info
    enforced  introduced  none     valid    | warn    review  warn  info
    enforced  introduced  review   none     | review  review  warn  info
    enforced  introduced  review   valid    | review  review  warn  info
    enforced  introduced  off      none     | off     off     off   off
    enforced  introduced  off      valid    | off     off     off   off
    enforced  existing    none     none     | warn    warn    warn  info
    enforced  existing    none     valid    | warn    warn    warn  info
    enforced  existing    review   none     | warn    warn    warn  info
    enforced  existing    review   valid    | warn    warn    warn  info
    enforced  existing    off      none     | off     off     off   off
    enforced  existing    off      valid    | off     off     off   off
    baseline  introduced  none     none     | warn    review  warn  info
    baseline  introduced  none     valid    | warn    review  warn  info
    baseline  introduced  review   none     | review  review  warn  info
    baseline  introduced  review   valid    | review  review  warn  info
    baseline  introduced  off      none     | off     off     off   off
    baseline  introduced  off      valid    | off     off     off   off
    baseline  existing    none     none     | warn    warn    warn  info
    baseline  existing    none     valid    | warn    warn    warn  info
    baseline  existing    review   none     | warn    warn    warn  info
    baseline  existing    review   valid    | warn    warn    warn  info
    baseline  existing    off      none     | off     off     off   off
    baseline  existing    off      valid    | off     off     off   off
";

/// What becomes of each action of a finding by where it is looked at (in a change; in one where existing findings act;
/// in everything that is there) and by whether the baseline lists it.
const STANDING: &str = "
    # phase   origin      look    listed override | block   review  warn  info
    enforced  introduced  change  no     none     | block   review  warn  info
    enforced  introduced  change  no     valid    | warn    review  warn  info
    enforced  introduced  change  yes    none     | block   review  warn  info
    enforced  introduced  change  yes    valid    | warn    review  warn  info
    enforced  introduced  acting  no     none     | block   review  warn  info
    enforced  introduced  acting  no     valid    | warn    review  warn  info
    enforced  introduced  acting  yes    none     | block   review  warn  info
    enforced  introduced  acting  yes    valid    | warn    review  warn  info
    enforced  introduced  full    no     none     | block   review  warn  info
    enforced  introduced  full    no     valid    | warn    review  warn  info
    enforced  introduced  full    yes    none     | block   review  warn  info
    enforced  introduced  full    yes    valid    | warn    review  warn  info
    enforced  existing    change  no     none     | warn    warn    warn  info
    enforced  existing    change  no     valid    | warn    warn    warn  info
    enforced  existing    change  yes    none     | warn    warn    warn  info
    enforced  existing    change  yes    valid    | warn    warn    warn  info
    enforced  existing    acting  no     none     | block   review  warn  info
    enforced  existing    acting  no     valid    | warn    review  warn  info
    enforced  existing    acting  yes    none     | warn    warn    warn  info
    enforced  existing    acting  yes    valid    | warn    warn    warn  info
    enforced  existing    full    no     none     | block   review  warn  info
    enforced  existing    full    no     valid    | warn    review  warn  info
    enforced  existing    full    yes    none     | warn    warn    warn  info
    enforced  existing    full    yes    valid    | warn    warn    warn  info
    baseline  introduced  change  no     none     | warn    review  warn  info
    baseline  introduced  change  no     valid    | warn    review  warn  info
    baseline  introduced  change  yes    none     | warn    review  warn  info
    baseline  introduced  change  yes    valid    | warn    review  warn  info
    baseline  introduced  acting  no     none     | warn    review  warn  info
    baseline  introduced  acting  no     valid    | warn    review  warn  info
    baseline  introduced  acting  yes    none     | warn    review  warn  info
    baseline  introduced  acting  yes    valid    | warn    review  warn  info
    baseline  introduced  full    no     none     | warn    review  warn  info
    baseline  introduced  full    no     valid    | warn    review  warn  info
    baseline  introduced  full    yes    none     | warn    review  warn  info
    baseline  introduced  full    yes    valid    | warn    review  warn  info
    baseline  existing    change  no     none     | warn    warn    warn  info
    baseline  existing    change  no     valid    | warn    warn    warn  info
    baseline  existing    change  yes    none     | warn    warn    warn  info
    baseline  existing    change  yes    valid    | warn    warn    warn  info
    baseline  existing    acting  no     none     | warn    review  warn  info
    baseline  existing    acting  no     valid    | warn    review  warn  info
    baseline  existing    acting  yes    none     | warn    warn    warn  info
    baseline  existing    acting  yes    valid    | warn    warn    warn  info
    baseline  existing    full    no     none     | warn    review  warn  info
    baseline  existing    full    no     valid    | warn    review  warn  info
    baseline  existing    full    yes    none     | warn    warn    warn  info
    baseline  existing    full    yes    valid    | warn    warn    warn  info
";

/// What the profiles say of a finding by path class or by group: critical paths are `**/auth/**`, and elsewhere high
/// code warns; development groups are named by their files.
const PLACES: &str = "
    # category  severity  path                   phased  strict  observe
    code        high      app/auth/login.py      block   block   warn
    code        high      app/views.py           warn    warn    warn
    code        medium    app/auth/login.py      warn    block   warn
    code        medium    app/views.py           warn    block   warn
    code        low       app/auth/login.py      info    warn    info
    code        low       app/views.py           info    warn    info
    credential  high      app/auth/login.py      block   block   warn
    credential  high      app/views.py           block   block   warn
    keyword     medium    app/auth/login.py      review  review  warn
    keyword     medium    app/views.py           review  review  warn
    dependency  critical  requirements.txt       block   block   warn
    dependency  critical  requirements-dev.txt   block   warn    warn
    dependency  high      requirements.txt       block   block   warn
    dependency  high      requirements-dev.txt   block   warn    warn
    dependency  medium    requirements.txt       warn    block   warn
    dependency  medium    requirements-dev.txt   warn    warn    warn
    dependency  low       requirements.txt       warn    warn    warn
    dependency  low       test-requirements.txt  warn    warn    warn
    dependency  unknown   requirements.txt       block   block   warn
    dependency  unknown   tests/test.txt         block   warn    warn
";

fn rows(table: &str) -> Vec<Vec<&str>> {
    let lines = table
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            line.split_whitespace()
                .filter(|word| *word != "|")
                .collect()
        })
        .collect()
}

#[test]
fn every_cell_of_the_decision_table_is_as_written() {
    let mut cells = 0;
    for threshold in rows(THRESHOLDS) {
        let rule = category(threshold[0]);
        let confidence = match threshold[2] {
            "low" => Confidence::Low,
            "medium" => Confidence::Medium,
            _ => Confidence::High,
        };
        for (profile, unsoftened) in ["phased", "strict", "observe"]
            .into_iter()
            .zip(&threshold[3..])
        {
            for softened in rows(SOFTENED) {
                let [phase, origin, comment, bypass] = softened[..4] else {
                    panic!("{softened:?}")
                };
                let column = ["block", "review", "warn", "info"]
                    .iter()
                    .position(|name| name == unsoftened)
                    .unwrap();
                let inline = if comment == "off" { "off" } else { "review" };
                let now = if phase == "baseline" {
                    BASELINE
                } else {
                    ENFORCED
                };
                let toml =
                    format!("profile = \"{profile}\"\nwaivers.inline = \"{inline}\"\n{ROLLOUT}");
                let mut finding = detected(rule, severity(threshold[1]), confidence, "src/app.py");
                finding.origin = if origin == "existing" {
                    Origin::Existing
                } else {
                    Origin::Introduced
                };
                finding.finding.inline_allow =
                    (comment != "none").then(|| "gate-hook:allow".to_owned());
                let mut gate = gate(vec![policy(&toml)], now);
                gate.overrides
                    .extend((bypass == "valid").then(|| record(now, rule.engine)));
                let verdict = decide(&gate, vec![finding], &Receipt::default());
                let cell = format!("{threshold:?} {profile} {softened:?}");
                assert_eq!(outcome(&verdict), action(softened[4 + column]), "{cell}");
                assert_eq!(verdict.blocks(), softened[4 + column] == "block", "{cell}");
                let judged = verdict.judged.first();
                let late = phase == "baseline"
                    && origin == "introduced"
                    && comment == "none"
                    && *unsoftened == "block";
                let blocks_from = judged
                    .and_then(|judged| judged.blocks_from)
                    .map(|day| day.to_string());
                assert_eq!(
                    blocks_from.as_deref(),
                    late.then_some("2026-12-31"),
                    "{cell}"
                );
                let bypassed =
                    bypass == "valid" && !late && origin == "introduced" && comment == "none";
                let id = (bypassed && *unsoftened == "block").then_some("o-0123abcd");
                assert_eq!(
                    judged.and_then(|judged| judged.overridden_by.as_deref()),
                    id,
                    "{cell}"
                );
                assert!(
                    judged.is_none_or(|judged| !judged.decided_by.is_empty()),
                    "{cell}"
                );
                cells += 1;
            }
        }
    }
    assert!(cells >= 1000, "{cells}");
}

fn column(action: &str) -> usize {
    let columns = ["block", "review", "warn", "info"];
    columns.iter().position(|name| *name == action).unwrap()
}

#[test]
fn every_cell_is_as_written_in_changes_in_everything_and_under_a_baseline() {
    let mut cells = 0;
    for place in rows(PLACES) {
        let rule = category(place[0]);
        for (profile, unsoftened) in ["phased", "strict", "observe"].into_iter().zip(&place[3..]) {
            for row in rows(STANDING) {
                let [phase, origin, look, listed, bypass] = row[..5] else {
                    panic!("{row:?}")
                };
                let existing = if look == "acting" { "act" } else { "warn" };
                let toml = format!(
                    "profile = \"{profile}\"\nexisting = \"{existing}\"\n{ROLLOUT}\
                     [paths]\ncritical = [\"**/auth/**\"]\n[bandit]\noutside_critical = {{ high = \"warn\" }}\n"
                );
                let now = if phase == "baseline" {
                    BASELINE
                } else {
                    ENFORCED
                };
                let mut finding = detected(rule, severity(place[1]), Confidence::High, place[2]);
                finding.origin = if origin == "existing" {
                    Origin::Existing
                } else {
                    Origin::Introduced
                };
                let gate = Gate {
                    full: look == "full",
                    baseline: Baseline::of((listed == "yes").then_some(&finding.finding)),
                    overrides: (bypass == "valid")
                        .then(|| record(now, rule.engine))
                        .into_iter()
                        .collect(),
                    ..gate(vec![policy(&toml)], now)
                };
                let verdict = decide(&gate, vec![finding], &Receipt::default());
                let expected = row[5 + column(unsoftened)];
                let cell = format!("{place:?} {profile} {row:?}");
                assert_eq!(outcome(&verdict), action(expected), "{cell}");
                assert_eq!(verdict.blocks(), expected == "block", "{cell}");
                cells += 1;
            }
        }
    }
    assert!(cells >= 2800, "{cells}");
}

#[test]
fn existing_findings_act_where_the_policy_says_so() {
    let mut finding = detected(&CREDENTIAL, Severity::High, Confidence::High, "a");
    finding.origin = Origin::Existing;
    assert_eq!(
        outcome(&judge("existing = \"act\"", ENFORCED, finding)),
        Action::Block
    );
}

#[test]
fn what_nobody_has_reviewed_stops_in_ci_where_the_policy_says_so() {
    let found = || detected(&KEYWORD, Severity::Medium, Confidence::High, "a");
    let mut commented = detected(&CREDENTIAL, Severity::High, Confidence::High, "a");
    commented.finding.inline_allow = Some("gate-hook:allow".to_owned());
    let of = |toml: &str, in_ci: bool, finding: &Detected| {
        let gate = Gate {
            in_ci,
            ..gate(vec![policy(toml)], ENFORCED)
        };
        let verdict = decide(&gate, vec![finding.clone()], &Receipt::default());
        (
            outcome(&verdict),
            verdict.deferred.len(),
            verdict.exit_code(in_ci),
        )
    };
    for finding in [found(), commented] {
        assert_eq!(of("", true, &finding), (Action::Review, 0, 0));
        assert_eq!(of("", false, &finding), (Action::Review, 0, 0));
        let stop = "unreviewed = \"stop\"\n";
        assert_eq!(of(stop, true, &finding), (Action::Block, 0, 1));
        assert_eq!(
            of(stop, false, &finding),
            (Action::Review, 1, 0),
            "said in the hook"
        );
        let quiet = format!("{stop}[rollout]\nstart = 2099-01-01\n");
        assert_eq!(of(&quiet, true, &finding), (Action::Review, 0, 0));
        assert_eq!(of(&quiet, false, &finding), (Action::Review, 0, 0));
    }
}

#[test]
fn the_deciding_lines_are_named_last_word_first() {
    let toml = "profile = \"strict\"\n[secrets]\n\ncredential = \"block\"\n[rollout]\nstart = 2026-12-01\nbaseline_days = 10\n";
    let verdict = judge(
        toml,
        BASELINE,
        detected(&CREDENTIAL, Severity::High, Confidence::High, "a"),
    );
    let deciders: Vec<String> = verdict.judged[0]
        .decided_by
        .iter()
        .map(|decider| format!("{} ({})", decider.key, decider.origin))
        .collect();
    assert_eq!(
        deciders,
        [
            "rollout.baseline_days = 10 (gate-hook.toml:7)",
            "rollout.start = 2026-12-01 (gate-hook.toml:6)",
            "secrets.credential = \"block\" (gate-hook.toml:4)",
        ]
    );
    let verdict = judge(
        "",
        ENFORCED,
        detected(&DEPENDENCY, Severity::Unknown, Confidence::High, "a"),
    );
    let keys: Vec<&str> = verdict.judged[0]
        .decided_by
        .iter()
        .map(|decider| decider.key.as_str())
        .collect();
    assert_eq!(keys, ["audit.high = \"block\"", "audit.unknown = \"high\""]);
    assert_eq!(
        verdict.judged[0].decided_by[0].origin,
        "profile phased (built in)"
    );
}

#[test]
fn code_outside_critical_paths_acts_by_its_own_keys() {
    let with_paths =
        "[paths]\ncritical = [\"**/auth/**\"]\n[bandit]\noutside_critical = { high = \"warn\" }\n";
    let without = "[bandit]\noutside_critical = { high = \"warn\" }\n";
    for (toml, path, severity, expected) in [
        (
            with_paths,
            "src/auth/login.py",
            Severity::High,
            Action::Block,
        ),
        (with_paths, "src/web/page.py", Severity::High, Action::Warn),
        (with_paths, "src/web/page.py", Severity::Low, Action::Info),
        (without, "src/web/page.py", Severity::High, Action::Block),
    ] {
        let verdict = judge(
            toml,
            ENFORCED,
            detected(&CODE, severity, Confidence::High, path),
        );
        assert_eq!(outcome(&verdict), expected, "{toml} {path} {severity}");
    }
    let mut nowhere = detected(&CODE, Severity::High, Confidence::High, "a");
    nowhere.finding.location.place = Place::CommitMessage;
    assert_eq!(
        outcome(&judge(with_paths, ENFORCED, nowhere)),
        Action::Block
    );
}

#[test]
fn development_dependencies_and_guesses_have_their_own_keys() {
    let dependency = |severity, path| detected(&DEPENDENCY, severity, Confidence::High, path);
    for (toml, severity, path, expected) in [
        ("", Severity::High, "requirements-dev.txt", Action::Block),
        (
            "profile = \"strict\"",
            Severity::High,
            "a/requirements-dev.txt",
            Action::Warn,
        ),
        (
            "profile = \"strict\"",
            Severity::High,
            "a/requirements.txt",
            Action::Block,
        ),
        (
            "profile = \"strict\"\naudit.dev.high = \"block\"",
            Severity::High,
            "test-requirements.txt",
            Action::Block,
        ),
        (
            "profile = \"strict\"\naudit.dev.high = \"block\"",
            Severity::Critical,
            "test.txt",
            Action::Warn,
        ),
        (
            "audit.dev = { high = \"info\" }\naudit.dev_paths = [\"tools/\"]",
            Severity::High,
            "tools/a.txt",
            Action::Info,
        ),
        (
            "audit.unknown = \"low\"",
            Severity::Unknown,
            "requirements.txt",
            Action::Warn,
        ),
        (
            "audit.unknown = \"critical\"\naudit.critical = \"review\"",
            Severity::Unknown,
            "r.txt",
            Action::Review,
        ),
        (
            "audit.dev = { low = \"info\" }\naudit.unknown = \"low\"",
            Severity::Unknown,
            "dev.txt",
            Action::Info,
        ),
    ] {
        assert_eq!(
            outcome(&judge(toml, ENFORCED, dependency(severity, path))),
            expected,
            "{toml} {path}"
        );
    }
    for (toml, confidence, expected) in [
        ("", Confidence::Low, Action::Info),
        ("", Confidence::Medium, Action::Review),
        ("", Confidence::High, Action::Block),
        (
            "secrets.keyword = \"block\"",
            Confidence::Medium,
            Action::Block,
        ),
        (
            "secrets.credential = \"warn\"",
            Confidence::Medium,
            Action::Warn,
        ),
    ] {
        let finding = detected(&CREDENTIAL, Severity::High, confidence, "a");
        assert_eq!(
            outcome(&judge(toml, ENFORCED, finding)),
            expected,
            "{toml} {confidence}"
        );
    }
    for (confidence, expected) in [
        (Confidence::Low, Action::Off),
        (Confidence::Medium, Action::Block),
        (Confidence::High, Action::Block),
    ] {
        let finding = detected(&CODE, Severity::High, confidence, "a.py");
        assert_eq!(
            outcome(&judge(
                "bandit.min_confidence = \"medium\"",
                ENFORCED,
                finding
            )),
            expected
        );
    }
}

#[test]
fn overrides_cover_what_they_name_while_they_hold_and_within_every_limit() {
    let blocked = || vec![detected(&CREDENTIAL, Severity::High, Confidence::High, "a")];
    let decide_with = |toml: &[&str], change: &dyn Fn(&mut Override), now: &str| {
        let mut record = record(ENFORCED, Engine::Secrets);
        change(&mut record);
        let policies = toml.iter().map(|toml| policy(toml)).collect();
        let gate = Gate {
            policies,
            overrides: vec![record],
            now: time(now),
            ..Gate::default()
        };
        outcome(&decide(&gate, blocked(), &Receipt::default()))
    };
    let as_it_is = |_: &mut Override| {};
    assert_eq!(decide_with(&[""], &as_it_is, ENFORCED), Action::Warn);
    // Until due, and not before it was written, whatever the clocks.
    assert_eq!(
        decide_with(&[""], &as_it_is, "2027-02-06T11:59:59Z"),
        Action::Warn
    );
    assert_eq!(
        decide_with(&[""], &as_it_is, "2027-02-06T12:00:00Z"),
        Action::Block
    );
    assert_eq!(
        decide_with(&[""], &as_it_is, "2027-02-05T11:55:00Z"),
        Action::Warn
    );
    assert_eq!(
        decide_with(&[""], &as_it_is, "2027-02-05T11:54:59Z"),
        Action::Block
    );
    // Another finding.
    let other =
        |record: &mut Override| record.findings[0].fingerprint = fingerprint(Engine::Secrets, 8);
    assert_eq!(decide_with(&[""], &other, ENFORCED), Action::Block);
    // A record that breaks a rule.
    let idle = |record: &mut Override| record.reason = "fix later fix later".to_owned();
    assert_eq!(decide_with(&[""], &idle, ENFORCED), Action::Block);
    let long = |record: &mut Override| record.valid_until += jiff::SignedDuration::from_hours(1);
    assert_eq!(decide_with(&[""], &long, ENFORCED), Action::Block);
    // The change cannot raise the base's limits, nor the base the change's.
    let generous = "override.valid_hours = 100";
    assert_eq!(decide_with(&[generous], &long, ENFORCED), Action::Warn);
    assert_eq!(decide_with(&["", generous], &long, ENFORCED), Action::Block);
    assert_eq!(decide_with(&[generous, ""], &long, ENFORCED), Action::Block);
    assert_eq!(
        decide_with(&["override.ticket = '^SEC-'"], &as_it_is, ENFORCED),
        Action::Block
    );
}
