//! B301: unpickling data
//!
//! A pickle can run any code when it is loaded, so loading one that somebody else could have written hands
//! the process over to them.
//!
//! Read a format that only holds data, such as JSON, or check a signature before loading.
//!
//! ```python,finds
//! import pickle
//!
//! pickle.loads(data)
//! ```
//!
//! ```python,clean
//! import json
//!
//! json.loads(data)
//! ```
//!
//! <https://docs.python.org/3/library/pickle.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B301.rule(Severity::Medium, 502),
    name: "pickle",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &[
            "pickle.loads",
            "pickle.load",
            "pickle.Unpickler",
            "dill.loads",
            "dill.load",
            "dill.Unpickler",
            "shelve.open",
            "shelve.DbfilenameShelf",
            "jsonpickle.decode",
            "jsonpickle.unpickler.decode",
            "jsonpickle.unpickler.Unpickler",
            "pandas.read_pickle",
        ],
        message: "`{name}` runs code that the data brings along: read JSON instead, or check a signature first",
        fixed: &[],
    }),
};
