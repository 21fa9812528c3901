//! The engines behind one gate: what each stops in a real commit, and what it leaves alone.

use serde_json::Value;

use crate::support::Repo;

const CALL: &str = "subprocess.run(command, shell=True)\n";

/// Makes a repository in which code under `auth` is critical.
fn with_critical_path() -> Repo {
    let repo = Repo::new();
    repo.commit_unscanned(
        "gate-hook.toml",
        "[paths]\ncritical = [\"**/auth/**\"]\n[bandit]\noutside_critical = { high = \"warn\" }\n",
    );
    repo
}

#[test]
fn a_dangerous_call_under_a_critical_path_is_stopped() {
    let repo = with_critical_path();
    let code = format!("import subprocess\n\n\ndef login(command):\n    {CALL}");
    repo.stage("src/auth/login.py", &code);
    let answer = repo.commit();
    assert_ne!(answer.code, 0, "{}", answer.text());
    let text = answer.text();
    assert!(
        text.contains("src/auth/login.py:5:5") && text.contains("B602"),
        "{text}"
    );
    assert!(text.contains("bandit.high"), "{text}");
    // The same elsewhere only warns.
    repo.git(&["rm", "-qf", "src/auth/login.py"]).ok();
    repo.stage("src/other.py", &code);
    let answer = repo.commit().ok();
    assert!(answer.text().contains("B602"), "{}", answer.text());
}

