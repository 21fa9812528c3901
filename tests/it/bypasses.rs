//! `--no-verify` leaves its trace in the commit, and nothing else leaves one.

use crate::support::{Repo, leak};

const TRAILER: &str = "Gate-Unscanned: no-verify";

/// Returns how many trailers of a bypass the last commit has, as git reads them.
#[track_caller]
fn traces(repo: &Repo) -> usize {
    let format = "--format=%(trailers:key=Gate-Unscanned,valueonly)";
    let answer = repo.git(&["log", "-1", format]).ok();
    let values = answer.stdout.lines().filter(|line| !line.is_empty());
    values.filter(|value| *value == "no-verify").count()
}

/// Lets git open an editor that leaves the message as it is.
fn with_editor(repo: &mut Repo) {
    repo.env.push(("GIT_EDITOR".to_owned(), "true".to_owned()));
}

#[test]
fn a_scanned_commit_has_none() {
    let repo = Repo::new();
    repo.stage("a.py", "x = 1\n");
    repo.commit().ok();
    assert_eq!(traces(&repo), 0);
}

#[test]
fn no_verify_leaves_one_however_the_message_comes() {
    let mut repo = Repo::new();
    with_editor(&mut repo);
    repo.write(
        "message",
        "from a file\n\nReviewed-by: Some Body <some@example.org>\n",
    );
    repo.write("template", "from a template\n");
    for (number, way) in [
        &["-m", "one"][..],
        &["-m", "one", "-m", "a paragraph"],
        &["-F", "message"],
        &["-C", "HEAD"],
        &["-c", "HEAD"],
        &["-m", "one", "-e", "-v"],
        &["-m", "one", "-s"],
        &["-m", "one", "--cleanup=verbatim"],
    ]
    .into_iter()
    .enumerate()
    {
        repo.stage("app.py", leak(number as u32));
        let mut arguments = vec!["commit", "-q", "--no-verify"];
        arguments.extend(way);
        repo.git(&arguments).ok();
        assert_eq!(traces(&repo), 1, "{way:?}");
    }
}

#[test]
fn a_message_that_stays_its_template_still_gives_the_commit_up() {
    let mut repo = Repo::new();
    with_editor(&mut repo);
    repo.write("template", "say what and why\n");
    repo.stage("a.py", "x = 1\n");
    let answer = repo.git(&["commit", "--no-verify", "-t", "template"]);
    assert_ne!(answer.code, 0, "{}", answer.text());
    let answer = repo.git(&["commit", "--no-verify"]);
    assert_ne!(answer.code, 0, "{}", answer.text());
}

#[test]
fn amending_past_the_gate_leaves_one_and_never_two() {
    let repo = Repo::new();
    for number in 0..2 {
        repo.stage("app.py", leak(number));
        repo.git(&["commit", "-q", "--amend", "--no-edit", "--no-verify"])
            .ok();
        assert_eq!(traces(&repo), 1);
    }
}

#[test]
fn a_merge_past_the_gate_leaves_one() {
    let repo = Repo::new();
    repo.git(&["checkout", "-qb", "side"]).ok();
    repo.commit_unscanned("side.py", leak(1));
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.stage("main.py", "x = 1\n");
    repo.commit().ok();
    repo.git(&["merge", "-q", "--no-edit", "--no-verify", "side"])
        .ok();
    assert_eq!(traces(&repo), 1);
}

#[test]
fn what_git_replays_by_itself_leaves_none() {
    let mut repo = Repo::new();
    with_editor(&mut repo);
    repo.stage("a.py", "x = 1\n");
    repo.commit().ok();
    for edit in ["--edit", "--no-edit"] {
        repo.git(&["revert", edit, "HEAD"]).ok();
        assert_eq!(traces(&repo), 0, "revert {edit}");
    }
    repo.git(&["checkout", "-qb", "side"]).ok();
    repo.stage("b.py", "x = 1\n");
    repo.commit().ok();
    let patch = repo.git(&["format-patch", "-1", "--stdout"]).ok().stdout;
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.stage("c.py", "x = 1\n");
    repo.commit().ok();
    repo.git(&["checkout", "-qb", "picked"]).ok();
    for edit in ["-e", "-x"] {
        repo.git(&["cherry-pick", edit, "side"]).ok();
        assert_eq!(traces(&repo), 0, "cherry-pick {edit}");
        repo.git(&["reset", "-q", "--hard", "HEAD~"]).ok();
    }
    repo.feed("git", &["am", "-q"], patch.as_bytes()).ok();
    assert_eq!(traces(&repo), 0, "am");
    repo.git(&["rebase", "-q", "--force-rebase", "HEAD~2"]).ok();
    assert_eq!(traces(&repo), 0, "rebase");
}

#[test]
fn a_rebase_keeps_the_trace_of_what_it_replays() {
    let repo = Repo::new();
    repo.git(&["checkout", "-qb", "side"]).ok();
    repo.stage("app.py", leak(1));
    repo.git(&["commit", "-q", "--no-verify", "-m", "urgent"])
        .ok();
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.stage("b.py", "x = 1\n");
    repo.commit().ok();
    repo.git(&["rebase", "-q", "main", "side"]).ok();
    let message = repo.git(&["log", "-1", "--format=%B"]).ok().stdout;
    assert_eq!(message.matches(TRAILER).count(), 1, "{message}");
}
