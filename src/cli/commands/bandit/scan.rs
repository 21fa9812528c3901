//! Scans files on all cores; the order of the answers is the order of the files.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::bandit::{FileReport, Scanner};

/// The name under which standard input is given, and the one under which it is shown.
pub(super) const STDIN: [&str; 2] = ["-", "<stdin>"];

/// How many bytes one thread reads sooner than two.
const ONE_THREAD: u64 = 256 << 10;

/// What became of a file.
pub(super) struct Scanned {
    /// The name it is shown under.
    pub(super) name: String,
    /// The report, or why the file could not be read.
    pub(super) report: Result<FileReport, String>,
}

/// Scans the files; `stdin` is what stands for `-`.
pub(super) fn scan(
    scanner: &Scanner,
    files: &[(&str, &Path)],
    stdin: Option<&Result<Vec<u8>, String>>,
) -> Vec<Scanned> {
    let cores = || thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let workers = if is_worth_a_thread(files) {
        cores().min(files.len())
    } else {
        1
    };
    let one = |index: usize, buffer: &mut Vec<u8>| {
        let (name, path) = files[index];
        let look = if index + workers < files.len() {
            Scanner::scan
        } else {
            Scanner::scan_last
        };
        match stdin.filter(|_| name == STDIN[0]) {
            Some(content) => Scanned {
                name: STDIN[1].to_owned(),
                report: content
                    .as_ref()
                    .map(|content| look(scanner, STDIN[1], content))
                    .map_err(Clone::clone),
            },
            None => Scanned {
                name: name.to_owned(),
                report: read(path, buffer)
                    .map(|()| look(scanner, name, buffer))
                    .map_err(|error| reason(&error)),
            },
        }
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut done, mut buffer) = (Vec::new(), Vec::new());
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= files.len() {
                return done;
            }
            done.push((index, one(index, &mut buffer)));
        }
    };
    let mut answers: Vec<(usize, Scanned)> = thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for other in others {
            done.extend(
                other
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            );
        }
        done
    });
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Reads a file into the place of the one before; a pipe or a device might never end.
fn read(path: &Path, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.clear();
    let kind = fs::metadata(path)?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        return Err(io::Error::other("neither a file nor a directory"));
    }
    File::open(path)?.read_to_end(buffer).map(drop)
}

/// Returns whether there is enough to read to make up for what starting a thread costs.
fn is_worth_a_thread(files: &[(&str, &Path)]) -> bool {
    let mut left = ONE_THREAD;
    files.len() > 1
        && files.iter().any(|(_, path)| {
            let length = fs::metadata(path).map_or(0, |data| data.len());
            left = left.saturating_sub(length);
            left == 0
        })
}

/// Returns what the system says about an error, without the number that Rust adds.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
