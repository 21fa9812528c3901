//! `pyproject.toml`: PEP 621, PEP 735 groups, the build's own needs, Poetry, and uv's, PDM's and Hatch's tables.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use crate::audit::dependency::{Dependency, Manifest, PackageName};
use crate::finding::RepoPath;

use super::entry::{self, Part, set_parts};
use super::file::{File, Tree, quoted};
use super::toml_file::{self, Value};
use super::{Format, Name, poetry_version};

pub(super) const FORMAT: Format = Format {
    name: "pyproject.toml",
    files: "`pyproject.toml`",
    versions: "mostly ranges: `==` in PEP 621, a bare version in Poetry",
    development: "`[dependency-groups]`, Poetry's groups but `main`, `dev-dependencies` of Poetry, PDM and uv, Hatch's environments; extras with names such as `dev`, `test`, `docs`",
    locked: true,
    recognises,
    read,
};

fn recognises(name: &Name) -> bool {
    name.file == "pyproject.toml"
}

fn read(path: &RepoPath, content: &[u8], _: &mut Tree, manifest: &mut Manifest) {
    let file = File::utf8(path, content, manifest);
    for (mut dependency, parts) in asked(&file, manifest) {
        set_parts(&mut dependency, parts);
        manifest.dependencies.push(dependency);
    }
}

/// Returns what a project asks for and which of its parts do.
pub(super) fn asked(file: &File, manifest: &mut Manifest) -> Vec<(Dependency, Vec<Part>)> {
    let root = toml_file::parse(file, manifest);
    let mut project = Project {
        file,
        manifest,
        asked: Vec::new(),
    };
    project.standard(&root);
    project.groups(&root);
    project.tools(&root);
    if let Some(poetry) =
        toml_file::find(&root, "tool.poetry").and_then(|poetry| poetry.get_ref().as_table())
    {
        project.poetry(poetry);
    }
    project
        .asked
        .sort_by_key(|(dependency, _)| dependency.location.start);
    project.asked
}

struct Project<'p> {
    file: &'p File<'p>,
    manifest: &'p mut Manifest,
    asked: Vec<(Dependency, Vec<Part>)>,
}

