//! The staged change in every state an index can be in.

use std::fs;

use gate_hook::finding::RepoPath;
use gate_hook::git::{self, OpenOptions, Side};

use super::BACKENDS;
use super::sample::{Sample, git_program, tell};

/// A repository with a first commit of some files.
fn with_files() -> Sample {
    let sample = Sample::new();
    for (path, content) in [("a", "1"), ("d/b", "2"), ("d/c", "3"), ("e/f/g", "4")] {
        sample.stage(path, content);
    }
    sample.commit("first");
    sample
}

#[track_caller]
fn check(sample: &Sample, expected: &[&str]) {
    for backend in BACKENDS {
        assert_eq!(sample.staged(backend), expected, "{backend:?}");
    }
    assert_eq!(sample.staged(None), expected);
}

#[test]
fn the_first_commit_adds_everything() {
    let sample = Sample::new();
    check(&sample, &[]);
    sample.stage("b/x", "one");
    sample.stage("a", "two");
    check(&sample, &["a: two <- ", "b/x: one <- "]);
}

#[test]
fn nothing_staged_is_nothing() {
    let sample = with_files();
    sample.write("a", "only in the work tree");
    check(&sample, &[]);
}

#[test]
fn additions_changes_and_deletions() {
    let sample = with_files();
    sample.stage("d/b", "two");
    sample.stage("d/new", "n");
    sample.git(&["rm", "-q", "--cached", "e/f/g"]);
    check(
        &sample,
        &["d/b: two <- 2", "d/new: n <- -", "e/f/g: - <- 4"],
    );
}

#[test]
fn a_rename_and_a_copy_are_files_like_others() {
    let sample = with_files();
    sample.git(&["mv", "a", "z"]);
    sample.stage("copy", "3");
    check(&sample, &["a: - <- 1", "copy: 3 <- -", "z: 1 <- -"]);
}

#[test]
fn the_executable_bit_alone_is_no_change() {
    let sample = with_files();
    sample.git(&["update-index", "--chmod=+x", "a"]);
    check(&sample, &[]);
}

#[cfg(unix)]
#[test]
fn the_target_of_a_symbolic_link_is_content() {
    let sample = with_files();
    std::os::unix::fs::symlink("target", sample.root.join("link")).unwrap();
    fs::remove_file(sample.root.join("a")).unwrap();
    std::os::unix::fs::symlink("1", sample.root.join("a")).unwrap();
    sample.git(&["add", "-A"]);
    check(&sample, &["a@: 1 <- 1", "link@: target <- -"]);
}

#[test]
fn a_file_and_a_directory_take_each_others_place() {
    let sample = with_files();
    sample.git(&["rm", "-q", "a", "d/b", "d/c"]);
    sample.stage("a/x", "x");
    sample.stage("d", "y");
    let expected = [
        "a: - <- 1",
        "a/x: x <- -",
        "d: y <- -",
        "d/b: - <- 2",
        "d/c: - <- 3",
    ];
    check(&sample, &expected);
}

#[test]
fn a_submodule_shows_only_through_its_configuration() {
    let sample = with_files();
    let id = sample.id("HEAD").to_string();
    sample.stage(".gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = u");
    let link = |id: &str| format!("160000,{id},s");
    sample.git(&["update-index", "--add", "--cacheinfo", &link(&id)]);
    check(
        &sample,
        &[".gitmodules: [submodule \"s\"]\n\tpath = s\n\turl = u <- -"],
    );
    sample.commit("submodule");
    sample.git(&["update-index", "--cacheinfo", &link(&"1".repeat(40))]);
    check(&sample, &[]);
    sample.git(&["rm", "-q", "--cached", "s"]);
    sample.stage("s", "a file instead");
    check(&sample, &["s: a file instead <- -"]);
}

#[test]
fn a_plan_to_add_is_nothing_yet() {
    let sample = with_files();
    sample.write("planned", "p");
    sample.git(&["add", "-N", "planned"]);
    sample.git(&["rm", "-q", "--cached", "a"]);
    sample.git(&["add", "-N", "a"]);
    check(&sample, &["a: - <- 1"]);
    for backend in BACKENDS {
        let repository = sample.open(backend);
        assert_eq!(
            repository
                .file(Side::Index, &RepoPath::new("planned"))
                .unwrap(),
            None,
            "{backend:?}"
        );
    }
}

