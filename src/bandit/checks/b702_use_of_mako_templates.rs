//! B702: Mako template
//!
//! Mako escapes nothing by default, so what users put into a template becomes part of the page.
//!
//! Use the filter `h` for every value, or `default_filters=["h"]`.
//!
//! ```python,finds
//! from mako.template import Template
//!
//! Template(text)
//! ```
//!
//! ```python,clean
//! from string import Template
//!
//! Template(text)
//! ```
//!
//! <https://docs.makotemplates.org/en/latest/filtering.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B702.rule(Severity::Medium, 80),
    name: "use_of_mako_templates",
    function: "use_of_mako_templates",
    confidence: Confidence::High,
    on: On::Call(Callee::Named(&["Template"]), run),
};

fn run(_: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    call.has_component("mako")
        .then(|| Found::new("Mako escapes nothing by default: use the filter `h` for every value"))
}
