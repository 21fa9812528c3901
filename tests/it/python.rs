//! What the two policies ask of Python code, through the real program.
//!
//! Requirements: S1-07 S2-19

use crate::support::Repo;

/// Code with a finding of each severity, lowest first.
const LOW: &str = "assert ready\n";
const MEDIUM: &str = "import yaml\nyaml.load(text)\n";
const HIGH: &str = "import subprocess\nsubprocess.run(command, shell=True)\n";

/// Returns what becomes of a commit that adds a file.
fn commit(repo: &Repo, path: &str, content: &str) -> (bool, String) {
    repo.stage(path, content);
    let answer = repo.commit();
    if answer.code != 0 {
        repo.git(&["rm", "-qf", "--cached", path]).ok();
    }
    (answer.code == 0, answer.flat())
}

// S1-09 S1-10 S1-11
#[test]
fn high_is_stopped_medium_warns_and_low_informs() {
    let repo = Repo::new();
    let (passed, text) = commit(&repo, "auth/high.py", HIGH);
    assert!(!passed && text.contains("B602"), "{text}");
    let (passed, text) = commit(&repo, "auth/medium.py", MEDIUM);
    assert!(
        passed && text.contains("B506") && text.contains("WARN auth/medium.py:2"),
        "{text}"
    );
    let (passed, text) = commit(&repo, "auth/low.py", LOW);
    assert!(passed && !text.contains("B101"), "{text}");
    repo.stage("auth/low.py", format!("{LOW}{LOW}"));
    let scan = repo.gate(&["scan", "-v"]).ok();
    assert!(scan.flat().contains("B101"), "{}", scan.text());
}

// S1-08
#[test]
fn the_configuration_beside_the_code_counts() {
    let repo = Repo::new();
    repo.commit_unscanned(
        "backend/pyproject.toml",
        "[tool.bandit]\nskips = [\"B602\"]\n",
    );
    let (passed, text) = commit(&repo, "backend/app/a.py", HIGH);
    assert!(passed, "{text}");
    let (passed, text) = commit(&repo, "frontend/a.py", HIGH);
    assert!(!passed, "{text}");
}

// S2-01 S2-02 S2-03 S2-04 S2-05 S2-06 S2-11
#[test]
fn medium_and_above_fail_the_build_and_low_does_not() {
    let repo = Repo::new();
    let policy = "[bandit]\nhigh = \"block\"\nmedium = \"block\"\nlow = \"warn\"\n";
    repo.commit_unscanned("gate-hook.toml", policy);
    repo.git(&["branch", "base"]).ok();
    for (content, fails) in [
        ("x = 1\n", false),
        (LOW, false),
        (MEDIUM, true),
        (HIGH, true),
    ] {
        repo.commit_unscanned("a.py", content);
        let gate = repo.gate(&["ci", "--base", "base"]);
        assert_eq!(gate.code, i32::from(fails), "{}", gate.text());
        // What a job says that had run Bandit itself.
        let job = ["bandit", "-r", ".", "--severity-level", "medium"];
        let answer = repo.gate(&job);
        assert_eq!(answer.code, i32::from(fails), "{}", answer.text());
    }
}

// S2-13 S2-14 S2-15
#[test]
fn an_address_that_everybody_reaches_is_found_and_a_variable_is_not() {
    let repo = Repo::new();
    let safe = "host = os.environ.get(\"HOST\", \"127.0.0.1\")\n";
    let (passed, text) = commit(&repo, "app.py", &format!("import os\n\n{safe}"));
    assert!(passed && !text.contains("B104"), "{text}");
    let (_, text) = commit(
        &repo,
        "app.py",
        &format!("import os\n\n{safe}serve(\"0.0.0.0\")\n"),
    );
    assert!(
        text.contains("B104") && text.contains("app.py:4:7"),
        "{text}"
    );
    repo.commit_unscanned("gate-hook.toml", "[bandit]\nmedium = \"block\"\n");
    let (passed, text) = commit(&repo, "other.py", "serve(\"0.0.0.0\")\n");
    assert!(!passed, "{text}");
}
