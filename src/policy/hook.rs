//! The `[hook]` table: how the hook itself behaves, whatever it finds.

use super::PolicyError;
use super::reader::{Reader, Setting};
use super::value::Word;

/// What follows from `git commit --no-verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoVerify {
    /// The commit's message gets a trailer that says so.
    Trace,
    /// Nothing.
    Allow,
}

impl Word for NoVerify {
    const WORDS: &'static [(&'static str, Self)] =
        &[("trace", Self::Trace), ("allow", Self::Allow)];
}

/// What a shim does when the program it calls is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingBinary {
    /// It stops the commit and names the ways out.
    Block,
    /// It says so and lets the commit pass.
    Warn,
}

impl Word for MissingBinary {
    const WORDS: &'static [(&'static str, Self)] = &[("block", Self::Block), ("warn", Self::Warn)];
}

/// Where the hook leaves evidence that it has looked at a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// In the journal of the clone.
    Journal,
    /// There, and in a trailer of the commit's message, so that everybody can count it.
    Trailer,
}

impl Word for Evidence {
    const WORDS: &'static [(&'static str, Self)] =
        &[("journal", Self::Journal), ("trailer", Self::Trailer)];
}

/// The `[hook]` table.
#[derive(Debug, Clone)]
pub struct Hook {
    /// What follows from `git commit --no-verify`.
    pub no_verify: Setting<NoVerify>,
    /// What a shim does when the program it calls is gone.
    pub missing_binary: Setting<MissingBinary>,
    /// How long a run may take, in milliseconds; 0 for as long as it takes. Secrets are always finished.
    pub time_budget_ms: Setting<u32>,
    /// Where the hook leaves evidence that it has looked at a commit.
    pub evidence: Setting<Evidence>,
}

impl Hook {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, PolicyError> {
        Ok(Self {
            no_verify: reader.set("hook.no_verify", NoVerify::Trace)?,
            missing_binary: reader.set("hook.missing_binary", MissingBinary::Block)?,
            time_budget_ms: reader.count("hook.time_budget_ms", 0, 0..=600_000)?,
            evidence: reader.set("hook.evidence", Evidence::Journal)?,
        })
    }
}
