//! Any content under the name of any format ends in a manifest with places that make sense.
#![no_main]

use gate_hook::audit::lockfiles;
use gate_hook::finding::RepoPath;
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 10] = [
    "environment.yml",
    "pdm.lock",
    "Pipfile.lock",
    "poetry.lock",
    "pylock.toml",
    "pyproject.toml",
    "requirements.txt",
    "setup.cfg",
    "setup.py",
    "uv.lock",
];

fuzz_target!(|input: (u8, &[u8], &[u8])| {
    let (format, content, other) = input;
    let path = RepoPath::new(NAMES[usize::from(format) % NAMES.len()]);
    let manifest = lockfiles::read(&path, content, &mut |_| Some(other.to_vec()));
    for dependency in &manifest.dependencies {
        assert!(dependency.location.start <= dependency.location.end);
        assert!(dependency.location.start.line > 0);
    }
});
