//! B601: command run over SSH
//!
//! A command that holds what users gave runs on the other machine with a shell.
//!
//! Check or quote every part of it with `shlex.quote`.
//!
//! ```python,finds
//! import paramiko
//!
//! client.exec_command(command)
//! ```
//!
//! ```python,clean
//! import paramiko
//!
//! client.open_sftp()
//! ```
//!
//! <https://docs.python.org/3/library/shlex.html#shlex.quote>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B601.rule(Severity::Medium, 78),
    name: "paramiko_calls",
    function: "paramiko_calls",
    confidence: Confidence::Medium,
    on: On::Call(Callee::Named(&["exec_command"]), run),
};

fn run(context: &Context<'_, '_>, _: &Call<'_, '_>) -> Option<Found> {
    context.imports.like("paramiko").then(|| {
        Found::new("the other machine runs this in a shell: check or quote every part of it")
    })
}
