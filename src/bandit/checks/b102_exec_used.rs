//! B102: use of `exec`
//!
//! Whoever can shape the text that `exec` is given can run code.
//!
//! Call functions, look names up in a dictionary, or use `importlib`.
//!
//! ```python,finds
//! exec(text)
//! ```
//!
//! ```python,clean
//! handlers[text]()
//! ```
//!
//! <https://docs.python.org/3/library/functions.html#exec>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B102.rule(Severity::Medium, 78),
    name: "exec_used",
    function: "exec_used",
    confidence: Confidence::High,
    on: On::Call(Callee::Named(&["exec"]), run),
};

fn run(_: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    (call.qualname() == "exec").then(|| {
        Found::new(
            "`exec` runs whatever it is given: call a function or look it up in a dictionary",
        )
    })
}
