//! `-f sarif`: SARIF 2.1.0 as the reference tool fills it in.

use std::io::{self, Write};

use serde::Serialize as _;
use serde_json::ser::PrettyFormatter;
use serde_json::{Map, Value, json};

use super::json::Ascii;
use super::{Counts, Document, Finding, Level, VERSION};

pub(super) fn render(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let rules = rules(document);
    let results: Vec<Value> = document
        .findings
        .iter()
        .map(|finding| result(finding, &rules))
        .collect();
    let mut driver = json!({
        "name": "Bandit",
        "organization": "PyCQA",
        "semanticVersion": VERSION,
        "version": VERSION,
    });
    if !rules.is_empty() {
        driver["rules"] = rules.iter().map(|rule| descriptor(rule)).collect();
    }
    let mut invocation = json!({
        "endTimeUtc": document.generated_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "executionSuccessful": true,
    });
    if !document.skipped.is_empty() {
        invocation["toolConfigurationNotifications"] =
            document.skipped.iter().map(skipped).collect();
    }
    let metrics: Map<String, Value> = document
        .files
        .iter()
        .map(|(name, counts)| (name.clone(), numbers(counts)))
        .chain([("_totals".to_owned(), numbers(&document.totals))])
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver },
            "invocations": [invocation],
            "properties": { "metrics": metrics },
            "results": results,
        }],
    });
    let formatter = Ascii(PrettyFormatter::new());
    let mut serializer = serde_json::Serializer::with_formatter(out, formatter);
    log.serialize(&mut serializer)?;
    Ok(())
}

/// Returns the first finding of each test.
fn rules(document: &Document) -> Vec<&Finding> {
    let mut rules: Vec<&Finding> = Vec::new();
    for finding in &document.findings {
        if !rules.iter().any(|rule| rule.test_id == finding.test_id) {
            rules.push(finding);
        }
    }
    rules
}

fn descriptor(finding: &Finding) -> Value {
    json!({
        "id": finding.test_id,
        "name": finding.test_name,
        "helpUri": finding.more_info,
        "properties": {
            "precision": finding.confidence.name().to_lowercase(),
            "tags": ["security", format!("external/cwe/cwe-{}", finding.cwe)],
        },
    })
}

fn skipped((filename, reason): &(String, String)) -> Value {
    json!({
        "level": "error",
        "message": { "text": reason },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(filename) } } }],
    })
}

fn numbers(counts: &Counts) -> Value {
    counts
        .named()
        .into_iter()
        .map(|(name, count)| (name, json!(count)))
        .collect()
}

fn result(finding: &Finding, rules: &[&Finding]) -> Value {
    let index = rules
        .iter()
        .position(|rule| rule.test_id == finding.test_id);
    let mut result = json!({
        "message": { "text": finding.text },
        "locations": [{ "physicalLocation": location(finding) }],
        "properties": {
            "issue_confidence": finding.confidence.name(),
            "issue_severity": finding.severity.name(),
        },
        "ruleId": finding.test_id,
        "ruleIndex": index,
    });
    // The format's own default is "warning".
    match finding.severity {
        Level::High => result["level"] = json!("error"),
        Level::Low => result["level"] = json!("note"),
        Level::Medium | Level::Undefined => {}
    }
    result
}

fn location(finding: &Finding) -> Value {
    let range = &finding.line_range;
    let start = range.first().copied().unwrap_or(finding.line_number);
    // The second line of the range, not the last: readers of these logs have come to know it so.
    let end = range.get(1).copied().unwrap_or(start);
    let mut region = json!({
        "startLine": start,
        "endLine": end,
        "startColumn": finding.col_offset + 1,
        "endColumn": finding.end_col_offset + 1,
    });
    let mut location = json!({ "artifactLocation": { "uri": uri(&finding.filename) } });
    if let (Some((first, _)), Some((last, _))) = (finding.code.first(), finding.code.last()) {
        if let Some(text) = line(finding, i64::from(start) - i64::from(*first)) {
            region["snippet"] = json!({ "text": text });
        }
        let text: String = finding.code.iter().map(|(_, text)| text.as_str()).collect();
        location["contextRegion"] = json!({
            "startLine": first,
            "endLine": last,
            "snippet": { "text": text },
        });
    }
    location["region"] = region;
    location
}

/// Returns a line of the code; an index below zero counts from the end.
fn line(finding: &Finding, index: i64) -> Option<&str> {
    let count = i64::try_from(finding.code.len()).ok()?;
    let index = if index < 0 { index + count } else { index };
    let (_, text) = finding.code.get(usize::try_from(index).ok()?)?;
    Some(text)
}

/// Returns a path as a reference: without the `./` that pathlib leaves out, and all but letters, digits and what never
/// has a meaning is encoded.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
