//! Weekly metrics out of what git and the ledger say. Pure: equal facts give equal numbers.
//!
//! The definitions are those of `docs/metrics.md`, under the same names. A finding's life begins with the first
//! line of the ledger that shows it open, and ends with the first full scan of the default branch without it
//! (fixed) or the first line in which a waiver counts for it (waived).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::agreement::Hook;
use super::journal::{Evidence, Look};
use super::ledger::{Class, Entry, Event, Line, State};
use crate::finding::{Fingerprint, Severity};
use crate::policy::Reason;

/// A commit of the default branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitFact {
    /// Its id.
    pub id: String,
    /// What identifies its content.
    pub key: String,
    /// When it was committed.
    pub time: Timestamp,
    /// How it came past the hook.
    pub class: Class,
    /// What its message says of the hook's look.
    pub evidence: Option<Evidence>,
}

/// An override that has arrived on the default branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideFact {
    /// Its id.
    pub id: String,
    /// When it arrived.
    pub arrived: Timestamp,
    /// When the findings have to be put right.
    pub due: Timestamp,
    /// What it covers.
    pub findings: BTreeSet<Fingerprint>,
    /// When a commit arrived that says it puts them right.
    pub remediation: Option<Timestamp>,
}

/// A waiver of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverFact {
    /// Its id.
    pub id: String,
    /// When it was requested.
    pub requested: Date,
    /// The last day on which it holds.
    pub expires: Date,
    /// What it is about.
    pub finding: String,
    /// Why the finding may stay.
    pub reason: Reason,
    /// Whether it counts at the time of the report.
    pub counts: bool,
}

/// All that metrics are computed from.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The commits of the default branch.
    pub commits: Vec<CommitFact>,
    /// The overrides.
    pub overrides: Vec<OverrideFact>,
    /// The waivers.
    pub waivers: Vec<WaiverFact>,
    /// The ledger.
    pub ledger: Vec<Line>,
    /// Whether there is one: without it nothing is known of what CI has scanned, found and seen fixed.
    pub has_ledger: bool,
    /// The journals of clones.
    pub journal: Vec<Look>,
    /// How long the hook may take, in milliseconds, where there is a limit.
    pub budget: Option<u32>,
}

/// How often something holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// In how many cases it does.
    pub part: u64,
    /// How many cases there are.
    pub whole: u64,
}

impl Share {
    fn add(&mut self, other: Self) {
        self.part += other.part;
        self.whole += other.whole;
    }

    /// Returns the share in percent; nothing where there is no case.
    pub fn percent(self) -> Option<f64> {
        (self.whole > 0).then(|| 100.0 * self.part as f64 / self.whole as f64)
    }
}

/// The metrics of a week or of a month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Period {
    /// Its first day.
    pub start: Date,
    /// M1, gate coverage: commits that CI has scanned, of all but the exempt ones. Without a ledger there is no case.
    pub coverage: Share,
    /// M1, hook coverage: commits that the hook has scanned, as their message or a journal says.
    pub hook_coverage: Share,
    /// M2: the seconds that each finding fixed in this week was open, sorted.
    pub fix_seconds: Vec<i64>,
    /// Findings first seen in this week.
    pub detected: u64,
    /// Findings fixed.
    pub fixed: u64,
    /// Findings closed by a waiver.
    pub waived: u64,
    /// Those of them that are false positives.
    pub false_positives: u64,
    /// Findings open at the end of the week, and how long the oldest of them is: still counting.
    pub open: u64,
    /// M5: commits by class, in the order of [`Class::ALL`].
    pub classes: [u64; 5],
    /// M6: open critical findings on the default branch at the end of the week.
    pub critical: u64,
    /// M6: open high ones.
    pub high: u64,
    /// M6: the age in days of each open critical or high finding, sorted.
    pub ages: Vec<i64>,
    /// M7: overrides that arrived and were put right in time.
    pub remediated: Share,
    /// M8: how long each look of the hook took, in milliseconds, sorted.
    pub hook_times: Vec<u32>,
    /// M8: looks of the hook that took longer than they may.
    pub over_budget: Share,
    /// M9: commits on which hook and CI disagree, of those on which they can be compared.
    pub disagreement: Share,
}

