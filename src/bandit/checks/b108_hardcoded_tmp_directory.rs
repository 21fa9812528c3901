//! B108: path in a directory that everybody can write
//!
//! Everybody can create a file of a known name below `/tmp` first and wait for somebody to trust it.
//!
//! Use `tempfile`, which invents names and creates the file at once.
//!
//! ```python,finds
//! path = "/tmp/report"
//! ```
//!
//! ```python,clean
//! import tempfile
//!
//! path = tempfile.mkdtemp()
//! ```
//!
//! <https://docs.python.org/3/library/tempfile.html>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B108.rule(Severity::Medium, 377),
    name: "hardcoded_tmp_directory",
    function: "hardcoded_tmp_directory",
    confidence: Confidence::Medium,
    on: On::Str(run),
};

fn run(context: &Context<'_, '_>, text: &Text<'_, '_>) -> Option<Found> {
    let directories = &context.options.hardcoded_tmp_directory.tmp_dirs;
    directories
        .iter()
        .any(|directory| text.value.starts_with(directory.as_str()))
        .then(|| Found::new("everybody can create this file first: use `tempfile`"))
}
