//! B502: broken protocol version
//!
//! SSL 2, SSL 3, TLS 1.0 and TLS 1.1 can be broken by whoever sits in between.
//!
//! Use `ssl.create_default_context`, which only speaks newer ones.
//!
//! ```python,finds
//! import ssl
//!
//! ssl.wrap_socket(ssl_version=ssl.PROTOCOL_TLSv1)
//! ```
//!
//! ```python,clean
//! import ssl
//!
//! ssl.create_default_context()
//! ```
//!
//! <https://datatracker.ietf.org/doc/html/rfc8996>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B502.rule(Severity::High, 327),
    name: "ssl_with_bad_version",
    function: "ssl_with_bad_version",
    confidence: Confidence::High,
    on: On::Call(Callee::AnyWithKeywords, run),
};

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    let given = |name: &str| call.keyword(name).is_some();
    if !given("method") && !given("ssl_version") {
        return None;
    }
    let bad = &context.options.ssl_with_bad_version.bad_protocol_versions;
    let bad = bad.as_deref()?;
    let values = call.values()?;
    let text = "SSL and TLS below 1.2 can be broken: use `ssl.create_default_context`";
    match call.qualname() {
        "ssl.wrap_socket" => values.is_any("ssl_version", bad).then(|| {
            Found::new(text)
                .at(call.start_of("ssl_version"))
                .quoting(&[87], [])
        }),
        "pyOpenSSL.SSL.Context" => values.is_any("method", bad).then(|| {
            Found::new(text)
                .at(call.start_of("method"))
                .quoting(&[83], [])
        }),
        _ => (values.is_any("method", bad) || values.is_any("ssl_version", bad)).then(|| {
            let at = call
                .start_of("method")
                .or_else(|| call.start_of("ssl_version"));
            Found::new(text)
                .rated(Severity::Medium, Confidence::Medium)
                .at(at)
        }),
    }
}
