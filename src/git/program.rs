//! Runs git's plumbing: the only programs that are ever started, by absolute path, with a pinned environment.
//!
//! Comes in: arguments. Goes out: the whole output, or an error; a child that fails, stops early or stays
//! silent is an error, never an empty result.

mod chunks;
mod environment;

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use super::GitError;
use chunks::{Chunks, listen};
use environment::{OF_THE_REPOSITORY, PINNED, REMOVED, SETTINGS};

/// How long a child may be silent.
const SILENCE: Duration = Duration::from_mins(1);
/// How much of a child's complaint is kept.
const COMPLAINT_LIMIT: usize = 4096;
/// The git program and where it runs.
#[derive(Debug, Clone)]
pub(super) struct Program {
    git: PathBuf,
    start: Option<PathBuf>,
    index: Option<PathBuf>,
    silence: Duration,
}

/// What a child printed and how it ended.
#[derive(Debug)]
pub(super) struct Output {
    /// Its standard output.
    pub(super) stdout: Vec<u8>,
    /// The beginning of its standard error.
    pub(super) complaint: String,
    /// How it ended.
    pub(super) status: ExitStatus,
}

impl Program {
    /// Names the program; with `start` it looks at the repository there and at nothing of the environment's.
    pub(super) fn new(
        git: &Path,
        start: Option<&Path>,
        index: Option<&Path>,
    ) -> Result<Self, GitError> {
        if !git.is_absolute() {
            return Err(GitError::unreadable(
                "the git program",
                "its path is not absolute",
            ));
        }
        let index = index.map(std::path::absolute).transpose();
        let index = index.map_err(|error| GitError::unreadable("the index", error))?;
        Ok(Self {
            git: git.to_owned(),
            start: start.map(Path::to_owned),
            index,
            silence: SILENCE,
        })
    }

    fn command(&self, arguments: &[OsString]) -> Command {
        let mut command = Command::new(&self.git);
        command
            .args(SETTINGS)
            .args(arguments)
            .envs(PINNED.iter().copied());
        for variable in REMOVED {
            command.env_remove(variable);
        }
        if let Some(start) = &self.start {
            command.current_dir(start);
            for variable in OF_THE_REPOSITORY {
                command.env_remove(variable);
            }
        }
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs to the end and returns what came out, whatever the exit status.
    pub(super) fn run(
        &self,
        arguments: &[impl AsRef<OsStr>],
        input: Option<Vec<u8>>,
    ) -> Result<Output, GitError> {
        let arguments: Vec<OsString> = arguments
            .iter()
            .map(|argument| argument.as_ref().to_owned())
            .collect();
        let what = format!(
            "git {}",
            arguments
                .first()
                .map(|name| name.to_string_lossy())
                .unwrap_or_default()
        );
        let mut command = self.command(&arguments);
        if input.is_some() {
            command.stdin(Stdio::piped());
        }
        let mut child = Running::spawn(&mut command, what, self.silence)?;
        if let Some((mut pipe, input)) = child.child.stdin.take().zip(input) {
            // A child that does not read its input ends with a status that tells.
            thread::spawn(move || pipe.write_all(&input));
        }
        let stdout = child.output.rest()?;
        let complaint = child.complaint();
        let status = child.wait()?;
        Ok(Output {
            stdout,
            complaint,
            status,
        })
    }

    /// Runs to the end and returns the output; any exit status but 0 is an error.
    pub(super) fn output(
        &self,
        arguments: &[impl AsRef<OsStr>],
        input: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, GitError> {
        let output = self.run(arguments, input)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let name = arguments
            .first()
            .map(|name| name.as_ref().to_string_lossy().into_owned())
            .unwrap_or_default();
        let reason = if output.complaint.is_empty() {
            output.status.to_string()
        } else {
            output.complaint
        };
        Err(GitError::unreadable(format!("git {name}"), reason))
    }

    /// Starts a child that answers one line after the other.
    pub(super) fn converse(&self, arguments: &[&str]) -> Result<Conversation, GitError> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let mut command = self.command(&arguments);
        command.stdin(Stdio::piped()).stderr(Stdio::null());
        let what = format!("git {}", arguments[0].to_string_lossy());
        let mut child = Running::spawn(&mut command, what, self.silence)?;
        let input = child.child.stdin.take().expect("standard input is piped");
        Ok(Conversation { input, child })
    }
}

/// A child that answers one line after the other; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Conversation {
    input: ChildStdin,
    child: Running,
}

