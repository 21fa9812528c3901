//! GitLab's SAST report: what the Bandit engine found.

use std::io::{self, Write};

use super::super::super::{Report, Style, inert};
use super::security;
use crate::finding::Engine;

/// Writes the report. The style has no say: a machine gets everything.
pub(in crate::report) fn render(
    report: &Report,
    _style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut wire = security(report, "sast", Engine::Bandit);
    for vulnerability in &mut wire.vulnerabilities {
        vulnerability.location.commit = None;
    }
    inert::write_json(&wire, out)
}
