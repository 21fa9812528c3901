//! SARIF 2.1.0, for code scanning services and editors.
//!
//! One run, one driver, the rules that found something. The partial fingerprint is the one that waivers and
//! overrides name. A finding that an inline comment or an override record lets pass is there, suppressed.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use serde_sarif::sarif;

use super::super::{Outcome, Report, Style, inert, snippet};
use crate::finding::{Category, Excerpt, Finding, Location, Origin, Place, Severity, printable};
use crate::policy::{Action, Judged};
use crate::receipt::{Consequence, Deferral, Unscanned};
use crate::rule::RuleMeta;

/// The name under which results carry their fingerprint.
const FINGERPRINT: &str = "gateHook/v1";
/// The root that paths are relative to.
const ROOT: &str = "%SRCROOT%";
/// Where the JSON schema of the format is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes the report. The style has no say: a machine gets everything.
pub(super) fn render(report: &Report, _style: Style, out: &mut dyn Write) -> io::Result<()> {
    let rules = rules(report);
    let results: Vec<_> = report
        .introduced()
        .chain(report.existing())
        .map(|judged| result(judged, &rules))
        .collect();
    let run = sarif::Run::builder()
        .tool(tool(report, &rules))
        .results(results)
        .column_kind(json!("unicodeCodePoints"))
        .original_uri_base_ids(BTreeMap::from([(ROOT.to_owned(), root())]))
        .automation_details(automation(report))
        .invocations(vec![invocation(report)])
        .properties(bag([
            ("policyDigest", json!(report.policy_digest)),
            ("policyOrigin", json!(report.policy_origin)),
            ("verdict", json!(report.outcome().name())),
        ]))
        .build();
    let log = sarif::Sarif::builder()
        .schema(SCHEMA.to_owned())
        .version(json!("2.1.0"))
        .runs(vec![run])
        .build();
    inert::write_json(&log, out)
}

/// Returns each rule that found something once, sorted by id.
fn rules(report: &Report) -> BTreeMap<&str, &RuleMeta> {
    report
        .shown()
        .map(|judged| {
            (
                judged.detected.finding.rule.id,
                judged.detected.finding.rule,
            )
        })
        .collect()
}

fn tool(report: &Report, rules: &BTreeMap<&str, &RuleMeta>) -> sarif::Tool {
    let driver = sarif::ToolComponent::builder()
        .name("gate-hook".to_owned())
        .version(report.version.to_owned())
        .semantic_version(report.version.to_owned())
        .rules(
            rules
                .values()
                .map(|rule| descriptor(rule))
                .collect::<Vec<_>>(),
        )
        .build();
    sarif::Tool::builder().driver(driver).build()
}

fn descriptor(rule: &RuleMeta) -> sarif::ReportingDescriptor {
    let title = printable(rule.title);
    let page = if rule.page.trim().is_empty() {
        title.clone()
    } else {
        paragraphs(rule.page)
    };
    let why = rule.why().split_whitespace().collect::<Vec<_>>().join(" ");
    let why = if why.is_empty() {
        title.clone()
    } else {
        printable(&why)
    };
    let level = sarif::ReportingConfiguration::builder()
        .level(json!(default_level(rule.severity)))
        .build();
    let mut descriptor = sarif::ReportingDescriptor::builder()
        .id(printable(rule.id))
        .name(pascal(rule.id))
        .short_description(words(title))
        .full_description(words(why))
        .help(help(page, rule.references))
        .default_configuration(level)
        .properties(rule_properties(rule))
        .build();
    descriptor.help_uri = rule
        .references
        .iter()
        .find(|uri| is_web_address(uri))
        .map(|uri| (*uri).to_owned());
    descriptor
}

/// Returns text with every line safe to print, its line breaks kept.
fn paragraphs(text: &str) -> String {
    text.trim()
        .lines()
        .map(printable)
        .collect::<Vec<_>>()
        .join("\n")
}

fn help(page: String, references: &[&str]) -> sarif::MultiformatMessageString {
    let addresses: Vec<&&str> = references
        .iter()
        .filter(|uri| is_web_address(uri))
        .collect();
    let mut markdown = page.clone();
    if !addresses.is_empty() {
        markdown.push_str("\n\nReferences:\n");
    }
    for address in addresses {
        markdown.push_str("\n- <");
        markdown.push_str(address);
        markdown.push('>');
    }
    sarif::MultiformatMessageString::builder()
        .text(page)
        .markdown(markdown)
        .build()
}

fn rule_properties(rule: &RuleMeta) -> sarif::PropertyBag {
    let mut tags = vec!["security".to_owned(), rule.engine.name().to_owned()];
    if let Some(cwe) = rule.cwe {
        tags.push(format!("external/cwe/cwe-{cwe:03}"));
    }
    let precision = match rule.category {
        Category::Credential | Category::Dependency | Category::Unpinned => "very-high",
        Category::Code => "high",
        Category::Keyword => "medium",
    };
    let mut properties = bag([("precision", json!(precision))]);
    if let Some(score) = security_severity(rule.severity) {
        properties
            .additional_properties
            .insert("security-severity".to_owned(), json!(score));
    }
    properties.tags = Some(tags);
    properties
}

