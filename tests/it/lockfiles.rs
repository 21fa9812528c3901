//! Dependency files: requirements and markers against recorded answers, formats against each other.

mod vectors;

use std::fs;
use std::path::PathBuf;

/// Returns a file of the data that lies beside the project where it is developed, and says so.
fn shared(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/advisories")
        .join(name);
    match fs::read(&path) {
        Ok(content) => {
            println!("using {}", path.display());
            Some(content)
        }
        Err(_) => {
            println!(
                "{} is not there: only the project's own cases run",
                path.display()
            );
            None
        }
    }
}
