//! `gate-hook bandit`: Bandit's own command line, output and exit codes, so that it can stand in for that command.
//!
//! ```text
//! arguments ─► command_line ─► job (with a `.bandit` file) ─► discover ─► scan ─► baseline ─► report
//! ```

mod baseline;
mod command_line;
mod discover;
mod document;
mod help;
mod job;
mod known;
mod output;
mod scan;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::Path;

use crate::bandit::config::{Config, Exclusions, read_ini};
use crate::bandit::{PythonVersion, Scanner, Settings, TestSet};
use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};
use crate::finding::printable;
use crate::report::bandit::{Format, Template};

use baseline::Baseline;
use command_line::{Asked, Options};
use discover::{Found, Target};
use job::Job;

/// Scan Python files with Bandit's own command line
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(in crate::cli) struct Arguments {
    /// Bandit's arguments; `gate-hook bandit --help` lists them
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGUMENT"
    )]
    arguments: Vec<OsString>,
}

impl Arguments {
    /// Takes `gate-hook bandit …` as it stands: none of its options is ours.
    pub(in crate::cli) fn from_command_line(arguments: &[OsString]) -> Option<Self> {
        match arguments {
            [_, command, rest @ ..] if command == "bandit" => Some(Self {
                arguments: rest.to_vec(),
            }),
            _ => None,
        }
    }
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let formats = Format::ALL.map(Format::name);
    let options = match command_line::parse(&arguments.arguments, &formats) {
        Ok(Asked::Help) => {
            context.terminal.result(&help::page());
            return Ok(Exit::Passed);
        }
        Ok(Asked::Version) => {
            context.terminal.result(&help::version());
            return Ok(Exit::Passed);
        }
        Ok(Asked::Run(options)) => *options,
        Err(message) => return Err(misused(&message)),
    };
    if options.template.is_some() && options.format.as_deref() != Some(Format::Custom.name()) {
        return Err(misused("--msg-template goes only with --format custom"));
    }
    if options.template.as_deref() == Some("") {
        return Err(misused("--msg-template is empty"));
    }
    if options.baseline.as_deref().is_some_and(OsStr::is_empty) {
        return Err(misused("-b names no file"));
    }
    let output = output::open(options.output.as_deref())?;
    let python = python(options.python_version.as_deref())?;
    let exit_zero = options.exit_zero;
    let (job, targets) = job(options, context)?;
    let found = report(&job, &targets, python, output, context)?;
    Ok(if found && !exit_zero {
        Exit::Blocked
    } else {
        Exit::Passed
    })
}

fn misused(message: &str) -> Failure {
    Failure::usage(printable(message)).with_hint("`gate-hook bandit --help` lists the options")
}

fn python(name: Option<&str>) -> Result<PythonVersion, Failure> {
    let Some(name) = name else {
        return Ok(PythonVersion::default());
    };
    PythonVersion::from_name(name).ok_or_else(|| {
        let names = PythonVersion::ALL.map(PythonVersion::name).join(", ");
        misused(&format!(
            "--python-version cannot be `{name}`; it is one of {names}"
        ))
    })
}

/// Puts the command line together with the `.bandit` file that it names or that lies in a target.
fn job(options: Options, context: &Context) -> Result<(Job, Vec<Target>), Failure> {
    let mut targets: Vec<Target> = options.targets.iter().map(Target::new).collect();
    let ini = match &options.ini {
        Some(path) if !path.is_empty() => Some(Path::new(path)),
        _ => {
            let inis: Vec<&Path> = targets
                .iter()
                .flat_map(Target::inis)
                .map(AsRef::as_ref)
                .collect();
            if inis.len() > 1 {
                let names: Vec<String> = inis.iter().map(|path| shown(path)).collect();
                return Err(Failure::configuration(format!(
                    "more than one `.bandit` file: {}",
                    names.join(", ")
                ))
                .with_hint("scan the targets one by one, or name one file with --ini"));
            }
            inis.first().copied()
        }
    };
    let read = |path: &Path| -> Result<BTreeMap<String, String>, String> {
        let bytes =
            fs::read(path).map_err(|error| format!("{}: {}", shown(path), scan::reason(&error)))?;
        read_ini(&path.to_string_lossy(), &bytes).map_err(|error| error.to_string())
    };
    let ini = match ini.map(read).transpose() {
        Ok(ini) => ini.unwrap_or_default(),
        Err(message) => {
            context
                .terminal
                .warn(&format!("the `.bandit` file has no say: {message}"));
            BTreeMap::new()
        }
    };
    let targets_from_ini = options.targets.is_empty();
    let job = Job::new(options, &ini, output::default_format(context))?;
    if targets_from_ini {
        targets = job.targets.iter().map(Target::new).collect();
    }
    Ok((job, targets))
}

