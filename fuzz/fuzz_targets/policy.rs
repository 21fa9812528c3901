//! Any text is a policy or an error with a place, and so is any override record.
#![no_main]

use gate_hook::policy::{Policy, PolicyText, parse_override};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for embedded in [false, true] {
        let source = PolicyText { name: "policy".to_owned(), text: text.to_owned(), embedded };
        if let Err(error) = Policy::parse(&source) {
            assert!(error.line > 0 && error.column > 0);
        }
    }
    let _ = parse_override("record", text);
});
