//! Text for people: what blocks, why, and the ways on, in about twenty lines.
//!
//! The most important comes first and the commands come last, where the eye is when the output ends.
//! Nothing is said by colour alone.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::super::advice::{list_command, ways};
use super::super::entry::{self, Detail};
use super::super::page::{Page, Tone};
use super::super::summary::{count, looked_at};
use super::super::{Activity, Outcome, Report, Style, inert, layout};
use crate::policy::{Action, Decider, Judged};
use crate::receipt::{Consequence, Unscanned};

/// How many blocking findings are shown with every detail.
const IN_FULL: usize = 2;
/// How many blocking findings are shown at all while somebody waits.
const BLOCKING: usize = 5;
/// How many lesser findings are shown beside blocking ones, and how many remarks of a kind.
const LESSER: usize = 3;
/// How many lesser findings are shown where nothing blocks.
const LESSER_ALONE: usize = 10;
/// The limit on every list that was asked for.
const LISTED: usize = 1000;

/// Writes the report.
pub(super) fn render(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let outcome = report.outcome();
    if style.quiet && outcome == Outcome::Passed {
        return Ok(());
    }
    let mut page = Page::new(style);
    let blocking: Vec<&Judged> = report.blocking().collect();
    headline(&mut page, report, blocking.len());
    not_looked_at(&mut page, report, style, Consequence::CouldNotLook);
    blocked(&mut page, report, style, &blocking);
    if !style.quiet {
        lesser(&mut page, report, style, outcome);
        remarks(&mut page, report, style);
        ways_on(&mut page, report, &blocking);
    }
    if style.verbose {
        particulars(&mut page, report);
    }
    out.write_all(page.into_text().as_bytes())
}

fn headline(page: &mut Page, report: &Report, blocking: usize) {
    let by = format!("BLOCKED by {}", count(blocking, "finding", "findings"));
    let (tone, words) = match report.outcome() {
        Outcome::Blocked => (Tone::Bad, by),
        Outcome::CouldNotLook if blocking > 0 => {
            (Tone::Bad, format!("COULD NOT LOOK at everything, and {by}"))
        }
        Outcome::CouldNotLook => (Tone::Bad, "COULD NOT LOOK at everything".to_owned()),
        Outcome::Passed => passed(report),
    };
    let looked_at = format!("({}: {})", inert::text(&report.subject), looked_at(report));
    let name = (Tone::Strong, "gate-hook: ");
    if name.1.len() + layout::columns(&words) + 1 + layout::columns(&looked_at) <= page.width() {
        page.line(&[
            name,
            (tone, &words),
            (Tone::Dim, " "),
            (Tone::Dim, &looked_at),
        ]);
    } else {
        page.paragraph(&[name], tone, &words);
        page.paragraph(&[(Tone::Plain, "           ")], Tone::Dim, &looked_at);
    }
}

/// Returns the words for a change that passes.
fn passed(report: &Report) -> (Tone, String) {
    let lesser = Lesser::of(report);
    let mut parts = lesser.counts();
    let deferred = report.deferred().len();
    if deferred > 0 {
        parts.push(format!(
            "{} left to CI",
            count(deferred, "question", "questions")
        ));
    }
    let unscanned = report.unscanned_as(Consequence::Policy).count();
    if unscanned > 0 {
        parts.push(format!("{unscanned} not scanned"));
    }
    if parts.is_empty() {
        return (Tone::Good, "clean".to_owned());
    }
    (Tone::Caution, format!("passed with {}", parts.join(", ")))
}

fn blocked(page: &mut Page, report: &Report, style: Style, blocking: &[&Judged]) {
    let asked = matches!(report.situation.activity, Activity::Look | Activity::Ci);
    let waiting = !asked && !style.verbose;
    let shown = if waiting { BLOCKING } else { LISTED };
    if blocking.len() <= IN_FULL || style.verbose {
        in_full(page, style, &blocking[..blocking.len().min(shown)]);
    } else {
        page.gap();
        for judged in blocking.iter().take(shown) {
            entry::compact(page, judged);
        }
    }
    if blocking.len() > shown {
        more_blocking(page, report, &blocking[shown..]);
    }
}

/// Writes blocking findings with every detail; what holds for several is said once.
fn in_full(page: &mut Page, style: Style, blocking: &[&Judged]) {
    let why_lines = if blocking.len() == 1 || style.verbose {
        2
    } else {
        1
    };
    let mut explained: Vec<&str> = Vec::new();
    let mut previous: Option<&Decider> = None;
    for judged in blocking {
        let rule = judged.detected.finding.rule.id;
        let known = explained.contains(&rule);
        let same = judged.decided_by.first() == previous;
        let deciders = match (style.verbose, same) {
            (true, _) => usize::MAX,
            (false, same) => usize::from(!same),
        };
        page.gap();
        entry::full(
            page,
            judged,
            Detail {
                why_lines: if known { 0 } else { why_lines },
                deciders,
            },
        );
        explained.push(rule);
        previous = judged.decided_by.first();
    }
}

