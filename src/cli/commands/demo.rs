//! `gate-hook demo`: in a temporary repository, a real commit is stopped, explained, mended, and let through once.
//!
//! Everything is real: git makes the commits and the installed hooks stop them. The credentials are random,
//! have the right shape and checksum, and open nothing. Nothing outside the temporary directory is touched.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::cli::environment::Environment;
use crate::cli::failure::Failure;
use crate::cli::terminal::Painter;

/// Runs the demonstration and returns whether everything happened as it should.
pub(crate) fn run(environment: &Environment, out: &mut dyn Write) -> Result<(), Failure> {
    let stage = Stage::build(environment)?;
    let mut story = Story { out, painter: environment.painter(), stage };
    story.tell()
}

/// The temporary repository.
struct Stage {
    home: TempDir,
    root: PathBuf,
    git: PathBuf,
    program: PathBuf,
    color: bool,
}

impl Stage {
    fn build(environment: &Environment) -> Result<Self, Failure> {
        let git = environment.git().ok_or_else(|| {
            Failure::could_not_look("git was not found").hint("install git, or put it on PATH")
        })?;
        let program = environment.program()?;
        let home = TempDir::with_prefix("gate-hook-demo-")
            .map_err(|error| Failure::io("the temporary directory", &error))?;
        let root = home.path().join("shop");
        let stage = Self { home, root, git: git.to_owned(), program, color: environment.color() };
        fs::create_dir(&stage.root).map_err(|error| Failure::io("the temporary directory", &error))?;
        Ok(stage)
    }

    /// Returns a command in the repository that knows nothing of the user's own git configuration.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let mut path = self.program.parent().unwrap_or(Path::new("/")).as_os_str().to_owned();
        path.push(":/usr/local/bin:/usr/bin:/bin");
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", path)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C.UTF-8")
            .env("CLICOLOR_FORCE", if self.color { "1" } else { "0" })
            .current_dir(&self.root)
            .stdin(Stdio::null());
        for (role, name) in [("AUTHOR", "Dana Developer"), ("COMMITTER", "Dana Developer")] {
            command.env(format!("GIT_{role}_NAME"), name);
            command.env(format!("GIT_{role}_EMAIL"), "dana@example.org");
        }
        command
    }

    fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        fs::write(self.root.join(path), text).map_err(|error| Failure::io(path, &error))
    }
}

/// The story as it is told: commands are shown, run, and their output is shown as it is.
struct Story<'a> {
    out: &'a mut dyn Write,
    painter: Painter,
    stage: Stage,
}

impl Story<'_> {
    fn tell(&mut self) -> Result<(), Failure> {
        self.say("A repository, protected with one command:")?;
        self.quietly("git", &["init", "--quiet", "--initial-branch=main"])?;
        self.expect(true, "gate-hook", &["install"])?;

        self.say("A developer hard-codes a token (random, but with a valid checksum) and commits:")?;
        self.stage.write("deploy.py", &format!("import os\n\nTOKEN = \"{}\"\n", random_token()))?;
        self.quietly("git", &["add", "deploy.py"])?;
        self.expect(false, "git", &["commit", "-qm", "Add the deploy script"])?;

        self.say("The commit does not exist. The token moves to the environment, and the commit passes:")?;
        self.stage.write("deploy.py", "import os\n\nTOKEN = os.environ[\"DEPLOY_TOKEN\"]\n")?;
        self.quietly("git", &["add", "deploy.py"])?;
        self.expect(true, "git", &["commit", "-qm", "Add the deploy script"])?;
        self.expect(true, "git", &["log", "--oneline", "--no-decorate"])?;

        self.say("An emergency: this one has to go through now, and it leaves a trace:")?;
        self.stage.write("hotfix.py", &format!("TOKEN = \"{}\"\n", random_token()))?;
        self.quietly("git", &["add", "hotfix.py"])?;
        self.hidden(false, "git", &["commit", "-qm", "Hotfix"])?;
        let reason = "Payment is down and the vault is not reachable from the shop";
        self.expect(true, "gate-hook", &["override", "--reason", reason, "--ticket", "INC-7"])?;
        self.expect(true, "git", &["commit", "-qm", "Hotfix"])?;
        self.expect(true, "git", &["show", "--stat", "--format=%s", "HEAD"])?;

        self.say("That is all. In a repository of yours: gate-hook install")?;
        Ok(())
    }

    fn say(&mut self, text: &str) -> Result<(), Failure> {
        let line = format!("\n{}\n\n", self.painter.bold(text));
        self.write(line.as_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self.out.write_all(bytes).and_then(|()| self.out.flush()) {
            // Who closes the pipe has seen enough; the demonstration still runs to its end.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Failure::io("standard output", &error)),
            Ok(()) => Ok(()),
        }
    }

    /// Shows a command, runs it, shows what it said, and insists on how it ended.
    fn expect(&mut self, success: bool, program: &str, arguments: &[&str]) -> Result<(), Failure> {
        let shown: Vec<String> = arguments.iter().map(|argument| quote(argument)).collect();
        let line = format!("$ {program} {}\n", shown.join(" "));
        let line = self.painter.dim(&line);
        self.write(line.as_bytes())?;
        let said = self.run(success, program, arguments)?;
        self.write(&said)
    }

    /// Runs a command that belongs to the story but has been seen before.
    fn hidden(&mut self, success: bool, program: &str, arguments: &[&str]) -> Result<(), Failure> {
        self.run(success, program, arguments).map(drop)
    }

    fn quietly(&mut self, program: &str, arguments: &[&str]) -> Result<(), Failure> {
        self.run(true, program, arguments).map(drop)
    }

    fn run(&self, success: bool, program: &str, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
        let path = if program == "git" { &self.stage.git } else { &self.stage.program };
        let output = self
            .stage
            .command(path)
            .args(arguments)
            .output()
            .map_err(|error| Failure::io(program, &error))?;
        let said = [output.stdout, output.stderr].concat();
        if output.status.success() == success {
            return Ok(said);
        }
        let wanted = if success { "succeed" } else { "be stopped" };
        let said = crate::finding::printable(&String::from_utf8_lossy(&said));
        Err(Failure::could_not_look(format!("`{program} {}` should {wanted}: {said}", arguments.join(" ")))
            .hint("run `gate-hook doctor` in a repository of yours"))
    }
}

fn quote(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=%".contains(c);
    if argument.chars().all(plain) { argument.to_owned() } else { format!("\"{argument}\"") }
}

/// Returns a token in the shape of GitHub's, with its checksum, that nobody has issued.
fn random_token() -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    // The names of temporary files are random already, which saves a source of randomness of our own.
    let seed = TempDir::new().map(|directory| directory.path().to_path_buf()).unwrap_or_default();
    let digest = blake3::hash(seed.as_os_str().as_encoded_bytes());
    let body: Vec<u8> = digest.as_bytes()[..30].iter().map(|byte| ALPHABET[usize::from(byte % 62)]).collect();
    let mut checksum = crc32fast::hash(&body);
    let mut tail = [0; 6];
    for digit in tail.iter_mut().rev() {
        *digit = ALPHABET[(checksum % 62) as usize];
        checksum /= 62;
    }
    format!("ghp_{}{}", String::from_utf8_lossy(&body), String::from_utf8_lossy(&tail))
}
