//! `gate-hook demo`: in a temporary repository, a real commit is stopped, explained, mended, and let through once.
//!
//! Everything is real: git makes the commits and the installed hooks stop them. The credentials are random,
//! have the right shape and checksum, and open nothing. Nothing outside the temporary directory is touched.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use colored::Colorize as _;
use tempfile::TempDir;

use super::install::shown;
use crate::cli::Context;
use crate::cli::environment::Stream;
use crate::cli::failure::{Exit, Failure};

/// See a commit being stopped, in a temporary repository
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Keep the temporary repository and say where it is
    #[arg(long)]
    pub keep: bool,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let story = Story {
        context,
        stage: Stage::build(context)?,
    };
    story.tell()?;
    if arguments.keep {
        let root = shown(&story.stage.root);
        let _ = story.stage.home.keep();
        context
            .terminal
            .result(&format!("\nThe repository is in {root}\n"));
    }
    Ok(Exit::Passed)
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
    fn build(context: &Context) -> Result<Self, Failure> {
        let git = context.environment.git().ok_or_else(|| {
            Failure::could_not_look("git was not found").with_hint("install git, or put it on PATH")
        })?;
        let program = context.environment.executable()?;
        let explain = |error| Failure::could_not_look(format!("no temporary directory: {error}"));
        let home = TempDir::with_prefix("gate-hook-demo-").map_err(explain)?;
        let root = home.path().join("shop");
        fs::create_dir(&root).map_err(explain)?;
        Ok(Self {
            home,
            root,
            git,
            program,
            color: context.terminal.color(Stream::Stdout),
        })
    }

    /// Returns a command in the repository that knows nothing of the user's own git configuration.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let mut path = self
            .program
            .parent()
            .unwrap_or(Path::new("/"))
            .as_os_str()
            .to_owned();
        path.push(":/usr/local/bin:/usr/bin:/bin");
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", path)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C.UTF-8")
            .env(
                if self.color {
                    "CLICOLOR_FORCE"
                } else {
                    "NO_COLOR"
                },
                "1",
            )
            .current_dir(&self.root)
            .stdin(Stdio::null());
        for (role, name) in [
            ("AUTHOR", "Dana Developer"),
            ("COMMITTER", "Dana Developer"),
        ] {
            command.env(format!("GIT_{role}_NAME"), name);
            command.env(format!("GIT_{role}_EMAIL"), "dana@example.org");
        }
        command
    }

    fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        fs::write(self.root.join(path), text)
            .map_err(|error| Failure::could_not_look(format!("{path}: {error}")))
    }
}

/// The story as it is told: commands are shown, run, and their output is shown as it is.
struct Story<'a> {
    context: &'a Context,
    stage: Stage,
}

