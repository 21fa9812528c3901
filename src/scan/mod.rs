//! The pipeline: changes go in, findings marked as introduced or existing come out, with the receipt.
//!
//! It reads content, runs the engines over the new side, looks at the old side only where the new side has
//! findings, and subtracts. What to do with the findings is the policy's business. It must not know reports,
//! the command line or standard output.
//!
//! ```text
//! each commit     ─► secrets ─┐
//! the net change  ─► bandit ──┼─► findings ─► introduced, existing
//!                 └► audit ───┘
//! ```
//!
//! To add an engine: a file with its [`Adapter`], and its line in [`scan`].

mod adapter;
mod audit;
mod bandit;
mod content;
mod history;
mod imported;
mod pipeline;
mod secrets;

use crate::audit::Database;
use crate::finding::Engine;
use crate::foreign::Imported;
use crate::git::{GitError, Repository};
use crate::input::Change;
use crate::introduced::Detected;
use crate::policy::Policy;
use crate::receipt::{Deferral, Receipt};

use adapter::Adapter;
use audit::Audit;
use bandit::Bandit;
use pipeline::Pipeline;
use secrets::Secrets;

pub use bandit::is_python;
pub use content::Tree;
pub use history::{Journal, NoJournal, Request, Shard, history};

/// The largest content that is scanned unless a path rule excludes it.
pub const BLOB_LIMIT: u64 = 512 << 20;

/// What to scan with.
pub struct Job<'a> {
    /// Where blobs are read from; nothing when there is no repository (paths, a patch).
    pub repository: Option<&'a dyn Repository>,
    /// The policies that all apply.
    pub policies: &'a [Policy],
    /// The engines that run.
    pub engines: &'a [Engine],
    /// The team's own secret rules.
    pub custom_rules: Vec<crate::secrets::Rule>,
    /// What other tools reported.
    pub imported: &'a Imported,
    /// Opens what is known of vulnerable packages; called when the first dependency is looked up, and not again.
    pub advisories: &'a dyn Fn() -> Advisories,
    /// Whether the time that the policy gives is spent; what is left then, never secrets, is deferred.
    pub time_is_up: &'a dyn Fn() -> bool,
}

/// What is known of vulnerable packages.
#[derive(Debug)]
pub struct Advisories {
    /// Where packages are looked up.
    pub database: Database,
    /// Why that is not enough, where it is not.
    pub incomplete: Option<Deferral>,
}

/// The engines that compare the state before a change with the state after it.
pub const OF_STATES: &[Engine] = &[Engine::Bandit, Engine::Audit];

/// A change as a whole, from where it starts to where it ends, for the engines that compare states.
#[derive(Debug, Clone)]
pub struct Net {
    /// The files that differ.
    pub change: Change,
    /// What surrounds the files after the change.
    pub after: Tree,
    /// What surrounds them in each parent before it.
    pub before: Vec<Tree>,
    /// The engines that look at it.
    pub engines: &'static [Engine],
    /// Whether it is no change: all of it was there before.
    pub standing: bool,
}

/// What a scan found and what it looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The findings, in the order of engines, changes, places and positions.
    pub detected: Vec<Detected>,
    /// What was looked at and what was not.
    pub receipt: Receipt,
}

/// Why a scan could not go on. What concerns a single file is in the receipt instead.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Git could not be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A file that people write for an engine is wrong.
    #[error("{message}")]
    Configuration {
        /// What is wrong and where, safe to print.
        message: String,
        /// What to write instead.
        hint: Option<String>,
    },
}

/// Scans changes one after the other for what history keeps, and net changes for what states differ in.
pub fn scan(
    job: &Job<'_>,
    changes: &mut dyn Iterator<Item = Result<Change, ScanError>>,
    nets: &[Net],
) -> Result<Outcome, ScanError> {
    let allowed = |path: &_, value: &[u8]| crate::policy::allowed(job.policies, path, value);
    let mut secrets = job
        .engines
        .contains(&Engine::Secrets)
        .then(|| Secrets::new(job, &allowed));
    let mut pipeline = Pipeline::new(job);
    for change in changes {
        let change = change?;
        pipeline.receive(&change);
        if let Some(secrets) = &mut secrets {
            pipeline.look(secrets, &change, None)?;
        }
    }
    let mut adapters = of_states(job);
    adapters.splice(
        0..0,
        secrets.map(|secrets| Box::new(secrets) as Box<dyn Adapter>),
    );
    for mut adapter in adapters {
        for net in nets {
            if net.engines.contains(&adapter.engine()) {
                pipeline.look(adapter.as_mut(), &net.change, Some(net))?;
            }
        }
    }
    if *job.imported != Imported::default() {
        pipeline.import(job.imported, nets, &Secrets::new(job, &allowed));
    }
    Ok(pipeline.outcome)
}

/// Returns the engines that compare the state before with the state after.
fn of_states<'a>(job: &'a Job<'a>) -> Vec<Box<dyn Adapter + 'a>> {
    let mut adapters: Vec<Box<dyn Adapter + 'a>> = Vec::new();
    if job.engines.contains(&Engine::Bandit) {
        adapters.push(Box::new(Bandit::new(job)));
    }
    if job.engines.contains(&Engine::Audit) {
        adapters.push(Box::new(Audit::new(job)));
    }
    adapters
}
