//! Repositories made by the git program, and changes told in short lines.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use gate_hook::git::{self, Backend, OpenOptions, Repository, Side};
use gate_hook::input::{Change, Content, FileChange, FileMode, ObjectId};
use tempfile::TempDir;

/// Returns the absolute path of git.
pub(super) fn git_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let found = Command::new("sh")
            .args(["-c", "command -v git"])
            .output()
            .unwrap();
        PathBuf::from(String::from_utf8(found.stdout).unwrap().trim())
    })
}

/// A repository in a temporary directory.
pub(super) struct Sample {
    directory: TempDir,
    /// The root of its work tree.
    pub(super) root: PathBuf,
}

impl Sample {
    /// Makes a repository without a commit.
    pub(super) fn new() -> Self {
        Self::with(&[])
    }

    /// Makes a repository with further options for `git init`.
    pub(super) fn with(options: &[&str]) -> Self {
        let directory = TempDir::new().unwrap();
        let root = directory.path().canonicalize().unwrap().join("work");
        fs::create_dir(&root).unwrap();
        let sample = Self { directory, root };
        sample.git(&[&["init", "-q", "-b", "main"], options, &["."]].concat());
        sample
    }

    /// Returns a place beside the work tree.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join(name)
    }

    /// Prepares a git command at a place with a pinned environment.
    pub(super) fn command_at(&self, place: &Path) -> Command {
        let mut command = Command::new(git_program());
        command
            .current_dir(place)
            .env_clear()
            .env("HOME", self.directory.path());
        command
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "A U Thor");
            command.env(format!("GIT_{who}_EMAIL"), "author@example.org");
            command.env(format!("GIT_{who}_DATE"), "1700000000 +0000");
        }
        command.args([
            "-c",
            "protocol.file.allow=always",
            "-c",
            "advice.detachedHead=false",
        ]);
        command
    }

    /// Runs git at a place and returns what it prints; failure fails the test.
    #[track_caller]
    pub(super) fn run(
        &self,
        place: &Path,
        arguments: &[impl AsRef<OsStr>],
        input: &[u8],
    ) -> Vec<u8> {
        let mut command = self.command_at(place);
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{:?}: {complaint}",
            arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>()
        );
        output.stdout
    }

    /// Runs git in the work tree and returns what it prints, without the last line break.
    #[track_caller]
    pub(super) fn git(&self, arguments: &[&str]) -> String {
        let output = self.run(&self.root, arguments, b"");
        String::from_utf8(output).unwrap().trim_end().to_owned()
    }

    /// Runs git and lets it fail.
    pub(super) fn try_git(&self, arguments: &[&str]) -> bool {
        self.command_at(&self.root)
            .args(arguments)
            .output()
            .unwrap()
            .status
            .success()
    }

    pub(super) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Writes and stages a file.
    pub(super) fn stage(&self, path: &str, content: &str) {
        self.write(path, content);
        self.git(&["add", "--", path]);
    }

    /// Commits what is staged and returns the commit.
    pub(super) fn commit(&self, message: &str) -> ObjectId {
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.id("HEAD")
    }

    /// Returns what a revision names, not peeled.
    pub(super) fn id(&self, revision: &str) -> ObjectId {
        ObjectId::from_hex(self.git(&["rev-parse", "--verify", revision]).as_bytes()).unwrap()
    }

    /// Opens the repository at its root.
    pub(super) fn open(&self, backend: impl Into<Option<Backend>>) -> Box<dyn Repository> {
        open_at(&self.root, backend).unwrap()
    }

    /// Returns the staged change against `HEAD`, told in short lines.
    pub(super) fn staged(&self, backend: impl Into<Option<Backend>>) -> Vec<String> {
        let repository = self.open(backend);
        let parents = Vec::from_iter(repository.head().unwrap());
        tell(&*repository, &git::staged(&*repository, &parents).unwrap())
    }

    /// Returns what a commit brings, told in short lines.
    pub(super) fn committed(&self, backend: Backend, id: &ObjectId) -> Vec<String> {
        let repository = self.open(backend);
        tell(&*repository, &git::committed(&*repository, id).unwrap())
    }

    /// Tells what differs between commits and a side, with each backend, which have to agree.
    #[track_caller]
    pub(super) fn compared(&self, parents: &[ObjectId], new: Side) -> Vec<String> {
        let tell = |backend| {
            let repository = self.open(backend);
            tell_files(&*repository, &repository.compare(parents, new).unwrap())
        };
        let [first, second] = super::BACKENDS.map(tell);
        assert_eq!(first, second);
        first
    }
}

/// Opens the repository around a place.
pub(super) fn open_at(
    place: &Path,
    backend: impl Into<Option<Backend>>,
) -> Result<Box<dyn Repository>, git::GitError> {
    git::open(&OpenOptions {
        start: Some(place.to_owned()),
        git: Some(git_program().to_owned()),
        backend: backend.into(),
        ..OpenOptions::default()
    })
}

/// Tells the files of a change, one line each: `path: new <- old|old`.
pub(super) fn tell(repository: &dyn Repository, change: &Change) -> Vec<String> {
    tell_files(repository, &change.files)
}

fn tell_files(repository: &dyn Repository, files: &[FileChange]) -> Vec<String> {
    let content = |content: &Option<Content>| match content {
        Some(Content::Blob(id)) => {
            let bytes = repository.blob(id, 1 << 20).unwrap();
            String::from_utf8_lossy(&bytes).trim_end().to_owned()
        }
        Some(_) => "?".to_owned(),
        None => "-".to_owned(),
    };
    let each = files.iter().map(|file| {
        let old: Vec<_> = file.old.iter().map(content).collect();
        let mark = if file.mode == FileMode::Symlink {
            "@"
        } else {
            ""
        };
        let path = file.path.as_bytes().escape_ascii();
        format!("{path}{mark}: {} <- {}", content(&file.new), old.join("|"))
    });
    each.collect()
}
