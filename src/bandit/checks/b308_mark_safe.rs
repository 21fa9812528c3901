//! B308: Django's `mark_safe`
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
//! from django.utils.html import format_html
//!
//! format_html("<b>{}</b>", text)
//! ```
//!
//! <https://docs.djangoproject.com/en/stable/ref/utils/#module-django.utils.safestring>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B308.rule(Severity::Medium, 79),
    name: "mark_safe",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &["django.utils.safestring.mark_safe"],
        message: "text marked as safe is not escaped: use `format_html`",
        fixed: &[],
    }),
};
