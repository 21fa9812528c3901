//! The situations in which a commit is made: a known credential is stopped exactly when it is in the added lines.
//!
//! Each test is one situation with the real git and the installed hooks. The first 42 are the ones in which
//! scanners that read the text of `git diff` or the work tree go wrong; further ones follow.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::{PROGRAM, Repo, leak, token};

/// Stages a leak and expects the commit to be stopped.
#[track_caller]
fn stops(repo: &Repo) {
    repo.stage("app.py", leak(1));
    let head = repo.git(&["rev-parse", "HEAD"]).stdout;
    repo.commit().blocked();
    assert_eq!(
        repo.git(&["rev-parse", "HEAD"]).stdout,
        head,
        "the commit must not exist"
    );
}

#[track_caller]
fn stops_with(key: &str, value: &str) {
    let repo = Repo::new();
    repo.config(key, value);
    stops(&repo);
}

#[test]
fn s01_plain() {
    let repo = Repo::new();
    stops(&repo);
    repo.stage("app.py", "TOKEN = os.environ[\"TOKEN\"]\n");
    repo.commit().ok();
}

#[test]
fn s02_mnemonic_prefix() {
    stops_with("diff.mnemonicPrefix", "true");
}

#[test]
fn s03_diff_submodule_log() {
    stops_with("diff.submodule", "log");
}

#[test]
fn s04_color_moved() {
    stops_with("diff.colorMoved", "zebra");
}

#[test]
fn s05_conflict_resolution() {
    let repo = Repo::new();
    repo.stage("app.py", "value = 1\n");
    repo.commit().ok();
    repo.git(&["checkout", "-qb", "side"]).ok();
    repo.stage("app.py", "value = 2\n");
    repo.commit().ok();
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.stage("app.py", "value = 3\n");
    repo.commit().ok();
    assert_ne!(
        repo.git(&["merge", "side"]).code,
        0,
        "the merge has to conflict"
    );
    repo.stage("app.py", leak(1));
    repo.git(&["commit", "-qm", "merged"]).blocked();
    repo.stage("app.py", "value = 5\n");
    repo.git(&["commit", "-qm", "merged"]).ok();
}

#[test]
fn s06_linked_worktree() {
    let repo = Repo::new();
    let linked = repo.home().join("linked");
    repo.git(&["worktree", "add", "-q", linked.to_str().unwrap()])
        .ok();
    fs::write(linked.join("app.py"), leak(1)).unwrap();
    repo.git_in(&linked, &["add", "app.py"]).ok();
    repo.git_in(&linked, &["commit", "-qm", "change"]).blocked();
}

#[test]
fn s07_submodule_change_beside_a_file() {
    let repo = with_submodule();
    let inner = repo.root.join("inner");
    fs::write(inner.join("b"), "b\n").unwrap();
    repo.git_in(&inner, &["add", "b"]).ok();
    repo.git_in(
        &inner,
        &["-c", "core.hooksPath=/dev/null", "commit", "-qm", "b"],
    )
    .ok();
    repo.git(&["add", "inner"]).ok();
    stops(&repo);
    repo.git(&["rm", "-qf", "app.py"]).ok();
    repo.commit().ok();
}

fn with_submodule() -> Repo {
    let repo = Repo::new();
    let library = repo.home().join("library");
    fs::create_dir(&library).unwrap();
    repo.git_in(&library, &["init", "-q"]).ok();
    fs::write(library.join("a"), "a\n").unwrap();
    repo.git_in(&library, &["add", "a"]).ok();
    repo.git_in(&library, &["commit", "-qm", "a"]).ok();
    repo.git(&["submodule", "add", "-q", library.to_str().unwrap(), "inner"])
        .ok();
    repo.commit().ok();
    repo
}

#[test]
fn s08_one_line_of_three_megabytes() {
    let repo = Repo::new();
    let filler = "var a=b+c;".repeat(150_000);
    repo.stage("bundle.js", format!("{filler}\"{}\"{filler}\n", token(1)));
    repo.commit().blocked();
}

