//! The files in which other checks are called, and the calls in them.

use std::path::Path;

use super::Found;
use super::call::{self, Call, Tool};
use super::outline::Outline;
use super::variables::Variables;
use crate::finding::{RepoPath, printable};
use crate::git::{Repository, Side};

/// Directories whose files are looked at, with the ends of their names.
const DIRECTORIES: [(&str, &[&str]); 8] = [
    (".github/workflows", &[".yml", ".yaml"]),
    (".gitlab/ci", &[".yml", ".yaml"]),
    (".woodpecker", &[".yml", ".yaml"]),
    (".circleci", &[".yml", ".yaml"]),
    ("scripts", &[".sh"]),
    ("ci", &[".sh", ".yml", ".yaml"]),
    (".ci", &[".sh", ".yml", ".yaml"]),
    ("", &[".sh"]),
];
/// Single files.
const FILES: [&str; 14] = [
    ".gitlab-ci.yml",
    ".gitlab-ci.yaml",
    ".pre-commit-config.yaml",
    ".woodpecker.yml",
    ".drone.yml",
    ".travis.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "Jenkinsfile",
    "Makefile",
    "justfile",
    "noxfile.py",
    "tox.ini",
    "setup.cfg",
];
/// The largest file that is read.
const LIMIT: usize = 1 << 20;

/// A way to read the repository: the work tree, or a tree of git.
pub(in crate::cli) trait Files {
    /// Returns the names of the files directly in a directory; `""` is the root.
    fn list(&self, directory: &str) -> Vec<String>;
    /// Returns the text of a file, if there is one.
    fn read(&self, path: &str) -> Option<String>;
}

/// The work tree.
pub(in crate::cli) struct OnDisk<'a>(pub(in crate::cli) &'a Path);

impl Files for OnDisk<'_> {
    fn list(&self, directory: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.join(directory));
        let names = entries.into_iter().flatten().flatten();
        names
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    }

    fn read(&self, path: &str) -> Option<String> {
        let path = self.0.join(path);
        // Neither a link out of the repository nor a pipe that never ends.
        let is_file = std::fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
        is_file.then(|| std::fs::read_to_string(path).ok())?
    }
}

/// A tree of git.
pub(in crate::cli) struct InGit<'a> {
    pub(in crate::cli) repository: &'a dyn Repository,
    pub(in crate::cli) side: Side,
}

impl Files for InGit<'_> {
    fn list(&self, directory: &str) -> Vec<String> {
        let paths = self.repository.list(self.side, &RepoPath::new(directory));
        let paths = paths.unwrap_or_default();
        paths
            .iter()
            .map(|path| String::from_utf8_lossy(path.file_name()).into_owned())
            .collect()
    }

    fn read(&self, path: &str) -> Option<String> {
        let bytes = self
            .repository
            .file(self.side, &RepoPath::new(path))
            .ok()??;
        String::from_utf8(bytes).ok()
    }
}

/// Returns every call of a scanner that the repository's checks make, in the order of files and lines.
pub(in crate::cli) fn found(files: &dyn Files) -> Vec<Found> {
    let mut paths: Vec<String> = FILES.iter().map(|&file| file.to_owned()).collect();
    for (directory, ends) in DIRECTORIES {
        for name in files.list(directory) {
            if ends.iter().any(|end| name.ends_with(end)) {
                paths.push(match directory {
                    "" => name,
                    directory => format!("{directory}/{name}"),
                });
            }
        }
    }
    paths.sort();
    paths.dedup();
    let mut found = Vec::new();
    for path in paths {
        let Some(text) = files.read(&path).filter(|text| text.len() <= LIMIT) else {
            continue;
        };
        let calls = if path == ".pre-commit-config.yaml" {
            of_hooks(&text)
        } else {
            of_script(&text)
        };
        found.extend(calls.into_iter().map(|(line, call)| Found {
            place: format!("{}:{}", printable(&path), line + 1),
            call,
        }));
    }
    found
}

/// Returns the calls of a script, or of a YAML file with scripts in it, by line counted from 0.
fn of_script(text: &str) -> Vec<(usize, Call)> {
    let outline = Outline::new(text);
    let variables = Variables::of(text);
    let mut found = of_actions(&outline);
    let lines: Vec<&str> = text.lines().collect();
    let mut next = 0;
    while next < lines.len() {
        let at = next;
        let range = stretch(&lines, &outline, at);
        next = range.end;
        let words: Vec<&str> = lines[range]
            .iter()
            .map(|line| line.trim_end_matches('\\').trim_end())
            .collect();
        for mut call in call::calls(&variables.put_into(&words.join(" "))) {
            call.lenient |= outline.is_lenient(at);
            if let (Some(directory), Some(config)) = (outline.directory(at), &mut call.config) {
                *config = format!("{}/{config}", directory.trim_end_matches('/'));
            }
            found.push((at, call));
        }
    }
    found.sort_by_key(|(line, _)| *line);
    found
}

