//! The output formats, one file each. To add one: write its file, then its `mod` line, its variant, its entry
//! in [`Format::ALL`] and its line in `Format::about_it`; option values, help and the shared tests follow.

mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod sarif;
mod text;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use super::{Report, Style};
use crate::finding::printable;

pub(super) use json::FORMAT as JSON_FORMAT;
pub use json::SCHEMA as JSON_SCHEMA;

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text for people.
    Text,
    /// The versioned JSON report.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit XML.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's secret detection report.
    GitlabSecrets,
    /// GitLab's SAST report.
    GitlabSast,
    /// GitLab's code quality report.
    GitlabCodequality,
    /// A Markdown summary.
    Markdown,
}

/// Writes a report in one format.
pub(super) type Renderer = fn(&Report, Style, &mut dyn Write) -> io::Result<()>;

impl Format {
    /// Every format, in the order in which help lists them.
    pub const ALL: [Self; 9] = [
        Self::Text,
        Self::Json,
        Self::Sarif,
        Self::Junit,
        Self::Github,
        Self::GitlabSecrets,
        Self::GitlabSast,
        Self::GitlabCodequality,
        Self::Markdown,
    ];

    /// Returns the value of `--format`.
    pub fn name(self) -> &'static str {
        self.about_it().0
    }

    /// Returns what the format is for, in a few words.
    pub fn about(self) -> &'static str {
        self.about_it().1
    }

    pub(super) fn renderer(self) -> Renderer {
        self.about_it().2
    }

    fn about_it(self) -> (&'static str, &'static str, Renderer) {
        match self {
            Self::Text => ("text", "text for people", text::render),
            Self::Json => ("json", "the versioned JSON report", json::render),
            Self::Sarif => (
                "sarif",
                "SARIF 2.1.0, for code scanning services and editors",
                sarif::render,
            ),
            Self::Junit => ("junit", "JUnit XML, for test reports", junit::render),
            Self::Github => (
                "github",
                "annotations of GitHub Actions, for its log",
                github::render,
            ),
            Self::GitlabSecrets => (
                "gitlab-secrets",
                "GitLab's secret detection report",
                gitlab::secrets::render,
            ),
            Self::GitlabSast => ("gitlab-sast", "GitLab's SAST report", gitlab::sast::render),
            Self::GitlabCodequality => (
                "gitlab-codequality",
                "GitLab's code quality report",
                gitlab::codequality::render,
            ),
            Self::Markdown => (
                "markdown",
                "a summary for the page of a job or a proposed change",
                markdown::render,
            ),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The text names no output format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{given}`")]
pub struct UnknownFormat {
    /// What was given, safe to print.
    pub given: String,
    /// The format that was probably meant.
    pub meant: Option<Format>,
}

impl UnknownFormat {
    /// Returns the advice that goes with the error.
    pub fn hint(&self) -> String {
        match self.meant {
            Some(format) => format!("did you mean `{format}`?"),
            None => format!(
                "the formats are {}",
                Format::ALL.map(Format::name).join(", ")
            ),
        }
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.to_lowercase();
        if let Some(format) = Self::ALL.into_iter().find(|format| format.name() == lower) {
            return Ok(format);
        }
        let meant = Self::ALL
            .into_iter()
            .map(|format| (strsim::damerau_levenshtein(&lower, format.name()), format))
            .filter(|(distance, _)| *distance <= 2)
            .min_by_key(|(distance, _)| *distance);
        Err(UnknownFormat {
            given: printable(text),
            meant: meant.map(|(_, format)| format),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_and_a_slip_is_understood() {
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
        }
        let slip = "jsno".parse::<Format>().unwrap_err();
        assert_eq!(slip.hint(), "did you mean `json`?");
        let far = "yaml-ish".parse::<Format>().unwrap_err();
        assert!(
            far.hint()
                .starts_with("the formats are text, json, sarif, ")
        );
    }
}
