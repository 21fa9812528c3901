//! Turns what a file says of one package into a [`Dependency`], the same way for every format.

use std::ops::Range;

use crate::audit::dependency::{Demand, Dependency, Evidence, PackageName};
use crate::audit::requirement::{NotARequirement, Requirement, Source};
use crate::audit::specifier::Specifiers;
use crate::audit::version;
use crate::finding::RepoPath;

use super::archive;
use super::file::{File, quoted};

/// The part of a project that asks for a package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Main,
    Build,
    Extra(String),
    /// A group that is for development.
    Group(String),
    /// A group that may be for anything.
    Category(String),
}

/// Names of extras and groups that, where the format itself does not tell, are for development only.
const FOR_DEVELOPMENT: [&str; 16] = [
    "check",
    "checks",
    "ci",
    "dev",
    "develop",
    "development",
    "doc",
    "docs",
    "lint",
    "linting",
    "qa",
    "test",
    "testing",
    "tests",
    "type-check",
    "typing",
];

impl Part {
    fn label(&self) -> String {
        match self {
            Self::Main => "main".to_owned(),
            Self::Build => "build".to_owned(),
            Self::Extra(name) => format!("extra:{name}"),
            Self::Group(name) | Self::Category(name) => format!("group:{name}"),
        }
    }

    /// An extra is what users of a package may ask for, unless its name says otherwise; a group is for those
    /// who work on it.
    fn is_development(&self) -> bool {
        match self {
            Self::Main | Self::Build => false,
            Self::Extra(name) | Self::Category(name) => is_development_name(name),
            Self::Group(_) => true,
        }
    }
}

/// Returns whether a name is one that projects give to what only development needs.
fn is_development_name(name: &str) -> bool {
    FOR_DEVELOPMENT.contains(&PackageName::new(name).as_str())
}

/// Says which parts ask for a dependency.
pub(super) fn set_parts(dependency: &mut Dependency, mut parts: Vec<Part>) {
    parts.sort();
    parts.dedup();
    dependency.development = !parts.is_empty() && parts.iter().all(Part::is_development);
    dependency.groups = match parts.as_slice() {
        [Part::Main] => Vec::new(),
        parts => parts.iter().map(Part::label).collect(),
    };
}

/// Makes a dependency of the main part.
pub(super) fn dependency(
    file: &File,
    name: PackageName,
    demand: Demand,
    span: Range<usize>,
) -> Dependency {
    Dependency {
        name,
        demand,
        extras: Vec::new(),
        marker: None,
        groups: Vec::new(),
        development: false,
        constraint: false,
        hashed: false,
        location: file.location(span),
        included_from: Vec::new(),
        required_by: Vec::new(),
    }
}

/// Reads a requirement; `at` says which bytes of the file a range of the text stands for.
pub(super) fn requirement(
    file: &File,
    text: &str,
    at: impl Fn(Range<usize>) -> Range<usize>,
) -> Result<Dependency, NotARequirement> {
    let read = Requirement::parse(text)?;
    let demand = match &read.source {
        Source::Index(specifiers) => from_specifiers(specifiers),
        Source::Url(url) => from_url(url),
    };
    Ok(Dependency {
        extras: read.extras,
        marker: read.marker,
        ..dependency(file, read.name, demand, at(read.span))
    })
}

/// Says what specifiers ask for.
pub(super) fn from_specifiers(specifiers: &Specifiers) -> Demand {
    match specifiers.pin() {
        Some(version) => Demand::Pinned {
            version: version::written(version),
            evidence: Evidence::Stated,
        },
        None => Demand::Open {
            specifier: specifiers.to_string(),
        },
    }
}

/// Says what a URL asks for.
pub(super) fn from_url(url: &str) -> Demand {
    if let Some((_, version)) = archive::named(url) {
        return Demand::Pinned {
            version: version::written(&version),
            evidence: Evidence::ArchiveName,
        };
    }
    if let Some(version) = archive::tagged(url) {
        return Demand::Pinned {
            version: version::written(&version),
            evidence: Evidence::Tag,
        };
    }
    skipped(format!(
        "{} names no version",
        quoted(&without_credentials(url))
    ))
}

/// Says that there is no version to look up.
pub(super) fn skipped(reason: impl Into<String>) -> Demand {
    Demand::Skipped {
        reason: reason.into(),
    }
}

/// Says what a lock file's version asks for.
pub(super) fn locked(version: &str, evidence: Evidence) -> Result<Demand, String> {
    match version.parse::<pep440_rs::Version>() {
        Ok(version) => Ok(Demand::Pinned {
            version: version::written(&version),
            evidence,
        }),
        Err(_) => Err(format!("{} is no version", quoted(version))),
    }
}

/// Returns a URL without user name, password and query.
pub(super) fn without_credentials(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let authority = rest.find('/').unwrap_or(rest.len());
            let host = rest[..authority].rfind('@').map_or(0, |at| at + 1);
            format!("{scheme}://{}", &rest[host..])
        }
        None => url.to_owned(),
    }
}

/// Returns the host of an index that is not PyPI's own, or what else names it; safe to quote.
pub(super) fn foreign_index(url: &str) -> Option<String> {
    let url = without_credentials(url);
    let (_, rest) = url.split_once("://").unwrap_or(("", &url));
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let own = host == "pypi.org" || host == "pypi.python.org" || host == "files.pythonhosted.org";
    (!own && !host.is_empty()).then(|| host.to_owned())
}

/// Returns the folder-independent problem text for a package that comes from an index other than PyPI.
pub(super) fn foreign_index_notice(host: &str) -> String {
    format!(
        "packages may come from {}, whose own packages no advisory knows",
        quoted(host)
    )
}

/// Returns whether a path is that of the file itself: a guard against a file that asks for itself.
pub(super) fn chain_holds(chain: &[(RepoPath, u32)], path: &RepoPath) -> bool {
    chain.iter().any(|(outer, _)| outer == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_never_stay_in_a_url() {
        for (url, expected) in [
            (
                "https://user:word@host/simple?token=x#y",
                "https://host/simple",
            ),
            ("https://host", "https://host"),
            ("git+ssh://git@host/a@b", "git+ssh://host/a@b"),
            ("./x", "./x"),
        ] {
            assert_eq!(without_credentials(url), expected);
        }
        assert_eq!(
            foreign_index("https://u:p@host:8080/simple").as_deref(),
            Some("host")
        );
        assert_eq!(foreign_index("https://pypi.org/simple"), None);
    }

    #[test]
    fn only_development_parts_make_a_dependency_one_for_development() {
        let file = File::new(RepoPath::new("a"), "".into());
        let mut made = dependency(&file, PackageName::new("x"), skipped("y"), 0..0);
        let group = || Part::Group("dev".to_owned());
        for (parts, groups, development) in [
            (vec![Part::Main], vec![], false),
            (vec![group()], vec!["group:dev"], true),
            (vec![group(), Part::Main], vec!["main", "group:dev"], false),
            (
                vec![Part::Extra("Docs".to_owned())],
                vec!["extra:Docs"],
                true,
            ),
            (
                vec![Part::Extra("crypto".to_owned())],
                vec!["extra:crypto"],
                false,
            ),
            (vec![Part::Build], vec!["build"], false),
        ] {
            set_parts(&mut made, parts);
            assert_eq!(made.groups, groups);
            assert_eq!(made.development, development, "{groups:?}");
        }
    }
}