#[test]
fn s09_crlf() {
    let repo = Repo::new();
    repo.stage("app.py", leak(1).replace('\n', "\r\n"));
    repo.commit().blocked();
}

#[test]
fn s10_from_a_subdirectory() {
    let repo = Repo::new();
    repo.stage("deep/er/app.py", leak(1));
    repo.git_in(&repo.root.join("deep/er"), &["commit", "-qm", "change"])
        .blocked();
}

#[test]
fn s11_split_index() {
    let repo = Repo::new();
    repo.git(&["update-index", "--split-index"]).ok();
    stops(&repo);
}

#[test]
fn s12_nested_repository() {
    let repo = Repo::new();
    let nested = repo.root.join("vendor/nested");
    fs::create_dir_all(&nested).unwrap();
    repo.git_in(&nested, &["init", "-q"]).ok();
    stops(&repo);
}

#[test]
fn s13_unreadable_file_in_the_work_tree() {
    let repo = Repo::new();
    repo.stage("app.py", leak(1));
    fs::set_permissions(repo.root.join("app.py"), fs::Permissions::from_mode(0o000)).unwrap();
    repo.commit().blocked();
}

#[test]
fn s14_file_mode_ignored() {
    let repo = Repo::new();
    repo.config("core.fileMode", "false");
    repo.stage("run.sh", leak(1));
    fs::set_permissions(repo.root.join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    repo.commit().blocked();
}

#[test]
fn s15_three_thousand_files() {
    let repo = Repo::new();
    for number in 0..3000 {
        repo.write(&format!("many/{number}.txt"), format!("line {number}\n"));
    }
    repo.write("many/1500.txt", leak(1));
    repo.git(&["add", "many"]).ok();
    repo.commit().blocked();
}

#[test]
fn s16_git_dir_exported() {
    let mut repo = Repo::new();
    repo.stage("app.py", leak(1));
    let (git_dir, work_tree) = (repo.root.join(".git"), repo.root.clone());
    repo.env
        .push(("GIT_DIR".into(), git_dir.to_str().unwrap().into()));
    repo.env
        .push(("GIT_WORK_TREE".into(), work_tree.to_str().unwrap().into()));
    repo.git_in(repo.home(), &["commit", "-qm", "change"])
        .blocked();
}

#[test]
fn s17_commit_all() {
    let repo = Repo::new();
    repo.write("README", leak(1));
    repo.git(&["commit", "-qam", "change"]).blocked();
}

#[test]
fn s18_commit_path_takes_the_named_file_and_no_other() {
    let repo = Repo::new();
    repo.stage("clean.py", "x = 1\n");
    repo.stage("app.py", leak(1));
    repo.git(&["commit", "-qm", "change", "clean.py"]).ok();
    repo.stage("clean.py", "x = 2\n");
    repo.git(&["commit", "-qm", "change", "app.py"]).blocked();
}

#[test]
fn s19_pure_rename_of_a_file_with_an_old_secret_passes() {
    let repo = Repo::new();
    repo.commit_unscanned("old.py", leak(1));
    repo.git(&["mv", "old.py", "new.py"]).ok();
    repo.commit().ok();
}

#[test]
fn s20_attribute_no_diff() {
    let repo = Repo::new();
    repo.stage(".gitattributes", "* -diff\n");
    repo.commit().ok();
    stops(&repo);
}

#[test]
fn s21_attribute_binary() {
    let repo = Repo::new();
    repo.stage(".gitattributes", "*.pem binary\n");
    repo.stage("key.pem", leak(1));
    repo.commit().blocked();
}

#[test]
fn s22_nul_byte() {
    let repo = Repo::new();
    repo.stage(
        "data.bin",
        [b"head\0\0\x01tail\n".as_slice(), leak(1).as_bytes()].concat(),
    );
    repo.commit().blocked();
}

#[test]
fn s23_utf16() {
    for (mark, little) in [
        (Some([0xff, 0xfe]), true),
        (Some([0xfe, 0xff]), false),
        (None, true),
    ] {
        let repo = Repo::new();
        let mut bytes: Vec<u8> = mark.into_iter().flatten().collect();
        for unit in format!("first line\r\n{}", leak(1)).encode_utf16() {
            bytes.extend(if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            });
        }
        repo.stage("settings.ps1", bytes);
        let text = repo.commit().blocked().text();
        assert!(
            text.contains("settings.ps1:2:"),
            "the line is wrong:\n{text}"
        );
    }
}

