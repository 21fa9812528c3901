//! B112: exception answered with `continue`
//!
//! A handler of every exception that does nothing also hides the errors that nobody expected.
//!
//! Catch what is expected, and log or raise the rest.
//!
//! ```python,finds
//! for item in items:
//!     try:
//!         work(item)
//!     except Exception:
//!         continue
//! ```
//!
//! ```python,clean
//! for item in items:
//!     try:
//!         work(item)
//!     except KeyError:
//!         continue
//! ```
//!
//! <https://docs.python.org/3/tutorial/errors.html#handling-exceptions>

use ruff_python_ast::ExceptHandlerExceptHandler;

use super::prelude::*;
use crate::bandit::handlers;

pub(super) static TEST: Test = Test {
    meta: page::B112.rule(Severity::Low, 703),
    name: "try_except_continue",
    function: "try_except_continue",
    confidence: Confidence::High,
    on: On::Handler(run),
};

fn run(context: &Context<'_, '_>, handler: &ExceptHandlerExceptHandler) -> Option<Found> {
    let [Stmt::Continue(_)] = &handler.body[..] else {
        return None;
    };
    let typed = context.options.try_except_continue.check_typed_exception?;
    (typed || handlers::catches_all(handler)).then(|| {
        Found::new("errors that nobody expected are skipped: catch what is expected, log the rest")
    })
}
