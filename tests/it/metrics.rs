//! Metrics: equal to a computation by the definitions alone, on generated years; reports that do not change.
//!
//! Requirements: S1-18 S1-24 S1-39 S1-40 S1-41 S1-42 S1-43 S1-44 S2-22

use std::collections::BTreeSet;

use gate_hook::finding::{Engine, Fingerprint, Severity};
use gate_hook::policy::{Action, Reason};
use gate_hook::record::journal::{Evidence, Look, Said};
use gate_hook::record::ledger::{Class, Entry, Event, Line, State};
use gate_hook::record::metrics::{
    CommitFact, Facts, Metrics, OverrideFact, Period, WaiverFact, compute, midnight, week_of,
    weeks_until,
};
use gate_hook::report::governance::{Month, Page, Shape, page, weekly};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::support::{Numbers, full};

const START: &str = "2025-11-24T00:00:00Z";

fn after(start: Timestamp, minutes: u64) -> Timestamp {
    start
        .checked_add(SignedDuration::from_mins(minutes.cast_signed()))
        .unwrap()
}

const SEVERITIES: [Severity; 5] = [
    Severity::Unknown,
    Severity::Low,
    Severity::Medium,
    Severity::High,
    Severity::Critical,
];
/// The digests of two policies.
const DIGESTS: [&str; 2] = ["0f0f0f0f0f0f0f0f", "1e1e1e1e1e1e1e1e"];

/// Makes what a hook says, mostly that the commit may be made.
fn evidence(numbers: &mut Numbers) -> Evidence {
    let said = match numbers.below(8) {
        0 => Said::Blocked,
        1 => Said::Deferred,
        2 => Said::CouldNotLook,
        _ => Said::Passed,
    };
    Evidence {
        policy: DIGESTS[numbers.below(2) as usize][..8].to_owned(),
        said,
    }
}

/// Makes a year of a repository out of a seed.
fn year(seed: u64) -> Facts {
    let mut numbers = Numbers(seed | 1);
    let start: Timestamp = START.parse().unwrap();
    let mut facts = Facts {
        has_ledger: true,
        budget: Some(60),
        ..Facts::default()
    };
    // What each of some findings is at the moment: absent, open or waived.
    let mut there: Vec<u8> = vec![0; 24];
    let mut minute = 0;
    while minute < 52 * 7 * 24 * 60 {
        minute += 60 + numbers.below(60 * 40);
        let time = after(start, minute);
        let id = format!("{:040x}", numbers.below(u64::MAX));
        let class = Class::ALL[numbers.below(5) as usize];
        let key = if numbers.below(9) == 0 {
            String::new()
        } else {
            format!("k{id}")
        };
        if numbers.below(3) > 0 {
            facts.commits.push(CommitFact {
                id: id.clone(),
                key: key.clone(),
                time,
                class,
                evidence: (class == Class::Scanned).then(|| evidence(&mut numbers)),
            });
        }
        if numbers.below(3) > 0 {
            facts.journal.push(Look {
                time: after(start, minute - numbers.below(60)),
                key: key.clone(),
                evidence: evidence(&mut numbers),
                milliseconds: 3 + numbers.below(90) as u32,
            });
        }
        for state in &mut there {
            if numbers.below(12) == 0 {
                *state = numbers.below(3) as u8;
            }
        }
        let full = numbers.below(3) == 0;
        let mut findings = Vec::new();
        for (number, state) in there.iter().enumerate() {
            let shown = full || numbers.below(4) == 0;
            if *state == 0 || !shown {
                continue;
            }
            let waived = *state == 2;
            findings.push(Entry {
                fingerprint: Fingerprint::new(Engine::ALL[number % 3], [number as u8; 10]),
                rule: format!("rule-{}", number % 7),
                severity: SEVERITIES[number % 5],
                action: if waived { Action::Info } else { Action::Block },
                state: if waived { State::Waived } else { State::Open },
                reason: waived.then(|| Reason::ALL[number % 5]),
            });
        }
        if numbers.below(5) > 0 {
            // Ids change on the way to the default branch; contents do not.
            let commit = if numbers.below(2) == 0 {
                id.clone()
            } else {
                format!("other{id}")
            };
            facts.ledger.push(Line {
                time,
                event: if full { Event::Full } else { Event::Commit },
                commit,
                key,
                class,
                policy: DIGESTS[numbers.below(2) as usize].to_owned(),
                outcome: ["passed", "blocked", "could-not-look"][numbers.below(3) as usize]
                    .to_owned(),
                lines: 7,
                findings,
            });
            if !full && numbers.below(2) == 0 {
                propose_another(&mut facts, &mut numbers);
            }
        }
        if numbers.below(60) == 0 {
            let findings: BTreeSet<Fingerprint> = [Fingerprint::new(
                Engine::ALL[0],
                [numbers.below(8) as u8 * 3; 10],
            )]
            .into();
            facts.overrides.push(OverrideFact {
                id: format!("o-{:08x}", numbers.below(1 << 32)),
                arrived: time,
                due: after(time, 24 * 60),
                findings,
                remediation: (numbers.below(3) > 0).then(|| after(time, numbers.below(48 * 60))),
            });
        }
    }
    facts
}

