//! The register of waivers: where it is, and what git and a review know of its approvals.
//!
//! It is read only when a finding could be waived, or when the change edits it: a commit without findings pays
//! for one look at the index. All of it is read and checked once for each content of it; a hook then keeps it in the
//! git directory in a form in which the waivers of a finding are found at once. CI trusts no such file, which whatever
//! ran before in its work space could have written, and reads all of it every time.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::cli::environment::Environment;
use crate::cli::failure::Failure;
use crate::cli::kept;
use crate::cli::rulebook::utf8;
use crate::finding::{Engine, RepoPath, printable};
use crate::git::{self, GitError, Repository, Side, Signature};
use crate::input::ObjectId;
use crate::introduced::Detected;
use crate::policy::{
    self, Action, Brought, Comment, Policy, Proof, Proofs, Register, Signed, Verdict, Waiving,
};
use crate::receipt::Receipt;

/// The file of the git directory that holds the register as it was last read, for quick looks.
const KEPT: &str = "gate-hook/register";

/// Where the register of a change is.
#[derive(Debug, Clone, Default)]
pub(super) struct Registry {
    /// Where it is read from; nothing where there is no register to read.
    pub(super) change: Option<Place>,
    /// What the change is based on.
    pub(super) base: Option<Side>,
    /// The approvals found in a review.
    pub(super) comments: Vec<Comment>,
}

/// A place that may hold a register.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// A commit or the index.
    Git(Side),
    /// The root of a directory on disk.
    Disk(PathBuf),
}

/// Returns the path of the register.
pub(super) fn path(policies: &[Policy]) -> RepoPath {
    let path = match policies.first() {
        Some(policy) => policy.waivers.register.value.clone(),
        None => Policy::builtin().waivers.register.value,
    };
    RepoPath::new(path)
}

/// Returns whether the register could change a verdict.
pub(super) fn is_needed(verdict: &Verdict) -> bool {
    verdict
        .judged
        .iter()
        .any(|judged| judged.action > Action::Info)
}

/// Returns what a look at everything says of the register, one sentence for each waiver that deserves one.
pub(super) fn remarks(
    register: &Register,
    detected: &[Detected],
    engines: &[Engine],
    receipt: &Receipt,
) -> Vec<String> {
    let (whole, partial) = policy::completeness(engines, receipt);
    let remarks = policy::remarks(register, detected, &whole);
    let mut said: Vec<String> = remarks
        .iter()
        .map(|remark| {
            let place = format!("{}:{}", printable(&register.file), remark.line);
            format!("{place}: waiver {} {}", remark.id, remark.words())
        })
        .collect();
    let waived = |engine: &&Engine| {
        let mut waivers = register.waivers.iter();
        waivers.any(|waiver| waiver.finding.engine == **engine)
    };
    said.extend(partial.iter().filter(waived).map(|engine| {
        format!("whether waivers of `{engine}` are still needed cannot be told: not everything could be looked at")
    }));
    said
}

impl Registry {
    /// Returns what identifies the register's content, without reading it.
    pub(super) fn stamp(
        &self,
        repository: &dyn Repository,
        policies: &[Policy],
    ) -> Result<Option<ObjectId>, GitError> {
        match &self.change {
            Some(Place::Git(side)) => repository.file_id(*side, &path(policies)),
            _ => Ok(None),
        }
    }

    /// Reads the register with what is known of its approvals: all of it, or what may be about findings.
    pub(super) fn read(
        &self,
        repository: Option<&dyn Repository>,
        policies: &[Policy],
        findings: Option<&[Detected]>,
        environment: &Environment,
    ) -> Result<Option<Waiving>, Failure> {
        let path = path(policies);
        let name = path.to_string();
        let register = match (&self.change, repository) {
            (Some(Place::Git(side)), Some(repository)) => {
                in_git(repository, *side, &path, findings)?
            }
            (Some(Place::Disk(root)), _) => on_disk(root, &path)?
                .map(|text| policy::parse_register(&name, &text))
                .transpose()?,
            _ => None,
        };
        if register.is_none() && self.comments.is_empty() {
            return Ok(None);
        }
        let mut waiving = Waiving {
            register: register.unwrap_or_default(),
            proofs: Proofs {
                comments: self.comments.clone(),
                ..Proofs::default()
            },
        };
        let asks = policies
            .iter()
            .any(|policy| policy.waivers.proof.value != Proof::Declared);
        if let Some(repository) = repository
            && (asks || !self.comments.is_empty())
        {
            self.prove(repository, &path, &mut waiving, environment)?;
        }
        Ok(Some(waiving))
    }

