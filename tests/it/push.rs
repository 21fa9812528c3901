//! The push hook is the complete net: every new commit of every ref, whatever brought it about.

use std::fs;
use std::path::PathBuf;

use crate::support::{Answer, Repo, leak, token};

/// Makes a repository with a bare remote `origin` that has its `main`.
fn with_remote() -> (Repo, PathBuf) {
    let repo = Repo::new();
    let remote = repo.home().join("remote.git");
    repo.git(&["init", "-q", "--bare", remote.to_str().unwrap()])
        .ok();
    repo.git(&["remote", "add", "origin", remote.to_str().unwrap()])
        .ok();
    repo.git(&["push", "-q", "origin", "main"]).ok();
    (repo, remote)
}

/// Expects that the push was stopped and the remote has nothing of it.
#[track_caller]
fn stopped(repo: &Repo, arguments: &[&str]) -> Answer {
    let refs = || repo.git(&["ls-remote", "origin"]).stdout;
    let before = refs();
    let answer = repo.git(arguments).blocked();
    assert_eq!(refs(), before, "the remote has changed");
    answer
}

#[test]
fn one_dirty_branch() {
    let (repo, _) = with_remote();
    repo.commit_unscanned("app.py", leak(1));
    let text = stopped(&repo, &["push", "origin", "main"]).text();
    assert!(
        text.contains(&repo.id("HEAD")[..7]),
        "the commit is not named:\n{text}"
    );
}

#[test]
fn two_branches_the_clean_one_first() {
    let (repo, _) = with_remote();
    repo.git(&["branch", "clean"]).ok();
    repo.git(&["checkout", "-qb", "dirty"]).ok();
    repo.commit_unscanned("app.py", leak(1));
    stopped(&repo, &["push", "origin", "clean", "dirty"]);
}

#[test]
fn a_secret_that_a_later_commit_removes() {
    let (repo, _) = with_remote();
    repo.commit_unscanned("app.py", leak(1));
    repo.commit_unscanned("app.py", "x = 1\n");
    stopped(&repo, &["push", "origin", "main"]);
}

#[test]
fn a_branch_that_is_not_checked_out() {
    let (repo, _) = with_remote();
    repo.git(&["checkout", "-qb", "dirty"]).ok();
    repo.commit_unscanned("app.py", leak(1));
    repo.git(&["checkout", "-q", "main"]).ok();
    stopped(&repo, &["push", "origin", "dirty"]);
}

#[test]
fn only_a_tag() {
    let (repo, _) = with_remote();
    repo.git(&["checkout", "-qb", "dirty"]).ok();
    repo.commit_unscanned("app.py", leak(1));
    repo.git(&["tag", "v1"]).ok();
    repo.git(&["tag", "-a", "v2", "-m", "two"]).ok();
    repo.git(&["checkout", "-q", "main"]).ok();
    stopped(&repo, &["push", "origin", "v1"]);
    stopped(&repo, &["push", "origin", "v2"]);
}

#[test]
fn a_tag_message_and_a_tag_of_a_blob() {
    let (repo, _) = with_remote();
    repo.git(&[
        "tag",
        "-a",
        "v1",
        "-m",
        &format!("release with {}", token(1)),
    ])
    .ok();
    stopped(&repo, &["push", "origin", "v1"]);
    let blob = repo
        .feed("git", &["hash-object", "-w", "--stdin"], leak(1).as_bytes())
        .ok()
        .stdout;
    repo.git(&["tag", "blob", blob.trim()]).ok();
    stopped(&repo, &["push", "origin", "blob"]);
}

#[test]
fn a_branch_name() {
    let (repo, _) = with_remote();
    repo.git(&["branch", &token(1)]).ok();
    stopped(&repo, &["push", "origin", &token(1)]);
}

#[test]
fn a_commit_message() {
    let (repo, _) = with_remote();
    repo.git(&[
        "commit",
        "-q",
        "--no-verify",
        "--allow-empty",
        "-m",
        &format!("use {}", token(1)),
    ])
    .ok();
    stopped(&repo, &["push", "origin", "main"]);
}

