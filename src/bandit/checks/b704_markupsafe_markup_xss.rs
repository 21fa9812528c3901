//! B704: text marked as safe with MarkupSafe
//!
//! Text that is wrapped in `Markup` is not escaped, so what users put into it becomes part of the page.
//!
//! Keep the text fixed and put values in with `Markup.format`, or use `escape`.
//!
//! ```python,finds
//! from markupsafe import Markup
//!
//! Markup(text)
//! ```
//!
//! ```python,clean
//! from markupsafe import escape
//!
//! escape(text)
//! ```
//!
//! <https://markupsafe.palletsprojects.com/en/stable/escaping/>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B704.rule(Severity::Medium, 79),
    name: "markupsafe_markup_xss",
    function: "markupsafe_markup_xss",
    confidence: Confidence::High,
    on: On::Call(Callee::Markup(NAMES), run),
};

const NAMES: &[&str] = &["markupsafe.Markup", "flask.Markup"];

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    let options = &context.options.markupsafe_xss;
    let name = call.qualname();
    let marks =
        NAMES.contains(&name) || options.extend_markup_names.iter().any(|more| more == name);
    let text = call.args().first()?;
    if !marks || text.is_literal_expr() {
        return None;
    }
    if let Expr::Call(inner) = text
        && !options.allowed_calls.is_empty()
    {
        let inner = context.imports.qualified(&inner.func);
        if options.allowed_calls.contains(&inner) {
            return None;
        }
    }
    let text = format!(
        "`{}` does not escape: keep its text fixed and use `format`, or `escape`",
        call.name()
    );
    Some(Found::new(text).quoting(&[21, 26, 21], [name, call.name()]))
}
