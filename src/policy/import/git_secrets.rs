//! `.gitallowed` of git-secrets: expressions, one a line, for a line of its output (`path:number:content`).

use super::settings::Allowed;
use super::{Format, Reading};

pub(super) const FORMAT: Format = Format {
    name: ".gitallowed",
    fits: |name, _| name == ".gitallowed",
    read,
};

#[expect(
    clippy::unnecessary_wraps,
    reason = "every format is read by the same kind of function"
)]
fn read(text: &str, reading: &mut Reading) -> Result<(), String> {
    let mut any = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with('^') || line.contains(":[0-9]") || line.contains(r":\d") {
            reading.leave(line, "it speaks of paths and line numbers");
            continue;
        }
        any = true;
        reading.settings.allowed.push(Allowed {
            path: None,
            value: Some(super::within(line.trim_end_matches('$'))),
            reason: "allowed in .gitallowed".to_owned(),
        });
    }
    if any {
        let why = "here each has to match within the value";
        reading.leave("that an expression may match anywhere in a line", why);
    }
    Ok(())
}
