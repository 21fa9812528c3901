//! B318: XML parsed with `xml.dom.minidom`
//!
//! The parsers of `xml.dom.minidom`
//! can be made to read local files or to use up all memory by the XML that they are given.
//!
//! Use the function of the same name in `defusedxml`.
//!
//! ```python,finds
//! import xml.dom.minidom
//!
//! xml.dom.minidom.parseString(text)
//! ```
//!
//! ```python,clean
//! import defusedxml.ElementTree
//!
//! defusedxml.ElementTree.fromstring(text)
//! ```
//!
//! <https://docs.python.org/3/library/xml.html#xml-vulnerabilities>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B318.rule(Severity::Medium, 20),
    name: "xml_bad_minidom",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &["xml.dom.minidom.parse", "xml.dom.minidom.parseString"],
        message: "`{name}` is open to XML attacks: use its `defusedxml` equivalent",
        fixed: &[6, 79, 90],
    }),
};
