//! Any bytes as a Python file: no panic, no overflow of the stack, no hang.

#![no_main]

use gate_hook::bandit::{Scanner, Settings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|content: &[u8]| {
    Scanner::new(Settings::default()).scan("a.py", content);
});
