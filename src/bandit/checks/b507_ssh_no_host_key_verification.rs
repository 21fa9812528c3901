//! B507: SSH that trusts any host
//!
//! A client that takes any host key talks to whoever answers.
//!
//! Load the known hosts and keep the policy that rejects others.
//!
//! ```python,finds
//! import paramiko
//!
//! client = paramiko.SSHClient()
//! client.set_missing_host_key_policy(paramiko.AutoAddPolicy)
//! ```
//!
//! ```python,clean
//! import paramiko
//!
//! client = paramiko.SSHClient()
//! client.load_system_host_keys()
//! ```
//!
//! <https://docs.paramiko.org/en/stable/api/client.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B507.rule(Severity::High, 295),
    name: "ssh_no_host_key_verification",
    function: "ssh_no_host_key_verification",
    confidence: Confidence::Medium,
    on: On::Call(Callee::Named(&["set_missing_host_key_policy"]), run),
};

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    if !context.imports.like("paramiko") {
        return None;
    }
    let policy = match call.args().first()? {
        Expr::Call(call) => &call.func,
        other => other,
    };
    let name = match policy {
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Name(name) => name.id.as_str(),
        _ => return None,
    };
    matches!(name, "AutoAddPolicy" | "WarningPolicy").then(|| {
        Found::new("any host is trusted: load the known hosts and use `RejectPolicy`")
            .at(call.start_of("set_missing_host_key_policy"))
    })
}