impl Period {
    /// Returns what the hook did over several periods.
    pub fn over(periods: &[Self]) -> Self {
        let mut all = Self::default();
        for period in periods {
            all.hook_times.extend(&period.hook_times);
            all.over_budget.add(period.over_budget);
            all.disagreement.add(period.disagreement);
        }
        all.hook_times.sort_unstable();
        all
    }

    /// M3: what was closed by a waiver, of all that was closed.
    pub fn waiver_rate(&self) -> Share {
        Share {
            part: self.waived,
            whole: self.waived + self.fixed,
        }
    }

    /// M4: what was closed as a false positive, of all that was closed.
    pub fn false_positive_rate(&self) -> Share {
        Share {
            part: self.false_positives,
            whole: self.waived + self.fixed,
        }
    }

    /// Returns how many commits there are, the exempt ones left out.
    pub fn commits(&self) -> u64 {
        self.hook_coverage.whole
    }

    /// M2: the mean time to fix in seconds.
    pub fn mean_fix(&self) -> Option<i64> {
        let count = i64::try_from(self.fix_seconds.len()).ok()?;
        (count > 0).then(|| self.fix_seconds.iter().sum::<i64>() / count)
    }

    /// M2: the time to fix that this share of findings stays under, in seconds.
    pub fn fix_quantile(&self, percent: usize) -> Option<i64> {
        quantile(&self.fix_seconds, percent)
    }

    /// M8: the time that this share of looks of the hook stays under, in milliseconds.
    pub fn hook_quantile(&self, percent: usize) -> Option<u32> {
        quantile(&self.hook_times, percent)
    }
}

fn quantile<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

/// A finding that was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The id of its rule.
    pub rule: String,
    /// When.
    pub time: Timestamp,
    /// Why a waiver closed it; nothing where it was fixed.
    pub reason: Option<Reason>,
}

/// A finding that is open at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// What identifies it.
    pub fingerprint: Fingerprint,
    /// The id of its rule.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// Since when.
    pub since: Timestamp,
}

/// The metrics of a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metrics {
    /// The periods, the first one first.
    pub periods: Vec<Period>,
    /// Whether there was a ledger to count.
    pub has_ledger: bool,
    /// Everything that was closed, in the order of time.
    pub closed: Vec<Closed>,
    /// What is open on the default branch at the end, the worst first.
    pub open: Vec<Open>,
    /// When each override was put right; nothing for those that are not.
    pub overrides: Vec<(OverrideFact, Option<Timestamp>)>,
    /// The waivers that count at the end.
    pub waivers: Vec<WaiverFact>,
}

/// Returns the Monday of the week of a moment, by UTC.
pub fn week_of(time: Timestamp) -> Date {
    let date = TimeZone::UTC.to_datetime(time).date();
    date.saturating_sub(i64::from(date.weekday().since(Weekday::Monday)).days())
}

/// Returns the first moment of a day, by UTC.
pub fn midnight(date: Date) -> Timestamp {
    TimeZone::UTC
        .to_timestamp(date.at(0, 0, 0, 0))
        .unwrap_or(Timestamp::MAX)
}

/// Returns the Mondays of the weeks that end with that of a moment, and the Monday after it.
pub fn weeks_until(to: Timestamp, count: u32) -> Vec<Date> {
    let last = week_of(to);
    let back = |weeks: i64| last.saturating_sub((7 * weeks).days());
    (-1..i64::from(count)).rev().map(back).collect()
}

/// Computes the metrics of the periods between these days, as known at `to`.
pub fn compute(facts: &Facts, days: &[Date], to: Timestamp) -> Metrics {
    let mut weeks = Weeks::new(days);
    let mut ledger: Vec<&Line> = facts.ledger.iter().filter(|line| line.time <= to).collect();
    // What was proposed comes before what stands on the default branch; the rest stays as it was written.
    ledger.sort_by_key(|line| (line.time, line.event));
    let hook = Hook::new(facts, &ledger, to);
    count_commits(&mut weeks, facts, &ledger, &hook, to);
    count_looks(&mut weeks, facts, to);
    let mut lives = Lives::default();
    let mut at = 0;
    for (number, end) in weeks.ends().into_iter().enumerate() {
        while at < ledger.len() && ledger[at].time < end {
            lives.line(ledger[at], &mut weeks);
            at += 1;
        }
        lives.at_end(&mut weeks.list[number], end.min(to));
    }
    let overrides = count_overrides(&mut weeks, facts, &ledger, to);
    let mut open: Vec<Open> = lives.on_default.values().cloned().collect();
    open.sort_by(|a, b| {
        (b.severity, a.since, a.fingerprint).cmp(&(a.severity, b.since, b.fingerprint))
    });
    let counting = facts.waivers.iter().filter(|waiver| waiver.counts);
    let mut waivers: Vec<WaiverFact> = counting.cloned().collect();
    waivers.sort_by(|a, b| (a.expires, &a.id).cmp(&(b.expires, &b.id)));
    weeks.sort();
    Metrics {
        periods: weeks.list,
        has_ledger: facts.has_ledger,
        closed: lives.closed,
        open,
        overrides,
        waivers,
    }
}

