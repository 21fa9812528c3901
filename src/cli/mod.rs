//! The command line: arguments in, an exit code out.
//!
//! One clap declaration feeds parsing, help, completions and manual pages; each subcommand is one file of
//! `commands/`, with its own arguments and `run`. `environment` alone reads the outside world, `terminal`
//! alone writes to the streams, and `failure` alone turns errors into exit codes.
//!
//! To add a subcommand: a file in `commands/`, a variant in [`Command`], a line in [`HELP`].

mod authored;
mod base;
mod baselines;
mod commands;
mod database;
mod download;
pub mod environment;
mod events;
pub mod failure;
mod files;
mod gate;
mod history;
mod journal;
mod kept;
mod ledger;
mod lookup;
mod net;
mod options;
mod outputs;
mod past;
mod random;
mod registry;
mod rulebook;
mod settings;
mod shims;
mod staged;
pub mod terminal;
mod text;
mod thresholds;
mod why_not;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use jiff::Timestamp;

use commands::{
    advisories, bandit, baseline, ci, completions, demo, doctor, explain, followup, hook, import,
    init, install, man, merge, metrics, r#override, pip_audit, policy, report, review, rules, scan,
    status, uninstall, waiver,
};
use environment::{ColorChoice, Environment};
use failure::{Exit, Failure};
use terminal::{Terminal, Verbosity};

/// The page that `gate-hook --help` shows.
const HELP: &str = "\
{about}

{usage-heading} {usage}

Set up
  init         Write gate-hook.toml, the policy of this repository
  install      Install the hooks, beside any other hook manager
  uninstall    Take the hooks out again, byte for byte
  status       Show which hooks are active and which policy decides
  doctor       Prove that the hooks fire, and say what stands in their way
  demo         See a commit being stopped, in a temporary repository

Look
  scan         Look at staged changes, files, a range, a patch or all history
  ci           Judge a proposed change in CI, or everything with --full
  bandit       Scan Python files with Bandit's own command line
  explain      Explain a rule, a finding or a place: what, why, how to fix
  rules        List the rules, check or try your own
  advisories   Update the advisory database, or show what is in it
  pip-audit    Stand in for pip-audit: its options, output and exit codes
  merge        Join the reports of the shards of one scan

Decide
  policy       Check the policy, or show which keys decide
  baseline     List what was there when the gate came; the list may only shrink
  waiver       Record an exception: approved, dated, checked
  import       Take over the exceptions and settings of other tools, once
  review       Walk through what waits for somebody to look at it
  override     Let one change through, documented and for a limited time
  followup     Tell which overrides are still to be put right

Govern
  metrics      Count per week: coverage, time to fix, waivers, bypasses
  report       Write the report of a month

Plumbing
  hook         What git calls on its events
  completions  Print completions for a shell
  man          Print or write the manual pages

Options
{options}
{after-help}";

const EXAMPLES: &str = "\
Examples
  gate-hook install                      from now on, `git commit` asks first
  gate-hook scan                         look at what is staged
  gate-hook scan --range origin/main..   look at every commit not yet on main
  gate-hook explain github-pat           what it opens, how to revoke it

Exit codes
  0 passed   1 blocked by policy   2 usage or configuration   3 could not look";

#[derive(Debug, Parser)]
#[command(
    name = "gate-hook",
    version,
    about = "Stops a commit or a push that would leak a credential, bring in dangerous Python or a\nvulnerable package, and says how to go on.",
    help_template = HELP,
    after_help = EXAMPLES,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// The command line of one command, alone.
#[derive(Debug, Parser)]
struct Alone<C: Subcommand> {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: C,
}

#[derive(Debug, Subcommand)]
enum ScanAlone {
    Scan(Box<scan::Arguments>),
}

#[derive(Debug, Subcommand)]
enum PipAuditAlone {
    PipAudit(Box<pip_audit::Arguments>),
}