/// Returns a number within the range that code scanning services map to the severity.
fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Unknown => None,
    }
}

fn default_level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Unknown => "warning",
        Severity::Low => "note",
    }
}

fn result(judged: &Judged, rules: &BTreeMap<&str, &RuleMeta>) -> sarif::Result {
    let finding = &judged.detected.finding;
    let index = rules
        .keys()
        .position(|id| *id == finding.rule.id)
        .unwrap_or_default();
    let level = match judged.action {
        Action::Block => sarif::ResultLevel::Error,
        Action::Review | Action::Warn => sarif::ResultLevel::Warning,
        Action::Info => sarif::ResultLevel::Note,
        Action::Off => sarif::ResultLevel::None,
    };
    let state = match judged.detected.origin {
        Origin::Introduced => "new",
        Origin::Existing => "unchanged",
    };
    let text = if finding.message.trim().is_empty() {
        finding.rule.title
    } else {
        &finding.message
    };
    sarif::Result::builder()
        .rule_id(printable(finding.rule.id))
        .rule_index(i64::try_from(index).unwrap_or(-1))
        .level(level)
        .message(message(printable(text)))
        .locations(vec![location(&finding.location, &finding.excerpt)])
        .partial_fingerprints(BTreeMap::from([(
            FINGERPRINT.to_owned(),
            finding.fingerprint.to_string(),
        )]))
        .baseline_state(json!(state))
        .suppressions(suppressions(judged))
        .properties(result_properties(judged, finding))
        .build()
}

fn result_properties(judged: &Judged, finding: &Finding) -> sarif::PropertyBag {
    let decided_by: Vec<String> = judged
        .decided_by
        .iter()
        .map(|decider| format!("{}, {}", decider.key, decider.origin))
        .collect();
    let mut properties = bag([
        ("action", json!(judged.action.name())),
        ("confidence", json!(finding.confidence.name())),
        ("decidedBy", json!(decided_by)),
        ("engine", json!(finding.engine().name())),
        ("severity", json!(finding.severity.name())),
    ]);
    let mut add = |key: &str, value: Value| {
        properties
            .additional_properties
            .insert(key.to_owned(), value)
    };
    if let Some(day) = judged.blocks_from {
        add("blocksFrom", json!(day.to_string()));
    }
    if let Some(commit) = &judged.detected.commit {
        add("commit", json!(commit.id.to_string()));
    }
    if !finding.notes.is_empty() {
        add("notes", json!(finding.notes));
    }
    properties
}

/// Returns what lets a finding pass: never absent, so that a reader knows that nothing does.
fn suppressions(judged: &Judged) -> Vec<sarif::Suppression> {
    let mut suppressions = Vec::new();
    if let Some(comment) = &judged.detected.finding.inline_allow {
        // A comment asks; somebody has yet to look. Where the finding blocks all the same, it was refused.
        let status = if judged.action == Action::Block {
            "rejected"
        } else {
            "underReview"
        };
        suppressions.push(suppression("inSource", status, printable(comment)));
    }
    if let Some(record) = &judged.overridden_by {
        suppressions.push(suppression(
            "external",
            "accepted",
            format!("override {}", printable(record)),
        ));
    }
    suppressions
}

fn suppression(kind: &str, status: &str, justification: String) -> sarif::Suppression {
    sarif::Suppression::builder()
        .kind(json!(kind))
        .status(json!(status))
        .justification(justification)
        .build()
}

fn location(location: &Location, excerpt: &Excerpt) -> sarif::Location {
    let mut physical = sarif::PhysicalLocation::builder()
        .artifact_location(artifact(&location.place))
        .build();
    if !matches!(location.place, Place::FileName(_) | Place::RefName(_)) {
        physical.region = Some(region(location, excerpt));
        physical.context_region = Some(context(location, excerpt));
    }
    let mut location_out = sarif::Location::builder()
        .physical_location(physical)
        .build();
    if location.place.path().is_none() {
        let name = location.place.to_string();
        let logical = sarif::LogicalLocation::builder()
            .fully_qualified_name(name)
            .kind("text".to_owned())
            .build();
        location_out.logical_locations = Some(vec![logical]);
    }
    location_out
}

fn region(location: &Location, excerpt: &Excerpt) -> sarif::Region {
    let [_, marked, _] = snippet::parts(excerpt);
    sarif::Region::builder()
        .start_line(i64::from(location.start.line))
        .start_column(i64::from(location.start.column))
        .end_line(i64::from(location.end.line))
        .end_column(i64::from(location.end.column))
        .snippet(
            sarif::ArtifactContent::builder()
                .text(marked.to_owned())
                .build(),
        )
        .build()
}

