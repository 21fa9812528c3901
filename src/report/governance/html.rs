//! The page of a month as HTML: one file, no script, nothing fetched, light and dark, fit for paper.

use std::fmt::Write as _;

use super::super::markup::xml;
use super::chart::{Chart, Series, grouped, lines, stacked};
use super::markdown::{bypasses, definitions, expiring, facts, false_positive_rules};
use super::{Month, words};
use crate::record::metrics::{Period, Share};

/// The most rows that a table shows.
const ROWS: usize = 20;

const STYLE: &str = "\
:root{color-scheme:light dark;--ground:#fff;--panel:#f5f6f8;--ink:#16191d;--soft:#59616b;--rule:#d5d9de;--s0:#1f5fa8;--s1:#b4560b;--s2:#5d6670;--good:#1a6b3c;--bad:#a3231f}
@media (prefers-color-scheme:dark){:root{--ground:#14171a;--panel:#1d2125;--ink:#e9ecef;--soft:#a4adb6;--rule:#363c42;--s0:#7db4f0;--s1:#f0a35e;--s2:#a9b2bb;--good:#6fcf97;--bad:#f28b82}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:28px 20px 48px;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}
h1{font-size:26px;line-height:1.2;margin:0}h2{font-size:18px;margin:34px 0 10px}h3{font-size:15px;margin:0 0 2px}
p{margin:6px 0}.soft,.note{color:var(--soft)}.note{font-size:13px;margin:0 0 6px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:20px 0 6px}
.tile{background:var(--panel);border:1px solid var(--rule);border-radius:8px;padding:12px 14px}
.tile b{display:block;font-size:26px;line-height:1.25;font-variant-numeric:tabular-nums}.tile span{display:block;font-size:13px;color:var(--soft)}
.tile .what{color:var(--ink);font-weight:600}
.good{color:var(--good)!important}.bad{color:var(--bad)!important}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(440px,100%),1fr));gap:16px}
figure{margin:0;background:var(--panel);border:1px solid var(--rule);border-radius:8px;padding:14px 14px 6px}
figure{overflow-x:auto}.chart{display:block;width:100%;min-width:400px;height:auto}
.chart text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;fill:var(--soft)}.chart .value{fill:var(--ink);font-weight:600;paint-order:stroke;stroke:var(--panel);stroke-width:3px}.chart .legend{fill:var(--ink);font-size:13px}
.grid{stroke:var(--rule);stroke-width:1}.ground{fill:var(--panel)}
.s0{fill:var(--s0)}.s1{fill:var(--s1)}.s2{fill:var(--s2)}
.edge0{stroke:var(--s0)}.edge1{stroke:var(--s1)}.edge2{stroke:var(--s2)}
.line0,.line1,.line2{fill:none;stroke-width:2.5}.line0{stroke:var(--s0)}.line1{stroke:var(--s1);stroke-dasharray:6 4}.line2{stroke:var(--s2);stroke-dasharray:2 3}
.mark0{fill:var(--s0)}.mark1{fill:var(--panel);stroke:var(--s1);stroke-width:2}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px}th,td{padding:6px 14px 6px 0;text-align:left;border-bottom:1px solid var(--rule);vertical-align:top;white-space:nowrap}th{font-weight:600}td:last-child{white-space:normal}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}code{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:nowrap}
dl{font-size:13px;color:var(--soft);columns:2 380px;column-gap:32px}dt{color:var(--ink);font-weight:600;break-after:avoid}dd{margin:0 0 8px;break-inside:avoid}
footer{margin-top:36px;padding-top:12px;border-top:1px solid var(--rule);font-size:13px;color:var(--soft)}
@media print{:root{--ground:#fff;--panel:#fff;--ink:#000;--soft:#333;--rule:#999;--s0:#123e70;--s1:#8a4108;--s2:#444}body{max-width:none;padding:0;font-size:11pt}.tile,figure,tr{break-inside:avoid}h2{break-after:avoid}.tiles{grid-template-columns:repeat(3,1fr)}.charts{grid-template-columns:repeat(2,1fr)}.chart{min-width:0}figure{overflow:visible}*{print-color-adjust:exact}}";

/// Returns the page.
pub(super) fn render(month: &Month) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = write_page(&mut out, month);
    out
}

fn write_page(out: &mut String, month: &Month) -> std::fmt::Result {
    let title = month.first.strftime("%B %Y").to_string();
    let project = xml(&month.project);
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
    )?;
    writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )?;
    writeln!(
        out,
        "<title>Security gate, {title}: {project}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>"
    )?;
    writeln!(
        out,
        "<header><p class=\"soft\">{project}</p>\n<h1>Security gate, {title}</h1>"
    )?;
    writeln!(out, "<p>{}</p></header>", xml(&facts(month)))?;
    tiles(out, month)?;
    charts(out, month)?;
    if !month.public {
        open(out, month)?;
    }
    waivers(out, month)?;
    overrides(out, month)?;
    rules(out, month)?;
    section(out, "What the numbers mean")?;
    writeln!(out, "<dl>")?;
    for (name, meaning) in definitions() {
        writeln!(out, "<dt>{name}</dt><dd>{meaning}</dd>")?;
    }
    writeln!(out, "</dl>")?;
    writeln!(
        out,
        "<footer>gate-hook {}, as known at {}. Days and weeks are those of UTC.</footer>\n</body>\n</html>",
        xml(month.version),
        month.to
    )
}

