//! B607: program looked for in the path
//!
//! A program without its full path is looked for along `PATH`, where somebody may have put another one.
//!
//! Give the full path.
//!
//! ```python,finds
//! import subprocess
//!
//! subprocess.run(["ls", "-l"])
//! ```
//!
//! ```python,clean
//! import subprocess
//!
//! subprocess.run(["/bin/ls", "-l"])
//! ```
//!
//! <https://docs.python.org/3/library/subprocess.html#security-considerations>

use super::prelude::*;
use crate::bandit::shell;

pub(super) static TEST: Test = Test {
    meta: page::B607.rule(Severity::Low, 78),
    name: "start_process_with_partial_path",
    function: "start_process_with_partial_path",
    confidence: Confidence::High,
    on: On::Call(Callee::Shell, run),
};

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    call.arg_values().filter(|args| !args.is_empty())?;
    let functions = &context.options.shell_injection;
    let starts = shell::is_in(functions.subprocess.as_deref(), call)?
        || shell::is_in(functions.shell.as_deref(), call)?
        || shell::is_in(functions.no_shell.as_deref(), call)?;
    let program = match call.args().first()? {
        Expr::List(list) => list.elts.first()?,
        other => other,
    };
    let Expr::StringLiteral(program) = program else {
        return None;
    };
    (starts && !is_full_path(program.value.to_str()))
        .then(|| Found::new("the program is looked for along `PATH`: give its full path"))
}

/// Returns whether a path starts with a separator, a dot or a drive.
fn is_full_path(path: &str) -> bool {
    let mut bytes = path.bytes();
    match bytes.next() {
        Some(b'/' | b'\\' | b'.') => true,
        Some(letter) if letter.is_ascii_alphabetic() => bytes.next() == Some(b':'),
        _ => false,
    }
}
