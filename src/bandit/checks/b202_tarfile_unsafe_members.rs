//! B202: archive extracted without checks
//!
//! An archive can hold names such as `../../etc/passwd` and links that lead anywhere.
//!
//! Give `filter="data"`, which refuses such members.
//!
//! ```python,finds
//! import tarfile
//!
//! tarfile.open(path).extractall()
//! ```
//!
//! ```python,clean
//! import tarfile
//!
//! tarfile.open(path).extractall(filter="data")
//! ```
//!
//! <https://docs.python.org/3/library/tarfile.html#tarfile-extraction-filter>

use super::prelude::*;
use crate::bandit::quote::Quote;

pub(super) static TEST: Test = Test {
    meta: page::B202.rule(Severity::High, 22),
    name: "tarfile_unsafe_members",
    function: "tarfile_unsafe_members",
    confidence: Confidence::High,
    on: On::Call(Callee::Containing("extractall"), run),
};

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    if !context.imports.exactly("tarfile") {
        return None;
    }
    let values = call.values()?;
    if values.has("filter") && is_data(call) {
        return None;
    }
    if !values.has("members") {
        return Some(Found::new(
            "the archive decides where files go: give `filter=\"data\"`",
        ));
    }
    let members = &call.keyword("members")?.value;
    if let Expr::Call(function) = members {
        // The reference tool fails where the function is not a plain name.
        let function = function.func.as_name_expr()?;
        let text = "make sure that `members` drops unsafe paths, or give `filter=\"data\"`";
        let found = Found::new(text).rated(Severity::Low, Confidence::Low);
        return Some(found.quoting(&[130, 4], [&function.id]));
    }
    let text = "make sure that `members` has no unsafe paths, or give `filter=\"data\"`";
    let found = Found::new(text).rated(Severity::Medium, Confidence::Medium);
    Some(match members {
        Expr::Name(name) => found.quoting(&[135, 4], [&name.id]),
        // The reference tool shows an address.
        _ => found.with_quote(Quote::unlike_any()),
    })
}

fn is_data(call: &Call<'_, '_>) -> bool {
    let filter = call.keyword("filter").map(|keyword| &keyword.value);
    matches!(filter, Some(Expr::StringLiteral(filter)) if filter.value.to_str() == "data")
}