fn section(out: &mut String, title: &str) -> std::fmt::Result {
    writeln!(out, "<h2>{title}</h2>")
}

fn tiles(out: &mut String, month: &Month) -> std::fmt::Result {
    let (now, before) = (month.now(), month.before());
    writeln!(out, "<div class=\"tiles\">")?;
    let severe = |period: &Period| period.critical + period.high;
    let (open, than_before) = if month.weekly.has_ledger {
        let change = change(severe(&now) as f64, severe(&before) as f64, "", true);
        (severe(&now).to_string(), change)
    } else {
        ("-".to_owned(), (String::new(), "not known".to_owned()))
    };
    tile(
        out,
        "Open critical and high",
        &open,
        &than_before,
        severe(&now) == 0,
    )?;
    tile(
        out,
        "Scan coverage",
        &words::percent(now.coverage),
        &share_change(now.coverage, before.coverage, false),
        now.coverage.part == now.coverage.whole,
    )?;
    let mean = now.mean_fix().map_or("-".to_owned(), words::duration);
    let earlier = before
        .mean_fix()
        .map_or("none the month before".to_owned(), |seconds| {
            format!("{} the month before", words::duration(seconds))
        });
    tile(
        out,
        "Mean time to fix",
        &mean,
        &(String::new(), earlier),
        true,
    )?;
    tile(
        out,
        "Waiver rate",
        &words::percent(now.waiver_rate()),
        &share_change(now.waiver_rate(), before.waiver_rate(), true),
        true,
    )?;
    tile(
        out,
        "False positives",
        &words::percent(now.false_positive_rate()),
        &share_change(
            now.false_positive_rate(),
            before.false_positive_rate(),
            true,
        ),
        true,
    )?;
    let late = now.remediated.whole - now.remediated.part;
    let detail = if now.remediated.whole == 0 {
        "no override".to_owned()
    } else {
        format!(
            "{} of {} in time",
            now.remediated.part, now.remediated.whole
        )
    };
    tile(
        out,
        "Overrides",
        &now.remediated.whole.to_string(),
        &(String::new(), detail),
        late == 0,
    )?;
    writeln!(out, "</div>")
}

fn tile(
    out: &mut String,
    what: &str,
    number: &str,
    (class, detail): &(String, String),
    fine: bool,
) -> std::fmt::Result {
    let number_class = if fine { "" } else { " class=\"bad\"" };
    writeln!(
        out,
        "<div class=\"tile\"><span class=\"what\">{what}</span><b{number_class}>{number}</b><span class=\"{class}\">{detail}</span></div>"
    )
}

/// Returns the class and the words of a difference to the month before.
fn change(now: f64, before: f64, unit: &str, less_is_better: bool) -> (String, String) {
    let difference = now - before;
    let size = super::chart::number(difference.abs());
    if size == "0" {
        return (String::new(), "as the month before".to_owned());
    }
    let (arrow, better) = if difference > 0.0 {
        ("▲", !less_is_better)
    } else {
        ("▼", less_is_better)
    };
    let class = if better { "good" } else { "bad" };
    (
        class.to_owned(),
        format!("{arrow} {size}{unit} to the month before"),
    )
}

