//! B302: unmarshalling data
//!
//! The `marshal` format is meant for compiled code: data made by somebody else can crash the interpreter or run
//! in it.
//!
//! Use a format that only holds data, such as JSON.
//!
//! ```python,finds
//! import marshal
//!
//! marshal.loads(data)
//! ```
//!
//! ```python,clean
//! import json
//!
//! json.loads(data)
//! ```
//!
//! <https://docs.python.org/3/library/marshal.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B302.rule(Severity::Medium, 502),
    name: "marshal",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &["marshal.load", "marshal.loads"],
        message: "`{name}` trusts its input: read JSON or another plain format instead",
        fixed: &[],
    }),
};
