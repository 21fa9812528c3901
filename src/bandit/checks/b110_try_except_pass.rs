//! B110: exception answered with `pass`
//!
//! A handler of every exception that does nothing also hides the errors that nobody expected.
//!
//! Catch what is expected, and log or raise the rest.
//!
//! ```python,finds
//! try:
//!     work()
//! except Exception:
//!     pass
//! ```
//!
//! ```python,clean
//! try:
//!     work()
//! except KeyError:
//!     pass
//! ```
//!
//! <https://docs.python.org/3/tutorial/errors.html#handling-exceptions>

use ruff_python_ast::ExceptHandlerExceptHandler;

use super::prelude::*;
use crate::bandit::handlers;

pub(super) static TEST: Test = Test {
    meta: page::B110.rule(Severity::Low, 703),
    name: "try_except_pass",
    function: "try_except_pass",
    confidence: Confidence::High,
    on: On::Handler(run),
};

fn run(context: &Context<'_, '_>, handler: &ExceptHandlerExceptHandler) -> Option<Found> {
    let [Stmt::Pass(_)] = &handler.body[..] else {
        return None;
    };
    let typed = context.options.try_except_pass.check_typed_exception?;
    (typed || handlers::catches_all(handler)).then(|| {
        Found::new("errors that nobody expected are hidden: catch what is expected, log the rest")
    })
}
