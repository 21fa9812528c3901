//! B101: use of `assert`
//!
//! Python drops `assert` when it runs with `-O`, so a check written as an assertion disappears.
//!
//! Raise an exception instead. In tests assertions are fine: list their paths in `assert_used.skips`.
//!
//! ```python,finds
//! assert user.is_admin
//! ```
//!
//! ```python,clean
//! if not user.is_admin:
//!     raise PermissionError
//! ```
//!
//! <https://docs.python.org/3/reference/simple_stmts.html#the-assert-statement>

use super::prelude::*;
use crate::bandit::glob;

pub(super) static TEST: Test = Test {
    meta: page::B101.rule(Severity::Low, 703),
    name: "assert_used",
    function: "assert_used",
    confidence: Confidence::High,
    on: On::Assert(run),
};

fn run(context: &Context<'_, '_>) -> Option<Found> {
    let skips = &context.options.assert_used.skips;
    if skips.iter().any(|skip| glob::matches(skip, context.path)) {
        return None;
    }
    Some(Found::new(
        "`assert` is dropped under `python -O`: raise an exception instead",
    ))
}
