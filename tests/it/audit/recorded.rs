//! Requirement sets with the answers that the real pip-audit once gave to them.

use std::collections::BTreeSet;
use std::fs;

use gate_hook::audit::Builder;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::differential::{dependencies, run};
use super::shared;

/// Compares what is said about the sets of the shared folder with an answer file, over the records of some archives.
fn compare(answers: &str, archives: &[&str]) {
    let Some(answers) = shared::json(&format!("devset/{answers}")) else {
        return;
    };
    let sets = shared::folder().unwrap().join("devset");
    let folder = TempDir::new().unwrap();
    let mut builder = Builder::default();
    for archive in archives {
        let records = shared::file(archive).unwrap();
        builder
            .add_archive(archive, &records, &mut |_, _| {})
            .unwrap();
    }
    let database = folder.path().join("advisories.db");
    let bytes = builder.finish("records", "", &BTreeSet::new()).unwrap();
    fs::write(&database, bytes).unwrap();
    let mut findings = 0;
    for case in answers["cases"].as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        let set = sets.join(file);
        let mut arguments = vec!["pip-audit", "-r", set.to_str().unwrap(), "-f", "json"];
        arguments.extend(["--python-version", "3.11.7", "--platform", "linux"]);
        arguments.extend(["--database", database.to_str().unwrap()]);
        let (code, report) = run(&arguments, folder.path());
        assert_eq!(Some(i64::from(code)), case["rc"].as_i64(), "{file}");
        let ours = dependencies(&serde_json::from_str(&report).unwrap());
        let theirs = case["deps"].as_array().unwrap();
        assert_eq!(ours.len(), theirs.len(), "{file}");
        for ((name, found), theirs) in ours.iter().zip(theirs) {
            // A URL that names a version is audited here and skipped there.
            let Some(version) = theirs["version"].as_str() else {
                continue;
            };
            let expected = format!("{} {version}", theirs["name"].as_str().unwrap());
            assert_eq!(*name, expected, "{file}");
            let ours: Vec<_> = found
                .iter()
                .map(|(id, aliases, fixes, text)| {
                    let digest = Sha256::digest(text.as_bytes());
                    let digits: String = digest[..8]
                        .iter()
                        .map(|byte| format!("{byte:02x}"))
                        .collect();
                    (id.clone(), aliases.clone(), fixes.clone(), digits)
                })
                .collect();
            let theirs: Vec<_> = theirs["vulns"]
                .as_array()
                .unwrap()
                .iter()
                .map(finding)
                .collect();
            assert_eq!(ours, theirs, "{file}: {name}");
            findings += ours.len();
        }
    }
    assert_eq!(Some(findings as u64), answers["meta"]["findings"].as_u64());
}

fn finding(vulnerability: &Value) -> (String, BTreeSet<String>, Vec<String>, String) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let texts = |key: &str| vulnerability[key].as_array().unwrap().iter().map(text);
    (
        text(&vulnerability["id"]),
        texts("aliases").collect(),
        texts("fix").collect(),
        text(&vulnerability["desc"]),
    )
}

#[test]
fn the_recorded_answers_are_given() {
    compare("expected.json", &["osv-pypi-2026-07.zip"]);
}

#[test]
fn the_recorded_answers_over_twins_are_given() {
    let archives = ["osv-pypi-2026-07.zip", "osv-pypi-2026-07-ghsa-derived.zip"];
    compare("expected-merged.json", &archives);
}
