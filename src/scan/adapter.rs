//! What the pipeline asks of an engine.

use super::ScanError;
use crate::finding::{Engine, Finding, Place, RepoPath};
use crate::receipt::{Deferral, Unscanned};

/// Reads a file that surrounds the one an engine looks at; nothing where there is none.
pub(super) type Lookup<'a> = dyn Fn(&RepoPath) -> Option<Vec<u8>> + 'a;

/// One content, and what is around it.
pub(super) struct Text<'a> {
    /// What it is the content of.
    pub(super) place: &'a Place,
    /// The content.
    pub(super) bytes: &'a [u8],
    /// The line of the real file on which the content begins.
    pub(super) first_line: u32,
    /// Whether the content is all of the file, rather than a part of it that a patch shows.
    pub(super) whole: bool,
    /// The files around it.
    pub(super) around: &'a Lookup<'a>,
    /// The files at both ends of the change: where it leads to, then where it comes from.
    pub(super) ends: &'a [&'a Lookup<'a>],
}

impl Text<'_> {
    /// Returns what an engine says that needs all of the file.
    pub(super) fn in_part(&self, engine: Engine) -> Looked {
        let deferral = Deferral {
            engine,
            reason: format!("a patch shows only parts of {}", self.place),
            command: None,
        };
        Looked {
            deferred: vec![deferral],
            ..Looked::default()
        }
    }
}

/// What the reader of a line should know although nothing was found there.
#[derive(PartialEq, Eq)]
pub(super) struct Remark {
    /// The 1-based line.
    pub(super) line: u32,
    /// What it is, safe to print.
    pub(super) text: String,
}

/// What an engine says of one content.
#[derive(Default)]
pub(super) struct Looked {
    /// What it found.
    pub(super) findings: Vec<Finding>,
    /// What it could not look at.
    pub(super) unscanned: Vec<Unscanned>,
    /// What it leaves to CI.
    pub(super) deferred: Vec<Deferral>,
    /// What the reader should know of the lines that the change adds.
    pub(super) remarks: Vec<Remark>,
    /// What the reader should know of the run.
    pub(super) notes: Vec<String>,
}

/// What makes a finding of an engine new.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Newness {
    /// It stands on an added line, and there are more of its kind than before: history keeps what is added.
    Added,
    /// There are more of its kind than before, wherever they stand.
    More,
    /// There are more places of its kind than before, wherever they are: what several files include is in one.
    MorePlaces,
}

/// One engine, as the pipeline uses it.
pub(super) trait Adapter {
    /// Returns which engine it is.
    fn engine(&self) -> Engine;

    /// Returns what makes its findings new.
    fn newness(&self) -> Newness;

    /// Returns whether it has something to say about a file of this path.
    fn wants(&self, path: &RepoPath) -> bool;

    /// Returns whether it looks at names of files, messages and names of references too.
    fn reads_texts(&self) -> bool {
        false
    }

    /// Begins with another change: what is known of the trees no longer holds.
    fn begin(&mut self) {}

    /// Looks at one content. An error is a mistake in a file that people write for the engine.
    fn look(&mut self, text: &Text<'_>) -> Result<Looked, ScanError>;
}
