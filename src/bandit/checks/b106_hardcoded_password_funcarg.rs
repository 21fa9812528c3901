//! B106: password as an argument
//!
//! A password in the source is known to everybody who can read the repository, for ever.
//!
//! Read it from the environment or from a secret store, and change the one that is here.
//!
//! ```python,finds
//! connect(password="hunter two")
//! ```
//!
//! ```python,clean
//! import os
//!
//! connect(password=os.environ["PASSWORD"])
//! ```
//!
//! <https://cwe.mitre.org/data/definitions/259.html>

use ruff_text_size::Ranged;

use super::prelude::*;
use crate::bandit::passwords;

pub(super) static TEST: Test = Test {
    meta: page::B106.rule(Severity::Low, 259),
    name: "hardcoded_password_funcarg",
    function: "hardcoded_password_funcarg",
    confidence: Confidence::Medium,
    on: On::Call(Callee::AnyWithKeywords, run),
};

fn run(_: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    for keyword in call.keywords() {
        if let Expr::StringLiteral(literal) = &keyword.value {
            // The reference tool fails at `**"text"`, so nothing behind it counts.
            let name = keyword.arg.as_deref()?;
            if passwords::is_name_of_one(name) {
                let text = format!(
                    "argument `{name}` may hold a password: read it from the environment or a secret store"
                );
                let value = keyword.value.range();
                let found = Found::new(text).at(Some(value.start())).hiding(value);
                return Some(found.quoting(passwords::FIXED, [literal.value.to_str()]));
            }
        }
    }
    None
}
