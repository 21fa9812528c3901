//! `gate-hook pip-audit`: pip-audit's command line, output and exit codes, without Python and without a network.
//!
//! What it cannot do is refused: an environment that is installed somewhere (`-l`, `--path`, no input at all) and
//! changing files (`--fix`). What concerns the network is accepted and has no effect. Where pip-audit is wrong
//! about a dependency file, this is not: `docs/audit.md` lists the cases.

mod inputs;
mod merge;

use std::path::PathBuf;

use clap::ValueEnum;

use crate::audit::{self, Database, DatabaseError, Reading, Version};
use crate::cli::Context;
use crate::cli::database::{self, Store};
use crate::cli::environment::Stream;
use crate::cli::failure::{Exit, Failure};
use crate::cli::lookup;
use crate::finding::printable;
use crate::report::pip_audit::{Entry, Format, Outcome, Show, Vulnerability, render};
use inputs::{Inputs, Item, What};

const EXAMPLES: &str = "\
Examples
  gate-hook pip-audit -r requirements.txt
  gate-hook pip-audit -r requirements.txt -f json -o report.json
  gate-hook pip-audit --locked .
  gate-hook pip-audit -r requirements.txt --ignore-vuln CVE-2024-22195

Exit codes
  0 nothing known   1 vulnerabilities, or something could not be audited   2 usage";

/// Stand in for pip-audit: its options, output and exit codes, offline
#[derive(Debug, clap::Args)]
#[command(version, after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// Audit a requirements file; repeatable
    #[arg(
        short,
        long = "requirement",
        value_name = "FILE",
        conflicts_with = "project_path"
    )]
    requirement: Vec<PathBuf>,
    /// Audit the project in this directory
    project_path: Option<PathBuf>,
    /// Audit the project's lock files
    #[arg(long)]
    locked: bool,
    /// The shape of the output [default: columns]
    #[arg(short, long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Where the output goes [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Say what each vulnerability is about: on, off or auto (with json)
    #[arg(long, value_name = "WHEN", num_args = 0..=1, default_missing_value = "on")]
    desc: Option<When>,
    /// Show the other ids of each vulnerability: on, off or auto (with json)
    #[arg(long, value_name = "WHEN", num_args = 0..=1, default_missing_value = "on")]
    aliases: Option<When>,
    /// Leave out a vulnerability by its id or an alias; repeatable
    #[arg(long, value_name = "ID")]
    ignore_vuln: Vec<String>,
    /// Fail if a dependency was skipped
    #[arg(short = 'S', long)]
    strict: bool,
    /// Collect the dependencies and stop
    #[arg(short, long)]
    dry_run: bool,
    /// Fail where a requirement has no hash
    #[arg(long)]
    require_hashes: bool,
    /// Leave out requirements that are editable
    #[arg(long)]
    skip_editable: bool,
    /// The version of Python that markers are evaluated for
    #[arg(long, value_name = "VERSION")]
    python_version: Option<String>,
    /// The platform that markers are evaluated for: linux, macos or windows [default: this one]
    #[arg(long, value_name = "PLATFORM")]
    platform: Option<String>,
    /// The advisory database, instead of the user's own
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    #[command(flatten)]
    without_effect: WithoutEffect,
    #[command(flatten)]
    refused: Refused,
}

/// What pip-audit needs for its resolver and its service.
#[derive(Debug, clap::Args)]
struct WithoutEffect {
    /// Nothing is ever resolved
    #[arg(long)]
    no_deps: bool,
    /// pip is never run
    #[arg(long)]
    disable_pip: bool,
    /// Accepted without effect
    #[arg(short = 's', long, value_name = "SERVICE", hide = true)]
    vulnerability_service: Option<String>,
    /// Accepted without effect
    #[arg(long, value_name = "URL", hide = true)]
    osv_url: Option<String>,
    /// Accepted without effect
    #[arg(long, value_name = "DIR", hide = true)]
    cache_dir: Option<PathBuf>,
    /// Accepted without effect
    #[arg(long, value_name = "WHEN", hide = true)]
    progress_spinner: Option<String>,
    /// Accepted without effect
    #[arg(long, value_name = "SECONDS", hide = true)]
    timeout: Option<String>,
    /// Accepted without effect
    #[arg(long, value_name = "URL", hide = true)]
    index_url: Option<String>,
    /// Accepted without effect
    #[arg(long, value_name = "URL", hide = true)]
    extra_index_url: Vec<String>,
}