/// Writes the counts by rule of the findings that are not shown, the most frequent rules first.
fn more_blocking(page: &mut Page, report: &Report, rest: &[&Judged]) {
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for judged in rest {
        *by_rule.entry(judged.detected.finding.rule.id).or_default() += 1;
    }
    let mut by_rule: Vec<(&str, usize)> = by_rule.into_iter().collect();
    by_rule.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let mut parts: Vec<String> = by_rule
        .iter()
        .take(4)
        .map(|(rule, number)| format!("{number} {rule}"))
        .collect();
    if by_rule.len() > 4 {
        parts.push(format!(
            "{} more",
            count(by_rule.len() - 4, "rule", "rules")
        ));
    }
    let head = format!("and {} more: ", rest.len());
    page.paragraph(&[(Tone::Strong, &head)], Tone::Plain, &parts.join(", "));
    if let Some(command) = list_command(&report.situation) {
        page.line(&[(Tone::Plain, "all of them: "), (Tone::Strong, command)]);
    }
}

/// The introduced findings that do not block, sorted by what there is to say of them.
struct Lesser<'a> {
    overridden: Vec<&'a Judged>,
    review: Vec<&'a Judged>,
    warn: Vec<&'a Judged>,
    info: Vec<&'a Judged>,
}

impl<'a> Lesser<'a> {
    fn of(report: &'a Report) -> Self {
        let mut lesser = Self {
            overridden: Vec::new(),
            review: Vec::new(),
            warn: Vec::new(),
            info: Vec::new(),
        };
        for judged in report.introduced() {
            match judged.action {
                Action::Block | Action::Off => {}
                _ if judged.overridden_by.is_some() => lesser.overridden.push(judged),
                Action::Review => lesser.review.push(judged),
                Action::Warn => lesser.warn.push(judged),
                Action::Info => lesser.info.push(judged),
            }
        }
        lesser
    }

    fn counts(&self) -> Vec<String> {
        let counts = [
            (self.overridden.len(), "overridden", "overridden"),
            (self.review.len(), "to review", "to review"),
            (self.warn.len(), "warning", "warnings"),
        ];
        counts
            .into_iter()
            .filter(|(number, ..)| *number > 0)
            .map(|(number, one, many)| count(number, one, many))
            .collect()
    }
}

fn lesser(page: &mut Page, report: &Report, style: Style, outcome: Outcome) {
    let lesser = Lesser::of(report);
    let limit = match outcome {
        _ if style.verbose => LISTED,
        Outcome::Passed => LESSER_ALONE,
        _ => LESSER,
    };
    let mut left = limit;
    let mut hidden = Lesser {
        overridden: Vec::new(),
        review: Vec::new(),
        warn: Vec::new(),
        info: Vec::new(),
    };
    for (label, list, rest) in [
        ("OVERRIDDEN", lesser.overridden, &mut hidden.overridden),
        ("REVIEW", lesser.review, &mut hidden.review),
        ("WARN", lesser.warn, &mut hidden.warn),
        (
            "INFO",
            if style.verbose {
                lesser.info
            } else {
                Vec::new()
            },
            &mut hidden.info,
        ),
    ] {
        let tone = if label == "INFO" {
            Tone::Dim
        } else {
            Tone::Caution
        };
        let (shown, over) = list.split_at(list.len().min(left));
        for (index, judged) in shown.iter().enumerate() {
            if index == 0 && left == limit {
                page.gap();
            }
            entry::short(page, report, judged, (tone, label));
        }
        left -= shown.len();
        rest.extend_from_slice(over);
    }
    let hidden = hidden.counts();
    if !hidden.is_empty() {
        page.line(&[
            (Tone::Plain, "and "),
            (Tone::Plain, &hidden.join(", ")),
            (Tone::Dim, &listed_by(report)),
        ]);
    }
}

/// Returns how to see what is not shown.
fn listed_by(report: &Report) -> String {
    match list_command(&report.situation) {
        Some(command) => format!(" (listed by `{command} -v`)"),
        None => " (listed with -v)".to_owned(),
    }
}

