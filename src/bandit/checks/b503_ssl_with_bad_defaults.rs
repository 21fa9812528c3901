//! B503: broken protocol version as a default
//!
//! SSL 2, SSL 3, TLS 1.0 and TLS 1.1 can be broken by whoever sits in between.
//!
//! Let the default be a newer version, or none.
//!
//! ```python,finds
//! import ssl
//!
//! def connect(version=ssl.PROTOCOL_TLSv1):
//!     ...
//! ```
//!
//! ```python,clean
//! def connect(version=None):
//!     ...
//! ```
//!
//! <https://datatracker.ietf.org/doc/html/rfc8996>

use ruff_python_ast::StmtFunctionDef;

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B503.rule(Severity::Medium, 327),
    name: "ssl_with_bad_defaults",
    function: "ssl_with_bad_defaults",
    confidence: Confidence::Medium,
    on: On::Function(run),
};

fn run(context: &Context<'_, '_>, def: &StmtFunctionDef) -> Option<Found> {
    let bad = &context.options.ssl_with_bad_version.bad_protocol_versions;
    let bad = bad.as_deref()?;
    let parameters = &def.parameters;
    let mut positional = parameters.posonlyargs.iter().chain(&parameters.args);
    let is_bad = positional.any(|parameter| match parameter.default.as_deref() {
        Some(Expr::Attribute(version)) => bad.iter().any(|bad| *bad == *version.attr),
        Some(_) => bad.iter().any(String::is_empty),
        None => false,
    });
    is_bad.then(|| Found::new("SSL and TLS below 1.2 can be broken: change the default"))
}
