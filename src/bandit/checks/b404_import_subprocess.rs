//! B404: import of `subprocess`
//!
//! A program that starts others must keep what users give out of their command lines.
//!
//! Pass arguments as a list, without a shell, and give the program by its full path.
//!
//! ```python,finds
//! import subprocess
//! ```
//!
//! ```python,clean
//! import sched
//! ```
//!
//! <https://docs.python.org/3/library/subprocess.html#security-considerations>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B404.rule(Severity::Low, 78),
    name: "import_subprocess",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedImport(Listed {
        names: &["subprocess"],
        message: "keep what users give out of the commands that `subprocess` runs",
        fixed: &[],
    }),
};
