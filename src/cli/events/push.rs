//! `pre-push` and `pre-receive`: every new commit is scanned, whatever made it. Other hooks are passed by when
//! commits are rebased, cherry-picked, applied or made elsewhere; these are the complete net.

use std::ffi::OsString;
use std::fmt::Write as _;

use crate::cli::failure::{Exit, Failure};
use crate::cli::gate::{self, Look};
use crate::cli::{Context, kept, net};

use crate::cli::rulebook::Rulebook;
use crate::finding::printable;
use crate::git::{self, ObjectKind, Pushed, Repository, Side};
use crate::input::{Change, ObjectId};
use crate::receipt::Receipt;
use crate::report::{Activity, Situation};
use crate::scan::ScanError;

/// Does the work of `pre-push REMOTE URL`.
pub(super) fn pre_push(arguments: &[OsString], context: &Context) -> Result<Exit, Failure> {
    let environment = &context.environment;
    let given = arguments
        .first()
        .map(|remote| remote.to_string_lossy().into_owned());
    let remote = given
        .or_else(|| environment.text("PRE_COMMIT_REMOTE_NAME"))
        .unwrap_or_default();
    let mut lines = if environment.stdin_is_terminal() {
        Vec::new()
    } else {
        environment.stdin()?
    };
    let by_framework = environment.text("PRE_COMMIT_TO_REF").is_some();
    if lines.is_empty() && !by_framework {
        return Ok(Exit::Passed);
    }
    let repository = gate::open(context)?;
    let mut notes = Vec::new();
    if lines.is_empty() {
        // The framework eats git's list and passes on its first entry only.
        lines = all_branches(repository.as_ref())?;
        notes.push(
            "the pre-commit framework hides what is pushed: all local branches were looked at"
                .to_owned(),
        );
    }
    let mut pushed = git::pushed(repository.as_ref(), &remote, &lines)?;
    pushed.notes.extend(notes);
    let subject = if remote.is_empty() {
        "push".to_owned()
    } else {
        format!("push to {}", printable(&remote))
    };
    run(
        context,
        repository.as_ref(),
        &pushed,
        &tips(&lines),
        subject,
        Activity::Push,
    )
}

/// Does the work of `pre-receive`.
pub(super) fn pre_receive(_: &[OsString], context: &Context) -> Result<Exit, Failure> {
    let environment = &context.environment;
    let lines = if environment.stdin_is_terminal() {
        Vec::new()
    } else {
        environment.stdin()?
    };
    if lines.is_empty() {
        return Ok(Exit::Passed);
    }
    let repository = gate::open(context)?;
    let received = git::received(repository.as_ref(), &lines)?;
    run(
        context,
        repository.as_ref(),
        &received,
        &tips(&lines),
        "received push".to_owned(),
        Activity::Receive,
    )
}

fn run(
    context: &Context,
    repository: &dyn Repository,
    pushed: &Pushed,
    tips: &[ObjectId],
    subject: String,
    activity: Activity,
) -> Result<Exit, Failure> {
    if pushed.commits.is_empty() && is_empty(&pushed.other) {
        context
            .terminal
            .detail("gate-hook: nothing new is pushed, so there is nothing to look at");
        return Ok(Exit::Passed);
    }
    let rulebook = rulebook(repository, pushed, tips)?;
    let look = Look {
        situation: Situation {
            activity,
            ..Situation::default()
        },
        known: Receipt {
            notes: pushed.notes.clone(),
            ..Receipt::default()
        },
        nets: net::of_commits(repository, &pushed.commits)?,
        ..Look::new(subject, Some(repository), &rulebook)
    };
    let progress = context.terminal.progress(pushed.commits.len());
    let other = std::iter::once(Ok::<_, ScanError>(pushed.other.clone()));
    let commits = gate::commits(repository, &pushed.commits).inspect(|_| progress.inc(1));
    let report = gate::look(context, look, &mut commits.chain(other))?;
    progress.finish_and_clear();
    gate::show_in_hook(context, &report);
    if activity == Activity::Push {
        kept::keep_run(context, &repository.layout().git_dir, &report);
    }
    Ok(gate::exit(&report))
}

fn is_empty(change: &Change) -> bool {
    change.files.is_empty() && change.texts.is_empty() && change.unread.is_empty()
}

/// Reads the policies of the remote's tip and of all that is pushed.
fn rulebook(
    repository: &dyn Repository,
    pushed: &Pushed,
    tips: &[ObjectId],
) -> Result<Rulebook, Failure> {
    let mut sides = Vec::new();
    for tip in tips {
        let side = commit_of(repository, *tip)?.map(Side::Commit);
        sides.extend(side.filter(|side| !sides.contains(side)));
    }
    if sides.is_empty() {
        sides.extend(
            pushed
                .commits
                .last()
                .copied()
                .or(pushed.base)
                .map(Side::Commit),
        );
    }
    if sides.is_empty() {
        return Rulebook::from_directory(None);
    }
    let base = pushed.base.filter(|base| repository.commit(base).is_ok());
    Rulebook::load(repository, base.map(Side::Commit), &sides)
}

/// Returns the commit that an object is or that a tag stands for.
fn commit_of(repository: &dyn Repository, id: ObjectId) -> Result<Option<ObjectId>, Failure> {
    let mut id = id;
    // Tags of tags are rare; a chain of them that does not end is not possible, one without sense is.
    for _ in 0..64 {
        match repository.kind(&id)? {
            ObjectKind::Commit => return Ok(Some(id)),
            ObjectKind::Tag { target, .. } => id = target,
            ObjectKind::Tree | ObjectKind::Blob => return Ok(None),
        }
    }
    Ok(None)
}

/// Returns what the references are to point at: the second word of each line, deletions left out.
fn tips(lines: &[u8]) -> Vec<ObjectId> {
    lines
        .split(|&byte| byte == b'\n')
        .filter_map(|line| ObjectId::from_hex(line.split(|&byte| byte == b' ').nth(1)?))
        .filter(|id| !id.is_zero())
        .collect()
}

/// Returns the lines that git would give for a push of all branches to a remote that has none of them.
fn all_branches(repository: &dyn Repository) -> Result<Vec<u8>, Failure> {
    let mut lines = String::new();
    for (name, id) in repository.references()? {
        if name.starts_with("refs/heads/") {
            let zero = "0".repeat(id.as_bytes().len() * 2);
            // Writing into a string cannot fail.
            let _ = writeln!(lines, "{name} {id} {name} {zero}");
        }
    }
    Ok(lines.into_bytes())
}
