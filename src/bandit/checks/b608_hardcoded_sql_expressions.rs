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
    let (wrapper, statement, replaces) = statement(context, text)?;
    if !sql::is_statement(&statement) {
        return None;
    }
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

/// Returns what is around the expression that a string is part of, the text of that expression as far as it is
/// known, and whether it is made with `replace`.
fn statement<'a>(
    context: &Context<'_, 'a>,
    text: &Text<'_, 'a>,
) -> Option<(Option<Node<'a>>, String, bool)> {
    match context.parent()? {
        parent @ Node::Expr(Expr::BinOp(_)) => {
            let is_binary = |node: &&Node<'a>| matches!(node, Node::Expr(Expr::BinOp(_)));
            let above = context.parents.iter().rev();
            let height = above.clone().take_while(is_binary).count();
            let top = above.clone().nth(height - 1)?;
            let mut strings = vec![text.value];
            if !top.is(parent) {
                collect(top.expr()?, parent, &mut strings);
            }
            Some((context.ancestor(height), strings.join(" "), false))
        }
        Node::Expr(Expr::Attribute(attribute))
            if matches!(attribute.attr.as_str(), "format" | "replace") =>
        {
            let replaces = attribute.attr.as_str() == "replace";
            Some((context.ancestor(2), text.value.to_owned(), replaces))
        }
        parent @ (Node::Expr(Expr::FString(_)) | Node::Spec(_)) => {
            let Node::Piece(piece) = text.node else {
                return None;
            };
            piece.first.then(|| {
                let literals = fstring::literals(parent);
                let values = literals.iter().map(|literal| literal.value(parent));
                (context.ancestor(1), values.collect(), false)
            })
        }
        _ => None,
    }
}

/// Collects the strings of a chain of operators from left to right, without those of `omitted`.
fn collect<'a>(top: &'a Expr, omitted: Node<'a>, strings: &mut Vec<&'a str>) {
    // Chains lean to the left and may be long, so the left sides are walked without recursion.
    let mut rights = Vec::new();
    let mut expr = top;
    while let Expr::BinOp(operation) = expr {
        if Node::Expr(expr).is(omitted) {
            break;
        }
        rights.push(&*operation.right);
        expr = &operation.left;
    }
    if let Expr::StringLiteral(string) = expr {
        strings.push(string.value.to_str());
    }
    for right in rights.into_iter().rev() {
        collect(right, omitted, strings);
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
