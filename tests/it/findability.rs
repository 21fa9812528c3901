//! A newcomer finds things: names follow the rules of the house, and no file is forgotten.

use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn names(folder: &str, extension: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn every_test_file_is_in_the_test_binary() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    for name in names("tests/it", "rs") {
        assert!(
            name == "main" || main.contains(&format!("mod {name};")),
            "tests/it/{name}.rs never runs"
        );
    }
}

#[test]
fn every_listed_folder_lists_all_its_files() {
    for folder in [
        "src/audit/lockfiles",
        "src/bandit/checks",
        "src/cli/commands",
        "src/report/formats",
    ] {
        let list = fs::read_to_string(root().join(folder).join("mod.rs")).unwrap();
        for name in names(folder, "rs") {
            assert!(
                name == "mod"
                    || list.contains(&format!("mod {name};"))
                    || list.contains(&format!("mod r#{name};")),
                "{folder}/{name}.rs is in no list"
            );
        }
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for folder in [
        "src",
        "src/audit",
        "src/audit/lockfiles",
        "src/git",
        "src/secrets",
        "src/bandit",
        "src/bandit/checks",
        "src/policy",
        "src/report",
        "src/report/formats",
        "src/record",
        "src/cli",
        "src/cli/commands",
    ] {
        for name in names(folder, "rs") {
            let text = fs::read_to_string(root().join(folder).join(format!("{name}.rs"))).unwrap();
            assert!(text.starts_with("//!"), "{folder}/{name}.rs has no header");
        }
    }
}

#[test]
fn the_code_map_of_the_architecture_page_names_every_module() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for name in names("src", "rs")
        .into_iter()
        .filter(|name| !["main", "lib"].contains(&name.as_str()))
    {
        assert!(
            page.contains(&format!("`{name}")),
            "ARCHITECTURE.md does not mention `{name}`"
        );
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    for table in ["dependencies", "build-dependencies", "dev-dependencies"] {
        for name in manifest[table].as_table().unwrap().keys() {
            assert!(
                page.contains(&format!("`{name}`")),
                "ARCHITECTURE.md does not justify `{name}`"
            );
        }
    }
}