/// Writes what is known beside the findings: questions left open, what was not scanned, facts, existing findings.
fn remarks(page: &mut Page, report: &Report, style: Style) {
    let limit = if style.verbose { LISTED } else { LESSER };
    let deferred = report.deferred();
    for deferral in deferred.iter().take(limit) {
        let (label, end) = match report.situation.activity {
            Activity::Ci => ("UNANSWERED ", ""),
            _ => ("DEFERRED ", "; CI decides"),
        };
        let text = format!("{}: {}{end}", deferral.engine, deferral.reason);
        page.paragraph(&[(Tone::Caution, label)], Tone::Plain, &text);
        if let Some(command) = &deferral.command {
            page.line(&[
                (Tone::Plain, "         to answer it here: "),
                (Tone::Strong, command),
            ]);
        }
    }
    and_more(page, deferred.len(), limit, "left open");
    not_looked_at(page, report, style, Consequence::Policy);
    let asked = report.situation.activity == Activity::Look;
    if style.verbose || asked && report.receipt.files == 0 {
        not_looked_at(page, report, style, Consequence::Excluded);
    }
    for note in report.receipt.notes.iter().take(limit) {
        page.paragraph(&[(Tone::Strong, "NOTE ")], Tone::Plain, note);
    }
    and_more(page, report.receipt.notes.len(), limit, "notes");
    existing(page, report, style);
}

fn and_more(page: &mut Page, number: usize, limit: usize, what: &str) {
    if number > limit {
        page.line(&[(Tone::Plain, &format!("and {} more {what}", number - limit))]);
    }
}

fn existing(page: &mut Page, report: &Report, style: Style) {
    let existing: Vec<&Judged> = report
        .existing()
        .filter(|judged| judged.action != Action::Block)
        .collect();
    if existing.is_empty() {
        return;
    }
    if style.verbose {
        for judged in existing.iter().take(LISTED) {
            entry::short(page, report, judged, (Tone::Dim, "EXISTING"));
        }
        and_more(page, existing.len(), LISTED, "existing");
        return;
    }
    let words = count(existing.len(), "existing finding", "existing findings");
    // Whoever asks, and CI, may look at more than a change touches.
    let place = match report.situation.activity {
        Activity::Commit | Activity::Push | Activity::Receive => "the touched files",
        Activity::Look | Activity::Ci => "what was looked at",
    };
    let text = format!("{words} in {place}{}", listed_by(report));
    page.paragraph(&[], Tone::Dim, &text);
}

fn not_looked_at(page: &mut Page, report: &Report, style: Style, consequence: Consequence) {
    let (tone, label) = match consequence {
        Consequence::CouldNotLook => (Tone::Bad, "NOT LOOKED AT "),
        Consequence::Policy => (Tone::Caution, "NOT SCANNED "),
        Consequence::Excluded => (Tone::Dim, "EXCLUDED "),
    };
    let all: Vec<&Unscanned> = report.unscanned_as(consequence).collect();
    if consequence == Consequence::CouldNotLook && !all.is_empty() {
        page.gap();
    }
    let limit = if style.verbose { LISTED } else { BLOCKING };
    for unscanned in all.iter().take(limit) {
        let engine = unscanned
            .engine
            .map_or_else(String::new, |engine| format!(" ({engine})"));
        let place =
            layout::cut_middle(&inert::text(&unscanned.place.to_string()), 2 * page.width());
        page.paragraph(
            &[(tone, label)],
            Tone::Plain,
            &format!("{place}: {}{engine}", unscanned.reason),
        );
    }
    and_more(page, all.len(), limit, "not looked at");
}

fn ways_on(page: &mut Page, report: &Report, blocking: &[&Judged]) {
    let mut ways = if blocking.is_empty() {
        Vec::new()
    } else {
        ways(report, blocking)
    };
    if report.outcome() == Outcome::CouldNotLook {
        ways.push(super::super::advice::diagnose());
    }
    if !ways.is_empty() {
        page.gap();
    }
    for way in ways {
        let mut label = format!("{:<10}", way.label);
        if !way.words.is_empty() {
            page.paragraph(&[(Tone::Strong, &label)], Tone::Plain, &way.words);
            label = " ".repeat(10);
        }
        for command in way.commands {
            page.line(&[(Tone::Strong, &label), (Tone::Place, &command)]);
            label = " ".repeat(10);
        }
    }
}

/// Writes what `-v` adds about the run itself.
fn particulars(page: &mut Page, report: &Report) {
    let receipt = &report.receipt;
    let tally = format!(
        "{}, {}",
        looked_at(report),
        count(receipt.bytes as usize, "byte", "bytes")
    );
    let digest = if report.policy_digest.is_empty() {
        "-"
    } else {
        &report.policy_digest
    };
    page.gap();
    for (label, text) in [
        ("looked at ", tally.as_str()),
        ("policy    ", report.policy_origin.as_str()),
        ("digest    ", digest),
        ("program   ", &format!("gate-hook {}", report.version)),
    ] {
        page.paragraph(&[(Tone::Strong, label)], Tone::Dim, text);
    }
}
