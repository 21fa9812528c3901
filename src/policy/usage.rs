//! What a look at everything says of the register itself: waivers that nothing needs any more, and waivers that
//! cover more than one finding or name what is not there.
//!
//! Comes in: the register and all that was found. Goes out: one [`Remark`] for each waiver that deserves one. Whether a
//! waiver counts is in `waiving`.

use std::collections::BTreeSet;

use crate::finding::{Engine, Fingerprint, printable};
use crate::introduced::Detected;
use crate::receipt::{Consequence, Receipt};

use super::paths::Globs;
use super::register::{Register, Waiver};
use super::waiving::covers;

/// What is to be said of a waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The id of the waiver.
    pub id: String,
    /// The line of its heading.
    pub line: u32,
    /// What is wrong with it.
    pub fault: Fault,
}

/// How a waiver does not fit what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It matches nothing.
    Unused,
    /// By rule and path it covers so many different findings, and any that come.
    Broad(usize),
    /// A part of its scope matches nothing of what it covers.
    Beyond(String),
}

impl Remark {
    /// Returns what is wrong and what to do, as a lower-case fragment.
    pub fn words(&self) -> String {
        match &self.fault {
            Fault::Unused => "matches nothing any more: take it out".to_owned(),
            Fault::Broad(number) => format!(
                "is too broad: it covers {number} different findings; waive each by its fingerprint"
            ),
            Fault::Beyond(part) => format!("is too broad: {part} matches nothing; take that out"),
        }
    }
}

/// Returns what a look at everything says of the waivers of these engines.
pub fn remarks(register: &Register, detected: &[Detected], engines: &[Engine]) -> Vec<Remark> {
    let waivers = register.waivers.iter();
    waivers
        .filter(|waiver| engines.contains(&waiver.finding.engine))
        .flat_map(|waiver| {
            faults(waiver, detected).into_iter().map(|fault| Remark {
                id: waiver.id.clone(),
                line: waiver.line,
                fault,
            })
        })
        .collect()
}

/// Divides the engines that ran into those that looked at all there is, and those that did not.
pub fn completeness(engines: &[Engine], receipt: &Receipt) -> (Vec<Engine>, Vec<Engine>) {
    let is_whole = |engine: &Engine| {
        let deferred = receipt.deferred.iter().any(|open| open.engine == *engine);
        let unread = receipt.unscanned.iter().any(|unscanned| {
            unscanned.consequence != Consequence::Excluded
                && unscanned.engine.is_none_or(|of| of == *engine)
        });
        !deferred && !unread
    };
    engines.iter().copied().partition(is_whole)
}

fn faults(waiver: &Waiver, detected: &[Detected]) -> Vec<Fault> {
    let covered: Vec<&Detected> = detected
        .iter()
        .filter(|detected| covers(waiver, detected))
        .collect();
    if covered.is_empty() {
        return vec![Fault::Unused];
    }
    let mut faults = Vec::new();
    if waiver.finding.engine == Engine::Bandit {
        let different: BTreeSet<Fingerprint> = covered
            .iter()
            .map(|detected| detected.finding.fingerprint)
            .collect();
        if different.len() > 1 {
            faults.push(Fault::Broad(different.len()));
        }
    }
    faults.extend(beyond(waiver, &covered).map(Fault::Beyond));
    faults
}

/// Returns the parts of a scope that match nothing of what the waiver covers.
fn beyond<'a>(waiver: &'a Waiver, covered: &'a [&Detected]) -> impl Iterator<Item = String> + 'a {
    let is_version = |version: &String| {
        covered.iter().any(|detected| {
            let package = detected.finding.package.as_ref();
            package.is_some_and(|package| package.version.as_ref() == Some(version))
        })
    };
    let is_path = |pattern: &String| {
        let globs = Globs::built_in(&[pattern]);
        covered.iter().any(|detected| {
            let path = detected.finding.location.place.path();
            path.is_some_and(|path| globs.matches(path))
        })
    };
    let versions = waiver.scope.versions.iter();
    let versions = versions
        .filter(move |version| !is_version(version))
        .map(|version| format!("version `{}`", printable(version)));
    // A pattern that takes back is there for what it does not match.
    let paths = waiver.scope.paths.iter();
    let paths = paths
        .filter(move |pattern| !pattern.starts_with('!') && !is_path(pattern))
        .map(|pattern| format!("path `{}`", printable(pattern)));
    paths.chain(versions)
}
