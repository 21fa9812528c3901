//! `scan --history`: every content once, the same findings as a scan of every content, each with where it comes from.

use std::collections::BTreeSet;
use std::fs;

use gate_hook::finding::{Place, RepoPath};
use gate_hook::secrets::{Options, Scanner};
use serde_json::Value;

use crate::support::{Answer, Repo, leak, token};

/// Runs the scan and returns its report.
#[track_caller]
fn history(repo: &Repo, more: &[&str]) -> Value {
    let answer = run(repo, more);
    serde_json::from_str(&answer.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}", answer.text()))
}

fn run(repo: &Repo, more: &[&str]) -> Answer {
    repo.gate(&[&["scan", "--history", "--format", "json"], more].concat())
}

fn findings(report: &Value) -> &[Value] {
    report["findings"].as_array().unwrap()
}

fn fingerprints(report: &Value) -> BTreeSet<String> {
    findings(report)
        .iter()
        .map(|found| found["fingerprint"].as_str().unwrap().to_owned())
        .collect()
}

/// Returns the fingerprints of every finding in every content at every path, each content scanned by itself.
fn of_every_content(repo: &Repo) -> BTreeSet<String> {
    let scanner = Scanner::new(Options {
        fingerprint_key: b"",
        custom: Vec::new(),
        allowed: &|_, _| false,
    });
    let mut found = BTreeSet::new();
    let commits = repo.git(&["rev-list", "--all"]).ok().stdout;
    let mut seen = BTreeSet::new();
    for commit in commits.lines() {
        let tree = repo.git(&["ls-tree", "-r", commit]).ok().stdout;
        for line in tree.lines() {
            let (head, path) = line.split_once('\t').unwrap();
            let id = head.split(' ').nth(2).unwrap();
            if !seen.insert((id.to_owned(), path.to_owned())) {
                continue;
            }
            let content = repo
                .command("git", &repo.root)
                .args(["cat-file", "blob", id])
                .output()
                .unwrap()
                .stdout;
            let place = Place::File(RepoPath::new(path.as_bytes()));
            found.extend(
                scanner
                    .scan(&place, &content, 1)
                    .iter()
                    .map(|found| found.fingerprint.to_string()),
            );
        }
    }
    found
}

/// Makes a history of many small edits of long files, with secrets that come, move and go.
fn eventful(init: &[&str]) -> Repo {
    let repo = Repo::unborn(init);
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let mut files: Vec<Vec<String>> = (0..3)
        .map(|file| {
            (0..120)
                .map(|line| {
                    format!("value_{file}_{line} = compute({line}, \"text of line {line}\")")
                })
                .collect()
        })
        .collect();
    for commit in 0..40_u32 {
        let lines = &mut files[random(3)];
        for _ in 0..=random(4) {
            let at = random(lines.len());
            match random(6) {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, leak(commit).trim().to_owned()),
                2 => lines.insert(
                    at,
                    format!("password = \"{}{commit}!\"", ["gr", "Ue", "n7x"].concat()),
                ),
                3 => lines.swap(at, 0),
                4 => lines.insert(
                    at,
                    format!("# a remark about step {commit}, with a word like token or api_key"),
                ),
                // A token that is put together by two edits.
                _ => lines[at] = lines[at].replace("compute(", &token(commit)[..20]),
            }
        }
        for (number, lines) in files.iter().enumerate() {
            let name = if number == 2 && commit > 20 {
                "moved/c.py"
            } else {
                ["a.py", "b.py", "c.py"][number]
            };
            repo.write(name, lines.join("\n"));
        }
        if commit == 21 {
            repo.git(&["rm", "-q", "--cached", "c.py"]).ok();
        }
        repo.git(&["add", "."]).ok();
        repo.git(&["commit", "-qm", &format!("change {commit}")])
            .ok();
    }
    repo
}

#[test]
fn packs_deltas_and_loose_objects_give_what_a_scan_of_every_content_gives() {
    let repo = eventful(&[]);
    let expected = of_every_content(&repo);
    assert!(expected.len() > 5, "{expected:?}");
    let loose = run(&repo, &[]).stdout;
    assert_eq!(
        fingerprints(&serde_json::from_str(&loose).unwrap()),
        expected
    );
    for repack in [
        &["repack", "-adfq", "--depth=50", "--window=50"][..],
        &[
            "-c",
            "repack.useDeltaBaseOffset=false",
            "repack",
            "-adfq",
            "--depth=5",
        ],
    ] {
        repo.git(repack).ok();
        let chains = repo.git(&["count-objects", "-v"]).ok().stdout;
        assert!(chains.contains("count: 0\n"), "{chains}");
        assert_eq!(run(&repo, &[]).stdout, loose, "{repack:?}");
    }
}

