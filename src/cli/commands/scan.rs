//! `gate-hook scan`: looks on demand, at whatever is named.

use std::path::{Path, PathBuf};

use crate::cli::environment::Environment;
use crate::cli::failure::{Exit, Failure};
use crate::cli::files::{Files, Roots};
use crate::cli::gate::{self, ChangeResult, Look};
use crate::cli::options::Options;
use crate::cli::outputs::Outputs;
use crate::cli::rulebook::Rulebook;
use crate::cli::staged::InTheMaking;
use crate::cli::{Context, history, kept, net};
use crate::finding::{Engine, printable};
use crate::git::{self, GitError, Repository, Side};
use crate::input::ObjectId;
use crate::report::{Activity, Report};
use crate::scan::{self, Net, Tree};

const EXAMPLES: &str = "\
Examples
  gate-hook scan                               what is staged
  gate-hook scan src deploy.env                files as they are on disk
  gate-hook scan --range origin/main..HEAD     each commit of a branch
  git diff | gate-hook scan --patch -          a patch
  gate-hook scan --history --format sarif --output history.sarif";

/// Look at staged changes, files, a range, a patch or all history
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    what: What,
    /// Each commit of a range; with --history, what these commits brought
    #[arg(long, value_name = "A..B", conflicts_with_all = ["paths", "staged", "patch"])]
    range: Option<String>,
    #[command(flatten)]
    narrow: history::Narrow,
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    outputs: Outputs,
}

/// What to look at; nothing means what is staged.
#[derive(Debug, clap::Args)]
#[group(id = "what", multiple = false)]
struct What {
    /// Files and directories, as they are on disk
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The change between HEAD and the index (the default)
    #[arg(long)]
    staged: bool,
    /// A patch: `git diff`, `git format-patch` or `diff -u`
    #[arg(long, value_name = "FILE|-")]
    patch: Option<PathBuf>,
    /// Every content that any branch or tag reaches, each once
    #[arg(long)]
    history: bool,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let options = &arguments.options;
    if arguments.what.history && !options.engines().contains(&Engine::Secrets) {
        return Err(Failure::usage(
            "history is only scanned for secrets: the other engines compare states",
        )
        .with_hint("`gate-hook ci --full` looks at everything that is there"));
    }
    if arguments.what.history && options.imports() {
        return Err(
            Failure::usage("a report says what is there, not what history brought")
                .with_hint("leave out `--history` or `--import`"),
        );
    }
    let explicit = options.rulebook()?;
    let what = &arguments.what;
    let report = if !what.paths.is_empty() {
        paths(context, &what.paths, options, explicit)?
    } else if let Some(file) = &what.patch {
        patch(context, file, options, explicit)?
    } else {
        let repository = gate::open(context)?;
        if what.history {
            let range = arguments.range.as_deref();
            history::look(
                context,
                repository.as_ref(),
                explicit,
                range,
                &arguments.narrow,
            )?
        } else if let Some(range) = &arguments.range {
            self::range(context, repository.as_ref(), range, options, explicit)?
        } else {
            staged(context, repository.as_ref(), options, explicit)?
        }
    };
    arguments.outputs.write(context, &report)?;
    Ok(gate::exit(&report))
}

fn staged(
    context: &Context,
    repository: &dyn Repository,
    options: &Options,
    explicit: Option<Rulebook>,
) -> Result<Report, Failure> {
    let commit = InTheMaking::new(repository, &context.environment)?;
    let rulebook = match explicit {
        Some(rulebook) => rulebook,
        None => commit.rulebook(repository)?,
    };
    let brought = commit.brought(repository)?;
    let report = commit.look(
        context,
        repository,
        &rulebook,
        brought,
        Activity::Look,
        options,
    )?;
    kept::keep_run(context, &repository.layout().git_dir, &report);
    Ok(report)
}

fn range(
    context: &Context,
    repository: &dyn Repository,
    expression: &str,
    options: &Options,
    explicit: Option<Rulebook>,
) -> Result<Report, Failure> {
    let commits = git::range(repository, expression)?;
    let subject = format!("range {}", printable(expression));
    of_commits(context, repository, subject, &commits, options, explicit)
}