impl Conversation {
    /// Sends a question.
    pub(super) fn ask(&mut self, line: &str) -> Result<(), GitError> {
        let sent = self
            .input
            .write_all(line.as_bytes())
            .and_then(|()| self.input.write_all(b"\n"));
        sent.and_then(|()| self.input.flush())
            .map_err(|error| GitError::unreadable(&self.child.output.what, error))
    }

    /// Returns the answer as it comes.
    pub(super) fn answer(&mut self) -> &mut Chunks {
        &mut self.child.output
    }
}

/// A child process that does not outlive this value.
#[derive(Debug)]
struct Running {
    child: Child,
    output: Chunks,
    errors: Option<Receiver<io::Result<Vec<u8>>>>,
}

impl Running {
    fn spawn(command: &mut Command, what: String, silence: Duration) -> Result<Self, GitError> {
        let mut child = command
            .spawn()
            .map_err(|error| GitError::unreadable(&what, error))?;
        let stdout = child.stdout.take().expect("standard output is piped");
        let errors = child.stderr.take().map(listen);
        let output = Chunks::new(what, stdout, silence);
        Ok(Self {
            child,
            output,
            errors,
        })
    }

    fn complaint(&mut self) -> String {
        let mut text = Vec::new();
        let Some(errors) = self.errors.take() else {
            return String::new();
        };
        while let Ok(Ok(chunk)) = errors.recv_timeout(self.output.silence) {
            text.extend_from_slice(
                &chunk[..chunk
                    .len()
                    .min(COMPLAINT_LIMIT - text.len().min(COMPLAINT_LIMIT))],
            );
        }
        String::from_utf8_lossy(&text).trim().to_owned()
    }

    /// Waits for the end; a child whose pipes are closed has little left to do.
    fn wait(&mut self) -> Result<ExitStatus, GitError> {
        let deadline = Instant::now() + self.output.silence;
        let mut pause = Duration::from_micros(50);
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if Instant::now() < deadline => thread::sleep(pause),
                Ok(None) => return Err(self.output.silent()),
                Err(error) => return Err(GitError::unreadable(&self.output.what, error)),
            }
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only where the child has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn program(script: &str) -> (tempfile::TempDir, Program) {
        let directory = tempfile::tempdir().unwrap();
        let git = directory.path().join("git");
        // Written by a child: a descriptor that another test's child inherits would make the script busy.
        let text = format!("#!/bin/sh\n{script}\n");
        let write = "printf %s \"$1\" > \"$2\" && chmod 755 \"$2\"";
        assert!(
            Command::new("sh")
                .args(["-c", write, "sh", &text])
                .arg(&git)
                .status()
                .unwrap()
                .success()
        );
        let mut program = Program::new(&git, None, None).unwrap();
        program.silence = Duration::from_millis(300);
        (directory, program)
    }

    #[test]
    fn a_child_that_fails_hangs_or_is_not_there_is_an_error() {
        for script in [
            "exit 1",
            "echo sorry >&2; exit 128",
            "kill -9 $$",
            "exec sleep 20",
            "exec >&- 2>&-; exec sleep 20",
        ] {
            let (_directory, program) = program(script);
            let started = Instant::now();
            assert!(program.output(&["rev-list"], None).is_err(), "{script}");
            assert!(started.elapsed() < Duration::from_secs(10), "{script}");
        }
        let missing = Program::new(Path::new("/nowhere/git"), None, None).unwrap();
        assert!(missing.output(&["version"], None).is_err());
        assert!(Program::new(Path::new("git"), None, None).is_err());
    }

    #[test]
    fn input_larger_than_a_pipe_is_passed_on_and_output_comes_back_whole() {
        let (_directory, program) = program("exec cat");
        let input = vec![b'x'; 300_000];
        assert_eq!(
            program.output(&["cat"], Some(input.clone())).unwrap(),
            input
        );
    }

    #[test]
    fn an_answer_that_stops_is_an_error() {
        let (_directory, program) = program("read line; echo \"$line\"; printf abc");
        let mut conversation = program.converse(&["cat-file"]).unwrap();
        conversation.ask("question").unwrap();
        assert_eq!(conversation.answer().line(100).unwrap(), b"question");
        assert_eq!(conversation.answer().exact(2).unwrap(), b"ab");
        assert!(conversation.answer().exact(2).is_err());
    }

    #[test]
    fn the_environment_of_a_hook_is_pinned() {
        let (_directory, program) =
            program("echo $GIT_NO_REPLACE_OBJECTS $GIT_GRAFT_FILE $GIT_NO_LAZY_FETCH $LC_ALL");
        assert_eq!(
            program.output(&["env"], None).unwrap(),
            b"1 /dev/null 1 C\n"
        );
    }
}
