//! `install` and `uninstall`: hooks are added beside what is there, and taken out byte for byte.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::support::{PROGRAM, Repo, leak};

const EVENTS: [&str; 5] = [
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "pre-push",
];

fn executable(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn hook(repo: &Repo, event: &str) -> PathBuf {
    repo.root.join(".git/hooks").join(event)
}

#[test]
fn i02_a_missing_hooks_directory_is_made() {
    let repo = Repo::unborn(&["--template="]);
    assert!(!repo.root.join(".git/hooks").exists());
    repo.install();
    for event in EVENTS {
        let mode = fs::metadata(hook(&repo, event))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o755, "{event}");
    }
}

#[test]
fn i03_a_bare_repository_takes_only_the_server_hook() {
    let repo = Repo::unborn(&[]);
    let bare = repo.home().join("bare.git");
    repo.git(&["init", "-q", "--bare", bare.to_str().unwrap()])
        .ok();
    let run = |arguments: &[&str]| {
        repo.command(PROGRAM, &bare)
            .args(arguments)
            .output()
            .unwrap()
            .status
            .code()
    };
    assert_eq!(run(&["install"]), Some(2));
    assert_eq!(run(&["install", "--server"]), Some(0));
    assert!(bare.join("hooks/pre-receive").exists());
    assert!(!bare.join("hooks/pre-commit").exists());
}

#[test]
fn i04_outside_a_repository() {
    let repo = Repo::unborn(&[]);
    let output = repo
        .command(PROGRAM, repo.home())
        .arg("install")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("hint:"));
}

#[test]
fn i05_from_odd_places() {
    let mut repo = Repo::unborn(&[]);
    let odd = repo.home().join("-it's \"gr\u{fc}n\"/deep er");
    fs::create_dir_all(&odd).unwrap();
    repo.git_in(&odd, &["init", "-q"]).ok();
    let inside = odd.join("x/y");
    fs::create_dir_all(&inside).unwrap();
    assert!(
        repo.command(PROGRAM, &inside)
            .arg("install")
            .status()
            .unwrap()
            .success()
    );
    fs::write(odd.join("app.py"), leak(1)).unwrap();
    repo.git_in(&odd, &["add", "."]).ok();
    repo.git_in(&odd, &["commit", "-qm", "change"]).blocked();
    let git_dir = repo.root.join(".git");
    repo.env
        .push(("GIT_DIR".into(), git_dir.to_str().unwrap().into()));
    assert!(
        repo.command(PROGRAM, repo.home())
            .arg("install")
            .status()
            .unwrap()
            .success()
    );
    assert!(hook(&repo, "pre-commit").exists());
}

#[test]
fn i10_an_existing_hook_runs_first_with_its_arguments_and_input() {
    let repo = Repo::unborn(&[]);
    let log = repo.home().join("log");
    let original = |name: &str, exit: u8| {
        let log = log.display();
        format!(
            "#!/bin/sh\necho \"{name} $(basename \"$0\") $#\" >>'{log}'\ncat >>'{log}'\nexit {exit}\n"
        )
    };
    executable(&hook(&repo, "pre-commit"), &original("commit", 0));
    executable(&hook(&repo, "pre-push"), &original("push", 0));
    repo.install();
    repo.stage("a", "a\n");
    repo.commit().ok();
    let remote = repo.home().join("remote.git");
    repo.git(&["init", "-q", "--bare", remote.to_str().unwrap()])
        .ok();
    repo.git(&["push", "-q", remote.to_str().unwrap(), "main"])
        .ok();
    let lines = fs::read_to_string(&log).unwrap();
    assert!(
        lines.starts_with("commit pre-commit 0\npush pre-push 2\nrefs/heads/main "),
        "{lines}"
    );
    executable(
        &repo.root.join(".git/hooks/pre-commit.gate-hook-orig"),
        &original("commit", 7),
    );
    repo.stage("a", "b\n");
    assert_ne!(
        repo.commit().code,
        0,
        "the original's failure must still stop the commit"
    );
    repo.commit_unscanned("leak.py", leak(1));
    repo.git(&["push", remote.to_str().unwrap(), "main"])
        .blocked();
}

#[test]
fn i10_an_existing_symlink_is_moved_as_a_link() {
    let repo = Repo::unborn(&[]);
    let target = repo.home().join("shared-hook");
    executable(&target, "#!/bin/sh\nexit 0\n");
    fs::create_dir_all(repo.root.join(".git/hooks")).unwrap();
    symlink(&target, hook(&repo, "pre-commit")).unwrap();
    repo.install();
    assert_eq!(fs::read_to_string(&target).unwrap(), "#!/bin/sh\nexit 0\n");
    repo.stage("app.py", leak(1));
    repo.commit().blocked();
    repo.gate(&["uninstall"]).ok();
    assert_eq!(fs::read_link(hook(&repo, "pre-commit")).unwrap(), target);
}