struct Weeks {
    list: Vec<Period>,
    /// The day after the last one.
    end: Date,
}

impl Weeks {
    fn new(days: &[Date]) -> Self {
        let (end, starts) = days
            .split_last()
            .map_or((Date::MIN, &[][..]), |(end, starts)| (*end, starts));
        let period = |start: &Date| Period {
            start: *start,
            ..Period::default()
        };
        Self {
            list: starts.iter().map(period).collect(),
            end,
        }
    }

    /// Returns the moment at which each period is over.
    fn ends(&self) -> Vec<Timestamp> {
        let starts = self.list.iter().skip(1).map(|period| period.start);
        let days = starts.chain([self.end]).take(self.list.len());
        days.map(midnight).collect()
    }

    /// Returns the period of a moment, if it is in one of these.
    fn at(&mut self, time: Timestamp) -> Option<&mut Period> {
        let day = TimeZone::UTC.to_datetime(time).date();
        if day >= self.end {
            return None;
        }
        let after = self.list.partition_point(|period| period.start <= day);
        self.list.get_mut(after.checked_sub(1)?)
    }

    fn sort(&mut self) {
        for week in &mut self.list {
            week.fix_seconds.sort_unstable();
            week.ages.sort_unstable();
            week.hook_times.sort_unstable();
        }
    }
}

fn count_commits(
    weeks: &mut Weeks,
    facts: &Facts,
    ledger: &[&Line],
    hook: &Hook<'_>,
    to: Timestamp,
) {
    let commits = ledger.iter().filter(|line| line.event == Event::Commit);
    let mut scanned: BTreeSet<&str> = BTreeSet::new();
    for line in commits {
        scanned.insert(&line.commit);
        // A commit that brings nothing has nothing to be known by but its id.
        if !line.key.is_empty() {
            scanned.insert(&line.key);
        }
    }
    for commit in facts.commits.iter().filter(|commit| commit.time <= to) {
        let Some(week) = weeks.at(commit.time) else {
            continue;
        };
        // The message of a commit says nothing where its policy leaves the evidence in the journal.
        let class = match commit.class {
            Class::Unhooked if hook.has_passed(&commit.key) => Class::Scanned,
            class => class,
        };
        let at = Class::ALL.iter().position(|known| *known == class);
        week.classes[at.unwrap_or_default()] += 1;
        if class == Class::Exempt {
            continue;
        }
        let known = scanned.contains(commit.id.as_str()) || scanned.contains(commit.key.as_str());
        week.coverage.whole += u64::from(facts.has_ledger);
        week.coverage.part += u64::from(known);
        week.hook_coverage.whole += 1;
        week.hook_coverage.part += u64::from(class == Class::Scanned);
        if let Some(disagree) = hook.disagrees(commit) {
            week.disagreement.whole += 1;
            week.disagreement.part += u64::from(disagree);
        }
    }
}

fn count_looks(weeks: &mut Weeks, facts: &Facts, to: Timestamp) {
    for look in facts.journal.iter().filter(|look| look.time <= to) {
        let Some(week) = weeks.at(look.time) else {
            continue;
        };
        week.hook_times.push(look.milliseconds);
        if let Some(budget) = facts.budget {
            week.over_budget.whole += 1;
            week.over_budget.part += u64::from(look.milliseconds > budget);
        }
    }
}

/// What has become of findings so far.
#[derive(Default)]
struct Lives {
    /// What is open, with when it was first seen.
    open: BTreeMap<Fingerprint, Timestamp>,
    /// What a waiver has closed, with when it was first seen.
    waived: BTreeMap<Fingerprint, Timestamp>,
    /// What the last scan of the default branch found open.
    on_default: BTreeMap<Fingerprint, Open>,
    closed: Vec<Closed>,
    rules: BTreeMap<Fingerprint, String>,
}

