//! B323: TLS context that checks no certificate
//!
//! A context that checks no certificate accepts any server, so whoever sits in between can read and change
//! everything.
//!
//! Use `ssl.create_default_context`.
//!
//! ```python,finds
//! import ssl
//!
//! ssl._create_unverified_context()
//! ```
//!
//! ```python,clean
//! import ssl
//!
//! ssl.create_default_context()
//! ```
//!
//! <https://docs.python.org/3/library/ssl.html#ssl.create_default_context>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B323.rule(Severity::Medium, 295),
    name: "unverified_context",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &["ssl._create_unverified_context"],
        message: "no certificate is checked: use `ssl.create_default_context`",
        fixed: &[],
    }),
};
