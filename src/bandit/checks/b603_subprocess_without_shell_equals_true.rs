//! B603: process started
//!
//! Without a shell arguments are safe from it, but not from the program: an argument from outside may be an option.
//!
//! Check what comes from outside, and end the options with `--`.
//!
//! ```python,finds
//! import subprocess
//!
//! subprocess.run(command)
//! ```
//!
//! ```python,clean
//! import shutil
//!
//! shutil.copy(source, target)
//! ```
//!
//! <https://docs.python.org/3/library/subprocess.html#security-considerations>

use super::prelude::*;
use crate::bandit::shell;

pub(super) static TEST: Test = Test {
    meta: page::B603.rule(Severity::Low, 78),
    name: "subprocess_without_shell_equals_true",
    function: "subprocess_without_shell_equals_true",
    confidence: Confidence::High,
    on: On::Call(Callee::Shell, run),
};

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    let functions = &context.options.shell_injection;
    (shell::is_in(functions.subprocess.as_deref(), call)? && !shell::is_asked_for(call)?).then(
        || {
            Found::new("check what comes from outside before it becomes an argument")
                .at(call.start_of("shell"))
        },
    )
}
