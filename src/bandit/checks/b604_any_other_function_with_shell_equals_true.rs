//! B604: function called with `shell=True`
//!
//! A function that takes `shell=True` probably hands a command to a shell, which interprets what users put into it.
//!
//! Pass the arguments as a list and drop `shell=True`.
//!
//! ```python,finds
//! run_command(command, shell=True)
//! ```
//!
//! ```python,clean
//! run_command([program, argument])
//! ```
//!
//! <https://docs.python.org/3/library/subprocess.html#security-considerations>

use super::prelude::*;
use crate::bandit::shell;

pub(super) static TEST: Test = Test {
    meta: page::B604.rule(Severity::Medium, 78),
    name: "any_other_function_with_shell_equals_true",
    function: "any_other_function_with_shell_equals_true",
    confidence: Confidence::Low,
    on: On::Call(Callee::AnyWithKeywords, run),
};

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    call.keyword("shell")?;
    let functions = &context.options.shell_injection;
    (!shell::is_in(functions.subprocess.as_deref(), call)? && shell::is_asked_for(call)?).then(
        || {
            Found::new("a shell may interpret the command: pass a list, without `shell=True`")
                .at(call.start_of("shell"))
        },
    )
}
