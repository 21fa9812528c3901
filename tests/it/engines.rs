//! The engines behind one gate: what each stops in a real commit, and what it leaves alone.

use std::collections::BTreeSet;
use std::fs;

use gate_hook::audit::Builder;
use serde_json::{Value, json};

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

/// Makes the bytes of a database that knows one weakness, of a package that the starter set does not know.
pub(crate) fn database() -> Vec<u8> {
    let record = json!({
        "id": "PYSEC-2026-1",
        "modified": "2026-01-05T00:00:00Z",
        "summary": "answers anybody",
        "database_specific": { "severity": "HIGH" },
        "affected": [{
            "package": { "ecosystem": "PyPI", "name": "gatling" },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "2.0" }] }],
        }],
    });
    let mut builder = Builder::default();
    builder.add_record("record", record.to_string().as_bytes());
    builder.finish("a test", "", &BTreeSet::new()).unwrap()
}

/// Puts a database where the user's own lies.
pub(crate) fn keep_database(repo: &Repo, bytes: &[u8]) {
    let caches = if cfg!(target_os = "macos") {
        "Library/Caches"
    } else {
        ".cache"
    };
    let directory = repo.home().join(caches).join("gate-hook");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("advisories.db"), bytes).unwrap();
}

#[test]
fn a_pin_raised_to_a_vulnerable_version_is_stopped_and_a_comment_beside_it_is_not() {
    let repo = Repo::new();
    repo.commit_unscanned("requirements.txt", "pyyaml==6.0\n");
    repo.stage("requirements.txt", "pyyaml==5.3.1\n");
    let answer = repo.commit();
    assert_ne!(answer.code, 0, "{}", answer.text());
    let text = answer.flat();
    assert!(
        text.contains("CVE-2020-14343") && text.contains("requirements.txt:1"),
        "{text}"
    );
    repo.commit_unscanned("requirements.txt", "pyyaml==5.3.1\n");
    repo.stage("requirements.txt", "# for the settings\npyyaml==5.3.1\n");
    repo.commit().ok();
    // Another vulnerable version is another finding.
    repo.stage("requirements.txt", "# for the settings\npyyaml==5.2\n");
    assert_ne!(repo.commit().code, 0);
}

#[test]
fn what_several_files_include_is_found_once() {
    let repo = Repo::new();
    repo.stage("requirements/base.txt", "pyyaml==5.3.1\n");
    repo.stage("requirements.txt", "-r requirements/base.txt\n");
    let scan = repo.gate(&["scan", "--format", "json"]);
    assert_eq!(scan.code, 1, "{}", scan.text());
    let report: Value = serde_json::from_str(&scan.stdout).unwrap();
    assert_eq!(
        report["findings"].as_array().unwrap().len(),
        1,
        "{}",
        scan.stdout
    );
}

#[test]
fn a_missing_database_is_said_with_the_command_and_only_over_dependencies() {
    let repo = Repo::new();
    repo.git(&["branch", "base"]).ok();
    repo.stage("a.py", "x = 1\n");
    repo.stage("pyproject.toml", "[project]\nname = \"a\"\n");
    let answer = repo.commit().ok();
    assert!(!answer.text().contains("advisor"), "{}", answer.text());
    repo.gate(&["ci", "--base", "base"]).ok();
    repo.stage("requirements.txt", "pyyaml==6.0\n");
    let answer = repo.commit().ok();
    let text = answer.flat();
    assert!(
        text.contains("DEFERRED") && text.contains("gate-hook advisories update"),
        "{text}"
    );
    assert_eq!(repo.gate(&["ci", "--base", "base"]).code, 3);
}

#[test]
fn the_users_database_answers_as_long_as_it_is_whole_and_young_enough() {
    let repo = Repo::new();
    repo.stage("requirements.txt", "gatling==1.0\n");
    let bytes = database();
    // The starter set does not know the package.
    let missing = repo.gate(&["scan"]).ok();
    assert!(missing.flat().contains("DEFERRED"), "{}", missing.text());
    keep_database(&repo, &bytes);
    let young = repo.gate(&["scan", "--as-of", "2026-01-12"]);
    assert_eq!(young.code, 1, "{}", young.text());
    assert!(young.flat().contains("PYSEC-2026-1"), "{}", young.text());
    assert!(!young.flat().contains("DEFERRED"), "{}", young.text());
    let old = repo.gate(&["scan", "--as-of", "2026-01-13"]).ok();
    assert!(old.flat().contains("8 days old"), "{}", old.text());
    // One flipped bit in any part that is read, and nothing of the file counts.
    for at in [0, bytes.len() / 2, bytes.len() - 1] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        keep_database(&repo, &damaged);
        let answer = repo.gate(&["scan", "--as-of", "2026-01-12"]);
        let text = answer.flat();
        let unharmed = answer.code == 1 && text.contains("PYSEC-2026-1");
        assert!(unharmed || text.contains("DEFERRED"), "{at}: {text}");
    }
}

#[test]
fn a_database_that_is_named_answers_and_is_an_error_where_it_is_not_there() {
    let repo = Repo::new();
    repo.stage("requirements.txt", "gatling==1.0\n");
    fs::write(repo.home().join("named.db"), database()).unwrap();
    let named = ["scan", "--as-of", "2026-01-12", "--database", "../named.db"];
    let answer = repo.gate(&named);
    assert_eq!(answer.code, 1, "{}", answer.text());
    assert!(answer.flat().contains("PYSEC-2026-1"), "{}", answer.text());
    let answer = repo.gate(&["scan", "--database", "../nothing.db"]);
    assert_eq!(answer.code, 3, "{}", answer.text());
}
