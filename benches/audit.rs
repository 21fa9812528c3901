//! What an audit costs: paired runs against pip-audit, whole processes, and the database against `unzip -t`.
//!
//! `cargo bench --bench audit [-- ROUNDS [RECORDS.zip …]]`. It needs the pip-audit that `./test.sh` puts into
//! `target/oracles`; without archives the records are generated. Medians of the pairwise ratios are printed, with the
//! lowest and highest, and for our own side processor time and peak memory.

#![expect(clippy::print_stdout, reason = "printing is its job")]
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run has to stop"
)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

const PROGRAM: &str = env!("CARGO_BIN_EXE_gate-hook");

fn main() {
    let mut rounds = 10;
    let mut archives = Vec::new();
    for argument in std::env::args().skip(1) {
        if let Ok(number) = argument.parse() {
            rounds = number;
        } else if !argument.starts_with("--") {
            archives.push(argument);
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let oracles = root.join("target/oracles/bin");
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name).to_str().unwrap().to_owned();

    let mut server = Command::new(oracles.join("python"))
        .arg(root.join("tests/parity/pip_audit/oracle.py"))
        .arg("--serve")
        .arg(home.path())
        .args(&archives)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut url)
        .unwrap();

    let (records, database) = (at("records.zip"), at("advisories.db"));
    let build = || {
        run(Command::new(PROGRAM).args([
            "advisories",
            "update",
            "--force",
            "--from",
            &records,
            "--output",
            &database,
        ]))
    };
    let unzip = || run(Command::new("unzip").args(["-tq", &records]));
    compare("advisories update / unzip -t", rounds, &build, &unzip);

    for pins in [1, 100, 141] {
        let file = at(&format!("pins-{pins}.txt"));
        let ours = || {
            run(Command::new(PROGRAM).args([
                "pip-audit",
                "-r",
                &file,
                "--no-deps",
                "--disable-pip",
                "-f",
                "json",
                "--database",
                &database,
            ]))
        };
        let theirs = || {
            run(Command::new(oracles.join("pip-audit"))
                .args([
                    "-r",
                    &file,
                    "--no-deps",
                    "--disable-pip",
                    "-f",
                    "json",
                    "-s",
                    "osv",
                    "--osv-url",
                    url.trim(),
                ])
                .args(["--progress-spinner", "off"]))
        };
        compare(
            &format!("{pins} pins: gate-hook / pip-audit"),
            rounds,
            &ours,
            &theirs,
        );
    }
    drop(server.stdin.take());
    server.wait().unwrap();
}

/// What one run cost.
#[derive(Clone, Copy)]
struct Cost {
    wall: Duration,
    cpu: Duration,
}

fn run(command: &mut Command) -> Cost {
    let cpu = || {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
        let time = |time: nix::sys::time::TimeVal| {
            Duration::from_micros((time.tv_sec() * 1_000_000 + time.tv_usec()) as u64)
        };
        time(usage.user_time()) + time(usage.system_time())
    };
    let (before, start) = (cpu(), Instant::now());
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(
        status.code().is_some_and(|code| code <= 1),
        "{command:?}: {status}"
    );
    Cost {
        wall: start.elapsed(),
        cpu: cpu().saturating_sub(before),
    }
}

fn compare(name: &str, rounds: usize, ours: &dyn Fn() -> Cost, theirs: &dyn Fn() -> Cost) {
    ours();
    theirs();
    let pairs: Vec<(Cost, Cost)> = (0..rounds).map(|_| (ours(), theirs())).collect();
    let ratios = |of: &dyn Fn(&Cost) -> Duration| {
        let mut ratios: Vec<f64> = pairs
            .iter()
            .map(|(ours, theirs)| of(ours).as_secs_f64() / of(theirs).as_secs_f64())
            .collect();
        ratios.sort_by(f64::total_cmp);
        format!(
            "{:.5} [{:.5}, {:.5}]",
            ratios[ratios.len() / 2],
            ratios[0],
            ratios[ratios.len() - 1]
        )
    };
    let median = |of: &dyn Fn(&(Cost, Cost)) -> Duration| {
        let mut times: Vec<Duration> = pairs.iter().map(of).collect();
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1000.0
    };
    println!(
        "{name}: wall {}, processor {}",
        ratios(&|cost| cost.wall),
        ratios(&|cost| cost.cpu)
    );
    println!(
        "    ours {:.1} ms wall, {:.1} ms processor; theirs {:.0} ms wall, {:.0} ms processor",
        median(&|pair| pair.0.wall),
        median(&|pair| pair.0.cpu),
        median(&|pair| pair.1.wall),
        median(&|pair| pair.1.cpu)
    );
}
