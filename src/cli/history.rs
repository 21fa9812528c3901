//! `scan --history`: all of history, each content once, perhaps a share of it, perhaps on from where a run broke off.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use indicatif::ProgressBar;
use jiff::Timestamp;

use super::failure::Failure;
use super::gate::{self, Found, Look};
use super::rulebook::Rulebook;
use super::{Context, environment, kept};
use crate::finding::{Engine, printable};
use crate::foreign::Imported;
use crate::git::{Repository, Selection, Side};
use crate::report::Report;
use crate::scan::{self, Advisories, Job, Journal, NoJournal, Request, Shard};

/// The name and version of the file that `--resume` names.
const FORMAT: &str = "gate-hook-history/1";

/// What part of history is looked at.
#[derive(Debug, clap::Args)]
pub(super) struct Narrow {
    /// With --history: only what commits since this date brought
    #[arg(long, value_name = "DATE", requires = "history", value_parser = environment::parse_as_of)]
    since: Option<Timestamp>,
    /// With --history: look at one share of the contents, such as 2/5; `merge` joins the reports
    #[arg(long, value_name = "I/N", requires = "history")]
    shard: Option<Shard>,
    /// With --history: keep the progress in this file, and go on from there
    #[arg(long, value_name = "FILE", requires = "history")]
    resume: Option<PathBuf>,
}

/// Looks at history.
pub(super) fn look(
    context: &Context,
    repository: &dyn Repository,
    explicit: Option<Rulebook>,
    range: Option<&str>,
    narrow: &Narrow,
) -> Result<Report, Failure> {
    let rulebook = match (explicit, repository.head()?) {
        (Some(rulebook), _) => rulebook,
        (None, Some(head)) => Rulebook::load(repository, None, &[Side::Commit(head)])?,
        (None, None) => Rulebook::from_directory(None)?,
    };
    let mut file = match &narrow.resume {
        Some(path) => Some(JournalFile::open(path, &rulebook.digest)?),
        None => None,
    };
    let mut none = NoJournal;
    let journal: &mut dyn Journal = match &mut file {
        Some(file) => file,
        None => &mut none,
    };
    let bar: OnceLock<ProgressBar> = OnceLock::new();
    let expect = |contents: u64| {
        let steps = usize::try_from(contents).unwrap_or(usize::MAX);
        bar.get_or_init(|| context.terminal.progress_of(steps, "contents"));
    };
    let step = || {
        if let Some(bar) = bar.get() {
            bar.inc(1);
        }
    };
    let job = Job {
        repository: Some(repository),
        policies: &rulebook.policies,
        engines: &[Engine::Secrets],
        imported: &Imported::default(),
        custom_rules: rulebook.custom_rules.clone(),
        advisories: &|| Advisories::starter("history is looked at for secrets only"),
        time_is_up: &|| false,
    };
    let mut request = Request {
        selection: Selection {
            range,
            since: narrow.since.map(Timestamp::as_second),
        },
        shard: narrow.shard,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        expect: &expect,
        step: &step,
        journal,
    };
    let outcome = scan::history(&job, repository, &mut request)?;
    if let Some(bar) = bar.get() {
        bar.finish_and_clear();
    }
    if let Some(reason) = file.and_then(|file| file.failed) {
        context
            .terminal
            .warn(&format!("the progress could not be kept: {reason}"));
    }
    let mut subject = match range {
        Some(range) => format!("history of {}", printable(range)),
        None => "history".to_owned(),
    };
    if let Some(since) = narrow.since {
        subject += &format!(" since {since}");
    }
    if let Some(shard) = narrow.shard {
        subject += &format!(", shard {shard}");
    }
    let look = Look::new(subject, Some(repository), &rulebook);
    let report = gate::decide(context, look, Found::of(outcome))?;
    kept::keep_run(context, &repository.layout().git_dir, &report);
    Ok(report)
}

/// What was found so far, in a file: a line that says what decided, then a line for each portion that is done.
struct JournalFile {
    file: File,
    known: HashMap<String, String>,
    /// Why something could not be kept.
    failed: Option<String>,
}

impl JournalFile {
    /// Opens the file, or makes it; what another policy or version has kept is of no use and goes.
    fn open(path: &Path, policy_digest: &str) -> Result<Self, Failure> {
        let name = printable(&path.display().to_string());
        let refuse = |error: std::io::Error| Failure::could_not_look(format!("{name}: {error}"));
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(refuse)?;
        let head = format!("{FORMAT} {} {policy_digest}", env!("CARGO_PKG_VERSION"));
        let mut lines = BufReader::new(&file).lines();
        let first = lines.next().transpose().map_err(refuse)?;
        let ours = first
            .as_deref()
            .is_none_or(|first| first.starts_with(FORMAT));
        if !ours {
            return Err(Failure::usage(format!(
                "{name} is not a file that `--resume` has written"
            ))
            .with_hint("name a file that does not exist yet"));
        }
        let mut known = HashMap::new();
        if first.as_deref() == Some(&head) {
            for line in lines {
                let line = line.map_err(refuse)?;
                // The last line breaks off where the run did.
                let whole = line.strip_suffix('.').and_then(|line| line.split_once(' '));
                if let Some((key, text)) = whole {
                    known.insert(key.to_owned(), text.to_owned());
                }
            }
            file.write_all(b"\n").map_err(refuse)?;
        } else {
            drop(lines);
            file.set_len(0).map_err(refuse)?;
            file.write_all(format!("{head}\n").as_bytes())
                .map_err(refuse)?;
        }
        Ok(Self {
            file,
            known,
            failed: None,
        })
    }
}

impl Journal for JournalFile {
    fn recall(&self, key: &str) -> Option<String> {
        self.known.get(key).cloned()
    }

    fn record(&mut self, key: &str, text: &str) {
        if let Err(error) = self.file.write_all(format!("{key} {text}.\n").as_bytes()) {
            self.failed = Some(error.to_string());
        }
    }
}