/// Puts a commit before the last one of the ledger: both belong to one proposed change.
fn propose_another(facts: &mut Facts, numbers: &mut Numbers) {
    let mut other = facts.ledger.last().unwrap().clone();
    other.commit = format!("{:040x}", numbers.below(u64::MAX));
    other.key = format!("k{}", other.commit);
    other.findings.clear();
    if numbers.below(2) == 0 {
        facts.journal.push(Look {
            time: other.time,
            key: other.key.clone(),
            evidence: evidence(numbers),
            milliseconds: 7,
        });
    }
    let at = facts.ledger.len() - 1;
    facts.ledger.insert(at, other);
}

/// Computes a week by the definitions, each number by looking through everything again.
fn by_definition(facts: &Facts, first: Date, to: Timestamp) -> Period {
    let (begin, end) = (midnight(first), midnight(first.saturating_add(7.days())));
    let within = |time: Timestamp| begin <= time && time < end && time <= to;
    let lines: Vec<&Line> = facts.ledger.iter().filter(|line| line.time <= to).collect();
    let mut week = Period {
        start: first,
        ..Period::default()
    };
    for commit in facts.commits.iter().filter(|commit| within(commit.time)) {
        let class = class_of(facts, commit, to);
        week.classes[Class::ALL.iter().position(|known| *known == class).unwrap()] += 1;
        if commit.class != Class::Exempt {
            let known = lines.iter().any(|line| {
                line.event == Event::Commit
                    && (line.commit == commit.id
                        || (!line.key.is_empty() && line.key == commit.key))
            });
            week.coverage.whole += 1;
            week.coverage.part += u64::from(known);
            week.hook_coverage.whole += 1;
            week.hook_coverage.part += u64::from(class_of(facts, commit, to) == Class::Scanned);
            let answer = disagreement(facts, commit, &lines, to);
            week.disagreement.whole += u64::from(answer.is_some());
            week.disagreement.part += u64::from(answer == Some(true));
        }
    }
    for look in facts.journal.iter().filter(|look| within(look.time)) {
        week.hook_times.push(look.milliseconds);
        week.over_budget.whole += 1;
        week.over_budget.part += u64::from(look.milliseconds > facts.budget.unwrap());
    }
    week.hook_times.sort_unstable();
    let every: BTreeSet<Fingerprint> = lines
        .iter()
        .flat_map(|line| &line.findings)
        .map(|entry| entry.fingerprint)
        .collect();
    for fingerprint in every {
        life(fingerprint, &lines, &within, end, &mut week);
    }
    let last_full = lines
        .iter()
        .rfind(|line| line.event == Event::Full && line.time < end);
    if let Some(last) = last_full {
        for entry in last
            .findings
            .iter()
            .filter(|entry| entry.state != State::Waived)
        {
            let severe = match entry.severity {
                Severity::Critical => &mut week.critical,
                Severity::High => &mut week.high,
                _ => continue,
            };
            *severe += 1;
            let since = first_seen(entry.fingerprint, &lines, last.time);
            week.ages
                .push(since.duration_until(end.min(to)).as_hours() / 24);
        }
    }
    for fact in facts.overrides.iter().filter(|fact| within(fact.arrived)) {
        let done = fact.remediation.is_some_and(|said| {
            said <= fact.due
                && said <= to
                && lines.iter().any(|line| {
                    line.event == Event::Full
                        && line.time >= said
                        && !line
                            .findings
                            .iter()
                            .any(|entry| fact.findings.contains(&entry.fingerprint))
                })
        });
        week.remediated.whole += 1;
        week.remediated.part += u64::from(done);
    }
    week.fix_seconds.sort_unstable();
    week.ages.sort_unstable();
    week
}

