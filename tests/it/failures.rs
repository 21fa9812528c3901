//! When something is wrong: each row of the failure table, with its message and its exit code.
//!
//! 0 passed, 1 blocked by policy, 2 usage or configuration, 3 could not look. A gate that could not look never
//! says that all is well.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Answer, PROGRAM, Repo, leak};

#[track_caller]
fn fails(answer: &Answer, code: i32, says: &[&str]) {
    let text = answer.text();
    assert_eq!(answer.code, code, "{text}");
    for part in says {
        assert!(text.contains(part), "expected `{part}` in:\n{text}");
    }
    assert!(!text.contains("panicked"), "{text}");
}

#[test]
fn an_invalid_policy_names_file_line_and_column() {
    let repo = Repo::new();
    repo.stage("gate-hook.toml", "[secrets]\ncredental = \"block\"\n");
    let answer = repo.gate(&["hook", "pre-commit"]);
    fails(
        &answer,
        2,
        &["gate-hook.toml:2:1", "credental", "credential", "hint:"],
    );
    assert_ne!(repo.commit().code, 0);
    fails(&repo.gate(&["policy", "check"]), 2, &["gate-hook.toml:2:1"]);
    for (text, place) in [
        ("profile = \"lax\"\n", "1:11"),
        ("existing = 3\n", "1:12"),
        ("[rollout]\nstart = \"soon\"\n", "2:9"),
        ("[paths]\nexclude = [\"[\"]\n", "2:12"),
        ("[secrets]\nkeyword = \"stop\"\n", "2:11"),
        ("[hook]\ntime_budget_ms = -1\n", "2:18"),
        ("this is not toml", "1:"),
    ] {
        repo.stage("gate-hook.toml", text);
        fails(
            &repo.gate(&["hook", "pre-commit"]),
            2,
            &[&format!("gate-hook.toml:{place}")],
        );
    }
}

#[test]
fn a_policy_in_two_places_is_refused() {
    let repo = Repo::new();
    repo.stage("gate-hook.toml", "profile = \"strict\"\n");
    repo.stage("pyproject.toml", "[tool.gate-hook]\nprofile = \"strict\"\n");
    fails(
        &repo.gate(&["hook", "pre-commit"]),
        2,
        &["gate-hook.toml", "pyproject.toml"],
    );
}

#[test]
fn an_invalid_rule_of_the_team_is_refused_where_it_stands() {
    let repo = Repo::new();
    repo.stage(
        "gate-hook.toml",
        "[[secrets.rules]]\nid = \"acme\"\ntitle = \"ACME\"\nseverity = \"high\"\nshape = 'acme_{nix:32}'\n",
    );
    fails(
        &repo.gate(&["hook", "pre-commit"]),
        2,
        &["gate-hook.toml:", "nix"],
    );
}

#[test]
fn an_unreadable_index_is_not_clean() {
    let repo = Repo::new();
    repo.stage("app.py", leak(1));
    let index = repo.root.join(".git/index");
    let mut bytes = fs::read(&index).unwrap();
    bytes.truncate(bytes.len() / 2);
    fs::write(&index, bytes).unwrap();
    fails(&repo.gate(&["hook", "pre-commit"]), 3, &["index"]);
    fails(&repo.gate(&["scan", "--staged"]), 3, &["index"]);
}

#[test]
fn a_damaged_or_missing_blob_is_not_clean() {
    for damage in ["missing", "corrupt", "truncated"] {
        let repo = Repo::new();
        repo.stage("app.py", leak(1));
        repo.stage("b.py", leak(2));
        let id = repo.id(":app.py");
        let path = repo.root.join(".git/objects").join(&id[..2]).join(&id[2..]);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        match damage {
            "missing" => fs::remove_file(&path).unwrap(),
            "corrupt" => fs::write(&path, b"not an object").unwrap(),
            _ => {
                let bytes = fs::read(&path).unwrap();
                fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
            }
        }
        let answer = repo.gate(&["hook", "pre-commit"]);
        fails(&answer, 3, &["app.py"]);
        // What could be looked at is still reported.
        assert!(answer.text().contains("b.py:1:"), "{}", answer.text());
    }
}