    /// Finds out which agreements the base has, and who brought in the others.
    fn prove(
        &self,
        repository: &dyn Repository,
        path: &RepoPath,
        waiving: &mut Waiving,
        environment: &Environment,
    ) -> Result<(), Failure> {
        let proofs = &mut waiving.proofs;
        let waivers = &waiving.register.waivers;
        let ids: BTreeSet<String> = waivers.iter().map(|waiver| waiver.id.clone()).collect();
        let at_base = match self.base {
            Some(base) => readable(repository, base, path, &ids)?,
            None => Register::default(),
        };
        proofs.at_base = at_base.agreements().into_iter().collect();
        let known: BTreeSet<(&str, String)> = at_base
            .waivers
            .iter()
            .map(|waiver| (waiver.id.as_str(), waiver.content()))
            .collect();
        let fresh = waivers
            .iter()
            .filter(|waiver| !known.contains(&(waiver.id.as_str(), waiver.content())))
            .map(|waiver| waiver.id.clone());
        proofs.fresh = fresh.collect();
        let (Some(Place::Git(Side::Commit(tip))), Some(Side::Commit(base))) =
            (&self.change, self.base)
        else {
            return Ok(());
        };
        for id in repository.walk(&[*tip], &[base])? {
            let commit = repository.commit(&id)?;
            let own = repository.file_id(Side::Commit(id), path)?;
            let mut edits = true;
            for parent in &commit.parents {
                edits &= repository.file_id(Side::Commit(*parent), path)? != own;
            }
            if !edits {
                continue;
            }
            let mut before = BTreeSet::new();
            for parent in &commit.parents {
                before
                    .extend(readable(repository, Side::Commit(*parent), path, &ids)?.agreements());
            }
            let mut new = readable(repository, Side::Commit(id), path, &ids)?.agreements();
            new.retain(|agreement| !before.contains(agreement));
            if new.is_empty() {
                continue;
            }
            let brought = Brought {
                author: commit.info.author.clone(),
                signed: signed(repository, environment, &id)?,
            };
            // An agreement that was taken back and given again counts as the latter.
            let known = new
                .into_iter()
                .map(|agreement| (agreement, brought.clone()));
            proofs.brought.extend(known);
        }
        Ok(())
    }
}

/// Returns what the signature of a commit says.
fn signed(
    repository: &dyn Repository,
    environment: &Environment,
    id: &ObjectId,
) -> Result<Signed, Failure> {
    let git = environment.git();
    Ok(match git::signature(repository, git.as_deref(), id)? {
        Signature::None | Signature::Unknown => Signed::Unknown,
        Signature::By(signer) => Signed::By(signer),
        Signature::Bad => Signed::Badly,
    })
}

/// Returns what can be read of these waivers in an earlier register: what is wrong in it proves nothing.
fn readable(
    repository: &dyn Repository,
    side: Side,
    path: &RepoPath,
    ids: &BTreeSet<String>,
) -> Result<Register, Failure> {
    let bytes = repository.file(side, path)?.unwrap_or_default();
    let text = String::from_utf8(bytes).unwrap_or_default();
    Ok(policy::read_waivers(&path.to_string(), &text, ids))
}

/// Reads the register of a commit or of the index: what may be about findings where it is kept, else all of it.
fn in_git(
    repository: &dyn Repository,
    side: Side,
    path: &RepoPath,
    findings: Option<&[Detected]>,
) -> Result<Option<Register>, Failure> {
    let Some(id) = repository.file_id(side, path)? else {
        return Ok(None);
    };
    let (name, stamp) = (path.to_string(), id.to_string());
    let directory = &repository.layout().common_dir;
    if let Some(findings) = findings
        && let Ok(kept) = File::open(directory.join(KEPT))
        && let Some(register) = policy::read_kept(kept, &stamp, &name, findings)
    {
        return Ok(Some(register));
    }
    let Some(bytes) = repository.file(side, path)? else {
        return Ok(None);
    };
    let text = utf8(&name, bytes)?;
    let register = policy::parse_register(&name, &text)?;
    if findings.is_some() {
        // Where it cannot be kept, the next look reads all of it again.
        let _ = kept::write(directory, KEPT, policy::to_kept(&stamp, &text, &register));
    }
    Ok(Some(register))
}

/// Reads the register of a work tree.
pub(super) fn on_disk(root: &Path, path: &RepoPath) -> Result<Option<String>, Failure> {
    let name = path.to_string();
    match std::fs::read(root.join(path.to_text())) {
        Ok(bytes) => utf8(&name, bytes).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::could_not_look(format!("{name}: {error}"))),
    }
}