fn share_change(now: Share, before: Share, less_is_better: bool) -> (String, String) {
    match (now.percent(), before.percent()) {
        (Some(now), Some(before)) => change(now, before, " points", less_is_better),
        (Some(_), None) => (String::new(), "nothing to compare with".to_owned()),
        (None, _) => (String::new(), "no case".to_owned()),
    }
}

/// The weeks that the charts show.
struct Weeks<'m>(&'m [Period]);

impl Weeks<'_> {
    fn series<'a>(&self, name: &'a str, value: impl Fn(&Period) -> Option<f64>) -> Series<'a> {
        Series {
            name,
            values: self.0.iter().map(value).collect(),
        }
    }

    fn count<'a>(&self, name: &'a str, value: impl Fn(&Period) -> u64) -> Series<'a> {
        self.series(name, |period| Some(value(period) as f64))
    }

    fn chart<'a>(&self, id: &'a str, title: &'a str, series: Vec<Series<'a>>) -> Chart<'a> {
        let day = |period: &Period| period.start.strftime("%d %b").to_string();
        Chart {
            id,
            title,
            columns: self.0.iter().map(day).collect(),
            series,
            unit: "",
            at_least: 4.0,
        }
    }
}

fn charts(out: &mut String, month: &Month) -> std::fmt::Result {
    let weeks = Weeks(&month.weekly.periods);
    section(out, "Week by week")?;
    writeln!(out, "<div class=\"charts\">")?;
    let severe = vec![
        weeks.count("critical", |week| week.critical),
        weeks.count("high", |week| week.high),
    ];
    let title = "Critical and high findings open on the default branch, by week";
    let note = "on the default branch, at the end of each week";
    let chart = stacked(&weeks.chart("open", title, severe));
    figure(out, "Open critical and high", note, &chart)?;
    let flow = vec![
        weeks.count("detected", |week| week.detected),
        weeks.count("fixed", |week| week.fixed),
        weeks.count("waived", |week| week.waived),
    ];
    let title = "Findings detected, fixed and waived, by week";
    let chart = grouped(&weeks.chart("flow", title, flow));
    figure(
        out,
        "Detected, fixed, waived",
        "findings in each week",
        &chart,
    )?;
    let mut coverage = vec![weeks.series("CI", |week| week.coverage.percent())];
    if weeks.0.iter().any(|week| week.hook_coverage.part > 0) {
        coverage.push(weeks.series("hook", |week| week.hook_coverage.percent()));
    }
    let title = "Commits that CI and the hook have scanned, in percent, by week";
    let note = "commits scanned by CI and by the hook, of all but the exempt";
    let chart = lines(&Chart {
        unit: "%",
        at_least: 100.0,
        ..weeks.chart("coverage", title, coverage)
    });
    figure(out, "Scan coverage", note, &chart)?;
    let days = |seconds: Option<i64>| seconds.map(|seconds| seconds as f64 / 86_400.0);
    let fix = vec![
        weeks.series("mean", |week| days(week.mean_fix())),
        weeks.series("9 of 10 within", |week| days(week.fix_quantile(90))),
    ];
    let title = "Mean and ninetieth percentile of the time to fix, in days, by week";
    let note = "days from detection to fix; what is still open is not in it";
    let chart = lines(&Chart {
        unit: "d",
        at_least: 1.0,
        ..weeks.chart("fix", title, fix)
    });
    figure(out, "Time to fix", note, &chart)?;
    let passed = vec![
        weeks.count("no-verify", |week| week.classes[2]),
        weeks.count("overridden", |week| week.classes[1]),
    ];
    let title = "Commits that came past the hook, by week";
    let chart = stacked(&weeks.chart("bypass", title, passed));
    figure(out, "Past the hook", &xml(&bypasses(month)), &chart)?;
    latency(out, &weeks)?;
    writeln!(out, "</div>")
}

