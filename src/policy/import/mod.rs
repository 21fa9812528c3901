//! What other tools were told, taken over once: each format is one file and one line in [`FORMATS`].
//!
//! Comes in: the text of a file. Goes out: what it lets pass, as far as it can be carried over, and what cannot be.
//! An exception for a finding becomes a waiver; what holds for all findings, and rules, become [`Settings`] of the policy.
//! Nothing is ever obeyed live: a scanned repository must not switch its gate off.
//! It must not know where fingerprints come from: a secret is named by its place, and whoever imports looks there.

mod bandit_baseline;
mod command_line;
mod detect_secrets;
mod ggshield;
mod git_secrets;
mod gitleaks;
mod gitleaks_config;
mod osv_scanner;
mod path_regex;
mod ripsecrets;
mod safety;
mod settings;
mod snyk;
mod talisman;
mod trivy;
mod yaml;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::finding::{Engine, Severity, printable};

pub use settings::{Allowed, Settings, TakenRule};

/// The largest file that is read.
const SIZE_LIMIT: usize = 16 << 20;
/// The most characters of a file that are shown at once.
const LONGEST_SHOWN: usize = 120;
/// Stands for every line of a file.
pub const EVERY_LINE: u32 = 0;

/// What a file of another tool lets pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The engine whose finding it is.
    pub engine: Engine,
    /// The id of the rule or advisory.
    pub id: String,
    /// The id is of a numbering that no advisory carries, so that somebody has to say which one is meant.
    pub foreign: bool,
    /// The package.
    pub package: Option<String>,
    /// Where it was found: path and line, or [`EVERY_LINE`].
    pub place: Option<(String, u32)>,
    /// Why, as the file says.
    pub says: Option<String>,
    /// Until when.
    pub expires: Option<Date>,
    /// How bad it is.
    pub severity: Option<Severity>,
}

impl Taken {
    fn new(engine: Engine, id: impl Into<String>) -> Self {
        Self {
            engine,
            id: id.into(),
            foreign: false,
            package: None,
            place: None,
            says: None,
            expires: None,
            severity: None,
        }
    }
}

/// What was read of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The format.
    pub format: &'static str,
    /// What can be carried over into the register.
    pub taken: Vec<Taken>,
    /// What can be carried over into the policy.
    pub settings: Settings,
    /// The files that this one builds on, as it names them.
    pub extends: Vec<String>,
    /// What cannot, and why; safe to print.
    pub left: Vec<String>,
}

impl Reading {
    fn leave(&mut self, what: &str, why: &str) {
        self.left.push(format!("{}: {why}", shown(what)));
    }
}

/// One format.
struct Format {
    name: &'static str,
    /// Whether a file of this name with this text has it.
    fits: fn(&str, &str) -> bool,
    read: fn(&str, &mut Reading) -> Result<(), String>,
}

/// Every format; the first that fits is taken.
const FORMATS: &[&Format] = &[
    &osv_scanner::FORMAT,
    &safety::FORMAT,
    &trivy::LIST,
    &trivy::YAML,
    &snyk::FORMAT,
    &gitleaks_config::FORMAT,
    &gitleaks::IGNORE,
    &git_secrets::FORMAT,
    &ripsecrets::FORMAT,
    &talisman::FORMAT,
    &ggshield::FORMAT,
    &detect_secrets::FORMAT,
    &gitleaks::BASELINE,
    &bandit_baseline::FORMAT,
    &command_line::FORMAT,
];

/// Reads a file of another tool; `name` is its name without directories.
pub fn read_foreign(name: &str, text: &str) -> Result<Reading, String> {
    if text.len() > SIZE_LIMIT {
        return Err("it is larger than 16 MiB".to_owned());
    }
    let Some(format) = FORMATS.iter().find(|format| (format.fits)(name, text)) else {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        return Err(format!("no known format; known are {}", names.join(", ")));
    };
    let mut reading = Reading {
        format: format.name,
        ..Reading::default()
    };
    (format.read)(text, &mut reading).map_err(|error| format!("{}: {error}", format.name))?;
    Ok(reading)
}

/// Returns the expression for a whole value in which another one matches somewhere.
fn within(regex: &str) -> String {
    if regex::Regex::new(regex).is_err() {
        // The policy says what is wrong with it.
        return regex.to_owned();
    }
    format!("(?s:.*)(?:{regex})(?s:.*)")
}

/// Returns what somebody wrote in a form that can be printed, and not all of it where it is long.
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => printable(&text[..end]) + "…",
        None => printable(text),
    }
}

/// Reads a date, or the day of a moment.
fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let moment: Timestamp = text.parse().ok()?;
        Some(TimeZone::UTC.to_datetime(moment).date())
    })
}

fn text_of(value: &serde_json::Value, key: &str) -> Option<String> {
    match value.get(key)? {
        serde_json::Value::String(text) => Some(text.trim().to_owned()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
    .filter(|text| !text.is_empty())
}

/// Returns whether an id is one under which OSV keeps advisories of Python packages.
fn is_advisory(id: &str) -> bool {
    ["CVE-", "GHSA-", "PYSEC-", "MAL-", "OSV-"]
        .iter()
        .any(|prefix| id.to_ascii_uppercase().starts_with(prefix))
}
