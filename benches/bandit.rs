//! What `gate-hook bandit` costs beside Bandit, and beside ruff where that is installed.
//!
//! `cargo bench --bench bandit [-- ROUNDS] [-- DIRECTORY]`. Both run in turns over the same files, as whole
//! processes, on all cores and pinned to one; ratios below 1 mean that gate-hook costs less. Bandit and ruff are
//! looked for in `target/oracles`; the directory is part of that Python's standard library unless one is given.

#![expect(clippy::print_stdout, reason = "printing is its job")]
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run has to stop"
)]

mod paired;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use paired::{Cost, compare, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_gate-hook");
/// Packages of the standard library that make an ordinary tree.
const PACKAGES: &[&str] = &[
    "asyncio",
    "concurrent",
    "ctypes",
    "distutils",
    "email",
    "html",
    "http",
    "importlib",
    "json",
    "logging",
    "multiprocessing",
    "sqlite3",
    "unittest",
    "urllib",
    "wsgiref",
    "xml",
    "xmlrpc",
];
/// Three files such as a commit touches, 44 kB, and three large ones, 154 kB.
const THREE: &[&str] = &["asyncio/subprocess.py", "shelve.py", "uuid.py"];
const THREE_LARGE: &[&str] = &["subprocess.py", "tempfile.py", "ftplib.py"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rounds = arguments.iter().find_map(|argument| argument.parse().ok());
    let directory = arguments
        .iter()
        .find(|argument| Path::new(argument).is_dir());
    let oracles = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oracles/bin");
    let bandit = oracles.join("bandit");
    assert!(
        bandit.exists(),
        "./test.sh installs Bandit in target/oracles"
    );
    let ruff = Some(oracles.join("ruff")).filter(|ruff| ruff.exists());
    let library = library(&oracles.join("python"));
    let packages = PACKAGES.iter().map(|name| library.join(name));
    let packages = packages.filter(|package| package.is_dir()).collect();
    let whole: Vec<PathBuf> = directory.map_or(packages, |directory| vec![directory.into()]);
    let in_library =
        |names: &[&str]| -> Vec<PathBuf> { names.iter().map(|name| library.join(name)).collect() };
    for (name, files, rounds) in [
        ("a tree", &whole, rounds.unwrap_or(3)),
        ("three files", &in_library(THREE), rounds.unwrap_or(15)),
        (
            "three large files",
            &in_library(THREE_LARGE),
            rounds.unwrap_or(15),
        ),
    ] {
        for cores in ["all cores", "one core"] {
            println!("\n{name}, {cores} ({rounds} rounds)");
            let on = |program: &Path| pinned(program, cores == "one core");
            let ours = || scan(on(Path::new(PROGRAM)).arg("bandit"), files);
            compare("gate-hook bandit / bandit", rounds, ours, || {
                scan(&mut on(&bandit), files)
            });
            if let Some(ruff) = &ruff {
                compare(
                    "gate-hook bandit / ruff --select S",
                    rounds.max(15),
                    ours,
                    || lint(&mut on(ruff), files),
                );
            }
        }
    }
}

fn scan(command: &mut Command, files: &[PathBuf]) -> Cost {
    command.args(["-q", "-r", "-f", "json", "--"]).args(files);
    run(command, &[0, 1])
}

fn lint(command: &mut Command, files: &[PathBuf]) -> Cost {
    command
        .args([
            "check",
            "--select",
            "S",
            "--isolated",
            "--no-cache",
            "--output-format",
            "json",
            "--",
        ])
        .args(files);
    run(command, &[0, 1])
}

/// Returns a command that runs on one core if that is asked for.
fn pinned(program: &Path, one_core: bool) -> Command {
    let mut command = if one_core {
        let mut taskset = Command::new("taskset");
        taskset.args(["-c", "0"]).arg(program);
        taskset
    } else {
        Command::new(program)
    };
    command.stdin(Stdio::null());
    command
}

fn library(python: &Path) -> PathBuf {
    let output = Command::new(python)
        .args(["-c", "import os; print(os.path.dirname(os.__file__))"])
        .output()
        .unwrap();
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}
