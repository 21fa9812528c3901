//! Path classes: gitignore-style globs over the bytes of paths, as git stores them.
//!
//! A pattern without a slash before its end matches at every depth, any other from the root; a pattern that
//! matches a directory matches what is below it; `!` takes back, the last match decides. Beside what
//! gitignore knows, `{a,b}` stands for either.

use std::sync::OnceLock;

use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::finding::{RepoPath, printable};

use super::PolicyError;
use super::reader::{Reader, Setting};
use super::value::{Item, Value, write_list, write_text};

/// Patterns of this length together are never too large to be compiled.
const CERTAIN_LENGTH: usize = 2048;

/// The `[paths]` table.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    pub(super) critical: Setting<Globs>,
    pub(super) exclude: Setting<Globs>,
}

impl Paths {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, PolicyError> {
        Ok(Self {
            critical: reader.set("paths.critical", Globs::default())?,
            exclude: reader.set("paths.exclude", Globs::default())?,
        })
    }

    /// Returns whether code at this path is critical: everything is where no path is named.
    pub(super) fn is_critical(&self, path: Option<&RepoPath>) -> bool {
        let globs = &self.critical.value;
        globs.is_empty() || path.is_none_or(|path| globs.matches(path))
    }
}

/// A list of patterns, compiled when first used.
#[derive(Debug, Clone, Default)]
pub(super) struct Globs {
    patterns: Vec<String>,
    set: OnceLock<GlobSet>,
}

impl Globs {
    /// Wraps patterns that are known to be good.
    pub(super) fn built_in(patterns: &[&str]) -> Self {
        Self {
            patterns: patterns.iter().map(|&pattern| pattern.to_owned()).collect(),
            set: OnceLock::new(),
        }
    }

    pub(super) fn patterns(&self) -> &[String] {
        &self.patterns
    }

    pub(super) fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    pub(super) fn matches(&self, path: &RepoPath) -> bool {
        let is_compiled = self.set.get().is_some();
        let mut patterns = self.patterns.iter();
        if !is_compiled && !patterns.any(|pattern| is_within_reach(pattern, path.as_bytes())) {
            return false;
        }
        let set = self.set.get_or_init(|| {
            compile(&self.patterns).expect("patterns are checked when they are read")
        });
        let matched = set.matches_candidate(&Candidate::from_bytes(path.as_bytes()));
        // Each pattern stands for two globs: the path itself and what is below it.
        matched
            .iter()
            .max()
            .is_some_and(|&last| !self.patterns[last / 2].starts_with('!'))
    }

    /// Returns whether it says nothing about a path that it matches.
    pub(super) fn match_everything(&self) -> bool {
        // A pattern that names something is not compiled to see that it does not.
        if let [pattern] = self.patterns.as_slice()
            && !pattern.contains(['[', '{'])
            && pattern.contains(|c: char| c.is_ascii_alphanumeric())
        {
            return false;
        }
        ["a", "Z9.x", "q/w.e", "0/-/_/y"]
            .iter()
            .all(|&probe| self.matches(&RepoPath::new(probe)))
    }

    pub(super) fn read_one(item: &Item<'_>) -> Result<Self, PolicyError> {
        let pattern = item.line_of_text()?;
        let bare = pattern.trim_start_matches('!').trim_matches('/');
        if bare.is_empty() {
            return Err(item.fail(
                format!("`{}` names no path", printable(pattern)),
                Some(hint()),
            ));
        }
        let globs = Self::built_in(&[pattern]);
        match check(&globs.patterns) {
            Ok(()) => Ok(globs),
            Err(error) => Err(item.fail(
                format!(
                    "`{}` is no glob: {}",
                    printable(pattern),
                    printable(&error.kind().to_string())
                ),
                Some(hint()),
            )),
        }
    }
}

impl Value for Globs {
    fn read(item: &Item<'_>) -> Result<Self, PolicyError> {
        let list = item.list().map_err(|error| PolicyError {
            hint: Some(hint()),
            ..error
        })?;
        let mut patterns = Vec::new();
        for item in list {
            patterns.extend(
                Self::read_one(&item)
                    .map_err(|error| PolicyError {
                        hint: Some(hint()),
                        ..error
                    })?
                    .patterns,
            );
        }
        check(&patterns).map_err(|_| {
            item.fail(
                format!("the globs of `{}` are too large together", item.key),
                None,
            )
        })?;
        Ok(Self {
            patterns,
            set: OnceLock::new(),
        })
    }

    fn write(&self) -> String {
        write_list(self.patterns.iter().map(|pattern| write_text(pattern)))
    }
}

fn hint() -> String {
    "a list of gitignore-style globs, for example `[\"**/auth/**\", \"*.pem\"]`".to_owned()
}

