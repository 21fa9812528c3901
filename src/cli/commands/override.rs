//! `gate-hook override`: documents an emergency, so that one change passes because its documentation is in it.
//!
//! This is the one command that writes to the index: it stages the record it has written, through git.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::cli::failure::{Exit, Failure};
use crate::cli::staged::InTheMaking;
use crate::cli::{Context, authored, gate, kept, random};
use crate::finding::{Fingerprint, printable};
use crate::git::Repository;
use crate::policy::{
    self, Action, Approval, Covered, Override, OverrideError, OverrideRequest, Policy,
};
use crate::record::last_run::{LastFinding, LastRun};

const EXAMPLES: &str = "\
The record goes into docs/governance/overrides/ and is staged with the change. It
covers the findings that stopped the last run, and only for a limited time; then
they stop commits and pushes again.

Examples
  gate-hook override --reason \"checkout is down, the vault is not reachable\" \\
    --ticket INC-7
  git commit";

/// Let one change through, documented and for a limited time
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// What cannot wait, and why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The ticket of the incident
    #[arg(long, value_name = "ID")]
    ticket: String,
    /// A finding to let through; without one, all that stopped the last run
    #[arg(long = "finding", value_name = "FINGERPRINT")]
    findings: Vec<Fingerprint>,
    /// Who has agreed to it, in the role that the policy asks for
    #[arg(long, value_name = "NAME")]
    approved_by: Option<String>,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let repository = gate::open(context)?;
    let repository = repository.as_ref();
    let root = repository.layout().work_tree.clone().ok_or_else(|| {
        Failure::usage("a bare repository has no index, so nothing can be staged in it")
    })?;
    let run = kept::last_run(&repository.layout().git_dir)?;
    let findings = covered(&run, &arguments.findings)?;
    let commit = InTheMaking::new(repository, &context.environment)?;
    let policies = commit.rulebook(repository)?.policies;
    let record = record(arguments, context, repository, &policies, &run, findings)?;
    let path = format!("{}/{}.md", policy::OVERRIDES_DIR, record.id);
    write(&root, &path, &policy::write_override(&record))?;
    authored::stage(context, &root, &path)?;
    tell(context, &run, &record, &path);
    Ok(Exit::Passed)
}

/// Returns the findings to let through.
fn covered(run: &LastRun, named: &[Fingerprint]) -> Result<Vec<Covered>, Failure> {
    let mut meant: Vec<&LastFinding> = Vec::new();
    for finding in &run.findings {
        let is_named = named.contains(&finding.fingerprint)
            || (named.is_empty() && finding.action == Action::Block);
        if is_named
            && !meant
                .iter()
                .any(|known| known.fingerprint == finding.fingerprint)
        {
            meant.push(finding);
        }
    }
    if let Some(missing) = named
        .iter()
        .find(|name| !meant.iter().any(|found| found.fingerprint == **name))
    {
        return Err(
            Failure::usage(format!("`{missing}` is not a finding of the last run")).with_hint(
                "try to commit or push again; the findings that stop it can then be named",
            ),
        );
    }
    if meant.is_empty() {
        let subject = printable(&run.subject);
        return Err(
            Failure::usage(format!("nothing stopped the last run ({subject})"))
                .with_hint("try to commit or push first; then the findings that stop it are known"),
        );
    }
    if named.is_empty() && run.omitted > 0 {
        return Err(Failure::usage(format!(
            "too many findings: {} more are not kept",
            run.omitted
        ))
        .with_hint("name the ones to let through with `--finding`"));
    }
    let cover = |finding: &&LastFinding| Covered {
        fingerprint: finding.fingerprint,
        rule: finding.rule.clone(),
        place: format!("{}:{}", finding.place, finding.line),
    };
    Ok(meant.iter().map(cover).collect())
}

fn record(
    arguments: &Arguments,
    context: &Context,
    repository: &dyn Repository,
    policies: &[Policy],
    run: &LastRun,
    findings: Vec<Covered>,
) -> Result<Override, Failure> {
    let request = OverrideRequest {
        requested_by: authored::author(context, repository)?,
        reason: arguments.reason.clone(),
        ticket: arguments.ticket.clone(),
        policy: run.policy_digest.clone(),
        findings,
    };
    let mut record = policy::new_override(
        request,
        policies,
        context.environment.now(),
        random::bytes()?,
    )
    .map_err(refused)?;
    if let Some(by) = &arguments.approved_by {
        let role = policies
            .first()
            .map(|policy| policy.override_rules.approver.value.clone());
        let by = by.trim().to_owned();
        if by.is_empty() || by.chars().any(char::is_control) {
            return Err(Failure::usage("`--approved-by` takes a name on one line"));
        }
        record.approved.push(Approval {
            by,
            role: role.unwrap_or_default(),
            reference: None,
        });
        policy::check_override(&record, policies).map_err(refused)?;
    }
    Ok(record)
}

fn refused(error: OverrideError) -> Failure {
    let failure = Failure::usage(printable(&error.message));
    match error.hint {
        Some(hint) => failure.with_hint(printable(&hint)),
        None => failure,
    }
}

fn write(root: &Path, path: &str, text: &str) -> Result<(), Failure> {
    let file = root.join(path);
    let refuse = |error: std::io::Error| {
        Failure::could_not_look(format!("{path} cannot be written: {error}"))
    };
    authored::make_directories(root, Path::new(policy::OVERRIDES_DIR)).map_err(refuse)?;
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(file)
        .map_err(refuse)?;
    file.write_all(text.as_bytes()).map_err(refuse)
}

fn tell(context: &Context, run: &LastRun, record: &Override, path: &str) {
    let until = record.valid_until.strftime("%Y-%m-%d %H:%M UTC");
    let count = match record.findings.len() {
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    };
    let in_commits = run.findings.iter().any(|finding| finding.commit.is_some());
    let next = if in_commits {
        "git commit -m \"Document an override\", then push again".to_owned()
    } else {
        format!("git commit   (with paths: git commit PATH... :/{path})")
    };
    context.terminal.say(&format!(
        "wrote and staged {path}\n  covers {count}, until {until}; put right within {} hours\n  next: {next}",
        record.remediation_hours
    ));
}