#[test]
fn s24_no_prefix() {
    stops_with("diff.noprefix", "true");
}

#[test]
fn s25_external_diff() {
    stops_with("diff.external", "true");
}

#[test]
fn s26_color_always() {
    stops_with("color.ui", "always");
    stops_with("color.diff", "always");
}

#[test]
fn s27_textconv_driver_is_neither_obeyed_nor_run() {
    let repo = Repo::new();
    let ran = repo.home().join("ran");
    repo.config(
        "diff.hide.textconv",
        &format!("touch '{}'; true", ran.display()),
    );
    repo.stage(".gitattributes", "* diff=hide\n");
    repo.commit().ok();
    stops(&repo);
    assert!(!ran.exists(), "the repository's program was run");
}

#[test]
fn s28_path_with_space_quote_and_non_ascii() {
    let repo = Repo::new();
    repo.stage("a dir/it's \"gr\u{fc}n\".py", leak(1));
    repo.commit().blocked();
}

#[test]
fn s29_path_with_newline_and_escape_is_printed_harmlessly() {
    let repo = Repo::new();
    repo.stage("a\nb\u{1b}[2Jc.py", leak(1));
    let text = repo.commit().blocked().text();
    assert!(
        !text.contains('\u{1b}'),
        "a control character is printed:\n{text:?}"
    );
}

#[test]
fn s30_clean_merge_brings_the_secret() {
    let repo = Repo::new();
    repo.git(&["checkout", "-qb", "side"]).ok();
    repo.commit_unscanned("side.py", leak(1));
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.stage("main.py", "x = 1\n");
    repo.commit().ok();
    let head = repo.id("HEAD");
    repo.git(&["merge", "--no-edit", "side"]).blocked();
    assert_eq!(repo.id("HEAD"), head);
}

#[test]
fn s31_initial_commit() {
    let repo = Repo::unborn(&[]);
    repo.install();
    repo.stage("app.py", leak(1));
    repo.commit().blocked();
    assert_ne!(repo.git(&["rev-parse", "-q", "--verify", "HEAD"]).code, 0);
    repo.stage("app.py", "x = 1\n");
    repo.commit().ok();
}

#[test]
fn s32_sha256_repository() {
    stops(&Repo::with(&["--object-format=sha256"]));
}

#[test]
fn s33_symlink_target() {
    let repo = Repo::new();
    symlink(token(1), repo.root.join("link")).unwrap();
    repo.git(&["add", "link"]).ok();
    repo.commit().blocked();
}

#[test]
fn s34_commit_message() {
    let repo = Repo::new();
    repo.stage("app.py", "x = 1\n");
    repo.git(&["commit", "-qm", &format!("use {}", token(1))])
        .blocked();
    repo.git(&["commit", "-qm", "use a token"]).ok();
}

#[test]
fn s35_staged_secret_with_a_clean_work_tree() {
    let repo = Repo::new();
    repo.stage("app.py", leak(1));
    repo.write("app.py", "x = 1\n");
    repo.commit().blocked();
}

#[test]
fn s36_clean_index_with_a_secret_in_the_work_tree_passes() {
    let repo = Repo::new();
    repo.stage("app.py", "x = 1\n");
    repo.write("app.py", leak(1));
    repo.commit().ok();
}

#[test]
fn s37_sparse_index() {
    let repo = Repo::new();
    repo.stage("in/a", "a\n");
    repo.stage("out/b", "b\n");
    repo.commit().ok();
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"])
        .ok();
    repo.stage("in/app.py", leak(1));
    repo.commit().blocked();
}