/// What pip-audit can do and this cannot.
#[derive(Debug, clap::Args)]
struct Refused {
    /// Refused: only files are audited
    #[arg(short, long, hide = true)]
    local: bool,
    /// Refused: only files are audited
    #[arg(long, value_name = "PATH", hide = true)]
    path: Vec<PathBuf>,
    /// Refused: no file is changed
    #[arg(long, hide = true)]
    fix: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    On,
    Off,
    Auto,
}

impl When {
    fn holds(choice: Option<Self>, format: Format) -> bool {
        match choice.unwrap_or(Self::Auto) {
            Self::On => true,
            Self::Off => false,
            Self::Auto => format == Format::Json,
        }
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

/// Runs the command. What cannot be looked at has the exit code that it has in pip-audit.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    refuse(arguments)?;
    audit_files(arguments, context).or_else(|failure| match failure.exit() {
        Exit::CouldNotLook => {
            context.terminal.fail(&failure);
            Ok(Exit::Blocked)
        }
        _ => Err(failure),
    })
}

fn audit_files(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let mut errors = Vec::new();
    let inputs = Inputs::gather(arguments, context, &mut errors)?;
    if arguments.dry_run {
        let count = inputs.items.len();
        context
            .terminal
            .say(&format!("Dry run: would have audited {count} packages"));
        return Ok(ended(context, errors, false));
    }
    let database = open(arguments, context, &mut errors)?;
    let format = format(arguments, context)?;
    let show = Show {
        descriptions: When::holds(when(arguments.desc, context)?, format),
        aliases: When::holds(arguments.aliases, format),
    };
    let mut lookup = Lookup {
        database: &database,
        ignored: &arguments.ignore_vuln,
        described: show.descriptions || format == Format::CyclonedxJson,
        tally: Tally::default(),
    };
    let entries = lookup.entries(&inputs.items)?;
    let tally = lookup.tally;
    if arguments.strict {
        errors.extend(
            inputs
                .skipped()
                .map(|(name, reason)| format!("{name}: {reason}")),
        );
    }
    context.terminal.say(&tally.summary(errors.is_empty()));
    if tally.found > 0 || tally.skipped > 0 || format.is_manifest() {
        let timestamp = context.environment.now().to_string();
        let report = render(&entries, format, show, &timestamp);
        write(arguments, context, report)?;
    }
    Ok(ended(context, errors, tally.found > 0))
}

fn refuse(arguments: &Arguments) -> Result<(), Failure> {
    let refused = &arguments.refused;
    if refused.fix {
        return Err(
            Failure::usage("`--fix` is not supported: no file is changed").with_hint(
                "raise the versions that the report names, and write the lock file anew",
            ),
        );
    }
    if refused.local || !refused.path.is_empty() {
        return Err(
            Failure::usage("installed packages are not audited, only files").with_hint(
                "`pip freeze | gate-hook pip-audit -r /dev/stdin` audits what is installed",
            ),
        );
    }
    if arguments.requirement.is_empty() && arguments.project_path.is_none() {
        return Err(Failure::usage("no file to audit")
            .with_hint("name one with `-r FILE`, or a project directory"));
    }
    if arguments.locked && arguments.project_path.is_none() {
        return Err(Failure::usage(
            "`--locked` can only be used with a project directory",
        ));
    }
    Ok(())
}

/// Returns a choice of the command line, else of pip-audit's own variable.
fn format(arguments: &Arguments, context: &Context) -> Result<Format, Failure> {
    match (
        arguments.format,
        context.environment.text("PIP_AUDIT_FORMAT"),
    ) {
        (Some(format), _) => Ok(format),
        (None, None) => Ok(Format::Columns),
        (None, Some(name)) => <Format as ValueEnum>::from_str(&name, false).map_err(|_| {
            Failure::usage(format!(
                "`PIP_AUDIT_FORMAT` cannot be `{}`",
                printable(&name)
            ))
            .with_hint("one of columns, json, cyclonedx-json, markdown")
        }),
    }
}

fn when(choice: Option<When>, context: &Context) -> Result<Option<When>, Failure> {
    match (choice, context.environment.text("PIP_AUDIT_DESC")) {
        (None, Some(name)) => When::from_str(&name, false).map(Some).map_err(|_| {
            Failure::usage(format!("`PIP_AUDIT_DESC` cannot be `{}`", printable(&name)))
                .with_hint("one of on, off, auto")
        }),
        (choice, _) => Ok(choice),
    }
}

/// Opens the database that was named, else the user's own, else the starter set, which is never enough.
fn open(
    arguments: &Arguments,
    context: &Context,
    errors: &mut Vec<String>,
) -> Result<Database, Failure> {
    let path = Store::of_user().map(|store| store.path(None));
    let opened = match (&arguments.database, &path) {
        (Some(named), _) => Some(database::open_named(named)?),
        (None, Some(path)) => database::open(path)
            .map_err(|error| database::unusable(&printable(&path.display().to_string()), &error))?,
        (None, None) => None,
    };
    if let Some(database) = opened {
        let terminal = &context.terminal;
        terminal.detail(&format!("database {}", database.identity()));
        if let Some(reason) = lookup::too_old(&database, &[], context.environment.now()) {
            terminal.warn(&format!("{reason}; {}", database::REMEDY));
        }
        return Ok(database);
    }
    errors.push(format!(
        "there is no advisory database, so only the well-known advisories of the starter set were looked up; {}",
        database::REMEDY
    ));
    Ok(audit::starter())
}

/// What the run counts.
#[derive(Debug, Default)]
struct Tally {
    found: usize,
    packages: usize,
    skipped: usize,
    ignored: usize,
}

impl Tally {
    fn summary(&self, complete: bool) -> String {
        let ignored = match (self.ignored, self.found) {
            (0, _) => String::new(),
            (count, 0) => format!(", {count} ignored"),
            (count, _) => format!(", ignored {count}"),
        };
        if self.found == 0 {
            let scope = if complete {
                ""
            } else {
                " in what could be audited"
            };
            return format!("No known vulnerabilities found{scope}{ignored}");
        }
        let vulnerabilities = if self.found == 1 {
            "vulnerability"
        } else {
            "vulnerabilities"
        };
        let packages = if self.packages == 1 {
            "package"
        } else {
            "packages"
        };
        format!(
            "Found {} known {vulnerabilities}{ignored} in {} {packages}",
            self.found, self.packages
        )
    }
}

/// What is looked up in the database, and what that has come to so far.
struct Lookup<'a> {
    database: &'a Database,
    ignored: &'a [String],
    /// Whether the report says what each vulnerability is about.
    described: bool,
    tally: Tally,
}