/// Makes sure that patterns can be compiled, which takes far longer than reading them: as long as they are few, globs
/// that are well-formed can.
fn check(patterns: &[String]) -> Result<(), globset::Error> {
    if patterns.iter().map(String::len).sum::<usize>() > CERTAIN_LENGTH {
        return compile(patterns).map(drop);
    }
    patterns
        .iter()
        .try_for_each(|pattern| globs(pattern).map(drop))
}

fn compile(patterns: &[String]) -> Result<GlobSet, globset::Error> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        for glob in globs(pattern)? {
            set.add(glob);
        }
    }
    set.build()
}

/// Returns the globs that a pattern stands for: the path itself, and what is below it.
fn globs(pattern: &str) -> Result<[Glob; 2], globset::Error> {
    let body = pattern.strip_prefix('!').unwrap_or(pattern);
    let (body, directories_only) = match body.strip_suffix('/') {
        Some(directory) => (directory, true),
        None => (body, false),
    };
    let rooted = match from_root(body) {
        Some(rooted) => rooted.to_owned(),
        None => format!("**/{body}"),
    };
    let below = format!("{rooted}/**");
    let itself = if directories_only { &below } else { &rooted };
    Ok([glob(itself)?, glob(&below)?])
}

/// Returns what a pattern matches from the root; nothing where it matches at every depth.
fn from_root(body: &str) -> Option<&str> {
    body.strip_prefix('/')
        .or_else(|| body.contains('/').then_some(body))
}

/// Returns whether a pattern could make a path match, as far as can be told without compiling it: what it begins with
/// literally is what the path begins with. A pattern that takes back makes nothing match.
fn is_within_reach(pattern: &str, path: &[u8]) -> bool {
    let body = pattern.strip_suffix('/').unwrap_or(pattern);
    let begin = |rooted: &str| {
        let end = rooted.find(['*', '?', '[', '{', '\\']);
        path.starts_with(&rooted.as_bytes()[..end.unwrap_or(rooted.len())])
    };
    !pattern.starts_with('!') && from_root(body).is_none_or(begin)
}

fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(patterns: &[&str], path: &[u8]) -> bool {
        Globs::built_in(patterns).matches(&RepoPath::new(path))
    }

    #[test]
    fn patterns_match_as_in_a_gitignore_file() {
        for (pattern, inside, outside) in [
            ("*.pem", &["a.pem", "x/y/a.pem"][..], &["a.pem2", "pem"][..]),
            (
                "vendor/",
                &["vendor/a", "x/vendor/b/c"],
                &["vendor", "x/vendor2/a"],
            ),
            ("/build", &["build", "build/x"], &["x/build"]),
            ("docs/*.md", &["docs/a.md"], &["docs/x/a.md", "x/docs/a.md"]),
            (
                "**/auth/**",
                &["auth/a", "x/auth/y/z"],
                &["auth", "author/a"],
            ),
            (
                "src/**/test.py",
                &["src/test.py", "src/a/b/test.py"],
                &["test.py"],
            ),
            ("a?c", &["abc", "x/abc"], &["ac", "a/c"]),
            ("*.{key,pem}", &["a.key", "b/c.pem"], &["a.txt"]),
            (r"\!x", &["!x"], &["x"]),
        ] {
            for path in inside {
                assert!(matches(&[pattern], path.as_bytes()), "{pattern} {path}");
                assert!(!matches(
                    &["elsewhere/x", &format!("!{pattern}")],
                    path.as_bytes()
                ));
            }
            for path in outside {
                assert!(!matches(&[pattern], path.as_bytes()), "{pattern} {path}");
            }
        }
    }

    #[test]
    fn the_last_match_decides_and_bytes_are_bytes() {
        assert!(!matches(&["*.py", "!keep.py"], b"a/keep.py"));
        assert!(matches(&["!keep.py", "*.py"], b"a/keep.py"));
        assert!(matches(&["*.py"], b"\xff\xfe.py"));
        assert!(matches(&["x*"], b"x\xff\n"));
        assert!(!matches(&[], b"a"));
    }

    #[test]
    fn what_is_told_without_compiling_is_what_compiling_tells() {
        let patterns = [
            "src/a.py",
            "/src",
            "src/",
            "src/*",
            "src/**/a.py",
            "s?c/a.py",
            "[s]rc/a.py",
            "{src,x}/a.py",
            r"src\/a.py",
            r"\src/a.py",
            "a.py",
            "**/a.py",
            "src//",
            "//src",
            "src/a.py/",
            "!src/a.py",
            "./src",
        ];
        let paths = [
            "src/a.py",
            "src/a.py/b",
            "src",
            "src/x/a.py",
            "xsrc/a.py",
            "sr",
            "a.py",
            "x/a.py",
            "./src",
        ];
        for pattern in patterns {
            for path in paths {
                let globs = Globs::built_in(&[pattern]);
                let quick = globs.matches(&RepoPath::new(path));
                globs.set.get_or_init(|| compile(&globs.patterns).unwrap());
                assert_eq!(
                    quick,
                    globs.matches(&RepoPath::new(path)),
                    "{pattern} {path}"
                );
            }
        }
    }
}
