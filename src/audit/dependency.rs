//! What a dependency file says: the packages that it asks for, and the lines that could not be read.
//!
//! Comes in: nothing; the readers of the formats fill these types. Everything in them is as it stands in the
//! file: not yet compared with any advisory, and not yet safe to print.

use std::cmp::Ordering;
use std::fmt;

use crate::finding::{Location, RepoPath};

/// A package's name as the index normalises it: lower case, runs of `-`, `_` and `.` folded to one `-`.
///
/// How it is written is kept for messages; it takes no part in comparisons.
#[derive(Debug, Clone)]
pub struct PackageName {
    normalised: String,
    written: String,
}

impl PackageName {
    /// Normalises a name as it is written.
    pub fn new(written: &str) -> Self {
        let written = written.trim();
        let mut normalised = String::with_capacity(written.len());
        for c in written.chars() {
            match c {
                '-' | '_' | '.' if normalised.ends_with('-') => {}
                '-' | '_' | '.' => normalised.push('-'),
                c => normalised.push(c.to_ascii_lowercase()),
            }
        }
        Self {
            normalised,
            written: written.to_owned(),
        }
    }

    /// Returns the normalised name.
    pub fn as_str(&self) -> &str {
        &self.normalised
    }

    /// Returns the name as it is written.
    pub fn written(&self) -> &str {
        &self.written
    }
}

impl PartialEq for PackageName {
    fn eq(&self, other: &Self) -> bool {
        self.normalised == other.normalised
    }
}

impl Eq for PackageName {}

impl PartialOrd for PackageName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PackageName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.normalised.cmp(&other.normalised)
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.normalised)
    }
}

/// Which versions a dependency file asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demand {
    /// Exactly one.
    Pinned {
        /// The version as it is written.
        version: String,
        /// What the version was read from.
        evidence: Evidence,
    },
    /// Any that fits.
    Open {
        /// The specifier as PEP 440 writes it (`>=2,<3`); empty where every version will do.
        specifier: String,
    },
    /// Something that has no version to look up, for example an editable directory or a branch.
    Skipped {
        /// Why, as a lower-case fragment.
        reason: String,
    },
}

/// What an exact version was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The file states it.
    Stated,
    /// The name of the wheel or source archive that the requirement points at.
    ArchiveName,
    /// The tag of a repository, which nobody verified.
    Tag,
}

/// One package that a dependency file asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The package.
    pub name: PackageName,
    /// Which versions of it.
    pub demand: Demand,
    /// The extras asked for, as they are written.
    pub extras: Vec<String>,
    /// The environment marker as it is written, without the semicolon.
    pub marker: Option<String>,
    /// The groups and extras of the file that ask for the package; empty: the project itself.
    pub groups: Vec<String>,
    /// Whether only development groups ask for it.
    pub development: bool,
    /// Whether this only limits the version where something else asks for the package (`-c`).
    pub constraint: bool,
    /// Whether a hash of what is to be installed is stated.
    pub hashed: bool,
    /// The name and version, or the line, that has to change.
    pub location: Location,
    /// The files and lines that include this file, the outermost first.
    pub included_from: Vec<(RepoPath, u32)>,
    /// The packages that ask for this one, from the project down, where a lock file tells.
    pub required_by: Vec<String>,
}

/// Something in a dependency file that could not be read; the rest is audited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: RepoPath,
    /// The 1-based line, or nothing where the whole file is concerned.
    pub line: Option<u32>,
    /// What is wrong, as a lower-case fragment, safe to print.
    pub reason: String,
}

/// What one dependency file, with the files that it includes, says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The packages, in the order of the file; included files stand where they are included.
    pub dependencies: Vec<Dependency>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What a person should know although everything was read, for example conflicting pins; safe to print.
    pub notices: Vec<Problem>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normalised_as_the_index_does() {
        for (written, name) in [
            ("Django", "django"),
            ("zope.interface", "zope-interface"),
            ("ruamel_yaml", "ruamel-yaml"),
            ("a-_.b", "a-b"),
            ("Friendly--Bard", "friendly-bard"),
        ] {
            assert_eq!(PackageName::new(written).as_str(), name);
        }
    }
}
