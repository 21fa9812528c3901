//! Random histories and index states: both backends agree with what git itself prints.

use std::collections::{BTreeMap, BTreeSet};

use gate_hook::git::{Repository, Side};
use gate_hook::input::{Content, FileMode, ObjectId};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::BACKENDS;
use super::sample::Sample;

/// Names that sort oddly beside each other, and some that git quotes.
const PATHS: &[&str] = &[
    "a", "a-b", "a.b", "a/b", "a/b/c", "a0", "d/e/f/g", "d/e/h", "d/i", "d-e/f", "n\nl", "q\"q",
    "\u{e4}", "z/y/x", "z/y/w",
];
const MODES: &[&str] = &["100644", "100644", "100644", "100755", "120000", "160000"];

/// The state of the tree: for each path nothing, or a mode and a content.
type Files = BTreeMap<usize, (usize, usize)>;

/// A file's kind and blob in a comparison.
type Told = Option<(bool, String)>;

fn files() -> impl Strategy<Value = Files> {
    prop::collection::btree_map(0..PATHS.len(), (0..MODES.len(), 0..4usize), 0..PATHS.len())
        .prop_map(|mut files| {
            // A path cannot be a file and a directory.
            let directories: Vec<String> =
                files.keys().map(|&at| format!("{}/", PATHS[at])).collect();
            let inside = |at: usize| {
                directories
                    .iter()
                    .any(|directory| PATHS[at].starts_with(directory.as_str()))
            };
            files.retain(|&at, _| !inside(at));
            files
        })
}

/// Puts files into the index, keeping what is remembered of trees that did not change.
fn put(sample: &Sample, blobs: &[String], before: &Files, files: &Files) {
    let mut lines = Vec::new();
    for at in before.keys().filter(|at| !files.contains_key(at)) {
        lines.push(format!("0 {}\t{}\0", "0".repeat(40), PATHS[*at]));
    }
    for (at, (mode, content)) in files
        .iter()
        .filter(|(at, file)| before.get(at) != Some(file))
    {
        lines.push(format!(
            "{} {}\t{}\0",
            MODES[*mode], blobs[*content], PATHS[*at]
        ));
    }
    sample.run(
        &sample.root,
        &["update-index", "-z", "--index-info"],
        lines.concat().as_bytes(),
    );
}

/// Reads raw differences as git prints them, submodules and bare mode changes left out.
fn told(raw: &[u8]) -> BTreeMap<String, (Told, Told)> {
    let text = String::from_utf8(raw.to_vec()).unwrap();
    let mut fields = text.split_terminator('\0');
    let mut found = BTreeMap::new();
    while let Some(header) = fields.next() {
        let words: Vec<_> = header.trim_start_matches(':').split(' ').collect();
        let side = |mode: &str, id: &str| match mode {
            "100644" | "100755" => Some((false, id.to_owned())),
            "120000" => Some((true, id.to_owned())),
            _ => None,
        };
        let (old, new) = (side(words[0], words[2]), side(words[1], words[3]));
        let path = fields.next().unwrap().to_owned();
        if old != new {
            found.insert(path, (old, new));
        }
    }
    found
}

/// Keeps what differs from every parent.
fn in_all(
    each: &[BTreeMap<String, (Told, Told)>],
) -> BTreeMap<String, (Vec<Option<String>>, Told)> {
    let paths = each
        .iter()
        .map(|one| one.keys().cloned().collect::<BTreeSet<_>>());
    let common = paths.reduce(|a, b| &a & &b).unwrap_or_default();
    let all = common.into_iter().map(|path| {
        let old = each
            .iter()
            .map(|one| one[&path].0.as_ref().map(|(_, id)| id.clone()))
            .collect();
        let new = each[0][&path].1.clone();
        (path, (old, new))
    });
    all.collect()
}

fn compared(
    repository: &dyn Repository,
    parents: &[ObjectId],
    new: Side,
) -> BTreeMap<String, (Vec<Option<String>>, Told)> {
    let id = |content: &Option<Content>| match content {
        Some(Content::Blob(id)) => Some(id.to_string()),
        _ => None,
    };
    let files = repository.compare(parents, new).unwrap();
    assert!(files.is_sorted_by(|a, b| a.path < b.path));
    let told = files.iter().map(|file| {
        let new = id(&file.new).map(|id| (file.mode == FileMode::Symlink, id));
        (
            file.path.to_text(),
            (file.old.iter().map(id).collect(), new),
        )
    });
    told.collect()
}

fn check(sample: &Sample, states: &[Files], index: &Files, remember: bool, version: &str) {
    let blobs: Vec<String> = (0..4)
        .map(|content| {
            let id = sample.run(
                &sample.root,
                &["hash-object", "-w", "--stdin"],
                format!("content {content}").as_bytes(),
            );
            String::from_utf8(id).unwrap().trim().to_owned()
        })
        .collect();
    let mut before = Files::new();
    let mut commits: Vec<ObjectId> = Vec::new();
    for files in states {
        put(sample, &blobs, &before, files);
        before.clone_from(files);
        let tree = sample.git(&["write-tree"]);
        let mut arguments = vec![
            "commit-tree".to_owned(),
            tree,
            "-m".to_owned(),
            "x".to_owned(),
        ];
        arguments.extend(
            commits
                .iter()
                .rev()
                .take(3)
                .flat_map(|id| ["-p".to_owned(), id.to_string()]),
        );
        let id = sample.run(&sample.root, &arguments, b"");
        commits.push(ObjectId::from_hex(id.trim_ascii()).unwrap());
    }
    put(sample, &blobs, &before, index);
    if remember {
        sample.git(&["write-tree"]);
    }
    sample.git(&["update-index", "--index-version", version]);
    let (last, earlier) = commits.split_last().unwrap();
    let options = ["--raw", "-z", "--no-renames", "--no-abbrev"];
    for parents in [earlier, &commits[..], &earlier[..earlier.len().min(1)]] {
        if parents.is_empty() {
            continue;
        }
        let each = |command: &[&str], after: &[&str]| -> Vec<_> {
            let one = |parent: &ObjectId| {
                sample.run(
                    &sample.root,
                    &[command, &options, &[&parent.to_string()], after].concat(),
                    b"",
                )
            };
            parents.iter().map(|parent| told(&one(parent))).collect()
        };
        let staged = in_all(&each(&["diff-index", "--cached"], &[]));
        let committed = in_all(&each(&["diff-tree", "-r"], &[&last.to_string()]));
        for backend in BACKENDS {
            let repository = sample.open(backend);
            assert_eq!(
                compared(&*repository, parents, Side::Index),
                staged,
                "{backend:?}"
            );
            assert_eq!(
                compared(&*repository, parents, Side::Commit(*last)),
                committed,
                "{backend:?}"
            );
        }
    }
    let all = BACKENDS.map(|backend| compared(&*sample.open(backend), &[], Side::Index));
    assert_eq!(all[0], all[1]);
}

#[test]
fn both_backends_agree_with_git() {
    let config = Config {
        cases: 12,
        failure_persistence: None,
        ..Config::default()
    };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let strategy = (
        prop::collection::vec(files(), 2..5),
        files(),
        any::<bool>(),
        prop::sample::select(vec!["2", "4"]),
    );
    TestRunner::new_with_rng(config, random)
        .run(&strategy, |(states, index, remember, version)| {
            check(&Sample::new(), &states, &index, remember, version);
            Ok(())
        })
        .unwrap();
}
