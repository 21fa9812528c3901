//! B314: XML parsed with `xml.etree.ElementTree`
//!
//! The parsers of `xml.etree.ElementTree`
//! can be made to read local files or to use up all memory by the XML that they are given.
//!
//! Use the function of the same name in `defusedxml`.
//!
//! ```python,finds
//! import xml.etree.ElementTree
//!
//! xml.etree.ElementTree.fromstring(text)
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
    meta: page::B314.rule(Severity::Medium, 20),
    name: "xml_bad_ElementTree",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &[
            "xml.etree.ElementTree.parse",
            "xml.etree.ElementTree.iterparse",
            "xml.etree.ElementTree.fromstring",
            "xml.etree.ElementTree.XMLParser",
        ],
        message: "`{name}` is open to XML attacks: use its `defusedxml` equivalent",
        fixed: &[6, 79, 90],
    }),
};