#[test]
fn s38_reftable() {
    if Repo::unborn(&[])
        .git(&["init", "-q", "--ref-format=reftable", "probe"])
        .code
        != 0
    {
        println!("this git has no reftable");
        return;
    }
    stops(&Repo::with(&["--ref-format=reftable"]));
}

#[test]
fn s39_rename_with_a_modified_line() {
    let repo = Repo::new();
    let body: String = ["line\n"; 40].concat();
    repo.stage("old.py", &body);
    repo.commit().ok();
    repo.git(&["mv", "old.py", "new.py"]).ok();
    repo.stage("new.py", format!("{body}{}", leak(1)));
    repo.commit().blocked();
}

#[test]
fn s40_clean_filter_that_encrypts_the_blob_passes() {
    let repo = Repo::new();
    repo.config("filter.crypt.clean", "sed s/./x/g");
    repo.config("filter.crypt.required", "true");
    repo.stage(".gitattributes", "*.secret filter=crypt\n");
    repo.stage("app.secret", leak(1));
    repo.commit().ok();
}

#[test]
fn s41_file_deleted_after_staging() {
    let repo = Repo::new();
    repo.stage("app.py", leak(1));
    fs::remove_file(repo.root.join("app.py")).unwrap();
    repo.commit().blocked();
}

#[test]
fn s42_amend_of_an_unscanned_commit() {
    let repo = Repo::new();
    repo.commit_unscanned("app.py", leak(1));
    let head = repo.id("HEAD");
    repo.stage("other.py", "x = 1\n");
    repo.git(&["commit", "-q", "--amend", "--no-edit"])
        .blocked();
    assert_eq!(repo.id("HEAD"), head);
}

// Further situations.

#[test]
fn only_the_added_lines_count() {
    let repo = Repo::new();
    let old = format!("a = 1\n{}b = 2\n", leak(1));
    repo.commit_unscanned("app.py", &old);
    repo.stage("app.py", format!("{old}c = 3\n"));
    let text = repo.commit().ok().text();
    assert!(
        !text.contains("github-pat"),
        "an untouched line is reported:\n{text}"
    );
}

#[test]
fn a_line_moved_inside_its_file_or_to_another_passes() {
    let repo = Repo::new();
    repo.commit_unscanned("app.py", format!("{}a = 1\nb = 2\n", leak(1)));
    repo.stage("app.py", format!("a = 1\nb = 2\n    {}", leak(1)));
    repo.commit().ok();
    repo.stage("app.py", "a = 1\nb = 2\n");
    repo.stage("other.py", leak(1));
    repo.commit().ok();
}

#[test]
fn a_copy_of_an_old_secret_is_stopped() {
    let repo = Repo::new();
    repo.commit_unscanned("app.py", leak(1));
    repo.stage("copy.py", leak(1));
    repo.commit().blocked();
}

#[test]
fn removing_a_secret_passes() {
    let repo = Repo::new();
    repo.commit_unscanned("app.py", format!("{}x = 1\n", leak(1)));
    repo.stage("app.py", "x = 1\n");
    repo.commit().ok();
    repo.commit_unscanned("gone.py", leak(2));
    repo.git(&["rm", "-q", "gone.py"]).ok();
    repo.commit().ok();
}

#[test]
fn a_last_line_that_only_gains_its_newline_passes() {
    let repo = Repo::new();
    repo.commit_unscanned("app.py", leak(1).trim_end());
    repo.stage("app.py", leak(1));
    repo.commit().ok();
}

#[test]
fn patch_mode_stages_a_part() {
    let repo = Repo::new();
    let line = |number: u32| format!("line {number}\n");
    let body: String = (0..30).map(line).collect();
    repo.stage("app.py", &body);
    repo.commit().ok();
    repo.write("app.py", format!("first = 1\n{body}{}", leak(1)));
    repo.feed("git", &["add", "-p", "app.py"], b"y\nn\n").ok();
    repo.commit().ok();
    // git itself shows the hunk, so only the gate's own words are looked at.
    let answer = repo.feed(
        "git",
        &["commit", "-qpm", "rest"],
        b"y
",
    );
    assert_eq!(answer.code, 1);
    assert!(answer.stderr.contains("github-pat") && !answer.stderr.contains(&token(1)));
}

