//! What a policy and a long register cost a commit: paired runs, in shares of a bare `git commit`.
//!
//! `cargo bench --bench policy [-- ROUNDS]`. The hook runs alone, over the same staged change with and without a policy
//! and a register of 5,000 waivers, and its cost is divided by that of a bare commit.

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

use paired::{Cost, run, share};

const PROGRAM: &str = env!("CARGO_BIN_EXE_gate-hook");
const REGISTER: &str = "docs/governance/security-waivers.md";
const WAIVERS: u32 = 5_000;
const POLICY: &str = "\
profile = \"phased\"
[paths]
critical = [\"**/auth/**\", \"**/crypto/**\"]
exclude = [\"vendor/\"]
[roles]
security-team = [\"bob\", \"sue\"]
vp-engineering = [\"vera\"]
[people]
bob = [\"bob@example.org\"]
";

fn main() {
    let rounds = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(25);
    let home = tempfile::tempdir().unwrap();
    let quiet = "def handler(request):\n    return request.get(\"name\")\n";
    let found =
        "import subprocess\n\n\ndef run(command):\n    subprocess.call(command, shell=True)\n";
    println!("a policy and {WAIVERS} waivers, in shares of a bare commit ({rounds} rounds)");
    for (name, content) in [("nothing is found", quiet), ("something is found", found)] {
        let bare = Repo::new(home.path(), &format!("{name} without"), content, false);
        let with = Repo::new(home.path(), &format!("{name} with"), content, true);
        share(
            name,
            rounds,
            || with.hook(),
            || bare.hook(),
            || bare.commit(),
        );
    }
}

struct Repo {
    home: PathBuf,
    root: PathBuf,
}

impl Repo {
    fn new(home: &Path, name: &str, content: &str, governed: bool) -> Self {
        let repo = Self {
            home: home.to_owned(),
            root: home.join(name),
        };
        fs::create_dir(&repo.root).unwrap();
        repo.git(&["init", "-q", "-b", "main"]);
        for key in ["user.name", "user.email"] {
            repo.git(&["config", key, "bench"]);
        }
        repo.git(&["config", "gc.auto", "0"]);
        if governed {
            fs::write(repo.root.join("gate-hook.toml"), POLICY).unwrap();
            fs::create_dir_all(repo.root.join("docs/governance")).unwrap();
            fs::write(repo.root.join(REGISTER), register()).unwrap();
        }
        for number in 0..200 {
            let text = format!("def handler_{number}(value):\n    return value + {number}\n");
            fs::write(repo.root.join(format!("module_{number}.py")), text).unwrap();
        }
        repo.git(&["add", "."]);
        repo.git(&["commit", "-qm", "first"]);
        repo.git(&["gc", "-q"]);
        repo.git(&["commit", "-q", "--allow-empty", "-m", "second"]);
        for number in 0..3 {
            let text = format!("{content}\n\nNUMBER = {number}\n");
            fs::write(repo.root.join(format!("module_{number}.py")), text).unwrap();
        }
        repo.git(&["add", "."]);
        repo
    }

    fn hook(&self) -> Cost {
        self.run(PROGRAM, &["hook", "pre-commit"], &[0, 1])
    }

    /// Commits what is staged without hooks, and takes the commit back.
    fn commit(&self) -> Cost {
        let cost = self.run("git", &["commit", "-qm", "change"], &[0]);
        self.git(&["reset", "-q", "--soft", "HEAD^"]);
        cost
    }

    fn git(&self, arguments: &[&str]) {
        self.run("git", arguments, &[0]);
    }

    fn run(&self, program: &str, arguments: &[&str], codes: &[i32]) -> Cost {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", &self.home)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .current_dir(&self.root)
            .stdin(Stdio::null());
        run(&mut command, codes)
    }
}

/// Returns a register of waivers, half of them for code and half for dependencies.
fn register() -> String {
    let mut text = "# Security waivers\n\n".to_owned();
    for number in 0..WAIVERS {
        let id = number.wrapping_mul(858_993);
        let finding = if number % 2 == 0 {
            format!(
                "{{ engine = \"bandit\", id = \"B{}\", fingerprint = \"b-{number:020x}\" }}",
                100 + number % 700
            )
        } else {
            format!(
                "{{ engine = \"audit\", id = \"GHSA-{number}\", package = \"package-{number}\" }}"
            )
        };
        writeln!(
            text,
            "## w-{id:08x}: finding {number}\n\n```toml\nid = \"w-{id:08x}\"\nfinding = {finding}\nseverity = \"high\"\nreason = \"not-exploitable\"\nmitigation = \"only operators reach it\"\nrequested = {{ by = \"alice\", on = 2026-11-22 }}\napproved = [\n  {{ by = \"bob\", role = \"security-team\", on = 2026-11-23 }},\n]\nexpires = 2026-12-20\n```\n\nThe service answers only to operators, who have a shell on the machine anyway.\n"
        )
        .unwrap();
    }
    text
}
