//! What the tests of exception handlers share.

use ruff_python_ast::{ExceptHandlerExceptHandler, Expr};

/// Returns whether a handler names no exception, or `Exception`.
pub(super) fn catches_all(handler: &ExceptHandlerExceptHandler) -> bool {
    match handler.type_.as_deref() {
        None => true,
        Some(Expr::Name(name)) => name.id.as_str() == "Exception",
        Some(_) => false,
    }
}
