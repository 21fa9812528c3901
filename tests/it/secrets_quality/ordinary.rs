//! How often the engine speaks up for nothing: ordinary commits of public repositories, as bare clones in the folder
//! that `GATE_HOOK_REPOSITORIES` names. Runs with `GATE_HOOK_FULL=1` only.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// How many commits of each repository are scanned.
const COMMITS: usize = 200;

fn git(repository: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(repository)
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {arguments:?} in {}",
        repository.display()
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The ids of the commits that are stopped, and of those that are at least marked for review.
fn alarms(repository: &Path) -> (usize, BTreeSet<String>, BTreeSet<String>) {
    let ids = git(
        repository,
        &[
            "rev-list",
            "--no-merges",
            &format!("-n{}", COMMITS + 1),
            "HEAD",
        ],
    );
    let (Some(tip), Some(base)) = (ids.lines().next(), ids.lines().last()) else {
        return (0, BTreeSet::new(), BTreeSet::new());
    };
    let output = Command::new(env!("CARGO_BIN_EXE_gate-hook"))
        .current_dir(repository)
        .args(["scan", "--engine", "secrets", "--format", "json", "--range"])
        .arg(format!("{base}..{tip}"))
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let with = |actions: &[&str]| {
        let findings = report["findings"].as_array().unwrap().iter();
        let meant =
            findings.filter(|finding| actions.contains(&finding["action"].as_str().unwrap()));
        meant.map(|finding| finding["commit"].to_string()).collect()
    };
    let commits = report["receipt"]["commits"].as_u64().unwrap() as usize;
    (commits, with(&["block"]), with(&["block", "review"]))
}

#[test]
fn ordinary_commits_pass() {
    let variable = |name: &str| {
        std::env::vars_os()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    };
    let Some(folder) = variable("GATE_HOOK_REPOSITORIES").filter(|_| super::is_full()) else {
        return;
    };
    let (mut commits, mut stopped, mut reviewed) = (0, 0, 0);
    let mut report = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let repository = if path.join("repo").is_dir() {
            path.join("repo")
        } else {
            path
        };
        if !repository.join("objects").is_dir() {
            continue;
        }
        let (scanned, blocks, all) = alarms(&repository);
        commits += scanned;
        stopped += blocks.len();
        reviewed += all.len();
        report += &format!("{}: {scanned} {blocks:?} {all:?}\n", repository.display());
    }
    assert!(
        commits >= 5000,
        "{commits} commits are too few to say anything\n{report}"
    );
    assert!(
        stopped * 1000 <= commits,
        "{stopped} of {commits} commits are stopped\n{report}"
    );
    assert!(
        reviewed * 200 <= commits,
        "{reviewed} of {commits} commits ask for a look\n{report}"
    );
}