#[test]
fn the_same_call_in_an_untouched_part_of_the_file_exists_and_stops_nothing() {
    let repo = with_critical_path();
    let code = format!("import subprocess\n\n\ndef login(command):\n    {CALL}");
    repo.commit_unscanned("src/auth/login.py", &code);
    repo.stage("src/auth/login.py", format!("{code}\n\nVERSION = 2\n"));
    let scan = repo.gate(&["scan", "--format", "json"]).ok().stdout;
    let report: Value = serde_json::from_str(&scan).unwrap();
    let rules = |list: &str| -> Vec<String> {
        let list = report[list].as_array().unwrap();
        list.iter()
            .map(|found| found["rule"]["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(rules("findings").is_empty(), "{scan}");
    assert!(rules("existing").contains(&"B602".to_owned()), "{scan}");
    repo.commit().ok();
}

#[test]
fn an_import_that_makes_an_old_line_dangerous_introduces_it_and_a_move_does_not() {
    let repo = Repo::new();
    let call = "run(command, shell=True)\n";
    repo.commit_unscanned("a.py", format!("{call}x = 1\n"));
    repo.stage("a.py", format!("from subprocess import run\n{call}x = 1\n"));
    let answer = repo.commit();
    assert_ne!(answer.code, 0, "{}", answer.text());
    assert!(answer.text().contains("a.py:2:1"), "{}", answer.text());
    repo.commit_unscanned("a.py", format!("from subprocess import run\n{call}x = 1\n"));
    repo.git(&["mv", "a.py", "b.py"]).ok();
    repo.stage(
        "b.py",
        format!("from subprocess import run\nx = 1\n\n\n{call}"),
    );
    repo.commit().ok();
}

#[test]
fn what_is_net_zero_over_a_push_is_no_finding_of_code() {
    let repo = Repo::new();
    repo.git(&["branch", "base"]).ok();
    repo.commit_unscanned("a.py", format!("import subprocess\n{CALL}"));
    repo.commit_unscanned("a.py", "x = 1\n");
    repo.gate(&["ci", "--base", "base"]).ok();
    repo.gate(&["scan", "--range", "base..HEAD"]).ok();
    repo.commit_unscanned("a.py", format!("import subprocess\n{CALL}"));
    for arguments in [["ci", "--base", "base"], ["scan", "--range", "base..HEAD"]] {
        assert_eq!(repo.gate(&arguments).code, 1, "{arguments:?}");
    }
}

#[test]
fn a_file_that_does_not_parse_is_named_and_the_policy_decides() {
    let repo = Repo::new();
    repo.stage("a.py", "def f(:\n");
    let answer = repo.commit().ok();
    assert!(
        answer.text().contains("NOT SCANNED a.py"),
        "{}",
        answer.text()
    );
    repo.commit_unscanned("gate-hook.toml", "[bandit]\nunscanned = \"block\"\n");
    repo.stage("b.py", "def f(:\n");
    assert_ne!(repo.commit().code, 0);
    assert_eq!(repo.gate(&["scan"]).code, 1);
}

#[test]
fn an_engine_runs_alone_where_it_is_asked_for() {
    let repo = Repo::new();
    repo.stage("a.py", format!("import subprocess\n{CALL}"));
    repo.gate(&["scan", "--engine", "secrets"]).ok();
    let alone = repo.gate(&["scan", "--engine", "bandit"]);
    assert_eq!(alone.code, 1, "{}", alone.text());
    assert!(alone.stdout.contains("1 file"), "{}", alone.text());
    assert_eq!(repo.gate(&["scan", "--engine", "bnadit"]).code, 2);
    let history = repo.gate(&["scan", "--history", "--engine", "bandit"]);
    assert_eq!(history.code, 2, "{}", history.text());
}

#[test]
fn bandits_own_configuration_counts_and_cannot_be_loosened_by_the_change_itself() {
    let repo = Repo::new();
    let code = format!("import subprocess\n{CALL}");
    repo.stage("pyproject.toml", "[tool.bandit]\nskips = [\"B602\"]\n");
    repo.stage("a.py", &code);
    assert_ne!(repo.commit().code, 0, "the change leaves out what finds it");
    repo.git(&["reset", "-q", "a.py"]).ok();
    repo.commit().ok();
    repo.stage("a.py", &code);
    repo.commit().ok();
    // To let a test in again introduces nothing in old lines.
    repo.stage("pyproject.toml", "[tool.bandit]\nskips = [\"B101\"]\n");
    repo.stage("a.py", format!("{code}x = 1\n"));
    repo.commit().ok();
}

#[test]
fn a_mistake_in_bandits_configuration_ends_in_2_with_its_place() {
    let repo = Repo::new();
    repo.stage("pyproject.toml", "[tool.bandit]\nskips = 3\n");
    repo.stage("a.py", "x = 1\n");
    let answer = repo.gate(&["scan"]);
    assert_eq!(answer.code, 2, "{}", answer.text());
    assert!(
        answer.stderr.contains("pyproject.toml:2"),
        "{}",
        answer.text()
    );
}

#[test]
fn a_blanket_nosec_on_an_added_line_is_said() {
    let repo = Repo::new();
    let line = format!(
        "import subprocess\n{}  # nosec because it is fine\n",
        CALL.trim()
    );
    repo.stage("a.py", &line);
    let answer = repo.commit().ok();
    assert!(
        answer.text().contains("a.py:2: `# nosec"),
        "{}",
        answer.text()
    );
    repo.stage("a.py", format!("{line}x = 1\n"));
    let answer = repo.commit().ok();
    assert!(!answer.text().contains("nosec"), "{}", answer.text());
}

#[test]
fn a_patch_that_shows_all_of_a_file_is_looked_at() {
    let repo = Repo::new();
    repo.stage("new.py", format!("import subprocess\n{CALL}"));
    let patch = repo.git(&["diff", "--cached"]).ok().stdout;
    let answer = repo.feed(
        crate::support::PROGRAM,
        &["scan", "--patch", "-"],
        patch.as_bytes(),
    );
    assert_eq!(answer.code, 1, "{}", answer.text());
    repo.commit_unscanned("new.py", "x = 1\ny = 2\nz = 3\n");
    repo.stage("new.py", "x = 1\ny = 2\nz = 4\n");
    let patch = repo.git(&["diff", "--cached"]).ok().stdout;
    let answer = repo.feed(
        crate::support::PROGRAM,
        &["scan", "--patch", "-"],
        patch.as_bytes(),
    );
    assert_eq!(answer.code, 0, "{}", answer.text());
    assert!(
        answer.stdout.contains("only parts of new.py"),
        "{}",
        answer.text()
    );
}
