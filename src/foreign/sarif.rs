//! SARIF 2.1.0 of any tool. Only what a decision needs is read; whatever else a log holds is passed over.
//!
//! The category decides by which thresholds a result is judged: rules that speak of secrets as credentials, those
//! named or tagged after a vulnerability as dependencies, everything else as code.

use serde::Deserialize;

use super::rules::{Rules, Said, engine};
use super::{ForeignError, Imported};
use crate::finding::{
    Category, Confidence, Excerpt, Finding, Fingerprint, Location, Place, Position, RepoPath,
    Severity, printable,
};

#[derive(Deserialize)]
struct Log {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    #[serde(default)]
    results: Option<Vec<Outcome>>,
}

#[derive(Deserialize)]
struct Tool {
    driver: Component,
}

#[derive(Deserialize)]
struct Component {
    name: String,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    #[serde(default)]
    short_description: Option<Text>,
    #[serde(default)]
    full_description: Option<Text>,
    #[serde(default)]
    help_uri: Option<String>,
    #[serde(default)]
    default_configuration: Option<Configuration>,
    #[serde(default)]
    properties: Properties,
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    level: Option<String>,
}

#[derive(Deserialize, Default)]
struct Properties {
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    precision: Option<String>,
    #[serde(default, rename = "security-severity")]
    security_severity: Option<serde_json::Value>,
}

#[derive(Deserialize, Default)]
struct Text {
    #[serde(default)]
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    #[serde(default)]
    rule_id: Option<String>,
    #[serde(default)]
    rule_index: Option<i64>,
    #[serde(default)]
    rule: Option<Reference>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    level: Option<String>,
    #[serde(default)]
    baseline_state: Option<String>,
    #[serde(default)]
    message: Text,
    #[serde(default)]
    locations: Vec<Spot>,
    #[serde(default)]
    suppressions: Option<Vec<Suppression>>,
    #[serde(default)]
    partial_fingerprints: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    index: Option<i64>,
}

#[derive(Deserialize)]
struct Suppression {
    #[serde(default)]
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spot {
    #[serde(default)]
    physical_location: Option<Physical>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    #[serde(default)]
    artifact_location: Option<Artifact>,
    #[serde(default)]
    region: Option<Region>,
}

#[derive(Deserialize)]
struct Artifact {
    #[serde(default)]
    uri: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Region {
    #[serde(default)]
    start_line: Option<u32>,
    #[serde(default)]
    start_column: Option<u32>,
    #[serde(default)]
    end_line: Option<u32>,
    #[serde(default)]
    end_column: Option<u32>,
    #[serde(default)]
    snippet: Option<Text>,
}

/// Turns a log into findings.
pub(super) fn read(report: serde_json::Value) -> Result<Imported, ForeignError> {
    let log: Log = serde_json::from_value(report)
        .map_err(|error| ForeignError(printable(&format!("this is no SARIF: {error}"))))?;
    let mut imported = Imported::default();
    let mut rules = Rules::default();
    for run in log.runs {
        let (mut settled, mut elsewhere) = (0, 0);
        for outcome in run.results.unwrap_or_default() {
            if is_settled(&outcome) {
                settled += 1;
            } else if let Some(finding) = finding(&run.tool.driver, outcome, &mut rules) {
                imported.findings.push(finding);
            } else {
                elsewhere += 1;
            }
        }
        let tool = printable(&run.tool.driver.name);
        if settled > 0 {
            imported.notes.push(format!(
                "{settled} results of {tool} are marked as settled there and were left out"
            ));
        }
        if elsewhere > 0 {
            imported.notes.push(format!(
                "{elsewhere} results of {tool} name no file of this repository and were left out"
            ));
        }
    }
    Ok(imported)
}

/// Returns whether a result is none, or one that somebody has let pass already.
fn is_settled(outcome: &Outcome) -> bool {
    let kind = outcome.kind.as_deref().unwrap_or("fail");
    let accepted = |suppression: &Suppression| {
        matches!(suppression.status.as_deref(), None | Some("accepted"))
    };
    !matches!(kind, "fail" | "open" | "review")
        || outcome.baseline_state.as_deref() == Some("absent")
        || outcome
            .suppressions
            .as_ref()
            .is_some_and(|all| all.iter().any(accepted))
}

fn finding(tool: &Component, outcome: Outcome, rules: &mut Rules) -> Option<Finding> {
    let index = outcome
        .rule_index
        .or(outcome.rule.as_ref().and_then(|rule| rule.index));
    let id = outcome
        .rule_id
        .clone()
        .or(outcome.rule.as_ref().and_then(|rule| rule.id.clone()));
    let rule = index
        .and_then(|index| tool.rules.get(usize::try_from(index).ok()?))
        .or_else(|| tool.rules.iter().find(|rule| Some(&rule.id) == id.as_ref()));
    let nothing = Rule::default();
    let rule = rule.unwrap_or(&nothing);
    let id = id.unwrap_or_else(|| rule.id.clone());
    if id.is_empty() {
        return None;
    }
    let physical = outcome
        .locations
        .into_iter()
        .find_map(|spot| spot.physical_location)?;
    let path = path(&physical.artifact_location?.uri?)?;
    let region = physical.region.unwrap_or_default();
    let level = outcome.level.as_deref().or(rule
        .default_configuration
        .as_ref()
        .and_then(|configuration| configuration.level.as_deref()));
    let severity = severity(&rule.properties, level);
    let category = category(tool, rule, &id);
    let text = |text: &Option<Text>| {
        let text = text.as_ref().and_then(|text| text.text.clone());
        text.unwrap_or_default()
    };
    let said = Said {
        title: text(&rule.short_description),
        page: text(&rule.full_description),
        reference: rule.help_uri.clone(),
        cwe: cwe(&rule.properties.tags),
    };
    let message = outcome.message.text.unwrap_or_default();
    let snippet = text(&region.snippet);
    let identity = [&tool.name, &id, &snippet, &message];
    Some(Finding {
        rule: rules.rule(&tool.name, &id, category, severity, &said),
        location: location(path, &region),
        severity,
        confidence: confidence(&rule.properties),
        message: first_line(&message, &said.title),
        excerpt: Excerpt {
            text: String::new(),
            mark: 0..0,
        },
        fingerprint: fingerprint(category, &outcome.partial_fingerprints, &identity),
        inline_allow: None,
        notes: vec![format!("reported by {}", printable(&tool.name))],
        package: None,
    })
}

/// Returns the path that an address means inside the repository, if it means one.
fn path(uri: &str) -> Option<RepoPath> {
    let uri = uri.strip_prefix("./").unwrap_or(uri);
    if uri.is_empty() || uri.contains("://") || uri.starts_with('/') || uri.starts_with("file:") {
        return None;
    }
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let hex = |at: usize| (*tail.get(at)? as char).to_digit(16);
        match (byte, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high << 4 | low) as u8);
                rest = &tail[2..];
            }
            _ => bytes.push(byte),
        }
    }
    let leaves = bytes.split(|&byte| byte == b'/').any(|part| part == b"..");
    (!leaves).then(|| RepoPath::new(bytes))
}

