//! `gate-hook review`: walks through the findings that wait for somebody to look at them.
//!
//! Plain keys, each with Enter. What is decided is in the register at once, so that the walk can be left at any
//! time and goes on where it was left.

use std::path::Path;

use colored::Colorize as _;
use jiff::tz::TimeZone;

use crate::cli::commands::scan;
use crate::cli::commands::waiver::{Desk, New, waiver_for};
use crate::cli::environment::Stream;
use crate::cli::failure::{Exit, Failure};
use crate::cli::{Context, gate, options};
use crate::finding::{Engine, printable};
use crate::git::{self, Repository};
use crate::input::ObjectId;
use crate::policy::{Action, Reason, Waived};
use crate::record::last_run::{LastFinding, LastRun};

/// How many lines are shown on either side of a finding.
const AROUND: usize = 2;

const EXAMPLES: &str = "\
Keys, each with Enter
  r  real: what to do is shown, and it stays open
  f  false positive: becomes a waiver, which somebody else approves
  t  a value of tests: the same
  l  later
  q  quit; the walk goes on here next time";

/// Walk through what waits for somebody to look at it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// The commits to look at, for example `main..`; without it, what no remote has
    #[arg(long, value_name = "A..B")]
    range: Option<String>,
}

/// What somebody says of a finding.
enum Answer {
    Real,
    FalsePositive,
    TestValue,
    Later,
    Quit,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let repository = gate::open(context)?;
    let mut desk = Desk::open(context)?;
    let open = open_findings(arguments, context, repository.as_ref(), &desk)?;
    let root = repository.layout().work_tree.clone();
    if open.is_empty() {
        context.terminal.say("nothing waits for a review");
        return Ok(Exit::Passed);
    }
    let mut left = open.len();
    for (at, finding) in open.iter().enumerate() {
        show(context, finding, at + 1, open.len(), root.as_deref());
        match ask(context)? {
            Answer::Quit => break,
            Answer::Later => {}
            Answer::Real => context.terminal.say(&format!(
                "  it stays open; `gate-hook explain {}` says what to do",
                printable(&finding.rule)
            )),
            answer => {
                if record(context, &mut desk, finding, &answer)? {
                    left -= 1;
                }
            }
        }
    }
    context
        .terminal
        .say(&format!("{left} of {} still open", open.len()));
    Ok(Exit::Passed)
}

/// Returns the findings that wait, each once; what the register speaks of already does not, unless that has ended.
fn open_findings(
    arguments: &Arguments,
    context: &Context,
    repository: &dyn Repository,
    desk: &Desk,
) -> Result<Vec<LastFinding>, Failure> {
    let (subject, commits) = match &arguments.range {
        Some(range) => (
            format!("range {}", printable(range)),
            git::range(repository, range)?,
        ),
        None => ("what no remote has".to_owned(), unpublished(repository)?),
    };
    let report = scan::of_commits(
        context,
        repository,
        subject,
        &commits,
        &options::NOTHING,
        None,
    )?;
    let run = LastRun::of(
        &report.verdict,
        &report.subject,
        &report.policy_digest,
        context.environment.now(),
    );
    let register = desk.register()?;
    let today = TimeZone::UTC.to_datetime(context.environment.now()).date();
    let mut open: Vec<LastFinding> = Vec::new();
    for finding in run.findings {
        let known = |other: &LastFinding| other.fingerprint == finding.fingerprint;
        let in_register = register
            .waivers
            .iter()
            .any(|waiver| waiver.expires >= today && is_about(&waiver.finding, &finding));
        if finding.action >= Action::Review && !in_register && !open.iter().any(known) {
            open.push(finding);
        }
    }
    Ok(open)
}

fn is_about(waived: &Waived, finding: &LastFinding) -> bool {
    let by_advisory = finding.package.as_ref().is_some_and(|package| {
        waived.package.as_ref() == Some(&package.name) && package.advisories.contains(&waived.id)
    });
    by_advisory || waived.fingerprint == Some(finding.fingerprint)
}

