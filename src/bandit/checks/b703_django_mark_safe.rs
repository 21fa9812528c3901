//! B703: text marked as safe in Django
//!
//! Text that is marked as safe is not escaped, so what users put into it becomes part of the page.
//!
//! Build HTML with `format_html`, which escapes its arguments.
//!
//! ```python,finds
//! from django.utils.safestring import mark_safe
//!
//! mark_safe(text)
//! ```
//!
//! ```python,clean
//! from django.utils.safestring import mark_safe
//!
//! mark_safe("<br>")
//! ```
//!
//! <https://docs.djangoproject.com/en/stable/ref/utils/#module-django.utils.safestring>

use super::prelude::*;
use crate::bandit::safety;

pub(super) static TEST: Test = Test {
    meta: page::B703.rule(Severity::Medium, 80),
    name: "django_mark_safe",
    function: "django_mark_safe",
    confidence: Confidence::High,
    on: On::Call(Callee::Named(NAMES), run),
};

const NAMES: &[&str] = &[
    "mark_safe",
    "SafeText",
    "SafeUnicode",
    "SafeString",
    "SafeBytes",
];

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    if !context.imports.like("django.utils.safestring") {
        return None;
    }
    let text = call.args().first()?;
    if text.is_string_literal_expr() || safety::is_safe(context, call.node, text)? {
        return None;
    }
    Some(Found::new(
        "text marked as safe is not escaped: use `format_html`",
    ))
}