impl Story<'_> {
    fn tell(&self) -> Result<(), Failure> {
        self.say("A repository, protected with one command:");
        self.quietly("git", &["init", "--quiet", "--initial-branch=main"])?;
        self.expect(true, "gate-hook", &["install"])?;

        self.say("A developer hard-codes a token (random, but with a valid checksum) and commits:");
        self.stage.write(
            "deploy.py",
            &format!("import os\n\nTOKEN = \"{}\"\n", random_token()),
        )?;
        self.quietly("git", &["add", "deploy.py"])?;
        self.expect(false, "git", &["commit", "-qm", "Add the deploy script"])?;

        self.say(
            "The commit does not exist. The token moves to the environment, and the commit passes:",
        );
        self.stage.write(
            "deploy.py",
            "import os\n\nTOKEN = os.environ[\"DEPLOY_TOKEN\"]\n",
        )?;
        self.quietly("git", &["add", "deploy.py"])?;
        self.expect(true, "git", &["commit", "-qm", "Add the deploy script"])?;
        self.expect(true, "git", &["log", "--oneline", "--no-decorate"])?;

        self.say("Python and dependencies go through the same gate:");
        self.stage.write(
            "app.py",
            "import subprocess\n\n\ndef restart(name):\n    subprocess.run(f\"service {name} restart\", shell=True)\n",
        )?;
        self.stage.write("requirements.txt", "jinja2==2.10\n")?;
        self.quietly("git", &["add", "app.py", "requirements.txt"])?;
        self.expect(false, "git", &["commit", "-qm", "Add the application"])?;
        self.quietly(
            "git",
            &["rm", "-q", "--force", "app.py", "requirements.txt"],
        )?;

        self.say("An emergency: this one has to go through now, and it leaves a trace:");
        self.stage
            .write("hotfix.py", &format!("TOKEN = \"{}\"\n", random_token()))?;
        self.quietly("git", &["add", "hotfix.py"])?;
        self.hidden(false, "git", &["commit", "-qm", "Hotfix"])?;
        let reason = "Payment is down and the vault is not reachable from the shop";
        self.expect(
            true,
            "gate-hook",
            &["override", "--reason", reason, "--ticket", "INC-7"],
        )?;
        self.expect(true, "git", &["commit", "-qm", "Hotfix"])?;
        self.expect(true, "git", &["show", "--stat", "--format=%s", "HEAD"])?;

        self.say("That is all. In a repository of yours: gate-hook install");
        Ok(())
    }

    fn say(&self, text: &str) {
        let text = self
            .context
            .terminal
            .paint(Stream::Stdout, text, |text| text.bold().to_string());
        self.context.terminal.result(&format!("\n{text}\n\n"));
    }

    /// Shows a command, runs it, shows what it said, and insists on how it ended.
    fn expect(&self, success: bool, program: &str, arguments: &[&str]) -> Result<(), Failure> {
        let shown: Vec<String> = arguments.iter().map(|argument| quote(argument)).collect();
        let line = format!("$ {program} {}", shown.join(" "));
        let line = self
            .context
            .terminal
            .paint(Stream::Stdout, &line, |line| line.cyan().to_string());
        self.context.terminal.result(&format!("{line}\n"));
        let said = self.run(success, program, arguments)?;
        self.context.terminal.write(Stream::Stdout, &said);
        Ok(())
    }

    /// Runs a command that belongs to the story but has been seen before.
    fn hidden(&self, success: bool, program: &str, arguments: &[&str]) -> Result<(), Failure> {
        self.run(success, program, arguments).map(drop)
    }

    fn quietly(&self, program: &str, arguments: &[&str]) -> Result<(), Failure> {
        self.run(true, program, arguments).map(drop)
    }

    fn run(&self, success: bool, program: &str, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
        let path = if program == "git" {
            &self.stage.git
        } else {
            &self.stage.program
        };
        let output = self
            .stage
            .command(path)
            .args(arguments)
            .output()
            .map_err(|error| {
                Failure::could_not_look(format!("{program} cannot be run: {error}"))
            })?;
        let said = [output.stdout, output.stderr].concat();
        if output.status.success() == success {
            return Ok(said);
        }
        let wanted = if success { "succeed" } else { "be stopped" };
        let said = crate::finding::printable(&String::from_utf8_lossy(&said));
        Err(Failure::could_not_look(format!(
            "`{program} {}` should {wanted}: {said}",
            arguments.join(" ")
        ))
        .with_hint("run `gate-hook doctor` in a repository of yours"))
    }
}

fn quote(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=%".contains(c);
    if argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("\"{argument}\"")
    }
}

/// Returns a token in the shape of GitHub's, with its checksum, that nobody has issued.
pub(in crate::cli) fn random_token() -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    // The names of temporary files are random already, which saves a source of randomness of our own.
    let seed = TempDir::new()
        .map(|directory| directory.path().to_path_buf())
        .unwrap_or_default();
    let digest = blake3::hash(seed.as_os_str().as_encoded_bytes());
    let body: Vec<u8> = digest.as_bytes()[..30]
        .iter()
        .map(|byte| ALPHABET[usize::from(byte % 62)])
        .collect();
    let mut checksum = crc32fast::hash(&body);
    let mut tail = [0; 6];
    for digit in tail.iter_mut().rev() {
        *digit = ALPHABET[(checksum % 62) as usize];
        checksum /= 62;
    }
    format!(
        "ghp_{}{}",
        String::from_utf8_lossy(&body),
        String::from_utf8_lossy(&tail)
    )
}
