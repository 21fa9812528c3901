//! B103: file made accessible to too many
//!
//! A file that the group or everybody may write or run can be replaced, and what it does with it.
//!
//! Give only the owner more than reading.
//!
//! ```python,finds
//! import os
//!
//! os.chmod(path, 0o777)
//! ```
//!
//! ```python,clean
//! import os
//!
//! os.chmod(path, 0o644)
//! ```
//!
//! <https://docs.python.org/3/library/os.html#os.chmod>

use super::prelude::*;
use crate::bandit::printed::printed;
use crate::bandit::quote::Quote;

pub(super) static TEST: Test = Test {
    meta: page::B103.rule(Severity::High, 732),
    name: "set_bad_file_permissions",
    function: "set_bad_file_permissions",
    confidence: Confidence::High,
    on: On::Call(Callee::Containing("chmod"), run),
};

/// Writing by others.
const OTHERS_WRITE: u64 = 0o002;
/// Writing or running by the group, writing or running by others.
const TOO_MUCH: u64 = 0o033;

fn run(_: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    if call.args().len() != 2 {
        return None;
    }
    let Value::Int(mode) = call.value_at(1)? else {
        return None;
    };
    // The reference tool evaluates the path for its message, and finds nothing where that fails.
    let path = call.value_at(0).filter(|_| mode & TOO_MUCH != 0)?;
    let severity = if mode & OTHERS_WRITE == 0 {
        Severity::Medium
    } else {
        Severity::High
    };
    let text = format!("mode 0o{:o} lets too many in: 0o644 or less", mode & 0o7777);
    let found = Found::new(text).rated(severity, Confidence::High);
    let path = match path {
        Value::Str(path) => path.into_owned(),
        Value::Unknown => "NOT PARSED".to_owned(),
        _ => match printed(&call.args()[0]) {
            Some(path) => path,
            None => return Some(found.with_quote(Quote::unlike_any())),
        },
    };
    Some(found.quoting(&[32, 10, 2], [&format!("0o{mode:o}"), &path]))
}
