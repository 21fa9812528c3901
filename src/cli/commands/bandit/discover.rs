//! Which files a run looks at, and under which names they are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::bandit::config::Exclusions;
use crate::bandit::glob;

/// The name of the files that hold options.
const INI: &str = ".bandit";

/// A target of the command line with all files below it.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) path: PathBuf,
    /// The files below it; nothing if it is no directory.
    files: Option<Vec<PathBuf>>,
    /// Directories that could not be read.
    pub(super) unreadable: Vec<PathBuf>,
}

impl Target {
    /// Looks at a target. Links to directories are not followed, except the target itself.
    pub(super) fn new(path: impl AsRef<Path>) -> Self {
        let mut target = Self {
            path: path.as_ref().to_owned(),
            files: None,
            unreadable: Vec::new(),
        };
        if target.path.is_dir() {
            let mut files = Vec::new();
            walk(&target.path, &mut files, &mut target.unreadable);
            target.files = Some(files);
        }
        target
    }

    /// Returns whether it is a directory.
    pub(super) fn is_directory(&self) -> bool {
        self.files.is_some()
    }

    /// Returns the files below it that hold options.
    pub(super) fn inis(&self) -> impl Iterator<Item = &PathBuf> {
        let files = self.files.iter().flatten();
        files.filter(|file| file.file_name().is_some_and(|name| name == INI))
    }
}

fn walk(directory: &Path, files: &mut Vec<PathBuf>, unreadable: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else {
        unreadable.push(directory.to_owned());
        return;
    };
    for entry in entries.flatten() {
        // `entry.path()` would tidy the directory's name up; it has to stay as it was typed.
        let path = directory.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&path, files, unreadable),
            Ok(kind) if kind.is_symlink() && path.is_dir() => {}
            _ => files.push(path),
        }
    }
}

/// The files that are looked at, where they are by shown name, and those that are left out.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) files: BTreeMap<String, PathBuf>,
    pub(super) left_out: BTreeSet<String>,
}

/// Sorts the files of all targets. In a directory a file has to match one of the `include` patterns.
pub(super) fn discover(
    targets: &[Target],
    recursive: bool,
    include: &[String],
    exclusions: &Exclusions,
) -> Found {
    let mut found = Found::default();
    for target in targets {
        let Some(files) = &target.files else {
            explicit(&target.path, exclusions, &mut found);
            continue;
        };
        if !recursive {
            continue;
        }
        for path in files {
            let shown = path.to_string_lossy().into_owned();
            let included = include.iter().any(|pattern| glob::matches(pattern, &shown))
                && !exclusions.leave_out(&shown);
            if included {
                found.files.insert(shown, path.clone());
            } else {
                found.left_out.insert(shown);
            }
        }
    }
    found
}

/// A file that is named is looked at whatever it is called, and shown from the current directory on.
fn explicit(path: &Path, exclusions: &Exclusions, found: &mut Found) {
    let shown = path.to_string_lossy().into_owned();
    if exclusions.leave_out(&shown) {
        found.left_out.insert(shown);
    } else if shown == "-" || path.is_absolute() {
        found.files.insert(shown, path.to_owned());
    } else {
        let path = Path::new(".").join(path);
        found.files.insert(format!("./{shown}"), path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_they_were_typed() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("d");
        for file in ["a.py", "b.txt", "sub/c.py", "sub/.bandit", "x.py/y.py"] {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let typed = format!("{}//sub/../", root.display());
        let target = Target::new(&typed);
        assert_eq!(target.inis().count(), 1);
        let none = Exclusions::default();
        let found = discover(&[target], true, &["*.py".to_owned()], &none);
        let names: Vec<&str> = found
            .files
            .keys()
            .map(|name| name.strip_prefix(&typed).unwrap())
            .collect();
        assert_eq!(names, ["a.py", "sub/c.py", "x.py/y.py"]);
        assert_eq!(found.left_out.len(), 2);
    }

    #[test]
    fn a_named_file_is_looked_at_whatever_it_is_called() {
        let exclusions = Exclusions::new(vec!["CVS".to_owned()], [], |_| false);
        let targets = ["nope.txt", "./a", "/b", "-", "CVSS.py"].map(Target::new);
        let found = discover(&targets, false, &[], &exclusions);
        assert!(found.files.keys().eq(["-", "././a", "./nope.txt", "/b"]));
        assert!(found.left_out.iter().eq(["CVSS.py"]));
    }
}
