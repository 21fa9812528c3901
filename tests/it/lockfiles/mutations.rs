//! A campaign of random changes to real files: a second of it always, as long as one likes on demand.
//!
//! `GATE_HOOK_MUTATION_SECONDS=600 cargo test --release --test it mutations -- --nocapture`

use std::time::{Duration, Instant};

use gate_hook::audit::lockfiles;
use gate_hook::finding::RepoPath;

use super::conformance::SAMPLES;
use super::{check, setting, shared};

const PIECES: &[&str] = &[
    "\n",
    "\0",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "=",
    "==",
    "==1.0",
    ",",
    ";",
    ":",
    "- ",
    "  ",
    "\\\n",
    "#",
    "-r a.txt\n",
    "-c b.in\n",
    "\u{2028}",
    "é",
    "[[package]]\n",
    "name = \"a\"\n",
    "version = \"2\"\n",
    "${X}",
    "^1",
    "||",
    "*",
    "&a ",
    "*a",
    "!!x ",
    "? ",
    "|\n",
    "%",
    "\r",
    "@",
    "extra == 'x'",
    " or ",
    " and ",
    "99999999999999999999",
    "\u{feff}",
    "'''",
    "\"\"\"",
    "f'",
    "install_requires=",
    "# via a",
    "../",
    "/",
];

#[test]
fn changed_files_never_panic() {
    let seconds = setting("GATE_HOOK_MUTATION_SECONDS").and_then(|text| text.parse().ok());
    let mut seeds: Vec<(String, Vec<u8>)> = SAMPLES
        .iter()
        .map(|sample| (sample.path.to_owned(), sample.text.as_bytes().to_vec()))
        .collect();
    for name in [
        "uv/uv.lock",
        "uv/pylock.toml",
        "poetry/poetry.lock",
        "pipenv/Pipfile.lock",
        "uv/requirements-prod.txt",
    ] {
        if let Some(content) = shared(&format!("locks/{name}")) {
            // The beginning of a large file shows all that its kind has.
            seeds.push((
                name.to_owned(),
                content[..content.len().min(6_000)].to_vec(),
            ));
        }
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let start = Instant::now();
    let mut count = 0_u64;
    while start.elapsed() < Duration::from_secs(seconds.unwrap_or(1)) {
        for _ in 0..100 {
            let (path, content) = &seeds[random.below(seeds.len())];
            let mut content = content.clone();
            for _ in 0..=random.below(6) {
                let other = &seeds[random.below(seeds.len())].1;
                random.change(&mut content, other);
            }
            let included = &seeds[random.below(seeds.len())].1;
            let manifest = lockfiles::read(&RepoPath::new(path.as_str()), &content, &mut |_| {
                Some(included.clone())
            });
            check(path, &content, &manifest);
            count += 1;
        }
    }
    println!("{count} changed files were read");
}

/// A small generator of random numbers, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    fn change(&mut self, content: &mut Vec<u8>, other: &[u8]) {
        let at = self.below(content.len() + 1);
        let end = (at + self.below(40)).min(content.len());
        match self.below(7) {
            0 => {
                content.drain(at..end);
            }
            1 => {
                let piece = PIECES[self.below(PIECES.len())];
                content.splice(at..at, piece.bytes());
            }
            2 => {
                let piece = PIECES[self.below(PIECES.len())];
                content.splice(at..end, piece.bytes());
            }
            3 => {
                let again = content[at..end].repeat(1 + self.below(50));
                content.splice(at..at, again);
            }
            4 => {
                let from = self.below(other.len());
                let to = (from + self.below(200)).min(other.len());
                content.splice(at..at, other[from..to].iter().copied());
            }
            5 => {
                if let Some(byte) = content.get_mut(at) {
                    *byte = self.below(256) as u8;
                }
            }
            _ => content.truncate(at),
        }
    }
}