/// Returns the lines around the finding, of which the redacted first one is known.
fn context(location: &Location, excerpt: &Excerpt) -> sarif::Region {
    sarif::Region::builder()
        .start_line(i64::from(location.start.line))
        .end_line(i64::from(location.end.line))
        .snippet(
            sarif::ArtifactContent::builder()
                .text(excerpt.text.clone())
                .build(),
        )
        .build()
}

/// Returns what a finding was found in. Messages and names are no files: they get an address of their own,
/// because services refuse a whole log over one result without an address.
fn artifact(place: &Place) -> sarif::ArtifactLocation {
    if let Some(path) = place.path() {
        return sarif::ArtifactLocation::builder()
            .uri(percent(path.as_bytes()))
            .uri_base_id(ROOT.to_owned())
            .build();
    }
    let uri = match place {
        Place::TagMessage(tag) => format!("tag-message/{}", percent(tag.as_bytes())),
        Place::RefName(name) => format!("ref-name/{}", percent(name.as_bytes())),
        _ => "commit-message".to_owned(),
    };
    sarif::ArtifactLocation::builder()
        .uri(uri)
        .description(message(place.to_string()))
        .build()
}

/// Returns a path as a relative URI reference: everything but unreserved characters and `/` is encoded.
fn percent(path: &[u8]) -> String {
    let mut uri = String::with_capacity(path.len());
    for &byte in path {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            uri.push(char::from(byte));
        } else {
            uri.push('%');
            for digit in [byte >> 4, byte & 15] {
                uri.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
    uri
}

fn root() -> sarif::ArtifactLocation {
    sarif::ArtifactLocation::builder()
        .description(message("the root of the repository".to_owned()))
        .build()
}

/// Returns what services group runs by: all of them are one category.
fn automation(report: &Report) -> sarif::RunAutomationDetails {
    sarif::RunAutomationDetails::builder()
        .id("gate-hook/".to_owned())
        .description(message(printable(&report.subject)))
        .build()
}

fn invocation(report: &Report) -> sarif::Invocation {
    let outcome = report.outcome();
    let deferred = report.deferred().into_iter().map(deferral);
    let notices = deferred
        .chain(report.receipt.unscanned.iter().map(unscanned))
        .collect::<Vec<_>>();
    sarif::Invocation::builder()
        .execution_successful(outcome != Outcome::CouldNotLook)
        .exit_code(i64::from(outcome.exit()))
        .exit_code_description(outcome.name().to_owned())
        .tool_configuration_notifications(notices)
        .build()
}

fn deferral(deferral: &Deferral) -> sarif::Notification {
    let command = deferral
        .command
        .as_ref()
        .map(|command| format!("; to answer it here: {command}"));
    let text = format!(
        "{} left to CI: {}{}",
        deferral.engine,
        deferral.reason,
        command.unwrap_or_default()
    );
    sarif::Notification::builder()
        .level(json!("warning"))
        .message(message(printable(&text)))
        .build()
}

fn unscanned(unscanned: &Unscanned) -> sarif::Notification {
    let level = match unscanned.consequence {
        Consequence::Excluded => "note",
        Consequence::Policy => "warning",
        Consequence::CouldNotLook => "error",
    };
    let engine = unscanned
        .engine
        .map(|engine| format!(" by {engine}"))
        .unwrap_or_default();
    let physical = sarif::PhysicalLocation::builder()
        .artifact_location(artifact(&unscanned.place))
        .build();
    sarif::Notification::builder()
        .level(json!(level))
        .message(message(format!(
            "not scanned{engine}: {}",
            printable(&unscanned.reason)
        )))
        .locations(vec![
            sarif::Location::builder()
                .physical_location(physical)
                .build(),
        ])
        .build()
}

fn message(text: String) -> sarif::Message {
    sarif::Message::builder().text(text).build()
}

fn words(text: String) -> sarif::MultiformatMessageString {
    sarif::MultiformatMessageString::builder()
        .text(text)
        .build()
}

fn bag<const N: usize>(properties: [(&str, Value); N]) -> sarif::PropertyBag {
    let properties: BTreeMap<_, _> = properties
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    sarif::PropertyBag::builder()
        .additional_properties(properties)
        .build()
}

/// Returns `github-pat` as `GithubPat`.
fn pascal(id: &str) -> String {
    let parts = id
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let mut rest = part.chars();
            rest.next()
                .map(|first| first.to_uppercase().chain(rest).collect::<String>())
                .unwrap_or_default()
        })
        .collect()
}

fn is_web_address(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b);
    text.starts_with("https://") && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_uri_whatever_it_holds() {
        assert_eq!(percent(b"src/a b.py"), "src/a%20b.py");
        assert_eq!(percent(b"::x\x1b\xff"), "%3A%3Ax%1B%FF");
    }

    #[test]
    fn names_of_rules_are_in_pascal_case() {
        assert_eq!(pascal("github-pat"), "GithubPat");
        assert_eq!(pascal("B101"), "B101");
        assert_eq!(pascal("über--x"), "ÜberX");
    }
}
