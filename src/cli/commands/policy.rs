//! `gate-hook policy`: checks the policy, and shows which keys decide and where each is from.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use colored::Colorize as _;

use crate::cli::environment::Stream;
use crate::cli::failure::{Exit, Failure};
use crate::cli::rulebook::{self, Rulebook};
use crate::cli::{Context, gate, text};
use crate::finding::printable;
use crate::policy::{self, Policy};

/// What the policies behind the profiles ask for, and which test shows it.
const REQUIREMENTS: &str = include_str!("../../../docs/requirements.md");

/// Check the policy, or show which keys decide
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Check the policy file, the team's rules in it and the override records
    Check(File),
    /// Print the policy that decides, with the origin of each key
    Show(File),
    /// Print the lines of a CODEOWNERS file that ask those who have to approve
    Codeowners(File),
    /// Print the requirements of the two policies behind the profiles, with the tests of each
    Trace(Trace),
}

#[derive(Debug, clap::Args)]
struct Trace {
    /// Only this requirement
    #[arg(value_name = "ID")]
    id: Option<String>,
}

#[derive(Debug, clap::Args)]
struct File {
    /// This file instead of the repository's
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    match &arguments.what {
        What::Check(file) => check(context, file.policy.as_deref()),
        What::Show(file) => show(context, file.policy.as_deref()),
        What::Codeowners(file) => code_owners(context, file.policy.as_deref()),
        What::Trace(asked) => trace(context, asked.id.as_deref()),
    }
}

/// Prints the table of requirements: id, what is asked, and the tests that carry the id.
fn trace(context: &Context, asked: Option<&str>) -> Result<Exit, Failure> {
    let mut out = String::new();
    for line in REQUIREMENTS.lines() {
        let mut cells = line.trim_matches('|').split(" | ").map(str::trim);
        let (Some(id), Some(what), Some(tests)) = (cells.next(), cells.next(), cells.next()) else {
            continue;
        };
        let is_row = id.starts_with("S1-") || id.starts_with("S2-");
        if !is_row || asked.is_some_and(|asked| !asked.eq_ignore_ascii_case(id)) {
            continue;
        }
        let width = context.terminal.width();
        let _ = writeln!(
            out,
            "{id}  {}",
            text::wrap(&what.replace('`', ""), width, 7)
        );
        for test in tests.split(", ") {
            let _ = writeln!(out, "       {}", test.replace('`', ""));
        }
    }
    if let Some(asked) = asked.filter(|_| out.is_empty()) {
        let asked = printable(asked);
        return Err(Failure::usage(format!("there is no requirement `{asked}`"))
            .with_hint("`gate-hook policy trace` prints all of them"));
    }
    context.terminal.result(&out);
    Ok(Exit::Passed)
}

/// Reads the policy as it is on disk: what a person is writing, before it is staged.
fn load(
    context: &Context,
    explicit: Option<&Path>,
) -> Result<(Rulebook, Option<PathBuf>), Failure> {
    if let Some(file) = explicit {
        return Ok((Rulebook::from_file(file)?, None));
    }
    let repository = gate::open(context)?;
    let root = repository.layout().work_tree.clone();
    if root.is_none()
        && let Some(head) = repository.head()?
    {
        let rulebook =
            Rulebook::load(repository.as_ref(), None, &[crate::git::Side::Commit(head)])?;
        return Ok((rulebook, None));
    }
    Ok((Rulebook::from_directory(root.as_deref())?, root))
}

fn check(context: &Context, explicit: Option<&Path>) -> Result<Exit, Failure> {
    let (rulebook, root) = load(context, explicit)?;
    let records = root.map_or(Ok(0), |root| check_overrides(&root, &rulebook.policies))?;
    let profile = rulebook
        .policies
        .first()
        .map_or("phased", |policy| policy.profile.name());
    let mut text = format!("{}: valid, profile {profile}", rulebook.origin);
    let own = rulebook.custom_rules.len();
    if own > 0 {
        let _ = write!(text, ", {own} of your own rules");
    }
    if records > 0 {
        let _ = write!(text, ", {records} override records");
    }
    context.terminal.result(&(text + "\n"));
    Ok(Exit::Passed)
}

/// Checks the override records on disk and returns how many there are.
fn check_overrides(root: &Path, policies: &[Policy]) -> Result<usize, Failure> {
    let Ok(entries) = fs::read_dir(root.join(policy::OVERRIDES_DIR)) else {
        return Ok(0);
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| rulebook::is_record(name.as_bytes()))
        .collect();
    names.sort();
    for name in &names {
        let path = format!("{}/{}", policy::OVERRIDES_DIR, printable(name));
        let bytes = fs::read(root.join(policy::OVERRIDES_DIR).join(name))
            .map_err(|error| Failure::could_not_look(format!("{path}: {error}")))?;
        policy::parse_override_under(&path, &rulebook::utf8(&path, bytes)?, policies)?;
    }
    Ok(names.len())
}

/// Prints whom the forge is to ask: the policy that the change brings names them.
fn code_owners(context: &Context, explicit: Option<&Path>) -> Result<Exit, Failure> {
    let (rulebook, _) = load(context, explicit)?;
    let lines = rulebook.policies.last().map(policy::code_owners);
    context.terminal.result(&lines.unwrap_or_default());
    Ok(Exit::Passed)
}

fn show(context: &Context, explicit: Option<&Path>) -> Result<Exit, Failure> {
    let (rulebook, _) = load(context, explicit)?;
    let mut text = format!("# {}, digest {}\n", rulebook.origin, rulebook.digest);
    for policy in &rulebook.policies {
        let keys = policy::effective(policy);
        let rows = keys
            .iter()
            .map(|key| format!("{} = {}", printable(&key.key), printable(&key.value)));
        let rows: Vec<String> = rows.collect();
        // A few long lists do not push all origins to the right edge.
        let column = rows
            .iter()
            .map(|row| row.chars().count())
            .filter(|width| *width <= 44)
            .max()
            .unwrap_or(0);
        for (row, key) in rows.iter().zip(keys) {
            let gap = column.saturating_sub(row.chars().count()) + 2;
            let origin = format!("# {}", printable(&key.origin));
            let origin = context
                .terminal
                .paint(Stream::Stdout, &origin, |text| text.dimmed().to_string());
            let _ = writeln!(text, "{row}{}{origin}", " ".repeat(gap));
        }
    }
    context.terminal.result(&text);
    Ok(Exit::Passed)
}
