//! Requirement lines and markers give the answers that PyPI's own library was recorded to give.

use std::collections::BTreeMap;

use gate_hook::audit::marker::{Environment, Marker};
use gate_hook::audit::requirement::{Requirement, Source};
use gate_hook::audit::specifier::Specifiers;
use serde_json::Value;

use super::shared;

#[test]
fn recorded_requirement_lines_are_read_and_evaluated_alike() {
    let Some(content) = shared("pep508.json") else {
        return;
    };
    let vectors: Value = serde_json::from_slice(&content).unwrap();
    let environments: BTreeMap<&str, Environment> = vectors["environments"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, values)| (name.as_str(), environment(values)))
        .collect();
    let rows = vectors["rows"].as_array().unwrap();
    assert!(rows.len() > 1_000);
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|row| difference(row, &environments))
        .collect();
    println!("{} lines compared", rows.len());
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn difference(row: &Value, environments: &BTreeMap<&str, Environment>) -> Option<String> {
    let text = row["text"].as_str().unwrap();
    let read = match (Requirement::parse(text), row["valid"].as_bool().unwrap()) {
        (Ok(read), true) => read,
        (Err(_), false) => return None,
        (Ok(_), false) => return Some(format!("{text}: read, but invalid")),
        (Err(error), true) => return Some(format!("{text}: {error} at {}", error.offset)),
    };
    let name = row["name"].as_str().unwrap().replace(['_', '.'], "-");
    let name = name
        .split('-')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    if read.name.as_str().trim_end_matches('-') != name.to_lowercase() {
        return Some(format!("{text}: name {}", read.name));
    }
    let mut extras = read.extras.clone();
    extras.sort();
    extras.dedup();
    if serde_json::json!(extras) != row["extras"] {
        return Some(format!("{text}: extras {extras:?}"));
    }
    match &read.source {
        Source::Url(url) if row["url"] != serde_json::json!(url) => {
            return Some(format!("{text}: url {url}"));
        }
        Source::Index(specifiers)
            if !same_clauses(specifiers, row["specifier"].as_str().unwrap()) =>
        {
            return Some(format!("{text}: specifiers {specifiers}"));
        }
        _ => {}
    }
    let (Some(marker), Some(answers)) = (&read.marker, row["eval"].as_object()) else {
        return (read.marker.is_some() != row.get("marker").is_some_and(Value::is_string))
            .then(|| format!("{text}: marker {:?}", read.marker));
    };
    let marker: Marker = marker.parse().unwrap();
    assert_eq!(marker.to_string().parse().as_ref(), Ok(&marker), "{text}");
    for (name, answer) in answers {
        // An answer that is no truth value names the exception that was raised.
        let holds = marker.holds(&environments[name.as_str()]);
        if holds != answer.as_bool() {
            return Some(format!("{text}: {holds:?} on {name}"));
        }
    }
    None
}

/// The recorded text lists the clauses in an order of its own.
fn same_clauses(specifiers: &Specifiers, recorded: &str) -> bool {
    let sorted = |text: &str| {
        let mut clauses: Vec<String> = text
            .split(',')
            .map(|clause| clause.replace(' ', ""))
            .collect();
        clauses.sort();
        clauses.dedup();
        clauses
    };
    let recorded = Specifiers::parse(recorded).unwrap();
    sorted(&specifiers.to_string()) == sorted(&recorded.to_string())
}

fn environment(values: &Value) -> Environment {
    let text = |name: &str| values[name].as_str().unwrap().to_owned();
    Environment {
        implementation_name: text("implementation_name"),
        implementation_version: text("implementation_version"),
        os_name: text("os_name"),
        platform_machine: text("platform_machine"),
        platform_python_implementation: text("platform_python_implementation"),
        platform_release: text("platform_release"),
        platform_system: text("platform_system"),
        platform_version: text("platform_version"),
        python_full_version: text("python_full_version"),
        python_version: text("python_version"),
        sys_platform: text("sys_platform"),
        extra: text("extra"),
        extras: Vec::new(),
        dependency_groups: Vec::new(),
    }
}
