//! `gate-hook ci`: where the change begins, what is judged, and how it ends.

use std::path::PathBuf;

use crate::support::{Answer, PROGRAM, Repo, leak};

const ZERO: &str = "0000000000000000000000000000000000000000";

/// Makes a repository whose `main` is on a remote, with a branch that is checked out.
fn proposed() -> Repo {
    let repo = Repo::unborn(&[]);
    repo.commit_unscanned("README", "hello\n");
    let remote = remote(&repo);
    repo.git(&["init", "-q", "--bare", remote.to_str().unwrap()])
        .ok();
    repo.git(&["remote", "add", "origin", remote.to_str().unwrap()])
        .ok();
    repo.git(&["push", "-q", "origin", "main"]).ok();
    repo.git(&["checkout", "-qb", "topic"]).ok();
    repo
}

fn remote(repo: &Repo) -> PathBuf {
    repo.home().join("remote.git")
}

/// Runs `ci` with variables of a CI system.
fn ci(repo: &Repo, variables: &[(&str, &str)], arguments: &[&str]) -> Answer {
    ci_in(repo, &repo.root, variables, arguments)
}

fn ci_in(
    repo: &Repo,
    directory: &std::path::Path,
    variables: &[(&str, &str)],
    arguments: &[&str],
) -> Answer {
    let output = repo
        .command(PROGRAM, directory)
        .arg("ci")
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn each_system_tells_where_the_change_begins() {
    let repo = proposed();
    repo.commit_unscanned("app.py", leak(1));
    let main = repo.id("main");
    let event = repo.home().join("event.json");
    std::fs::write(&event, format!("{{\"before\": \"{main}\"}}")).unwrap();
    for variables in [
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")][..],
        &[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_PATH", event.to_str().unwrap()),
        ],
        &[
            ("GITLAB_CI", "true"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &main),
            ("CI_COMMIT_BEFORE_SHA", ZERO),
        ],
        &[
            ("TF_BUILD", "True"),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
        ],
        &[("JENKINS_URL", "https://ci/"), ("CHANGE_TARGET", "main")],
        &[
            ("BITBUCKET_BUILD_NUMBER", "7"),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
        ],
        &[("CI", "woodpecker"), ("CI_PREV_COMMIT_SHA", &main)],
        &[("DRONE", "true"), ("DRONE_COMMIT_BEFORE", &main)],
        &[],
    ] {
        let answer = ci(&repo, variables, &[]).blocked();
        assert_eq!(answer.code, 1, "{variables:?}\n{}", answer.text());
        assert!(
            answer.stdout.contains("1 commit on") && answer.stdout.contains(&main[..10]),
            "{variables:?}\n{}",
            answer.text()
        );
    }
}

#[test]
fn what_a_later_commit_removes_still_counts() {
    let repo = proposed();
    repo.commit_unscanned("app.py", leak(1));
    repo.commit_unscanned("app.py", "TOKEN = read_token()\n");
    assert_eq!(ci(&repo, &[], &["--base", "main"]).blocked().code, 1);
    repo.git(&["reset", "-q", "--hard", "main"]).ok();
    repo.commit_unscanned("app.py", "TOKEN = read_token()\n");
    ci(&repo, &[], &["--base", "main"]).ok();
}

#[test]
fn a_shallow_clone_is_told_what_to_change() {
    let repo = proposed();
    repo.commit_unscanned("a", "1\n");
    repo.commit_unscanned("b", "2\n");
    repo.git(&["push", "-q", "origin", "topic"]).ok();
    let address = format!("file://{}", remote(&repo).display());
    repo.git_in(
        repo.home(),
        &[
            "clone", "-q", "--depth", "1", "--branch", "topic", &address, "shallow",
        ],
    )
    .ok();
    let shallow = repo.home().join("shallow");
    let main = repo.id("main");
    for (variables, hint) in [
        (
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")][..],
            "fetch-depth: 0",
        ),
        (
            &[
                ("GITLAB_CI", "true"),
                ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &main),
            ],
            "GIT_DEPTH",
        ),
        (&[], "--unshallow"),
    ] {
        let answer = ci_in(&repo, &shallow, variables, &[]);
        assert_eq!(answer.code, 2, "{}", answer.text());
        assert!(answer.stderr.contains(hint), "{}", answer.text());
    }
    // The base is there, and the way to it is not.
    repo.git_in(
        &shallow,
        &["fetch", "-q", "--depth", "1", "origin", "main:base"],
    )
    .ok();
    let answer = ci_in(&repo, &shallow, &[], &["--base", "base"]);
    assert_eq!(answer.code, 2, "{}", answer.text());
    assert!(answer.stderr.contains("history ends"), "{}", answer.text());
}

#[test]
fn a_change_is_judged_by_the_policy_that_it_loosens() {
    let repo = proposed();
    repo.stage("gate-hook.toml", "[secrets]\ncredential = \"warn\"\n");
    repo.commit_unscanned("app.py", leak(1));
    let answer = ci(&repo, &[], &["--base", "main"]).blocked();
    assert_eq!(answer.code, 1);
    // Once the loosening is on the target, it holds.
    repo.git(&["branch", "-qf", "main", "topic"]).ok();
    repo.commit_unscanned("other.py", leak(2));
    let answer = ci(&repo, &[], &["--base", "main"]).ok();
    assert!(answer.stdout.contains("github-pat"), "{}", answer.text());
}

