//! Exceptions of other tools, taken over once: each format is one file and one line in [`FORMATS`].
//!
//! Comes in: the text of a file. Goes out: what it lets pass, as far as it can be carried over, and what cannot be.
//! It must not know where fingerprints come from: a secret is named by its place, and whoever imports looks there.

mod bandit_baseline;
mod command_line;
mod detect_secrets;
mod gitleaks;
mod osv_scanner;
mod safety;
mod snyk;
mod trivy;
mod yaml;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::finding::{Engine, Severity, printable};

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
    /// Where it was found: path and line.
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
    /// What can be carried over.
    pub taken: Vec<Taken>,
    /// What cannot, and why; safe to print.
    pub left: Vec<String>,
}

impl Reading {
    fn leave(&mut self, what: &str, why: &str) {
        self.left.push(printable(&format!("{what}: {why}")));
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
    &gitleaks::IGNORE,
    &detect_secrets::FORMAT,
    &gitleaks::BASELINE,
    &bandit_baseline::FORMAT,
    &command_line::FORMAT,
];

/// Reads a file of another tool; `name` is its name without directories.
pub fn read_foreign(name: &str, text: &str) -> Result<Reading, String> {
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