#[test]
fn what_passes_the_commit_hooks_by() {
    for way in [
        "cherry-pick",
        "revert",
        "am",
        "rebase",
        "fast-forward",
        "amend",
        "no-verify",
    ] {
        let (repo, _) = with_remote();
        repo.git(&["checkout", "-qb", "side"]).ok();
        repo.commit_unscanned("app.py", leak(1));
        let patch = repo.git(&["format-patch", "-1", "--stdout"]).ok().stdout;
        repo.git(&["checkout", "-q", "main"]).ok();
        match way {
            "cherry-pick" => repo.git(&["cherry-pick", "side"]).ok(),
            "revert" => {
                repo.git(&["merge", "-q", "--ff-only", "side"]).ok();
                repo.git(&["push", "-q", "--no-verify", "origin", "main"])
                    .ok();
                repo.commit_unscanned("app.py", "x = 1\n");
                repo.git(&["push", "-q", "origin", "main"]).ok();
                repo.git(&["revert", "--no-edit", "HEAD"]).ok()
            }
            "am" => repo.feed("git", &["am", "-q"], patch.as_bytes()).ok(),
            "rebase" => {
                repo.stage("main.py", "x = 1\n");
                repo.commit().ok();
                repo.git(&["rebase", "-q", "main", "side"]).ok();
                repo.git(&["branch", "-qf", "main", "side"]).ok()
            }
            "fast-forward" => repo.git(&["merge", "-q", "--ff-only", "side"]).ok(),
            "amend" => {
                repo.git(&["merge", "-q", "--ff-only", "side"]).ok();
                repo.git(&[
                    "commit",
                    "-q",
                    "--amend",
                    "--no-verify",
                    "-m",
                    "another message",
                ])
                .ok()
            }
            _ => {
                repo.stage("app.py", leak(1));
                repo.git(&["commit", "-q", "--no-verify", "-m", "unseen"])
                    .ok()
            }
        };
        println!("{way}");
        stopped(&repo, &["push", "origin", "main"]);
    }
}

#[test]
fn a_forced_push_over_a_rewritten_branch() {
    let (repo, _) = with_remote();
    repo.stage("app.py", "x = 1\n");
    repo.commit().ok();
    repo.git(&["push", "-q", "origin", "main"]).ok();
    repo.git(&["reset", "-q", "--hard", "HEAD^"]).ok();
    repo.commit_unscanned("app.py", leak(1));
    stopped(&repo, &["push", "--force", "origin", "main"]);
}

#[test]
fn a_deletion_beside_an_update() {
    let (repo, _) = with_remote();
    repo.git(&["push", "-q", "origin", "main:old"]).ok();
    repo.commit_unscanned("app.py", leak(1));
    stopped(&repo, &["push", "origin", ":old", "main"]);
    repo.git(&["push", "-q", "origin", ":old"]).ok();
}

#[test]
fn a_new_remote_gets_everything_looked_at() {
    let (repo, _) = with_remote();
    repo.commit_unscanned("app.py", leak(1));
    repo.git(&["push", "-q", "--no-verify", "origin", "main"])
        .ok();
    repo.stage("more.py", "x = 1\n");
    repo.commit().ok();
    repo.git(&["push", "-q", "origin", "main"]).ok();
    let public = repo.home().join("public.git");
    repo.git(&["init", "-q", "--bare", public.to_str().unwrap()])
        .ok();
    repo.git(&["remote", "add", "public", public.to_str().unwrap()])
        .ok();
    repo.git(&["push", "public", "main"]).blocked();
    repo.git(&["push", public.to_str().unwrap(), "main"])
        .blocked();
}

