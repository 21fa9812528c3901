//! What commits bring: merges, octopuses, replaced and grafted history, shallow boundaries, walks.

use std::fs;

use gate_hook::finding::Place;
use gate_hook::git::{self, GitError};
use gate_hook::input::ObjectId;

use super::BACKENDS;
use super::sample::{Sample, open_at, tell};

/// A repository with two branches that diverge: `main` changed `ours`, `other` changed `theirs`.
fn diverged() -> Sample {
    let sample = Sample::new();
    for path in ["ours", "theirs", "d/same"] {
        sample.stage(path, "base");
    }
    sample.commit("base");
    sample.git(&["checkout", "-qb", "other"]);
    sample.stage("theirs", "changed there");
    sample.commit("there");
    sample.git(&["checkout", "-q", "main"]);
    sample.stage("ours", "changed here");
    sample.commit("here");
    sample
}

#[track_caller]
fn check(sample: &Sample, id: &ObjectId, expected: &[&str]) {
    for backend in BACKENDS {
        assert_eq!(sample.committed(backend, id), expected, "{backend:?}");
    }
}

#[test]
fn a_commit_tells_who_when_and_what() {
    let sample = Sample::new();
    sample.stage("a", "1");
    let first = sample.commit("subject\n\nbody");
    for backend in BACKENDS {
        let repository = sample.open(backend);
        let change = git::committed(&*repository, &first).unwrap();
        let info = change.commit.unwrap();
        assert_eq!(info.id, first);
        assert_eq!(info.author, "A U Thor <author@example.org>");
        assert_eq!(
            (info.time, info.summary.as_str()),
            (1_700_000_000, "subject")
        );
        assert_eq!(change.texts[0].place, Place::CommitMessage);
        assert_eq!(&*change.texts[0].bytes, b"subject\n\nbody\n");
        assert_eq!((change.parents, change.files.len()), (0, 1));
    }
    check(&sample, &first, &["a: 1 <- "]);
}

#[test]
fn messages_are_bytes_in_whatever_encoding() {
    let sample = Sample::new();
    let file = sample.beside("message");
    fs::write(&file, b"gr\xfcn\n").unwrap();
    sample.git(&[
        "-c",
        "i18n.commitEncoding=ISO-8859-1",
        "commit",
        "-q",
        "--allow-empty",
        "-F",
        file.to_str().unwrap(),
    ]);
    for backend in BACKENDS {
        let change = git::committed(&*sample.open(backend), &sample.id("HEAD")).unwrap();
        assert_eq!(&*change.texts[0].bytes, b"gr\xfcn\n");
    }
}

#[test]
fn a_clean_merge_adds_nothing_and_an_evil_one_does() {
    let sample = diverged();
    sample.git(&["merge", "-q", "--no-ff", "-m", "clean", "other"]);
    check(&sample, &sample.id("HEAD"), &[]);
    sample.git(&["reset", "-q", "--hard", "HEAD^"]);
    sample.git(&["merge", "-q", "--no-ff", "--no-commit", "other"]);
    sample.stage("evil", "in no parent");
    sample.stage("ours", "changed again");
    sample.git(&["rm", "-q", "d/same"]);
    let merge = sample.commit("evil");
    let expected = [
        "d/same: - <- base|base",
        "evil: in no parent <- -|-",
        "ours: changed again <- changed here|base",
    ];
    check(&sample, &merge, &expected);
}

#[test]
fn an_octopus_is_compared_with_all_its_parents() {
    let sample = diverged();
    sample.git(&["checkout", "-qb", "third", "main~"]);
    sample.stage("third", "3");
    sample.commit("third");
    sample.git(&["checkout", "-q", "main"]);
    sample.git(&["merge", "-q", "-m", "octopus", "other", "third"]);
    check(&sample, &sample.id("HEAD"), &[]);
    sample.stage("third", "4");
    sample.git(&["commit", "-q", "--amend", "--no-edit"]);
    check(&sample, &sample.id("HEAD"), &["third: 4 <- -|-|3"]);
}

#[test]
fn replaced_objects_are_not_believed() {
    let sample = Sample::new();
    sample.stage("a", "real");
    let real = sample.commit("real");
    sample.stage("a", "fake");
    let fake = sample.commit("fake");
    sample.git(&["replace", &real.to_string(), &fake.to_string()]);
    sample.git(&[
        "replace",
        "-f",
        &sample.git(&["--no-replace-objects", "rev-parse", &format!("{real}:a")]),
        &format!("{fake}:a"),
    ]);
    check(&sample, &real, &["a: real <- "]);
    sample.git(&["reset", "-q", "--soft", &real.to_string()]);
    for backend in BACKENDS {
        assert_eq!(sample.staged(backend), ["a: fake <- real"]);
    }
}

#[test]
fn grafted_parents_are_not_believed() {
    let sample = Sample::new();
    sample.stage("a", "1");
    let first = sample.commit("first");
    sample.stage("a", "2");
    let second = sample.commit("second");
    sample.stage("a", "3");
    let third = sample.commit("third");
    fs::create_dir_all(sample.root.join(".git/info")).unwrap();
    fs::write(
        sample.root.join(".git/info/grafts"),
        format!("{third} {first}\n{second}\n"),
    )
    .unwrap();
    check(&sample, &third, &["a: 3 <- 2"]);
    check(&sample, &second, &["a: 2 <- 1"]);
    for backend in BACKENDS {
        assert_eq!(
            sample.open(backend).walk(&[third], &[]).unwrap(),
            [first, second, third],
            "{backend:?}"
        );
    }
    let repository = sample.open(None);
    assert_eq!(git::range(&*repository, "HEAD~..HEAD").unwrap(), [third]);
}