fn location(path: RepoPath, region: &Region) -> Location {
    let line = region.start_line.unwrap_or(1).max(1);
    let column = region.start_column.unwrap_or(1).max(1);
    let end = region.end_line.unwrap_or(line).max(line);
    Location {
        place: Place::File(path),
        start: Position { line, column },
        end: Position {
            line: end,
            column: region.end_column.unwrap_or(column + 1).max(1),
        },
    }
}

/// Returns the severity by the number that services use, else by the level.
fn severity(properties: &Properties, level: Option<&str>) -> Severity {
    let score = match &properties.security_severity {
        Some(serde_json::Value::String(text)) => text.parse().ok(),
        Some(value) => value.as_f64(),
        None => None,
    };
    match (score, level) {
        (Some(score), _) if score >= 9.0 => Severity::Critical,
        (Some(score), _) if score >= 7.0 => Severity::High,
        (Some(score), _) if score >= 4.0 => Severity::Medium,
        (Some(score), _) if score > 0.0 => Severity::Low,
        (_, Some("error")) => Severity::High,
        (_, Some("note" | "none")) => Severity::Low,
        // The standard's default is a warning.
        _ => Severity::Medium,
    }
}

fn confidence(properties: &Properties) -> Confidence {
    match properties.precision.as_deref() {
        Some("low") => Confidence::Low,
        Some("medium") => Confidence::Medium,
        _ => Confidence::High,
    }
}

fn category(tool: &Component, rule: &Rule, id: &str) -> Category {
    let tool = tool.name.to_lowercase();
    let secret_tools = [
        "gitleaks",
        "trufflehog",
        "detect-secrets",
        "kingfisher",
        "ggshield",
    ];
    let tags: Vec<String> = rule
        .properties
        .tags
        .iter()
        .map(|tag| tag.to_lowercase())
        .collect();
    let tagged = |wanted: &[&str]| tags.iter().any(|tag| wanted.contains(&tag.as_str()));
    let ids = ["CVE-", "GHSA-", "PYSEC-", "OSV-", "MAL-"];
    if secret_tools.iter().any(|name| tool.contains(name)) || tagged(&["secret", "secrets"]) {
        Category::Credential
    } else if ids.iter().any(|start| id.starts_with(start)) || tagged(&["vulnerability"]) {
        Category::Dependency
    } else {
        Category::Code
    }
}

