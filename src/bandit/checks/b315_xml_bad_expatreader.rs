//! B315: XML parsed with `xml.sax.expatreader`
//!
//! The parsers of `xml.sax.expatreader`
//! can be made to read local files or to use up all memory by the XML that they are given.
//!
//! Use the function of the same name in `defusedxml`.
//!
//! ```python,finds
//! import xml.sax.expatreader
//!
//! xml.sax.expatreader.create_parser(text)
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
    meta: page::B315.rule(Severity::Medium, 20),
    name: "xml_bad_expatreader",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &["xml.sax.expatreader.create_parser"],
        message: "`{name}` is open to XML attacks: use its `defusedxml` equivalent",
        fixed: &[6, 79, 90],
    }),
};
