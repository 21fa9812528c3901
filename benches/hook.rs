//! What the gate costs: paired runs against plain git, as ratios of wall time and of processor time.
//!
//! `cargo bench --bench hook [-- ROUNDS]`. Each line is one comparison: A and B run in turns in the same
//! repository, and the median of the pairwise ratios is printed with the lowest and highest. Machines are
//! noisy; ratios of neighbours are not.

#![expect(clippy::print_stdout, reason = "printing is its job")]
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run has to stop"
)]

mod paired;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use paired::{Cost, compare, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_gate-hook");
const ALL: &[&str] = &[
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "pre-push",
];

fn main() {
    let rounds = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(25);
    let home = tempfile::tempdir().unwrap();
    for files in [200, 50_000] {
        let repo = Repo::new(home.path(), files);
        println!("\n{files} files, 3 of them staged with 40 added lines each ({rounds} rounds)");
        compare(
            "noise: commit / commit",
            rounds,
            || repo.commit(&[]),
            || repo.commit(&[]),
        );
        compare(
            "commit, all hooks / commit",
            rounds,
            || repo.commit(ALL),
            || repo.commit(&[]),
        );
        let one = &ALL[..1];
        compare(
            "commit, pre-commit only / commit",
            rounds,
            || repo.commit(one),
            || repo.commit(&[]),
        );
        let scan = || repo.run(PROGRAM, &["scan", "--staged"]);
        compare(
            "scan --staged / git diff --cached -U0",
            rounds,
            scan,
            || repo.run("git", &["diff", "--cached", "-U0"]),
        );
    }
}

struct Repo {
    home: PathBuf,
    root: PathBuf,
    shims: PathBuf,
}

impl Repo {
    fn new(home: &Path, files: usize) -> Self {
        let root = home.join(format!("files-{files}"));
        let repo = Self {
            home: home.to_owned(),
            shims: root.join(".git/hooks"),
            root,
        };
        fs::create_dir(&repo.root).unwrap();
        repo.git(&["init", "-q", "-b", "main"]);
        for key in ["user.name", "user.email"] {
            repo.git(&["config", key, "bench"]);
        }
        repo.git(&["config", "gc.auto", "0"]);
        for number in 0..files {
            let folder = repo.root.join(format!("src/{}", number / 100));
            if number % 100 == 0 {
                fs::create_dir_all(&folder).unwrap();
            }
            fs::write(
                folder.join(format!("module_{number}.py")),
                source(number, 30),
            )
            .unwrap();
        }
        repo.git(&["add", "."]);
        repo.git(&["commit", "-qm", "first"]);
        repo.git(&["gc", "-q"]);
        repo.git(&["commit", "-q", "--allow-empty", "-m", "second"]);
        repo.run(PROGRAM, &["install"]);
        fs::rename(&repo.shims, repo.root.join(".git/all-shims")).unwrap();
        for number in 0..3 {
            let path = repo.root.join(format!("src/0/module_{number}.py"));
            fs::write(path, source(number, 30) + &source(number + 1000, 40)).unwrap();
        }
        repo.git(&["add", "."]);
        repo
    }

    /// Commits what is staged with the named hooks active, and takes the commit back.
    fn commit(&self, events: &[&str]) -> Cost {
        let _ = fs::remove_dir_all(&self.shims);
        fs::create_dir(&self.shims).unwrap();
        for event in events {
            fs::copy(
                self.root.join(".git/all-shims").join(event),
                self.shims.join(event),
            )
            .unwrap();
        }
        let cost = self.run("git", &["commit", "-qm", "change"]);
        self.git(&["reset", "-q", "--soft", "HEAD^"]);
        cost
    }

    fn git(&self, arguments: &[&str]) {
        self.run("git", arguments);
    }

    #[track_caller]
    fn run(&self, program: &str, arguments: &[&str]) -> Cost {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", &self.home)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .current_dir(&self.root)
            .stdin(Stdio::null());
        run(&mut command, &[0])
    }
}

/// Returns ordinary Python code, a little different for each number.
fn source(number: usize, lines: usize) -> String {
    let mut text = String::new();
    for line in 0..lines {
        let n = number * 31 + line;
        let made = match line % 5 {
            0 => writeln!(text, "def handler_{n}(request, response):"),
            1 => writeln!(text, "    value = request.get(\"field_{n}\", default={n})"),
            2 => writeln!(
                text,
                "    # The next step depends on the result of step {n}."
            ),
            3 => writeln!(
                text,
                "    response.update(name=\"item-{n}\", count=len(value))"
            ),
            _ => writeln!(text, "    return response"),
        };
        made.unwrap();
    }
    text
}
