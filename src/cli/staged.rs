//! A commit in the making: what it brings on top of its parents, and by which policies it is judged.

use std::path::Path;

use crate::cli::Context;
use crate::cli::environment::Environment;
use crate::cli::failure::Failure;
use crate::cli::gate::{self, Look};
use crate::cli::net;
use crate::cli::options::Options;
use crate::cli::past;
use crate::cli::rulebook::Rulebook;
use crate::git::{self, Repository, Side};
use crate::input::{Change, ObjectId};
use crate::report::{Activity, Report, Situation};
use crate::scan::{Net, ScanError};

/// A commit in the making.
#[derive(Debug, Clone, Default)]
pub(super) struct InTheMaking {
    /// What is looked at, for people.
    subject: String,
    /// The parents that the commit will have.
    parents: Vec<ObjectId>,
    /// The parents that a merge brings in.
    merged: Vec<ObjectId>,
    /// The commit whose policy the change is judged by.
    base: Option<ObjectId>,
}

/// What a commit in the making brings.
pub(super) struct Brought {
    /// What is staged.
    change: Change,
    /// The commits of a merged side that no remote has: nobody has looked at them for sure.
    commits: Vec<ObjectId>,
    /// What both bring as a whole.
    net: Net,
}

impl Brought {
    /// Returns whether there is nothing to look at.
    pub(super) fn is_empty(&self) -> bool {
        self.change.files.is_empty() && self.change.unread.is_empty() && self.commits.is_empty()
    }

    /// Returns what will identify the content of the commit.
    pub(super) fn key(&self) -> String {
        past::key(&self.change)
    }
}

impl InTheMaking {
    /// Describes a commit on top of `HEAD`, and of what is being merged into it.
    pub(super) fn new(
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

    /// Returns what the commit brings.
    pub(super) fn brought(&self, repository: &dyn Repository) -> Result<Brought, Failure> {
        let change = git::staged(repository, &self.parents)?;
        let commits = self.unpublished(repository)?;
        let net = if commits.is_empty() {
            net::of(change.clone(), &self.parents, Side::Index)
        } else {
            // Of a merged side, what is published counts as known; the rest comes in with this commit.
            let unpublished = git::stretches(repository, &commits)?;
            let tips: Vec<ObjectId> = unpublished.iter().map(|stretch| stretch.tip).collect();
            let known = self.parents.iter().filter(|parent| !tips.contains(parent));
            let mut base: Vec<ObjectId> = known.copied().collect();
            base.extend(unpublished.into_iter().flat_map(|stretch| stretch.base));
            net::between(repository, &base, Side::Index)?
        };
        Ok(Brought {
            change,
            commits,
            net,
        })
    }

    /// Returns the policies that judge the commit.
    pub(super) fn rulebook(&self, repository: &dyn Repository) -> Result<Rulebook, Failure> {
        // A parent beyond the edge of a shallow clone has no policy to read.
        let base = self.base.filter(|base| repository.commit(base).is_ok());
        Rulebook::load(repository, base.map(Side::Commit), &[Side::Index])
    }

    /// Scans what the commit brings and decides.
    pub(super) fn look(
        &self,
        context: &Context,
        repository: &dyn Repository,
        rulebook: &Rulebook,
        brought: Brought,
        activity: Activity,
        options: &Options,
    ) -> Result<Report, Failure> {
        let look = Look {
            options,
            situation: situation(&context.environment, activity),
            nets: vec![brought.net],
            ..Look::new(self.subject.clone(), Some(repository), rulebook)
        };
        let staged = std::iter::once(Ok::<_, ScanError>(brought.change));
        gate::look(
            context,
            look,
            &mut staged.chain(gate::commits(repository, &brought.commits)),
        )
    }
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
        Path::new(&index)
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
