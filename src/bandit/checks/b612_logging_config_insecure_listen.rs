//! B612: logging configured over the network
//!
//! `logging.config.listen` evaluates parts of what it receives, from any local user.
//!
//! Give `verify`, a function that checks what arrives.
//!
//! ```python,finds
//! import logging.config
//!
//! logging.config.listen(9999)
//! ```
//!
//! ```python,clean
//! import logging.config
//!
//! logging.config.listen(9999, verify=check)
//! ```
//!
//! <https://docs.python.org/3/library/logging.config.html#logging.config.listen>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B612.rule(Severity::Medium, 94),
    name: "logging_config_insecure_listen",
    function: "logging_config_insecure_listen",
    confidence: Confidence::High,
    on: On::Call(Callee::Named(&["listen"]), run),
};

fn run(_: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    (call.qualname() == "logging.config.listen" && !call.values()?.has("verify"))
        .then(|| Found::new("any local user can run code here: give `verify`"))
}