fn unpublished(repository: &dyn Repository) -> Result<Vec<ObjectId>, Failure> {
    let Some(head) = repository.head()? else {
        return Ok(Vec::new());
    };
    let references = repository.references()?.into_iter();
    let remote: Vec<ObjectId> = references
        .filter(|(name, _)| name.starts_with("refs/remotes/"))
        .map(|(_, id)| id)
        .collect();
    Ok(repository.walk(&[head], &remote)?)
}

fn show(context: &Context, finding: &LastFinding, at: usize, of: usize, root: Option<&Path>) {
    let bold = |text: &str| {
        context
            .terminal
            .paint(Stream::Stdout, text, |text| text.bold().to_string())
    };
    let place = format!("{}:{}:{}", finding.place, finding.line, finding.column);
    let mut text = format!(
        "\n{at} of {of}  {}  {}\n  {}\n",
        bold(&printable(&place)),
        printable(&finding.rule),
        printable(&finding.message)
    );
    for line in around(finding, root) {
        text.push_str(&format!("  {}\n", printable(&line)));
    }
    context.terminal.result(&text);
}

/// Returns the lines around a finding, if the file still has the line; the line itself always redacted.
fn around(finding: &LastFinding, root: Option<&Path>) -> Vec<String> {
    let own = format!("{:>5} > {}", finding.line, finding.excerpt);
    let file = root
        .zip(finding.path.as_ref())
        .map(|(root, path)| root.join(path));
    let text = file.and_then(|file| std::fs::read_to_string(file).ok());
    // Lines beside a secret may hold parts of it, so only code is shown with its surroundings.
    let Some(text) = text.filter(|_| finding.engine == Engine::Bandit) else {
        return vec![own];
    };
    let line = finding.line as usize;
    let number_of = |(at, text): (usize, &str)| {
        if at + 1 == line {
            own.clone()
        } else {
            format!("{:>5}   {text}", at + 1)
        }
    };
    text.lines()
        .enumerate()
        .skip(line.saturating_sub(AROUND + 1))
        .take(2 * AROUND + 1)
        .map(number_of)
        .collect()
}

fn ask(context: &Context) -> Result<Answer, Failure> {
    loop {
        context
            .terminal
            .result("  [r]eal  [f]alse positive  [t]est value  [l]ater  [q]uit: ");
        let Some(line) = context.environment.line()? else {
            context.terminal.result("\n");
            return Ok(Answer::Quit);
        };
        match line.trim().to_lowercase().as_str() {
            "r" | "real" => return Ok(Answer::Real),
            "f" | "false" | "false positive" => return Ok(Answer::FalsePositive),
            "t" | "test" | "test value" => return Ok(Answer::TestValue),
            "l" | "later" => return Ok(Answer::Later),
            "q" | "quit" => return Ok(Answer::Quit),
            _ => context.terminal.result(
                "  r: it is one, and stays open; f, t: it is none, written into the register;\n  l: the next one; q: leave, and take it up again with the same command\n",
            ),
        }
    }
}

/// Writes the waiver of a finding; false where it was left open after all.
fn record(
    context: &Context,
    desk: &mut Desk,
    finding: &LastFinding,
    answer: &Answer,
) -> Result<bool, Failure> {
    let what = match answer {
        Answer::TestValue => "a value of tests",
        _ => "a false positive",
    };
    loop {
        context.terminal.result(&format!(
            "  how was it made sure that it is {what}? (empty: leave it)\n  > "
        ));
        let said = context.environment.line()?.unwrap_or_default();
        if said.trim().is_empty() {
            return Ok(false);
        }
        let new = New {
            finding: None,
            paths: Vec::new(),
            any_version: false,
            reason: Reason::FalsePositive,
            rationale: format!("Reviewed as {what}: {}", said.trim()),
            mitigation: None,
            fix_by: None,
            verified: Some(said.trim().to_owned()),
            expires: None,
            title: None,
            pr: None,
        };
        let waiver = waiver_for(finding, &new, desk, context)?;
        match desk.put(&waiver) {
            Ok(()) => {
                desk.save(context)?;
                context
                    .terminal
                    .say(&format!("  wrote and staged {}", waiver.id));
                return Ok(true);
            }
            Err(failure) => context.terminal.fail(&failure),
        }
    }
}