#[test]
fn behind_the_boundary_of_a_shallow_clone_everything_counts_as_added() {
    let sample = diverged();
    let boundary = sample.id("HEAD");
    let parent = sample.id("HEAD~");
    let clone = sample.beside("clone");
    let url = format!("file://{}", sample.root.display());
    sample.git(&["clone", "-q", "--depth", "1", &url, clone.to_str().unwrap()]);
    for backend in BACKENDS {
        let repository = open_at(&clone, backend).unwrap();
        let change = git::committed(&*repository, &boundary).unwrap();
        assert_eq!(change.missing_parents, [parent]);
        assert_eq!((change.parents, change.files.len()), (0, 3));
        assert!(change.files.iter().all(|file| file.old.is_empty()));
        assert_eq!(repository.walk(&[boundary], &[]).unwrap(), [boundary]);
        let staged = git::staged(&*repository, &[parent]).unwrap();
        assert_eq!(
            (staged.missing_parents, staged.files.len()),
            (vec![parent], 3)
        );
        assert!(matches!(repository.commit(&parent), Err(GitError::Missing(id)) if id == parent));
    }
}

#[test]
fn a_walk_hides_what_is_reachable_from_the_hidden() {
    let sample = diverged();
    let (main, other, base) = (sample.id("main"), sample.id("other"), sample.id("main~"));
    sample.git(&["merge", "-q", "--no-ff", "-m", "merge", "other"]);
    let merge = sample.id("main");
    for backend in BACKENDS {
        let repository = sample.open(backend);
        let all = repository.walk(&[merge], &[]).unwrap();
        assert_eq!((all.len(), all[0], all[3]), (4, base, merge), "{backend:?}");
        assert_eq!(repository.walk(&[merge], &[other]).unwrap(), [main, merge]);
        assert_eq!(repository.walk(&[merge], &[main, other]).unwrap(), [merge]);
        assert_eq!(repository.walk(&[merge], &[merge]).unwrap(), []);
        assert_eq!(repository.walk(&[], &[merge]).unwrap(), []);
        assert_eq!(repository.walk(&[main, other], &[]).unwrap().len(), 3);
    }
}

#[test]
fn ranges_mean_what_git_means() {
    let sample = diverged();
    let (main, other) = (sample.id("main"), sample.id("other"));
    sample.git(&["tag", "-a", "-m", "message", "v1", "main"]);
    for backend in [None, Some(BACKENDS[0]), Some(BACKENDS[1])] {
        let repository = sample.open(backend);
        let range = |expression: &str| git::range(&*repository, expression);
        assert_eq!(range("other..main").unwrap(), [main]);
        assert_eq!(range("^other v1").unwrap(), [main]);
        assert_eq!(range("main~..").unwrap(), [main]);
        assert_eq!(range("main..main").unwrap(), []);
        assert_eq!(range("main").unwrap().len(), 2);
        assert_eq!(range("main...other").unwrap(), [main, other]);
        for unknown in ["nowhere", "main..nowhere", "-x", "--all", &"1".repeat(40)] {
            assert!(
                matches!(range(unknown), Err(GitError::UnknownRevision(_))),
                "{unknown} {backend:?}"
            );
        }
        assert!(matches!(range("main:ours"), Err(GitError::Malformed(_))));
        assert!(matches!(range(""), Err(GitError::Malformed(_))));
    }
}

#[test]
fn a_missing_or_damaged_object_is_an_error() {
    let sample = Sample::new();
    sample.stage("a", "content that is damaged");
    let commit = sample.commit("first");
    let blob = sample.id("HEAD:a");
    let hex = blob.to_string();
    let loose = sample
        .root
        .join(".git/objects")
        .join(&hex[..2])
        .join(&hex[2..]);
    let bytes = fs::read(&loose).unwrap();
    fs::remove_file(&loose).unwrap();
    for backend in [None, Some(BACKENDS[0]), Some(BACKENDS[1])] {
        let missing = sample.open(backend).blob(&blob, 100);
        assert!(
            matches!(missing, Err(GitError::Missing(id)) if id == blob),
            "{backend:?} {missing:?}"
        );
    }
    fs::write(&loose, &bytes[..bytes.len() - 6]).unwrap();
    for backend in [None, Some(BACKENDS[0]), Some(BACKENDS[1])] {
        let repository = sample.open(backend);
        assert!(repository.blob(&blob, 100).is_err(), "{backend:?}");
        // After the error the repository still answers, and answers the right question.
        assert_eq!(repository.commit(&commit).unwrap().info.id, commit);
    }
    fs::write(&loose, &bytes).unwrap();
    for backend in BACKENDS {
        let repository = sample.open(backend);
        let refused = repository.blob(&blob, 10);
        assert!(
            matches!(
                refused,
                Err(GitError::TooLarge {
                    size: 23,
                    limit: 10,
                    ..
                })
            ),
            "{refused:?}"
        );
        assert_eq!(
            repository.blob(&blob, 23).unwrap(),
            b"content that is damaged"
        );
        assert!(
            repository.blob(&commit, 1000).is_err(),
            "a commit is not a blob"
        );
        assert_eq!(
            tell(
                &*repository,
                &git::committed(&*repository, &commit).unwrap()
            )
            .len(),
            1
        );
    }
}
