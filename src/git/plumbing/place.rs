//! Where git says the parts of a repository are.

use std::path::{Path, PathBuf};

use super::path_from;
use crate::git::Layout;

/// What git is asked when a repository is opened; [`Place::read`] reads the answers.
pub(super) const QUESTIONS: &[&str] = &[
    "rev-parse",
    "--show-object-format",
    "--is-inside-work-tree",
    "--is-bare-repository",
    "--show-cdup",
    "--absolute-git-dir",
];

/// Git's answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The name of the hash.
    pub(super) format: Vec<u8>,
    inside: bool,
    bare: bool,
    /// The way to the root of the work tree, where git has told one.
    up: Option<PathBuf>,
    git_dir: PathBuf,
}

impl Place {
    /// Reads the answers to [`QUESTIONS`], one a line; the way up has no line in a bare repository.
    pub(super) fn read(answers: &[u8]) -> Option<Self> {
        let answers = answers.strip_suffix(b"\n")?;
        let lines: Vec<&[u8]> = answers.splitn(4, |&byte| byte == b'\n').collect();
        let &[format, inside, bare, rest] = &lines[..] else {
            return None;
        };
        let inside = read_bool(inside)?;
        let (up, git_dir) = if inside {
            let end = memchr::memchr(b'\n', rest)?;
            (Some(&rest[..end]), &rest[end + 1..])
        } else {
            match memchr::memrchr(b'\n', rest) {
                Some(end) if path_from(&rest[end + 1..]).is_absolute() => {
                    (Some(&rest[..end]), &rest[end + 1..])
                }
                _ => (None, rest),
            }
        };
        let git_dir = path_from(git_dir);
        let place = Self {
            format: format.to_vec(),
            inside,
            bare: read_bool(bare)?,
            up: up.map(path_from),
            git_dir,
        };
        place.git_dir.is_absolute().then_some(place)
    }

    /// Returns where the parts are, for answers given at `start`.
    pub(super) fn layout(self, start: &Path) -> Layout {
        let git_dir = self.git_dir;
        // From inside the git directory, the work tree is what is around that.
        let around = git_dir
            .parent()
            .filter(|_| !self.bare && git_dir.ends_with(".git"));
        let up = self
            .up
            .filter(|up| self.inside || up.is_absolute())
            .map(|up| start.join(up));
        let work_tree = up.or(around.map(Path::to_owned)).map(canonical);
        // A linked work tree names the git directory that it shares in a file.
        let common_dir = match std::fs::read(git_dir.join("commondir")) {
            Ok(bytes) => canonical(git_dir.join(path_from(bytes.trim_ascii_end()))),
            Err(_) => git_dir.clone(),
        };
        Layout {
            git_dir,
            common_dir,
            work_tree,
        }
    }
}

fn canonical(path: PathBuf) -> PathBuf {
    path.canonicalize().unwrap_or(path)
}

fn read_bool(word: &[u8]) -> Option<bool> {
    match word {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_are_told_apart_by_their_form() {
        let read = |text: &str| {
            let place = Place::read(text.as_bytes())?;
            Some((
                place.up.map(|up| up.display().to_string()),
                place.git_dir.display().to_string(),
            ))
        };
        let told =
            |up: Option<&str>, git_dir: &str| Some((up.map(str::to_owned), git_dir.to_owned()));
        assert_eq!(
            read("sha1\ntrue\nfalse\n../../\n/a\nb/.git\n"),
            told(Some("../../"), "/a\nb/.git")
        );
        assert_eq!(
            read("sha1\ntrue\nfalse\n\n/a/.git\n"),
            told(Some(""), "/a/.git")
        );
        assert_eq!(read("sha1\nfalse\ntrue\n/a.git\n"), told(None, "/a.git"));
        assert_eq!(
            read("sha1\nfalse\nfalse\n/w\n/a/.git\n"),
            told(Some("/w"), "/a/.git")
        );
        for wrong in [
            "",
            "sha1\n",
            "sha1\ntrue\nfalse\n/a\n",
            "sha1\nfalse\nmaybe\n/a\n",
            "sha1\nfalse\ntrue\na.git\n",
        ] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }
}