impl Project<'_> {
    fn broken(&mut self, at: usize, reason: String) {
        self.manifest.problems.push(self.file.problem(at, reason));
    }

    /// Reads a list of PEP 508 texts.
    fn list(&mut self, value: &Value, parts: &[Part]) {
        for element in toml_file::elements(value) {
            match element.get_ref() {
                DeValue::String(_) => self.requirement(element, parts, false),
                _ => self.broken(
                    element.span().start,
                    "expected a requirement in quotes".to_owned(),
                ),
            }
        }
    }

    fn requirement(&mut self, value: &Value, parts: &[Part], constraint: bool) {
        let text = value.get_ref().as_str().unwrap_or_default();
        match entry::requirement(self.file, text, |range| {
            toml_file::within(self.file, value, range)
        }) {
            Ok(dependency) => {
                let dependency = Dependency {
                    constraint,
                    ..dependency
                };
                self.asked.push((dependency, parts.to_vec()));
            }
            Err(error) => {
                let reason = format!("{} is no requirement: {error}", quoted(text));
                self.broken(value.span().start, reason);
            }
        }
    }

    fn standard(&mut self, root: &DeTable) {
        if let Some(list) = toml_file::find(root, "project.dependencies") {
            self.list(list, &[Part::Main]);
        }
        for (name, list) in toml_file::entries(root, "project.optional-dependencies") {
            self.list(list, &[Part::Extra(name.to_owned())]);
        }
        if let Some(list) = toml_file::find(root, "build-system.requires") {
            self.list(list, &[Part::Build]);
        }
    }

    /// Reads the groups of PEP 735; what an included group asks for, the including one asks for as well.
    fn groups(&mut self, root: &DeTable) {
        let groups = toml_file::entries(root, "dependency-groups");
        let mut includers: BTreeMap<PackageName, Vec<&str>> = BTreeMap::new();
        for (name, list) in &groups {
            for element in toml_file::elements(list) {
                if let Some(table) = element.get_ref().as_table()
                    && let Some(included) = toml_file::text(table, "include-group")
                {
                    includers
                        .entry(PackageName::new(included))
                        .or_default()
                        .push(name);
                }
            }
        }
        for (name, list) in &groups {
            let parts: Vec<Part> = all_includers(name, &includers)
                .into_iter()
                .map(|group| Part::Group(group.to_owned()))
                .collect();
            for element in toml_file::elements(list) {
                match element.get_ref() {
                    DeValue::String(_) => self.requirement(element, &parts, false),
                    DeValue::Table(table) if toml_file::text(table, "include-group").is_some() => {}
                    _ => self.broken(
                        element.span().start,
                        "expected a requirement in quotes or `include-group`".to_owned(),
                    ),
                }
            }
        }
    }

    /// Reads the tables of uv, PDM and Hatch that are not standardised.
    fn tools(&mut self, root: &DeTable) {
        if let Some(list) = toml_file::find(root, "tool.uv.dev-dependencies") {
            self.list(list, &[Part::Group("dev".to_owned())]);
        }
        for key in [
            "tool.uv.constraint-dependencies",
            "tool.uv.override-dependencies",
        ] {
            for value in toml_file::find(root, key)
                .into_iter()
                .flat_map(toml_file::elements)
            {
                if value.get_ref().as_str().is_some() {
                    self.requirement(value, &[Part::Main], true);
                }
            }
        }
        for (name, list) in toml_file::entries(root, "tool.pdm.dev-dependencies") {
            self.list(list, &[Part::Group(name.to_owned())]);
        }
        for (name, environment) in toml_file::entries(root, "tool.hatch.envs") {
            for key in ["dependencies", "extra-dependencies"] {
                if let Some(list) = environment
                    .get_ref()
                    .as_table()
                    .and_then(|table| table.get(key))
                {
                    self.list(list, &[Part::Group(name.to_owned())]);
                }
            }
        }
    }

    fn poetry(&mut self, poetry: &DeTable) {
        let mut extras: BTreeMap<PackageName, Vec<Part>> = BTreeMap::new();
        for (extra, list) in toml_file::entries(poetry, "extras") {
            for name in toml_file::elements(list).filter_map(|value| value.get_ref().as_str()) {
                extras
                    .entry(PackageName::new(name))
                    .or_default()
                    .push(Part::Extra(extra.to_owned()));
            }
        }
        for (name, value) in toml_file::entries(poetry, "dependencies") {
            let parts = extras
                .get(&PackageName::new(name))
                .filter(|_| is_optional(value));
            self.poetry_dependency(name, value, parts.map_or(&[Part::Main], Vec::as_slice));
        }
        for (name, value) in toml_file::entries(poetry, "dev-dependencies") {
            self.poetry_dependency(name, value, &[Part::Group("dev".to_owned())]);
        }
        for (group, table) in toml_file::entries(poetry, "group") {
            let part = if group == "main" {
                Part::Main
            } else {
                Part::Group(group.to_owned())
            };
            if let Some(table) = table.get_ref().as_table() {
                for (name, value) in toml_file::entries(table, "dependencies") {
                    self.poetry_dependency(name, value, std::slice::from_ref(&part));
                }
            }
        }
    }

    /// Reads one of Poetry's entries: a version, a table, or a list of tables.
    fn poetry_dependency(&mut self, name: &str, value: &Value, parts: &[Part]) {
        if PackageName::new(name).as_str() == "python" {
            return;
        }
        match value.get_ref() {
            DeValue::String(text) => self.poetry_version(name, value, text, None, parts),
            DeValue::Table(table) => self.poetry_table(name, value, table, parts),
            DeValue::Array(array) => {
                for element in array {
                    match element.get_ref().as_table() {
                        Some(table) => self.poetry_table(name, element, table, parts),
                        None => self.broken(
                            element.span().start,
                            format!("expected a table for {}", quoted(name)),
                        ),
                    }
                }
            }
            _ => self.broken(
                value.span().start,
                format!("expected a version of {}", quoted(name)),
            ),
        }
    }

    fn poetry_table(&mut self, name: &str, value: &Value, table: &DeTable, parts: &[Part]) {
        let marker = poetry_marker(table);
        if let Some(version) = table.get("version")
            && let Some(text) = version.get_ref().as_str()
        {
            self.poetry_version(name, version, text, marker, parts);
            return;
        }
        let demand = if toml_file::text(table, "path").is_some() {
            entry::skipped("local project")
        } else if let Some(url) = toml_file::text(table, "url") {
            entry::from_url(url)
        } else if let Some(url) = toml_file::text(table, "git") {
            let revision = ["tag", "rev", "branch"]
                .iter()
                .find_map(|key| toml_file::text(table, key));
            entry::from_url(&format!("git+{url}@{}", revision.unwrap_or_default()))
        } else {
            entry::from_specifiers(&crate::audit::specifier::Specifiers::default())
        };
        let dependency = entry::dependency(self.file, PackageName::new(name), demand, value.span());
        self.asked.push((
            Dependency {
                marker,
                ..dependency
            },
            parts.to_vec(),
        ));
    }

    fn poetry_version(
        &mut self,
        name: &str,
        value: &Value,
        text: &str,
        marker: Option<String>,
        parts: &[Part],
    ) {
        let Some(specifiers) = poetry_version::parse(text) else {
            let reason = format!("{} is no version of {}", quoted(text), quoted(name));
            self.broken(value.span().start, reason);
            return;
        };
        let demand = entry::from_specifiers(&specifiers);
        let dependency = entry::dependency(self.file, PackageName::new(name), demand, value.span());
        self.asked.push((
            Dependency {
                marker,
                ..dependency
            },
            parts.to_vec(),
        ));
    }
}

