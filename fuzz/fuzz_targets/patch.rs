//! Any bytes are a patch or an error, and so is any input of `pre-push`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = gate_hook::git::patch(bytes);
});
