//! Dependency files: requirements and markers against recorded answers, formats against each other, and what
//! is broken or hostile.

mod conformance;
mod edges;
mod hostile;
mod locks;
mod mutations;
mod properties;
mod vectors;

use std::fs;
use std::path::PathBuf;

use gate_hook::audit::specifier::Specifiers;
use gate_hook::audit::{Demand, Dependency, Manifest, lockfiles};
use gate_hook::finding::RepoPath;

/// Returns a file of the data that lies beside the project where it is developed, and says so.
#[expect(clippy::print_stdout, reason = "the log says what was compared")]
fn shared(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/advisories")
        .join(name);
    let content = fs::read(&path).ok();
    let what = match content {
        Some(_) => "compared with",
        None => "the project's own cases only, without",
    };
    println!("{what} {}", path.display());
    content
}

/// Returns what the test command sets to say how much to test.
#[expect(
    clippy::disallowed_methods,
    reason = "the test command says how much to test"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Reads the file at a path of a tree.
fn read_tree(path: &str, files: &[(&str, Vec<u8>)]) -> Manifest {
    let find = |wanted: &RepoPath| {
        let mut files = files.iter();
        files
            .find(|(path, _)| path.as_bytes() == wanted.as_bytes())
            .map(|(_, content)| content.clone())
    };
    let path = RepoPath::new(path);
    lockfiles::read(&path, &find(&path).unwrap(), &mut |wanted| find(wanted))
}

/// Returns the exact version of a dependency.
fn pinned(dependency: &Dependency) -> Option<&str> {
    match &dependency.demand {
        Demand::Pinned { version, .. } => Some(version),
        _ => None,
    }
}

/// Returns every pin as `name version`, sorted.
fn pins(manifest: &Manifest) -> Vec<String> {
    let pin =
        |dependency: &Dependency| Some(format!("{} {}", dependency.name, pinned(dependency)?));
    let mut pins: Vec<String> = manifest.dependencies.iter().filter_map(pin).collect();
    pins.sort();
    pins.dedup();
    pins
}

/// Checks that a manifest can be used: places lie in the file, texts are what they claim to be and safe.
fn check(path: &str, content: &[u8], manifest: &Manifest) {
    let lines = content.split(|byte| *byte == b'\n').count();
    for dependency in &manifest.dependencies {
        let (start, end) = (dependency.location.start, dependency.location.end);
        assert!(
            start <= end && start.line >= 1 && start.column >= 1,
            "{path}: {dependency:?}"
        );
        if dependency.location.place.path() == Some(&RepoPath::new(path))
            && !content.starts_with(b"\xff\xfe")
        {
            assert!(end.line as usize <= lines, "{path}: {dependency:?}");
        }
        match &dependency.demand {
            Demand::Pinned { version, .. } => {
                assert!(version.parse::<pep440_rs::Version>().is_ok(), "{version}")
            }
            Demand::Open { specifier } => {
                assert!(Specifiers::parse(specifier).is_some(), "{specifier}")
            }
            Demand::Skipped { reason } => assert!(!reason.is_empty()),
        }
        assert!(dependency.required_by.len() <= 16);
    }
    for problem in manifest.problems.iter().chain(&manifest.notices) {
        assert!(
            !problem.reason.chars().any(char::is_control),
            "{path}: {:?}",
            problem.reason
        );
        assert!(problem.line != Some(0) && !problem.reason.is_empty());
    }
}
