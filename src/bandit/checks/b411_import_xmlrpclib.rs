//! B411: import of `xmlrpc`
//!
//! XML-RPC parses XML from the network with a parser that can be made to use up all memory.
//!
//! Call `defusedxml.xmlrpc.monkey_patch()` first, or use another protocol.
//!
//! ```python,finds
//! import xmlrpc.client
//! ```
//!
//! ```python,clean
//! import http.client
//! ```
//!
//! <https://docs.python.org/3/library/xmlrpc.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B411.rule(Severity::High, 20),
    name: "import_xmlrpclib",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedImport(Listed {
        names: &["xmlrpc"],
        message: "`{name}` is open to XML attacks: call `defusedxml.xmlrpc.monkey_patch()` first",
        fixed: &[6, 176],
    }),
};
