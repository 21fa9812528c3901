//! The page of a month as Markdown, and the words that both pages share.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::super::markup::markdown;
use super::{Month, words};
use crate::finding::printable;
use crate::policy::Reason;
use crate::record::ledger::Class;
use crate::record::metrics::{Period, Share, WaiverFact};

/// Returns the page.
pub(super) fn render(month: &Month) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = write_page(&mut out, month);
    out
}

fn write_page(out: &mut String, month: &Month) -> std::fmt::Result {
    writeln!(
        out,
        "# Security gate, {}: {}\n",
        month.first.strftime("%B %Y"),
        markdown(&month.project)
    )?;
    writeln!(out, "{}\n", markdown(&facts(month)))?;
    writeln!(out, "| | this month | month before |\n|---|---:|---:|")?;
    let (now, before) = (month.now(), month.before());
    let duration = |seconds: Option<i64>| seconds.map_or("-".to_owned(), words::duration);
    let known = |count: u64| words::known(count, &month.weekly);
    let rows = [
        ("Open critical", known(now.critical), known(before.critical)),
        ("Open high", known(now.high), known(before.high)),
        (
            "Scan coverage",
            words::percent(now.coverage),
            words::percent(before.coverage),
        ),
        (
            "Hook coverage",
            words::percent(now.hook_coverage),
            words::percent(before.hook_coverage),
        ),
        (
            "Mean time to fix",
            duration(now.mean_fix()),
            duration(before.mean_fix()),
        ),
        (
            "Median time to fix",
            duration(now.fix_quantile(50)),
            duration(before.fix_quantile(50)),
        ),
        (
            "9 of 10 fixed within",
            duration(now.fix_quantile(90)),
            duration(before.fix_quantile(90)),
        ),
        (
            "Waiver rate",
            words::percent(now.waiver_rate()),
            words::percent(before.waiver_rate()),
        ),
        (
            "False-positive rate",
            words::percent(now.false_positive_rate()),
            words::percent(before.false_positive_rate()),
        ),
        (
            "Detected, fixed, waived",
            [now.detected, now.fixed, now.waived].map(known).join(", "),
            [before.detected, before.fixed, before.waived]
                .map(known)
                .join(", "),
        ),
        (
            "Overrides put right in time",
            of(now.remediated),
            of(before.remediated),
        ),
        (
            "Hook, 50, 95 and 99 of 100 within",
            times(&now),
            times(&before),
        ),
        (
            "Hook and CI disagree",
            of(now.disagreement),
            of(before.disagreement),
        ),
    ];
    for (name, this, last) in rows {
        writeln!(out, "| {name} | {this} | {last} |")?;
    }
    writeln!(out, "\nPast the hook: {}.\n", bypasses(month))?;
    weeks(out, month)?;
    if !month.public {
        open(out, month)?;
    }
    rest(out, month)?;
    writeln!(out, "## What the numbers mean\n")?;
    for (name, meaning) in definitions() {
        writeln!(out, "- **{name}**: {meaning}")?;
    }
    writeln!(
        out,
        "\ngate-hook {}, as known at {}. Days and weeks are those of UTC.",
        month.version, month.to
    )
}

fn times(period: &Period) -> String {
    let times = [50, 95, 99].map(|percent| period.hook_quantile(percent));
    match times {
        [Some(half), Some(most), Some(nearly_all)] => {
            format!("{half}, {most}, {nearly_all} ms")
        }
        _ => "-".to_owned(),
    }
}

fn of(share: Share) -> String {
    format!("{} of {}", share.part, share.whole)
}

fn weeks(out: &mut String, month: &Month) -> std::fmt::Result {
    writeln!(
        out,
        "## Week by week\n\n| week of | commits | coverage | detected | fixed | waived | critical | high |\n|---|---:|---:|---:|---:|---:|---:|---:|"
    )?;
    let known = |count: u64| words::known(count, &month.weekly);
    for week in &month.weekly.periods {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            week.start,
            week.commits(),
            words::percent(week.coverage),
            known(week.detected),
            known(week.fixed),
            known(week.waived),
            known(week.critical),
            known(week.high)
        )?;
    }
    writeln!(out)
}

