//! `gate-hook doctor`: proves that the hooks fire, and says what stands in their way.
//!
//! The proof is a planted credential: an index in a temporary directory holds one file more than `HEAD`, its
//! blob lies in a temporary object store, and git is asked to run its `pre-commit` hook over that. The
//! repository's own index, objects and work tree are not touched.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::demo::random_token;
use super::install::{open, shown};
use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::rulebook::Rulebook;
use crate::cli::shims::{self, Place};
use crate::cli::thresholds;
use crate::git::{self, Backend, Repository};

const PROBE: &str = "gate-hook-doctor-probe.txt";

/// Prove that the hooks fire, and say what stands in their way
///
/// Exit code 0: all is well. 1: something stands in the way. 3: could not look.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {}

/// What was found out, line by line.
#[derive(Debug, Default)]
struct Diagnosis {
    text: String,
    problems: usize,
}

impl Diagnosis {
    fn good(&mut self, what: &str, found: &str) {
        let _ = writeln!(self.text, "  ok       {what:<12} {found}");
    }

    fn note(&mut self, what: &str, found: &str) {
        let _ = writeln!(self.text, "  note     {what:<12} {found}");
    }

    fn bad(&mut self, what: &str, found: &str, hint: &str) {
        self.problems += 1;
        let _ = writeln!(
            self.text,
            "  problem  {what:<12} {found}\n           hint: {hint}"
        );
    }
}

/// Runs the command.
pub(in crate::cli) fn run(_: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let repository = open(context)?;
    let mut diagnosis = Diagnosis::default();
    check_backend(&*repository, &mut diagnosis);
    let hooks = git::hooks_dir(&*repository)?;
    let installed = check_shims(&hooks.path, &*repository, context, &mut diagnosis)?;
    check_managers(&*repository, &mut diagnosis);
    check_thresholds(&*repository, &mut diagnosis)?;
    if installed && repository.layout().work_tree.is_some() {
        probe(&*repository, &hooks.path, context, &mut diagnosis)?;
    }
    let verdict = match diagnosis.problems {
        0 => "all is well".to_owned(),
        1 => "1 problem".to_owned(),
        many => format!("{many} problems"),
    };
    context
        .terminal
        .result(&format!("{}{verdict}\n", diagnosis.text));
    Ok(if diagnosis.problems == 0 {
        Exit::Passed
    } else {
        Exit::Blocked
    })
}

fn check_backend(repository: &dyn Repository, diagnosis: &mut Diagnosis) {
    match repository.backend() {
        Backend::Git2 => diagnosis.good("repository", "read directly"),
        Backend::Plumbing => {
            diagnosis.note(
                "repository",
                "read through git's plumbing: of a kind that libgit2 cannot open, a little slower",
            );
        }
    }
}

/// Returns whether the hook that decides over commits is in place.
fn check_shims(
    directory: &Path,
    repository: &dyn Repository,
    context: &Context,
    diagnosis: &mut Diagnosis,
) -> Result<bool, Failure> {
    let this = context.environment.executable()?;
    let server = repository.layout().work_tree.is_none();
    let events = if server {
        shims::SERVER_EVENTS
    } else {
        shims::EVENTS
    };
    let mut decides = false;
    for event in events {
        match shims::inspect(directory, event)? {
            Place::Shim(shim) if !shim.program.exists() => diagnosis.bad(
                event,
                &format!("the program {} is gone", shown(&shim.program)),
                "gate-hook install",
            ),
            Place::Shim(shim) if shim.edited || !shim.current => {
                decides |= *event == "pre-commit";
                diagnosis.bad(
                    event,
                    "the shim is not what this version writes",
                    "gate-hook install --force",
                );
            }
            Place::Shim(shim) => {
                decides |= *event == "pre-commit";
                if shim.program == this {
                    diagnosis.good(event, "in place");
                } else {
                    diagnosis.note(
                        event,
                        &format!("calls another program: {}", shown(&shim.program)),
                    );
                }
            }
            Place::Foreign { calls_us: true, .. } => {
                decides |= *event == "pre-commit";
                diagnosis.good(event, "called by the hook manager in its place");
            }
            Place::Foreign { .. } => {
                diagnosis.bad(
                    event,
                    "another hook is in its place",
                    "gate-hook install keeps it and runs it first",
                );
            }
            Place::Empty => diagnosis.bad(event, "not installed", "gate-hook install"),
        }
    }
    Ok(decides)
}