/// Draws how long the hook takes, where a journal says so.
fn latency(out: &mut String, weeks: &Weeks<'_>) -> std::fmt::Result {
    let Some(note) = words::latency(&Period::over(weeks.0)) else {
        return Ok(());
    };
    let within = |percent| move |week: &Period| week.hook_quantile(percent).map(f64::from);
    let times = vec![
        weeks.series("50 of 100", within(50)),
        weeks.series("95 of 100", within(95)),
    ];
    let title = "How long the hook takes, in milliseconds, by week";
    let chart = lines(&Chart {
        unit: " ms",
        at_least: 20.0,
        ..weeks.chart("latency", title, times)
    });
    figure(out, "Hook latency", &xml(&note), &chart)
}

fn figure(out: &mut String, title: &str, note: &str, chart: &str) -> std::fmt::Result {
    writeln!(
        out,
        "<figure><h3>{title}</h3><p class=\"note\">{note}</p>\n{chart}</figure>"
    )
}

fn table(out: &mut String, head: &[&str], rows: &[Vec<String>]) -> std::fmt::Result {
    writeln!(out, "<div class=\"wide\"><table><thead><tr>")?;
    for name in head {
        let class = if name.starts_with('#') {
            " class=\"n\""
        } else {
            ""
        };
        writeln!(
            out,
            "<th{class} scope=\"col\">{}</th>",
            name.trim_start_matches('#')
        )?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for row in rows.iter().take(ROWS) {
        write!(out, "<tr>")?;
        for (cell, name) in row.iter().zip(head) {
            let class = if name.starts_with('#') {
                " class=\"n\""
            } else {
                ""
            };
            write!(out, "<td{class}>{cell}</td>")?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table></div>")?;
    if rows.len() > ROWS {
        writeln!(out, "<p class=\"soft\">and {} more</p>", rows.len() - ROWS)?;
    }
    Ok(())
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", xml(text))
}

fn open(out: &mut String, month: &Month) -> std::fmt::Result {
    section(out, "Open on the default branch")?;
    let rows: Vec<Vec<String>> = month
        .weekly
        .open
        .iter()
        .map(|open| {
            let age = open.since.duration_until(month.to).as_secs();
            vec![
                open.severity.name().to_owned(),
                code(&open.rule),
                words::duration(age),
                code(&open.fingerprint.to_string()),
            ]
        })
        .collect();
    if rows.is_empty() {
        let what = if month.weekly.has_ledger {
            "Nothing."
        } else {
            "Not known: there was no ledger."
        };
        return writeln!(out, "<p>{what}</p>");
    }
    table(
        out,
        &["severity", "rule", "#open for", "fingerprint"],
        &rows,
    )
}

fn waivers(out: &mut String, month: &Month) -> std::fmt::Result {
    section(out, "Waivers that count")?;
    if month.weekly.waivers.is_empty() {
        return writeln!(out, "<p>None.</p>");
    }
    let rows: Vec<Vec<String>> = expiring(month)
        .into_iter()
        .map(|(waiver, days)| {
            let ends = if days <= 14 {
                format!("<strong>in {days} days</strong>")
            } else {
                format!("in {days} days")
            };
            vec![
                code(&waiver.id),
                code(&waiver.finding),
                waiver.reason.name().to_owned(),
                waiver.expires.to_string(),
                ends,
            ]
        })
        .collect();
    table(out, &["waiver", "finding", "reason", "ends", ""], &rows)
}

fn overrides(out: &mut String, month: &Month) -> std::fmt::Result {
    section(out, "Overrides of the month")?;
    let rows: Vec<Vec<String>> = super::markdown::overrides(month)
        .into_iter()
        .map(|[id, arrived, due, state]| vec![code(&id), arrived, due, state])
        .collect();
    if rows.is_empty() {
        return writeln!(out, "<p>None.</p>");
    }
    table(out, &["override", "arrived", "due", "state"], &rows)
}

fn rules(out: &mut String, month: &Month) -> std::fmt::Result {
    let rules = false_positive_rules(month);
    if rules.is_empty() {
        return Ok(());
    }
    section(out, "Rules to tune")?;
    let rows: Vec<Vec<String>> = rules
        .into_iter()
        .map(|(rule, share)| {
            vec![
                code(&rule),
                share.part.to_string(),
                share.whole.to_string(),
                words::percent(share),
            ]
        })
        .collect();
    table(
        out,
        &["rule", "#false positives", "#closed", "#rate"],
        &rows,
    )
}
