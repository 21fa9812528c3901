//! B313: XML parsed with `xml.etree.cElementTree`
//!
//! The parsers of `xml.etree.cElementTree`
//! can be made to read local files or to use up all memory by the XML that they are given.
//!
//! Use the function of the same name in `defusedxml`.
//!
//! ```python,finds
//! import xml.etree.cElementTree
//!
//! xml.etree.cElementTree.fromstring(text)
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
    meta: page::B313.rule(Severity::Medium, 20),
    name: "xml_bad_cElementTree",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &[
            "xml.etree.cElementTree.parse",
            "xml.etree.cElementTree.iterparse",
            "xml.etree.cElementTree.fromstring",
            "xml.etree.cElementTree.XMLParser",
        ],
        message: "`{name}` is open to XML attacks: use its `defusedxml` equivalent",
        fixed: &[6, 79, 90],
    }),
};