/// Options that every command takes.
#[derive(Debug, Clone, Default, clap::Args)]
struct Global {
    /// Decide as if it were this date (UTC)
    #[arg(long, global = true, value_name = "DATE", value_parser = environment::parse_as_of)]
    as_of: Option<Timestamp>,
    /// Use colour; `auto` means where a person reads it
    #[arg(
        long,
        global = true,
        value_name = "auto|always|never",
        value_enum,
        default_value_t,
        hide_possible_values = true,
        hide_default_value = true
    )]
    color: ColorChoice,
    /// Say more: what was looked at, and what is only worth knowing
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
    /// Say only what blocks
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Arguments),
    Install(install::Arguments),
    Uninstall(uninstall::Arguments),
    Status(status::Arguments),
    Doctor(doctor::Arguments),
    Demo(demo::Arguments),
    Scan(scan::Arguments),
    Ci(ci::Arguments),
    Bandit(bandit::Arguments),
    Explain(explain::Arguments),
    Rules(rules::Arguments),
    Advisories(advisories::Arguments),
    PipAudit(Box<pip_audit::Arguments>),
    Policy(policy::Arguments),
    Baseline(baseline::Arguments),
    Override(r#override::Arguments),
    Waiver(waiver::Arguments),
    Import(import::Arguments),
    Review(review::Arguments),
    Followup(followup::Arguments),
    Metrics(metrics::Arguments),
    Report(report::Arguments),
    Hook(hook::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
    Merge(merge::Arguments),
}

/// What every command is given.
#[derive(Debug, Clone)]
pub struct Context {
    /// The world outside the process.
    pub environment: Environment,
    /// The streams.
    pub terminal: Terminal,
}

impl Context {
    fn new(global: &Global) -> Self {
        let environment = Environment::new(global.as_of);
        let verbosity = match (global.quiet, global.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        };
        let terminal = Terminal::new(&environment, global.color, verbosity);
        Self {
            environment,
            terminal,
        }
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    silence_panics();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    // A panic's payload can hold what was being scanned, so only its place in our own source is shown.
    let exit = catch_unwind(AssertUnwindSafe(|| run(&arguments))).unwrap_or_else(|_| {
        let context = Context::new(&Global::default());
        context.terminal.fail(&internal_error());
        Exit::CouldNotLook
    });
    exit.into()
}

fn run(arguments: &[OsString]) -> Exit {
    // Git calls this on each event, so it does without building the tree of all commands.
    if let Some(hook) = hook::Arguments::from_git(arguments) {
        return finish(&Context::new(&Global::default()), |context| {
            hook::run(&hook, context)
        });
    }
    // Its options are Bandit's, so none of them is looked for in the tree of all commands.
    if let Some(arguments) = bandit::Arguments::from_command_line(arguments) {
        return finish(&Context::new(&Global::default()), |context| {
            bandit::run(&arguments, context)
        });
    }
    // The tree of all commands takes longer to build than a small change to look at. Whatever is not plain (help, a
    // mistake) is left to it.
    let asked = |word: &str| arguments.get(1).is_some_and(|first| first == word);
    if asked("scan")
        && let Ok(Alone { global, command }) = Alone::try_parse_from(arguments)
    {
        let ScanAlone::Scan(arguments) = command;
        return finish(&Context::new(&global), |context| {
            scan::run(&arguments, context)
        });
    }
    if asked("pip-audit")
        && let Ok(Alone { global, command }) = Alone::try_parse_from(arguments)
    {
        let PipAuditAlone::PipAudit(arguments) = command;
        return finish(&Context::new(&global), |context| {
            pip_audit::run(&arguments, context)
        });
    }
    let parsed = declaration(arguments)
        .try_get_matches_from(arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    match parsed {
        Ok(parsed) => finish(&Context::new(&parsed.global), |context| {
            dispatch(&parsed.command, context)
        }),
        Err(error) => {
            // Nobody reads it if the stream is closed; the exit code still tells.
            drop(error.print());
            if error.use_stderr() {
                Exit::Misused
            } else {
                Exit::Passed
            }
        }
    }
}

/// Returns the declaration of the whole command line, coloured as the arguments ask.
fn declaration(arguments: &[OsString]) -> clap::Command {
    let asked = |form: &str| {
        arguments
            .iter()
            .any(|argument| argument.to_str() == Some(form))
    };
    let asked_pair = |value: &str| {
        arguments
            .windows(2)
            .any(|pair| pair[0].to_str() == Some("--color") && pair[1].to_str() == Some(value))
    };
    let color = if asked("--color=never") || asked_pair("never") {
        clap::ColorChoice::Never
    } else if asked("--color=always") || asked_pair("always") {
        clap::ColorChoice::Always
    } else {
        clap::ColorChoice::Auto
    };
    Arguments::command().color(color)
}

fn finish(context: &Context, command: impl FnOnce(&Context) -> Result<Exit, Failure>) -> Exit {
    command(context).unwrap_or_else(|failure| {
        context.terminal.fail(&failure);
        failure.exit()
    })
}

fn dispatch(command: &Command, context: &Context) -> Result<Exit, Failure> {
    match command {
        Command::Init(arguments) => init::run(arguments, context),
        Command::Install(arguments) => install::run(arguments, context),
        Command::Uninstall(arguments) => uninstall::run(arguments, context),
        Command::Status(arguments) => status::run(arguments, context),
        Command::Doctor(arguments) => doctor::run(arguments, context),
        Command::Demo(arguments) => demo::run(arguments, context),
        Command::Scan(arguments) => scan::run(arguments, context),
        Command::Ci(arguments) => ci::run(arguments, context),
        Command::Bandit(arguments) => bandit::run(arguments, context),
        Command::Explain(arguments) => explain::run(arguments, context),
        Command::Rules(arguments) => rules::run(arguments, context),
        Command::Advisories(arguments) => advisories::run(arguments, context),
        Command::PipAudit(arguments) => pip_audit::run(arguments, context),
        Command::Policy(arguments) => policy::run(arguments, context),
        Command::Baseline(arguments) => baseline::run(arguments, context),
        Command::Override(arguments) => r#override::run(arguments, context),
        Command::Review(arguments) => review::run(arguments, context),
        Command::Import(arguments) => import::run(arguments, context),
        Command::Waiver(arguments) => waiver::run(arguments, context),
        Command::Followup(arguments) => followup::run(arguments, context),
        Command::Metrics(arguments) => metrics::run(arguments, context),
        Command::Report(arguments) => report::run(arguments, context),
        Command::Hook(arguments) => hook::run(arguments, context),
        Command::Completions(arguments) => completions::run(arguments, context),
        Command::Man(arguments) => man::run(arguments, context),
        Command::Merge(arguments) => merge::run(arguments, context),
    }
}

/// Where the last panic happened, in our own source.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

fn silence_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(|at| format!("{}:{}", at.file(), at.line()));
        if let Ok(mut last) = PANIC.lock() {
            *last = place;
        }
    }));
}

/// Describes the last panic without its payload.
fn internal_error() -> Failure {
    let place = PANIC.lock().ok().and_then(|last| last.clone());
    let place = place.unwrap_or_else(|| "an unknown place".to_owned());
    Failure::could_not_look(format!(
        "internal error at {place} (gate-hook {})",
        env!("CARGO_PKG_VERSION")
    ))
    .with_hint("nothing was decided; please report this line, it holds nothing of your code")
}