#[test]
fn i11_an_inactive_hook_stays_inactive() {
    let repo = Repo::unborn(&[]);
    let marker = repo.home().join("ran");
    executable(
        &hook(&repo, "pre-commit"),
        &format!("#!/bin/sh\ntouch '{}'\n", marker.display()),
    );
    fs::set_permissions(hook(&repo, "pre-commit"), fs::Permissions::from_mode(0o644)).unwrap();
    repo.install();
    repo.stage("a", "a\n");
    repo.commit().ok();
    assert!(!marker.exists());
    repo.gate(&["uninstall"]).ok();
    let mode = fs::metadata(hook(&repo, "pre-commit"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o644);
}

#[test]
fn i12_a_hook_in_the_manner_of_git_lfs_keeps_its_input() {
    let repo = Repo::unborn(&[]);
    let got = repo.home().join("got");
    let text = format!(
        "#!/bin/sh\ncommand -v cat >/dev/null || exit 2\ncat >'{}'\n",
        got.display()
    );
    executable(&hook(&repo, "pre-push"), &text);
    repo.install();
    repo.stage("a", "a\n");
    repo.commit().ok();
    let remote = repo.home().join("remote.git");
    repo.git(&["init", "-q", "--bare", remote.to_str().unwrap()])
        .ok();
    repo.git(&["push", "-q", remote.to_str().unwrap(), "main"])
        .ok();
    let head = repo.id("HEAD");
    assert_eq!(
        fs::read_to_string(&got).unwrap(),
        format!(
            "refs/heads/main {head} refs/heads/main {}\n",
            "0".repeat(40)
        )
    );
}

#[test]
fn i13_installing_twice_changes_nothing_and_an_older_shim_is_upgraded() {
    let repo = Repo::new();
    let before = fs::read(hook(&repo, "pre-commit")).unwrap();
    repo.install();
    assert_eq!(fs::read(hook(&repo, "pre-commit")).unwrap(), before);
    assert!(
        !repo
            .root
            .join(".git/hooks/pre-commit.gate-hook-orig")
            .exists()
    );
    let older = "#!/bin/sh\n# gate-hook shim 0: pre-commit\ngate='/gone'\nexec \"$gate\"\n";
    executable(&hook(&repo, "pre-commit"), older);
    repo.install();
    assert_eq!(fs::read(hook(&repo, "pre-commit")).unwrap(), before);
}

#[test]
fn i14_a_manager_that_calls_back_does_not_loop() {
    let repo = Repo::unborn(&[]);
    let hooks = repo.root.join(".git/hooks");
    // The original is a manager's shim that calls whatever stands in the hook's place.
    executable(
        &hooks.join("pre-commit"),
        &format!("#!/bin/sh\n'{}/pre-commit' \"$@\"\n", hooks.display()),
    );
    repo.install();
    repo.stage("a", "a\n");
    repo.commit().ok();
    repo.stage("app.py", leak(1));
    repo.commit().blocked();
}

#[test]
fn i17_a_local_hooks_path_is_honoured() {
    let repo = Repo::unborn(&[]);
    let marker = repo.home().join("ran");
    repo.config("core.hooksPath", "team hooks");
    executable(
        &repo.root.join("team hooks/pre-commit"),
        &format!("#!/bin/sh\ntouch '{}'\n", marker.display()),
    );
    repo.install();
    repo.stage("app.py", leak(1));
    repo.commit().blocked();
    assert!(marker.exists());
}

#[test]
fn i18_a_global_hooks_path_is_not_written_to() {
    let repo = Repo::unborn(&[]);
    let shared = repo.home().join("shared");
    fs::create_dir(&shared).unwrap();
    repo.git(&[
        "config",
        "--global",
        "core.hooksPath",
        shared.to_str().unwrap(),
    ])
    .ok();
    let answer = repo.gate(&["install"]);
    assert_eq!(answer.code, 2, "{}", answer.text());
    assert!(
        answer.stderr.contains("core.hooksPath"),
        "{}",
        answer.text()
    );
    assert_eq!(fs::read_dir(&shared).unwrap().count(), 0);
}

#[test]
fn i24_a_missing_program_is_looked_for_and_then_blocks() {
    let mut repo = Repo::new();
    let moved = repo.home().join("gate-hook");
    fs::copy(PROGRAM, &moved).unwrap();
    for event in EVENTS {
        let text = fs::read_to_string(hook(&repo, event)).unwrap();
        executable(
            &hook(&repo, event),
            &text.replace(PROGRAM, "/nowhere/gate-hook"),
        );
    }
    repo.stage("a", "a\n");
    let answer = repo.commit();
    assert_ne!(answer.code, 0);
    assert!(
        answer.stderr.contains("the program is gone"),
        "{}",
        answer.text()
    );
    repo.env
        .push(("GATE_HOOK_BIN".into(), moved.to_str().unwrap().into()));
    repo.commit().ok();
    repo.env.clear();
    repo.env.push((
        "PATH".into(),
        format!("/usr/bin:/bin:{}", repo.home().display()),
    ));
    repo.stage("app.py", leak(1));
    repo.commit().blocked();
    // Only the policy that is already committed can say that a missing program lets commits pass.
    repo.env.clear();
    repo.stage("gate-hook.toml", "[hook]\nmissing_binary = \"warn\"\n");
    assert_ne!(repo.commit().code, 0);
    repo.git(&["-c", "core.hooksPath=/dev/null", "commit", "-qm", "policy"])
        .ok();
    repo.stage("a", "b\n");
    repo.commit().ok();
}

#[test]
fn i25_an_empty_environment_is_enough() {
    let repo = Repo::new();
    repo.stage("app.py", leak(1));
    let mut command = repo.command("/usr/bin/env", &repo.root);
    let path = repo.home().join(".gitconfig");
    let output = command
        .args([
            "-i",
            &format!("GIT_CONFIG_GLOBAL={}", path.display()),
            "/usr/bin/git",
            "commit",
            "-qm",
            "x",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("github-pat"));
}

#[test]
fn i27_a_branch_without_a_policy_passes_when_nothing_is_found() {
    let repo = Repo::new();
    repo.stage("a", "a\n");
    repo.commit().ok();
}

#[test]
fn i28_messages_go_to_standard_error_without_colour_in_few_lines() {
    let repo = Repo::new();
    repo.stage("app.py", leak(1));
    let answer = repo.commit().blocked();
    assert_eq!(answer.stdout, "");
    assert!(!answer.stderr.contains('\u{1b}'));
    let lines = answer.stderr.lines().count();
    assert!(lines <= 20, "{lines} lines:\n{}", answer.stderr);
    assert!(
        answer.stderr.lines().all(|line| line.chars().count() <= 80),
        "{}",
        answer.stderr
    );
}

#[test]
fn i29_uninstall_puts_everything_back() {
    let repo = Repo::unborn(&[]);
    executable(&hook(&repo, "commit-msg"), "#!/bin/sh\n# mine\nexit 0\n");
    fs::set_permissions(hook(&repo, "commit-msg"), fs::Permissions::from_mode(0o750)).unwrap();
    let listing = |repo: &Repo| {
        let mut names: Vec<_> = fs::read_dir(repo.root.join(".git/hooks"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                (
                    fs::read(&path).unwrap(),
                    fs::metadata(&path).unwrap().permissions().mode(),
                    path,
                )
            })
            .collect();
        names.sort();
        names
    };
    let before = listing(&repo);
    repo.install();
    assert_ne!(listing(&repo), before);
    repo.gate(&["uninstall"]).ok();
    assert_eq!(listing(&repo), before);
    repo.gate(&["uninstall"]).ok();
    repo.install();
    let mut text = fs::read_to_string(hook(&repo, "pre-push")).unwrap();
    text.push_str("echo mine\n");
    executable(&hook(&repo, "pre-push"), &text);
    assert_eq!(repo.gate(&["uninstall"]).code, 2);
    assert!(hook(&repo, "pre-push").exists());
    repo.gate(&["uninstall", "--force"]).ok();
    assert_eq!(listing(&repo), before);
}

#[test]
fn status_and_doctor_tell_the_truth() {
    let repo = Repo::unborn(&[]);
    let answer = repo.gate(&["status"]).ok();
    assert!(answer.stdout.contains("not installed"), "{}", answer.stdout);
    assert_eq!(repo.gate(&["doctor"]).code, 1);
    repo.install();
    let answer = repo.gate(&["status"]).ok();
    assert!(answer.stdout.contains("pre-push"), "{}", answer.stdout);
    let objects = || repo.git(&["count-objects"]).stdout;
    let before = objects();
    let answer = repo.gate(&["doctor"]).ok();
    assert!(answer.stdout.contains("stopped"), "{}", answer.stdout);
    assert_eq!(objects(), before, "the probe must leave no object behind");
    executable(&hook(&repo, "pre-commit"), "#!/bin/sh\nexit 0\n");
    assert_eq!(repo.gate(&["doctor"]).code, 1);
}
