//! The data flow as a test: which module may mention which, who alone owns which crate, and no cycles.
//!
//! The table is the one of ARCHITECTURE.md. Mentions are found as text (`crate::name`), comments left out,
//! so the test needs no dependency and a forbidden import cannot hide behind a re-export of the same name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each module with the modules it may mention.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("finding", &["rule"]),
    ("rule", &["finding"]),
    ("input", &["finding"]),
    ("receipt", &["finding"]),
    ("git", &["finding", "input"]),
    ("secrets", &["finding", "rule", "input"]),
    ("audit", &["finding", "rule", "input"]),
    (
        "foreign",
        &["finding", "rule", "receipt", "audit", "bandit"],
    ),
    ("bandit", &["finding", "rule"]),
    ("introduced", &["finding", "rule", "input"]),
    (
        "policy",
        &["finding", "rule", "input", "receipt", "introduced"],
    ),
    (
        "report",
        &[
            "finding",
            "rule",
            "input",
            "receipt",
            "introduced",
            "policy",
            "record",
        ],
    ),
    (
        "record",
        &[
            "finding",
            "rule",
            "input",
            "receipt",
            "introduced",
            "policy",
        ],
    ),
    (
        "scan",
        &[
            "finding",
            "rule",
            "input",
            "receipt",
            "git",
            "secrets",
            "bandit",
            "audit",
            "foreign",
            "introduced",
            "policy",
        ],
    ),
    (
        "catalog",
        &["finding", "rule", "secrets", "bandit", "audit"],
    ),
    (
        "cli",
        &[
            "finding",
            "rule",
            "input",
            "receipt",
            "git",
            "secrets",
            "bandit",
            "audit",
            "introduced",
            "policy",
            "report",
            "record",
            "scan",
            "catalog",
            "foreign",
        ],
    ),
];

/// Each crate or facility with the only modules that may mention it.
const OWNED: &[(&str, &[&str])] = &[
    ("git2::", &["git"]),
    ("clap", &["cli"]),
    ("directories::", &["cli"]),
    ("colored::", &["cli", "report"]),
    ("std::env::", &["cli"]),
    ("std::process::", &["cli", "git"]),
    ("std::io::stdout", &["cli"]),
    ("std::io::stderr", &["cli"]),
    ("io::stdin", &["cli"]),
    ("SystemTime", &["cli"]),
    ("Timestamp::now", &["cli"]),
    ("aho_corasick::", &["policy", "secrets"]),
    ("regex_syntax::", &["policy"]),
    ("toml_edit::", &["policy"]),
    ("pep440_rs::", &["audit"]),
    ("saphyr_parser::", &["audit", "bandit", "policy"]),
    ("ruff_", &["bandit"]),
    ("stacker::", &["bandit"]),
    ("encoding_rs::", &["bandit"]),
    ("serde_sarif::", &["report"]),
    ("cvss::", &["audit"]),
    ("zip::", &["audit", "cli"]),
    ("tar::", &["cli"]),
    ("ureq::", &["cli"]),
    ("std::thread", &["scan", "git", "cli", "audit"]),
];

/// Modules whose vocabulary is not serialised: each format has wire types of its own.
const NO_SERDE: &[&str] = &[
    "finding",
    "input",
    "rule",
    "receipt",
    "introduced",
    "scan",
    "git",
];

#[test]
fn modules_mention_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for (module, path, code) in sources() {
        let Some((_, allowed)) = MAY_KNOW.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!(
                "{}: module `{module}` is not in the table",
                path.display()
            ));
            continue;
        };
        for mentioned in mentions(&code) {
            let known = MAY_KNOW.iter().any(|(name, _)| *name == mentioned);
            if known && mentioned != module && !allowed.contains(&mentioned.as_str()) {
                wrong.push(format!("{}: mentions `{mentioned}`", path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "forbidden mentions:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn crates_and_facilities_stay_with_their_owners() {
    let mut wrong = Vec::new();
    for (module, path, code) in sources() {
        for (what, owners) in OWNED {
            if code.contains(what) && !owners.contains(&module.as_str()) {
                wrong.push(format!("{}: mentions `{what}`", path.display()));
            }
        }
        if NO_SERDE.contains(&module.as_str()) && code.contains("serde::") {
            wrong.push(format!("{}: serialises vocabulary", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "mentions outside the owner:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn no_layer_is_part_of_an_import_cycle() {
    // The vocabulary of findings and rules describes one thing in two files; above it nothing may be circular.
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, _, code) in sources() {
        let targets = edges.entry(module.clone()).or_default();
        targets.extend(
            mentions(&code)
                .into_iter()
                .filter(|target| *target != module),
        );
    }
    edges
        .entry("rule".to_owned())
        .or_default()
        .remove("finding");
    while !edges.is_empty() {
        let leaf = edges
            .iter()
            .find(|(_, targets)| targets.iter().all(|target| !edges.contains_key(target)))
            .map(|(module, _)| module.clone());
        let Some(leaf) = leaf else {
            panic!("import cycle among {:?}", edges.keys())
        };
        edges.remove(&leaf);
    }
}

/// Returns the module, path and code without comments of every source file below `src`.
fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    let module = |path: &Path| {
        let inner = path.strip_prefix(&root).unwrap();
        let first = inner
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap()
            .to_owned();
        first.trim_end_matches(".rs").to_owned()
    };
    files
        .into_iter()
        .filter(|path| !["main", "lib"].contains(&module(path).as_str()))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let code: Vec<&str> = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            (module(&path), path, code.join("\n"))
        })
        .collect()
}

/// Returns the modules that a file mentions as `crate::name` or inside `use crate::{name…, name…}`.
fn mentions(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => top_level_parts(group),
            None => vec![rest],
        };
        for name in names {
            let word: String = name
                .trim_start()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            found.insert(word);
        }
    }
    found
}

/// Splits the inside of a brace group at its top-level commas, up to the closing brace.
fn top_level_parts(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&group[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts
}

#[test]
fn the_reader_of_mentions_sees_groups() {
    let code = "use crate::{git::{a, b}, scan};\nlet x = crate::policy::decide();";
    assert_eq!(
        mentions(code),
        ["git", "policy", "scan"].map(String::from).into()
    );
}