/// Returns what the hook said last of a content, as the journal has it.
fn last_look<'f>(facts: &'f Facts, key: &str, to: Timestamp) -> Option<&'f Evidence> {
    let mut best: Option<&Look> = None;
    for look in &facts.journal {
        let is_it = !key.is_empty() && look.key == key && look.time <= to;
        if is_it && best.is_none_or(|best| best.time <= look.time) {
            best = Some(look);
        }
    }
    best.map(|look| &look.evidence)
}

fn class_of(facts: &Facts, commit: &CommitFact, to: Timestamp) -> Class {
    match (commit.class, last_look(facts, &commit.key, to)) {
        (Class::Unhooked, Some(evidence))
            if matches!(evidence.said, Said::Passed | Said::Deferred) =>
        {
            Class::Scanned
        }
        (class, _) => class,
    }
}

/// Returns whether one of hook and CI stops a commit and the other does not; nothing where nobody can tell.
fn disagreement(
    facts: &Facts,
    commit: &CommitFact,
    lines: &[&Line],
    to: Timestamp,
) -> Option<bool> {
    let said = |id: &str, key: &str| {
        let in_message = facts.commits.iter().rfind(|commit| commit.id == id);
        let in_message = in_message.and_then(|commit| commit.evidence.clone());
        in_message.or_else(|| last_look(facts, key, to).cloned())
    };
    let hook = said(&commit.id, &commit.key)?;
    let judged: Vec<&&Line> = lines
        .iter()
        .filter(|line| line.event == Event::Commit)
        .collect();
    let of_id: Vec<&&Line> = judged
        .iter()
        .copied()
        .filter(|line| line.commit == commit.id)
        .collect();
    let of_key = judged
        .iter()
        .copied()
        .filter(|line| !commit.key.is_empty() && line.key == commit.key);
    let known = if of_id.is_empty() {
        of_key.collect()
    } else {
        of_id
    };
    let line = known
        .into_iter()
        .rfind(|line| line.policy[..8] == hook.policy)?;
    if line.outcome == "could-not-look" {
        return None;
    }
    let change: Vec<&&Line> = judged
        .into_iter()
        .filter(|other| other.time == line.time && other.policy == line.policy)
        .collect();
    let stops = |entry: &&Entry| entry.action == Action::Block;
    let is_secret = |entry: &Entry| entry.fingerprint.to_string().starts_with("s-");
    let blocking: Vec<&Entry> = line.findings.iter().filter(stops).collect();
    match hook.said {
        Said::Blocked => (change.len() == 1).then_some(blocking.is_empty()),
        Said::Passed if blocking.is_empty() => Some(false),
        Said::Passed if blocking.iter().any(|entry| is_secret(entry)) => Some(true),
        Said::Passed => {
            let passed = |line: &&&Line| {
                said(&line.commit, &line.key).is_some_and(|hook| {
                    hook.said == Said::Passed && line.policy[..8] == hook.policy
                })
            };
            change.iter().all(passed).then_some(true)
        }
        Said::Deferred | Said::CouldNotLook => None,
    }
}

fn entry_in(line: &Line, fingerprint: Fingerprint) -> Option<&Entry> {
    line.findings
        .iter()
        .find(|entry| entry.fingerprint == fingerprint)
}

/// Returns when the life of a finding that is there at a moment began: after the last full scan without it.
fn first_seen(fingerprint: Fingerprint, lines: &[&Line], at: Timestamp) -> Timestamp {
    let before: Vec<&&Line> = lines.iter().filter(|line| line.time <= at).collect();
    let absent = |line: &Line| line.event == Event::Full && entry_in(line, fingerprint).is_none();
    let from = before
        .iter()
        .rposition(|line| absent(line))
        .map_or(0, |at| at + 1);
    before[from..]
        .iter()
        .find(|line| entry_in(line, fingerprint).is_some())
        .unwrap()
        .time
}

