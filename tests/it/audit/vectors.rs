//! Recorded answers: versions, CVSS vectors, severity over aliases.

use std::collections::BTreeSet;

use gate_hook::audit::{Builder, Database, PackageName, Version};
use serde_json::{Value, json};

use super::shared;

/// Builds a database out of records.
fn database(records: &[Value], exploited: &[&str]) -> Database {
    let mut builder = Builder::default();
    for record in records {
        builder.add_record("record", record.to_string().as_bytes());
    }
    let exploited: BTreeSet<String> = exploited.iter().map(|&id| id.to_owned()).collect();
    let file = builder.finish("test", "", &exploited).unwrap();
    Database::open(Box::new(file)).unwrap()
}

#[test]
fn versions_are_read_and_ordered_as_packaging_does() {
    let Some(vectors) = shared::json("pep440.json") else {
        return;
    };
    let mut valid = Vec::new();
    for row in vectors["rows"].as_array().unwrap() {
        let (text, expected) = (row[0].as_str().unwrap(), row[1].as_bool().unwrap());
        let version = Version::parse(text);
        let beyond_64_bits = text
            .split(|c: char| !c.is_ascii_digit())
            .any(|digits| digits.trim_start_matches('0').len() > 19);
        assert!(
            version.is_some() == expected || beyond_64_bits,
            "{text:?}: {version:?}"
        );
        // Numbers that need more than 64 bits are not supported; the manual says so.
        if let Some(version) = version.filter(|_| !beyond_64_bits) {
            assert_eq!(Some(version.canonical()), row[2].as_str(), "{text:?}");
            valid.push((version, row[3].as_u64().unwrap()));
        }
    }
    valid.sort_by_key(|(_, rank)| *rank);
    for pair in valid.windows(2) {
        assert_eq!(
            pair[0].0.cmp(&pair[1].0),
            pair[0].1.cmp(&pair[1].1),
            "{} {}",
            pair[0].0,
            pair[1].0
        );
    }
    assert!(valid.len() > 30_000);
}

fn scored(vector: &str) -> Value {
    json!({
        "id": "TEST-1",
        "severity": [{ "type": "CVSS_V3", "score": vector }],
        "affected": [{ "package": { "ecosystem": "PyPI", "name": "demo" } }],
    })
}

#[test]
fn vectors_are_rated_as_the_reference_does() {
    let Some(vectors) = shared::json("cvss.json") else {
        return;
    };
    for row in vectors["rows"].as_array().unwrap() {
        let vector = row[0].as_str().unwrap();
        let database = database(&[scored(vector)], &[]);
        let package = database.package(&PackageName::new("demo")).unwrap();
        let advisory = &package.advisories().unwrap()[0];
        let expected = match row[1].as_f64() {
            None => "unknown",
            Some(9.0..) => "critical",
            Some(7.0..) => "high",
            Some(4.0..) => "medium",
            Some(_) => "low",
        };
        assert_eq!(advisory.severity.name(), expected, "{vector}");
        if let Some(score) = row[1].as_f64() {
            let score = format!("score {score:.1} ");
            assert!(
                advisory.severity_source.contains(&score),
                "{vector}: {}",
                advisory.severity_source
            );
        }
    }
}

#[test]
fn severity_is_the_highest_over_all_records_about_one_weakness() {
    let Some(vectors) = shared::json("severity-cases.json") else {
        return;
    };
    let exploited: Vec<&str> = vectors["kev"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    for case in vectors["cases"].as_array().unwrap() {
        let database = database(case["records"].as_array().unwrap(), &exploited);
        let package = database.package(&PackageName::new("demo")).unwrap();
        let version = Version::parse("1.0").unwrap();
        let affecting = package
            .affecting(&version, gate_hook::audit::Reading::Meant)
            .unwrap();
        let highest = affecting.iter().map(|advisory| advisory.severity).max();
        let expected = case["rating"].as_str().unwrap().to_lowercase();
        assert_eq!(
            highest.map(gate_hook::finding::Severity::name),
            Some(expected.as_str()),
            "{}",
            case["name"]
        );
    }
}

#[test]
fn the_export_is_built_to_the_same_bytes_each_time() {
    let Some(export) = shared::file("osv-pypi-2024-10.zip") else {
        return;
    };
    let build = || {
        let mut builder = Builder::default();
        builder
            .add_archive("export", &export, &mut |_, _| {})
            .unwrap();
        builder.finish("export", "", &BTreeSet::new()).unwrap()
    };
    let file = build();
    assert!(file == build(), "two builds differ");
    let database = Database::open(Box::new(file)).unwrap();
    database.verify().unwrap();
    assert_eq!(database.about().records, 2651);
    assert_eq!(database.about().withdrawn, 10);
}
