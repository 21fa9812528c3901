//! Repositories that libgit2 cannot read: the plumbing backend takes over by itself.

use std::fs;

use gate_hook::git::{self, Backend, GitError, Side};

use super::sample::{Sample, open_at, tell};

/// Looks at a repository in which `a` was changed from 1 to 2 and staged after the last commit.
#[track_caller]
fn check(sample: &Sample) {
    let repository = sample.open(None);
    let head = repository.head().unwrap().unwrap();
    let change = git::staged(&*repository, &[head]).unwrap();
    assert_eq!(tell(&*repository, &change), ["a: 2 <- 1"]);
    assert_eq!(repository.backend(), Backend::Plumbing);
    assert_eq!(
        tell(&*repository, &git::committed(&*repository, &head).unwrap())[0],
        "a: 1 <- "
    );
    assert_eq!(repository.walk(&[head], &[]).unwrap(), [head]);
    assert_eq!(git::range(&*repository, "HEAD").unwrap(), [head]);
    let refused = open_at(&sample.root, Backend::Git2);
    let refused = refused.and_then(|repository| repository.compare(&[head], Side::Index));
    assert!(
        matches!(refused, Err(GitError::Unreadable { .. })),
        "{refused:?}"
    );
}

fn change(sample: &Sample) {
    sample.stage("a", "1");
    sample.stage("d/e/f", "3");
    sample.commit("first");
    sample.stage("a", "2");
}

#[test]
fn sha256() {
    let sample = Sample::with(&["--object-format=sha256"]);
    change(&sample);
    check(&sample);
    let head = sample.id("HEAD");
    let zero = "0".repeat(64);
    let line = format!("refs/heads/main {head} refs/heads/main {zero}\n");
    assert_eq!(
        git::pushed(&*sample.open(None), "origin", line.as_bytes())
            .unwrap()
            .commits,
        [head]
    );
}

#[test]
fn sha256_without_a_commit() {
    let sample = Sample::with(&["--object-format=sha256"]);
    sample.stage("a", "1");
    assert_eq!(sample.staged(None), ["a: 1 <- "]);
}

#[test]
fn reftable() {
    if !Sample::new().try_git(&["init", "-q", "--ref-format=reftable", "probe"]) {
        return;
    }
    let sample = Sample::with(&["--ref-format=reftable"]);
    assert_eq!(sample.open(None).head().unwrap(), None);
    change(&sample);
    check(&sample);
}

#[test]
fn split_index() {
    let sample = Sample::new();
    sample.stage("a", "1");
    sample.stage("d/e/f", "3");
    sample.commit("first");
    sample.git(&["update-index", "--split-index"]);
    sample.stage("a", "2");
    check(&sample);
}

#[test]
fn sparse_index() {
    let sample = Sample::new();
    for path in ["a", "kept/x", "d/e/f", "d/g"] {
        sample.stage(path, "1");
    }
    sample.commit("first");
    sample.git(&["sparse-checkout", "init", "--cone", "--sparse-index"]);
    sample.git(&["sparse-checkout", "set", "kept"]);
    sample.stage("a", "2");
    let index = fs::read(sample.root.join(".git/index")).unwrap();
    assert!(
        memchr::memmem::find(&index, b"sdir").is_some(),
        "git made no sparse index"
    );
    check(&sample);
    let repository = sample.open(None);
    let file = |path: &str| {
        repository
            .file(Side::Index, &gate_hook::finding::RepoPath::new(path))
            .unwrap()
    };
    assert_eq!(file("d/e/f").as_deref(), Some(&b"1"[..]));
}

#[test]
fn partial_clones_fetch_nothing() {
    let origin = Sample::new();
    origin.stage("a", "0");
    origin.stage("old", "gone in the last commit");
    origin.commit("first");
    let old = origin.id("HEAD:old");
    origin.stage("a", "1");
    origin.git(&["rm", "-q", "old"]);
    origin.commit("second");
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", origin.root.display());
    for filter in ["blob:none", "tree:0"] {
        let clone = origin.beside(filter);
        origin.git(&[
            "clone",
            "-q",
            &format!("--filter={filter}"),
            &url,
            clone.to_str().unwrap(),
        ]);
        fs::write(clone.join("a"), "2").unwrap();
        origin.run(&clone, &["add", "a"], b"");
        let repository = open_at(&clone, None).unwrap();
        let staged = |parent: &str| git::staged(&*repository, &[origin.id(parent)]).unwrap();
        assert_eq!(
            tell(&*repository, &staged("HEAD")),
            ["a: 2 <- 1"],
            "{filter}"
        );
        assert!(
            matches!(repository.blob(&old, 100), Err(GitError::Missing(id)) if id == old),
            "{filter}"
        );
        let from_first = staged("HEAD~");
        if filter == "tree:0" {
            assert_eq!(from_first.missing_parents, [origin.id("HEAD~")]);
            assert_eq!(tell(&*repository, &from_first), ["a: 2 <- "]);
        } else {
            assert_eq!(
                (from_first.missing_parents, from_first.files.len()),
                (vec![], 2)
            );
        }
    }
}

#[test]
fn without_git_the_reason_of_libgit2_stands() {
    let sample = Sample::with(&["--object-format=sha256"]);
    let options = git::OpenOptions {
        start: Some(sample.root.clone()),
        ..git::OpenOptions::default()
    };
    let refused = git::open(&options).err().unwrap();
    assert!(
        matches!(refused, GitError::Unreadable { .. }),
        "{refused:?}"
    );
}
