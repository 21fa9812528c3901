//! The gate: changes go in, a report comes out, and what people see follows from it.
//!
//! Hooks and `scan` share it: they differ in the changes they bring and in where the report goes.

use std::borrow::Cow;
use std::cell::Cell;
use std::time::Instant;

use crate::cli::Context;
use crate::cli::baselines;
use crate::cli::environment::Stream;
use crate::cli::failure::{Exit, Failure};
use crate::cli::lookup;
use crate::cli::net;
use crate::cli::options::{self, Options};
use crate::cli::registry;
use crate::cli::rulebook::Rulebook;
use crate::finding::{Engine, RepoPath};
use crate::git::{self, GitError, OpenOptions, Repository};
use crate::input::{Change, ObjectId};
use crate::policy::{self, Baseline, Gate};
use crate::receipt::Receipt;
use crate::report::formats::Format;
use crate::report::{self, Activity, Report, Situation};
use crate::scan::{self, Job, Net, ScanError};

/// A change, or why it cannot be had.
pub(super) type ChangeResult = Result<Change, ScanError>;

/// What is looked at, beside the changes themselves.
pub(super) struct Look<'a> {
    /// What is looked at, for people, for example `staged change`.
    pub(super) subject: String,
    /// Where blobs are read from.
    pub(super) repository: Option<&'a dyn Repository>,
    /// What decides.
    pub(super) rulebook: &'a Rulebook,
    /// What was asked for.
    pub(super) options: &'a Options,
    /// What the change brings as a whole, for the engines that compare states.
    pub(super) nets: Vec<Net>,
    /// Whether everything is looked at, not a change.
    pub(super) full: bool,
    /// What the reader is doing.
    pub(super) situation: Situation,
    /// What is known about the run before it begins.
    pub(super) known: Receipt,
    /// The labels of the proposed change, where one is looked at.
    pub(super) labels: Option<Vec<String>>,
}

impl<'a> Look<'a> {
    /// Makes a look with every engine there is, for which nobody waits.
    pub(super) fn new(
        subject: String,
        repository: Option<&'a dyn Repository>,
        rulebook: &'a Rulebook,
    ) -> Self {
        Self {
            subject,
            repository,
            rulebook,
            options: &options::NOTHING,
            nets: Vec::new(),
            full: false,
            situation: Situation {
                activity: Activity::Look,
                ..Situation::default()
            },
            known: Receipt::default(),
            labels: None,
        }
    }
}

/// Opens the repository that git's environment or the current directory names.
pub(super) fn open(context: &Context) -> Result<Box<dyn Repository>, Failure> {
    Ok(try_open(context)?)
}

/// Opens the repository, if there is one.
pub(super) fn try_open(context: &Context) -> Result<Box<dyn Repository>, GitError> {
    let environment = &context.environment;
    git::open(&OpenOptions {
        start: None,
        index: environment.variable("GIT_INDEX_FILE").map(Into::into),
        git: environment.git(),
        backend: None,
    })
}

/// What the changes hold, counted on their way into the scan: nothing of it may get lost without a word.
#[derive(Debug, Default)]
struct Expected {
    files: Cell<u64>,
    texts: Cell<u64>,
    /// Whether the change edits the register of waivers.
    register: Cell<bool>,
}

impl Expected {
    fn count(&self, change: &ChangeResult, register: &RepoPath) {
        if let Ok(change) = change {
            let files = change
                .files
                .iter()
                .filter(|file| file.new.is_some())
                .count();
            self.files.set(self.files.get() + files as u64);
            self.texts.set(self.texts.get() + change.texts.len() as u64);
            if change.files.iter().any(|file| file.path == *register) {
                self.register.set(true);
            }
        }
    }

