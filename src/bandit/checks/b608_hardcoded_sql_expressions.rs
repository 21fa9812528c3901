//! B608: SQL put together from strings
//!
//! A statement that is put together from strings is one step from containing what a user typed.
//!
//! Let the driver put values in: write placeholders and pass the values beside the statement.
//!
//! ```python,finds
//! cursor.execute("SELECT * FROM users WHERE name = '%s'" % name)
//! ```
//!
//! ```python,clean
//! cursor.execute("SELECT * FROM users WHERE name = ?", (name,))
//! ```
//!
//! <https://docs.python.org/3/library/sqlite3.html#how-to-use-placeholders-to-bind-values-in-sql-queries>

use super::prelude::*;
use crate::bandit::{fstring, sql};

pub(super) static TEST: Test = Test {
    meta: page::B608.rule(Severity::Medium, 89),
    name: "hardcoded_sql_expressions",
    function: "hardcoded_sql_expressions",
    confidence: Confidence::Medium,
    on: On::Str(run),
};

fn run(context: &Context<'_, '_>, text: &Text<'_, '_>) -> Option<Found> {
    let (wrapper, replaces) = statement(context, text)?;
    let executed = !replaces
        && match wrapper.and_then(Node::expr) {
            Some(Expr::Call(call)) => is_execute(&call.func),
            _ => false,
        };
    let confidence = if executed {
        Confidence::Medium
    } else {
        Confidence::Low
    };
    let text = "SQL put together from strings: use placeholders and pass the values beside it";
    Some(Found::new(text).rated(Severity::Medium, confidence))
}

/// Returns what is around the expression that a string is part of, and whether that is made with `replace`, if its
/// text as far as it is known is a statement.
fn statement<'a>(
    context: &Context<'_, 'a>,
    text: &Text<'_, '_>,
) -> Option<(Option<Node<'a>>, bool)> {
    match context.parent()? {
        Node::Expr(Expr::BinOp(_)) => {
            let mut chains = context.chains.borrow_mut();
            let depth = chains.statement(text.value, context.parents)?;
            Some((context.parents[..depth].last().copied(), false))
        }
        Node::Expr(Expr::Attribute(attribute))
            if matches!(attribute.attr.as_str(), "format" | "replace") =>
        {
            let replaces = attribute.attr.as_str() == "replace";
            sql::is_statement(text.value).then(|| (context.ancestor(2), replaces))
        }
        parent @ (Node::Expr(Expr::FString(_)) | Node::Spec(_)) => {
            let Node::Piece(piece) = text.node else {
                return None;
            };
            if !piece.first {
                return None;
            }
            let literals = fstring::literals(parent);
            let values = literals.iter().map(|literal| literal.value(parent));
            let whole: String = values.collect();
            sql::is_statement(&whole).then(|| (context.ancestor(1), false))
        }
        _ => None,
    }
}

fn is_execute(callee: &Expr) -> bool {
    let name = match callee {
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Name(name) => name.id.as_str(),
        _ => return false,
    };
    matches!(name, "execute" | "executemany")
}
