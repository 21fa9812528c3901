//! `advisories update`: a zip of records, or a database that somebody else built, takes the place of the old one.
//!
//! Everything is checked before the old database is touched: the archive's checksums, that records can be read,
//! that there are not suddenly far fewer or older ones, and what a pinned digest says. Only then is renamed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use indicatif::{ProgressBar, ProgressStyle};

use super::{news, pinned, store, work_tree};
use crate::audit::{Builder, Database};
use crate::cli::Context;
use crate::cli::database::{self, Store};
use crate::cli::download::{Downloaded, LIMIT, Validators, copy, download, public};
use crate::cli::failure::{Exit, Failure};
use crate::finding::printable;

/// Where the public export of PyPI's advisories is.
const EXPORT: &str = "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip";
/// How a built database begins.
const BUILT: &[u8] = b"gate-hook advisories";
/// A new database with fewer records than this many hundredths of the old one's is taken for a mistake.
const PLAUSIBLE: u64 = 90;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// An export or a built database: an https:// URL, or a file
    #[arg(long, value_name = "URL|FILE")]
    from: Option<String>,
    /// The SHA-256 that what is fetched must have
    #[arg(long, value_name = "DIGITS")]
    sha256: Option<String>,
    /// A list of known exploited vulnerabilities (CISA's JSON, or one CVE a line): they count as critical
    #[arg(long, value_name = "FILE")]
    known_exploited: Option<PathBuf>,
    /// Write the database to this file instead of the user's own place
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Take it although it has far fewer records than the old one, or older ones
    #[arg(long)]
    force: bool,
}

/// What was fetched, before anything is made of it.
struct Fetched {
    bytes: Vec<u8>,
    /// What the database says it is from: the URL, or the name of the file.
    source: String,
    sha256: String,
    validators: Option<Validators>,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let store = store()?;
    let lock = store.lock()?;
    let pinned = match arguments.from {
        None => pinned(context)?,
        Some(_) => None,
    };
    let digest = pinned.as_ref().map(|pinned| pinned.sha256.as_str());
    let target = arguments
        .output
        .clone()
        .unwrap_or_else(|| store.path(digest));
    // A damaged old database is what an update mends.
    let old = database::open(&target).ok().flatten();
    let from = match (&arguments.from, &pinned) {
        (Some(from), _) => from,
        (None, Some(pinned)) => &pinned.url,
        (None, None) => EXPORT,
    };
    let known = known_state(&store, old.as_ref(), arguments);
    let Some(fetched) = fetch(from, known, context)? else {
        context
            .terminal
            .result("The advisories have not changed since the last update.\n");
        return Ok(Exit::Passed);
    };
    let wanted = digest.or(arguments.sha256.as_deref());
    if let Some(wanted) = wanted
        && !wanted.eq_ignore_ascii_case(&fetched.sha256)
    {
        let message = format!(
            "{} has the SHA-256 {}, not {wanted}",
            fetched.source, fetched.sha256
        );
        return Err(Failure::could_not_look(printable(&message)).with_hint(
            "the database that is there stays in use; see who changed the file, or the digest",
        ));
    }
    let validators = fetched.validators.clone();
    let source = printable(&fetched.source);
    let bytes = Rc::new(build(fetched, arguments, context)?);
    let new = Database::open(Box::new(Rc::clone(&bytes)))
        .and_then(|new| new.verify().map(|()| new))
        .map_err(|error| database::unusable(&source, &error))?;
    if let Some(old) = &old
        && !arguments.force
    {
        refuse_a_step_back(old, &new, context)?;
    }
    replace(&store, &target, &bytes, arguments)?;
    if let Some(validators) = validators {
        let state = Validators {
            identity: new.identity(),
            ..validators
        };
        if let Ok(text) = serde_json::to_vec(&state) {
            // Without it the next update downloads everything again, no more.
            drop(store.replace(&store.download_state(), &text));
        }
    }
    drop(lock);
    report(&new, old.as_ref(), context)?;
    Ok(Exit::Passed)
}

/// Returns what is to be taken in; nothing where the server says that it has not changed.
fn fetch(
    from: &str,
    known: Option<Validators>,
    context: &Context,
) -> Result<Option<Fetched>, Failure> {
    let mut bytes = Vec::new();
    let (validators, sha256, source) = if from.contains("://") {
        let progress = bar(context, "{bytes} of {total_bytes}, {eta} to go");
        let downloaded = download(from, known.as_ref(), &mut bytes, &progress);
        progress.finish_and_clear();
        match downloaded? {
            Downloaded::Unchanged => return Ok(None),
            Downloaded::Content { validators, sha256 } => (Some(validators), sha256, public(from)),
        }
    } else {
        let path = Path::new(from);
        let cannot = |error| Failure::usage(printable(&format!("{from} cannot be read: {error}")));
        let file = File::open(path).map_err(cannot)?;
        let length = file.metadata().map_or(0, |about| about.len());
        bytes.reserve(usize::try_from(length.min(LIMIT)).unwrap_or(0));
        let (_, sha256) = copy(file, &mut bytes, &ProgressBar::hidden()).map_err(cannot)?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        (None, sha256, name)
    };
    Ok(Some(Fetched {
        bytes,
        source,
        sha256,
        validators,
    }))
}

