//! `uv.lock`: every package of a workspace, with the parts of its members that ask for them.
//!
//! Parts are walked from the members (packages that are local projects) along `dependencies`,
//! `optional-dependencies` and `dev-dependencies`.

use toml::de::DeTable;

use crate::audit::dependency::{Evidence, Manifest};
use crate::finding::RepoPath;

use super::entry::Part;
use super::file::{File, Tree};
use super::locked::{self, Packages};
use super::{Format, Name, toml_file};

pub(super) const FORMAT: Format = Format {
    name: "uv.lock",
    files: "`uv.lock`",
    versions: "all, exact, several of one package where markers tell them apart; lock version 1",
    development: "walked from the members of the workspace: `dev-dependencies`",
    locked: false,
    recognises,
    read,
};

fn recognises(name: &Name) -> bool {
    name.file == "uv.lock"
}

fn read(path: &RepoPath, content: &[u8], _: &mut Tree, manifest: &mut Manifest) {
    let file = File::utf8(path, content, manifest);
    let root = toml_file::parse(&file, manifest);
    toml_file::check_version(&file, root.get("version"), &["1"], manifest);
    let mut packages = Packages::new(&file);
    let mut tables = Vec::new();
    let mut members = Vec::new();
    for (span, table) in toml_file::spanned_tables(&root, "package") {
        let source = table
            .get("source")
            .and_then(|source| source.get_ref().as_table());
        let source = |key| source.and_then(|source| toml_file::text(source, key));
        if source("virtual")
            .or(source("editable"))
            .or(source("directory"))
            .is_some()
        {
            members.push(table);
            continue;
        }
        if let Some(url) = source("registry") {
            packages.comes_from(url);
        }
        let evidence = match (source("git"), source("url").or(source("path"))) {
            (Some(_), _) => Evidence::Tag,
            (_, Some(_)) => Evidence::ArchiveName,
            _ => Evidence::Stated,
        };
        if let Some(mut dependency) = locked::package(&file, span, table, evidence, manifest) {
            let markers: Vec<&str> = toml_file::texts(table, "resolution-markers").collect();
            dependency.marker = (!markers.is_empty()).then(|| either(&markers));
            packages.add(dependency);
            tables.push(table);
        }
    }
    for (package, table) in tables.iter().enumerate() {
        for needed in toml_file::tables(table, "dependencies") {
            let from = packages.node(package);
            link(&mut packages, from, needed);
        }
        for (extra, list) in toml_file::entries(table, "optional-dependencies") {
            let from = packages.with_extra(package, extra);
            for needed in toml_file::elements(list).filter_map(|value| value.get_ref().as_table()) {
                link(&mut packages, from, needed);
            }
        }
    }
    for member in members {
        for needed in toml_file::tables(member, "dependencies") {
            want(&mut packages, &Part::Main, needed);
        }
        for (key, part) in [
            ("optional-dependencies", Part::Extra as fn(String) -> Part),
            ("dev-dependencies", Part::Group as fn(String) -> Part),
        ] {
            for (name, list) in toml_file::entries(member, key) {
                for needed in
                    toml_file::elements(list).filter_map(|value| value.get_ref().as_table())
                {
                    want(&mut packages, &part(name.to_owned()), needed);
                }
            }
        }
    }
    packages.finish(manifest, |_| None);
}

/// Joins markers of which one has to hold.
fn either(markers: &[&str]) -> String {
    match markers {
        [marker] => (*marker).to_owned(),
        markers => {
            let enclosed: Vec<String> =
                markers.iter().map(|marker| format!("({marker})")).collect();
            enclosed.join(" or ")
        }
    }
}

/// Returns the nodes that an entry of a list of dependencies means.
fn meant(packages: &mut Packages, entry: &DeTable) -> Vec<usize> {
    let Some(name) = toml_file::text(entry, "name") else {
        return Vec::new();
    };
    let mut nodes = Vec::new();
    for package in packages.called(name, toml_file::text(entry, "version")) {
        nodes.push(packages.node(package));
        for extra in toml_file::texts(entry, "extra") {
            nodes.push(packages.with_extra(package, extra));
        }
    }
    nodes
}

fn link(packages: &mut Packages, from: usize, entry: &DeTable) {
    for node in meant(packages, entry) {
        packages.graph.needs(from, node);
    }
}

fn want(packages: &mut Packages, part: &Part, entry: &DeTable) {
    for node in meant(packages, entry) {
        packages.graph.wants(part, node);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{demands, read_one};

    #[test]
    fn parts_are_walked_from_the_members() {
        let text = r#"
version = 1
[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }
dependencies = [{ name = "requests", extra = ["socks"] }]
[package.optional-dependencies]
crypto = [{ name = "cffi", version = "2.1" }]
[package.dev-dependencies]
dev = [{ name = "idna" }]
[[package]]
name = "requests"
version = "2.31.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "idna" }]
[package.optional-dependencies]
socks = [{ name = "pysocks" }]
[[package]]
name = "idna"
version = "3.20"
[[package]]
name = "pysocks"
version = "1.7.1"
[[package]]
name = "cffi"
version = "2.0"
resolution-markers = ["python_full_version < '3.9'"]
[[package]]
name = "cffi"
version = "2.1"
source = { git = "https://h/cffi?rev=1#1" }
resolution-markers = ["os_name == 'x'", "os_name == 'y' or os_name == 'z'"]
"#;
        let manifest = read_one("uv.lock", text);
        assert_eq!(
            demands(&manifest),
            [
                "14:11 requests 2.31.0",
                "21:11 idna 3.20 main+group:dev",
                "24:11 pysocks 1.7.1",
                "27:11 cffi 2.0 ; python_full_version < '3.9'",
                "31:11 cffi 2.1 (Tag) extra:crypto ; (os_name == 'x') or (os_name == 'y' or os_name == 'z')",
            ]
        );
        let paths: Vec<_> = manifest
            .dependencies
            .iter()
            .map(|d| d.required_by.join(">"))
            .collect();
        assert_eq!(paths, ["", "", "requests", "", ""]);
        assert_eq!(manifest.problems, []);
    }
}