#[test]
fn merges_with_both_sides_published_pass_and_evil_ones_do_not() {
    let (repo, _) = with_remote();
    repo.git(&["checkout", "-qb", "side"]).ok();
    repo.commit_unscanned("side.py", leak(1));
    repo.git(&["push", "-q", "--no-verify", "origin", "side"])
        .ok();
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.stage("main.py", "x = 1\n");
    repo.commit().ok();
    repo.git(&["merge", "-q", "--no-edit", "side"]).ok();
    repo.git(&["push", "-q", "origin", "main"]).ok();
    repo.git(&["checkout", "-qb", "other", "HEAD^"]).ok();
    repo.stage("other.py", "x = 1\n");
    repo.commit().ok();
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "other"])
        .ok();
    repo.stage("evil.py", leak(2));
    repo.git(&["commit", "-q", "--no-verify", "-m", "merge"])
        .ok();
    stopped(&repo, &["push", "origin", "main"]);
}

#[test]
fn a_shallow_clone_pushes_what_is_new() {
    let (repo, remote) = with_remote();
    for number in 0..3 {
        repo.stage("app.py", format!("x = {number}\n"));
        repo.commit().ok();
    }
    repo.git(&["push", "-q", "origin", "main"]).ok();
    let shallow = repo.home().join("shallow");
    let url = format!("file://{}", remote.display());
    repo.git(&[
        "clone",
        "-q",
        "--depth",
        "1",
        &url,
        shallow.to_str().unwrap(),
    ])
    .ok();
    let program = crate::support::PROGRAM;
    assert!(
        repo.command(program, &shallow)
            .arg("install")
            .status()
            .unwrap()
            .success()
    );
    fs::write(shallow.join("clean.py"), "x = 1\n").unwrap();
    repo.git_in(&shallow, &["add", "."]).ok();
    repo.git_in(&shallow, &["commit", "-qm", "clean"]).ok();
    repo.git_in(&shallow, &["push", "-q", "origin", "main"])
        .ok();
    fs::write(shallow.join("app.py"), leak(1)).unwrap();
    repo.git_in(&shallow, &["commit", "-qam", "dirty", "--no-verify"])
        .ok();
    repo.git_in(&shallow, &["push", "origin", "main"]).blocked();
}

#[test]
fn nothing_new_and_a_dry_run() {
    let (repo, _) = with_remote();
    repo.git(&["push", "-q", "origin", "main"]).ok();
    repo.git(&["push", "-q", "origin", "main:copy"]).ok();
    repo.commit_unscanned("app.py", leak(1));
    repo.git(&["push", "--dry-run", "origin", "main"]).blocked();
}

#[test]
fn a_sha256_repository_with_reftable() {
    let repo = Repo::with(&["--object-format=sha256"]);
    let remote = repo.home().join("remote.git");
    repo.git(&[
        "init",
        "-q",
        "--bare",
        "--object-format=sha256",
        remote.to_str().unwrap(),
    ])
    .ok();
    repo.git(&["remote", "add", "origin", remote.to_str().unwrap()])
        .ok();
    repo.git(&["push", "-q", "origin", "main"]).ok();
    repo.commit_unscanned("app.py", leak(1));
    stopped(&repo, &["push", "origin", "main"]);
}

#[test]
fn many_commits_and_the_dirty_one_in_the_middle() {
    let (repo, _) = with_remote();
    for number in 0..60 {
        let content = if number == 30 {
            leak(1)
        } else {
            format!("x = {number}\n")
        };
        repo.commit_unscanned("app.py", content);
    }
    stopped(&repo, &["push", "origin", "main"]);
}

#[test]
fn a_server_refuses_with_pre_receive() {
    let (repo, remote) = with_remote();
    let program = crate::support::PROGRAM;
    let install = repo
        .command(program, &remote)
        .args(["install", "--server"])
        .status()
        .unwrap();
    assert!(install.success());
    repo.commit_unscanned("app.py", leak(1));
    let refs = repo.git(&["ls-remote", "origin"]).stdout;
    repo.git(&["push", "--no-verify", "origin", "main"])
        .blocked();
    assert_eq!(repo.git(&["ls-remote", "origin"]).stdout, refs);
    repo.git(&["reset", "-q", "--hard", "HEAD^"]).ok();
    repo.stage("app.py", "x = 1\n");
    repo.commit().ok();
    repo.git(&["push", "-q", "origin", "main"]).ok();
}
