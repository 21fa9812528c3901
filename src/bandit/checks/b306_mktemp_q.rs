//! B306: `tempfile.mktemp`
//!
//! Between the moment `mktemp` invents a name and the moment the file is opened somebody else can create it.
//!
//! Use `mkstemp` or `NamedTemporaryFile`, which create the file at once.
//!
//! ```python,finds
//! import tempfile
//!
//! tempfile.mktemp()
//! ```
//!
//! ```python,clean
//! import tempfile
//!
//! tempfile.mkstemp()
//! ```
//!
//! <https://docs.python.org/3/library/tempfile.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B306.rule(Severity::Medium, 377),
    name: "mktemp_q",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &["tempfile.mktemp"],
        message: "somebody else can create the file first: use `mkstemp` or `NamedTemporaryFile`",
        fixed: &[],
    }),
};
