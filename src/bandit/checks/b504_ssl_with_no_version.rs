//! B504: socket wrapped without a protocol version
//!
//! Without a version `wrap_socket` may agree on one that can be broken.
//!
//! Use `ssl.create_default_context`.
//!
//! ```python,finds
//! import ssl
//!
//! ssl.wrap_socket()
//! ```
//!
//! ```python,clean
//! import ssl
//!
//! ssl.create_default_context()
//! ```
//!
//! <https://docs.python.org/3/library/ssl.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B504.rule(Severity::Low, 327),
    name: "ssl_with_no_version",
    function: "ssl_with_no_version",
    confidence: Confidence::Medium,
    on: On::Call(Callee::Named(&["wrap_socket"]), run),
};

fn run(_: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    if call.qualname() != "ssl.wrap_socket" {
        return None;
    }
    let unknown = call
        .values()?
        .get("ssl_version")
        .is_none_or(|value| *value == Value::Unknown);
    unknown.then(|| {
        Found::new("the protocol may be a broken one: use `ssl.create_default_context`")
            .at(call.start_of("ssl_version"))
    })
}