/// Returns a group and all groups that include it, directly or not.
fn all_includers<'g>(
    group: &'g str,
    includers: &BTreeMap<PackageName, Vec<&'g str>>,
) -> BTreeSet<&'g str> {
    /// More than this many groups are not followed further; people write a handful.
    const MOST: usize = 100;
    let mut found = BTreeSet::from([group]);
    let mut open = vec![group];
    while let Some(group) = open.pop() {
        for outer in includers
            .get(&PackageName::new(group))
            .into_iter()
            .flatten()
        {
            if found.len() < MOST && found.insert(outer) {
                open.push(outer);
            }
        }
    }
    found
}

fn is_optional(value: &Value) -> bool {
    let table = value.get_ref().as_table();
    table.is_some_and(|table| toml_file::is_true(table, "optional"))
}

/// Returns the marker of one of Poetry's tables: its `markers`, and its `python` as a marker.
fn poetry_marker(table: &DeTable) -> Option<String> {
    let python = toml_file::text(table, "python").and_then(poetry_version::parse);
    let python = python
        .as_ref()
        .and_then(|python| match python.alternatives() {
            [clauses] => Some(clauses),
            _ => None,
        });
    let mut conditions: Vec<String> = Vec::new();
    for clause in python.into_iter().flatten() {
        let clause = clause.to_string();
        let version = clause.trim_start_matches(['<', '>', '=', '!', '~']);
        let operator = &clause[..clause.len() - version.len()];
        conditions.push(format!("python_version {operator} '{version}'"));
    }
    if let Some(markers) = toml_file::text(table, "markers")
        && markers.parse::<crate::audit::marker::Marker>().is_ok()
    {
        let alone = conditions.is_empty() || !markers.contains(" or ");
        conditions.push(if alone {
            markers.to_owned()
        } else {
            format!("({markers})")
        });
    }
    (!conditions.is_empty()).then(|| conditions.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{demands, read_one};

    #[test]
    fn standard_tables_are_read_with_their_parts() {
        let text = r#"
[build-system]
requires = ["setuptools>=61"]
[project]
dependencies = ["Jinja2==3.1.2", 'requests[socks]>=2 ; os_name == "nt"', "broken one", 7]
[project.optional-dependencies]
crypto = ["cryptography==41.0.0"]
docs = ["Pygments"]
[dependency-groups]
dev = ["pytest==7.4.0", { include-group = "Lint" }]
lint = ["black==23.1.0", { include-group = "dev" }]
[tool.uv]
constraint-dependencies = ["idna==3.1"]
"#;
        let manifest = read_one("pyproject.toml", text);
        assert_eq!(
            demands(&manifest),
            [
                "3:24 setuptools >=61 build",
                "5:24 jinja2 3.1.2",
                "5:50 requests >=2 ; os_name == \"nt\"",
                "7:24 cryptography 41.0.0 extra:crypto",
                "8:10 pygments any extra:docs dev",
                "10:15 pytest 7.4.0 group:dev+group:lint dev",
                "11:15 black 23.1.0 group:dev+group:lint dev",
                "13:33 idna 3.1",
            ]
        );
        assert!(manifest.dependencies[7].constraint);
        assert_eq!(manifest.problems.len(), 2);
    }

    #[test]
    fn poetry_is_read_with_its_own_way_to_write_versions() {
        let text = r#"
[tool.poetry.dependencies]
python = "^3.9"
Jinja2 = "3.1.2"
requests = { version = "^2.31", extras = ["socks"] }
zipp = { version = "3.8.0", python = "<3.10", markers = "os_name == 'x' or os_name == 'y'" }
cryptography = { version = "41.0.0", optional = true }
x = [{ version = "1", python = "<3" }, { version = "2" }]
local = { path = "../x" }
tagged = { git = "https://h/x.git", tag = "v1.2" }
[tool.poetry.extras]
crypto = ["cryptography"]
[tool.poetry.group.dev.dependencies]
pytest = "latest"
black = "*"
"#;
        let manifest = read_one("pyproject.toml", text);
        assert_eq!(
            demands(&manifest),
            [
                "4:10 jinja2 3.1.2",
                "5:24 requests >=2.31,<3",
                "6:20 zipp 3.8.0 ; python_version < '3.10' and (os_name == 'x' or os_name == 'y')",
                "7:28 cryptography 41.0.0 extra:crypto",
                "8:18 x 1 ; python_version < '3'",
                "8:52 x 2",
                "9:9 local skipped: local project",
                "10:10 tagged 1.2 (Tag)",
                "15:9 black any group:dev dev",
            ]
        );
        assert_eq!(
            manifest.problems[0].reason,
            "`latest` is no version of `pytest`"
        );
    }

    #[test]
    fn behind_a_broken_line_the_rest_is_read() {
        let text = "[project]\ndependencies = [\"a==1\"]\nx = = 1\n[dependency-groups]\ndev = [\"b==2\"]\n";
        let manifest = read_one("pyproject.toml", text);
        assert_eq!(demands(&manifest), ["2:19 a 1", "5:10 b 2 group:dev dev"]);
        assert_eq!(manifest.problems[0].line, Some(3));
    }
}
