//! `gate-hook waiver approve`: adds approvals, in the name of whoever runs it or as a review says.

use std::path::{Path, PathBuf};

use super::{Desk, today};
use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::rulebook::utf8;
use crate::finding::printable;
use crate::policy::{self, Agreement, Approves, Judge, Proofs, Register, Waiver};

#[derive(Debug, clap::Args)]
pub(super) struct Approve {
    /// The waivers
    #[arg(value_name = "ID", required_unless_present = "comments")]
    ids: Vec<String>,
    /// Your role, where you hold several
    #[arg(long, value_name = "ROLE", conflicts_with = "comments")]
    role: Option<String>,
    /// Where the agreement can be read
    #[arg(long = "ref", value_name = "URL", conflicts_with = "comments")]
    reference: Option<String>,
    /// Take approvals out of a review: comments as JSON, as GitHub gives them
    #[arg(long, value_name = "FILE")]
    comments: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(approve: &Approve, context: &Context) -> Result<Exit, Failure> {
    let mut desk = Desk::open(context)?;
    let register = desk.register()?;
    let given: Vec<(Waiver, Agreement)> = match &approve.comments {
        Some(file) => said_in_review(approve, file, &register, &desk)?,
        None => in_own_name(approve, &register, &desk, context)?,
    };
    for (waiver, agreement) in &given {
        let mut waiver = policy::parse_register(&desk.path, &desk.text)?
            .waivers
            .into_iter()
            .find(|known| known.id == waiver.id)
            .expect("the waiver was found in this register");
        waiver.approved.push(agreement.clone());
        desk.put(&waiver)?;
        context.terminal.say(&format!(
            "{}: approved by {}",
            waiver.id,
            printable(&agreement.by)
        ));
    }
    if given.is_empty() {
        context.terminal.say("no approval to add");
    } else {
        desk.save(context)?;
    }
    Ok(Exit::Passed)
}

fn find<'r>(register: &'r Register, id: &str) -> Result<&'r Waiver, Failure> {
    let found = register.waivers.iter().find(|waiver| waiver.id == id);
    found.ok_or_else(|| {
        Failure::usage(format!("there is no waiver `{}`", printable(id)))
            .with_hint("`gate-hook waiver list` shows them")
    })
}

fn in_own_name(
    approve: &Approve,
    register: &Register,
    desk: &Desk,
    context: &Context,
) -> Result<Vec<(Waiver, Agreement)>, Failure> {
    let by = desk.user(context)?;
    let policy = desk.policy();
    let judge = Judge {
        policy: &policy,
        proofs: &Proofs::default(),
        now: context.environment.now(),
    };
    let agreement = |id: &String| {
        let waiver = find(register, id)?;
        if let Some(role) = &approve.role
            && !policy.people.holds(&by, role)
        {
            return Err(Failure::usage(format!(
                "{} does not hold the role `{}`",
                printable(&by),
                printable(role)
            ))
            .with_hint("the policy says who does, under [roles]"));
        }
        let usual = judge
            .roles_for(waiver)
            .into_iter()
            .find(|role| policy.people.holds(&by, role));
        let agreement = Agreement {
            by: by.clone(),
            role: approve.role.clone().or_else(|| usual.map(str::to_owned)),
            on: today(context),
            reference: approve.reference.clone(),
        };
        Ok((waiver.clone(), agreement))
    };
    approve.ids.iter().map(agreement).collect()
}

fn said_in_review(
    approve: &Approve,
    file: &Path,
    register: &Register,
    desk: &Desk,
) -> Result<Vec<(Waiver, Agreement)>, Failure> {
    let name = printable(&file.display().to_string());
    let bytes =
        std::fs::read(file).map_err(|error| Failure::configuration(format!("{name}: {error}")))?;
    let comments = policy::parse_comments(&name, &utf8(&name, bytes)?)?;
    let people = desk.policy().people;
    let mut given: Vec<(Waiver, Agreement)> = Vec::new();
    for comment in comments
        .iter()
        .filter(|comment| comment.approves == Approves::Waiver)
    {
        // A comment that names no waiver is about those that the command names.
        let ids = if comment.records.is_empty() {
            &approve.ids
        } else {
            &comment.records
        };
        for id in ids {
            let waiver = find(register, id)?;
            let handle = comment.by.trim_start_matches('@');
            let by = people.name_of(&comment.by).unwrap_or(handle).to_owned();
            let known = |agreement: &Agreement| agreement.by == by;
            let again = given
                .iter()
                .any(|(other, agreement)| other.id == waiver.id && known(agreement));
            if again || waiver.approved.iter().any(known) {
                continue;
            }
            let agreement = Agreement {
                by,
                role: None,
                on: comment.on,
                reference: comment.url.clone(),
            };
            given.push((waiver.clone(), agreement));
        }
    }
    Ok(given)
}
