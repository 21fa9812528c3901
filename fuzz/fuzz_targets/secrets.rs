//! No text makes the secrets engine panic, and no finding shows more than the public prefix of its value.
#![no_main]

use gate_hook::finding::{Place, RepoPath};
use gate_hook::secrets::{Options, Scanner};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8])| {
    let (path, text) = input;
    let allowed = |_: &RepoPath, _: &[u8]| false;
    let scanner = Scanner::new(Options { fingerprint_key: b"fuzz", custom: Vec::new(), allowed: &allowed });
    let place = Place::File(RepoPath::new(path));
    for finding in scanner.scan(&place, text, 1) {
        assert!(finding.location.start <= finding.location.end);
        assert!(finding.excerpt.text.get(finding.excerpt.mark.clone()).is_some());
        assert!(!finding.excerpt.text.contains(char::is_control));
    }
});
