//! The reports of the real program: valid against their schemas, the same twice, and inert.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use gate_hook::report::formats::Format;

use crate::support::{Repo, leak, token};

/// Makes a repository with a staged leak, a password, and a path that would steer a terminal or a CI log.
fn repo() -> Repo {
    let repo = Repo::new();
    repo.stage("app.py", leak(1));
    repo.stage(
        "settings.ini",
        format!("[db]\npassword = {}\n", ["Sommer", "2024", "!x"].concat()),
    );
    repo.stage("a\r::stop-commands::x\u{1b}[2J\u{202e}.py", leak(2));
    repo
}

fn scan(repo: &Repo, format: &str) -> String {
    let as_of = "2026-12-01T00:00:00Z";
    let answer = repo.gate(&["scan", "--staged", "--as-of", as_of, "--format", format]);
    assert_eq!(answer.code, 1, "{}", answer.text());
    answer.stdout
}

#[track_caller]
fn assert_valid(report: &str, schema: &str) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let report: Value = serde_json::from_str(report).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}\n{report:#}", errors.join("\n"));
}

#[test]
fn json_holds_to_its_committed_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = std::fs::read_to_string(root.join("docs/report.schema.json")).unwrap();
    let report = scan(&repo(), "json");
    assert_valid(&report, &schema);
    let report: Value = serde_json::from_str(&report).unwrap();
    let rules: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| &found["rule"]["id"])
        .collect();
    assert_eq!(
        rules.iter().filter(|id| **id == "github-pat").count(),
        2,
        "{rules:?}"
    );
}

#[test]
fn sarif_holds_to_the_schema_of_the_standard() {
    // The schema ships with the crate whose types the report is made of.
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let host = rustc
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap();
    // Crates for other platforms are not downloaded on a fresh machine.
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline"])
        .args(["--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let sarif = packages
        .iter()
        .find(|package| package["name"] == "serde-sarif")
        .unwrap();
    let manifest = Path::new(sarif["manifest_path"].as_str().unwrap());
    let schema =
        std::fs::read_to_string(manifest.with_file_name("src").join("schema.json")).unwrap();
    // One pattern of the standard's schema has a bracket too many.
    let schema = schema.replace("{2}]?$", "{2}$");
    let report = scan(&repo(), "sarif");
    assert_valid(&report, &schema);
    let report: Value = serde_json::from_str(&report).unwrap();
    let run = &report["runs"][0];
    assert!(
        run["results"]
            .as_array()
            .unwrap()
            .iter()
            .all(|found| found["partialFingerprints"].is_object())
    );
    assert!(
        !run["tool"]["driver"]["rules"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn every_format_is_the_same_twice_inert_and_without_the_secret() {
    let repo = repo();
    for format in Format::ALL.map(Format::name) {
        let report = scan(&repo, format);
        assert_eq!(report, scan(&repo, format), "{format}");
        let steers = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!report.contains(steers), "{format}: {report:?}");
        for seed in [1, 2] {
            let token = token(seed);
            assert!(
                (4..36).all(|at| !report.contains(&token[at..at + 5])),
                "{format}: {report}"
            );
        }
        assert!(!report.contains("Sommer"), "{format}: {report}");
    }
}

#[test]
fn several_formats_go_to_files_in_one_run() {
    let repo = repo();
    let arguments = [
        "scan", "--format", "json", "--output", "r.json", "--format", "sarif", "--output",
        "r.sarif",
    ];
    assert_eq!(repo.gate(&arguments).code, 1);
    for (file, key) in [("r.json", "findings"), ("r.sarif", "runs")] {
        let text = std::fs::read_to_string(repo.root.join(file)).unwrap();
        let report: Value = serde_json::from_str(&text).unwrap();
        assert!(report[key].is_array(), "{file}");
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let repo = repo();
    let plain = scan(&repo, "text");
    let coloured = ["--color", "always", "scan", "--staged"];
    let coloured = repo.gate(&coloured).stdout;
    assert!(coloured.contains("\u{1b}["));
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some(at) = rest.find("\u{1b}[") {
        stripped.push_str(&rest[..at]);
        rest = rest[at..].split_once('m').map_or("", |(_, rest)| rest);
    }
    assert_eq!(stripped + rest, plain);
}

#[test]
fn a_look_at_nothing_names_what_was_left_out() {
    let repo = Repo::new();
    repo.write("gate-hook.toml", "[paths]\nexclude = [\"vendor/\"]\n");
    repo.write("vendor/a.py", leak(1));
    let answer = repo.gate(&["scan", "vendor"]).ok();
    let text = answer.flat();
    assert!(text.contains("nothing looked at, 1 excluded"), "{text}");
    let excluded = "EXCLUDED vendor/a.py: the policy excludes this path";
    assert!(text.contains(excluded), "{text}");
    let answer = repo.gate(&["scan", "."]).ok();
    assert!(!answer.text().contains("EXCLUDED"), "{}", answer.text());
}