#[test]
fn a_broken_policy_ends_in_2() {
    let repo = proposed();
    repo.commit_unscanned("gate-hook.toml", "[secrets]\ncredentail = \"warn\"\n");
    let answer = ci(&repo, &[], &["--base", "main"]);
    assert_eq!(answer.code, 2, "{}", answer.text());
    assert!(
        answer.stderr.contains(":2:1") && answer.stderr.contains("did you mean"),
        "{}",
        answer.text()
    );
}

#[test]
fn on_the_branch_itself_the_last_commit_is_looked_at() {
    let repo = proposed();
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.commit_unscanned("app.py", leak(1));
    repo.git(&["push", "-q", "origin", "main"]).ok();
    let answer = ci(&repo, &[], &[]).blocked();
    assert_eq!(answer.code, 1);
    assert!(answer.stdout.contains("--full"), "{}", answer.text());
    // Who names the base gets no more than what is beyond it.
    ci(&repo, &[], &["--base", "origin/main"]).ok();
}

#[test]
fn everything_acts_in_full_and_in_a_change_only_what_is_new() {
    let repo = proposed();
    repo.commit_unscanned("old.py", leak(1));
    repo.git(&["branch", "-qf", "main", "topic"]).ok();
    repo.commit_unscanned("old.py", format!("{}x = 1\n", leak(1)));
    let change = ci(&repo, &[], &["--base", "main"]).ok();
    assert!(
        change.stdout.contains("existing finding"),
        "{}",
        change.text()
    );
    let full = ci(&repo, &[], &["--full"]).blocked();
    assert_eq!(full.code, 1);
    assert!(full.stdout.contains("old.py:1:"), "{}", full.text());
}

#[test]
fn a_merge_of_the_target_does_not_make_its_findings_new() {
    let repo = proposed();
    repo.commit_unscanned("a", "1\n");
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.commit_unscanned("theirs.py", leak(1));
    repo.git(&["checkout", "-q", "topic"]).ok();
    repo.git(&[
        "-c",
        "core.hooksPath=/dev/null",
        "merge",
        "-q",
        "--no-edit",
        "main",
    ])
    .ok();
    ci(&repo, &[], &["--base", "main"]).ok();
}

#[test]
fn a_report_that_cannot_be_written_ends_in_3() {
    let repo = proposed();
    repo.commit_unscanned("a", "1\n");
    let nowhere = [
        "--base",
        "main",
        "--format",
        "json",
        "--output",
        "no/such/r.json",
    ];
    assert_eq!(ci(&repo, &[], &nowhere).code, 3);
}

/// Returns a SARIF log with one result of a level at a line of a file.
fn sarif(path: &str, line: u32, level: &str) -> String {
    serde_json::json!({ "version": "2.1.0", "runs": [{
        "tool": { "driver": { "name": "Linter" } },
        "results": [{ "ruleId": "unsafe-call", "level": level, "message": { "text": "an unsafe call" },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": path }, "region": { "startLine": line } } }] }],
    }] })
    .to_string()
}

#[test]
fn what_another_tool_found_is_judged_by_the_same_policy() {
    let repo = proposed();
    repo.commit_unscanned("a.c", "one\n");
    repo.git(&["branch", "-qf", "main", "topic"]).ok();
    repo.commit_unscanned("a.c", "one\ntwo\n");
    for (line, level, code) in [(2, "error", 1), (2, "note", 0), (1, "error", 0)] {
        std::fs::write(repo.home().join("r.sarif"), sarif("a.c", line, level)).unwrap();
        let report = repo.home().join("r.sarif");
        let arguments = ["--base", "main", "-v", "--import", report.to_str().unwrap()];
        let answer = ci(&repo, &[], &arguments);
        assert_eq!(answer.code, code, "line {line}, {level}\n{}", answer.text());
        assert!(
            answer.stdout.contains("unsafe-call") && answer.stdout.contains("Linter"),
            "{}",
            answer.text()
        );
    }
    std::fs::write(repo.home().join("r.sarif"), "{}").unwrap();
    let report = repo.home().join("r.sarif");
    let broken = ["--base", "main", "--import", report.to_str().unwrap()];
    assert_eq!(ci(&repo, &[], &broken).code, 2);
    assert_eq!(
        ci(&repo, &[], &["--base", "main", "--import", "no.sarif"]).code,
        2
    );
}

#[test]
fn what_another_tool_quotes_is_not_shown() {
    let repo = proposed();
    repo.commit_unscanned("a.c", "one\n");
    let secret = crate::support::token(1);
    let report = sarif("a.c", 1, "error").replace("an unsafe call", &secret);
    std::fs::write(repo.home().join("r.sarif"), report).unwrap();
    let report = repo.home().join("r.sarif");
    let arguments = ["--base", "main", "--import", report.to_str().unwrap()];
    let answer = ci(&repo, &[], &arguments);
    assert_eq!(answer.code, 1, "{}", answer.text());
    assert!(!answer.text().contains(&secret[4..20]), "{}", answer.text());
}