impl Lookup<'_> {
    fn entries(&mut self, items: &[Item]) -> Result<Vec<Entry>, Failure> {
        let mut entries = Vec::with_capacity(items.len());
        for item in items {
            entries.push(Entry {
                written: printable(item.name.written()),
                name: printable(item.name.as_str()),
                outcome: self.outcome(item)?,
            });
        }
        Ok(entries)
    }

    fn outcome(&mut self, item: &Item) -> Result<Outcome, Failure> {
        let version = match &item.what {
            What::Skipped(reason) => {
                self.tally.skipped += 1;
                return Ok(Outcome::Skipped {
                    reason: reason.clone(),
                });
            }
            What::Version(version) => version,
        };
        let known = self.known(item, version);
        let mut vulnerabilities =
            known.map_err(|error| database::unusable("the advisory database", &error))?;
        let before = vulnerabilities.len();
        vulnerabilities.retain(|found| {
            !self
                .ignored
                .iter()
                .any(|id| *id == found.id || found.aliases.contains(id))
        });
        self.tally.ignored += before - vulnerabilities.len();
        self.tally.found += vulnerabilities.len();
        self.tally.packages += usize::from(!vulnerabilities.is_empty());
        Ok(Outcome::Audited {
            version: version.canonical().to_owned(),
            vulnerabilities,
        })
    }

    fn known(&self, item: &Item, version: &Version) -> Result<Vec<Vulnerability>, DatabaseError> {
        let package = self.database.package(&item.name)?;
        let affecting = package.affecting(version, Reading::Served)?;
        if affecting.is_empty() {
            return Ok(Vec::new());
        }
        let texts = self.described.then(|| package.texts()).transpose()?;
        merge::merged(&affecting, texts.as_ref())
    }
}

fn write(arguments: &Arguments, context: &Context, mut text: String) -> Result<(), Failure> {
    let named = context
        .environment
        .variable("PIP_AUDIT_OUTPUT")
        .map(PathBuf::from);
    let path = arguments.output.clone().or(named);
    text.push('\n');
    match path {
        Some(path) if path != *"-" && path != *"stdout" => {
            std::fs::write(&path, text).map_err(|error| {
                let name = printable(&path.display().to_string());
                Failure::could_not_look(format!("the output cannot be written: {name}: {error}"))
            })
        }
        _ => {
            context.terminal.write(Stream::Stdout, text.as_bytes());
            Ok(())
        }
    }
}

/// Says what could not be audited and returns the exit code, as pip-audit has one for both.
fn ended(context: &Context, errors: Vec<String>, found: bool) -> Exit {
    for error in &errors {
        context
            .terminal
            .fail(&Failure::could_not_look(error.clone()));
    }
    if found || !errors.is_empty() {
        Exit::Blocked
    } else {
        Exit::Passed
    }
}
