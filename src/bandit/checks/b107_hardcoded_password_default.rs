//! B107: password as a default
//!
//! A password in the source is known to everybody who can read the repository, for ever.
//!
//! Let the caller give it, and change the one that is here.
//!
//! ```python,finds
//! def connect(password="hunter two"):
//!     ...
//! ```
//!
//! ```python,clean
//! def connect(password=None):
//!     ...
//! ```
//!
//! <https://cwe.mitre.org/data/definitions/259.html>

use ruff_python_ast::StmtFunctionDef;
use ruff_text_size::Ranged;

use super::prelude::*;
use crate::bandit::passwords;

pub(super) static TEST: Test = Test {
    meta: page::B107.rule(Severity::Low, 259),
    name: "hardcoded_password_default",
    function: "hardcoded_password_default",
    confidence: Confidence::Medium,
    on: On::Function(run),
};

fn run(_: &Context<'_, '_>, def: &StmtFunctionDef) -> Option<Found> {
    let parameters = &def.parameters;
    let positional = parameters.posonlyargs.iter().chain(&parameters.args);
    let defaults: Vec<&Expr> = positional
        .filter_map(|parameter| parameter.default.as_deref())
        .collect();
    // The reference tool pairs the defaults of all positional parameters with those that are not
    // positional only, from the right, so the former shift the latter.
    let without = parameters.args.len().saturating_sub(defaults.len());
    let pairs = parameters.args.iter().skip(without).zip(defaults);
    for (parameter, default) in pairs {
        let name = parameter.name().as_str();
        if let Expr::StringLiteral(literal) = default
            && passwords::is_name_of_one(name)
        {
            let text = format!("the default of `{name}` may be a password: let the caller give it");
            let found = Found::new(text).hiding(default.range());
            return Some(found.quoting(passwords::FIXED, [literal.value.to_str()]));
        }
    }
    None
}
