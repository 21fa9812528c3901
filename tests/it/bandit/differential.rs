//! The same answers as the reference tool: a sample of the standard library, and with `GATE_HOOK_FULL` everything.

use std::path::{Path, PathBuf};

use gate_hook::bandit::Settings;

use super::mutate;
use super::oracle::{Oracle, compare, ours};
use super::variable;
use crate::support::say;

/// How many files the sample has at least.
const SAMPLE: usize = 400;

fn is_full() -> bool {
    variable("GATE_HOOK_FULL").is_some()
}

/// Returns the Python files below a folder, relative to it, sorted.
fn python_files(folder: &Path, most: u64) -> Vec<String> {
    let mut names = Vec::new();
    let walk = ignore::WalkBuilder::new(folder)
        .standard_filters(false)
        .follow_links(false)
        .build();
    for entry in walk.filter_map(Result::ok) {
        let path = entry.path();
        let is_python = path.extension().is_some_and(|extension| extension == "py");
        if is_python
            && entry
                .metadata()
                .is_ok_and(|data| data.is_file() && data.len() <= most)
        {
            let name = path.strip_prefix(folder).unwrap();
            names.extend(name.to_str().map(str::to_owned));
        }
    }
    names.sort();
    names
}

/// Fails if the answers differ, and shows the first differences.
fn same(what: &str, oracle: &Oracle, folder: &Path, names: &[String], options: &[&str]) {
    let settings = Settings {
        python: oracle.version,
        ignore_nosec: options.contains(&"--ignore-nosec"),
        context_lines: Some(3),
        ..Settings::default()
    };
    let theirs = oracle.answers(folder, names, options);
    let wrong = compare(what, names.len(), &theirs, &ours(folder, names, &settings));
    let shown: Vec<&str> = wrong.iter().take(60).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        shown.join("\n")
    );
}

fn standard_library(oracle: &Oracle) -> PathBuf {
    PathBuf::from(oracle.print("import sysconfig; print(sysconfig.get_path('stdlib'))"))
}

#[test]
fn a_sample_of_the_standard_library() {
    let Some(oracle) = Oracle::installed() else {
        return;
    };
    let folder = standard_library(&oracle);
    let names = python_files(&folder, 30_000);
    let step = (names.len() / SAMPLE).max(1);
    let sample: Vec<String> = names.into_iter().step_by(step).collect();
    assert!(sample.len() >= SAMPLE, "only {} files", sample.len());
    let what = format!("standard library, Python {}", oracle.version.name());
    same(&what, &oracle, &folder, &sample, &[]);
}

#[test]
fn mutated_files() {
    let Some(oracle) = Oracle::installed() else {
        return;
    };
    let folder = standard_library(&oracle);
    let (files, most) = if is_full() {
        (600, 60_000)
    } else {
        (60, 20_000)
    };
    let names = python_files(&folder, most);
    let step = (names.len() / files).max(1);
    let scratch = tempfile::tempdir().unwrap();
    let mut written = Vec::new();
    for (seed, name) in names.iter().step_by(step).enumerate() {
        let content = std::fs::read(folder.join(name)).unwrap();
        let Ok(text) = String::from_utf8(content) else {
            continue;
        };
        let mutant = mutate::mutate(&text, seed as u64);
        let name = format!("m{seed:04}.py");
        std::fs::write(scratch.path().join(&name), mutant).unwrap();
        written.push(name);
    }
    same("mutated files", &oracle, scratch.path(), &written, &[]);
}

#[test]
fn odd_snippets() {
    let mut oracles: Vec<Oracle> = Oracle::installed().into_iter().collect();
    if is_full() {
        oracles.extend(Oracle::others());
    }
    let scratch = tempfile::tempdir().unwrap();
    let snippets = include_str!("../../parity/bandit/snippets.txt").split("%%\n");
    let mut names = Vec::new();
    for (index, snippet) in snippets.enumerate() {
        let name = format!("s{index:03}.py");
        std::fs::write(scratch.path().join(&name), snippet).unwrap();
        names.push(name);
    }
    for oracle in oracles {
        let what = format!("odd snippets, Python {}", oracle.version.name());
        same(&what, &oracle, scratch.path(), &names, &[]);
    }
}

#[test]
fn the_examples_of_the_reference_tool() {
    let Some(oracle) = Oracle::installed() else {
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oracles/bandit-examples");
    let mut names = python_files(&folder, u64::MAX);
    if !is_full() {
        // Bandit alone takes longer over this one than over all others together.
        names.retain(|name| name != "long_set.py");
    }
    if names.is_empty() {
        say("skipped: Bandit's examples are not in target/oracles/bandit-examples");
        return;
    }
    same("Bandit's examples", &oracle, &folder, &names, &[]);
    if is_full() {
        let (what, options) = ("Bandit's examples, ignoring nosec", ["--ignore-nosec"]);
        same(what, &oracle, &folder, &names, &options);
    }
}

#[test]
fn everything_that_is_installed() {
    if !is_full() {
        return;
    }
    let mut oracles: Vec<Oracle> = Oracle::installed().into_iter().collect();
    for other in Oracle::others() {
        if oracles.iter().all(|known| known.version != other.version) {
            oracles.push(other);
        }
    }
    for oracle in oracles {
        let version = oracle.version.name();
        let packages = oracle.print("import sysconfig; print(sysconfig.get_path('purelib'))");
        for folder in [standard_library(&oracle), PathBuf::from(packages)] {
            let what = format!("{}, Python {version}", folder.display());
            let mut names = python_files(&folder, u64::MAX);
            same(&what, &oracle, &folder, &names, &[]);
            // Comments are also where bytes may be that are no text.
            names.retain(|name| {
                let content = std::fs::read(folder.join(name)).unwrap();
                std::str::from_utf8(&content).map_or(true, |text| text.contains("nosec"))
            });
            let options = ["--ignore-nosec"];
            same(
                &format!("{what}, ignoring nosec"),
                &oracle,
                &folder,
                &names,
                &options,
            );
        }
    }
}
