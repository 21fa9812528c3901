//! Dependency files: requirements and markers against recorded answers, formats against each other.

mod vectors;

use std::fs;
use std::path::PathBuf;

/// Returns a file of the data that lies beside the project where it is developed, and says so.
#[expect(clippy::print_stdout, reason = "the log says what was compared")]
fn shared(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/advisories")
        .join(name);
    let content = fs::read(&path).ok();
    let what = match content {
        Some(_) => "compared with",
        None => "the project's own cases only, without",
    };
    println!("{what} {}", path.display());
    content
}
