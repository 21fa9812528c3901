//! `gate-hook waiver`: records an exception for a finding, adds approvals, checks and lists the register.

mod approve;
mod check;
mod list;
mod new;

use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::cli::failure::{Exit, Failure};
use crate::cli::rulebook::Rulebook;
use crate::cli::{Context, authored, gate, registry};
use crate::finding::printable;
use crate::git::Repository;
use crate::policy::{self, Judge, Policy, PolicyError, Proofs, Register, Standing, Waiver};

pub(super) use new::{New, waiver_for};

const EXAMPLES: &str = "\
A waiver is a section of docs/governance/security-waivers.md. Until its approvals are
there, the commit passes and CI asks for them.

Examples
  gate-hook waiver new --reason not-exploitable --mitigation \"templates are ours\" \\
    --rationale \"The sandbox renders only templates that ship with the program.\"
  gate-hook waiver new --finding GHSA-h75v-3vvj-5mfj --reason blocked-dependency \\
    --fix-by 2027-01-31 --rationale \"...\"
  gate-hook waiver approve w-1a2b3c4d
  gate-hook waiver check";

/// Record an exception: approved, dated, checked
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true, after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Write a waiver for a finding of the last run, and stage it
    New(Box<New>),
    /// Approve waivers: in your name, or as a review says
    Approve(approve::Approve),
    /// Check the whole register; everything wrong is named with line and column
    Check(check::Check),
    /// List the waivers and what they are worth today
    List(list::List),
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    match &arguments.what {
        What::New(new) => new::run(new, context),
        What::Approve(approve) => approve::run(approve, context),
        What::Check(check) => check::run(check, context),
        What::List(list) => list::run(list, context),
    }
}

/// The register of the work tree with the policy that it stands under.
pub(super) struct Desk {
    repository: Box<dyn Repository>,
    root: PathBuf,
    path: String,
    text: String,
    policies: Vec<Policy>,
}

impl Desk {
    pub(super) fn open(context: &Context) -> Result<Self, Failure> {
        let repository = gate::open(context)?;
        let root = repository.layout().work_tree.clone().ok_or_else(|| {
            Failure::usage("a bare repository has no work tree, so no register can be written")
        })?;
        let policies = Rulebook::from_directory(Some(&root))?.policies;
        let path = registry::path(&policies);
        Ok(Self {
            text: registry::on_disk(&root, &path)?.unwrap_or_default(),
            path: path.to_text(),
            repository,
            root,
            policies,
        })
    }

    fn policy(&self) -> Policy {
        self.policies
            .first()
            .cloned()
            .unwrap_or_else(Policy::builtin)
    }

    pub(super) fn register(&self) -> Result<Register, PolicyError> {
        policy::parse_register(&self.path, &self.text)
    }

    /// Gives a waiver the id of the one about the same that has ended, whose place it takes: it is renewed.
    pub(super) fn renew(&self, waiver: &mut Waiver, today: Date) -> Result<(), Failure> {
        let register = self.register()?;
        let mut others = register.waivers.into_iter();
        let Some(old) = others.find(|old| old.is_about_the_same(waiver)) else {
            return Ok(());
        };
        if old.expires >= today {
            let message = format!(
                "waiver {} is about this already, until {}",
                old.id, old.expires
            );
            let hint = format!(
                "`gate-hook waiver approve {}` approves it; once it has ended, this command renews it",
                old.id
            );
            return Err(Failure::usage(message).with_hint(hint));
        }
        waiver.id = old.id;
        Ok(())
    }

    /// Puts a waiver into the register; what cannot be read back is not written.
    pub(super) fn put(&mut self, waiver: &Waiver) -> Result<(), Failure> {
        let text = policy::insert_waiver(&self.path, &self.text, waiver)?;
        if let Err(error) = policy::parse_register(&self.path, &text) {
            let failure = Failure::usage(printable(&error.message));
            return Err(match error.hint {
                Some(hint) => failure.with_hint(hint),
                None => failure,
            });
        }
        self.text = text;
        Ok(())
    }

    pub(super) fn save(&self, context: &Context) -> Result<(), Failure> {
        authored::write(&self.root, &self.path, &self.text)?;
        authored::stage(context, &self.root, &self.path)
    }

    /// Returns how the policy calls whoever runs this.
    fn user(&self, context: &Context) -> Result<String, Failure> {
        let author = authored::author(context, self.repository.as_ref())?;
        let policy = self.policy();
        Ok(policy.people.name_of(&author).map_or(author, str::to_owned))
    }
}

fn today(context: &Context) -> Date {
    TimeZone::UTC.to_datetime(context.environment.now()).date()
}

/// A waiver with what it is worth under the strictest of the policies.
fn standings<'r>(
    register: &'r Register,
    policies: &[Policy],
    context: &Context,
) -> Vec<(&'r Waiver, Standing)> {
    let proofs = Proofs {
        // What proves an approval is the business of the run that judges a change.
        at_base: register.agreements().into_iter().collect(),
        ..Proofs::default()
    };
    let worth = |waiver: &'r Waiver| {
        let under = policies.iter().map(|policy| {
            let judge = Judge {
                policy,
                proofs: &proofs,
                now: context.environment.now(),
            };
            judge.standing_as(waiver, waiver.severity, None)
        });
        let strictest = under.min_by_key(Standing::rank);
        (
            waiver,
            strictest.unwrap_or(Standing::Expired(waiver.expires)),
        )
    };
    register.waivers.iter().map(worth).collect()
}
