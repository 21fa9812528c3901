//! B113: request without a timeout
//!
//! Without a timeout a server that does not answer holds the caller for ever.
//!
//! Give a timeout in seconds.
//!
//! ```python,finds
//! import requests
//!
//! requests.get(url)
//! ```
//!
//! ```python,clean
//! import requests
//!
//! requests.get(url, timeout=10)
//! ```
//!
//! <https://requests.readthedocs.io/en/latest/user/advanced/#timeouts>

use super::prelude::*;
use crate::bandit::clients;

pub(super) static TEST: Test = Test {
    meta: page::B113.rule(Severity::Medium, 400),
    name: "request_without_timeout",
    function: "request_without_timeout",
    confidence: Confidence::Low,
    on: On::Call(Callee::Named(clients::NAMES), run),
};

fn run(_: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    let (requests, client) = clients::of(call)?;
    let is_none = call.values()?.is("timeout", "None");
    if requests && is_none.is_none() {
        let text = format!("{client} waits for ever: give a timeout");
        Some(Found::new(text).quoting(&[8, 16], [client]))
    } else {
        (is_none == Some(true)).then(|| {
            let text = format!("{client} waits for ever with `timeout=None`: give a number");
            Found::new(text).quoting(&[8, 25], [client])
        })
    }
}
