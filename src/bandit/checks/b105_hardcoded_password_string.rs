//! B105: password in a string
//!
//! A password in the source is known to everybody who can read the repository, for ever.
//!
//! Read it from the environment or from a secret store, and change the one that is here.
//!
//! ```python,finds
//! password = "hunter two"
//! ```
//!
//! ```python,clean
//! import os
//!
//! password = os.environ["PASSWORD"]
//! ```
//!
//! <https://cwe.mitre.org/data/definitions/259.html>

use ruff_python_ast::{DictItem, Number};
use ruff_text_size::{Ranged, TextRange};

use super::prelude::*;
use crate::bandit::passwords;
use crate::bandit::printed::printed;

pub(super) static TEST: Test = Test {
    meta: page::B105.rule(Severity::Low, 259),
    name: "hardcoded_password_string",
    function: "hardcoded_password_string",
    confidence: Confidence::Medium,
    on: On::Str(run),
};

fn run(context: &Context<'_, '_>, text: &Text<'_, '_>) -> Option<Found> {
    match context.parent()? {
        Node::Stmt(Stmt::Assign(assign)) => {
            let name = assign.targets.iter().find_map(password_name)?;
            let range = context.source.range(text.node, context.parents)?;
            Some(report(name, text.value, range))
        }
        Node::Expr(Expr::Dict(dict)) => {
            if !passwords::is_name_of_one(text.value) {
                return None;
            }
            let key = text.node.expr()?;
            let before = |item: &DictItem| item.value.start() <= key.start();
            let item = &dict.items[dict.items.partition_point(before)..].first()?;
            let is_key = item
                .key
                .as_ref()
                .is_some_and(|of| Node::Expr(of).is(text.node));
            (is_key && is_shown(&item.value)).then(|| report_of("", &item.value))
        }
        Node::Expr(Expr::Subscript(_)) => {
            let Node::Stmt(Stmt::Assign(assign)) = context.ancestor(1)? else {
                return None;
            };
            (passwords::is_name_of_one(text.value) && assign.value.is_string_literal_expr())
                .then(|| report_of("", &assign.value))
        }
        Node::Expr(Expr::Compare(compare)) => {
            let name = password_name(&compare.left)?;
            let value = compare.comparators.first()?;
            value
                .is_string_literal_expr()
                .then(|| report_of(name, value))
        }
        _ => None,
    }
}

/// Returns the name, or the last name of an attribute, if it reads like that of a password.
fn password_name(expr: &Expr) -> Option<&str> {
    let name = match expr {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return None,
    };
    Some(name).filter(|name| passwords::is_name_of_one(name))
}

/// Returns whether the value is a constant; the reference tool fails to show an integer of thousands of digits.
fn is_shown(value: &Expr) -> bool {
    const DIGITS: usize = 4300;
    match value {
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(int) => passwords::decimal_digits(&int.to_string()) <= DIGITS,
            _ => true,
        },
        _ => value.is_literal_expr(),
    }
}

fn report_of(name: &str, value: &Expr) -> Found {
    report(name, &printed(value).unwrap_or_default(), value.range())
}

fn report(name: &str, value: &str, secret: TextRange) -> Found {
    let what = if name.is_empty() {
        "a string".to_owned()
    } else {
        format!("`{name}`")
    };
    let text =
        format!("{what} may hold a password: read it from the environment or a secret store");
    Found::new(text)
        .hiding(secret)
        .quoting(passwords::FIXED, [value])
}
