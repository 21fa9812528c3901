//! B307: use of `eval`
//!
//! Whoever can shape the text that `eval` is given can run code.
//!
//! Use `ast.literal_eval` for literals, or parse the text.
//!
//! ```python,finds
//! eval(text)
//! ```
//!
//! ```python,clean
//! import ast
//!
//! ast.literal_eval(text)
//! ```
//!
//! <https://docs.python.org/3/library/ast.html#ast.literal_eval>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B307.rule(Severity::Medium, 78),
    name: "eval",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &["eval"],
        message: "`eval` runs whatever it is given: use `ast.literal_eval` or parse the text",
        fixed: &[],
    }),
};
