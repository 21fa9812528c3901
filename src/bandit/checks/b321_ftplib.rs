//! B321: FTP connection
//!
//! FTP sends everything in the clear, passwords included.
//!
//! Use SFTP, SCP or HTTPS.
//!
//! ```python,finds
//! import ftplib
//!
//! ftplib.FTP(host)
//! ```
//!
//! ```python,clean
//! import ftplib
//!
//! ftplib.FTP_TLS(host)
//! ```
//!
//! <https://docs.python.org/3/library/ftplib.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B321.rule(Severity::High, 319),
    name: "ftplib",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &["ftplib.FTP"],
        message: "FTP is not encrypted: use SFTP, SCP or HTTPS",
        fixed: &[],
    }),
};
