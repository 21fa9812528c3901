//! The shell parts of the CI templates, run as they stand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Answer, PROGRAM, Repo, leak};

/// A stand-in for GitHub's program: somebody approves in a review, nobody in a comment.
const GH: &str = r#"#!/bin/sh
case "$*" in
  *reviews) echo '[{"user": {"login": "sue"}, "body": "WAIVER APPROVED: fine", "submitted_at": "2026-01-12T10:00:00Z", "state": "COMMENTED"}]' ;;
  *) echo '[]' ;;
esac
"#;

fn template(name: &str) -> String {
    fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("templates")
            .join(name),
    )
    .unwrap()
}

/// Returns the script between two marks of a template.
fn part(name: &str, mark: &str) -> String {
    let text = template(name);
    let inside = text.split(&format!("# begin: {mark}\n")).nth(1).unwrap();
    let inside = inside.split(&format!("# end: {mark}")).next().unwrap();
    let script: Vec<&str> = inside
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .collect();
    let indent = script[0].len() - script[0].trim_start().len();
    script
        .iter()
        .map(|line| format!("{}\n", &line[indent..]))
        .collect()
}

/// A clone in a job of CI.
struct Job<'r> {
    repo: &'r Repo,
    directory: PathBuf,
}

impl<'r> Job<'r> {
    fn new(repo: &'r Repo, name: &str) -> Self {
        let directory = repo.home().join(name);
        let origin = repo.home().join("origin.git");
        repo.git(&[
            "clone",
            "-q",
            origin.to_str().unwrap(),
            directory.to_str().unwrap(),
        ])
        .ok();
        Self { repo, directory }
    }

    fn run(&self, script: &str, variables: &[(&str, &str)]) -> Answer {
        let tools = self.repo.home().join("tools");
        let mut command: Command = self.repo.command("sh", &self.directory);
        command
            .args(["-c", script])
            .env(
                "PATH",
                format!("{}:/usr/local/bin:/usr/bin:/bin", tools.display()),
            )
            .envs(variables.iter().copied());
        Answer::of(&command.output().unwrap())
    }
}

/// Makes a repository with a remote, and the programs that jobs call.
fn repository() -> Repo {
    let repo = Repo::unborn(&[]);
    let origin = repo.home().join("origin.git");
    repo.git(&[
        "init",
        "-q",
        "--bare",
        "-b",
        "main",
        origin.to_str().unwrap(),
    ])
    .ok();
    repo.stage("a.py", "import os\n");
    repo.git(&["commit", "-qm", "first"]).ok();
    repo.git(&["remote", "add", "origin", origin.to_str().unwrap()])
        .ok();
    repo.git(&["push", "-q", "origin", "main"]).ok();
    let tools = repo.home().join("tools");
    fs::create_dir(&tools).unwrap();
    std::os::unix::fs::symlink(PROGRAM, tools.join("gate-hook")).unwrap();
    fs::write(tools.join("gh"), GH).unwrap();
    fs::set_permissions(
        tools.join("gh"),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    repo
}

#[test]
fn both_templates_keep_the_ledger_in_the_same_way() {
    for mark in ["ledger", "reports"] {
        assert_eq!(
            part("github/gate-hook.yml", mark),
            part("gitlab/gate-hook.yml", mark),
            "{mark}"
        );
    }
    for name in ["github/gate-hook.yml", "gitlab/gate-hook.yml"] {
        let text = template(name);
        assert!(
            text.contains("fetch-depth: 0") || text.contains("GIT_DEPTH: \"0\""),
            "{name}"
        );
        // Each job brings the advisories before it looks.
        for job in text.split("cargo install").skip(1) {
            let (brings, looks) = (job.find("advisories update"), job.find("ci --f"));
            assert!(brings.is_some() && brings < looks, "{name}: {job}");
        }
        assert!(
            !text
                .lines()
                .any(|line| line.trim_start().starts_with("continue-on-error:")
                    || line.contains("allow_failure")),
            "{name}"
        );
    }
}

#[test]
fn the_branch_is_scanned_and_its_ledger_is_kept() {
    let repo = repository();
    for (template, event) in [
        ("github/gate-hook.yml", ("EVENT", "push")),
        ("gitlab/gate-hook.yml", ("CI_PIPELINE_SOURCE", "push")),
    ] {
        let job = Job::new(&repo, template.split('/').next().unwrap());
        job.run(&part(template, "everything"), &[event]).ok();
        job.run(&part(template, "ledger"), &[]).ok();
        job.run(&part(template, "reports"), &[]).ok();
        let report = fs::read_to_string(job.directory.join("report.html")).unwrap();
        assert!(report.contains("<svg"), "{report}");
        assert!(
            job.directory.join("metrics.csv").exists() && job.directory.join("full.json").exists()
        );
    }
    let origin = repo.home().join("origin.git");
    let kept = repo
        .git_in(&origin, &["cat-file", "blob", "gate-ledger:ledger.ndjson"])
        .ok()
        .stdout;
    let events = |event: &str| kept.matches(&format!("\"event\":\"{event}\"")).count();
    assert_eq!(events("full"), 2, "{kept}");
    assert!(events("commit") >= 2, "{kept}");
    assert_eq!(
        repo.git_in(&origin, &["rev-list", "--count", "gate-ledger"])
            .ok()
            .stdout
            .trim(),
        "2"
    );
}

#[test]
fn two_jobs_at_once_lose_no_line() {
    let repo = repository();
    let jobs: Vec<Job<'_>> = (0..3)
        .map(|number| Job::new(&repo, &format!("job{number}")))
        .collect();
    std::thread::scope(|scope| {
        for (number, job) in jobs.iter().enumerate() {
            fs::write(
                job.directory.join("lines.ndjson"),
                format!("{{\"line\":{number}}}\n"),
            )
            .unwrap();
            scope.spawn(move || job.run(&part("github/gate-hook.yml", "ledger"), &[]).ok());
        }
    });
    let origin = repo.home().join("origin.git");
    let kept = repo
        .git_in(&origin, &["cat-file", "blob", "gate-ledger:ledger.ndjson"])
        .ok()
        .stdout;
    let mut lines: Vec<&str> = kept.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["{\"line\":0}", "{\"line\":1}", "{\"line\":2}"]);
}

