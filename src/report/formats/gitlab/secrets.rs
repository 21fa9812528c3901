//! GitLab's secret detection report.

use std::io::{self, Write};

use super::super::super::{Report, Style, inert};
use super::{Commit, security};
use crate::finding::Engine;

/// What stands for the commit of a finding that is in no commit yet: the schema asks for one.
const NO_COMMIT: &str = "0000000";

/// Writes the report. The style has no say: a machine gets everything.
pub(in crate::report) fn render(
    report: &Report,
    _style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut wire = security(report, "secret_detection", Engine::Secrets);
    for vulnerability in &mut wire.vulnerabilities {
        vulnerability.location.commit.get_or_insert_with(|| Commit {
            sha: NO_COMMIT.to_owned(),
            author: None,
            message: None,
        });
    }
    inert::write_json(&wire, out)
}