/// Counts what happened to one finding in a week.
fn life(
    fingerprint: Fingerprint,
    lines: &[&Line],
    within: &dyn Fn(Timestamp) -> bool,
    end: Timestamp,
    week: &mut Period,
) {
    let mut state = None;
    for line in lines.iter().filter(|line| line.time < end) {
        let next = match entry_in(line, fingerprint) {
            Some(entry) => Some(entry.state == State::Waived),
            None if line.event == Event::Full => None,
            None => continue,
        };
        let counts = u64::from(within(line.time));
        if state.is_none() && next.is_some() {
            week.detected += counts;
        }
        if next == Some(true) && state != Some(true) {
            week.waived += counts;
            let entry = entry_in(line, fingerprint).unwrap();
            week.false_positives += counts * u64::from(entry.reason == Some(Reason::FalsePositive));
        }
        if state == Some(false) && next.is_none() {
            week.fixed += counts;
            if counts > 0 {
                let before = lines.iter().rfind(|other| other.time < line.time).unwrap();
                let since = first_seen(fingerprint, lines, before.time);
                week.fix_seconds
                    .push(since.duration_until(line.time).as_secs());
            }
        }
        state = next;
    }
    week.open += u64::from(state == Some(false));
}

#[test]
fn a_year_is_counted_as_the_definitions_say() {
    let seeds = if full() { 200 } else { 6 };
    let (mut disagree, mut compared) = (0, 0);
    for seed in 1..=seeds {
        let facts = year(seed * 0x9e37_79b9);
        let to = after(START.parse().unwrap(), 52 * 7 * 24 * 60 - 4000);
        let weeks = weeks_until(to, 52);
        let metrics = compute(&facts, &weeks, to);
        assert_eq!(metrics.periods.len(), 52);
        for period in &metrics.periods {
            assert_eq!(
                *period,
                by_definition(&facts, period.start, to),
                "seed {seed}"
            );
        }
        let sum = |value: &dyn Fn(&Period) -> u64| metrics.periods.iter().map(value).sum::<u64>();
        assert!(sum(&|week| week.fixed) > 20 && sum(&|week| week.waived) > 20);
        disagree += sum(&|week| week.disagreement.part);
        compared += sum(&|week| week.disagreement.whole);
        assert!(sum(&|week| week.over_budget.part) > 0);
        // The order of the lines does not matter.
        let mut shuffled = facts.clone();
        shuffled.ledger.reverse();
        shuffled.journal.reverse();
        assert_eq!(compute(&shuffled, &weeks, to), metrics);
    }
    assert!(
        0 < disagree && disagree < compared,
        "{disagree} of {compared}"
    );
}

#[test]
fn weeks_begin_on_monday_by_utc() {
    let monday: Date = "2026-11-30".parse().unwrap();
    assert_eq!(week_of("2026-11-30T00:00:00Z".parse().unwrap()), monday);
    assert_eq!(week_of("2026-12-06T23:59:59Z".parse().unwrap()), monday);
    let days = weeks_until("2026-12-06T23:59:59Z".parse().unwrap(), 2);
    assert_eq!(
        days.iter().map(Date::to_string).collect::<Vec<_>>(),
        ["2026-11-23", "2026-11-30", "2026-12-07"]
    );
}

fn sample() -> (Facts, Month) {
    let mut facts = year(0x5eed);
    facts.waivers = (0..3)
        .map(|number| WaiverFact {
            id: format!("w-0000000{number}"),
            requested: "2026-10-20".parse().unwrap(),
            expires: format!("2026-11-0{}", number + 3).parse().unwrap(),
            finding: "B602<script>".to_owned(),
            reason: Reason::NotExploitable,
            counts: true,
        })
        .collect();
    let to: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    let last = to.checked_sub(SignedDuration::from_nanos(1)).unwrap();
    let days = ["2026-09-01", "2026-10-01", "2026-11-01"].map(|day| day.parse().unwrap());
    let month = Month {
        project: "shop & <co>".to_owned(),
        first: days[1],
        to,
        weekly: compute(&facts, &weeks_until(last, 12), last),
        monthly: compute(&facts, &days, last),
        public: false,
        version: "0.1.0",
    };
    (facts, month)
}

