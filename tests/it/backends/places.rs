//! Where a repository is and where its parts are: subdirectories, work trees, bare ones, hooks, files of a side.

use std::fs;
use std::path::Path;

use gate_hook::finding::RepoPath;
use gate_hook::git::{self, GitError, History, ObjectKind, Selection, Side};

use super::BACKENDS;
use super::sample::{Sample, open_at};

fn with_commit() -> Sample {
    let sample = Sample::new();
    sample.stage("a", "1");
    sample.stage("d/e/f", "2");
    sample.commit("first");
    sample
}

fn canonical(path: &Path) -> std::path::PathBuf {
    path.canonicalize().unwrap()
}

#[test]
fn a_subdirectory_belongs_to_the_whole_repository() {
    let sample = with_commit();
    sample.stage("a", "changed");
    for backend in BACKENDS {
        let repository = open_at(&sample.root.join("d/e"), backend).unwrap();
        assert_eq!(repository.backend(), backend);
        let layout = repository.layout().clone();
        assert_eq!(
            layout.work_tree.as_deref().map(canonical),
            Some(sample.root.clone())
        );
        assert_eq!(canonical(&layout.git_dir), sample.root.join(".git"));
        assert_eq!(
            git::staged(&*repository, &[sample.id("HEAD")])
                .unwrap()
                .files
                .len(),
            1
        );
        let root = RepoPath::new("");
        assert_eq!(
            repository.list(Side::Index, &root).unwrap(),
            [RepoPath::new("a")]
        );
        assert_eq!(
            repository
                .file(Side::Index, &RepoPath::new("a"))
                .unwrap()
                .unwrap(),
            b"changed"
        );
    }
}

#[test]
fn a_linked_work_tree_has_its_own_index_and_shares_the_rest() {
    let sample = with_commit();
    let linked = sample.beside("linked");
    sample.git(&[
        "worktree",
        "add",
        "-q",
        "-b",
        "topic",
        linked.to_str().unwrap(),
    ]);
    fs::write(linked.join("a"), "in the linked tree").unwrap();
    sample.run(&linked, &["add", "a"], b"");
    for backend in BACKENDS {
        let repository = open_at(&linked, backend).unwrap();
        let layout = repository.layout();
        assert_eq!(canonical(&layout.common_dir), sample.root.join(".git"));
        assert_eq!(
            canonical(&layout.git_dir),
            sample.root.join(".git/worktrees/linked")
        );
        assert_eq!(
            layout.work_tree.as_deref().map(canonical),
            Some(linked.clone())
        );
        assert_eq!(
            git::staged(&*repository, &[sample.id("HEAD")])
                .unwrap()
                .files
                .len(),
            1
        );
        assert_eq!(
            git::hooks_dir(&*repository)
                .unwrap()
                .path
                .canonicalize()
                .unwrap(),
            sample.root.join(".git/hooks")
        );
        assert_eq!(sample.staged(backend), [""; 0]);
    }
}

#[test]
fn a_bare_repository_has_no_work_tree() {
    let sample = with_commit();
    let bare = sample.beside("bare.git");
    sample.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    for backend in [None, Some(BACKENDS[0]), Some(BACKENDS[1])] {
        let repository = open_at(&bare, backend).unwrap();
        assert_eq!(repository.layout().work_tree, None);
        assert_eq!(canonical(&repository.layout().git_dir), bare);
        assert_eq!(repository.head().unwrap(), Some(sample.id("HEAD")));
        assert_eq!(
            canonical(git::hooks_dir(&*repository).unwrap().path.parent().unwrap()),
            bare
        );
        assert_eq!(
            History::of(&*repository, &Selection::default(), &mut |_, _| {})
                .unwrap()
                .commits,
            [sample.id("HEAD")]
        );
    }
}

#[test]
fn a_place_without_a_repository_is_said() {
    let directory = tempfile::tempdir().unwrap();
    for backend in [None, Some(BACKENDS[0]), Some(BACKENDS[1])] {
        let refused = open_at(directory.path(), backend).err().unwrap();
        assert!(
            matches!(&refused, GitError::NotARepository(place) if place == directory.path()),
            "{refused:?}"
        );
    }
}

#[test]
fn an_unknown_format_is_refused_with_both_reasons() {
    let sample = with_commit();
    sample.git(&["config", "core.repositoryFormatVersion", "1"]);
    let config = sample.root.join(".git/config");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("{text}[extensions]\n\tunheardOf = true\n")).unwrap();
    let refused = open_at(&sample.root, None).err().unwrap().to_string();
    assert!(
        refused.to_lowercase().matches("unheardof").count() >= 2,
        "{refused}"
    );
}