#[test]
fn intent_to_add_is_no_content() {
    let repo = Repo::new();
    repo.write("app.py", leak(1));
    repo.git(&["add", "-N", "app.py"]).ok();
    repo.stage("other.py", "x = 1\n");
    repo.commit().ok();
}

#[test]
fn type_change_from_file_to_symlink() {
    let repo = Repo::new();
    repo.stage("thing", "x\n");
    repo.commit().ok();
    fs::remove_file(repo.root.join("thing")).unwrap();
    symlink(token(1), repo.root.join("thing")).unwrap();
    repo.git(&["add", "thing"]).ok();
    repo.commit().blocked();
}

#[test]
fn a_mode_change_of_a_file_with_an_old_secret_passes() {
    let repo = Repo::new();
    repo.commit_unscanned("run.sh", leak(1));
    repo.git(&["update-index", "--chmod=+x", "run.sh"]).ok();
    repo.commit().ok();
}

#[test]
fn a_secret_in_a_file_name_is_stopped() {
    let repo = Repo::new();
    repo.stage(&format!("dump-{}.txt", token(1)), "x\n");
    repo.commit().blocked();
}

#[test]
fn inside_a_submodule() {
    let repo = with_submodule();
    let inner = repo.root.join("inner");
    let program = PROGRAM;
    assert!(
        repo.command(program, &inner)
            .arg("install")
            .status()
            .unwrap()
            .success()
    );
    fs::write(inner.join("app.py"), leak(1)).unwrap();
    repo.git_in(&inner, &["add", "app.py"]).ok();
    repo.git_in(&inner, &["commit", "-qm", "change"]).blocked();
}

#[test]
fn bare_path_and_no_terminal() {
    let mut repo = Repo::new();
    repo.env.push(("PATH".into(), "/usr/bin:/bin".into()));
    stops(&repo);
}

#[test]
fn diff_options_in_the_environment() {
    let mut repo = Repo::new();
    repo.env.push(("GIT_EXTERNAL_DIFF".into(), "true".into()));
    repo.env.push(("GIT_DIFF_OPTS".into(), "-u0".into()));
    repo.env.push(("GIT_CONFIG_COUNT".into(), "1".into()));
    repo.env
        .push(("GIT_CONFIG_KEY_0".into(), "core.bigFileThreshold".into()));
    repo.env.push(("GIT_CONFIG_VALUE_0".into(), "1".into()));
    stops(&repo);
}

#[test]
fn replace_refs_and_grafts_have_no_say() {
    let repo = Repo::new();
    repo.stage("app.py", leak(1));
    let leaky = repo.id(":app.py");
    let clean = repo
        .feed("git", &["hash-object", "-w", "--stdin"], b"x = 1\n")
        .ok()
        .stdout;
    repo.git(&["replace", &leaky, clean.trim()]).ok();
    repo.commit().blocked();
}

#[test]
fn what_a_later_hook_stages_is_scanned_too() {
    let repo = Repo::new();
    let hook = repo.root.join(".git/hooks/pre-commit");
    let ours = fs::read_to_string(&hook).unwrap();
    let line = leak(1).replace('"', "\\\"");
    // A manager that runs a formatter after the gate.
    let later = format!(
        "#!/bin/sh\n'{}' hook pre-commit || exit 1\nprintf \"{}\" >late.py\ngit add late.py\n",
        PROGRAM,
        line.replace('\n', "\\n"),
    );
    fs::write(&hook, later).unwrap();
    repo.stage("app.py", "x = 1\n");
    repo.commit().blocked();
    fs::write(&hook, ours).unwrap();
}

