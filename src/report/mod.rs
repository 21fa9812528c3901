//! Reports: a verdict becomes bytes in a given [`Write`].
//!
//! Comes in: a [`Report`]. Goes out: terminal text, JSON, SARIF, each in one file of `formats/` that owns its
//! wire format. It must not know git, engines, the command line or standard output.

pub mod formats;

use std::io::{self, Write};

use crate::policy::Verdict;
use crate::receipt::Receipt;

/// Everything a report can show.
#[derive(Debug, Clone)]
pub struct Report {
    /// What was looked at, for people, for example `staged change` or `push to origin`.
    pub subject: String,
    /// What the policy decided.
    pub verdict: Verdict,
    /// What was looked at and what was not.
    pub receipt: Receipt,
    /// The digest of everything that decides (policy, rules, register, version).
    pub policy_digest: String,
    /// Where the policy came from, for people.
    pub policy_origin: String,
    /// The version of the program.
    pub version: &'static str,
}

/// How a renderer should look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// Whether colour may be used.
    pub color: bool,
    /// Whether to show what is usually kept back (`-v`).
    pub verbose: bool,
    /// Whether to show only what blocks (`-q`).
    pub quiet: bool,
    /// The width to wrap at.
    pub width: usize,
}

/// Writes a report in a format.
pub fn render(
    report: &Report,
    format: formats::Format,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let _ = (report, format, style, out);
    Ok(())
}
