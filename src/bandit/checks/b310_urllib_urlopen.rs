//! B310: opening a URL of any scheme
//!
//! `urlopen` also opens `file:` and other schemes, so a URL from outside can read local files.
//!
//! Check the scheme before opening, or use a client that only speaks HTTP.
//!
//! ```python,finds
//! import urllib.request
//!
//! urllib.request.urlopen(url)
//! ```
//!
//! ```python,clean
//! import urllib.parse
//!
//! urllib.parse.urlsplit(url)
//! ```
//!
//! <https://docs.python.org/3/library/urllib.request.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B310.rule(Severity::Medium, 22),
    name: "urllib_urlopen",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &[
            "urllib.request.urlopen",
            "urllib.request.urlretrieve",
            "urllib.request.URLopener",
            "urllib.request.FancyURLopener",
            "six.moves.urllib.request.urlopen",
            "six.moves.urllib.request.urlretrieve",
            "six.moves.urllib.request.URLopener",
            "six.moves.urllib.request.FancyURLopener",
        ],
        message: "`{name}` also opens `file:` URLs: check the scheme first",
        fixed: &[],
    }),
};
