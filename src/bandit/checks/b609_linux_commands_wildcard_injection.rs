//! B609: wildcard in a command
//!
//! A file whose name looks like an option becomes one when a shell expands `*` for `tar`, `chown`, `chmod` or
//! `rsync`.
//!
//! Write `./*`, or end the options with `--`.
//!
//! ```python,finds
//! import os
//!
//! os.system("tar cf backup *")
//! ```
//!
//! ```python,clean
//! import os
//!
//! os.listdir(path)
//! ```
//!
//! <https://cwe.mitre.org/data/definitions/155.html>

use super::prelude::*;
use crate::bandit::shell;

pub(super) static TEST: Test = Test {
    meta: page::B609.rule(Severity::High, 155),
    name: "linux_commands_wildcard_injection",
    function: "linux_commands_wildcard_injection",
    confidence: Confidence::Medium,
    on: On::Call(Callee::Shell, run),
};

const COMMANDS: [&str; 4] = ["chown", "chmod", "tar", "rsync"];

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    let functions = &context.options.shell_injection;
    let starts = shell::is_in(functions.subprocess.as_deref(), call)?;
    let concerned = shell::is_in(functions.shell.as_deref(), call)?
        || starts && call.values()?.is("shell", "True") == Some(true);
    if !concerned {
        return None;
    }
    let first = call.args().first()?;
    call.value_at(0)?;
    let command = match first {
        Expr::List(list) => list
            .iter()
            .map(|part| format!(" {}", shown(part)))
            .collect(),
        Expr::Attribute(attribute) => attribute.attr.to_string(),
        Expr::StringLiteral(_) | Expr::Name(_) => shown(first),
        _ => return None,
    };
    (command.contains('*') && COMMANDS.iter().any(|name| command.contains(name))).then(|| {
        Found::new("file names that `*` stands for may be options: write `./*`")
            .at(call.start_of("shell"))
            .quoting(&[37, 0], [call.qualname()])
    })
}

/// Returns a part of a command as Python would show it, as far as letters and stars go.
fn shown(expr: &Expr) -> String {
    let joined = |parts: &[Expr]| parts.iter().map(shown).collect::<Vec<_>>().join("', '");
    match expr {
        Expr::StringLiteral(string) => string.value.to_str().to_owned(),
        Expr::BytesLiteral(bytes) => bytes
            .value
            .bytes()
            .map(|byte| {
                if byte.is_ascii() {
                    char::from(byte)
                } else {
                    '?'
                }
            })
            .collect(),
        Expr::Name(name) => name.id.to_string(),
        Expr::List(list) => joined(&list.elts),
        Expr::Tuple(tuple) => joined(&tuple.elts),
        Expr::Set(set) => joined(&set.elts),
        _ => String::new(),
    }
}
