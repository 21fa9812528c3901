//! B605: command run by a shell
//!
//! `os.system` and its relatives hand the command to a shell, which interprets what users put into it.
//!
//! Use `subprocess.run` with a list.
//!
//! ```python,finds
//! import os
//!
//! os.system(command)
//! ```
//!
//! ```python,clean
//! import os
//!
//! os.listdir(path)
//! ```
//!
//! <https://docs.python.org/3/library/subprocess.html#replacing-os-system>

use super::prelude::*;
use crate::bandit::shell;

pub(super) static TEST: Test = Test {
    meta: page::B605.rule(Severity::High, 78),
    name: "start_process_with_a_shell",
    function: "start_process_with_a_shell",
    confidence: Confidence::High,
    on: On::Call(Callee::Shell, run),
};

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    if !shell::is_in(context.options.shell_injection.shell.as_deref(), call)? {
        return None;
    }
    call.arg_values().filter(|args| !args.is_empty())?;
    Some(if shell::is_fixed(call) {
        Found::new("the command is fixed today: `subprocess.run` with a list keeps it safe")
            .rated(Severity::Low, Confidence::High)
    } else {
        Found::new("a shell interprets the command: use `subprocess.run` with a list")
    })
}