impl Lives {
    fn line(&mut self, line: &Line, weeks: &mut Weeks) {
        let mut seen = BTreeSet::new();
        for entry in &line.findings {
            if seen.insert(entry.fingerprint) {
                self.entry(entry, line.time, weeks);
            }
        }
        if line.event != Event::Full {
            return;
        }
        let gone: Vec<(Fingerprint, Timestamp)> = self
            .open
            .iter()
            .filter(|(fingerprint, _)| !seen.contains(fingerprint))
            .map(|(fingerprint, first)| (*fingerprint, *first))
            .collect();
        for (fingerprint, first) in gone {
            self.open.remove(&fingerprint);
            self.close(fingerprint, line.time, None);
            if let Some(week) = weeks.at(line.time) {
                week.fixed += 1;
                week.fix_seconds
                    .push(first.duration_until(line.time).as_secs());
            }
        }
        self.waived
            .retain(|fingerprint, _| seen.contains(fingerprint));
        self.on_default = line
            .findings
            .iter()
            .filter(|entry| entry.state != State::Waived)
            .filter_map(|entry| {
                let open = Open {
                    fingerprint: entry.fingerprint,
                    rule: entry.rule.clone(),
                    severity: entry.severity,
                    since: *self.open.get(&entry.fingerprint)?,
                };
                Some((entry.fingerprint, open))
            })
            .collect();
    }

    fn entry(&mut self, entry: &Entry, time: Timestamp, weeks: &mut Weeks) {
        let fingerprint = entry.fingerprint;
        let known = self
            .open
            .get(&fingerprint)
            .or(self.waived.get(&fingerprint));
        let first = known.copied().unwrap_or(time);
        if known.is_none() {
            self.rules.insert(fingerprint, entry.rule.clone());
            if let Some(week) = weeks.at(time) {
                week.detected += 1;
            }
        }
        if entry.state != State::Waived {
            // One whose waiver has ended is open again, since it was first seen.
            self.waived.remove(&fingerprint);
            self.open.insert(fingerprint, first);
        } else if !self.waived.contains_key(&fingerprint) {
            self.open.remove(&fingerprint);
            self.waived.insert(fingerprint, first);
            self.close(
                fingerprint,
                time,
                Some(entry.reason.unwrap_or(Reason::AcceptedRisk)),
            );
            if let Some(week) = weeks.at(time) {
                week.waived += 1;
                week.false_positives += u64::from(entry.reason == Some(Reason::FalsePositive));
            }
        }
    }

    fn close(&mut self, fingerprint: Fingerprint, time: Timestamp, reason: Option<Reason>) {
        let rule = self.rules.get(&fingerprint).cloned().unwrap_or_default();
        self.closed.push(Closed { rule, time, reason });
    }

    fn at_end(&self, week: &mut Period, end: Timestamp) {
        week.open = self.open.len() as u64;
        for open in self.on_default.values() {
            match open.severity {
                Severity::Critical => week.critical += 1,
                Severity::High => week.high += 1,
                _ => continue,
            }
            week.ages
                .push(open.since.duration_until(end).as_hours() / 24);
        }
    }
}

/// Counts the overrides that were put right in time: a commit says so, and a later scan of the default branch
/// agrees.
fn count_overrides(
    weeks: &mut Weeks,
    facts: &Facts,
    ledger: &[&Line],
    to: Timestamp,
) -> Vec<(OverrideFact, Option<Timestamp>)> {
    let mut overrides = Vec::new();
    for fact in facts.overrides.iter().filter(|fact| fact.arrived <= to) {
        let confirmed = |said: &Timestamp| {
            ledger
                .iter()
                .filter(|line| line.event == Event::Full && line.time >= *said)
                .any(|line| {
                    line.findings
                        .iter()
                        .all(|entry| !fact.findings.contains(&entry.fingerprint))
                })
        };
        let done = fact
            .remediation
            .filter(|said| *said <= to)
            .filter(confirmed);
        if let Some(week) = weeks.at(fact.arrived) {
            week.remediated.whole += 1;
            week.remediated.part += u64::from(done.is_some_and(|done| done <= fact.due));
        }
        overrides.push((fact.clone(), done));
    }
    overrides.sort_by(|a, b| (a.0.arrived, &a.0.id).cmp(&(b.0.arrived, &b.0.id)));
    overrides
}
