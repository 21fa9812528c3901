//! `.secretsignore` of ripsecrets: paths as in `.gitignore`, and values behind a `[secrets]` line.

use super::settings::Allowed;
use super::{Format, Reading};

pub(super) const FORMAT: Format = Format {
    name: ".secretsignore",
    fits: |name, _| name == ".secretsignore",
    read,
};

#[expect(
    clippy::unnecessary_wraps,
    reason = "every format is read by the same kind of function"
)]
fn read(text: &str, reading: &mut Reading) -> Result<(), String> {
    let (mut in_secrets, mut is_known) = (false, true);
    for line in text.lines().map(str::trim) {
        let entry = |path: Option<&str>, value: Option<&str>| Allowed {
            path: path.map(str::to_owned),
            value: value.map(str::to_owned),
            reason: "ignored in .secretsignore".to_owned(),
        };
        match line {
            "" => {}
            line if line.starts_with('#') => {}
            "[secrets]" => (in_secrets, is_known) = (true, true),
            line if line.starts_with('[') && line.ends_with(']') => {
                is_known = false;
                reading.leave(line, "no such section is known");
            }
            _ if !is_known => {}
            line if in_secrets => reading.settings.allowed.push(entry(None, Some(line))),
            line if line.starts_with('!') => {
                reading.leave(line, "what is allowed at a path has no exceptions");
            }
            line => reading.settings.allowed.push(entry(Some(line), None)),
        }
    }
    Ok(())
}
