//! A report of the real pip-audit through the policy.

use serde_json::{Value, json};

use super::records::{Weakness, database, keep_database};
use crate::support::{Answer, Repo};

/// Makes a repository with a report that names a pinned package twice, and one that only the resolver knows.
fn with_report() -> Repo {
    let repo = Repo::new();
    keep_database(&repo, &database(&[Weakness::high("gatling")]));
    let report = json!({ "dependencies": [
        { "name": "gatling", "version": "1.0", "vulns": [
            { "id": "PYSEC-2026-1", "fix_versions": ["2.0"], "aliases": ["CVE-2026-1"], "description": "Anybody." },
            { "id": "PYSEC-2026-1", "fix_versions": [], "aliases": [], "description": "Twice." }] },
        { "name": "hidden", "version": "3.0", "vulns": [
            { "id": "PYSEC-2026-9", "fix_versions": [], "aliases": [], "description": "Deep down." }] },
        { "name": "local", "skip_reason": "not on the index" },
        { "name": "clean", "version": "1.0", "vulns": [] },
    ], "fixes": [] });
    repo.write("report.json", report.to_string());
    repo
}

fn scan(repo: &Repo, more: &[&str]) -> Answer {
    let mut arguments = vec!["scan", "--as-of", "2026-01-12", "--import", "report.json"];
    arguments.extend(more);
    repo.gate(&arguments)
}

fn listed(answer: &Answer, list: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(&answer.stdout).unwrap();
    let found = report[list].as_array().unwrap().iter();
    found
        .map(|found| {
            format!(
                "{} {} {}",
                found["package"]["name"].as_str().unwrap(),
                found["severity"].as_str().unwrap(),
                found["location"]["path"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn what_the_change_pins_is_introduced_and_found_once() {
    let repo = with_report();
    repo.stage("requirements.txt", "gatling==1.0\n");
    let answer = scan(&repo, &["--format", "json"]);
    assert_eq!(answer.code, 1, "{}", answer.text());
    // What no file pins may come with this change.
    let introduced = [
        "gatling high requirements.txt",
        "hidden unknown report.json",
    ];
    assert_eq!(listed(&answer, "findings"), introduced);
    assert!(
        answer.stdout.contains("pip-audit skipped local"),
        "{}",
        answer.stdout
    );
    // The engine itself need not run: the report is judged all the same.
    let answer = scan(&repo, &["--format", "json", "--engine", "secrets"]);
    assert_eq!(listed(&answer, "findings"), introduced);
}

#[test]
fn what_was_there_before_exists() {
    let repo = with_report();
    repo.commit_unscanned("requirements.txt", "gatling==1.0\n");
    repo.stage("requirements.txt", "gatling==1.0\nclean==1.0\n");
    let answer = scan(&repo, &["--format", "json"]);
    assert_eq!(
        listed(&answer, "existing"),
        ["gatling high requirements.txt"]
    );
    // A change of code alone brings in no package.
    repo.commit_unscanned("requirements.txt", "gatling==1.0\nclean==1.0\n");
    repo.stage("a.py", "x = 1\n");
    let answer = scan(&repo, &["--format", "json"]).ok();
    assert_eq!(listed(&answer, "findings"), Vec::<String>::new());
    assert_eq!(listed(&answer, "existing").len(), 2, "{}", answer.stdout);
}

#[test]
fn ci_takes_it_and_the_policy_decides() {
    let repo = with_report();
    repo.git(&["branch", "base"]).ok();
    repo.commit_unscanned(
        "gate-hook.toml",
        "[audit]\nunknown = \"low\"\nhigh = \"warn\"\n",
    );
    repo.git(&["branch", "-f", "base"]).ok();
    repo.commit_unscanned("requirements.txt", "flask==3.0\n");
    let ci = [
        "ci",
        "--base",
        "base",
        "--as-of",
        "2026-01-12",
        "--import",
        "report.json",
    ];
    let answer = repo.gate(&ci).ok();
    assert!(
        answer.flat().contains("hidden 3.0 is vulnerable"),
        "{}",
        answer.text()
    );
    repo.write("report.json", "{\"dependencies\": 3}");
    let answer = repo.gate(&ci);
    assert_eq!(answer.code, 2, "{}", answer.text());
    assert!(answer.stderr.contains("report.json"), "{}", answer.text());
}