#[test]
fn a_missing_parent_makes_everything_count_as_added_and_says_so() {
    let repo = Repo::new();
    for number in 0..2 {
        repo.commit_unscanned("app.py", format!("{}x = {number}\n", leak(1)));
    }
    let shallow = repo.home().join("shallow");
    let url = format!("file://{}", repo.root.display());
    repo.git(&[
        "clone",
        "-q",
        "--depth",
        "1",
        &url,
        shallow.to_str().unwrap(),
    ])
    .ok();
    let answer = repo
        .command(PROGRAM, &shallow)
        .args(["scan", "--range", "HEAD"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&[answer.stdout, answer.stderr].concat()).into_owned();
    assert_eq!(answer.status.code(), Some(1), "{text}");
    assert!(text.contains("shallow"), "{text}");
}

#[test]
fn an_unknown_event_revision_rule_or_path_is_a_usage_error() {
    let repo = Repo::new();
    fails(
        &repo.gate(&["hook", "post-coffee"]),
        2,
        &["post-coffee", "pre-commit"],
    );
    fails(
        &repo.gate(&["scan", "--range", "nowhere..HEAD"]),
        2,
        &["nowhere"],
    );
    fails(&repo.gate(&["scan", "no/such/file"]), 2, &["no/such/file"]);
    fails(&repo.gate(&["explain", "github-pta"]), 2, &["github-pat"]);
    fails(&repo.gate(&["scan", "--engine", "magic"]), 2, &["magic"]);
    fails(&repo.gate(&["scan", "--as-of", "soon"]), 2, &["soon"]);
    fails(&repo.gate(&["frobnicate"]), 2, &["frobnicate"]);
}

#[test]
fn malformed_input_of_push_and_patch() {
    let repo = Repo::new();
    let push = ["hook", "pre-push", "origin", "https://example.org/x.git"];
    fails(
        &repo.feed(PROGRAM, &push, b"not four fields\n"),
        2,
        &["standard input"],
    );
    fails(&repo.feed(PROGRAM, &push, b"a b c d\n"), 2, &[]);
    fails(
        &repo.feed(
            PROGRAM,
            &["scan", "--patch", "-"],
            b"--- a/x\n+++ b/x\n@@ -1 +1 @@\nwhat\n",
        ),
        2,
        &["line 4"],
    );
    assert_eq!(repo.feed(PROGRAM, &push, b"").code, 0);
}

#[test]
fn a_scan_of_nothing_says_so() {
    let repo = Repo::new();
    fs::create_dir(repo.root.join("empty")).unwrap();
    let answer = repo.gate(&["scan", "empty"]).ok();
    assert!(
        answer.text().contains("nothing to look at"),
        "{}",
        answer.text()
    );
    repo.gate(&["scan", "--staged"]).ok();
}

#[test]
fn outside_a_repository() {
    let repo = Repo::unborn(&[]);
    for arguments in [
        &["scan", "--staged"][..],
        &["hook", "pre-commit"],
        &["status"],
        &["doctor"],
    ] {
        let output = repo
            .command(PROGRAM, repo.home())
            .args(arguments)
            .output()
            .unwrap();
        let code = output.status.code();
        assert!(
            matches!(code, Some(2 | 3)),
            "{arguments:?} answered {code:?}"
        );
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("repository"),
            "{arguments:?}"
        );
    }
}

#[test]
fn what_cannot_be_written_costs_a_warning_and_no_verdict() {
    let repo = Repo::new();
    // A file stands where the directory of the last run would be.
    let record = repo.root.join(".git/gate-hook");
    let _ = fs::remove_dir_all(&record);
    fs::write(&record, "in the way").unwrap();
    repo.stage("app.py", leak(1));
    let answer = repo.gate(&["hook", "pre-commit"]);
    fails(&answer, 1, &["warning:"]);
    repo.stage("app.py", "x = 1\n");
    assert_eq!(repo.gate(&["hook", "pre-commit"]).code, 0);
}

#[test]
fn a_closed_or_full_output_does_not_change_the_verdict() {
    let repo = Repo::new();
    repo.stage("app.py", leak(1));
    let shell = |script: &str| {
        repo.command("/bin/sh", &repo.root)
            .args(["-c", script])
            .output()
            .unwrap()
    };
    for script in [
        format!("'{PROGRAM}' scan --staged >/dev/full"),
        format!("'{PROGRAM}' scan --staged >&- 2>&-"),
        format!("'{PROGRAM}' hook pre-commit 2>/dev/full"),
        format!("'{PROGRAM}' hook pre-commit 2>&- <&-"),
    ] {
        assert_eq!(shell(&script).status.code(), Some(1), "{script}");
    }
    let code =
        format!("{{ '{PROGRAM}' scan --staged; echo $? >code; }} | true; sleep 0.2; cat code");
    assert_eq!(String::from_utf8_lossy(&shell(&code).stdout).trim(), "1");
}

