//! Reports for people who govern: weekly numbers, and the page of a month.
//!
//! Comes in: [`Metrics`]. Goes out: text, the same for the same numbers. Names of rules and findings come from a
//! ledger or a register, so they are escaped like everything else that a repository controls.

mod chart;
mod html;
mod markdown;
mod words;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::record::ledger::Class;
use crate::record::metrics::{Metrics, Period, Share};

/// A way to write weekly numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Columns for a terminal.
    Table,
    /// JSON.
    Json,
    /// Comma-separated values.
    Csv,
    /// The text format of OpenMetrics, with the numbers of the last week.
    OpenMetrics,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 4] = [Self::Table, Self::Json, Self::Csv, Self::OpenMetrics];

    /// Returns the name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::OpenMetrics => "openmetrics",
        }
    }
}

/// A way to write the report of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Markdown.
    Markdown,
    /// One page of HTML that needs no other file.
    Html,
}

/// A month and what is known of it.
#[derive(Debug, Clone)]
pub struct Month {
    /// The name of the project, safe to print.
    pub project: String,
    /// Its first day.
    pub first: Date,
    /// The moment up to which it is told.
    pub to: Timestamp,
    /// The weeks that the charts show.
    pub weekly: Metrics,
    /// The month before and this one.
    pub monthly: Metrics,
    /// Whether to leave out what is still open.
    pub public: bool,
    /// The version of the program.
    pub version: &'static str,
}

impl Month {
    fn now(&self) -> Period {
        self.monthly.periods.last().cloned().unwrap_or_default()
    }

    fn before(&self) -> Period {
        self.monthly.periods.first().cloned().unwrap_or_default()
    }
}

/// Returns weekly numbers.
pub fn weekly(metrics: &Metrics, shape: Shape) -> String {
    match shape {
        Shape::Table => table(metrics),
        Shape::Json => json(metrics),
        Shape::Csv => csv(metrics),
        Shape::OpenMetrics => open_metrics(metrics),
    }
}

/// Returns the report of a month.
pub fn page(month: &Month, page: Page) -> String {
    match page {
        Page::Markdown => markdown::render(month),
        Page::Html => html::render(month),
    }
}

/// What is counted in a ledger and nowhere else.
const OF_LEDGER: [&str; 8] = [
    "commits_scanned",
    "detected",
    "fixed",
    "waived",
    "false_positives",
    "open",
    "open_critical",
    "open_high",
];

/// One number of a period.
enum Value {
    /// Nobody has counted it.
    Unknown,
    Count(u64),
    Percent(Share),
    /// In the unit that the name ends in.
    Time(Option<i64>),
}

/// Every number of a period with its name, in the order in which they are written everywhere.
fn values(period: &Period, has_ledger: bool) -> Vec<(&'static str, Value)> {
    use Value::{Count, Percent, Time};
    let milliseconds = |percent| Time(period.hook_quantile(percent).map(i64::from));
    let class = |class: Class| {
        let at = Class::ALL.iter().position(|known| *known == class);
        Count(period.classes[at.unwrap_or_default()])
    };
    let mut values = vec![
        ("commits", Count(period.commits())),
        ("commits_scanned", Count(period.coverage.part)),
        ("coverage", Percent(period.coverage)),
        ("hook_coverage", Percent(period.hook_coverage)),
        ("detected", Count(period.detected)),
        ("fixed", Count(period.fixed)),
        ("waived", Count(period.waived)),
        ("false_positives", Count(period.false_positives)),
        ("waiver_rate", Percent(period.waiver_rate())),
        ("false_positive_rate", Percent(period.false_positive_rate())),
        ("fix_mean_seconds", Time(period.mean_fix())),
        ("fix_median_seconds", Time(period.fix_quantile(50))),
        ("fix_p90_seconds", Time(period.fix_quantile(90))),
        ("open", Count(period.open)),
        ("open_critical", Count(period.critical)),
        ("open_high", Count(period.high)),
        ("commits_overridden", class(Class::Overridden)),
        ("commits_bypassed", class(Class::Bypassed)),
        ("commits_unhooked", class(Class::Unhooked)),
        ("commits_exempt", class(Class::Exempt)),
        ("overrides", Count(period.remediated.whole)),
        ("overrides_in_time", Count(period.remediated.part)),
        ("hook_p50_milliseconds", milliseconds(50)),
        ("hook_p95_milliseconds", milliseconds(95)),
        ("hook_p99_milliseconds", milliseconds(99)),
        ("hook_over_budget_rate", Percent(period.over_budget)),
        ("hook_ci_compared", Count(period.disagreement.whole)),
        ("hook_ci_disagreements", Count(period.disagreement.part)),
    ];
    if !has_ledger {
        for (name, value) in &mut values {
            if OF_LEDGER.contains(name) {
                *value = Value::Unknown;
            }
        }
    }
    values
}