/// Reads the number out of tags such as `external/cwe/cwe-078` or `CWE-78: …`.
fn cwe(tags: &[String]) -> Option<u16> {
    tags.iter().find_map(|tag| {
        let tag = tag.to_lowercase();
        let number = tag.rsplit_once("cwe-")?.1;
        let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}

fn first_line(message: &str, title: &str) -> String {
    let line = message.lines().find(|line| !line.trim().is_empty());
    printable(line.unwrap_or(title).trim().trim_end_matches('.'))
}

/// Returns what identifies the result: what its tool says does, else rule, code and message.
fn fingerprint(
    category: Category,
    partial: &std::collections::BTreeMap<String, String>,
    identity: &[&String; 4],
) -> Fingerprint {
    let mut hasher = blake3::Hasher::new();
    let mut part = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    let [tool, id, snippet, message] = identity;
    part("sarif");
    part(tool);
    part(id);
    if partial.is_empty() {
        let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        part(&folded(snippet));
        part(&folded(message));
    }
    for (name, value) in partial {
        part(name);
        part(value);
    }
    let mut digest = [0; 10];
    digest.copy_from_slice(&hasher.finalize().as_bytes()[..10]);
    Fingerprint::new(engine(category), digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn log(results: serde_json::Value) -> serde_json::Value {
        json!({ "version": "2.1.0", "runs": [{
            "tool": { "driver": { "name": "Linter", "rules": [
                { "id": "unsafe-call", "shortDescription": { "text": "an unsafe call" },
                  "helpUri": "https://example.org/unsafe-call",
                  "defaultConfiguration": { "level": "note" },
                  "properties": { "tags": ["external/cwe/cwe-078"], "security-severity": "8.1" } },
                { "id": "CVE-2099-1" },
            ] } },
            "results": results,
        }] })
    }

    fn at(uri: &str, line: u32) -> serde_json::Value {
        json!([{ "physicalLocation": {
            "artifactLocation": { "uri": uri }, "region": { "startLine": line } } }])
    }

    #[test]
    fn a_result_becomes_a_finding() {
        let report = log(json!([
            { "ruleIndex": 0, "message": { "text": "Do not.\nMore." }, "locations": at("src/a%20b.py", 7) },
            { "ruleId": "CVE-2099-1", "level": "error", "message": { "text": "old" },
              "locations": at("requirements.txt", 1) },
        ]));
        let found = read(report).unwrap().findings;
        assert_eq!(found[0].rule.id, "unsafe-call");
        assert_eq!(found[0].rule.cwe, Some(78));
        assert_eq!(found[0].severity, Severity::High);
        assert_eq!(found[0].message, "Do not");
        assert_eq!(found[0].location.place.to_string(), "src/a b.py");
        assert_eq!(found[0].location.start.line, 7);
        assert_eq!(found[0].rule.category, Category::Code);
        assert_eq!(found[1].rule.category, Category::Dependency);
        assert_eq!(found[1].severity, Severity::High);
    }

    #[test]
    fn what_is_settled_or_elsewhere_is_said_and_left_out() {
        let report = log(json!([
            { "ruleId": "x", "kind": "pass", "locations": at("a", 1) },
            { "ruleId": "x", "suppressions": [{ "kind": "inSource" }], "locations": at("a", 1) },
            { "ruleId": "x", "suppressions": [{ "kind": "external", "status": "rejected" }],
              "locations": at("a", 1) },
            { "ruleId": "x", "locations": at("../../etc/passwd", 1) },
            { "ruleId": "x", "locations": at("file:///a", 1) },
            { "ruleId": "x" },
        ]));
        let imported = read(report).unwrap();
        assert_eq!(imported.findings.len(), 1);
        let notes = imported.notes.join("\n");
        assert!(
            notes.contains("2 results") && notes.contains("3 results"),
            "{notes}"
        );
    }

    #[test]
    fn a_fingerprint_does_not_know_the_path() {
        let one = |uri: &str| {
            let report = log(
                json!([{ "ruleId": "x", "message": { "text": "m" }, "locations": at(uri, 3) }]),
            );
            read(report).unwrap().findings[0].fingerprint
        };
        assert_eq!(one("a"), one("b/c"));
    }

    #[test]
    fn what_is_no_log_is_refused() {
        assert!(read(json!({ "runs": 3 })).is_err());
        assert!(super::super::read("{}", "x", None).is_err());
        assert!(super::super::read("not json", "x", None).is_err());
    }
}
