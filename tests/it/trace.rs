//! Every requirement of the two policies has a test that carries its id; `docs/requirements.md` says which.
//!
//! A test carries an id in a comment above it; a comment at the head of a file speaks for all tests in it. To
//! rewrite the document: `GATE_HOOK_TRACE=docs/requirements.md cargo test --test it trace`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Repo, bless};

const DOCUMENT: &str = "docs/requirements.md";
/// What no test can show: it is about how a team works, and the documentation speaks of it.
const OF_THE_TEAM: &[&str] = &["S2-20", "S2-21", "S2-23", "S2-24", "S2-25"];
/// What waits for the engines that it is about. A row that has got its test has to leave this list.
const WAITING: &[&str] = &[];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the ids in a line.
fn ids(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .filter(|word| {
            let digits = word.strip_prefix("S1-").or(word.strip_prefix("S2-"));
            digits.is_some_and(|digits| {
                digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit())
            })
        })
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("trace.rs")
        {
            found.push(path);
        }
    }
}

/// Returns the tests that carry each id.
fn carriers() -> BTreeMap<String, BTreeSet<String>> {
    let mut files = Vec::new();
    for folder in ["tests", "src"] {
        sources(&root().join(folder), &mut files);
    }
    let mut carriers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let name = file.strip_prefix(root()).unwrap().display().to_string();
        let content = fs::read_to_string(&file).unwrap();
        let mut above: Vec<String> = Vec::new();
        for line in content.lines().map(str::trim) {
            if line.starts_with("//!") {
                for id in ids(line) {
                    carriers
                        .entry(id.to_owned())
                        .or_default()
                        .insert(name.clone());
                }
            } else if line.starts_with("//") {
                above.extend(ids(line).map(str::to_owned));
            } else if let Some(rest) = line.strip_prefix("fn ") {
                let test = rest.split('(').next().unwrap();
                for id in above.drain(..) {
                    carriers
                        .entry(id)
                        .or_default()
                        .insert(format!("{name}: {test}"));
                }
            } else if !line.starts_with("#[") {
                above.clear();
            }
        }
    }
    carriers
}

/// Returns the rows of the document: id, statement, tests.
fn rows() -> Vec<[String; 3]> {
    let text = fs::read_to_string(root().join(DOCUMENT)).unwrap();
    let row = |line: &str| {
        let mut cells = line
            .trim_matches('|')
            .split(" | ")
            .map(|cell| cell.trim().to_owned());
        let id = cells.next().filter(|id| ids(id).next().is_some())?;
        Some([id, cells.next()?, cells.next().unwrap_or_default()])
    };
    text.lines().filter_map(row).collect()
}

#[test]
fn every_requirement_has_a_test() {
    let carriers = carriers();
    let rows = rows();
    assert!(rows.len() >= 77, "{}", rows.len());
    if let Some(file) = bless("TRACE") {
        let file = root().join(file);
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().map(|line| {
            match rows
                .iter()
                .find(|row| line.starts_with(&format!("| {} |", row[0])))
            {
                Some([id, statement, _]) => {
                    let tests: Vec<String> = carriers
                        .get(id)
                        .into_iter()
                        .flatten()
                        .map(|test| format!("`{test}`"))
                        .collect();
                    let tests = if tests.is_empty() {
                        "–".to_owned()
                    } else {
                        tests.join(", ")
                    };
                    format!("| {id} | {statement} | {tests} |")
                }
                None => line.to_owned(),
            }
        });
        let text: Vec<String> = lines.collect();
        fs::write(file, text.join("\n") + "\n").unwrap();
        return;
    }
    for [id, statement, tests] in &rows {
        let id = id.as_str();
        let carried = carriers.get(id);
        if OF_THE_TEAM.contains(&id) {
            continue;
        }
        if carried.is_none() {
            assert!(WAITING.contains(&id), "no test carries {id}: {statement}");
            continue;
        }
        // Tests may come before the document speaks of them, but it speaks of none that is not there.
        let there = carried.unwrap();
        for test in tests
            .split(", ")
            .map(|test| test.trim_matches('`'))
            .filter(|test| *test != "–")
        {
            assert!(
                there.contains(test),
                "{DOCUMENT} says that `{test}` carries {id}"
            );
        }
        if !WAITING.contains(&id) {
            assert!(tests.contains('`'), "{DOCUMENT} names no test of {id}");
        }
    }
}

#[test]
fn the_program_prints_the_table() {
    let repo = Repo::unborn(&[]);
    let all = repo.gate(&["policy", "trace"]).ok().stdout;
    for [id, ..] in rows() {
        assert!(all.contains(&id), "{id}\n{all}");
    }
    let one = repo.gate(&["policy", "trace", "S1-36"]).ok().stdout;
    assert!(
        one.contains("tests/it/waivers/decisions.rs") && !one.contains("S1-37"),
        "{one}"
    );
    assert_eq!(repo.gate(&["policy", "trace", "S9-01"]).code, 2);
}
