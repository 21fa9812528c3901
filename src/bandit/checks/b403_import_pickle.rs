//! B403: import of `pickle` or a relative
//!
//! A pickle can run any code when it is loaded.
//!
//! Make sure that no pickle comes from outside, or use a format that only holds data, such as JSON.
//!
//! ```python,finds
//! import pickle
//! ```
//!
//! ```python,clean
//! import json
//! ```
//!
//! <https://docs.python.org/3/library/pickle.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B403.rule(Severity::Low, 502),
    name: "import_pickle",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedImport(Listed {
        names: &["pickle", "cPickle", "dill", "shelve"],
        message: "`{name}` runs code that loaded data brings along: make sure that none comes from outside",
        fixed: &[56, 8],
    }),
};
