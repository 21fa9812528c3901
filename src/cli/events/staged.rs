//! The scan of a commit in the making, which several events share.

use super::scanned::{Now, keep};
use crate::cli::environment::Environment;
use crate::cli::failure::{Exit, Failure};
use crate::cli::gate::{self, Look};
use crate::cli::{Context, kept};

use crate::cli::rulebook::Rulebook;
use crate::finding::Engine;
use crate::git::{self, Repository, Side};
use crate::input::ObjectId;
use crate::receipt::Receipt;
use crate::record::scanned::{Ending, Scanned};
use crate::report::{Activity, Report, Situation};
use crate::scan::ScanError;

/// What a look at a commit in the making brought.
pub(in crate::cli) struct Looked {
    /// The report.
    pub(in crate::cli) report: Report,
    /// Whether the policy has no secret rules of the team's own.
    builtin_rules_only: bool,
}

/// A commit in the making.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct InTheMaking {
    /// What is looked at, for people.
    subject: String,
    /// The parents that the commit will have.
    parents: Vec<ObjectId>,
    /// The parents that a merge brings in.
    merged: Vec<ObjectId>,
    /// The commit whose policy the change is judged by.
    base: Option<ObjectId>,
}

impl InTheMaking {
    /// Describes a commit on top of `HEAD`, and of what is being merged into it.
    pub(in crate::cli) fn new(
        repository: &dyn Repository,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let head = repository.head()?;
        let merged = merge_heads(repository, environment)?;
        let subject = if merged.is_empty() {
            "staged change"
        } else {
            "merge"
        };
        Ok(Self {
            subject: subject.to_owned(),
            parents: head.into_iter().chain(merged.iter().copied()).collect(),
            merged,
            base: head,
        })
    }

    /// Describes a commit in the place of `HEAD`.
    pub(super) fn amended(repository: &dyn Repository) -> Result<Self, Failure> {
        let parents = match repository.head()? {
            Some(head) => repository.commit(&head)?.parents,
            None => Vec::new(),
        };
        Ok(Self {
            subject: "amended commit".to_owned(),
            base: parents.first().copied(),
            parents,
            merged: Vec::new(),
        })
    }

    /// Returns the commits that a merge brings in and that no remote has: nobody has looked at them for sure.
    fn unpublished(&self, repository: &dyn Repository) -> Result<Vec<ObjectId>, Failure> {
        if self.merged.is_empty() {
            return Ok(Vec::new());
        }
        let mut hidden: Vec<ObjectId> = self.base.into_iter().collect();
        for (name, id) in repository.references()? {
            if name.starts_with("refs/remotes/") {
                hidden.push(id);
            }
        }
        Ok(repository.walk(&self.merged, &hidden)?)
    }

    /// Returns the policies that judge the commit.
    pub(in crate::cli) fn rulebook(
        &self,
        repository: &dyn Repository,
    ) -> Result<Rulebook, Failure> {
        // A parent beyond the edge of a shallow clone has no policy to read.
        let base = self.base.filter(|base| repository.commit(base).is_ok());
        Rulebook::load(repository, base.map(Side::Commit), &[Side::Index])
    }

    /// Scans the commit; nothing staged means no work and no report.
    pub(in crate::cli) fn look(
        &self,
        context: &Context,
        repository: &dyn Repository,
        explicit: Option<Rulebook>,
        activity: Activity,
    ) -> Result<Option<Looked>, Failure> {
        let change = git::staged(repository, &self.parents)?;
        let commits = self.unpublished(repository)?;
        if change.files.is_empty() && commits.is_empty() {
            return Ok(None);
        }
        let rulebook = match explicit {
            Some(rulebook) => rulebook,
            None => self.rulebook(repository)?,
        };
        let look = Look {
            subject: self.subject.clone(),
            repository: Some(repository),
            rulebook: &rulebook,
            engines: &[Engine::Secrets],
            situation: situation(&context.environment, activity),
            known: Receipt::default(),
        };
        let mut changes =
            std::iter::once(Ok::<_, ScanError>(change)).chain(gate::commits(repository, &commits));
        let report = gate::look(context, look, &mut changes)?;
        Ok(Some(Looked {
            report,
            builtin_rules_only: rulebook.custom_rules.is_empty(),
        }))
    }
}

/// Scans a commit in the making, shows what is found and keeps what was seen.
pub(super) fn run(
    context: &Context,
    repository: &dyn Repository,
    commit: &InTheMaking,
) -> Result<Exit, Failure> {
    let git_dir = &repository.layout().git_dir;
    // The stamp comes first: what another process stages from here on makes it outdated.
    let now = Now::at(context, git_dir)?;
    let looked = commit.look(context, repository, None, Activity::Commit)?;
    let mut scanned = Scanned {
        commit: now.commit,
        ending: Ending::Passed,
        policy_digest: None,
        builtin_rules_only: false,
    };
    let mut exit = Exit::Passed;
    if let Some(Looked {
        report,
        builtin_rules_only,
    }) = looked
    {
        gate::show_in_hook(context, &report);
        exit = gate::exit(&report);
        kept::keep_run(context, git_dir, &report);
        scanned.policy_digest = Some(report.policy_digest);
        scanned.builtin_rules_only = builtin_rules_only;
    } else {
        context
            .terminal
            .detail("gate-hook: nothing is staged, so there is nothing to look at");
    }
    if exit != Exit::Passed {
        scanned.ending = Ending::Blocked;
    }
    keep(context, git_dir, &scanned);
    Ok(exit)
}

/// Returns the heads being merged: of a merge that waits for its commit, or of the one that runs this hook and
/// has not written its state yet.
fn merge_heads(
    repository: &dyn Repository,
    environment: &Environment,
) -> Result<Vec<ObjectId>, Failure> {
    let path = repository.layout().git_dir.join("MERGE_HEAD");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            environment.names_after("GITHEAD_").join("\n")
        }
        Err(error) => {
            return Err(Failure::could_not_look(format!(
                "MERGE_HEAD cannot be read: {error}"
            )));
        }
    };
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            ObjectId::from_hex(line.trim().as_bytes()).ok_or_else(|| {
                Failure::could_not_look("MERGE_HEAD does not hold the ids of commits")
            })
        })
        .collect()
}

fn situation(environment: &Environment, activity: Activity) -> Situation {
    // `git commit PATH` commits out of an index of its own, named like this.
    let partial = environment.variable("GIT_INDEX_FILE").is_some_and(|index| {
        std::path::Path::new(&index)
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("next-index-"))
    });
    Situation {
        activity,
        partial_commit: partial,
        subdirectory: environment.variable("GIT_PREFIX").is_some(),
        ..Situation::default()
    }
}
