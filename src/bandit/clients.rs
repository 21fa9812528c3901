//! What the tests of HTTP clients share.

use super::call::Call;

/// The last components of the functions that concern them.
pub(super) const NAMES: &[&str] = &[
    "get",
    "options",
    "head",
    "post",
    "put",
    "patch",
    "delete",
    "request",
    "stream",
    "Client",
    "AsyncClient",
];

/// How many of [`NAMES`] are functions of `requests`; all are of `httpx`.
const VERBS: usize = 7;

/// Returns whether a call is one of `requests`, and the name of the client; nothing for any other call.
pub(super) fn of<'c>(call: &'c Call<'_, '_>) -> Option<(bool, &'c str)> {
    let client = call.first_name();
    let name = call.name();
    match client {
        "requests" if NAMES[..VERBS].contains(&name) => Some((true, client)),
        "httpx" if NAMES.contains(&name) => Some((false, client)),
        _ => None,
    }
}
