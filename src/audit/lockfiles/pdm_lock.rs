//! `pdm.lock`: exact versions with the groups that want each package.
//!
//! Which of the groups are extras stands in the `pyproject.toml` beside it; older locks state no groups, and
//! they are walked from there.

use std::collections::BTreeSet;

use crate::audit::dependency::{Evidence, Manifest};
use crate::audit::marker::Marker;
use crate::audit::requirement::Requirement;
use crate::finding::RepoPath;

use super::entry::Part;
use super::file::{File, Tree};
use super::locked::{self, Packages};
use super::{Format, Name, toml_file};

pub(super) const FORMAT: Format = Format {
    name: "pdm.lock",
    files: "`pdm.lock`, `pdm.*.lock`",
    versions: "all, exact; lock version 4",
    development: "`groups` that are no extras in `pyproject.toml`; without one, by their names (`dev`, `test`, `docs`, …)",
    locked: false,
    recognises,
    read,
};

fn recognises(name: &Name) -> bool {
    name.file.starts_with("pdm.") && name.extension() == "lock"
}

fn read(path: &RepoPath, content: &[u8], tree: &mut Tree, manifest: &mut Manifest) {
    let file = File::utf8(path, content, manifest);
    let root = toml_file::parse(&file, manifest);
    toml_file::check_version(
        &file,
        toml_file::find(&root, "metadata.lock_version"),
        &["2", "3", "4"],
        manifest,
    );
    let mut packages = Packages::new(&file);
    let mut tables = Vec::new();
    for (span, table) in toml_file::spanned_tables(&root, "package") {
        let stated = |key| toml_file::text(table, key);
        let evidence = match (stated("git"), stated("url")) {
            _ if stated("path").is_some() => continue,
            (Some(_), _) => Evidence::Tag,
            (_, Some(_)) => Evidence::ArchiveName,
            _ => Evidence::Stated,
        };
        if let Some(mut dependency) = locked::package(&file, span, table, evidence, manifest) {
            let marker = stated("marker").filter(|marker| marker.parse::<Marker>().is_ok());
            dependency.marker = marker.map(str::to_owned);
            packages.add(dependency);
            tables.push(table);
        }
    }
    for (package, table) in tables.iter().enumerate() {
        for text in toml_file::texts(table, "dependencies") {
            let Ok(needed) = Requirement::parse(text) else {
                continue;
            };
            for needed in packages.called(needed.name.as_str(), None) {
                let (from, to) = (packages.node(package), packages.node(needed));
                packages.graph.needs(from, to);
            }
        }
    }
    packages.ask_project(tree);
    let extras = extras(&file, tree);
    packages.finish(manifest, |package| {
        tables[package].get("groups")?;
        let parts = toml_file::texts(tables[package], "groups").map(|group| match &extras {
            _ if group == "default" => Part::Main,
            Some(extras) if extras.contains(group) => Part::Extra(group.to_owned()),
            None => Part::Category(group.to_owned()),
            _ => Part::Group(group.to_owned()),
        });
        Some(parts.collect())
    });
}

/// Returns the names of the project's extras, if there is a project file.
fn extras(file: &File, tree: &mut Tree) -> Option<BTreeSet<String>> {
    let content = tree.beside(&file.path, "pyproject.toml")?;
    let project = File::new(file.path.clone(), String::from_utf8_lossy(&content));
    let root = toml_file::parse(&project, &mut Manifest::default());
    let extras = toml_file::entries(&root, "project.optional-dependencies");
    Some(
        extras
            .into_iter()
            .map(|(name, _)| name.to_owned())
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::{demands, read_one, read_tree};

    const LOCK: &str = r#"
[metadata]
groups = ["default", "crypto", "lint"]
lock_version = "4.5.0"
[[package]]
name = "requests"
version = "2.31.0"
groups = ["default"]
dependencies = ["idna<4,>=2.5", "broken !"]
[[package]]
name = "idna"
version = "3.20"
groups = ["default", "lint"]
marker = "python_version >= '3'"
[[package]]
name = "cffi"
version = "2.0"
groups = ["crypto"]
git = "https://h/cffi.git"
[[package]]
name = "local"
version = "1"
path = "./x"
"#;

    #[test]
    fn groups_are_extras_where_the_project_says_so() {
        let project = "[project]\ndependencies = [\"requests\"]\n[project.optional-dependencies]\ncrypto = [\"cffi\"]\n";
        let manifest = read_tree(
            "pdm.lock",
            &[("pdm.lock", LOCK), ("pyproject.toml", project)],
        );
        let expected = [
            "7:11 requests 2.31.0",
            "12:11 idna 3.20 main+group:lint ; python_version >= '3'",
            "17:11 cffi 2.0 (Tag) extra:crypto",
        ];
        assert_eq!(demands(&manifest), expected);
        assert_eq!(manifest.dependencies[1].required_by, ["requests"]);
        let alone = demands(&read_one("pdm.lock", LOCK));
        assert_eq!(alone[..2], expected[..2]);
        assert_eq!(alone[2], "17:11 cffi 2.0 (Tag) group:crypto");
    }
}
