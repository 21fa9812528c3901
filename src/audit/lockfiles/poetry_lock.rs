//! `poetry.lock`, versions 1 and 2.
//!
//! Version 2.1 states the groups of each package, 1.x its category; between them nothing is stated, and the
//! groups are walked from the `pyproject.toml` beside the lock file. Paths always are.

use toml::de::{DeTable, DeValue};

use crate::audit::dependency::{Evidence, Manifest};
use crate::audit::marker::{Marker, Variable};
use crate::finding::RepoPath;

use super::entry::Part;
use super::file::{File, Tree};
use super::locked::{self, Packages};
use super::{Format, Name, toml_file};

pub(super) const FORMAT: Format = Format {
    name: "poetry.lock",
    files: "`poetry.lock`",
    versions: "all, exact; lock versions 1 and 2",
    development: "`groups` (2.1), `category` (1.x), else walked from `pyproject.toml`: all groups but `main`",
    locked: false,
    recognises,
    read,
};

fn recognises(name: &Name) -> bool {
    name.file == "poetry.lock"
}

fn read(path: &RepoPath, content: &[u8], tree: &mut Tree, manifest: &mut Manifest) {
    let file = File::utf8(path, content, manifest);
    let root = toml_file::parse(&file, manifest);
    toml_file::check_version(
        &file,
        toml_file::find(&root, "metadata.lock-version"),
        &["1", "2"],
        manifest,
    );
    let mut packages = Packages::new(&file);
    let mut tables = Vec::new();
    for (span, table) in toml_file::spanned_tables(&root, "package") {
        let source = table
            .get("source")
            .and_then(|source| source.get_ref().as_table());
        let kind = source.and_then(|source| toml_file::text(source, "type"));
        let evidence = match kind {
            Some("directory") => continue,
            Some("git") => Evidence::Tag,
            Some("url" | "file") => Evidence::ArchiveName,
            _ => Evidence::Stated,
        };
        if kind == Some("legacy")
            && let Some(url) = source.and_then(|source| toml_file::text(source, "url"))
        {
            packages.comes_from(url);
        }
        if let Some(mut dependency) = locked::package(&file, span, table, evidence, manifest) {
            dependency.marker = marker(table);
            packages.add(dependency);
            tables.push(table);
        }
    }
    for (package, table) in tables.iter().enumerate() {
        for (name, _) in toml_file::entries(table, "dependencies") {
            for needed in packages.called(name, None) {
                let (from, to) = (packages.node(package), packages.node(needed));
                packages.graph.needs(from, to);
            }
        }
    }
    packages.ask_project(tree);
    packages.finish(manifest, |package| parts(tables[package]));
}

/// Returns the marker of a package; where each group has one of its own, that of none is said.
fn marker(table: &DeTable) -> Option<String> {
    match table.get("markers")?.get_ref() {
        DeValue::String(text) if text.parse::<Marker>().is_ok() => Some(text.to_string()),
        _ => None,
    }
}

/// Returns the parts that a package table states.
fn parts(table: &DeTable) -> Option<Vec<Part>> {
    let category = toml_file::text(table, "category");
    let groups: Vec<&str> = match table.get("groups") {
        Some(_) => toml_file::texts(table, "groups").collect(),
        None => vec![category?],
    };
    let optional = toml_file::is_true(table, "optional");
    let mut parts = Vec::new();
    for group in groups {
        match group {
            "main" if optional => parts.extend(extras(table)),
            "main" => parts.push(Part::Main),
            group => parts.push(Part::Group(group.to_owned())),
        }
    }
    Some(parts)
}

/// Returns the extras that an optional package of the main group belongs to.
fn extras(table: &DeTable) -> Vec<Part> {
    let marker = marker(table).and_then(|marker| marker.parse::<Marker>().ok());
    let named = marker
        .iter()
        .flat_map(|marker| marker.compared_with(Variable::Extra));
    let parts: Vec<Part> = named.map(|extra| Part::Extra(extra.to_owned())).collect();
    // Without a marker the name of the extra is not told; what it adds may be installed all the same.
    if parts.is_empty() {
        vec![Part::Main]
    } else {
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{demands, read_tree};

    const PROJECT: &str = r#"
[tool.poetry.dependencies]
flask = "*"
[tool.poetry.group.dev.dependencies]
pytest = "*"
"#;

    fn lock(version: &str, fields: [&str; 3]) -> String {
        format!(
            "[[package]]\nname = \"Flask\"\nversion = \"2.0\"\n{}\n[package.dependencies]\nJinja2 = \">=2\"\n\n\
             [[package]]\nname = \"jinja2\"\nversion = \"3.1.2\"\n{}\n\n\
             [[package]]\nname = \"pytest\"\nversion = \"7.4.0\"\n{}\n[package.dependencies]\njinja2 = {{version = \"*\", optional = true}}\n\n\
             [metadata]\nlock-version = \"{version}\"\n",
            fields[0], fields[1], fields[2]
        )
    }

    fn read(lock: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
        let manifest = read_tree(
            "a/poetry.lock",
            &[("a/poetry.lock", lock), ("a/pyproject.toml", PROJECT)],
        );
        let paths = manifest
            .dependencies
            .iter()
            .map(|d| d.required_by.join(">"))
            .collect();
        let problems = manifest.problems.iter().map(|p| p.reason.clone()).collect();
        (demands(&manifest), paths, problems)
    }

    #[test]
    fn groups_are_stated_or_walked() {
        let stated = [
            "groups = [\"main\"]",
            "groups = [\"main\", \"dev\"]\nmarkers = \"os_name == 'x'\"",
            "groups = [\"dev\"]",
        ];
        let (demands, paths, problems) = read(&lock("2.1", stated));
        assert_eq!(
            demands,
            [
                "3:11 flask 2.0",
                "10:11 jinja2 3.1.2 main+group:dev ; os_name == 'x'",
                "16:11 pytest 7.4.0 group:dev dev"
            ]
        );
        assert_eq!(paths, ["", "flask", ""]);
        assert!(problems.is_empty());
        let (demands, ..) = read(&lock("2.0", [""; 3]));
        assert_eq!(
            demands,
            [
                "3:11 flask 2.0",
                "10:11 jinja2 3.1.2 main+group:dev",
                "15:11 pytest 7.4.0 group:dev dev"
            ]
        );
        let (demands, ..) = read(&lock(
            "1.1",
            [
                "category = \"main\"",
                "category = \"main\"",
                "category = \"dev\"",
            ],
        ));
        assert_eq!(
            demands,
            [
                "3:11 flask 2.0",
                "10:11 jinja2 3.1.2",
                "15:11 pytest 7.4.0 group:dev dev"
            ]
        );
    }

    #[test]
    fn a_version_of_the_future_is_said_and_read() {
        let (demands, _, problems) = read(&lock("3.0", [""; 3]));
        assert_eq!(demands.len(), 3);
        assert_eq!(
            problems,
            ["version `3.0` of the format is not known: what could be read was audited"]
        );
    }
}
