//! The folder with advisories and recorded answers, which lies beside the project and is no part of it.

#![expect(clippy::print_stdout, reason = "the log says what was used")]
#![expect(
    clippy::disallowed_methods,
    reason = "the test command speaks through variables"
)]

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Returns a file of the shared folder, and says so; nothing where the folder is not there.
pub(super) fn file(name: &str) -> Option<Vec<u8>> {
    let path = folder()?.join(name);
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    println!("used the shared file {name}");
    Some(bytes)
}

/// Returns a JSON file of the shared folder.
pub(super) fn json(name: &str) -> Option<serde_json::Value> {
    file(name).map(|bytes| serde_json::from_slice(&bytes).unwrap())
}

/// Returns the folder `advisories` of `GATE_HOOK_SHARED`, or of `../shared` beside the project.
pub(super) fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = env::var_os("GATE_HOOK_SHARED").map_or(beside, PathBuf::from);
    let folder = shared.join("advisories");
    if folder.is_dir() {
        Some(folder)
    } else {
        println!("there is no shared folder: only the small set of our own was used");
        None
    }
}

/// Returns whether the long comparisons run.
pub(super) fn full() -> bool {
    env::var_os("GATE_HOOK_FULL").is_some()
}
