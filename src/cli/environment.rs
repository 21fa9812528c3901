//! The world outside the process: variables, clock, current directory, streams, programs.
//!
//! This is the only file that reads them; everything else receives what it needs as an argument.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;

use super::failure::Failure;

/// Places in which git is found on machines whose `PATH` is bare, as it is for graphical clients.
const USUAL_PLACES: [&str; 7] = [
    "/usr/bin/git",
    "/usr/local/bin/git",
    "/opt/homebrew/bin/git",
    "/opt/local/bin/git",
    "/run/current-system/sw/bin/git",
    "C:\\Program Files\\Git\\cmd\\git.exe",
    "C:\\Program Files\\Git\\bin\\git.exe",
];

/// When the user wants colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorChoice {
    /// Where a person reads it on a terminal that has colour.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// One of the two streams for output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Results.
    Stdout,
    /// Everything else.
    Stderr,
}

/// The process that git is, as seen from a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitProcess {
    /// Its id, together with its start time where the system tells.
    pub id: String,
    /// Whether it is known to be git rather than a hook manager or a shell between git and us.
    pub certain: bool,
}

/// What the process can learn about its surroundings.
#[derive(Debug, Clone)]
pub struct Environment {
    as_of: Option<Timestamp>,
    started: Instant,
}

impl Environment {
    /// Makes an environment whose clock stands at `as_of`, where that is given.
    pub fn new(as_of: Option<Timestamp>) -> Self {
        Self {
            as_of,
            started: Instant::now(),
        }
    }

    /// Returns how long the program has been running.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Returns a variable, unless it is unset or empty.
    #[expect(
        clippy::disallowed_methods,
        reason = "this file is where the environment is read"
    )]
    pub fn variable(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name).filter(|value| !value.is_empty())
    }

    /// Returns a variable as text, unless it is unset, empty or not UTF-8.
    pub fn text(&self, name: &str) -> Option<String> {
        self.variable(name)?.into_string().ok()
    }

    /// Returns the rest of the names of all variables that begin with `prefix`, sorted.
    pub fn names_after(&self, prefix: &str) -> Vec<String> {
        let mut names: Vec<String> = std::env::vars_os()
            .filter_map(|(name, _)| Some(name.to_str()?.strip_prefix(prefix)?.to_owned()))
            .collect();
        names.sort();
        names
    }

    /// Returns the current directory.
    #[expect(
        clippy::disallowed_methods,
        reason = "this file is where the current directory is read"
    )]
    pub fn current_dir(&self) -> Result<PathBuf, Failure> {
        std::env::current_dir().map_err(|error| {
            Failure::could_not_look(format!("the current directory cannot be read: {error}"))
        })
    }

    /// Returns the absolute path of the running program.
    pub fn executable(&self) -> Result<PathBuf, Failure> {
        std::env::current_exe().map_err(|error| {
            Failure::could_not_look(format!("the program's own path cannot be read: {error}"))
        })
    }

    /// Returns the user's home directory, where there is one.
    pub fn home(&self) -> Option<PathBuf> {
        directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned())
    }

    /// Returns the time: the clock's, or the one given with `--as-of`.
    pub fn now(&self) -> Timestamp {
        self.as_of.unwrap_or_else(Timestamp::now)
    }

    /// Returns the absolute path of the git program: the one that runs this hook, else the first of `PATH`
    /// (relative entries are skipped: they may lie in the repository), else one of the usual places.
    pub fn git(&self) -> Option<PathBuf> {
        let name = if cfg!(windows) { "git.exe" } else { "git" };
        let exec_path = self.variable("GIT_EXEC_PATH").map(PathBuf::from);
        let path = self.variable("PATH").unwrap_or_default();
        exec_path
            .into_iter()
            .chain(std::env::split_paths(&path))
            .filter(|directory| directory.is_absolute())
            .map(|directory| directory.join(name))
            .chain(USUAL_PLACES.iter().map(PathBuf::from))
            .find(|program| is_program(program))
    }

    /// Returns whether colour may be used on a stream.
    pub fn color(&self, choice: ColorChoice, stream: Stream) -> bool {
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                let forced = self
                    .text("CLICOLOR_FORCE")
                    .is_some_and(|value| value != "0");
                self.variable("NO_COLOR").is_none()
                    && (forced || self.is_terminal(stream) && self.terminal_has_color())
            }
        }
    }

    fn terminal_has_color(&self) -> bool {
        let dumb = self.text("TERM").is_some_and(|term| term == "dumb");
        let refused = self.text("CLICOLOR").is_some_and(|value| value == "0");
        !dumb && !refused
    }

    /// Returns whether a person reads a stream.
    pub fn is_terminal(&self, stream: Stream) -> bool {
        match stream {
            Stream::Stdout => io::stdout().is_terminal(),
            Stream::Stderr => io::stderr().is_terminal(),
        }
    }

    /// Returns whether standard input is a person's terminal.
    pub fn stdin_is_terminal(&self) -> bool {
        io::stdin().is_terminal()
    }

    /// Returns the width that text for people is wrapped at: 80, unless `COLUMNS` asks for something sensible.
    pub fn width(&self) -> usize {
        self.text("COLUMNS")
            .and_then(|columns| columns.trim().parse().ok())
            .filter(|columns| (40..=160).contains(columns))
            .unwrap_or(80)
    }

    /// Reads a line of standard input, without its end; nothing where there is no more.
    pub fn line(&self) -> Result<Option<String>, Failure> {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line).map_err(|error| {
            Failure::could_not_look(format!("standard input cannot be read: {error}"))
        })?;
        Ok((read > 0).then(|| line.trim_end().to_owned()))
    }

    /// Reads all of standard input.
    pub fn stdin(&self) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(|error| {
                Failure::could_not_look(format!("standard input cannot be read: {error}"))
            })?;
        Ok(bytes)
    }

    /// Returns the git process that runs this hook: the nearest ancestor called `git` where the system tells,
    /// else the parent process.
    pub fn git_process(&self) -> GitProcess {
        match calling_git() {
            Some((id, process)) => GitProcess {
                id: format!("{id}-{}", process.started),
                certain: true,
            },
            None => GitProcess {
                id: parent_process().to_string(),
                certain: false,
            },
        }
    }

    /// Returns the arguments that the git process was called with, where the system tells.
    pub fn git_arguments(&self) -> Option<Vec<Vec<u8>>> {
        let (id, _) = calling_git()?;
        let line = std::fs::read(format!("/proc/{id}/cmdline")).ok()?;
        Some(line.split(|&byte| byte == 0).map(<[u8]>::to_vec).collect())
    }
}