#[test]
fn an_object_store_with_longer_ids_is_read_alike() {
    let repo = eventful(&["--object-format=sha256"]);
    repo.git(&["gc", "-q"]).ok();
    assert_eq!(fingerprints(&history(&repo, &[])), of_every_content(&repo));
}

/// Makes a history in which a secret comes in the second commit and goes in the third.
fn come_and_gone() -> Repo {
    let repo = Repo::unborn(&[]);
    repo.stage("app.py", "import os\n");
    repo.git(&["commit", "-qm", "first"]).ok();
    repo.stage("app.py", format!("import os\n\n{}", leak(1)));
    repo.git(&[
        "commit",
        "-qm",
        "second",
        "--author",
        "Some Body <some@example.org>",
    ])
    .ok();
    repo.stage("app.py", format!("import os\n# now older\n\n{}", leak(1)));
    repo.git(&["commit", "-qm", "third"]).ok();
    repo.stage("app.py", "import os\n");
    repo.stage("kept.py", leak(2));
    repo.git(&["commit", "-qm", "fourth"]).ok();
    repo
}

#[test]
fn a_finding_names_commit_author_line_and_whether_it_is_still_there() {
    let repo = come_and_gone();
    let report = history(&repo, &[]);
    let described: Vec<_> = findings(&report)
        .iter()
        .map(|found| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let notes = found["notes"].as_array().unwrap();
            let still = notes
                .iter()
                .filter_map(Value::as_str)
                .find(|note| note.ends_with("in HEAD"));
            (
                text(&found["location"]["path"]),
                found["location"]["start"]["line"].as_u64().unwrap(),
                text(&found["commit"]["summary"]),
                text(&found["commit"]["author"]),
                still.unwrap_or_default().to_owned(),
            )
        })
        .collect();
    let entry = |path: &str, line, summary: &str, author: &str, still: &str| {
        (
            path.to_owned(),
            line,
            summary.to_owned(),
            author.to_owned(),
            still.to_owned(),
        )
    };
    assert_eq!(
        described,
        [
            entry(
                "app.py",
                3,
                "second",
                "Some Body <some@example.org>",
                "no longer in HEAD"
            ),
            entry(
                "kept.py",
                1,
                "fourth",
                "A Developer <dev@example.org>",
                "still in HEAD"
            ),
        ]
    );
    assert_eq!(report["receipt"]["commits"], 4);
    assert_eq!(report["receipt"]["files"], 4, "each content once");
}

