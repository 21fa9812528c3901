//! `-f html`: a page for a browser, with the reference tool's element ids and classes.
//!
//! Everything that comes from outside is escaped, file names and reasons included.

use std::io::{self, Write};

use quick_xml::escape::escape;

use super::{Document, Finding};

const HEAD: &str = r#"
<!DOCTYPE html>
<html>
<head>
<meta charset="UTF-8">
<title>
    Bandit Report
</title>
<style>
body { font-family: Arial, sans-serif; }
pre { font-family: Monaco, monospace; }
.bordered-box { border: 1px solid black; padding: .5em 1em; }
.metrics-box { line-height: 1.3; }
.metrics-title { font-size: 1.5em; }
.issue-block { border: 1px solid lightgray; margin-bottom: .5em; padding: .5em; }
.issue-sev-high { background-color: pink; }
.issue-sev-medium { background-color: navajowhite; }
.issue-sev-low { background-color: lightcyan; }
.candidate-issues { border-left: 1px solid lightgray; margin: .2em 0 .2em 2em; padding-left: 1em; }
</style>
</head>

<body>
"#;

pub(super) fn render(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(HEAD.as_bytes())?;
    write!(
        out,
        r#"
<div id="metrics">
    <div class="metrics-box bordered-box">
        <div class="metrics-title">
            Metrics:<br>
        </div>
        Total lines of code: <span id="loc">{}</span><br>
        Total lines skipped (#nosec): <span id="nosec">{}</span>
    </div>
</div>
"#,
        document.totals.loc, document.totals.nosec
    )?;
    if !document.skipped.is_empty() {
        skipped(document, out)?;
    }
    out.write_all(b"\n<br>\n<div id=\"results\">\n")?;
    for (index, finding) in document.findings.iter().enumerate() {
        entry(document, index, finding, out)?;
    }
    out.write_all(b"\n</div>\n\n</body>\n</html>\n")
}

fn skipped(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(
        b"\n<br>\n<div id=\"skipped\">\n<div class=\"bordered-box\">\n<b>Skipped files:</b><br><br>\n",
    )?;
    for (filename, reason) in &document.skipped {
        writeln!(
            out,
            "{} <b>reason:</b> {}<br>",
            escape(filename),
            escape(reason)
        )?;
    }
    out.write_all(b"</div>\n</div>\n")
}

fn entry(
    document: &Document,
    index: usize,
    finding: &Finding,
    out: &mut dyn Write,
) -> io::Result<()> {
    let severity = finding.severity.name();
    writeln!(
        out,
        r#"
<div id="issue-{index}">
<div class="issue-block issue-sev-{}">
    <b>{}: </b> {}<br>
    <b>Test ID:</b> {}<br>
    <b>Severity: </b>{severity}<br>
    <b>Confidence: </b>{}<br>
    <b>CWE: </b><a href="{}" target="_blank">CWE-{}</a><br>
    <b>File: </b><a href="{file}" target="_blank">{file}</a><br>
    <b>Line number: </b>{}<br>
    <b>More info: </b><a href="{more}" target="_blank">{more}</a><br>"#,
        severity.to_lowercase(),
        escape(&finding.test_name),
        escape(&finding.text),
        escape(&finding.test_id),
        finding.confidence.name(),
        finding.cwe_link(),
        finding.cwe,
        finding.line_number,
        file = escape(&finding.filename),
        more = escape(&finding.more_info),
    )?;
    if finding.candidates.is_empty() {
        writeln!(
            out,
            "\n<div class=\"code\">\n<pre>\n{}\n</pre>\n</div>",
            code(finding)
        )?;
    } else {
        out.write_all(b"\n<div class=\"candidates\">\n<br>\n<b>Candidates: </b>\n")?;
        for &candidate in &finding.candidates {
            writeln!(
                out,
                "\n<div class=\"candidate\">\n<div class=\"candidate-issues\">\n<pre>{}</pre>\n</div>\n</div>",
                code(&document.findings[candidate])
            )?;
        }
        out.write_all(b"\n</div>\n")?;
    }
    out.write_all(b"\n</div>\n</div>\n")
}

fn code(finding: &Finding) -> String {
    let code = finding.code('\t');
    escape(code.trim_matches(['\t', '\n', '\r', ' '])).into_owned()
}
