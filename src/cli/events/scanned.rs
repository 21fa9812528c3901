//! What was scanned of the commit in the making: looked up and kept without opening the repository.
//!
//! `pre-commit` keeps it; `prepare-commit-msg`, which `--no-verify` does not skip, and `commit-msg` look it up.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::{Context, kept};
use crate::git;
use crate::record::scanned::{Commit, FILE, Fit, Scanned};

/// The commit in the making.
#[derive(Debug, Clone)]
pub(super) struct Now {
    /// The git directory of the work tree.
    pub(super) git_dir: PathBuf,
    /// What can be known of the commit.
    pub(super) commit: Commit,
}

impl Now {
    /// Looks at the git directory that the environment and the current directory name; nothing where that takes
    /// more than a look.
    pub(super) fn look(context: &Context) -> Result<Option<Self>, Failure> {
        let environment = &context.environment;
        let directory = environment.current_dir()?;
        let named = environment.variable("GIT_DIR").map(PathBuf::from);
        match git::quick_layout(named.as_deref(), &directory) {
            Some(git_dir) => Self::at(context, &git_dir).map(Some),
            None => Ok(None),
        }
    }

    /// Looks at a git directory.
    pub(super) fn at(context: &Context, git_dir: &Path) -> Result<Self, Failure> {
        let environment = &context.environment;
        let index = match environment.variable("GIT_INDEX_FILE") {
            Some(index) => environment.current_dir()?.join(index),
            None => git_dir.join("index"),
        };
        let git = environment.git_process();
        let commit = Commit {
            git: git.id,
            git_is_certain: git.certain,
            index_stamp: git::index_stamp(&index)?,
            head: head(git_dir),
        };
        Ok(Self {
            git_dir: git_dir.to_owned(),
            commit,
        })
    }

    /// Returns the last scan and how it fits. One that cannot be read is none.
    pub(super) fn last_scan(&self) -> (Fit, Option<Scanned>) {
        let text = fs::read_to_string(self.git_dir.join(FILE)).ok();
        let scanned = text.and_then(|text| Scanned::from_text(&text).ok());
        (
            scanned
                .as_ref()
                .map_or(Fit::Other, |scanned| scanned.fit(&self.commit)),
            scanned,
        )
    }
}

/// Keeps a scan for the next event. If that fails, the verdict stands.
pub(super) fn keep(context: &Context, git_dir: &Path, scanned: &Scanned) {
    if let Err(error) = kept::write(git_dir, FILE, scanned.to_text()) {
        context.terminal.warn(&format!(
            "this scan cannot be kept for the next hook: {error}"
        ));
    }
}

/// Returns what `HEAD` holds and, where that is a branch with a file of its own, what the file holds.
fn head(git_dir: &Path) -> String {
    let read = |path: PathBuf| {
        fs::read_to_string(path)
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let head = read(git_dir.join("HEAD"));
    let target = head.strip_prefix("ref: ").map(|name| {
        let common = read(git_dir.join("commondir"));
        read(git_dir.join(common).join(name))
    });
    format!("{head} {}", target.unwrap_or_default())
        .trim_end()
        .replace('\n', " ")
}