#[test]
fn messages_names_tags_and_merges_are_part_of_history() {
    let repo = come_and_gone();
    repo.git(&[
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        &format!("use {}", token(3)),
    ])
    .ok();
    repo.git(&[
        "tag",
        "-a",
        "v1",
        "-m",
        &format!("released with {}", token(4)),
    ])
    .ok();
    repo.stage(&format!("{}.txt", token(5)), "name\n");
    repo.git(&["commit", "-qm", "name"]).ok();
    repo.git(&["checkout", "-q", "-b", "side", "HEAD~2"]).ok();
    repo.stage("side.py", "pass\n");
    repo.git(&["commit", "-qm", "side"]).ok();
    repo.git(&["merge", "-q", "--no-commit", "main"]).ok();
    repo.stage("by-hand.py", leak(6));
    repo.git(&["commit", "-qm", "evil merge"]).ok();
    let report = history(&repo, &[]);
    let mut kinds: Vec<_> = findings(&report)
        .iter()
        .map(|found| found["location"]["kind"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(
        kinds,
        ["commit-message", "file", "file-name", "tag-message"]
    );
    let merged = findings(&report)
        .iter()
        .find(|found| found["location"]["path"] == "by-hand.py");
    assert_eq!(merged.unwrap()["commit"]["summary"], "evil merge");
}

#[test]
fn shards_join_to_the_bytes_of_one_run() {
    let repo = eventful(&[]);
    repo.git(&[
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        &format!("use {}", token(90)),
    ])
    .ok();
    repo.git(&[
        "tag",
        "-a",
        "v1",
        "-m",
        &format!("released with {}", token(91)),
    ])
    .ok();
    repo.stage(&format!("{}.txt", token(92)), "name\n");
    repo.git(&["commit", "-qm", "name"]).ok();
    repo.git(&["gc", "-q"]).ok();
    let whole = run(&repo, &[]);
    let mut names = Vec::new();
    let mut looked_at = 0;
    for number in 1..=3 {
        let shard = run(&repo, &["--shard", &format!("{number}/3")]);
        let report: Value = serde_json::from_str(&shard.stdout).unwrap();
        looked_at += report["receipt"]["files"].as_u64().unwrap();
        assert!(report["receipt"]["files"].as_u64().unwrap() > 0);
        let name = format!("{number}.json");
        fs::write(repo.home().join(&name), shard.stdout).unwrap();
        names.push(format!("../{name}"));
    }
    let all: Value = serde_json::from_str(&whole.stdout).unwrap();
    assert_eq!(all["receipt"]["files"], looked_at);
    let merge = |names: &[&str]| repo.gate(&[&["merge"], names].concat());
    let merged = merge(&[&names[2], &names[0], &names[1]]);
    assert_eq!(merged.code, whole.code, "{}", merged.stderr);
    assert_eq!(merged.stdout, whole.stdout);
    for (wrong, says) in [
        (vec![&names[0][..], &names[1]], "shard 3 of 3 is not among"),
        (vec![&names[0], &names[1], &names[1]], "twice"),
        (vec!["app.py"], "app.py"),
    ] {
        let answer = merge(&wrong);
        assert!(
            answer.code > 1 && answer.stderr.contains(says),
            "{}",
            answer.text()
        );
    }
}

#[test]
fn a_run_goes_on_where_another_broke_off() {
    let repo = eventful(&[]);
    repo.git(&["gc", "-q"]).ok();
    let whole = run(&repo, &[]).stdout;
    let file = repo.home().join("progress");
    let name = file.to_str().unwrap();
    assert_eq!(run(&repo, &["--resume", name]).stdout, whole);
    let kept = fs::read_to_string(&file).unwrap();
    assert_eq!(
        run(&repo, &["--resume", name]).stdout,
        whole,
        "from what was kept"
    );
    // What was kept counts: with its findings taken out, the run finds nothing in files.
    let emptied: Vec<&str> = kept
        .lines()
        .map(|line| line.split(" s-").next().unwrap())
        .collect();
    let (head, portion) = (
        emptied[0],
        emptied[1].split(' ').take(4).collect::<Vec<_>>().join(" "),
    );
    fs::write(&file, format!("{head}\n{portion}.\n")).unwrap();
    assert!(findings(&history(&repo, &["--resume", name])).is_empty());
    // A line that breaks off, and what another policy has kept, count for nothing.
    fs::write(&file, &kept[..kept.len() - 3]).unwrap();
    assert_eq!(run(&repo, &["--resume", name]).stdout, whole);
    fs::write(
        &file,
        kept.replace(head, "gate-hook-history/1 0.0.1 of another policy"),
    )
    .unwrap();
    assert_eq!(run(&repo, &["--resume", name]).stdout, whole);
    fs::write(&file, "the diary of somebody").unwrap();
    assert_eq!(run(&repo, &["--resume", name]).code, 2);
    assert_eq!(fs::read_to_string(&file).unwrap(), "the diary of somebody");
}

#[test]
fn history_can_be_narrowed() {
    let repo = come_and_gone();
    let summaries = |report: &Value| -> Vec<String> {
        findings(report)
            .iter()
            .map(|found| found["commit"]["summary"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        summaries(&history(&repo, &["--range", "HEAD~1..HEAD"])),
        ["fourth"]
    );
    assert_eq!(
        summaries(&history(&repo, &["--range", "HEAD~3..HEAD~1"])),
        ["second"]
    );
    assert_eq!(
        history(&repo, &["--since", "2026-11-02"])["receipt"]["commits"],
        0
    );
    assert_eq!(
        summaries(&history(&repo, &["--since", "2026-11-01"])).len(),
        2
    );
    assert_eq!(run(&repo, &["--shard", "4/3"]).code, 2);
    assert_eq!(repo.gate(&["scan", "--since", "2026-11-01"]).code, 2);
}

#[test]
fn what_cannot_be_read_is_never_clean() {
    let repo = eventful(&[]);
    repo.git(&["gc", "-q"]).ok();
    let packs = repo.root.join(".git/objects/pack");
    let pack = fs::read_dir(&packs)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let pack = pack
        .into_iter()
        .find(|path| path.extension().is_some_and(|ending| ending == "pack"))
        .unwrap();
    let whole = fs::read(&pack).unwrap();
    let mut permissions = fs::metadata(&pack).unwrap().permissions();
    #[expect(
        clippy::permissions_set_readonly_false,
        reason = "a file of the test's own"
    )]
    permissions.set_readonly(false);
    fs::set_permissions(&pack, permissions).unwrap();
    for part in 1..6 {
        let mut damaged = whole.clone();
        let at = damaged.len() * part / 6;
        damaged[at..at + 8]
            .iter_mut()
            .for_each(|byte| *byte ^= 0x5a);
        fs::write(&pack, damaged).unwrap();
        let answer = run(&repo, &[]);
        assert_eq!(answer.code, 3, "{part}: {}", answer.text());
    }
}