/// Returns the lines of the command that begins on one: those that end in a backslash go on in the next, and those
/// that YAML folds are one.
fn stretch(lines: &[&str], outline: &Outline<'_>, at: usize) -> std::ops::Range<usize> {
    // The key itself is no part of what it folds; its line is read on its own.
    if at > 0
        && let Some(folded) = outline.folded(at - 1)
        && !folded.is_empty()
    {
        return folded;
    }
    let goes_on = lines[at..].iter().take_while(|line| line.ends_with('\\'));
    at..(at + 1 + goes_on.count()).min(lines.len())
}

/// Returns the calls that ready-made steps of GitHub workflows make.
fn of_actions(outline: &Outline<'_>) -> Vec<(usize, Call)> {
    let mut found = Vec::new();
    for (at, action) in outline.keys("uses") {
        let action = action.to_lowercase();
        let block = outline.block(at);
        let value = |name: &str| outline.value(block.clone(), name).unwrap_or_default();
        let unquoted = |name: &str| value(name).trim().trim_matches(['"', '\'']).to_owned();
        let mut call = if action.contains("gh-action-pip-audit") {
            let mut call = call::read(Tool::PipAudit, &[]);
            call.ignores = value("ignore-vulns")
                .split_whitespace()
                .map(str::to_owned)
                .collect();
            call
        } else if action.starts_with("pycqa/bandit-action") {
            let mut call = call::read(Tool::Bandit, &[]);
            call.severity = call::severity(&unquoted("severity"));
            call.confidence = call::confidence(&unquoted("confidence"));
            call.skips = call::ids(&unquoted("skips")).collect();
            call.lenient = unquoted("exit_zero") == "true";
            call
        } else {
            continue;
        };
        call.lenient |= outline.is_lenient(at);
        found.push((at, call));
    }
    found
}

/// Returns the calls of the hooks that the pre-commit framework runs.
fn of_hooks(text: &str) -> Vec<(usize, Call)> {
    let outline = Outline::new(text);
    let mut found = Vec::new();
    for (at, id) in outline.keys("id") {
        let command = match id.trim_matches(['"', '\'']) {
            "bandit" => "bandit .",
            "pip-audit" => "pip-audit",
            id if id.starts_with("python-safety") => "safety check",
            _ => continue,
        };
        let arguments = outline.value(outline.block(at), "args").unwrap_or_default();
        let calls = call::calls(&format!("{command} {arguments}"));
        found.extend(calls.into_iter().map(|call| (at, call)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;

    struct Tree<'t>(&'t [(&'t str, &'t str)]);

    impl Files for Tree<'_> {
        fn list(&self, directory: &str) -> Vec<String> {
            let inside = |path: &str| match path.rsplit_once('/') {
                Some((parent, name)) => (parent == directory).then(|| name.to_owned()),
                None => directory.is_empty().then(|| path.to_owned()),
            };
            self.0.iter().filter_map(|(path, _)| inside(path)).collect()
        }

        fn read(&self, path: &str) -> Option<String> {
            let found = self.0.iter().find(|(known, _)| *known == path)?;
            Some(found.1.to_owned())
        }
    }

    #[test]
    fn calls_are_found_in_every_kind_of_file() {
        let found = found(&Tree(&[
            (
                ".github/workflows/ci.yml",
                "jobs:\n  a:\n    steps:\n      - run: bandit -r . -ll\n        continue-on-error: true\n\
                 \x20     - uses: pypa/gh-action-pip-audit@v1\n        with:\n          ignore-vulns: |\n\
                 \x20           GHSA-1\n            PYSEC-2\n",
            ),
            (
                ".gitlab-ci.yml",
                "audit:\n  script:\n    - pip-audit \\\n      --ignore-vuln X\n  allow_failure: true\n",
            ),
            (
                ".pre-commit-config.yaml",
                "repos:\n- repo: https://github.com/PyCQA/bandit\n  hooks:\n  - id: bandit\n    args: [\"-lll\", \"-c\", \"pyproject.toml\"]\n",
            ),
            ("run_tests.sh", "set -e\nsafety check --ignore 70612\n"),
            (
                "tox.ini",
                "[testenv:lint]\ncommands =\n    bandit -r src -s B101\n",
            ),
            ("README.md", "bandit -r src\n"),
        ]));
        let summary: Vec<String> = found
            .iter()
            .map(|found| {
                let call = &found.call;
                format!(
                    "{} {} {} {} {}",
                    found.place,
                    call.tool.name(),
                    call.severity,
                    call.lenient,
                    [&call.skips[..], &call.ignores[..]].concat().join("+")
                )
            })
            .collect();
        assert_eq!(
            summary,
            [
                ".github/workflows/ci.yml:4 bandit medium true ",
                ".github/workflows/ci.yml:6 pip-audit low false GHSA-1+PYSEC-2",
                ".gitlab-ci.yml:3 pip-audit low true X",
                ".pre-commit-config.yaml:4 bandit high false ",
                "run_tests.sh:2 safety low false 70612",
                "tox.ini:3 bandit low false B101",
            ]
        );
        assert_eq!(found[3].call.severity, Severity::High);
    }
}