fn check_managers(repository: &dyn Repository, diagnosis: &mut Diagnosis) {
    let Some(root) = &repository.layout().work_tree else {
        return;
    };
    for (file, manager) in [
        (".pre-commit-config.yaml", "pre-commit"),
        (".husky", "husky"),
        ("lefthook.yml", "lefthook"),
        (".overcommit.yml", "overcommit"),
    ] {
        if root.join(file).exists() {
            let found = format!(
                "{manager} is configured here; run `gate-hook install` after its own install"
            );
            diagnosis.note("manager", &found);
        }
    }
}

/// Compares the policy with what the calls of scanners in the files of CI stop at.
fn check_thresholds(repository: &dyn Repository, diagnosis: &mut Diagnosis) -> Result<(), Failure> {
    let Some(root) = &repository.layout().work_tree else {
        return Ok(());
    };
    let calls = thresholds::found(&thresholds::OnDisk(root));
    if calls.is_empty() {
        return Ok(());
    }
    let rulebook = Rulebook::from_directory(Some(root))?;
    let drift: Vec<String> = rulebook
        .policies
        .iter()
        .flat_map(|policy| thresholds::drift(&calls, policy))
        .collect();
    for difference in &drift {
        diagnosis.note("thresholds", difference);
    }
    if drift.is_empty() {
        let same = format!("the same as in {}", calls[0].place);
        diagnosis.good("thresholds", &same);
    }
    Ok(())
}

/// Asks git to run its hook over a planted credential.
fn probe(
    repository: &dyn Repository,
    hooks: &Path,
    context: &Context,
    diagnosis: &mut Diagnosis,
) -> Result<(), Failure> {
    let git = context.environment.git().ok_or_else(|| {
        Failure::could_not_look("git was not found").with_hint("install git, or put it on PATH")
    })?;
    let layout = repository.layout();
    let scratch = TempDir::with_prefix("gate-hook-doctor-")
        .map_err(|error| Failure::could_not_look(format!("no temporary directory: {error}")))?;
    let objects = scratch.path().join("objects");
    std::fs::create_dir(&objects)
        .map_err(|error| Failure::could_not_look(format!("{}: {error}", shown(&objects))))?;
    let run = |arguments: &[&str], input: &str| {
        let mut command = Command::new(&git);
        command
            .args(arguments)
            .current_dir(layout.work_tree.as_deref().unwrap_or(&layout.git_dir))
            .env("GIT_DIR", &layout.git_dir)
            .env("GIT_INDEX_FILE", scratch.path().join("index"))
            .env("GIT_OBJECT_DIRECTORY", &objects)
            .env(
                "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                layout.common_dir.join("objects"),
            )
            // The hook that was here before has nothing to do with the proof.
            .env("GATE_HOOK_CHAIN", shims::original(hooks, "pre-commit"));
        if let Some(work_tree) = &layout.work_tree {
            command.env("GIT_WORK_TREE", work_tree);
        }
        feed(command, input)
    };
    if repository.head()?.is_some() {
        run(&["read-tree", "HEAD"], "")?;
    }
    let blob = run(
        &["hash-object", "-w", "--stdin"],
        &format!("token = {}\n", random_token()),
    )?;
    let blob = String::from_utf8_lossy(&blob.stdout).trim().to_owned();
    run(
        &[
            "update-index",
            "--add",
            "--cacheinfo",
            &format!("100644,{blob},{PROBE}"),
        ],
        "",
    )?;
    let answer = run(&["hook", "run", "pre-commit"], "")?;
    let said = String::from_utf8_lossy(&answer.stderr);
    if said.contains("is not a git command") {
        diagnosis.note(
            "proof",
            "this git is older than 2.36 and cannot run a hook on request",
        );
    } else if !said.contains(PROBE) {
        diagnosis.bad(
            "proof",
            "git ran its pre-commit hook over a planted credential, and nothing was said",
            "look at the hook, at `git config --show-origin core.hooksPath`, and at `gate-hook policy show`",
        );
    } else if answer.status.success() {
        diagnosis.note(
            "proof",
            "a planted credential was reported; the policy lets it pass",
        );
    } else {
        diagnosis.good("proof", "a planted credential was stopped");
    }
    Ok(())
}

fn feed(mut command: Command, input: &str) -> Result<Output, Failure> {
    use std::io::Write as _;
    let explain =
        |error: std::io::Error| Failure::could_not_look(format!("git cannot be run: {error}"));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(explain)?;
    if let Some(mut stdin) = child.stdin.take() {
        // What git does not want to read it need not read.
        let _ = stdin.write_all(input.as_bytes());
    }
    child.wait_with_output().map_err(explain)
}