fn open(out: &mut String, month: &Month) -> std::fmt::Result {
    writeln!(out, "## Open on the default branch\n")?;
    if month.weekly.open.is_empty() {
        let what = if month.weekly.has_ledger {
            "Nothing."
        } else {
            "Not known: there was no ledger."
        };
        return writeln!(out, "{what}\n");
    }
    writeln!(
        out,
        "| severity | rule | open for | fingerprint |\n|---|---|---:|---|"
    )?;
    for open in &month.weekly.open {
        let age = open.since.duration_until(month.to).as_secs();
        writeln!(
            out,
            "| {} | {} | {} | `{}` |",
            open.severity.name(),
            markdown(&open.rule),
            words::duration(age),
            open.fingerprint
        )?;
    }
    writeln!(out)
}

fn rest(out: &mut String, month: &Month) -> std::fmt::Result {
    writeln!(out, "## Waivers that count\n")?;
    if month.weekly.waivers.is_empty() {
        writeln!(out, "None.\n")?;
    } else {
        writeln!(
            out,
            "| waiver | finding | reason | ends |\n|---|---|---|---|"
        )?;
        for (waiver, days) in expiring(month) {
            writeln!(
                out,
                "| {} | {} | {} | {}, in {days} days |",
                markdown(&waiver.id),
                markdown(&waiver.finding),
                waiver.reason.name(),
                waiver.expires
            )?;
        }
        writeln!(out)?;
    }
    writeln!(out, "## Overrides of the month\n")?;
    let overrides = overrides(month);
    if overrides.is_empty() {
        writeln!(out, "None.\n")?;
    } else {
        writeln!(
            out,
            "| override | arrived | due | state |\n|---|---|---|---|"
        )?;
        for [id, arrived, due, state] in overrides {
            writeln!(out, "| {} | {arrived} | {due} | {state} |", markdown(&id))?;
        }
        writeln!(out)?;
    }
    let rules = false_positive_rules(month);
    if !rules.is_empty() {
        writeln!(
            out,
            "## Rules to tune\n\n| rule | false positives | closed |\n|---|---:|---:|"
        )?;
        for (rule, share) in rules {
            writeln!(
                out,
                "| {} | {} | {} |",
                markdown(&rule),
                share.part,
                share.whole
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Returns the month in two sentences.
pub(super) fn facts(month: &Month) -> String {
    let now = month.now();
    let commits = match now.commits() {
        0 => "No commit arrived".to_owned(),
        1 => "1 commit arrived".to_owned(),
        count => format!("{count} commits arrived"),
    };
    if !month.weekly.has_ledger {
        return format!(
            "{commits}. There was no ledger, so nothing is known of what CI has scanned, found and seen fixed."
        );
    }
    let severe = match now.critical + now.high {
        0 => "no critical or high finding is open".to_owned(),
        1 => "1 critical or high finding is open".to_owned(),
        count => format!("{count} critical or high findings are open"),
    };
    format!(
        "{commits}, {} of them scanned by CI; {} findings were seen for the first time, {} fixed, {} waived. On the default branch {severe}.",
        now.coverage.part, now.detected, now.fixed, now.waived
    )
}

/// Returns how the commits of the month came past the hook.
pub(super) fn bypasses(month: &Month) -> String {
    let now = month.now();
    let count = |class: Class| {
        let at = Class::ALL.iter().position(|known| *known == class);
        now.classes[at.unwrap_or_default()]
    };
    let commits = now.commits();
    let per_thousand = |part: u64| (part * 1000).checked_div(commits).unwrap_or(0);
    let (bypassed, overridden) = (count(Class::Bypassed), count(Class::Overridden));
    let traced = match count(Class::Scanned) {
        0 => "nothing says of any that the hook has scanned it".to_owned(),
        scanned => format!("the hook has scanned {scanned}"),
    };
    let mut said = format!(
        "{bypassed} commits with --no-verify ({} in a thousand), {overridden} with an override ({}); {traced}",
        per_thousand(bypassed),
        per_thousand(overridden)
    );
    if let Some(disagreement) = words::disagreement(&now) {
        said += "; ";
        said += &disagreement;
    }
    said
}

/// Returns the waivers that count with the days until their end, the next one first.
pub(super) fn expiring(month: &Month) -> Vec<(&WaiverFact, i64)> {
    let today = TimeZone::UTC.to_datetime(month.to).date();
    let days = |waiver: &WaiverFact| today.duration_until(waiver.expires).as_hours() / 24;
    month
        .weekly
        .waivers
        .iter()
        .map(|waiver| (waiver, days(waiver)))
        .collect()
}

/// Returns the overrides that arrived in the month: id, arrival, due, state.
pub(super) fn overrides(month: &Month) -> Vec<[String; 4]> {
    let day = |time: jiff::Timestamp| time.strftime("%Y-%m-%d %H:%M").to_string();
    let in_month = |time: jiff::Timestamp| TimeZone::UTC.to_datetime(time).date() >= month.first;
    let of_month = month
        .monthly
        .overrides
        .iter()
        .filter(|(fact, _)| in_month(fact.arrived));
    of_month
        .map(|(fact, done)| {
            let state = match done {
                Some(done) if *done <= fact.due => "put right in time".to_owned(),
                Some(done) => format!("put right late, {}", day(*done)),
                None if month.to > fact.due => "late, not put right".to_owned(),
                None => "not put right yet".to_owned(),
            };
            [fact.id.clone(), day(fact.arrived), day(fact.due), state]
        })
        .collect()
}

/// Returns the rules with false positives in the weeks shown, the one with most of them first.
pub(super) fn false_positive_rules(month: &Month) -> Vec<(String, Share)> {
    let first = month.weekly.periods.first().map(|week| week.start);
    let mut rules: BTreeMap<&str, Share> = BTreeMap::new();
    for closed in &month.weekly.closed {
        if first.is_some_and(|first| TimeZone::UTC.to_datetime(closed.time).date() >= first) {
            let share = rules.entry(&closed.rule).or_default();
            share.whole += 1;
            share.part += u64::from(closed.reason == Some(Reason::FalsePositive));
        }
    }
    let mut rules: Vec<(String, Share)> = rules
        .into_iter()
        .filter(|(_, share)| share.part > 0)
        .map(|(rule, share)| (printable(rule), share))
        .collect();
    rules.sort_by(|a, b| (b.1.part, &a.0).cmp(&(a.1.part, &b.0)));
    rules
}

/// Returns what each number means.
pub(super) fn definitions() -> [(&'static str, &'static str); 9] {
    [
        (
            "Scan coverage",
            "commits of the default branch that a line of the ledger knows, by id or by content, of all but merges that bring nothing of their own and commits of robots.",
        ),
        (
            "Hook coverage",
            "commits that the hook has scanned before they were pushed, as a Gate-Scan trailer in their message or a journal of a clone says.",
        ),
        (
            "Time to fix",
            "from the first line of the ledger that shows a finding open to the first scan of the default branch without it. Findings still open are counted as open, not as fixed.",
        ),
        (
            "Waiver rate",
            "findings closed by a waiver, of all that were closed by a waiver or a fix.",
        ),
        (
            "False-positive rate",
            "findings closed by a waiver with the reason false-positive, of all that were closed.",
        ),
        (
            "Past the hook",
            "commits made with --no-verify, or that bring an override record.",
        ),
        (
            "Open critical and high",
            "what the last scan of the default branch found and no waiver covers.",
        ),
        (
            "Overrides put right",
            "a commit says so (Gate-Remediates), and a later scan of the default branch no longer finds what was let through.",
        ),
        (
            "Hook and CI disagree",
            "commits that one stops and the other does not, of those that both judged by the same policy digest and on which the hook left nothing to CI. It should be none. How long the hook takes is known from journals of clones only.",
        ),
    ]
}