#[test]
fn no_home_and_any_locale() {
    let repo = Repo::new();
    repo.stage("app.py", leak(1));
    for locale in ["C", "tr_TR.UTF-8", "xx"] {
        let output = repo
            .command(PROGRAM, &repo.root)
            .args(["hook", "pre-commit"])
            .env_remove("HOME")
            .env("LC_ALL", locale)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{locale}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_not_clean() {
    if fs::read("/proc/1/mem").is_ok() {
        return;
    }
    let repo = Repo::new();
    repo.write("a.py", "x = 1\n");
    // A file of a size that no memory holds: reading stops at the limit instead of filling the machine.
    let huge = fs::File::create(repo.root.join("huge.bin")).unwrap();
    huge.set_len((512 << 20) + 1).unwrap();
    fails(
        &repo.gate(&["scan", "huge.bin", "a.py"]),
        3,
        &["huge.bin", "limit"],
    );
}

#[test]
fn a_weakened_policy_does_not_loosen_the_commit_that_brings_it() {
    for weaker in [
        "profile = \"observe\"\n",
        "[secrets]\ncredential = \"off\"\n",
        "[paths]\nexclude = [\"**\"]\n",
        "[secrets]\nallow = [{ path = \"**\", value = \"ghp_.*\", reason = \"no such thing\" }]\n",
    ] {
        let repo = Repo::new();
        repo.stage("gate-hook.toml", weaker);
        repo.stage("app.py", leak(1));
        repo.commit().blocked();
        // Untracked files of peers and of ours have no say either.
        repo.git(&["rm", "-qf", "--cached", "gate-hook.toml"]).ok();
        repo.write(".gitleaksignore", "*\n");
        repo.commit().blocked();
    }
}

#[test]
fn an_inline_comment_makes_a_block_a_review_and_no_less() {
    let repo = Repo::new();
    repo.stage(
        "app.py",
        format!("{}  # gate-hook:allow test value\n", leak(1).trim_end()),
    );
    let text = repo.commit().ok().text();
    assert!(text.to_lowercase().contains("review"), "{text}");
    assert!(text.contains("app.py:1:"), "{text}");
}

#[test]
fn a_blob_over_the_limit_is_not_clean_unless_it_is_excluded() {
    let repo = Repo::new();
    repo.commit_unscanned("gate-hook.toml", "[paths]\nexclude = [\"videos/**\"]\n");
    let parent = repo.id("HEAD");
    // An object whose header claims more bytes than any look reads; there is nothing behind it.
    let id = "ab".repeat(20);
    let directory = repo.root.join(".git/objects/ab");
    fs::create_dir_all(&directory).unwrap();
    let header = format!("blob {}\0", (512_u64 << 20) + 1);
    let file = fs::File::create(directory.join(&id[2..])).unwrap();
    let mut object = flate2::write::ZlibEncoder::new(file, flate2::Compression::fast());
    object.write_all(header.as_bytes()).unwrap();
    object.finish().unwrap();
    let add = |path: &str| {
        let entry = format!("100644,{id},{path}");
        repo.git(&["update-index", "--add", "--cacheinfo", &entry])
            .ok();
    };
    add("videos/talk.mp4");
    assert_eq!(repo.gate(&["hook", "pre-commit"]).code, 0);
    add("dump.sql");
    let says = ["dump.sql", "limit"];
    fails(&repo.gate(&["hook", "pre-commit"]), 3, &says);
    repo.git(&["commit", "-q", "--no-verify", "-m", "Add a dump"])
        .ok();
    let pushed = format!(
        "refs/heads/main {} refs/heads/main {parent}\n",
        repo.id("HEAD")
    );
    let push = ["hook", "pre-push", "origin", "https://example.org/x.git"];
    fails(&repo.feed(PROGRAM, &push, pushed.as_bytes()), 3, &says);
    fails(&repo.gate(&["ci", "--base", &parent]), 3, &says);
}

#[test]
fn what_the_time_does_not_suffice_for_is_left_to_ci_but_for_secrets() {
    let repo = Repo::new();
    repo.commit_unscanned("gate-hook.toml", "[hook]\ntime_budget_ms = 1\n");
    for number in 0..200 {
        repo.write(
            &format!("a{number:03}.py"),
            "import subprocess\nsubprocess.run(command, shell=True)\n".repeat(20),
        );
    }
    repo.git(&["add", "."]).ok();
    let says = ["DEFERRED", "time budget", "gate-hook scan --engine bandit"];
    let answer = repo.gate(&["hook", "pre-commit"]);
    assert!(answer.code < 2);
    fails(&answer, answer.code, &says);
    repo.stage("zzz.py", leak(1));
    fails(&repo.gate(&["hook", "pre-commit"]), 1, &["zzz.py:1:"]);
}

#[test]
fn archives_are_looked_into_when_paths_are_scanned_and_what_is_not_is_said() {
    let repo = Repo::new();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive
        .start_file("conf/app.py", zip::write::SimpleFileOptions::default())
        .unwrap();
    archive.write_all(leak(1).as_bytes()).unwrap();
    let archive = archive.finish().unwrap().into_inner();
    repo.write("dist/app.jar", &archive);
    fails(
        &repo.gate(&["scan", "dist"]),
        1,
        &["dist/app.jar!/conf/app.py:1:"],
    );
    repo.write("dist/app.jar", &archive[..archive.len() - 9]);
    fails(
        &repo.gate(&["scan", "dist"]),
        0,
        &["dist/app.jar: not looked into"],
    );
    repo.write("dist/app.jar", &archive);
    repo.commit_unscanned("gate-hook.toml", "[paths]\nexclude = [\"**/*.jar\"]\n");
    fails(&repo.gate(&["scan", "dist"]), 0, &[]);
}
