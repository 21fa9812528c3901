//! B506: YAML that can make any object
//!
//! The full loader of PyYAML makes any object that a document asks for, and runs code on the way.
//!
//! Use `yaml.safe_load`.
//!
//! ```python,finds
//! import yaml
//!
//! yaml.load(text)
//! ```
//!
//! ```python,clean
//! import yaml
//!
//! yaml.safe_load(text)
//! ```
//!
//! <https://pyyaml.org/wiki/PyYAMLDocumentation>

use ruff_text_size::Ranged;

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B506.rule(Severity::Medium, 20),
    name: "yaml_load",
    function: "yaml_load",
    confidence: Confidence::High,
    on: On::Call(Callee::Named(&["load"]), run),
};

const SAFE: [&str; 2] = ["SafeLoader", "CSafeLoader"];

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    if !context.imports.exactly("yaml") || !call.has_component("yaml") {
        return None;
    }
    let keywords = call.values()?;
    let by_name = keywords.get("Loader").and_then(Value::as_str);
    let second = call.value_at(1)?;
    let is_safe = |loader: Option<&str>| loader.is_some_and(|loader| SAFE.contains(&loader));
    if is_safe(by_name) || is_safe(second.as_str()) {
        return None;
    }
    let text = "the document can make any object: use `yaml.safe_load`";
    Some(Found::new(text).at(Some(call.node.range().start())))
}