/// Scans, writes the report, and returns whether anything was found.
fn report(
    job: &Job,
    targets: &[Target],
    python: PythonVersion,
    output: Option<File>,
    context: &Context,
) -> Result<bool, Failure> {
    let config = match &job.config {
        Some(path) => {
            let name = path.to_string_lossy();
            let bytes = fs::read(path).map_err(|error| {
                let name = printable(&name);
                Failure::configuration(format!("{name} cannot be read: {}", scan::reason(&error)))
            })?;
            Config::read(&name, &bytes)?
        }
        None => Config::none(),
    };
    if targets.is_empty() {
        return Err(misused("no target is given"));
    }
    let mut warnings = Vec::new();
    let scanner = Scanner::new(Settings {
        tests: selection(job, &config, &mut warnings)?,
        ignore_nosec: job.ignore_nosec,
        python,
        context_lines: lines_needed(job),
        options: config.options(&mut warnings)?,
    });
    for warning in &warnings {
        context.terminal.warn(warning);
    }
    let baseline = baseline(job, context)?;
    let format = job
        .format
        .unwrap_or_else(|| output::default_format(context));
    if baseline.is_some() && !format.takes_baseline() {
        return Err(misused(&format!(
            "a baseline does not go with --format {}",
            format.name()
        )));
    }
    if scanner.settings().tests.is_empty() {
        return Err(misused("no test would run"));
    }
    let template = template(job, format, context)?;
    let found = files(job, targets, &config, context)?;
    let paths: Vec<(&str, &Path)> = found
        .files
        .iter()
        .map(|(name, path)| (name.as_str(), path.as_path()))
        .collect();
    let stdin = found.files.contains_key(scan::STDIN[0]).then(|| {
        context
            .environment
            .stdin()
            .map_err(|failure| failure.message)
    });
    let answers = scan::scan(&scanner, &paths, stdin.as_ref());
    let left_out = found.left_out.into_iter();
    let mut document = document::document(job, answers, left_out, baseline.as_ref(), context);
    document.template = template;
    if format == Format::Custom {
        document.current_directory = context.environment.current_dir()?;
    }
    output::write(&document, format, output, context)?;
    Ok(!document.findings.is_empty())
}

/// How many lines of code of a finding are needed, if any.
fn lines_needed(job: &Job) -> Option<usize> {
    let format = job.format.unwrap_or(Format::Txt);
    format.context_lines(job.context_lines)
}

fn selection(job: &Job, config: &Config, warnings: &mut Vec<String>) -> Result<TestSet, Failure> {
    let mut profile = config.profile(job.profile.as_deref())?;
    profile.add(&job.tests, &job.skips);
    let selection = profile.select()?;
    let unknown = selection.unknown.iter();
    warnings.extend(unknown.map(|id| format!("there is no test `{id}`")));
    Ok(selection.tests)
}

/// A report that cannot be read hides nothing.
fn baseline(job: &Job, context: &Context) -> Result<Option<Baseline>, Failure> {
    let Some(path) = &job.baseline else {
        return Ok(None);
    };
    let name = printable(&path.to_string_lossy());
    let bytes = fs::read(path).map_err(|error| {
        Failure::usage(format!("{name} cannot be read: {}", scan::reason(&error)))
    })?;
    let baseline = Baseline::read(&bytes).unwrap_or_else(|error| {
        context
            .terminal
            .warn(&format!("{name} hides nothing: {error}"));
        Baseline::default()
    });
    Ok(Some(baseline))
}

fn template(job: &Job, format: Format, context: &Context) -> Result<Template, Failure> {
    let Some(text) = job.template.as_ref().filter(|_| format == Format::Custom) else {
        return Ok(Template::default());
    };
    let template =
        Template::parse(text).map_err(|error| misused(&format!("--msg-template: {error}")))?;
    for tag in &template.unknown {
        let tag = printable(tag);
        context
            .terminal
            .warn(&format!("--msg-template: there is no tag `{tag}`"));
    }
    Ok(template)
}

fn files(
    job: &Job,
    targets: &[Target],
    config: &Config,
    context: &Context,
) -> Result<Found, Failure> {
    for target in targets {
        if target.is_directory() && !job.recursive {
            let name = shown(&target.path);
            context
                .terminal
                .warn(&format!("{name} is a directory; `-r` looks into it"));
        }
        for directory in &target.unreadable {
            let name = shown(directory);
            context
                .terminal
                .warn(&format!("{name} cannot be read; nothing in it is scanned"));
        }
    }
    // An empty list leaves nothing out; an empty entry of a list, being a part of every path, leaves out all.
    let given = Some(&job.exclude).filter(|list| !list.is_empty());
    let given = given.into_iter().flat_map(|list| list.split(','));
    let given = given.map(str::to_owned);
    let exclusions = Exclusions::new(config.exclude_dirs()?, given, |entry| {
        Path::new(entry).is_dir()
    });
    Ok(discover::discover(
        targets,
        job.recursive,
        &config.include()?,
        &exclusions,
    ))
}

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}
