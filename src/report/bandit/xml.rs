//! `-f xml`: a test suite as CI services read it, one failed case a finding.

use std::io::{self, Write};

use quick_xml::events::BytesText;
use quick_xml::writer::Writer;

use super::{Document, Finding};

pub(super) fn render(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<?xml version='1.0' encoding='utf-8'?>\n")?;
    let mut writer = Writer::new(out);
    let count = document.findings.len().to_string();
    let suite = writer
        .create_element("testsuite")
        .with_attributes([("name", "bandit"), ("tests", count.as_str())]);
    if document.findings.is_empty() {
        suite.write_empty()?;
        return Ok(());
    }
    suite.write_inner_content(|writer| {
        document
            .findings
            .iter()
            .try_for_each(|finding| case(finding, writer))
    })?;
    Ok(())
}

fn case(finding: &Finding, writer: &mut Writer<&mut dyn Write>) -> io::Result<()> {
    let filename = allowed(&finding.filename);
    let message = allowed(&finding.text);
    let text = format!(
        "Test ID: {} Severity: {} Confidence: {}\nCWE: CWE-{} ({})\n{message}\nLocation {filename}:{}",
        finding.test_id,
        finding.severity.name(),
        finding.confidence.name(),
        finding.cwe,
        finding.cwe_link(),
        finding.line_number
    );
    writer
        .create_element("testcase")
        .with_attributes([
            ("classname", filename.as_str()),
            ("name", finding.test_name.as_str()),
        ])
        .write_inner_content(|writer| {
            writer
                .create_element("error")
                .with_attributes([
                    ("more_info", finding.more_info.as_str()),
                    ("type", finding.severity.name()),
                    ("message", message.as_str()),
                ])
                .write_text_content(BytesText::new(&text))?;
            Ok(())
        })?;
    Ok(())
}

/// Returns text without the characters that may not stand in XML in any form.
fn allowed(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'.. => c,
            _ => '\u{fffd}',
        })
        .collect()
}
