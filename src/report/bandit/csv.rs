//! `-f csv`: one line a finding, ended as spreadsheets like it.

use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};

use super::Document;

const COLUMNS: [&str; 12] = [
    "filename",
    "test_name",
    "test_id",
    "issue_severity",
    "issue_confidence",
    "issue_cwe",
    "issue_text",
    "line_number",
    "col_offset",
    "end_col_offset",
    "line_range",
    "more_info",
];

pub(super) fn render(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(out);
    writer.write_record(COLUMNS)?;
    for finding in &document.findings {
        writer.write_record([
            &finding.filename,
            &finding.test_name,
            &finding.test_id,
            finding.severity.name(),
            finding.confidence.name(),
            &finding.cwe_link(),
            &finding.text,
            &finding.line_number.to_string(),
            &finding.col_offset.to_string(),
            &finding.end_col_offset.to_string(),
            &format!("{:?}", finding.line_range),
            &finding.more_info,
        ])?;
    }
    writer.flush()
}
