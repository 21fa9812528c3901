//! Real repositories for tests: a temporary home, a pinned environment, the real `git` and the real program.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_gate-hook");

/// Returns a GitHub token whose checksum is right, different for each seed; never written in one piece in a source.
pub(crate) fn token(seed: u32) -> String {
    let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut state = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let body: String = (0..30)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(alphabet[(state % 62) as usize])
        })
        .collect();
    let mut checksum = crc32fast::hash(body.as_bytes());
    let mut tail = [0; 6];
    for digit in tail.iter_mut().rev() {
        *digit = alphabet[(checksum % 62) as usize];
        checksum /= 62;
    }
    format!("ghp_{body}{}", String::from_utf8_lossy(&tail))
}

/// What a command answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The exit code; a signal counts as -1.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Answer {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Returns both streams in one text.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Returns both streams on one line, whatever the width they were wrapped at.
    pub(crate) fn flat(&self) -> String {
        self.text().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Expects success.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "expected success:\n{}", self.text());
        self
    }

    /// Expects that the gate stopped it because of a GitHub token, and that the token is not shown.
    #[track_caller]
    pub(crate) fn blocked(self) -> Self {
        assert_ne!(
            self.code,
            0,
            "expected the gate to stop this:\n{}",
            self.text()
        );
        let text = self.text();
        assert!(
            text.contains("github-pat"),
            "expected a finding of github-pat:\n{text}"
        );
        for seed in 0..8 {
            let token = token(seed);
            let shown = (4..token.len() - 5).any(|at| text.contains(&token[at..at + 5]));
            assert!(!shown, "a part of the token is shown:\n{text}");
        }
        self
    }
}

/// A repository in a temporary home of its own.
pub(crate) struct Repo {
    home: TempDir,
    /// The root of the work tree.
    pub(crate) root: PathBuf,
    /// Variables that every command gets.
    pub(crate) env: Vec<(String, String)>,
}

impl Repo {
    /// Makes a repository with the hooks installed and one commit.
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// Makes a repository with further options for `git init`, the hooks installed, and one commit.
    pub(crate) fn with(init: &[&str]) -> Self {
        let repo = Self::unborn(init);
        repo.install();
        repo.write("README", "hello\n");
        repo.git(&["add", "README"]).ok();
        repo.git(&["commit", "-qm", "first"]).ok();
        repo
    }

    /// Makes a repository without a commit and without hooks.
    pub(crate) fn unborn(init: &[&str]) -> Self {
        let home = TempDir::new().unwrap();
        let root = home.path().join("work");
        fs::create_dir(&root).unwrap();
        fs::write(
            home.path().join(".gitconfig"),
            "[user]\n\tname = A Developer\n\temail = dev@example.org\n[init]\n\tdefaultBranch = main\n\
             [protocol \"file\"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n",
        )
        .unwrap();
        let repo = Self {
            home,
            root,
            env: Vec::new(),
        };
        let mut arguments = vec!["init", "-q"];
        arguments.extend(init);
        repo.git(&arguments).ok();
        repo
    }

    /// Installs the hooks as a user does.
    pub(crate) fn install(&self) {
        self.gate(&["install"]).ok();
    }

    /// Returns the temporary home.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Returns a command with the pinned environment, to be run in a directory.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>, directory: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_AUTHOR_DATE", "2026-11-01T12:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-11-01T12:00:00Z")
            .envs(self.env.iter().map(|(key, value)| (key, value)))
            .current_dir(directory)
            .stdin(Stdio::null());
        command
    }

    /// Runs git in the work tree.
    pub(crate) fn git(&self, arguments: &[&str]) -> Answer {
        self.git_in(&self.root, arguments)
    }

    /// Runs git in a directory.
    pub(crate) fn git_in(&self, directory: &Path, arguments: &[&str]) -> Answer {
        Answer::of(
            &self
                .command("git", directory)
                .args(arguments)
                .output()
                .unwrap(),
        )
    }

    /// Runs the program in the work tree.
    pub(crate) fn gate(&self, arguments: &[&str]) -> Answer {
        Answer::of(
            &self
                .command(PROGRAM, &self.root)
                .args(arguments)
                .output()
                .unwrap(),
        )
    }

    /// Runs a command with something on its standard input.
    pub(crate) fn feed(&self, program: &str, arguments: &[&str], input: &[u8]) -> Answer {
        let mut child = self
            .command(program, &self.root)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The program may end without reading everything.
        let _ = child.stdin.take().unwrap().write_all(input);
        Answer::of(&child.wait_with_output().unwrap())
    }

    /// Writes a file of the work tree, with its folders.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Writes and stages a file.
    pub(crate) fn stage(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write(path, content);
        self.git(&["add", "--", path]).ok();
    }

    /// Commits what is staged, with the hooks.
    pub(crate) fn commit(&self) -> Answer {
        self.git(&["commit", "-qm", "change"])
    }

    /// Stages a file and commits it without any hook: how an old secret comes to be.
    pub(crate) fn commit_unscanned(&self, path: &str, content: impl AsRef<[u8]>) {
        self.stage(path, content);
        self.git(&[
            "-c",
            "core.hooksPath=/dev/null",
            "commit",
            "-qm",
            "unscanned",
        ])
        .ok();
    }

    /// Sets a key of the repository's configuration.
    pub(crate) fn config(&self, key: &str, value: &str) {
        self.git(&["config", key, value]).ok();
    }

    /// Returns the commit that a revision names.
    pub(crate) fn id(&self, revision: &str) -> String {
        self.git(&["rev-parse", revision])
            .ok()
            .stdout
            .trim()
            .to_owned()
    }
}

/// Says what a comparison has found although its test passes: the harness shows nothing of what those print.
pub(crate) fn say(line: &str) {
    // Nobody reads it if the stream is closed.
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// Returns one line of code that holds a token.
pub(crate) fn leak(seed: u32) -> String {
    format!("TOKEN = \"{}\"\n", token(seed))
}

/// Returns whether the slow comparisons are to run.
#[expect(
    clippy::disallowed_methods,
    reason = "the test command says so in the environment"
)]
pub(crate) fn full() -> bool {
    std::env::var_os("GATE_HOOK_FULL").is_some()
}

/// Returns the file that a test is to write what it has made into, where somebody wants to look at it.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever wants to look says so in the environment"
)]
pub(crate) fn bless(name: &str) -> Option<PathBuf> {
    std::env::var_os(format!("GATE_HOOK_{name}")).map(PathBuf::from)
}

/// A small generator of numbers, the same on every machine.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
