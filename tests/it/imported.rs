//! Reports of other tools through the gate's policy: what the change brings in counts, whoever found it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::Repo;

/// A test of a plug-in that only exists in Python.
const PLUGIN: &str = "\
import bandit
from bandit.core import test_properties as test

@test.checks('Call')
@test.test_id('X901')
def no_launch(context):
    if context.call_function_name == 'launch':
        return bandit.Issue(severity=bandit.HIGH, confidence=bandit.HIGH, text='do not launch')
";

/// Returns the real Bandit, unless `GATE_HOOK_NO_BANDIT` says that there is none on purpose.
#[expect(
    clippy::disallowed_methods,
    reason = "the test command says with a variable what it has installed"
)]
fn bandit() -> Option<PathBuf> {
    let bandit = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oracles/bin/bandit");
    if !bandit.exists() && std::env::var_os("GATE_HOOK_NO_BANDIT").is_some() {
        return None;
    }
    assert!(
        bandit.exists(),
        "Bandit is not in target/oracles: run ./test.sh, or set GATE_HOOK_NO_BANDIT"
    );
    Some(bandit)
}

/// Runs the real Bandit with the plug-in over the work tree and returns where its report lies.
fn report(bandit: &Path, repo: &Repo, target: &str) -> String {
    let plugins = repo.home().join("plugins");
    let about = plugins.join("launch-1.0.dist-info");
    fs::create_dir_all(&about).unwrap();
    fs::write(plugins.join("launch.py"), PLUGIN).unwrap();
    fs::write(about.join("METADATA"), "Name: launch\nVersion: 1.0\n").unwrap();
    let entry = "[bandit.plugins]\nno_launch = launch:no_launch\n";
    fs::write(about.join("entry_points.txt"), entry).unwrap();
    let report = repo.home().join("report.json");
    let answer = Command::new(bandit)
        .args(["-q", "-r", target, "-f", "json", "-o"])
        .arg(&report)
        .env("PYTHONPATH", plugins)
        .env("HOME", repo.home())
        .current_dir(&repo.root)
        .output()
        .unwrap();
    assert!(report.exists(), "{answer:?}");
    report.to_str().unwrap().to_owned()
}

/// Returns the ids in a list of a JSON report, each with its line.
fn listed(report: &Value, list: &str) -> Vec<String> {
    let found = report[list].as_array().unwrap().iter();
    found
        .map(|found| {
            let id = found["rule"]["id"].as_str().unwrap();
            format!("{id}:{}", found["location"]["start"]["line"])
        })
        .collect()
}

#[test]
fn a_test_that_only_exists_in_python_is_judged_by_the_same_policy() {
    let Some(bandit) = bandit() else {
        return;
    };
    let repo = Repo::new();
    repo.git(&["branch", "base"]).ok();
    let old = "import subprocess\n\nlaunch(1)\nsubprocess.run(command, shell=True)\n";
    repo.commit_unscanned("src/a.py", old);
    repo.git(&["branch", "-qf", "base"]).ok();
    let new = format!("{old}launch(\n    2,\n)\neval(command)\n");
    repo.stage("src/a.py", &new);
    for target in [".", repo.root.to_str().unwrap()] {
        let report = report(&bandit, &repo, target);
        let scan = repo.gate(&["scan", "--format", "json", "--import", &report]);
        assert_eq!(scan.code, 1, "{}", scan.text());
        let ours: Value = serde_json::from_str(&scan.stdout).unwrap();
        // What both find is found once.
        assert_eq!(listed(&ours, "findings"), ["X901:5", "B307:8"]);
        let mut existing = listed(&ours, "existing");
        existing.sort();
        assert_eq!(existing, ["B404:1", "B602:4", "X901:3"]);
    }
    let report = report(&bandit, &repo, ".");
    repo.commit_unscanned("src/a.py", &new);
    let ci = repo.gate(&["ci", "--base", "base", "--import", &report]);
    assert_eq!(ci.code, 1, "{}", ci.text());
    assert!(
        ci.stdout.contains("src/a.py:5") && ci.stdout.contains("do not launch"),
        "{}",
        ci.text()
    );
    // The same thresholds hold.
    repo.commit_unscanned("gate-hook.toml", "[bandit]\nhigh = \"warn\"\n");
    repo.git(&["branch", "-qf", "base"]).ok();
    repo.commit_unscanned("src/a.py", format!("{new}launch(3)\n"));
    let report = self::report(&bandit, &repo, ".");
    let ci = repo
        .gate(&["ci", "--base", "base", "--import", &report])
        .ok();
    assert!(ci.stdout.contains("src/a.py:9"), "{}", ci.text());
}

#[test]
fn what_the_real_bandit_skips_is_named_where_the_change_touches_it() {
    let repo = Repo::new();
    repo.commit_unscanned("old.py", "x = 1\n");
    repo.stage("new.py", "x = 1\n");
    let skipped = |file: &str| json!({ "filename": file, "reason": "syntax error" });
    let report = json!({
        "errors": [skipped("./old.py"), skipped("./new.py"), skipped("/elsewhere.py")],
        "metrics": {},
        "results": [],
    });
    let path = repo.home().join("report.json");
    fs::write(&path, report.to_string()).unwrap();
    let import = ["scan", "--import", path.to_str().unwrap()];
    let answer = repo.gate(&import).ok();
    let text = answer.flat();
    assert!(
        text.contains("NOT SCANNED new.py") && !text.contains("old.py"),
        "{text}"
    );
    assert!(text.contains("name no file of this repository"), "{text}");
    fs::write(
        repo.root.join("p.toml"),
        "[bandit]\nunscanned = \"block\"\n",
    )
    .unwrap();
    let answer = repo.gate(&[&import[..], &["--policy", "p.toml"]].concat());
    assert_eq!(answer.code, 1, "{}", answer.text());
    fs::write(&path, "{\"results\": [{}], \"metrics\": {}}").unwrap();
    let answer = repo.gate(&import);
    assert_eq!(answer.code, 2, "{}", answer.text());
    assert!(
        answer
            .stderr
            .contains("report.json: no JSON report of Bandit"),
        "{}",
        answer.text()
    );
}
