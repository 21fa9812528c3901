//! B701: Jinja2 without escaping
//!
//! Without `autoescape` what users put into a template becomes part of the page.
//!
//! Give `autoescape=True` or `select_autoescape()`.
//!
//! ```python,finds
//! import jinja2
//!
//! jinja2.Environment(loader=loader)
//! ```
//!
//! ```python,clean
//! import jinja2
//!
//! jinja2.Environment(autoescape=True)
//! ```
//!
//! <https://jinja.palletsprojects.com/en/stable/api/#autoescaping>

use super::prelude::*;
use crate::bandit::tree;

pub(super) static TEST: Test = Test {
    meta: page::B701.rule(Severity::High, 94),
    name: "jinja2_autoescape_false",
    function: "jinja2_autoescape_false",
    confidence: Confidence::High,
    on: On::Call(Callee::Named(&["Environment"]), run),
};

fn run(_: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    if !call.has_component("jinja2") {
        return None;
    }
    let Some(value) = autoescape(call) else {
        let text = "nothing is escaped by default: give `autoescape=True` or `select_autoescape()`";
        return Some(Found::new(text).quoting(&[146], []));
    };
    match value {
        Expr::BooleanLiteral(value) if value.value => None,
        Expr::BooleanLiteral(_) => {
            let text = "`autoescape=False` escapes nothing: give `True` or `select_autoescape()`";
            Some(Found::new(text).quoting(&[169], []))
        }
        Expr::Call(call) if is_select(&call.func) => None,
        _ => {
            let text = "make sure that `autoescape` is on, or use `select_autoescape()`";
            Some(Found::new(text).rated(Severity::High, Confidence::Medium))
        }
    }
}

/// Returns the first `autoescape` anywhere in the call, level by level.
fn autoescape<'a>(call: &Call<'_, 'a>) -> Option<&'a Expr> {
    let mut level: Vec<Node<'a>> = Vec::new();
    level.push(Node::Expr(&call.node.func));
    level.extend(call.args().iter().map(Node::Expr));
    level.extend(call.keywords().iter().map(Node::Keyword));
    while !level.is_empty() {
        let mut below = Vec::new();
        for node in level {
            if let Node::Keyword(keyword) = node
                && keyword.arg.as_deref() == Some("autoescape")
            {
                return Some(&keyword.value);
            }
            tree::children(node, &mut |child| below.push(child));
        }
        level = below;
    }
    None
}

fn is_select(callee: &Expr) -> bool {
    match callee {
        Expr::Attribute(attribute) => attribute.attr.as_str() == "select_autoescape",
        Expr::Name(name) => name.id.as_str() == "select_autoescape",
        _ => false,
    }
}
