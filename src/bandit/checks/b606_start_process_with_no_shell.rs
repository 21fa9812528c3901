//! B606: process started without a shell
//!
//! The program and its arguments may come from outside.
//!
//! Check them before they are used.
//!
//! ```python,finds
//! import os
//!
//! os.execv(path, arguments)
//! ```
//!
//! ```python,clean
//! import os
//!
//! os.listdir(path)
//! ```
//!
//! <https://docs.python.org/3/library/os.html#os.execv>

use super::prelude::*;
use crate::bandit::shell;

pub(super) static TEST: Test = Test {
    meta: page::B606.rule(Severity::Low, 78),
    name: "start_process_with_no_shell",
    function: "start_process_with_no_shell",
    confidence: Confidence::Medium,
    on: On::Call(Callee::Shell, run),
};

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    shell::is_in(context.options.shell_injection.no_shell.as_deref(), call)?
        .then(|| Found::new("check program and arguments if they come from outside"))
}
