//! Which paths are left out of a scan.
//!
//! An entry leaves out every path that matches it as a shell-style pattern and every path that it is a part of, so
//! `tests` also leaves out `latests/a.py`. Paths are compared as they are shown, `./` and all.

use crate::bandit::glob;

/// What the reference tool leaves out unless it is told otherwise.
pub const DEFAULT_EXCLUDES: [&str; 9] = [
    ".svn",
    "CVS",
    ".bzr",
    ".hg",
    ".git",
    "__pycache__",
    ".tox",
    ".eggs",
    "*.egg",
];

/// The entries that leave paths out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exclusions(Vec<String>);

impl Exclusions {
    /// Puts the entries of a configuration file and those of a command line together. Only of the latter, one that
    /// is a directory stands for what lies in it.
    pub fn new(
        configured: Vec<String>,
        given: impl IntoIterator<Item = String>,
        is_directory: impl Fn(&str) -> bool,
    ) -> Self {
        let mut entries = configured;
        entries.extend(given.into_iter().map(|entry| {
            match (is_directory(&entry), entry.ends_with('/')) {
                (true, false) => entry + "/*",
                (true, true) => entry + "*",
                (false, _) => entry,
            }
        }));
        Self(entries)
    }

    /// Returns whether a path, as it is shown, is left out.
    pub fn leave_out(&self, path: &str) -> bool {
        self.0
            .iter()
            .any(|entry| path.contains(entry.as_str()) || glob::matches(entry, path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out(given: &str, path: &str) -> bool {
        let entries = given.split(',').map(str::to_owned);
        Exclusions::new(Vec::new(), entries, |entry| {
            entry.trim_end_matches('/') == "d/tests"
        })
        .leave_out(path)
    }

    #[test]
    fn entries_are_patterns_and_parts_of_paths() {
        for (given, path, expected) in [
            ("tests", "d/latests/l.py", true),
            ("./tests", "d/tests/t.py", false),
            ("/tests/", "d/tests/t.py", true),
            ("*/tests", "d/tests/t.py", false),
            ("*/tests/*", "d/sub/tests/u.py", true),
            ("d/tests", "d/tests/t.py", true),
            ("d/tests/", "d/tests/t.py", true),
            ("d/tests//", "d/tests/t.py", false),
            ("d/tests", "d/tests2/t.py", false),
            ("[b].py", "d/[b].py", true),
            (",", "x", true),
            ("a*", "d/a.py", false),
            ("CVS", "d/CVSS.py", true),
            ("*.egg", "d/x.egg/y.py", false),
        ] {
            assert_eq!(left_out(given, path), expected, "{given} {path}");
        }
    }
}
