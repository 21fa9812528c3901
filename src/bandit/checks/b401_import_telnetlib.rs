//! B401: import of `telnetlib`
//!
//! Telnet sends everything in the clear, passwords included.
//!
//! Use SSH.
//!
//! ```python,finds
//! import telnetlib
//! ```
//!
//! ```python,clean
//! import socket
//! ```
//!
//! <https://peps.python.org/pep-0594/#telnetlib>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B401.rule(Severity::High, 319),
    name: "import_telnetlib",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedImport(Listed {
        names: &["telnetlib"],
        message: "Telnet is not encrypted: use SSH",
        fixed: &[],
    }),
};
