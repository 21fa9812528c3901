//! Paired runs: what two commands cost, as ratios.

#![allow(dead_code, reason = "each benchmark compares in its own way")]

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// Wall time and processor time of one run.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    wall: Duration,
    cpu: Duration,
}

/// Runs a command that has to end with one of the exit codes, and returns what it cost.
#[track_caller]
pub(crate) fn run(command: &mut Command, codes: &[i32]) -> Cost {
    let cpu = || {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
        let of = |time: TimeVal| {
            Duration::from_micros((time.tv_sec() * 1_000_000 + time.tv_usec()).cast_unsigned())
        };
        of(usage.user_time()) + of(usage.system_time())
    };
    let (start, before) = (Instant::now(), cpu());
    let output = command.output().unwrap();
    let cost = Cost {
        wall: start.elapsed(),
        cpu: cpu().saturating_sub(before),
    };
    assert!(
        output
            .status
            .code()
            .is_some_and(|code| codes.contains(&code)),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    cost
}

/// Runs A and B in turns and prints the median of the pairwise ratios with the lowest and highest.
#[expect(clippy::print_stdout, reason = "printing is its job")]
pub(crate) fn compare(
    name: &str,
    rounds: usize,
    mut a: impl FnMut() -> Cost,
    mut b: impl FnMut() -> Cost,
) {
    a();
    b();
    let pairs: Vec<(Cost, Cost)> = (0..rounds)
        .map(|round| {
            // Who goes first changes, so that neither profits from the other's warm caches.
            if round % 2 == 0 {
                let first = a();
                (first, b())
            } else {
                let first = b();
                (a(), first)
            }
        })
        .collect();
    let mut line = format!("  {name:<40}");
    for (what, of) in [
        ("wall", (|cost: &Cost| cost.wall) as fn(&Cost) -> Duration),
        ("cpu", |cost| cost.cpu),
    ] {
        let mut ratios: Vec<f64> = pairs
            .iter()
            .map(|(a, b)| of(a).as_secs_f64() / of(b).as_secs_f64().max(1e-9))
            .collect();
        ratios.sort_by(f64::total_cmp);
        let median = ratios[ratios.len() / 2];
        write!(
            line,
            "  {what} {median:7.4} ({:.4}..{:.4})",
            ratios[0],
            ratios[ratios.len() - 1]
        )
        .unwrap();
    }
    println!("{line}");
}

/// Runs A, B and C in turns and prints the median of what A costs more than B, in shares of C.
#[expect(clippy::print_stdout, reason = "printing is its job")]
pub(crate) fn share(
    name: &str,
    rounds: usize,
    mut a: impl FnMut() -> Cost,
    mut b: impl FnMut() -> Cost,
    mut c: impl FnMut() -> Cost,
) {
    a();
    b();
    c();
    let triples: Vec<[Cost; 3]> = (0..rounds).map(|_| [a(), b(), c()]).collect();
    let mut line = format!("  {name:<40}");
    for (what, of) in [
        ("wall", (|cost: &Cost| cost.wall) as fn(&Cost) -> Duration),
        ("cpu", |cost| cost.cpu),
    ] {
        let mut shares: Vec<f64> = triples
            .iter()
            .map(|[a, b, c]| {
                (of(a).as_secs_f64() - of(b).as_secs_f64()) / of(c).as_secs_f64().max(1e-9)
            })
            .collect();
        shares.sort_by(f64::total_cmp);
        let median = shares[shares.len() / 2];
        write!(
            line,
            "  {what} {median:7.4} ({:.4}..{:.4})",
            shares[0],
            shares[shares.len() - 1]
        )
        .unwrap();
    }
    println!("{line}");
}
