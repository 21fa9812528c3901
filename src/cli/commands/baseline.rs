//! `gate-hook baseline`: the findings that were there when the gate came, as a list that may only shrink.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::ci;
use super::init::write;
use crate::cli::failure::{Exit, Failure};
use crate::cli::rulebook::utf8;
use crate::cli::{Context, baselines, gate, options};
use crate::finding::printable;
use crate::git::{Repository, Side};
use crate::policy::{Action, BASELINE_FILE, Baseline};
use crate::report::Outcome;

/// List the findings that were there when the gate came; the list may only shrink
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write down every finding that HEAD has
    Create,
    /// Take out what is gone; nothing is added
    Update,
    /// Say whether the list can be read and did not grow
    Check {
        /// What it is compared with
        #[arg(long, value_name = "REF", default_value = "HEAD")]
        base: String,
    },
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let repository = gate::open(context)?;
    let repository = repository.as_ref();
    let root = repository.layout().work_tree.clone().ok_or_else(|| {
        Failure::usage("a bare repository has no files, so no baseline can be written")
            .with_hint("run it in a clone, commit the file and push it")
    })?;
    match &arguments.command {
        Command::Create => create(context, repository, &root),
        Command::Update => update(context, repository, &root),
        Command::Check { base } => check(context, repository, &root, base),
    }
}

fn create(context: &Context, repository: &dyn Repository, root: &Path) -> Result<Exit, Failure> {
    if on_disk(root)?.is_some() {
        return Err(Failure::usage(format!("{BASELINE_FILE} is there already"))
            .with_hint("`gate-hook baseline update` takes out what is gone"));
    }
    let baseline = found_at_head(context, repository)?;
    save(root, &baseline)?;
    context.terminal.say(&format!(
        "wrote {BASELINE_FILE} with {}\n  next: `git add {BASELINE_FILE}` and commit it",
        findings(baseline.total())
    ));
    Ok(Exit::Passed)
}

fn update(context: &Context, repository: &dyn Repository, root: &Path) -> Result<Exit, Failure> {
    let old = on_disk(root)?.ok_or_else(|| {
        Failure::usage(format!("there is no {BASELINE_FILE}"))
            .with_hint("`gate-hook baseline create` writes one")
    })?;
    let now = found_at_head(context, repository)?;
    let new = old.shared_with(&now);
    save(root, &new)?;
    let more: u32 = now.beyond(&old).iter().map(|growth| growth.more).sum();
    let left_out = match more {
        0 => String::new(),
        more => format!("; {} not in it and stay out", are(more)),
    };
    context.terminal.say(&format!(
        "took out {}, {} left{left_out}",
        findings(old.total() - new.total()),
        new.total()
    ));
    Ok(Exit::Passed)
}

fn check(
    context: &Context,
    repository: &dyn Repository,
    root: &Path,
    base: &str,
) -> Result<Exit, Failure> {
    let Some(now) = on_disk(root)? else {
        context
            .terminal
            .say(&format!("there is no {BASELINE_FILE}"));
        return Ok(Exit::Passed);
    };
    let base = repository.resolve(base)?;
    let Some(before) = baselines::read(repository, Side::Commit(base))? else {
        context.terminal.say(&format!(
            "{BASELINE_FILE}: {}, all of it new",
            findings(now.total())
        ));
        return Ok(Exit::Passed);
    };
    let growth = now.beyond(&before);
    if growth.is_empty() {
        context.terminal.say(&format!(
            "{BASELINE_FILE}: {}, {} fewer than at {}",
            findings(now.total()),
            before.total() - now.total(),
            base.short()
        ));
        return Ok(Exit::Passed);
    }
    context
        .terminal
        .result(&format!("{}\n", baselines::grew(&growth)));
    Ok(Exit::Blocked)
}

/// Returns what everything that is there at `HEAD` makes.
fn found_at_head(context: &Context, repository: &dyn Repository) -> Result<Baseline, Failure> {
    let report = ci::everything(context, repository, &options::NOTHING)?;
    if report.outcome() == Outcome::CouldNotLook {
        return Err(Failure::could_not_look("not everything could be looked at")
            .with_hint("`gate-hook ci --full` says what stands in the way"));
    }
    let judged = report.verdict.judged.iter();
    let matters = judged.filter(|judged| judged.action >= Action::Warn);
    Ok(Baseline::of(matters.map(|judged| &judged.detected.finding)))
}

fn on_disk(root: &Path) -> Result<Option<Baseline>, Failure> {
    match std::fs::read(path(root)) {
        Ok(bytes) => Ok(Some(Baseline::parse(
            BASELINE_FILE,
            &utf8(BASELINE_FILE, bytes)?,
        )?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::could_not_look(format!("{BASELINE_FILE}: {error}"))),
    }
}

fn save(root: &Path, baseline: &Baseline) -> Result<(), Failure> {
    let path = path(root);
    let written = std::fs::create_dir_all(path.parent().unwrap_or(root))
        .and_then(|()| write(&path, &baseline.to_text()));
    written.map_err(|error| {
        let name = printable(&path.display().to_string());
        Failure::could_not_look(format!("{name} cannot be written: {error}"))
    })
}

fn path(root: &Path) -> PathBuf {
    root.join(BASELINE_FILE)
}

fn findings(number: u64) -> String {
    format!("{number} finding{}", if number == 1 { "" } else { "s" })
}

fn are(number: u32) -> String {
    format!(
        "{} {}",
        findings(number.into()),
        if number == 1 { "is" } else { "are" }
    )
}