#[test]
fn ledgers_of_two_clones_merge_without_a_conflict() {
    let repo = repository();
    let job = Job::new(&repo, "job");
    fs::write(job.directory.join("lines.ndjson"), "").unwrap();
    job.run(&part("github/gate-hook.yml", "ledger"), &[]).ok();
    let clones: Vec<Job<'_>> = (0..2)
        .map(|number| Job::new(&repo, &format!("clone{number}")))
        .collect();
    for (number, clone) in clones.iter().enumerate() {
        let git = |arguments: &[&str]| repo.git_in(&clone.directory, arguments).ok();
        fs::write(
            clone.directory.join("a.py"),
            format!("import os\nx = {number}\n"),
        )
        .unwrap();
        git(&["commit", "-qam", "change"]);
        let judge = ["ci", "--base", "HEAD^", "--ledger", "../lines.ndjson"];
        let mut command = repo.command(PROGRAM, &clone.directory);
        Answer::of(&command.args(judge).output().unwrap()).ok();
        let lines = fs::read_to_string(repo.home().join("lines.ndjson")).unwrap();
        git(&["switch", "-q", "gate-ledger"]);
        let own = lines.lines().last().unwrap();
        fs::write(clone.directory.join("ledger.ndjson"), format!("{own}\n")).unwrap();
        git(&["commit", "-qam", "lines of this clone"]);
    }
    let other = clones[1].directory.to_str().unwrap();
    let merged = &clones[0].directory;
    repo.git_in(
        merged,
        &[
            "pull",
            "-q",
            "--no-rebase",
            "--no-edit",
            other,
            "gate-ledger",
        ],
    )
    .ok();
    let mut metrics = repo.command(PROGRAM, merged);
    metrics.args(["metrics", "--ledger", "ledger.ndjson"]);
    Answer::of(&metrics.output().unwrap()).ok();
    let ledger = fs::read_to_string(merged.join("ledger.ndjson")).unwrap();
    let mut lines: Vec<&str> = ledger.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 2, "{ledger}");
}

#[test]
fn a_proposed_change_is_judged_with_its_labels_and_comments() {
    let repo = repository();
    let job = Job::new(&repo, "job");
    let git = |arguments: &[&str]| repo.git_in(&job.directory, arguments).ok();
    git(&["switch", "-qc", "topic"]);
    fs::write(job.directory.join("b.py"), leak(1)).unwrap();
    git(&["add", "b.py"]);
    git(&["commit", "-qm", "leak"]);
    let summary = repo.home().join("summary.md");
    let output = repo.home().join("output");
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_BASE_REF", "main"),
        ("GITHUB_REPOSITORY", "team/shop"),
        ("NUMBER", "7"),
        ("LABELS", "[\"security-override\"]"),
        ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
        ("GITHUB_OUTPUT", output.to_str().unwrap()),
    ];
    let judged = job.run(&part("github/gate-hook.yml", "judge"), &variables);
    assert_eq!(judged.code, 1, "{}", judged.text());
    assert!(judged.stdout.contains("::error"), "{}", judged.text());
    assert!(fs::read_to_string(&summary).unwrap().contains("github-pat"));
    let comments = fs::read_to_string(job.directory.join("comments.json")).unwrap();
    assert!(
        comments.contains("WAIVER APPROVED"),
        "reviews count as well"
    );
    for file in ["gate.sarif", "gate.json", "gate.md"] {
        assert!(job.directory.join(file).exists(), "{file}");
    }
    let gitlab = [
        ("GITLAB_CI", "true"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_MERGE_REQUEST_LABELS", "x,security-override"),
    ];
    let judged = job.run(&part("gitlab/gate-hook.yml", "judge"), &gitlab);
    assert_eq!(judged.code, 1, "{}", judged.text());
    for file in [
        "gl-secret-detection-report.json",
        "gl-sast-report.json",
        "gl-code-quality-report.json",
    ] {
        assert!(job.directory.join(file).exists(), "{file}");
    }
}
