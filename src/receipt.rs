//! What a run should have looked at, what it did look at, and what it did not and why.
//!
//! A scan of nothing where there was something is an error, never "clean": the receipt is the proof.

use crate::finding::{Engine, Place};

/// Something that was not looked at, or not by every engine that applies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unscanned {
    /// What was not looked at.
    pub place: Place,
    /// The engine that did not look, or nothing for all of them.
    pub engine: Option<Engine>,
    /// Why, as a lower-case fragment, safe to print.
    pub reason: String,
    /// What follows from it.
    pub consequence: Consequence,
}

/// What follows from something that was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consequence {
    /// Nothing: the policy excludes it, or it holds nothing of its own (a submodule).
    Excluded,
    /// The policy's `unscanned` key of the engine decides.
    Policy,
    /// The gate could not look: exit code 3.
    CouldNotLook,
}

/// A question that the gate leaves to CI, aloud.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deferral {
    /// The engine whose question it is.
    pub engine: Engine,
    /// What is left open and why, as a lower-case fragment, safe to print.
    pub reason: String,
    /// The command that would answer it here, where there is one.
    pub command: Option<String>,
}

/// The tally of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Commits looked at.
    pub commits: u64,
    /// Files whose new content was looked at.
    pub files: u64,
    /// Messages and names looked at.
    pub texts: u64,
    /// Bytes of new content looked at.
    pub bytes: u64,
    /// Lines of new content looked at.
    pub lines: u64,
    /// What was not looked at.
    pub unscanned: Vec<Unscanned>,
    /// What is left to CI.
    pub deferred: Vec<Deferral>,
    /// Facts about the run that the reader should know, for example a missing parent in a shallow clone.
    pub notes: Vec<String>,
}

impl Receipt {
    /// Adds the tally of another part of the same run.
    pub fn absorb(&mut self, other: Self) {
        self.commits += other.commits;
        self.files += other.files;
        self.texts += other.texts;
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.unscanned.extend(other.unscanned);
        self.deferred.extend(other.deferred);
        for note in other.notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }
}
