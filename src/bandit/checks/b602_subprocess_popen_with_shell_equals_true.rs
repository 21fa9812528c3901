//! B602: process started through a shell
//!
//! A shell interprets what users put into a command.
//!
//! Pass the arguments as a list and drop `shell=True`.
//!
//! ```python,finds
//! import subprocess
//!
//! subprocess.run(command, shell=True)
//! ```
//!
//! ```python,clean
//! import subprocess
//!
//! subprocess.run(["/bin/ls", path])
//! ```
//!
//! <https://docs.python.org/3/library/subprocess.html#security-considerations>

use super::prelude::*;
use crate::bandit::shell;

pub(super) static TEST: Test = Test {
    meta: page::B602.rule(Severity::High, 78),
    name: "subprocess_popen_with_shell_equals_true",
    function: "subprocess_popen_with_shell_equals_true",
    confidence: Confidence::High,
    on: On::Call(Callee::Shell, run),
};

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    let functions = &context.options.shell_injection;
    if !shell::is_in(functions.subprocess.as_deref(), call)? || !shell::is_asked_for(call)? {
        return None;
    }
    call.arg_values().filter(|args| !args.is_empty())?;
    let found = if shell::is_fixed(call) {
        Found::new("the command is fixed today: a list without `shell=True` keeps it safe")
            .rated(Severity::Low, Confidence::High)
    } else {
        Found::new("a shell interprets the command: pass a list, without `shell=True`")
    };
    Some(found.at(call.start_of("shell")))
}
