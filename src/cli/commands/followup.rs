//! `gate-hook followup`: which overrides still have to be put right, and which of them are late.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::cli::commands::ci;
use crate::cli::failure::{Exit, Failure};
use crate::cli::past::{self, Arrived};
use crate::cli::{Context, gate, options, text};
use crate::finding::{Fingerprint, printable};
use crate::policy::Action;

const EXAMPLES: &str = "\
An override is put right when a commit on the branch says so, with a line
`Gate-Remediates: o-1a2b3c4d` in its message, and a scan of the branch no longer
finds what the override let through. It ends with exit code 1 if one is late.";

/// Tell which overrides are still to be put right; fail when one is late
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// Show those that were put right as well
    #[arg(long)]
    all: bool,
}

/// What has become of an override.
enum State {
    Done(Timestamp),
    Open,
    Late,
    /// Somebody says that it is put right, and the finding is still there.
    StillThere {
        late: bool,
    },
    /// The finding is gone, and nobody says so.
    Unsaid {
        late: bool,
    },
}

impl State {
    fn is_late(&self) -> bool {
        matches!(
            self,
            Self::Late | Self::StillThere { late: true } | Self::Unsaid { late: true }
        )
    }

    fn words(&self, arrived: &Arrived) -> String {
        let late = if self.is_late() { "late: " } else { "" };
        let due = arrived.fact.due;
        match self {
            Self::Done(on) if *on > due => format!("put right on {on}, after {due}"),
            Self::Done(on) => format!("put right on {on}"),
            Self::Open | Self::Late => format!("{late}to be put right by {due}"),
            Self::StillThere { .. } => {
                format!("{late}a commit says it is put right, and the finding is still there")
            }
            Self::Unsaid { .. } => format!(
                "{late}the finding is gone; say so in a commit: `Gate-Remediates: {}`",
                arrived.record.id
            ),
        }
    }
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let repository = gate::open(context)?;
    let repository = repository.as_ref();
    let Some(head) = repository.head()? else {
        context.terminal.say("there is no commit yet");
        return Ok(Exit::Passed);
    };
    let (arrived, notes) = past::overrides(repository, head)?;
    for note in &notes {
        context.terminal.warn(note);
    }
    let mut there = BTreeSet::new();
    if !arrived.is_empty() {
        there = present(context, repository)?;
    }
    let now = context.environment.now();
    let states: Vec<(&Arrived, State)> = arrived
        .iter()
        .map(|arrived| (arrived, state(arrived, &there, now)))
        .collect();
    show(context, &states, arguments.all);
    let late = states.iter().any(|(_, state)| state.is_late());
    Ok(if late { Exit::Blocked } else { Exit::Passed })
}

/// Returns what a scan of everything finds.
fn present(
    context: &Context,
    repository: &dyn crate::git::Repository,
) -> Result<BTreeSet<Fingerprint>, Failure> {
    let report = ci::everything(context, repository, &options::NOTHING)?;
    if report.outcome() == crate::report::Outcome::CouldNotLook {
        return Err(Failure::could_not_look("not everything could be looked at")
            .with_hint("`gate-hook ci --full` says what"));
    }
    let judged = report.verdict.judged.iter();
    Ok(judged
        .filter(|judged| judged.action > Action::Info)
        .map(|judged| judged.detected.finding.fingerprint)
        .collect())
}

fn state(arrived: &Arrived, there: &BTreeSet<Fingerprint>, now: Timestamp) -> State {
    let fact = &arrived.fact;
    let is_there = fact.findings.iter().any(|finding| there.contains(finding));
    let late = now > fact.due;
    match (fact.remediation, is_there) {
        (Some(on), false) => State::Done(on),
        (Some(_), true) => State::StillThere { late },
        (None, false) => State::Unsaid { late },
        (None, true) if late => State::Late,
        (None, true) => State::Open,
    }
}

fn show(context: &Context, states: &[(&Arrived, State)], all: bool) {
    let open = |state: &State| !matches!(state, State::Done(_));
    let shown: Vec<Vec<String>> = states
        .iter()
        .filter(|(_, state)| all || open(state))
        .map(|(arrived, state)| {
            vec![
                arrived.record.id.clone(),
                printable(&arrived.record.ticket),
                state.words(arrived),
            ]
        })
        .collect();
    if shown.is_empty() {
        let done = match states.len() {
            0 => "no overrides".to_owned(),
            1 => "1 override, put right".to_owned(),
            count => format!("{count} overrides, all put right"),
        };
        context.terminal.say(&done);
    } else {
        context
            .terminal
            .result(&text::table(&shown, context.terminal.width()));
    }
}
