//! B614: PyTorch file that can run code
//!
//! `torch.load` unpickles, so a file made by somebody else can run code.
//!
//! Give `weights_only=True`.
//!
//! ```python,finds
//! import torch
//!
//! torch.load(path)
//! ```
//!
//! ```python,clean
//! import torch
//!
//! torch.load(path, weights_only=True)
//! ```
//!
//! <https://docs.pytorch.org/docs/stable/generated/torch.load.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B614.rule(Severity::Medium, 502),
    name: "pytorch_load",
    function: "pytorch_load",
    confidence: Confidence::High,
    on: On::Call(Callee::Named(&["load"]), run),
};

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    let is_load = matches!(call.qualname(), "torch.load" | "torch.serialization.load");
    if !is_load || !context.imports.exactly("torch") {
        return None;
    }
    (call.values()?.is("weights_only", "True") != Some(true)).then(|| {
        Found::new("the file can run code when it is loaded: give `weights_only=True`")
            .at(call.start_of("load"))
    })
}
