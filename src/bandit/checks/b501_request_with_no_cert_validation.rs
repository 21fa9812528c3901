//! B501: request that checks no certificate
//!
//! Without certificate checks whoever sits between client and server can read and change everything.
//!
//! Leave `verify` alone, or give it the path of a certificate bundle.
//!
//! ```python,finds
//! import requests
//!
//! requests.get(url, timeout=10, verify=False)
//! ```
//!
//! ```python,clean
//! import requests
//!
//! requests.get(url, timeout=10)
//! ```
//!
//! <https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification>

use super::prelude::*;
use crate::bandit::clients;

pub(super) static TEST: Test = Test {
    meta: page::B501.rule(Severity::High, 295),
    name: "request_with_no_cert_validation",
    function: "request_with_no_cert_validation",
    confidence: Confidence::High,
    on: On::Call(Callee::Named(clients::NAMES), run),
};

fn run(_: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    let (_, client) = clients::of(call)?;
    (call.values()?.is("verify", "False") == Some(true)).then(|| {
        let text = format!(
            "{client} checks no certificate: drop `verify=False`, or name a certificate bundle"
        );
        Found::new(text)
            .at(call.start_of("verify"))
            .quoting(&[8, 68], [client])
    })
}