#[test]
fn reports_are_the_same_for_the_same_numbers() {
    let (facts, month) = sample();
    for form in [Page::Markdown, Page::Html] {
        let text = page(&month, form);
        let (_, again) = sample();
        assert_eq!(page(&again, form), text);
        assert!(!text.replace("\\<", "").contains("<script"), "escaped");
        assert!(text.contains("October 2026"));
        for open in &month.weekly.open {
            assert!(text.contains(&open.fingerprint.to_string()));
        }
        let public = page(
            &Month {
                public: true,
                ..month.clone()
            },
            form,
        );
        assert!(!month.weekly.open.is_empty());
        for open in &month.weekly.open {
            assert!(!public.contains(&open.fingerprint.to_string()));
        }
    }
    let html = page(&month, Page::Html);
    for outside in [
        "http://", "https://", "<link", "@import", "url(http", "<img",
    ] {
        assert!(!html.contains(outside), "{outside}");
    }
    if let Some(file) = crate::support::bless("REPORT") {
        std::fs::write(file, &html).unwrap();
    }
    assert!(!facts.ledger.is_empty());
}

fn weekly_of(metrics: &Metrics, shape: Shape) -> String {
    weekly(metrics, shape)
}

#[test]
fn without_a_ledger_what_ci_knows_is_a_dash() {
    let mut facts = year(0x5eed);
    facts.ledger.clear();
    facts.has_ledger = false;
    let to: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    let metrics = compute(&facts, &weeks_until(to, 12), to);
    let json: serde_json::Value = serde_json::from_str(&weekly(&metrics, Shape::Json)).unwrap();
    let table = weekly(&metrics, Shape::Table);
    for (week, row) in json["weeks"]
        .as_array()
        .unwrap()
        .iter()
        .zip(table.lines().skip(1))
    {
        for unknown in [
            "coverage",
            "commits_scanned",
            "detected",
            "open",
            "open_high",
        ] {
            assert!(week[unknown].is_null(), "{unknown}: {week}");
        }
        assert!(week["commits"].as_u64().unwrap() > 0, "{week}");
        let cells: Vec<&str> = row.split_whitespace().collect();
        assert_eq!((cells[2], &cells[4..10]), ("-", &["-"; 6][..]), "{row}");
    }
    assert!(!weekly(&metrics, Shape::OpenMetrics).contains("gate_hook_coverage"));
}

#[test]
fn every_shape_says_the_same() {
    let (_, month) = sample();
    let metrics = &month.weekly;
    let csv = weekly_of(metrics, Shape::Csv);
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 13);
    let json: serde_json::Value = serde_json::from_str(&weekly_of(metrics, Shape::Json)).unwrap();
    for (at, row) in rows[1..].iter().enumerate() {
        let week = &json["weeks"][at];
        assert_eq!(week["week"].as_str(), Some(row[0]));
        for (name, cell) in rows[0].iter().zip(row).skip(1) {
            let number = week[name].as_f64();
            assert_eq!(number, cell.parse().ok(), "{name} of {}", row[0]);
        }
    }
    let open = weekly_of(metrics, Shape::OpenMetrics);
    assert!(open.ends_with("# EOF\n"));
    let last = &rows[12];
    for (name, cell) in rows[0]
        .iter()
        .zip(last)
        .skip(1)
        .filter(|(_, cell)| !cell.is_empty())
    {
        let unit = if name.contains("coverage") || name.contains("rate") {
            "_percent"
        } else {
            ""
        };
        assert!(
            open.contains(&format!("\ngate_hook_{name}{unit} {cell}\n")),
            "{name} {cell}\n{open}"
        );
    }
    let table = weekly_of(metrics, Shape::Table);
    assert!(
        table.lines().all(|line| line.chars().count() <= 100),
        "{table}"
    );
    assert!(
        table
            .lines()
            .take(13)
            .all(|line| line.chars().count() <= 80),
        "{table}"
    );
    assert_eq!(table.lines().count(), 15, "and what is known of the hook");
}