/// Returns what the server said last time, if the database that was made of it is still the one in use, and the
/// same would be made of it again.
fn known_state(store: &Store, old: Option<&Database>, arguments: &Arguments) -> Option<Validators> {
    let old = old?;
    if arguments.known_exploited.is_some() || old.about().exploited > 0 {
        return None;
    }
    let text = fs::read(store.download_state()).ok()?;
    let state: Validators = serde_json::from_slice(&text).ok()?;
    (state.identity == old.identity()).then_some(state)
}

/// Makes a database out of an export; one that was built elsewhere is taken as it is.
fn build(fetched: Fetched, arguments: &Arguments, context: &Context) -> Result<Vec<u8>, Failure> {
    let shown = printable(&fetched.source);
    if fetched.bytes.starts_with(BUILT) {
        return Ok(fetched.bytes);
    }
    let exploited = match &arguments.known_exploited {
        Some(path) => known_exploited(path)?,
        None => BTreeSet::new(),
    };
    let refused = |error: crate::audit::BuildError| {
        Failure::could_not_look(printable(&error.to_string()))
            .with_hint("the database that is there stays in use; fetch the export again")
    };
    let progress = bar(context, "{pos} of {len} records");
    let mut builder = Builder::default();
    let mut step = |done: usize, all: usize| {
        if done.is_multiple_of(256) {
            progress.set_length(all as u64);
            progress.set_position(done as u64);
        }
    };
    let added = builder.add_archive(&shown, &fetched.bytes, &mut step);
    progress.finish_and_clear();
    added.map_err(refused)?;
    builder
        .finish(&fetched.source, &fetched.sha256, &exploited)
        .map_err(refused)
}

/// Reads CISA's catalogue, or any text that names CVE ids.
fn known_exploited(path: &Path) -> Result<BTreeSet<String>, Failure> {
    let name = printable(&path.display().to_string());
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
    let ids: BTreeSet<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .filter(|word| word.starts_with("CVE-") && word.len() > 8)
        .map(str::to_owned)
        .collect();
    if ids.is_empty() {
        return Err(Failure::usage(format!("{name} names no CVE")));
    }
    Ok(ids)
}

fn refuse_a_step_back(old: &Database, new: &Database, context: &Context) -> Result<(), Failure> {
    let today = context.environment.now().to_string();
    let (before, after) = (old.about(), new.about());
    let step_back = if after.records * 100 < before.records * PLAUSIBLE {
        format!(
            "has {} records, and the database that is there {}",
            after.records, before.records
        )
    } else if after.newest(&today[..10]) < before.newest(&today[..10]) {
        format!(
            "ends on {}, and the database that is there on {}",
            after.newest(&today[..10]).unwrap_or("no day"),
            before.newest(&today[..10]).unwrap_or("no day")
        )
    } else {
        return Ok(());
    };
    let message = printable(&format!("{} {step_back}", after.source));
    Err(Failure::could_not_look(message).with_hint(
        "the database that is there stays in use; `--force` takes the new one all the same",
    ))
}

fn replace(
    store: &Store,
    target: &Path,
    bytes: &[u8],
    arguments: &Arguments,
) -> Result<(), Failure> {
    if arguments.output.is_none() {
        return store.replace(target, bytes);
    }
    let directory = target
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    Store::at(directory.unwrap_or(Path::new("."))).replace(target, bytes)
}

fn bar(context: &Context, template: &str) -> ProgressBar {
    let bar = context.terminal.progress(usize::MAX);
    let style = ProgressStyle::with_template(&format!("{{bar:30}} {template}"));
    bar.with_style(style.expect("the template is well formed"))
}

/// Says what is in the new database, and what it says about this repository that the old one did not.
fn report(new: &Database, old: Option<&Database>, context: &Context) -> Result<(), Failure> {
    let today = context.environment.now().to_string();
    let about = new.about();
    let mut text = format!(
        "Advisory database: {} records about {} packages, the newest of {}.\n",
        about.records,
        about.packages,
        about.newest(&today[..10]).unwrap_or("an unknown day"),
    );
    if about.exploited == 0 && old.is_some_and(|old| old.about().exploited > 0) {
        context.terminal.warn(
            "the last database had a list of known exploited vulnerabilities, and this one has none; \
             `--known-exploited FILE` names it",
        );
    }
    for record in about.unreadable.iter().take(5) {
        context.terminal.warn(&format!(
            "record {} cannot be read and is left out",
            printable(record)
        ));
    }
    if let Some(root) = work_tree(context) {
        text += &news::text(&root, new, old, context)?;
    }
    context.terminal.result(&text);
    Ok(())
}
