//! The audit engine in the pipeline: every touched dependency file, against the advisories at hand.

use super::adapter::{Adapter, Looked, Newness, Remark, Text};
use super::{Advisories, Job, ScanError};
use crate::audit::{self, Database, Problem, lockfiles};
use crate::finding::{Engine, Place, RepoPath, printable};
use crate::receipt::{Consequence, Deferral, Unscanned};

/// The command that brings the database up to date.
const UPDATE: &str = "gate-hook advisories update";

impl Advisories {
    /// Returns what is known where no database can answer, and says why: the starter set, which is never enough.
    pub fn starter(reason: &str) -> Self {
        let starter = "only the well-known advisories of the starter set were looked up";
        Self::incomplete(
            audit::starter(),
            format!("{}: {starter}", printable(reason)),
        )
    }

    /// Returns what an old database knows, which is still true, and says why that is not enough.
    pub fn outdated(database: Database, reason: &str) -> Self {
        let newer = "what was published since then was not looked up";
        Self::incomplete(database, format!("{}: {newer}", printable(reason)))
    }

    fn incomplete(database: Database, reason: String) -> Self {
        let deferral = Deferral {
            engine: Engine::Audit,
            reason,
            command: Some(UPDATE.to_owned()),
        };
        Self {
            database,
            incomplete: Some(deferral),
        }
    }
}

/// The audit engine.
pub(super) struct Audit<'a> {
    open: &'a dyn Fn() -> Advisories,
    /// The advisories, opened when the first dependency is there.
    advisories: Option<Advisories>,
}

impl<'a> Audit<'a> {
    pub(super) fn new(job: &'a Job<'a>) -> Self {
        Self {
            open: job.advisories,
            advisories: None,
        }
    }
}

impl Adapter for Audit<'_> {
    fn engine(&self) -> Engine {
        Engine::Audit
    }

    fn newness(&self) -> Newness {
        Newness::MorePlaces
    }

    fn wants(&self, path: &RepoPath) -> bool {
        lockfiles::kind(path).is_some() || lockfiles::may_be_included(path)
    }

    fn look(&mut self, text: &Text<'_>) -> Result<Looked, ScanError> {
        let Some(path) = text.place.path() else {
            return Ok(Looked::default());
        };
        let reads_like_one = || text.whole && lockfiles::reads_like_requirements(text.bytes);
        if lockfiles::kind(path).is_none() && !reads_like_one() {
            return Ok(Looked::default());
        }
        if !text.whole {
            return Ok(text.in_part(Engine::Audit));
        }
        let manifest = lockfiles::read(path, text.bytes, &mut |path| (text.around)(path));
        let mut looked = Looked {
            unscanned: manifest.problems.iter().map(unscanned).collect(),
            ..Looked::default()
        };
        say(path, &manifest.notices, &mut looked);
        if manifest.dependencies.is_empty() {
            return Ok(looked);
        }
        let advisories = self.advisories.get_or_insert_with(self.open);
        // A database that turns out to be damaged answers nothing from then on.
        let judged = audit::judge(&manifest, &advisories.database).or_else(|error| {
            *advisories = Advisories::starter(&error.to_string());
            audit::judge(&manifest, &advisories.database)
        });
        looked.deferred.extend(advisories.incomplete.clone());
        match judged {
            Ok(judged) => {
                looked.findings = judged.findings;
                looked
                    .unscanned
                    .extend(judged.problems.iter().map(unscanned));
                say(path, &judged.notices, &mut looked);
            }
            Err(error) => looked.unscanned.push(Unscanned {
                place: text.place.clone(),
                engine: Some(Engine::Audit),
                reason: printable(&error.to_string()),
                consequence: Consequence::CouldNotLook,
            }),
        }
        Ok(looked)
    }
}

fn unscanned(problem: &Problem) -> Unscanned {
    let line = problem
        .line
        .map_or_else(String::new, |line| format!("line {line}: "));
    Unscanned {
        place: Place::File(problem.path.clone()),
        engine: Some(Engine::Audit),
        reason: format!("{line}{}", problem.reason),
        consequence: Consequence::Policy,
    }
}

/// Passes on what a person should know: where the line is in this file, only if the change adds it.
fn say(path: &RepoPath, notices: &[Problem], looked: &mut Looked) {
    for notice in notices {
        let text = notice.reason.clone();
        match notice.line {
            Some(line) if notice.path == *path => looked.remarks.push(Remark { line, text }),
            Some(line) => looked.notes.push(format!("{}:{line}: {text}", notice.path)),
            None => looked.notes.push(format!("{}: {text}", notice.path)),
        }
    }
}