    fn hold(&self, receipt: &Receipt, engines: &[Engine]) -> Result<(), Failure> {
        let answered = receipt.files + receipt.unscanned.len() as u64;
        if engines.contains(&Engine::Secrets)
            && (answered < self.files.get() || receipt.texts < self.texts.get())
        {
            return Err(Failure::could_not_look(format!(
                "{} files and {} texts were to be scanned, and only {answered} and {} were",
                self.files.get(),
                self.texts.get(),
                receipt.texts
            ))
            .with_hint("this is a defect of gate-hook; please report it"));
        }
        Ok(())
    }
}

/// What a scan has found, with what else is known of the run.
pub(super) struct Found {
    /// What the engines found and did not look at.
    pub(super) outcome: scan::Outcome,
    /// What the reader should know of imported reports.
    pub(super) notes: Vec<String>,
    /// Whether the change edits the register of waivers, so that all of it has to hold.
    pub(super) register_touched: bool,
}

impl Found {
    /// Wraps what was found by other means than [`find`].
    pub(super) fn of(outcome: scan::Outcome) -> Self {
        Self {
            outcome,
            notes: Vec::new(),
            register_touched: false,
        }
    }
}

/// Scans changes and decides over what is found.
pub(super) fn look(
    context: &Context,
    look: Look<'_>,
    changes: &mut dyn Iterator<Item = ChangeResult>,
) -> Result<Report, Failure> {
    let found = find(context, &look, changes)?;
    decide(context, look, found)
}

/// Scans changes.
pub(super) fn find(
    context: &Context,
    look: &Look<'_>,
    changes: &mut dyn Iterator<Item = ChangeResult>,
) -> Result<Found, Failure> {
    let rulebook = look.rulebook;
    let mut nets = Cow::Borrowed(look.nets.as_slice());
    // What exists is CI's business, unless the policy has it act: then the hook decides as CI does.
    let counts = look.situation.activity == Activity::Ci || rulebook.lets_existing_act();
    if let Some(repository) = look.repository.filter(|_| counts && !look.full)
        && let Some(dependencies) = net::dependencies(repository, &nets)?
    {
        nets.to_mut().push(dependencies);
    }
    let work_tree = look
        .repository
        .and_then(|repository| repository.layout().work_tree.as_deref());
    let imported = look.options.imported(work_tree)?;
    let started = Instant::now();
    // Whoever asks to look has the time that it takes, and so has CI.
    let waits = !matches!(look.situation.activity, Activity::Look | Activity::Ci);
    let budget = rulebook.time_budget().filter(|_| waits);
    let named = look.options.database()?;
    let job = Job {
        repository: look.repository,
        policies: &rulebook.policies,
        engines: look.options.engines(),
        imported: &imported,
        custom_rules: rulebook.custom_rules.clone(),
        advisories: &|| lookup::open(named, &rulebook.policies, context.environment.now()),
        time_is_up: &|| budget.is_some_and(|budget| started.elapsed() >= budget),
    };
    let expected = Expected::default();
    let register = registry::path(&rulebook.policies);
    let mut counted = changes.inspect(|change| expected.count(change, &register));
    let outcome = scan::scan(&job, &mut counted, &nets)?;
    expected.hold(&outcome.receipt, look.options.engines())?;
    Ok(Found {
        outcome,
        notes: imported.notes,
        register_touched: expected.register.get(),
    })
}

