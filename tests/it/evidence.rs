//! What the hook leaves behind of its looks: a trailer where the policy asks for one, and lines in the journal of the
//! clone. Neither may get in git's way.
//!
//! Requirements: S1-40

use std::fs;
use std::path::Path;

use gate_hook::record::journal::{FILE, Look, Said, from_json};
use serde_json::Value;

use crate::audit::records::{Weakness, database, keep_database};
use crate::support::{Answer, Repo, leak};

const TRAILER: &str = "[hook]\nevidence = \"trailer\"\n";

/// Makes a repository whose commits carry the trailer.
fn repo() -> Repo {
    let repo = Repo::new();
    repo.commit_unscanned("gate-hook.toml", TRAILER);
    repo
}

fn message(repo: &Repo, revision: &str) -> String {
    let shown = repo.git(&["log", "-1", "--format=%B", revision]);
    shown.ok().stdout.trim_end().to_owned()
}

/// Returns the trailers of ours in a message, as git reads them.
fn trailers(repo: &Repo, revision: &str) -> Vec<String> {
    let format = "--format=%(trailers:only,unfold)";
    let shown = repo.git(&["log", "-1", format, revision]).ok().stdout;
    let ours = shown.lines().filter(|line| line.starts_with("Gate-"));
    ours.map(str::to_owned).collect()
}

#[track_caller]
fn is_scanned(repo: &Repo, revision: &str) {
    let found = trailers(repo, revision);
    let [only] = found.as_slice() else {
        panic!("{found:?}\n{}", message(repo, revision))
    };
    let (policy, said) = only
        .strip_prefix("Gate-Scan: ")
        .and_then(|value| value.split_once(' '))
        .unwrap_or_else(|| panic!("{only}"));
    assert!(
        policy.len() == 8 && policy.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{only}"
    );
    assert_eq!(said, "passed");
}

fn journal(repo: &Repo) -> Vec<Look> {
    let text = fs::read_to_string(repo.root.join(".git").join(FILE)).unwrap_or_default();
    from_json(&text).unwrap()
}

/// Makes an editor of a line of shell in which `$1` is the file.
fn editor(repo: &Repo, line: &str) {
    let script = repo.home().join("editor");
    fs::write(&script, format!("#!/bin/sh\n{line}\n")).unwrap();
    repo.config("core.editor", &format!("sh {}", script.display()));
}

#[test]
fn without_the_key_a_message_stays_as_it_is_and_the_journal_knows() {
    let repo = Repo::new();
    repo.stage("a.py", "x = 1\n");
    repo.commit().ok();
    assert_eq!(message(&repo, "HEAD"), "change");
    repo.stage("b.py", leak(1));
    repo.commit().blocked();
    let looks = journal(&repo);
    let said: Vec<Said> = looks.iter().map(|look| look.evidence.said).collect();
    assert_eq!(said, [Said::Passed, Said::Passed, Said::Blocked]);
    assert!(looks.iter().all(|look| !look.key.is_empty()));
    let text = fs::read_to_string(repo.root.join(".git").join(FILE)).unwrap();
    assert!(
        !text.contains("b.py") && !text.contains("example.org"),
        "{text}"
    );
}

#[test]
fn a_commit_says_that_the_hook_has_scanned_it() {
    let repo = repo();
    repo.stage("a.py", "x = 1\n");
    repo.commit().ok();
    is_scanned(&repo, "HEAD");
    repo.stage("b.py", "x = 1\n");
    let body = [
        "-m",
        "subject",
        "-m",
        "body",
        "-m",
        "Signed-off-by: A <a@x>",
    ];
    repo.git(&[&["commit", "-q"], &body[..]].concat()).ok();
    is_scanned(&repo, "HEAD");
    assert!(
        message(&repo, "HEAD").contains("Signed-off-by: A <a@x>\nGate-Scan: "),
        "{}",
        message(&repo, "HEAD")
    );
    // An amend says it anew, and once.
    repo.stage("b.py", "x = 2\n");
    repo.git(&["commit", "-q", "--amend", "--no-edit"]).ok();
    is_scanned(&repo, "HEAD");
    repo.git(&["commit", "-q", "--amend", "-m", "another"]).ok();
    is_scanned(&repo, "HEAD");
    repo.stage("c.py", "x = 3\n");
    repo.git(&["commit", "-q", "--cleanup=verbatim", "-m", "# a title\n"])
        .ok();
    is_scanned(&repo, "HEAD");
    assert!(message(&repo, "HEAD").starts_with("# a title\n"));
    // One without content has nothing to be scanned.
    let later = [
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "empty",
        "--date",
        "2026-11-02T12:00:00Z",
    ];
    repo.git(&later).ok();
    assert!(trailers(&repo, "HEAD").is_empty());
}

