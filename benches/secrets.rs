//! How fast the secrets engine reads: one thread over source code, paired with a bare Aho-Corasick pass of the same
//! words over the same text, and with kingfisher where its binary is given.
//!
//! `cargo bench --bench secrets [-- FOLDER [KINGFISHER]]`. The text is the files of the folder (this project's sources
//! without one), repeated up to 100 MB. Medians of the pairwise ratios are printed, with the lowest and highest.

#![expect(clippy::print_stdout, reason = "printing is its job")]
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run has to stop"
)]

#[expect(dead_code, reason = "only the engine asks what an anchor starts")]
#[path = "../src/secrets/pairs/anchors.rs"]
mod anchors;
mod paired;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use aho_corasick::AhoCorasick;
use gate_hook::finding::{Place, RepoPath};
use gate_hook::secrets::{Options, Scanner};

/// How much text is read in a round.
const SIZE: usize = 100_000_000;
const ROUNDS: usize = 9;

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = arguments
        .next()
        .map_or_else(|| root.join("src"), PathBuf::from);
    let files = sources(&folder);
    let text = files.concat();
    let copies = SIZE.div_ceil(text.len().max(1));
    let words = words(&root.join("rules/secrets"));
    let bare = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(&words)
        .unwrap();
    let allowed = |_: &RepoPath, _: &[u8]| false;
    let scanner = Scanner::new(Options {
        fingerprint_key: b"",
        custom: Vec::new(),
        allowed: &allowed,
    });
    let place = Place::File(RepoPath::new("src/a.rs"));
    let of_engine = || {
        let found: usize = files
            .iter()
            .map(|file| scanner.scan(&place, file, 1).len())
            .sum();
        std::hint::black_box(found);
    };
    let of_automaton = || {
        let found: usize = files
            .iter()
            .map(|file| bare.find_overlapping_iter(file).count())
            .sum();
        std::hint::black_box(found);
    };
    of_engine();
    of_automaton();
    let mut pairs = Vec::new();
    for _ in 0..ROUNDS {
        pairs.push((time(copies, of_engine), time(copies, of_automaton)));
    }
    let megabytes = (text.len() * copies) as f64 / 1e6;
    let mut rates: Vec<f64> = pairs
        .iter()
        .map(|(engine, _)| megabytes / engine.as_secs_f64())
        .collect();
    let mut ratios: Vec<f64> = pairs
        .iter()
        .map(|(engine, bare)| bare.as_secs_f64() / engine.as_secs_f64())
        .collect();
    rates.sort_by(f64::total_cmp);
    ratios.sort_by(f64::total_cmp);
    let middle = ROUNDS / 2;
    println!(
        "{megabytes:.0} MB, {} words: {:.0} MB/s on one thread; {:.2} ({:.2}..{:.2}) of a bare Aho-Corasick pass",
        words.len(),
        rates[middle],
        ratios[middle],
        ratios[0],
        ratios[ROUNDS - 1]
    );
    if let Some(kingfisher) = arguments.next() {
        let ours = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_gate-hook"));
            command
                .args(["scan", "--engine", "secrets", "--format", "json"])
                .arg(&folder);
            paired::run(&mut command, &[0, 1])
        };
        let theirs = || {
            let mut command = Command::new(&kingfisher);
            command
                .args(["scan", "--no-validate", "--format", "json"])
                .arg(&folder);
            paired::run(&mut command, &[0, 200, 205])
        };
        paired::compare(
            "gate-hook / kingfisher, whole processes",
            ROUNDS,
            ours,
            theirs,
        );
    }
}

fn time(copies: usize, pass: impl Fn()) -> Duration {
    let started = Instant::now();
    (0..copies).for_each(|_| pass());
    started.elapsed()
}

/// The files of a folder and of those in it.
fn sources(folder: &Path) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_symlink() || path.ends_with(".git") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(fs::read(path).unwrap());
            }
        }
    }
    files
}

/// The words that set rules off: those of the readers of names, and the literals of the rule files.
fn words(rules: &Path) -> Vec<String> {
    let mut words: Vec<String> = anchors::KEYWORDS.iter().map(ToString::to_string).collect();
    for file in sources(rules) {
        let file = String::from_utf8(file).unwrap();
        let said = file.lines().filter(|line| {
            ["near", "keywords", "shape"]
                .iter()
                .any(|key| line.starts_with(key))
        });
        for quoted in said.flat_map(|line| line.split(['"', '\'']).skip(1).step_by(2)) {
            words.extend(
                quoted
                    .split('{')
                    .next()
                    .filter(|word| word.len() > 1)
                    .map(str::to_lowercase),
            );
        }
    }
    words.sort();
    words.dedup();
    words
}
