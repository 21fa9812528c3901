//! B615: model downloaded without a fixed revision
//!
//! What a name stands for on the Hub can change, and models can bring code along.
//!
//! Pin `revision` to a commit.
//!
//! ```python,finds
//! from transformers import AutoModel
//!
//! AutoModel.from_pretrained("name/model")
//! ```
//!
//! ```python,clean
//! from transformers import AutoModel
//!
//! AutoModel.from_pretrained("name/model", revision="5f3b2c1")
//! ```
//!
//! <https://huggingface.co/docs/huggingface_hub/guides/download>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B615.rule(Severity::Medium, 494),
    name: "huggingface_unsafe_download",
    function: "huggingface_unsafe_download",
    confidence: Confidence::High,
    on: On::Call(Callee::Named(NAMES), run),
};

const NAMES: &[&str] = &[
    "from_pretrained",
    "load_dataset",
    "hf_hub_download",
    "snapshot_download",
    "repository_id",
];

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    let modules = ["transformers", "datasets", "huggingface_hub"];
    if !modules.iter().any(|module| context.imports.like(module)) {
        return None;
    }
    let module = match call.name() {
        "from_pretrained" => modules[0],
        "load_dataset" => modules[1],
        _ => modules[2],
    };
    let is_computed = call.keywords().iter().any(|keyword| {
        matches!(keyword.arg.as_deref(), Some("revision" | "commit_id"))
            && !keyword.value.is_literal_expr()
    });
    if !call.has_component(module) || is_computed {
        return None;
    }
    let values = call.values()?;
    let revision = values.get("revision").filter(|value| value.truthy());
    let revision = revision.or_else(|| values.get("commit_id"));
    if revision.and_then(Value::as_str).is_some_and(is_commit) {
        return None;
    }
    let first = call.value_at(0)?;
    let local = |path: &str| {
        ["./", "/", "../"]
            .iter()
            .any(|start| path.starts_with(start))
    };
    if first.as_str().is_some_and(local) {
        return None;
    }
    let text = format!(
        "what `{}` loads can change: pin `revision` to a commit",
        call.name()
    );
    let found = Found::new(text).at(call.start_of(call.name()));
    Some(found.quoting(&[61, 2], [call.name()]))
}

fn is_commit(revision: &str) -> bool {
    let digits = revision.trim_matches(['"', '\'']);
    digits.len() >= 7 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
