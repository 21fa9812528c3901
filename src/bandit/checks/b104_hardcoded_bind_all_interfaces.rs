//! B104: binding to all interfaces
//!
//! A server on the address of all interfaces answers on networks that nobody thought of.
//!
//! Bind to 127.0.0.1 by default. Where a container has to be reached from outside, read the address from a variable
//! such as `HOST`, so that it is decided where the program runs.
//!
//! ```python,finds
//! server.bind(("0.0.0.0", 80))
//! ```
//!
//! ```python,clean
//! server.bind(("127.0.0.1", 80))
//! ```
//!
//! <https://docs.python.org/3/library/socket.html#socket.socket.bind>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B104.rule(Severity::Medium, 605),
    name: "hardcoded_bind_all_interfaces",
    function: "hardcoded_bind_all_interfaces",
    confidence: Confidence::Medium,
    on: On::Str(run),
};

fn run(_: &Context<'_, '_>, text: &Text<'_, '_>) -> Option<Found> {
    (text.value == "0.0.0.0")
        .then(|| Found::new("listens on all interfaces: bind to 127.0.0.1, or read the address from a variable such as HOST"))
}
