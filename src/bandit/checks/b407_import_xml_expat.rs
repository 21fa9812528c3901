//! B407: import of `xml.dom.expatbuilder`
//!
//! The parsers of `xml.dom.expatbuilder`
//! can be made to read local files or to use up all memory by the XML that they are given.
//!
//! Use the `defusedxml` package.
//!
//! ```python,finds
//! import xml.dom.expatbuilder
//! ```
//!
//! ```python,clean
//! import defusedxml.ElementTree
//! ```
//!
//! <https://docs.python.org/3/library/xml.html#xml-vulnerabilities>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B407.rule(Severity::Low, 20),
    name: "import_xml_expat",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedImport(Listed {
        names: &["xml.dom.expatbuilder"],
        message: "`{name}` is open to XML attacks: use `defusedxml`",
        fixed: &[6, 79, 91],
    }),
};
