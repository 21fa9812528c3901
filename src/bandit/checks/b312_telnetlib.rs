//! B312: Telnet connection
//!
//! Telnet sends everything in the clear, passwords included.
//!
//! Use SSH.
//!
//! ```python,finds
//! import telnetlib
//!
//! telnetlib.Telnet(host)
//! ```
//!
//! ```python,clean
//! import paramiko
//!
//! paramiko.SSHClient()
//! ```
//!
//! <https://peps.python.org/pep-0594/#telnetlib>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B312.rule(Severity::High, 319),
    name: "telnetlib",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &["telnetlib.Telnet"],
        message: "Telnet is not encrypted: use SSH",
        fixed: &[],
    }),
};