/// Decides over what a scan has found.
pub(super) fn decide(context: &Context, look: Look<'_>, found: Found) -> Result<Report, Failure> {
    let rulebook = look.rulebook;
    let digest = digest(&look)?;
    let outcome = found.outcome;
    let mut receipt = look.known;
    receipt.absorb(outcome.receipt);
    receipt.notes.extend(found.notes);
    receipt.notes.extend(rulebook.notes.iter().cloned());
    let mut gate = Gate {
        policies: rulebook.policies.clone(),
        overrides: rulebook.overrides.clone(),
        now: context.environment.now(),
        full: look.full,
        baseline: match look.repository {
            Some(repository) if baselines::is_needed(rulebook, &look.nets, look.full) => {
                baselines::applicable(repository, rulebook)?
            }
            _ => Baseline::default(),
        },
        waiving: None,
        in_ci: look.situation.activity == Activity::Ci,
        labels: look.labels,
    };
    let mut verdict = policy::decide(&gate, outcome.detected.clone(), &receipt);
    if registry::is_needed(&verdict) || found.register_touched || look.full {
        let all = found.register_touched || look.full || gate.in_ci;
        gate.waiving = rulebook.registry.read(
            look.repository,
            &rulebook.policies,
            (!all).then_some(outcome.detected.as_slice()),
            &context.environment,
        )?;
        if let Some(waiving) = &gate.waiving {
            if look.full {
                let engines = look.options.engines();
                receipt.notes.extend(registry::remarks(
                    &waiving.register,
                    &outcome.detected,
                    engines,
                    &receipt,
                ));
            }
            verdict = policy::decide(&gate, outcome.detected, &receipt);
        }
    }
    receipt.notes.extend(policy::notes(&gate, &verdict));
    Ok(Report {
        subject: look.subject,
        verdict,
        receipt,
        policy_digest: digest,
        policy_origin: rulebook.origin.clone(),
        version: env!("CARGO_PKG_VERSION"),
        situation: Situation {
            inline_off: rulebook.inline_off(),
            ..look.situation
        },
        overrides: rulebook.override_records(),
        made_at: gate.now,
    })
}

/// Returns the digest of everything that decides: of the rulebook, and of the advisories that answer.
fn digest(look: &Look<'_>) -> Result<String, Failure> {
    let rulebook = look.rulebook;
    let advisories = lookup::identity(look.options.database()?, &rulebook.policies);
    let parts = [rulebook.digest.as_str(), &advisories.unwrap_or_default()];
    Ok(policy::digest(&parts.map(str::as_bytes)))
}

/// Returns an iterator over the changes of commits.
pub(super) fn commits<'a>(
    repository: &'a dyn Repository,
    ids: &'a [ObjectId],
) -> impl Iterator<Item = ChangeResult> + 'a {
    ids.iter()
        .map(|id| git::committed(repository, id).map_err(ScanError::from))
}

/// Returns how the program ends after a report.
pub(super) fn exit(report: &Report) -> Exit {
    match report.outcome() {
        report::Outcome::Passed => Exit::Passed,
        report::Outcome::Blocked => Exit::Blocked,
        report::Outcome::CouldNotLook => Exit::CouldNotLook,
    }
}

/// Returns whether a hook has to say something.
///
/// A clean run is silent: a hook that talks at each commit is soon read by nobody.
fn is_worth_a_word(report: &Report, context: &Context) -> bool {
    let receipt = &report.receipt;
    context.terminal.verbose()
        || report.outcome() != report::Outcome::Passed
        || report
            .verdict
            .judged
            .iter()
            .any(|judged| judged.action > policy::Action::Info)
        || report
            .verdict
            .unscanned
            .iter()
            .any(|judged| judged.action > policy::Action::Info)
        || !report.verdict.deferred.is_empty()
        || !receipt.deferred.is_empty()
        || !receipt.notes.is_empty()
}

/// Shows a hook's report to the person who commits or pushes.
pub(super) fn show_in_hook(context: &Context, report: &Report) {
    if is_worth_a_word(report, context) {
        show(context, report, Format::Text, Stream::Stderr);
    }
}

/// Writes a report to a stream.
pub(super) fn show(context: &Context, report: &Report, format: Format, stream: Stream) {
    context
        .terminal
        .write(stream, &rendered(context, report, format, Some(stream)));
}

/// Returns a report in a format, as it should look on a stream or, without one, in a file.
pub(super) fn rendered(
    context: &Context,
    report: &Report,
    format: Format,
    stream: Option<Stream>,
) -> Vec<u8> {
    let mut style = context.terminal.style(stream.unwrap_or(Stream::Stdout));
    style.color &= stream.is_some();
    let mut bytes = Vec::new();
    report::render(report, format, style, &mut bytes).expect("writing into memory does not fail");
    bytes
}
