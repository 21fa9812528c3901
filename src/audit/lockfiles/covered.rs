//! Requirements of a project that a lock file pins: they are audited there, in the version that is installed.
//!
//! A range in a project file says little where a lock file in the same folder, or in one around it, holds the
//! exact version. Where the two do not fit together, the range stays and the difference is said.

use std::collections::BTreeMap;

use pep440_rs::Version;

use crate::audit::dependency::{Demand, Dependency, Manifest, PackageName, Problem};
use crate::audit::specifier::Specifiers;
use crate::finding::RepoPath;

use super::file::{Tree, quoted};

/// The lock files that belong to a project file, the first that is there counts.
const LOCKS: [&str; 4] = ["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"];

/// Folders further out than this are not looked into.
const OUTERMOST: usize = 10;

/// Leaves out of a project's manifest what the lock file pins as the project asks for it.
pub(super) fn leave_out(path: &RepoPath, tree: &mut Tree, manifest: &mut Manifest) {
    if !manifest.dependencies.iter().any(is_covered_by_locks) {
        return;
    }
    let Some((lock, content)) = lock_file(path, tree) else {
        return;
    };
    let locked = versions(&lock, &content);
    let mut drifted = Vec::new();
    manifest.dependencies.retain(|dependency| {
        let Demand::Open { specifier } = &dependency.demand else {
            return true;
        };
        let (true, Some(versions)) = (
            is_covered_by_locks(dependency),
            locked.get(&dependency.name),
        ) else {
            return true;
        };
        let specifiers = Specifiers::parse(specifier).unwrap_or_default();
        if versions.iter().any(|version| specifiers.admits(version)) {
            return false;
        }
        drifted.push(Problem {
            path: path.clone(),
            line: Some(dependency.location.start.line),
            reason: format!(
                "{} holds no version of {} that `{specifier}` admits: lock again",
                quoted(&lock.to_text()),
                quoted(dependency.name.as_str())
            ),
        });
        true
    });
    manifest.notices.extend(drifted);
}

/// Lock files hold what is installed, and not what only the build of the project needs.
fn is_covered_by_locks(dependency: &Dependency) -> bool {
    matches!(dependency.demand, Demand::Open { .. })
        && !dependency.constraint
        && !dependency.groups.iter().any(|group| group == "build")
}

/// Returns the nearest lock file of a project file.
fn lock_file(path: &RepoPath, tree: &mut Tree) -> Option<(RepoPath, Vec<u8>)> {
    let mut folder = path.as_bytes();
    for _ in 0..OUTERMOST {
        folder = memchr::memrchr(b'/', folder).map_or(&[][..], |end| &folder[..end]);
        for name in LOCKS {
            let mut lock = folder.to_vec();
            if !lock.is_empty() {
                lock.push(b'/');
            }
            lock.extend(name.as_bytes());
            let lock = RepoPath::new(lock);
            if let Some(content) = (tree.read)(&lock) {
                return Some((lock, content));
            }
        }
        if folder.is_empty() {
            break;
        }
    }
    None
}

/// Returns the versions that a lock file holds of each package.
fn versions(lock: &RepoPath, content: &[u8]) -> BTreeMap<PackageName, Vec<Version>> {
    let mut versions: BTreeMap<PackageName, Vec<Version>> = BTreeMap::new();
    // What is wrong with the lock file is said where that one is read.
    for dependency in super::read(lock, content, &mut |_| None).dependencies {
        if let Demand::Pinned { version, .. } = &dependency.demand
            && let Ok(version) = version.parse()
        {
            versions.entry(dependency.name).or_default().push(version);
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::super::tests::{demands, read_tree};

    const PROJECT: &str = "\
[build-system]
requires = [\"jinja2\"]
[project]
dependencies = [
  \"jinja2>=3\",
  \"requests>=2.32\",
  \"idna\",
  \"zipp==3.8.0\",
]
";
    const LOCK: &str = "\
version = 1
[[package]]
name = \"jinja2\"
version = \"3.1.2\"
[[package]]
name = \"requests\"
version = \"2.31.0\"
[[package]]
name = \"zipp\"
version = \"3.8.0\"
";

    #[test]
    fn what_the_lock_file_pins_is_left_to_it() {
        for lock in ["a/b/uv.lock", "a/uv.lock", "uv.lock"] {
            let manifest = read_tree(
                "a/b/pyproject.toml",
                &[("a/b/pyproject.toml", PROJECT), (lock, LOCK)],
            );
            assert_eq!(
                demands(&manifest),
                [
                    "2:14 jinja2 any build",
                    "6:12 requests >=2.32",
                    "7:4 idna any",
                    "8:8 zipp 3.8.0"
                ]
            );
            let notices: Vec<_> = manifest
                .notices
                .iter()
                .map(|n| (n.line, n.reason.clone()))
                .collect();
            let reason =
                format!("`{lock}` holds no version of `requests` that `>=2.32` admits: lock again");
            assert_eq!(notices, [(Some(6), reason)]);
        }
    }

    #[test]
    fn without_a_lock_file_every_range_stays() {
        let manifest = read_tree("pyproject.toml", &[("pyproject.toml", PROJECT)]);
        assert_eq!(manifest.dependencies.len(), 5);
        assert!(manifest.notices.is_empty());
    }
}