/// Scans commits, parents before children.
pub(super) fn of_commits(
    context: &Context,
    repository: &dyn Repository,
    subject: String,
    commits: &[ObjectId],
    options: &Options,
    explicit: Option<Rulebook>,
) -> Result<Report, Failure> {
    let rulebook = match (explicit, commits.first(), commits.last()) {
        (Some(rulebook), ..) => rulebook,
        (None, Some(first), Some(last)) => {
            let before = repository.commit(first)?.parents.first().copied();
            let base = before.filter(|base| repository.commit(base).is_ok());
            Rulebook::load(repository, base.map(Side::Commit), &[Side::Commit(*last)])?
        }
        _ => Rulebook::from_directory(None)?,
    };
    let look = Look {
        nets: net::of_commits(repository, commits)?,
        options,
        ..Look::new(subject, Some(repository), &rulebook)
    };
    let progress = context.terminal.progress(commits.len());
    let mut changes = gate::commits(repository, commits).inspect(|_| progress.inc(1));
    let report = gate::look(context, look, &mut changes)?;
    progress.finish_and_clear();
    kept::keep_run(context, &repository.layout().git_dir, &report);
    Ok(report)
}

fn patch(
    context: &Context,
    file: &Path,
    options: &Options,
    explicit: Option<Rulebook>,
) -> Result<Report, Failure> {
    let is_stdin = file == Path::new("-");
    let name = printable(&file.display().to_string());
    let bytes = if is_stdin {
        context.environment.stdin()?
    } else {
        let path = context.environment.current_dir()?.join(file);
        std::fs::read(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Failure::usage(format!("{name}: {error}")),
            _ => Failure::could_not_look(format!("{name}: {error}")),
        })?
    };
    let change = git::patch(&bytes)?;
    if change.files.is_empty()
        && change.texts.is_empty()
        && change.unread.is_empty()
        && !bytes.trim_ascii().is_empty()
    {
        return Err(Failure::could_not_look(format!(
            "{name}: there is no change in it that could be read"
        ))
        .with_hint("a patch is what `git diff`, `git format-patch` or `diff -u` print"));
    }
    let nearby = nearby(context)?;
    let rulebook = explicit.map_or_else(
        || Rulebook::from_directory(work_tree(nearby.as_deref())),
        Ok,
    )?;
    let look = Look {
        options,
        nets: vec![Net {
            change: change.clone(),
            after: Tree::Nowhere,
            before: Vec::new(),
            engines: scan::OF_STATES,
            standing: false,
        }],
        ..Look::new("patch".to_owned(), None, &rulebook)
    };
    remembered(context, nearby.as_deref(), look, Ok(change))
}

fn paths(
    context: &Context,
    paths: &[PathBuf],
    options: &Options,
    explicit: Option<Rulebook>,
) -> Result<Report, Failure> {
    let nearby = nearby(context)?;
    let work_tree = work_tree(nearby.as_deref());
    let rulebook = explicit.map_or_else(|| Rulebook::from_directory(work_tree), Ok)?;
    let current = current_dir(&context.environment, work_tree)?;
    let files = Files::gather(paths, &Roots::new(&current, work_tree))?;
    let subject = match paths {
        [path] => printable(&path.display().to_string()),
        _ => format!("{} paths", paths.len()),
    };
    let mut look = Look::new(subject, None, &rulebook);
    look.options = options;
    look.known = files.known;
    look.nets.push(Net {
        change: files.change.clone(),
        after: Tree::Disk(work_tree.unwrap_or(&current).to_owned()),
        before: Vec::new(),
        engines: scan::OF_STATES,
        standing: false,
    });
    remembered(context, nearby.as_deref(), look, Ok(files.change))
}

/// Looks at one change and keeps the run in the repository that is around, if there is one.
fn remembered(
    context: &Context,
    nearby: Option<&dyn Repository>,
    look: Look<'_>,
    change: ChangeResult,
) -> Result<Report, Failure> {
    let report = gate::look(context, look, &mut std::iter::once(change))?;
    if let Some(repository) = nearby {
        kept::keep_run(context, &repository.layout().git_dir, &report);
    }
    Ok(report)
}

/// Opens the repository around the current directory, if there is one: it may hold a policy.
fn nearby(context: &Context) -> Result<Option<Box<dyn Repository>>, Failure> {
    match gate::try_open(context) {
        Ok(repository) => Ok(Some(repository)),
        Err(GitError::NotARepository(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn work_tree(repository: Option<&dyn Repository>) -> Option<&Path> {
    repository.and_then(|repository| repository.layout().work_tree.as_deref())
}

/// Returns the current directory, spelled like the work tree it lies in.
fn current_dir(environment: &Environment, work_tree: Option<&Path>) -> Result<PathBuf, Failure> {
    let current = environment.current_dir()?;
    let in_tree = work_tree.and_then(|root| {
        let below = current
            .canonicalize()
            .ok()?
            .strip_prefix(root.canonicalize().ok()?)
            .ok()?
            .to_owned();
        Some(root.join(below))
    });
    Ok(in_tree.unwrap_or(current))
}
