//! Every line of the new content that the old one lacks is added; no line is added to an equal content.
#![no_main]

use gate_hook::introduced::Added;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8])| {
    let (old, new) = input;
    if let Added::Lines(added) = Added::between(old, new) {
        let lines = |content: &[u8]| -> Vec<Vec<u8>> {
            let content = content.strip_suffix(b"\n").unwrap_or(content);
            let line = |line: &[u8]| line.strip_suffix(b"\r").unwrap_or(line).to_vec();
            content.split(|&byte| byte == b'\n').map(line).collect()
        };
        let (old, new) = (lines(old), lines(new));
        assert_eq!(added.len(), new.len());
        for (line, added) in new.iter().zip(added) {
            assert!(added || old.contains(line));
        }
    }
    if let Added::Lines(added) = Added::between(new, new) {
        assert!(added.iter().all(|added| !added));
    }
});