#[test]
fn an_edited_message_says_it_and_one_that_is_given_up_stays_given_up() {
    let repo = repo();
    editor(
        &repo,
        "{ echo subject; cat \"$1\"; } >\"$1.new\"; mv \"$1.new\" \"$1\"",
    );
    repo.stage("a.py", "x = 1\n");
    repo.git(&["commit", "-q", "-v"]).ok();
    is_scanned(&repo, "HEAD");
    assert!(message(&repo, "HEAD").starts_with("subject\n\nGate-Scan: "));
    let head = repo.id("HEAD");
    let given_up = |what: &str| {
        let answer = repo.git(&["commit", "-q"]);
        assert_ne!(answer.code, 0, "{what}: {}", answer.text());
        assert_eq!(repo.id("HEAD"), head, "{what}");
    };
    repo.stage("b.py", "x = 1\n");
    editor(&repo, "true");
    given_up("an empty message");
    fs::write(repo.home().join("template"), "Why:\n\nHow:\n").unwrap();
    repo.config(
        "commit.template",
        repo.home().join("template").to_str().unwrap(),
    );
    given_up("a template that nobody edited");
    editor(&repo, "echo 'it was broken' >>\"$1\"");
    repo.git(&["commit", "-q"]).ok();
    is_scanned(&repo, "HEAD");
}

#[test]
fn a_bypass_says_so_until_the_commit_is_scanned_after_all() {
    let repo = repo();
    repo.stage("a.py", leak(1));
    repo.git(&["commit", "-q", "--no-verify", "-m", "quick"])
        .ok();
    assert_eq!(trailers(&repo, "HEAD"), ["Gate-Unscanned: no-verify"]);
    repo.stage("b.py", "x = 1\n");
    let amended = repo.git(&["commit", "-q", "--amend", "--no-edit"]);
    assert_ne!(
        amended.code,
        0,
        "what it brought is looked at: {}",
        amended.text()
    );
    repo.stage("a.py", "x = 1\n");
    repo.git(&["commit", "-q", "--amend", "--no-edit"]).ok();
    is_scanned(&repo, "HEAD");
    repo.stage("a.py", "x = 2\n");
    repo.git(&["commit", "-q", "--amend", "--no-edit", "--no-verify"])
        .ok();
    assert_eq!(trailers(&repo, "HEAD"), ["Gate-Unscanned: no-verify"]);
    // Where no trailer is asked for, a scan takes the accusation back too.
    repo.commit_unscanned("gate-hook.toml", "");
    repo.stage("c.py", "x = 1\n");
    repo.git(&["commit", "-q", "--no-verify", "-m", "quick"])
        .ok();
    repo.git(&["commit", "-q", "--amend", "--no-edit"]).ok();
    assert_eq!(message(&repo, "HEAD"), "quick");
}

#[test]
fn an_amended_commit_says_it_only_where_all_of_it_was_scanned() {
    let repo = repo();
    let amend = |more: &[&str]| repo.git(&[&["commit", "-q", "--amend"], more].concat());
    for number in 0..3 {
        let leak = format!("a{number}.py");
        repo.commit_unscanned(&leak, leak_of(number));
        repo.stage("b.py", format!("x = {number}\n"));
        // Git tells its hooks of an amended commit only where it opens an editor.
        let message = [&["-m", "another", "--reset-author"][..], &["-m", "another"]];
        let answer = amend(message[number % 2]);
        assert_ne!(
            answer.code,
            0,
            "what it brought is looked at: {}",
            answer.text()
        );
        repo.stage(&leak, "x = 1\n");
        amend(message[number % 2]).ok();
        is_scanned(&repo, "HEAD");
    }
    // Where nobody tells how git was called, nothing is said of what may have been brought before.
    let git = repo.home().join("vcs");
    let own = ["/usr/local/bin/git", "/usr/bin/git", "/bin/git"];
    fs::copy(
        own.iter().find(|file| Path::new(file).is_file()).unwrap(),
        &git,
    )
    .unwrap();
    let other = |arguments: &[&str]| {
        let output = repo
            .command(git.to_str().unwrap(), &repo.root)
            .args(arguments)
            .output();
        Answer::of(&output.unwrap())
    };
    repo.commit_unscanned("c.py", "x = 1\n");
    repo.stage("d.py", "x = 1\n");
    other(&["commit", "-q", "--amend", "-m", "another"]).ok();
    assert!(
        trailers(&repo, "HEAD").is_empty(),
        "{}",
        message(&repo, "HEAD")
    );
    repo.stage("e.py", "x = 1\n");
    other(&[
        "commit",
        "-q",
        "-m",
        "later",
        "--date",
        "2026-11-02T12:00:00Z",
    ])
    .ok();
    is_scanned(&repo, "HEAD");
    repo.stage("f.py", "x = 1\n");
    other(&["commit", "-q", "--amend", "-m", "another"]).ok();
    is_scanned(&repo, "HEAD");
}

