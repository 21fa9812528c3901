//! `pylock.toml` (PEP 751). Which extras and groups want a package stands in its marker.

use crate::audit::dependency::{Evidence, Manifest};
use crate::audit::marker::{Marker, Variable};
use crate::finding::RepoPath;

use super::entry::Part;
use super::file::{File, Tree, quoted};
use super::locked::{self, Packages};
use super::{Format, Name, toml_file};

pub(super) const FORMAT: Format = Format {
    name: "pylock.toml",
    files: "`pylock.toml`, `pylock.*.toml`",
    versions: "all that state one, exact; lock version 1",
    development: "markers that ask for a dependency group",
    locked: false,
    recognises,
    read,
};

fn recognises(name: &Name) -> bool {
    name.file.starts_with("pylock.") && name.extension() == "toml"
}

fn read(path: &RepoPath, content: &[u8], _: &mut Tree, manifest: &mut Manifest) {
    let file = File::utf8(path, content, manifest);
    let root = toml_file::parse(&file, manifest);
    toml_file::check_version(&file, root.get("lock-version"), &["1"], manifest);
    let mut packages = Packages::new(&file);
    let mut tables = Vec::new();
    let mut parts = Vec::new();
    for (span, table) in toml_file::spanned_tables(&root, "packages") {
        if table.get("directory").is_some() {
            continue;
        }
        if let Some(index) = toml_file::text(table, "index") {
            packages.comes_from(index);
        }
        let evidence = match (table.get("vcs"), table.get("archive")) {
            (Some(_), _) => Evidence::Tag,
            (_, Some(_)) => Evidence::ArchiveName,
            _ => Evidence::Stated,
        };
        let Some(mut dependency) = locked::package(&file, span, table, evidence, manifest) else {
            continue;
        };
        let mut asking = vec![Part::Main];
        if let Some(text) = toml_file::text(table, "marker") {
            match text.parse::<Marker>() {
                Ok(marker) => asking = asked_by(&marker),
                Err(error) => {
                    let at = table.get("marker").map_or(0, |marker| marker.span().start);
                    let reason = format!(
                        "the marker of {} is none: {error}",
                        quoted(dependency.name.as_str())
                    );
                    manifest.problems.push(file.problem(at, reason));
                }
            }
            dependency.marker = Some(text.to_owned());
        }
        packages.add(dependency);
        tables.push(table);
        parts.push(asking);
    }
    for (package, table) in tables.iter().enumerate() {
        for needed in toml_file::tables(table, "dependencies") {
            let Some(name) = toml_file::text(needed, "name") else {
                continue;
            };
            for needed in packages.called(name, toml_file::text(needed, "version")) {
                let (from, to) = (packages.node(package), packages.node(needed));
                packages.graph.needs(from, to);
            }
        }
    }
    packages.finish(manifest, |package| Some(parts[package].clone()));
}

/// Returns the parts that a marker asks for.
fn asked_by(marker: &Marker) -> Vec<Part> {
    let mut parts = Vec::new();
    if marker.may_hold_without_parts() {
        parts.push(Part::Main);
    }
    let named = |variable| {
        marker
            .compared_with(variable)
            .into_iter()
            .map(str::to_owned)
    };
    parts.extend(named(Variable::Extras).map(Part::Extra));
    parts.extend(named(Variable::DependencyGroups).map(Part::Group));
    parts
}

#[cfg(test)]
mod tests {
    use super::super::tests::{demands, read_one};

    #[test]
    fn parts_stand_in_the_marker() {
        let text = r#"
lock-version = "1.0"
[[packages]]
name = "a"
version = "1"
index = "https://pypi.org/simple"
dependencies = [{ name = "b" }]
[[packages]]
name = "b"
version = "2"
marker = "python_version < '3' or 'dev' in dependency_groups"
[[packages]]
name = "c"
version = "3"
marker = "'dev' in dependency_groups and os_name == 'x'"
[[packages]]
name = "d"
version = "4"
marker = "'crypto' in extras"
[[packages]]
name = "e"
vcs = { url = "https://h/e", type = "git" }
[[packages]]
name = "f"
directory = { path = "." }
[[packages]]
name = "g"
version = "one"
[[packages]]
version = "1"
"#;
        let manifest = read_one("pylock.dev.toml", text);
        assert_eq!(
            demands(&manifest),
            [
                "5:11 a 1",
                "10:11 b 2 main+group:dev ; python_version < '3' or 'dev' in dependency_groups",
                "14:11 c 3 group:dev dev ; 'dev' in dependency_groups and os_name == 'x'",
                "18:11 d 4 extra:crypto ; 'crypto' in extras",
                "21:8 e skipped: the lock file states no version",
            ]
        );
        assert_eq!(manifest.dependencies[1].required_by, ["a"]);
        let problems: Vec<_> = manifest
            .problems
            .iter()
            .map(|p| (p.line, p.reason.as_str()))
            .collect();
        assert_eq!(
            problems,
            [
                (Some(28), "`one` is no version of `g`"),
                (Some(29), "a package has no name")
            ]
        );
    }
}
