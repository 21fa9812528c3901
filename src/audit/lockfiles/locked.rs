//! What lock files share: packages with exact versions that ask for each other.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;

use crate::audit::dependency::{Demand, Dependency, Evidence, Manifest, PackageName, Problem};

use super::entry::{self, Part, set_parts};
use super::file::{File, Tree, quoted};
use super::graph::Graph;
use super::{pyproject, toml_file};

/// One name stands for no more packages than this; real lock files hold a few versions at most.
const MOST_VERSIONS: usize = 50;

/// The packages of a lock file, with the dependency that each becomes and its place in the graph.
pub(super) struct Packages<'f> {
    file: &'f File<'f>,
    pub(super) graph: Graph,
    by_name: BTreeMap<PackageName, Vec<usize>>,
    found: Vec<Found>,
    /// For each package that is asked for with an extra: what the extra adds.
    extras: BTreeMap<(usize, String), usize>,
    indexes: Vec<String>,
}

struct Found {
    dependency: Dependency,
    /// Its node, and those of its extras.
    nodes: Vec<usize>,
}

impl<'f> Packages<'f> {
    pub(super) fn new(file: &'f File<'f>) -> Self {
        Self {
            file,
            graph: Graph::default(),
            by_name: BTreeMap::new(),
            found: Vec::new(),
            extras: BTreeMap::new(),
            indexes: Vec::new(),
        }
    }

    /// Adds a package and returns its number.
    pub(super) fn add(&mut self, dependency: Dependency) -> usize {
        let package = self.found.len();
        let node = self.graph.add(dependency.name.as_str());
        self.by_name
            .entry(dependency.name.clone())
            .or_default()
            .push(package);
        self.found.push(Found {
            dependency,
            nodes: vec![node],
        });
        package
    }

    /// Returns the packages of a name, of one version only where that is given.
    pub(super) fn called(&self, name: &str, version: Option<&str>) -> Vec<usize> {
        let all = self
            .by_name
            .get(&PackageName::new(name))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let version = version.map(str::parse::<pep440_rs::Version>);
        let fits = |package: &&usize| match (&version, &self.found[**package].dependency.demand) {
            (Some(Ok(wanted)), Demand::Pinned { version, .. }) => {
                version.parse().as_ref() == Ok(wanted)
            }
            _ => true,
        };
        all.iter()
            .filter(fits)
            .take(MOST_VERSIONS)
            .copied()
            .collect()
    }

    /// Returns the node of a package.
    pub(super) fn node(&self, package: usize) -> usize {
        self.found[package].nodes[0]
    }

    /// Returns the node of a package with an extra, which needs the package itself.
    pub(super) fn with_extra(&mut self, package: usize, extra: &str) -> usize {
        let key = (package, PackageName::new(extra).to_string());
        if let Some(&node) = self.extras.get(&key) {
            return node;
        }
        let found = &mut self.found[package];
        let node = self.graph.add(found.dependency.name.as_str());
        self.graph.needs(node, found.nodes[0]);
        found.nodes.push(node);
        self.extras.insert(key, node);
        node
    }

    /// Says that the packages come from an index.
    pub(super) fn comes_from(&mut self, index: &str) {
        if let Some(host) = entry::foreign_index(index)
            && !self.indexes.contains(&host)
        {
            self.indexes.push(host);
        }
    }

    /// Says which part asks for what, out of the project file beside the lock file; whether there is one.
    pub(super) fn ask_project(&mut self, tree: &mut Tree) -> bool {
        let Some(content) = tree.beside(&self.file.path, "pyproject.toml") else {
            return false;
        };
        // What is wrong with the project file is said where that one is read.
        let mut ignored = Manifest::default();
        let project = File::new(self.file.path.clone(), String::from_utf8_lossy(&content));
        for (dependency, parts) in pyproject::asked(&project, &mut ignored) {
            if dependency.constraint || parts == [Part::Build] {
                continue;
            }
            for package in self.called(dependency.name.as_str(), None) {
                let mut nodes = vec![self.node(package)];
                nodes.extend(
                    dependency
                        .extras
                        .iter()
                        .map(|extra| self.with_extra(package, extra)),
                );
                for (part, node) in parts
                    .iter()
                    .flat_map(|part| nodes.iter().map(move |node| (part, *node)))
                {
                    self.graph.wants(part, node);
                }
            }
        }
        true
    }

    /// Hands the packages over. `stated` returns the parts where the lock file states them.
    pub(super) fn finish(
        mut self,
        manifest: &mut Manifest,
        stated: impl Fn(usize) -> Option<Vec<Part>>,
    ) {
        if !self.graph.has_roots() {
            for node in self.graph.unneeded() {
                self.graph.wants(&Part::Main, node);
            }
        }
        self.graph.spread();
        for host in &self.indexes {
            manifest.notices.push(Problem {
                path: self.file.path.clone(),
                line: None,
                reason: entry::foreign_index_notice(host),
            });
        }
        for (package, found) in self.found.into_iter().enumerate() {
            let mut dependency = found.dependency;
            let parts = stated(package).unwrap_or_else(|| self.graph.parts(&found.nodes));
            set_parts(&mut dependency, parts);
            // The node that was reached without a detour tells the path.
            let paths = found.nodes.iter().map(|&node| self.graph.path(node));
            dependency.required_by = paths.min_by_key(Vec::len).unwrap_or_default();
            manifest.dependencies.push(dependency);
        }
    }
}

/// Reads name and version of a package table; says so where they are missing or broken.
pub(super) fn package(
    file: &File,
    span: Range<usize>,
    table: &DeTable,
    evidence: Evidence,
    manifest: &mut Manifest,
) -> Option<Dependency> {
    let Some(name) = toml_file::text(table, "name").filter(|name| !name.is_empty()) else {
        manifest
            .problems
            .push(file.problem(span.start, "a package has no name"));
        return None;
    };
    let at = table
        .get("version")
        .or_else(|| table.get("name"))
        .map_or(span.clone(), Spanned::span);
    let demand = match toml_file::text(table, "version") {
        Some(version) => match entry::locked(version, evidence) {
            Ok(demand) => demand,
            Err(error) => {
                manifest
                    .problems
                    .push(file.problem(at.start, format!("{} of {}", error, quoted(name))));
                return None;
            }
        },
        None => entry::skipped("the lock file states no version"),
    };
    Some(entry::dependency(file, PackageName::new(name), demand, at))
}