impl Value {
    /// Returns the number for machines; nothing where there is none.
    fn number(&self) -> Option<String> {
        match self {
            Self::Unknown => None,
            Self::Count(count) => Some(count.to_string()),
            Self::Percent(share) => share.percent().map(|percent| format!("{percent:.2}")),
            Self::Time(time) => time.map(|time| time.to_string()),
        }
    }
}

/// Returns columns that fit into 80 characters.
fn table(metrics: &Metrics) -> String {
    let head = [
        "week", "commits", "ci", "hook", "found", "fixed", "waived", "false", "fix", "severe",
        "bypass", "over",
    ];
    let known = |count: u64| words::known(count, metrics);
    let mut rows: Vec<Vec<String>> = vec![head.map(str::to_owned).to_vec()];
    for period in &metrics.periods {
        rows.push(vec![
            period.start.to_string(),
            period.commits().to_string(),
            words::percent(period.coverage),
            words::percent(period.hook_coverage),
            known(period.detected),
            known(period.fixed),
            known(period.waived),
            known(period.false_positives),
            period.mean_fix().map_or("-".to_owned(), words::duration),
            known(period.critical + period.high),
            period.classes[2].to_string(),
            period.remediated.whole.to_string(),
        ]);
    }
    let widest = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..head.len()).map(|at| widest(at).unwrap_or(0)).collect();
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:>width$}"))
            .collect();
        out.push_str(&cells.join(" "));
        out.push('\n');
    }
    let all = Period::over(&metrics.periods);
    for said in [words::latency(&all), words::disagreement(&all)] {
        out.extend(said.map(|said| format!("{said}\n")));
    }
    out
}

fn json(metrics: &Metrics) -> String {
    let weeks: Vec<serde_json::Value> = metrics
        .periods
        .iter()
        .map(|period| {
            let mut week = serde_json::Map::new();
            week.insert("week".to_owned(), period.start.to_string().into());
            for (name, value) in values(period, metrics.has_ledger) {
                let number = value
                    .number()
                    .and_then(|text| text.parse::<serde_json::Number>().ok());
                week.insert(name.to_owned(), number.into());
            }
            week.into()
        })
        .collect();
    let overrides = metrics.overrides.iter().map(|(fact, done)| {
        serde_json::json!({
            "id": fact.id,
            "arrived": fact.arrived.to_string(),
            "due": fact.due.to_string(),
            "remediated": done.map(|done| done.to_string()),
        })
    });
    let whole = serde_json::json!({
        "schema": "gate-hook-metrics/1",
        "weeks": weeks,
        "overrides": overrides.collect::<Vec<_>>(),
        "active_waivers": metrics.waivers.len(),
    });
    serde_json::to_string_pretty(&whole).expect("numbers and text are always JSON") + "\n"
}

fn csv(metrics: &Metrics) -> String {
    let names = values(&Period::default(), true);
    let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    let mut out = format!("week,{}\n", names.join(","));
    for period in &metrics.periods {
        let numbers = values(period, metrics.has_ledger)
            .into_iter()
            .map(|(_, value)| value.number().unwrap_or_default());
        let numbers: Vec<String> = numbers.collect();
        out.push_str(&format!("{},{}\n", period.start, numbers.join(",")));
    }
    out
}

fn open_metrics(metrics: &Metrics) -> String {
    let last = metrics.periods.last().cloned().unwrap_or_default();
    let mut out = String::new();
    for (name, value) in values(&last, metrics.has_ledger) {
        let Some(number) = value.number() else {
            continue;
        };
        let unit = match value {
            Value::Percent(_) => "_percent",
            _ => "",
        };
        out.push_str(&format!(
            "# TYPE gate_hook_{name}{unit} gauge\n# HELP gate_hook_{name}{unit} {}\ngate_hook_{name}{unit} {number}\n",
            words::about(name)
        ));
    }
    let waivers = metrics.waivers.len();
    out.push_str(&format!(
        "# TYPE gate_hook_active_waivers gauge\n# HELP gate_hook_active_waivers Waivers that count.\ngate_hook_active_waivers {waivers}\n# EOF\n"
    ));
    out
}