fn leak_of(number: usize) -> String {
    leak(u32::try_from(number).unwrap() + 1)
}

/// Returns the policy digest that CI reports of the last commit.
fn digest_in_ci(repo: &Repo) -> String {
    let report = repo.gate(&[
        "--as-of",
        "2026-01-10",
        "ci",
        "--base",
        "HEAD^",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    report["policy"]["digest"].as_str().unwrap().to_owned()
}

#[test]
fn the_digest_tells_databases_of_advisories_apart() {
    let repo = repo();
    let keep = |name| keep_database(&repo, &database(&[Weakness::high(name)]));
    let mut digests = vec![digest_in_ci(&repo)];
    for name in ["gatling", "other"] {
        keep(name);
        let file = format!("{name}.py");
        repo.stage(&file, "x = 1\n");
        repo.commit().ok();
        let digest = digest_in_ci(&repo);
        let said = trailers(&repo, "HEAD");
        assert_eq!(said, [format!("Gate-Scan: {} passed", &digest[..8])]);
        digests.push(digest);
    }
    keep("gatling");
    assert_eq!(digest_in_ci(&repo), digests[1]);
    assert_ne!(digests[0], digests[1], "no database and one");
    assert_ne!(digests[1], digests[2], "two databases");
}

#[test]
fn what_git_replays_keeps_what_it_says() {
    let repo = repo();
    repo.git(&["switch", "-qc", "topic"]).ok();
    for number in 1..=2 {
        repo.stage(&format!("a{number}.py"), "x = 1\n");
        repo.commit().ok();
    }
    let said = message(&repo, "HEAD");
    repo.git(&["switch", "-q", "main"]).ok();
    repo.stage("other.py", "x = 1\n");
    repo.commit().ok();
    repo.git(&["switch", "-qc", "picked"]).ok();
    repo.git(&["cherry-pick", "topic~1", "topic"]).ok();
    assert_eq!(message(&repo, "HEAD"), said);
    repo.git(&["switch", "-qc", "mailed", "main"]).ok();
    let patches = repo.home().join("patches");
    let patches = patches.to_str().unwrap();
    repo.git(&["format-patch", "-q", "-o", patches, "main..topic"])
        .ok();
    let mut files: Vec<_> = fs::read_dir(patches)
        .unwrap()
        .map(|entry| entry.unwrap().path().display().to_string())
        .collect();
    files.sort();
    let mut am = vec!["am", "-q"];
    am.extend(files.iter().map(String::as_str));
    repo.git(&am).ok();
    assert_eq!(message(&repo, "HEAD"), said);
    repo.git(&["switch", "-q", "topic"]).ok();
    repo.git(&["rebase", "-q", "main"]).ok();
    for revision in ["HEAD", "HEAD~1"] {
        is_scanned(&repo, revision);
    }
    repo.git(&["revert", "--no-edit", "HEAD"]).ok();
    assert!(
        trailers(&repo, "HEAD").is_empty(),
        "{}",
        message(&repo, "HEAD")
    );
    repo.stage("a1.py", "x = 2\n");
    repo.git(&["commit", "-q", "--fixup", "HEAD~2"]).ok();
    let squashed = repo
        .command("git", &repo.root)
        .env("GIT_SEQUENCE_EDITOR", "true")
        .env("GIT_EDITOR", "true")
        .args(["rebase", "-q", "-i", "--autosquash", "main"])
        .output()
        .unwrap();
    Answer::of(&squashed).ok();
    is_scanned(&repo, "main..HEAD~1");
    repo.git(&["switch", "-q", "main"]).ok();
    repo.git(&["merge", "-q", "--no-ff", "--no-edit", "topic"])
        .ok();
    is_scanned(&repo, "HEAD");
}

#[test]
fn a_signed_commit_stays_well_signed() {
    let repo = repo();
    let key = repo.home().join("key");
    let key = key.to_str().unwrap();
    let Ok(made) = repo
        .command("ssh-keygen", Path::new(repo.home()))
        .args(["-q", "-t", "ed25519", "-N", "", "-f", key])
        .output()
    else {
        println!("not tried: there is no ssh-keygen on this machine");
        return;
    };
    Answer::of(&made).ok();
    let public = fs::read_to_string(format!("{key}.pub")).unwrap();
    fs::write(
        repo.home().join("signers"),
        format!("dev@example.org {public}"),
    )
    .unwrap();
    repo.config("gpg.format", "ssh");
    repo.config("user.signingKey", key);
    let signers = repo.home().join("signers");
    repo.config("gpg.ssh.allowedSignersFile", signers.to_str().unwrap());
    repo.stage("a.py", "x = 1\n");
    repo.git(&["commit", "-q", "-S", "-m", "signed"]).ok();
    is_scanned(&repo, "HEAD");
    repo.git(&["verify-commit", "HEAD"]).ok();
}

/// Returns the sum of a number over all weeks.
fn sum(metrics: &Value, name: &str) -> u64 {
    let weeks = metrics["weeks"].as_array().unwrap().iter();
    weeks.map(|week| week[name].as_u64().unwrap_or(0)).sum()
}

fn metrics(repo: &Repo, more: &[&str]) -> Value {
    // From 2025 to 2035, whatever the machine's clock says.
    let mut arguments = vec![
        "metrics",
        "--weeks",
        "520",
        "--as-of",
        "2035-01-01",
        "--format",
        "json",
    ];
    arguments.extend(more);
    serde_json::from_str(&repo.gate(&arguments).ok().stdout).unwrap()
}

#[test]
fn the_metrics_count_what_the_hook_has_scanned_how_long_it_took_and_whether_ci_agrees() {
    for policy in [TRAILER, "[hook]\ntime_budget_ms = 600000\n"] {
        let repo = Repo::new();
        repo.commit_unscanned("gate-hook.toml", policy);
        let base = repo.id("HEAD");
        for number in 1..=3 {
            repo.stage(&format!("a{number}.py"), "x = 1\n");
            repo.commit().ok();
            let ci = ["ci", "--base", "HEAD^", "--ledger", "../ledger.ndjson"];
            repo.gate(&ci).ok();
        }
        repo.commit_unscanned("b.py", "x = 1\n");
        let ledger = ["--ledger", "../ledger.ndjson"];
        let journal = ["--journal", ".git/gate-hook/journal.ndjson"];
        let by_git = metrics(&repo, &ledger);
        let by_all = metrics(&repo, &[ledger, journal].concat());
        let scanned = if policy == TRAILER { 3 } else { 0 };
        let unhooked = sum(&by_git, "commits") - sum(&by_all, "commits_unhooked");
        assert_eq!(unhooked, 4, "the first commit and three more");
        assert_eq!(
            sum(&by_git, "commits") - sum(&by_git, "commits_unhooked"),
            scanned,
            "{policy} since {base}"
        );
        assert_eq!(sum(&by_git, "hook_ci_compared"), scanned);
        assert_eq!(sum(&by_all, "hook_ci_compared"), 3);
        assert_eq!(sum(&by_all, "hook_ci_disagreements"), 0);
        assert_eq!(sum(&by_git, "hook_p95_milliseconds"), 0);
        assert!(sum(&by_all, "hook_p99_milliseconds") > 0);
        let table = repo
            .gate(
                &[
                    &["metrics", "--as-of", "2035-01-01", "--weeks", "520"],
                    &ledger[..],
                    &journal,
                ]
                .concat(),
            )
            .ok()
            .stdout;
        assert!(
            table.contains("hook: half of its looks within")
                && table.contains("hook and CI disagree on 0 of 3 commits"),
            "{table}"
        );
        assert_eq!(
            table.contains("0 of 4 over its budget"),
            policy != TRAILER,
            "{table}"
        );
    }
}
