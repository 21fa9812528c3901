//! B402: import of `ftplib`
//!
//! FTP sends everything in the clear, passwords included.
//!
//! Use SFTP, SCP or HTTPS.
//!
//! ```python,finds
//! import ftplib
//! ```
//!
//! ```python,clean
//! import http.client
//! ```
//!
//! <https://docs.python.org/3/library/ftplib.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B402.rule(Severity::High, 319),
    name: "import_ftplib",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedImport(Listed {
        names: &["ftplib"],
        message: "FTP is not encrypted: use SFTP, SCP or HTTPS",
        fixed: &[],
    }),
};