#[test]
fn files_and_lists_of_a_commit_and_of_the_index_agree() {
    let sample = with_commit();
    sample.stage("d/x", "3");
    sample.stage("d/y-é", "4");
    sample.commit("second");
    #[cfg(unix)]
    std::os::unix::fs::symlink("x", sample.root.join("d/link")).unwrap();
    sample.git(&["add", "-A"]);
    sample.commit("third");
    for backend in [None, Some(BACKENDS[0]), Some(BACKENDS[1])] {
        let repository = sample.open(backend);
        for side in [
            Side::Index,
            Side::Commit(sample.id("HEAD")),
            Side::Commit(sample.id("HEAD^{tree}")),
        ] {
            let file = |path: &str| repository.file(side, &RepoPath::new(path)).unwrap();
            assert_eq!(
                file("d/e/f").as_deref(),
                Some(&b"2"[..]),
                "{backend:?} {side:?}"
            );
            for none in [
                "d", "d/e", "d/link", "nothing", "a/x", "d/", "d/e/f/g", "../a",
            ] {
                assert_eq!(file(none), None, "{none} {backend:?} {side:?}");
            }
            let list = |path: &str| {
                let paths = repository.list(side, &RepoPath::new(path)).unwrap();
                paths.iter().map(ToString::to_string).collect::<Vec<_>>()
            };
            assert_eq!(list("d"), ["d/x", "d/y-é"]);
            assert_eq!(list(""), ["a"]);
            assert_eq!(list("nowhere"), [""; 0]);
            assert_eq!(list("a"), [""; 0]);
        }
    }
}

#[test]
fn references_and_kinds_agree() {
    let sample = with_commit();
    sample.git(&["tag", "-a", "-m", "text", "v1"]);
    sample.git(&[
        "symbolic-ref",
        "refs/remotes/origin/HEAD",
        "refs/heads/main",
    ]);
    sample.git(&["symbolic-ref", "refs/heads/dangling", "refs/heads/nowhere"]);
    let head = sample.id("HEAD");
    for backend in BACKENDS {
        let repository = sample.open(backend);
        let names: Vec<_> = repository.references().unwrap().into_iter().collect();
        let expected = [
            ("refs/heads/main", head),
            ("refs/remotes/origin/HEAD", head),
            ("refs/tags/v1", sample.id("v1")),
        ];
        assert_eq!(
            names,
            expected.map(|(name, id)| (name.to_owned(), id)),
            "{backend:?}"
        );
        assert_eq!(
            repository.kind(&sample.id("HEAD:a")).unwrap(),
            ObjectKind::Blob
        );
        assert_eq!(
            repository.kind(&sample.id("HEAD:d")).unwrap(),
            ObjectKind::Tree
        );
        assert_eq!(repository.kind(&head).unwrap(), ObjectKind::Commit);
        let tag = ObjectKind::Tag {
            target: head,
            name: "v1".to_owned(),
            message: b"text\n".to_vec(),
        };
        assert_eq!(repository.kind(&sample.id("v1")).unwrap(), tag);
        assert_eq!(repository.resolve("v1").unwrap(), head);
    }
}

#[test]
fn an_unborn_branch_has_no_head_and_a_broken_one_is_an_error() {
    let sample = Sample::new();
    for backend in BACKENDS {
        assert_eq!(sample.open(backend).head().unwrap(), None);
    }
    let commit = sample.commit("first");
    sample.git(&["checkout", "-q", "--detach"]);
    for backend in BACKENDS {
        assert_eq!(sample.open(backend).head().unwrap(), Some(commit));
    }
    fs::write(sample.root.join(".git/refs/heads/main"), "nonsense\n").unwrap();
    fs::write(sample.root.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    for backend in [None, Some(BACKENDS[0]), Some(BACKENDS[1])] {
        let head = sample.open(backend).head();
        assert!(head.is_err(), "{backend:?} {head:?}");
    }
}

#[test]
fn the_hooks_directory_is_the_one_that_git_uses() {
    let sample = with_commit();
    let hooks = |backend| git::hooks_dir(&*sample.open(backend)).unwrap();
    for backend in [None, Some(BACKENDS[0]), Some(BACKENDS[1])] {
        assert_eq!(
            (canonical(&hooks(backend).path), hooks(backend).scope),
            (sample.root.join(".git/hooks"), None)
        );
    }
    sample.git(&["config", "core.hooksPath", ".husky/_"]);
    for backend in [None, Some(BACKENDS[0]), Some(BACKENDS[1])] {
        let found = git::hooks_dir(&*open_at(&sample.root.join("d"), backend).unwrap()).unwrap();
        assert_eq!(
            (found.path, found.scope.as_deref()),
            (sample.root.join(".husky/_"), Some("local"))
        );
    }
    sample.git(&["config", "core.hooksPath", "/somewhere/else"]);
    for backend in BACKENDS {
        assert_eq!(hooks(Some(backend)).path, Path::new("/somewhere/else"));
    }
    sample.git(&["config", "core.hooksPath", "~/hooks"]);
    for backend in BACKENDS {
        assert!(
            !hooks(Some(backend)).path.starts_with(&sample.root),
            "{backend:?}"
        );
    }
}
