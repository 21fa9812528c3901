//! Reports in the shapes of the reference tool for Python: what reads its output reads this as well.
//!
//! A [`Document`] is plain data; it knows no engine, no stream and no clock. One file writes one format. Structure,
//! names, order and numbers are those of the reference tool; the messages of findings come with the data.
//!
//! To add a format: its file, its `mod` line, its variant and its entries in [`Format`].

mod csv;
mod custom;
mod html;
mod json;
mod level;
mod number;
mod page;
mod sarif;
mod screen;
mod template;
mod txt;
mod xml;
mod yaml;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use jiff::Timestamp;

pub use level::Level;
pub use number::LayoutError;
pub use template::{Template, TemplateError};

/// The version whose shapes these are; some formats name it.
pub const VERSION: &str = "1.9.4";

/// Everything that a report may show.
#[derive(Debug, Clone)]
pub struct Document {
    /// When the report was made.
    pub generated_at: Timestamp,
    /// The findings, by file and within a file as they were found.
    pub findings: Vec<Finding>,
    /// The files that could not be scanned, each with the reason.
    pub skipped: Vec<(String, String)>,
    /// What was counted in all files together.
    pub totals: Counts,
    /// What was counted in each file, by name.
    pub files: BTreeMap<String, Counts>,
    /// The files that were scanned, in order.
    pub in_scope: Vec<String>,
    /// The files that were left out, in order.
    pub left_out: Vec<String>,
    /// Whether findings are sorted by the name of their test where a format does that.
    pub by_test: bool,
    /// Whether the files in scope are listed where a format does that.
    pub verbose: bool,
    /// Whether a report without findings is left out where a format does that.
    pub quiet: bool,
    /// Where absolute and relative paths of the custom format start.
    pub current_directory: PathBuf,
    /// What a line of the custom format looks like.
    pub template: Template,
}

/// A finding.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names are those of the format")]
pub struct Finding {
    pub filename: String,
    pub test_id: String,
    pub test_name: String,
    pub severity: Level,
    pub confidence: Level,
    pub cwe: u16,
    pub text: String,
    pub line_number: u32,
    pub line_range: Vec<u32>,
    pub col_offset: i64,
    pub end_col_offset: i64,
    pub more_info: String,
    /// The lines that are shown, each with its number and its line end.
    pub code: Vec<(u32, String)>,
    /// The findings of the report that could be the one a baseline does not have, by index; empty if it is clear.
    pub candidates: Vec<usize>,
}

impl Finding {
    fn cwe_link(&self) -> String {
        format!("https://cwe.mitre.org/data/definitions/{}.html", self.cwe)
    }

    /// Returns the code with a separator between number and text.
    fn code(&self, separator: char) -> String {
        self.code
            .iter()
            .map(|(number, text)| format!("{number}{separator}{text}"))
            .collect()
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Lines of code.
    pub loc: u64,
    /// Findings that comments without ids keep back.
    pub nosec: u64,
    /// Findings that comments with ids keep back.
    pub skipped_tests: u64,
    /// Findings by severity and by confidence, each from undefined to high; a skipped file has none.
    pub levels: Option<[[u64; 4]; 2]>,
}

impl Counts {
    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.loc += other.loc;
        self.nosec += other.nosec;
        self.skipped_tests += other.skipped_tests;
        if let Some(levels) = other.levels {
            let sums = self.levels.get_or_insert_default();
            for (sum, more) in sums
                .as_flattened_mut()
                .iter_mut()
                .zip(levels.as_flattened())
            {
                *sum += more;
            }
        }
    }

    /// Returns the weight of the findings by severity and by confidence.
    fn scores(&self) -> [u64; 2] {
        let weigh = |counts: [u64; 4]| {
            counts
                .iter()
                .zip(Level::WEIGHTS)
                .map(|(n, weight)| n * weight)
                .sum()
        };
        self.levels.unwrap_or_default().map(weigh)
    }

    /// Returns every number with its name in the format.
    fn named(&self) -> Vec<(String, u64)> {
        let mut named = vec![
            ("loc".to_owned(), self.loc),
            ("nosec".to_owned(), self.nosec),
            ("skipped_tests".to_owned(), self.skipped_tests),
        ];
        for (criterion, counts) in ["SEVERITY", "CONFIDENCE"]
            .iter()
            .zip(self.levels.iter().flatten())
        {
            for (level, count) in Level::ALL.iter().zip(counts) {
                named.push((format!("{criterion}.{}", level.name()), *count));
            }
        }
        named.sort();
        named
    }
}

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Format {
    Csv,
    Custom,
    Html,
    Json,
    Sarif,
    Screen,
    Txt,
    Xml,
    Yaml,
}

impl Format {
    /// Every format, by name.
    pub const ALL: [Self; 9] = [
        Self::Csv,
        Self::Custom,
        Self::Html,
        Self::Json,
        Self::Sarif,
        Self::Screen,
        Self::Txt,
        Self::Xml,
        Self::Yaml,
    ];

    /// Returns the value of `-f`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Custom => "custom",
            Self::Html => "html",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Screen => "screen",
            Self::Txt => "txt",
            Self::Xml => "xml",
            Self::Yaml => "yaml",
        }
    }

    /// Returns the format of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Returns whether a report can be made against a baseline.
    pub fn takes_baseline(self) -> bool {
        matches!(
            self,
            Self::Custom | Self::Html | Self::Json | Self::Screen | Self::Txt
        )
    }

    /// Returns how many lines of code the format shows of a finding, given what was asked for; none if it shows none.
    pub fn context_lines(self, asked: usize) -> Option<usize> {
        match self {
            Self::Csv | Self::Custom | Self::Xml => None,
            Self::Sarif => Some(3),
            Self::Html | Self::Json | Self::Screen | Self::Txt | Self::Yaml => Some(asked),
        }
    }

    /// Writes a report.
    pub fn render(self, document: &Document, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Csv => csv::render(document, out),
            Self::Custom => custom::render(document, out),
            Self::Html => html::render(document, out),
            Self::Json => json::render(document, out),
            Self::Sarif => sarif::render(document, out),
            Self::Screen => screen::render(document, out),
            Self::Txt => txt::render(document, out),
            Self::Xml => xml::render(document, out),
            Self::Yaml => yaml::render(document, out),
        }
    }
}

#[cfg(test)]
mod tests;
