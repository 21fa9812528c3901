//! The real pip-audit and this program over the same records and the same requirement sets.
//!
//! `oracle.py` generates the sets, serves the records on this machine by the rule of the public service, and runs
//! pip-audit. What both say about each package has to be equal: version, ids, aliases, fixing versions, descriptions,
//! what was skipped, and the exit code. `docs/audit.md` names the exceptions.

#![expect(clippy::print_stdout, reason = "the log says what was compared")]
#![expect(
    clippy::disallowed_methods,
    reason = "the test command speaks through variables"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;
use tempfile::TempDir;

use super::shared;
use crate::support::PROGRAM;

/// Returns the Python of the environment that the test command prepares.
fn oracle() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oracles/bin/python");
    if python.with_file_name("pip-audit").exists() {
        return Some(python);
    }
    assert!(
        env::var_os("GATE_HOOK_ORACLES").is_none(),
        "the test command has prepared no pip-audit in target/oracles"
    );
    println!("pip-audit is not in target/oracles: `./test.sh` puts it there; nothing was compared");
    None
}

/// Runs this program and returns its exit code and standard output.
pub(super) fn run(arguments: &[&str], home: &Path) -> (i32, String) {
    let output = Command::new(PROGRAM)
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .current_dir(home)
        .output()
        .unwrap();
    let code = output.status.code().unwrap_or(-1);
    assert!(
        code == 0 || code == 1,
        "{arguments:?}: {code}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    (code, String::from_utf8(output.stdout).unwrap())
}

/// Compares `count` sets drawn over the records of some archives; none: over records that are generated too.
fn compare(seed: u32, count: usize, archives: &[&str]) {
    let Some(python) = oracle().filter(|_| count > 0) else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let archives: Vec<PathBuf> = match shared::folder() {
        Some(shared) => archives.iter().map(|name| shared.join(name)).collect(),
        None => Vec::new(),
    };
    for archive in &archives {
        println!("used the shared file {}", archive.display());
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/pip_audit/oracle.py");
    let ran = Command::new(python)
        .arg(script)
        .arg(folder.path())
        .args([seed.to_string(), count.to_string()])
        .args(&archives)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );

    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let database = at("advisories.db");
    run(
        &[
            "advisories",
            "update",
            "--from",
            &at("records.zip"),
            "--output",
            &database,
        ],
        folder.path(),
    );
    let answers: Value = serde_json::from_slice(&fs::read(at("answers.json")).unwrap()).unwrap();
    let python = answers["python"].as_str().unwrap();
    let (mut findings, mut crashes) = (0, 0);
    for answer in answers["answers"].as_array().unwrap() {
        let file = answer["file"].as_str().unwrap();
        let set = at(file);
        let (code, report) = run(
            &[
                "pip-audit",
                "-r",
                &set,
                "--no-deps",
                "--disable-pip",
                "-f",
                "json",
                "--python-version",
                python,
                "--database",
                &database,
            ],
            folder.path(),
        );
        let report: Value = serde_json::from_str(&report).unwrap();
        if let Some(crash) = answer["crash"].as_str() {
            // A fixing version that is none ends pip-audit in a traceback; here the rest is reported.
            assert!(crash.starts_with("InvalidVersion"), "{file}: {crash}");
            assert_eq!(code, 1, "{file}");
            crashes += 1;
            continue;
        }
        assert_eq!(
            Some(i64::from(code)),
            answer["exit"].as_i64(),
            "{file}: {}",
            answer["message"]
        );
        let (ours, theirs) = (dependencies(&report), dependencies(&answer["report"]));
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(
                ours,
                theirs,
                "{file}, seed {seed}:\n{}",
                fs::read_to_string(&set).unwrap()
            );
        }
        assert_eq!(ours.len(), theirs.len(), "{file}");
        findings += ours.iter().map(|(_, found)| found.len()).sum::<usize>();
    }
    println!("{count} sets, {findings} findings equal, {crashes} sets on which pip-audit crashes");
    assert!(findings > count, "the sets have next to no findings");
    assert!(crashes * 5 <= count, "too few sets were compared");
}

/// What is said about one vulnerability: id, aliases, fixing versions, description.
pub(super) type Found = (String, BTreeSet<String>, Vec<String>, String);

/// Returns for each package its name with its version, and what is known against it.
pub(super) fn dependencies(report: &Value) -> Vec<(String, Vec<Found>)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let texts = |value: &Value| {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .collect::<Vec<_>>()
    };
    let found = |vulnerability: &Value| {
        (
            text(&vulnerability["id"]),
            texts(&vulnerability["aliases"]).into_iter().collect(),
            texts(&vulnerability["fix_versions"]),
            text(&vulnerability["description"]),
        )
    };
    let dependency = |dependency: &Value| {
        let name = format!(
            "{} {}",
            text(&dependency["name"]),
            text(&dependency["version"])
        );
        let known = dependency["vulns"].as_array().into_iter().flatten();
        (name, known.map(found).collect())
    };
    report["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(dependency)
        .collect()
}

fn sets(normal: usize, full: usize) -> usize {
    if shared::full() { full } else { normal }
}

#[test]
fn generated_records_give_what_pip_audit_gives() {
    compare(1, sets(24, 60), &[]);
}

#[test]
fn the_public_records_give_what_pip_audit_gives() {
    compare(2, sets(0, 160), &["osv-pypi-2026-07.zip"]);
}

#[test]
fn records_that_are_twins_give_what_pip_audit_gives() {
    compare(
        3,
        sets(36, 120),
        &["osv-pypi-2026-07.zip", "osv-pypi-2026-07-ghsa-derived.zip"],
    );
}