#[test]
fn merge_of_a_side_that_is_on_a_remote_passes() {
    let repo = Repo::new();
    let remote = repo.home().join("remote.git");
    repo.git(&["init", "-q", "--bare", remote.to_str().unwrap()])
        .ok();
    repo.git(&["remote", "add", "origin", remote.to_str().unwrap()])
        .ok();
    repo.git(&["checkout", "-qb", "side"]).ok();
    repo.commit_unscanned("side.py", leak(1));
    repo.git(&["push", "-q", "--no-verify", "origin", "side"])
        .ok();
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.stage("main.py", "x = 1\n");
    repo.commit().ok();
    repo.git(&["merge", "--no-edit", "-q", "side"]).ok();
}

#[test]
fn what_a_merge_adds_by_hand_is_stopped() {
    let repo = Repo::new();
    repo.git(&["checkout", "-qb", "side"]).ok();
    repo.stage("side.py", "x = 1\n");
    repo.commit().ok();
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.stage("main.py", "x = 1\n");
    repo.commit().ok();
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "side"])
        .ok();
    repo.stage("evil.py", leak(1));
    repo.git(&["commit", "-qm", "merge"]).blocked();
    repo.git(&["rm", "-qf", "evil.py"]).ok();
    repo.git(&["commit", "-qm", "merge"]).ok();
}

#[test]
fn scanning_changes_nothing() {
    let repo = Repo::new();
    repo.write("README", "unstaged edit\n");
    repo.stage("app.py", leak(1));
    let state = |repo: &Repo| {
        let index = fs::read(repo.root.join(".git/index")).unwrap();
        let time = fs::metadata(repo.root.join("README"))
            .unwrap()
            .modified()
            .unwrap();
        let objects = repo.git(&["count-objects", "-v"]).stdout;
        (
            index,
            time,
            objects,
            repo.git(&["status", "--porcelain"]).stdout,
        )
    };
    let _ = repo.git(&["status"]);
    let before = state(&repo);
    assert_eq!(repo.gate(&["scan", "--staged"]).code, 1);
    assert_eq!(repo.gate(&["hook", "pre-commit"]).code, 1);
    assert!(before == state(&repo), "the scan changed the repository");
}

#[test]
#[cfg(target_os = "linux")]
fn the_program_is_started_for_the_message_only_where_that_is_not_settled() {
    let repo = Repo::new();
    let log = repo.home().join("started");
    let wrapper = repo.home().join("gate");
    let script = format!(
        "#!/bin/sh\necho \"$2\" >>'{}'\nexec '{PROGRAM}' \"$@\"\n",
        log.display()
    );
    fs::write(&wrapper, script).unwrap();
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    let hooks = repo.root.join(".git/hooks");
    for event in ["pre-commit", "prepare-commit-msg", "commit-msg"] {
        let shim = fs::read_to_string(hooks.join(event)).unwrap();
        let traced = shim.replace(PROGRAM, wrapper.to_str().unwrap());
        assert_ne!(shim, traced);
        fs::write(hooks.join(event), traced).unwrap();
    }
    let started = |arguments: &[&str]| {
        let _ = fs::remove_file(&log);
        repo.write("a.py", format!("x = {arguments:?}\n"));
        repo.git(&["add", "."]).ok();
        repo.git(&[&["commit", "-q"], arguments].concat()).ok();
        fs::read_to_string(&log).unwrap().replace('\n', " ")
    };
    assert_eq!(started(&["-m", "one"]), "pre-commit commit-msg ");
    let amended = started(&["--amend", "--no-edit"]);
    assert_eq!(amended, "pre-commit prepare-commit-msg commit-msg ");
    assert_eq!(
        started(&["--no-verify", "-m", "two"]),
        "prepare-commit-msg "
    );
    assert_eq!(started(&["-m", "three"]), "pre-commit commit-msg ");
    fs::remove_file(hooks.join("commit-msg")).unwrap();
    assert_eq!(started(&["-m", "four"]), "pre-commit prepare-commit-msg ");
}
