//! Reports: a verdict becomes bytes in a given [`Write`].
//!
//! Comes in: a [`Report`]. Goes out: terminal text, JSON, SARIF, each in one file of `formats/` that owns its
//! wire format. It must not know git, engines, the command line or standard output.
//!
//! Whatever a repository controls (paths, messages, names, a team's own rules) leaves here escaped: no format
//! writes a control character, an invisible character or a command that a CI log would obey.

mod advice;
pub mod bandit;
mod entry;
pub mod formats;
pub mod governance;
mod inert;
mod layout;
mod markup;
mod merge;
mod page;
pub mod pip_audit;
mod snippet;
mod summary;

pub use merge::{MergeError, Merged, merge};

use std::io::{self, Write};

use jiff::Timestamp;

use crate::finding::Origin;
use crate::policy::{Action, Judged, Verdict};
use crate::receipt::{Consequence, Deferral, Receipt, Unscanned};

/// Everything a report can show.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// What was looked at, for people, for example `staged change` or `push to origin`.
    pub subject: String,
    /// What the policy decided.
    pub verdict: Verdict,
    /// What was looked at and what was not.
    pub receipt: Receipt,
    /// The digest of everything that decides (policy, rules, register, version).
    pub policy_digest: String,
    /// Where the policy came from, for people.
    pub policy_origin: String,
    /// The version of the program.
    pub version: &'static str,
    /// What the reader is doing, so that the ways on fit.
    pub situation: Situation,
    /// The override records that judged findings may name, with their ends.
    pub overrides: Vec<OverrideRecord>,
    /// When the verdict was reached.
    pub made_at: Timestamp,
}

/// What the reader is doing while the report is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Situation {
    /// The action that waits for the verdict.
    pub activity: Activity,
    /// Whether the commit names paths (`git commit PATH`), so that it takes an override record only when the
    /// record's path is named too.
    pub partial_commit: bool,
    /// Whether the reader stands below the root of the work tree, so that paths in commands start at `:/`.
    pub subdirectory: bool,
    /// Whether an inline comment switches a finding off (`waivers.inline = "off"`) instead of leaving it for review.
    pub inline_off: bool,
    /// The command that lists every finding, where it is not `gate-hook scan --staged` for a commit.
    pub list_command: Option<String>,
}

/// The action that waits for a verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Activity {
    /// None: somebody asked to look. Every finding is listed.
    #[default]
    Look,
    /// A commit in the making.
    Commit,
    /// A push, judged where it starts.
    Push,
    /// A push, judged by the server that receives it.
    Receive,
    /// A proposed change, judged where nobody is left to answer what is deferred.
    Ci,
}

/// An override record as reports name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideRecord {
    /// The name that [`Judged::overridden_by`] uses.
    pub name: String,
    /// When it ends.
    pub valid_until: Timestamp,
}

/// What a run ended in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing blocks and everything was looked at; warnings are included.
    Passed,
    /// At least one finding blocks.
    Blocked,
    /// Something could not be looked at. It outranks `Blocked`: what is unseen may be worse.
    CouldNotLook,
}

impl Outcome {
    /// Returns the name used in reports for machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Blocked => "blocked",
            Self::CouldNotLook => "could-not-look",
        }
    }

    /// Returns the exit code of the program.
    pub fn exit(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Blocked => 1,
            Self::CouldNotLook => 3,
        }
    }
}

/// How a renderer should look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// Whether colour may be used.
    pub color: bool,
    /// Whether to show what is usually kept back (`-v`).
    pub verbose: bool,
    /// Whether to show only what blocks (`-q`).
    pub quiet: bool,
    /// The width to wrap at; zero stands for 80.
    pub width: usize,
}

impl Report {
    /// Returns what the run ended in.
    pub fn outcome(&self) -> Outcome {
        if self.verdict.could_not_look
            || (self.nobody_is_left() && !self.deferred().is_empty())
            || self
                .unscanned_as(Consequence::CouldNotLook)
                .next()
                .is_some()
        {
            Outcome::CouldNotLook
        } else if self.verdict.blocks() {
            Outcome::Blocked
        } else {
            Outcome::Passed
        }
    }

    /// Returns the exit code that goes with the outcome.
    pub fn exit(&self) -> u8 {
        self.outcome().exit()
    }

    /// Returns the findings that block, introduced or existing.
    pub fn blocking(&self) -> impl Iterator<Item = &Judged> {
        self.verdict
            .judged
            .iter()
            .filter(|judged| judged.action == Action::Block)
    }

    /// Returns the findings that formats show: all but those that the policy switched off.
    fn shown(&self) -> impl Iterator<Item = &Judged> {
        self.verdict
            .judged
            .iter()
            .filter(|judged| judged.action != Action::Off)
    }

    /// Returns the findings that the change brings in, as far as the policy does not switch them off.
    fn introduced(&self) -> impl Iterator<Item = &Judged> {
        self.shown()
            .filter(|judged| judged.detected.origin == Origin::Introduced)
    }

    /// Returns the findings that were there before, as far as the policy does not switch them off.
    fn existing(&self) -> impl Iterator<Item = &Judged> {
        self.shown()
            .filter(|judged| judged.detected.origin == Origin::Existing)
    }

    /// Returns every question left to CI once, whether the scan or the policy left it.
    fn deferred(&self) -> Vec<&Deferral> {
        let mut all: Vec<&Deferral> = Vec::new();
        for deferral in self.verdict.deferred.iter().chain(&self.receipt.deferred) {
            if !all.contains(&deferral) {
                all.push(deferral);
            }
        }
        all
    }

    /// Returns whether a question that is deferred stays without an answer.
    fn nobody_is_left(&self) -> bool {
        self.situation.activity == Activity::Ci
    }

    /// Returns what was not looked at, with this consequence.
    fn unscanned_as(&self, consequence: Consequence) -> impl Iterator<Item = &Unscanned> {
        self.receipt
            .unscanned
            .iter()
            .filter(move |unscanned| unscanned.consequence == consequence)
    }

    /// Returns the end of the override record of this name.
    fn override_end(&self, name: &str) -> Option<Timestamp> {
        self.overrides
            .iter()
            .find(|record| record.name == name)
            .map(|record| record.valid_until)
    }
}

/// Writes a report in a format.
pub fn render(
    report: &Report,
    format: formats::Format,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    format.renderer()(report, style, out)
}
