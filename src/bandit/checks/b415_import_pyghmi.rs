//! B415: import of `pyghmi`
//!
//! IPMI authenticates with digests that can be broken offline and encrypts little.
//!
//! Use Redfish over HTTPS, or keep IPMI in a network of its own.
//!
//! ```python,finds
//! import pyghmi
//! ```
//!
//! ```python,clean
//! import ssl
//! ```
//!
//! <https://www.cisa.gov/news-events/alerts/2013/07/26/risks-using-intelligent-platform-management-interface-ipmi>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B415.rule(Severity::High, 319),
    name: "import_pyghmi",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedImport(Listed {
        names: &["pyghmi"],
        message: "IPMI is not protected: use Redfish over HTTPS, or a network of its own",
        fixed: &[],
    }),
};
