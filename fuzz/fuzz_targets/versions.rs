//! A text that is made of another one gives what it gives alone: history scans rely on it.
#![no_main]

use gate_hook::finding::{Place, RepoPath};
use gate_hook::input::Piece;
use gate_hook::secrets::{Options, Reading, Scanner};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8], u16, &[u8], u16)| {
    let (file, base, keep, fresh, skip) = input;
    let path = ["a.py", "a.yaml", ".env", "a.sh", "a.json", "a.md"][usize::from(file) % 6];
    let reading = Reading::of(&Place::File(RepoPath::new(path)));
    let allowed = |_: &RepoPath, _: &[u8]| false;
    let scanner = Scanner::new(Options { fingerprint_key: b"fuzz", custom: Vec::new(), allowed: &allowed });
    let keep = usize::from(keep).min(base.len());
    let from = (keep + usize::from(skip)).min(base.len());
    let text = [&base[..keep], fresh, &base[from..]].concat();
    let piece = |start, length, copied_from| Piece { start, length, copied_from };
    let pieces = [
        piece(0, keep, Some(0)),
        piece(keep, fresh.len(), None),
        piece(keep + fresh.len(), base.len() - from, Some(from)),
    ];
    let trace = scanner.trace(&reading, base, None);
    let made = scanner.trace(&reading, &text, Some((&trace, &pieces)));
    assert_eq!(made.fingerprints, scanner.trace(&reading, &text, None).fingerprints);
});