/// Returns the nearest ancestor called `git`, where the system tells.
fn calling_git() -> Option<(u32, Process)> {
    let mut candidate = parent_process();
    // A hook manager, its runtime and its shells stand between git and us; nothing sane stacks more.
    for _ in 0..16 {
        let process = Process::read(candidate)?;
        if process.name == "git" {
            return Some((candidate, process));
        }
        if process.parent <= 1 {
            return None;
        }
        candidate = process.parent;
    }
    None
}

#[cfg(unix)]
fn parent_process() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent_process() -> u32 {
    0
}

/// What Linux says about a process in `/proc`.
struct Process {
    name: String,
    parent: u32,
    started: String,
}

impl Process {
    fn read(id: u32) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
    }

    /// The name stands in parentheses and may itself hold spaces and parentheses, so the last one counts.
    fn parse(stat: &str) -> Option<Self> {
        let (head, tail) = stat.rsplit_once(") ")?;
        let (_, name) = head.split_once(" (")?;
        let mut fields = tail.split(' ');
        let parent = fields.nth(1)?.parse().ok()?;
        let started = fields.nth(17)?.to_owned();
        Some(Self {
            name: name.to_owned(),
            parent,
            started,
        })
    }
}

fn is_program(path: &Path) -> bool {
    let Ok(metadata) = path.metadata() else {
        return false;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    {
        metadata.is_file()
    }
}

/// Reads what `--as-of` was given: a date (midnight, UTC) or a point in time.
pub fn parse_as_of(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let date: Date = text.parse().map_err(|_| {
        "expected a date such as 2026-12-01 or a time such as 2026-12-01T09:30:00Z".to_owned()
    })?;
    jiff::tz::TimeZone::UTC
        .to_timestamp(date.at(0, 0, 0, 0))
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_name_may_hold_parentheses_and_spaces() {
        let fields: Vec<String> = (3..=30).map(|n| n.to_string()).collect();
        let stat = format!("17 (a) (b c) {}\n", fields.join(" "));
        let process = Process::parse(&stat).unwrap();
        assert_eq!(process.name, "a) (b c");
        assert_eq!((process.parent, process.started.as_str()), (4, "22"));
    }

    #[test]
    fn as_of_takes_dates_and_times() {
        assert_eq!(
            parse_as_of("2026-12-01").unwrap().to_string(),
            "2026-12-01T00:00:00Z"
        );
        assert_eq!(
            parse_as_of("2026-12-01T09:30:00Z").unwrap().to_string(),
            "2026-12-01T09:30:00Z"
        );
        assert!(parse_as_of("soon").is_err());
        assert!(parse_as_of("2026-02-30").is_err());
    }
}