#[test]
fn both_sides_of_a_conflict_are_looked_at() {
    let sample = with_files();
    sample.git(&["checkout", "-qb", "other"]);
    sample.stage("a", "theirs");
    sample.stage("both", "added there");
    sample.git(&["rm", "-q", "d/b"]);
    sample.commit("theirs");
    sample.git(&["checkout", "-q", "main"]);
    sample.stage("a", "ours");
    sample.stage("both", "added here");
    sample.stage("d/b", "changed here");
    sample.commit("ours");
    assert!(!sample.try_git(&["merge", "-q", "other"]));
    check(
        &sample,
        &["a: theirs <- ours", "both: added there <- added here"],
    );
    let parents = [sample.id("main"), sample.id("other")];
    assert_eq!(
        sample.compared(&parents, Side::Index),
        ["d/b: changed here <- changed here|-"; 0]
    );
    let first = [sample.id("main~")];
    let found = sample.compared(&first, Side::Index);
    let expected = [
        "a: ours <- 1",
        "a: theirs <- 1",
        "both: added here <- -",
        "both: added there <- -",
        "d/b: changed here <- 2",
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_resolution_of_a_conflict_differs_from_every_parent() {
    let sample = with_files();
    sample.git(&["checkout", "-qb", "other"]);
    sample.stage("a", "theirs");
    sample.stage("d/c", "only there");
    sample.commit("theirs");
    sample.git(&["checkout", "-q", "main"]);
    sample.stage("a", "ours");
    sample.commit("ours");
    assert!(!sample.try_git(&["merge", "-q", "other"]));
    sample.stage("a", "resolved");
    let parents = [sample.id("main"), sample.id("other")];
    assert_eq!(
        sample.compared(&parents, Side::Index),
        ["a: resolved <- ours|theirs"]
    );
}

#[test]
fn an_amended_commit_is_compared_with_its_parents() {
    let sample = with_files();
    sample.stage("a", "second");
    sample.commit("second");
    sample.stage("d/b", "amended");
    let parents = [sample.id("HEAD~")];
    assert_eq!(
        sample.compared(&parents, Side::Index),
        ["a: second <- 1", "d/b: amended <- 2"]
    );
}

#[test]
fn the_index_that_git_gave_is_the_one_that_counts() {
    let sample = with_files();
    sample.stage("other", "staged, and not part of this commit");
    let index = sample.beside("next-index");
    let with_index = |arguments: &[&str]| {
        let mut command = sample.command_at(&sample.root);
        assert!(
            command
                .env("GIT_INDEX_FILE", &index)
                .args(arguments)
                .status()
                .unwrap()
                .success()
        );
    };
    sample.write("a", "this");
    with_index(&["read-tree", "HEAD"]);
    with_index(&["add", "a"]);
    for backend in [None, Some(BACKENDS[0]), Some(BACKENDS[1])] {
        let options = OpenOptions {
            start: Some(sample.root.clone()),
            index: Some(index.clone()),
            git: Some(git_program().to_owned()),
            backend,
        };
        let repository = git::open(&options).unwrap();
        let change = git::staged(&*repository, &[sample.id("HEAD")]).unwrap();
        assert_eq!(tell(&*repository, &change), ["a: this <- 1"], "{backend:?}");
    }
}

#[cfg(unix)]
#[test]
fn paths_are_bytes() {
    use std::os::unix::ffi::OsStrExt;

    let sample = with_files();
    for name in [
        &b"new\nline"[..],
        b"not\xffutf8",
        b"quote\" back\\slash\ttab",
        b":(top)odd*",
    ] {
        sample.write(std::ffi::OsStr::from_bytes(name), "x");
    }
    sample.git(&["add", "-A"]);
    let names = [
        ":(top)odd*",
        "new\\nline",
        "not\\xffutf8",
        "quote\\\" back\\\\slash\\ttab",
    ];
    let expected = names.map(|name| format!("{name}: x <- -"));
    check(&sample, &expected.each_ref().map(String::as_str));
    for backend in BACKENDS {
        for name in [&b"new\nline"[..], b"not\xffutf8", b":(top)odd*"] {
            let found = sample
                .open(backend)
                .file(Side::Index, &RepoPath::new(name))
                .unwrap();
            assert_eq!(
                found.as_deref(),
                Some(&b"x"[..]),
                "{backend:?} {}",
                name.escape_ascii()
            );
        }
    }
}

#[test]
fn every_version_of_the_index_is_read() {
    let sample = with_files();
    sample.stage("d/with a long name to share a prefix", "x");
    sample.stage("d/with a long name to share", "y");
    // Too long for the field of the index that says how long a path is.
    let long = format!(
        "100644 {}\tdeep/{}end\n",
        sample.id(":a"),
        "long/".repeat(900)
    );
    sample.run(
        &sample.root,
        &["update-index", "--index-info"],
        long.as_bytes(),
    );
    let expected = sample.staged(BACKENDS[1]);
    assert_eq!(expected.len(), 3);
    for version in ["2", "3", "4"] {
        sample.git(&["update-index", "--index-version", version]);
        assert_eq!(sample.staged(BACKENDS[0]), expected, "version {version}");
    }
    sample.git(&[
        "-c",
        "index.skipHash=true",
        "update-index",
        "--force-write-index",
    ]);
    assert_eq!(sample.staged(BACKENDS[0]), expected);
}

#[test]
fn remembered_trees_are_believed_only_where_they_are_valid() {
    let sample = with_files();
    sample.git(&["write-tree"]);
    check(&sample, &[]);
    sample.stage("e/f/h", "5");
    check(&sample, &["e/f/h: 5 <- -"]);
    sample.git(&["write-tree"]);
    check(&sample, &["e/f/h: 5 <- -"]);
    sample.git(&["rm", "-q", "--cached", "d/b", "d/c"]);
    check(&sample, &["d/b: - <- 2", "d/c: - <- 3", "e/f/h: 5 <- -"]);
}

#[test]
fn a_damaged_index_is_an_error_and_never_empty() {
    let sample = with_files();
    let path = sample.root.join(".git/index");
    let whole = fs::read(&path).unwrap();
    for length in [0, 1, 12, 40, whole.len() / 2] {
        fs::write(&path, &whole[..length]).unwrap();
        for backend in [None, Some(BACKENDS[0]), Some(BACKENDS[1])] {
            let repository = sample.open(backend);
            let found = git::staged(&*repository, &[sample.id("HEAD")]);
            // git takes a file of no length for an index without entries: then everything is deleted.
            let emptied = length == 0 && found.as_ref().is_ok_and(|change| change.files.len() == 4);
            assert!(found.is_err() || emptied, "{length} {backend:?}");
        }
    }
}
