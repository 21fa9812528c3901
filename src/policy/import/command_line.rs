//! Ignores on the command lines of CI files and scripts: `pip-audit --ignore-vuln ID`, `safety check --ignore ID`.
//! They have no end and nobody has approved them.

use std::sync::OnceLock;

use regex::Regex;

use super::{Format, Reading, Taken, is_advisory};
use crate::finding::Engine;

pub(super) const FORMAT: Format = Format {
    name: "command lines",
    fits: |_, text| pattern().is_match(text),
    read,
};

fn pattern() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        Regex::new(r#"--ignore-vuln[= ]["']?([A-Za-z0-9-]+)|safety (?:check|scan)[^\n]*?(?:--ignore|-i)[= ]["']?([0-9][0-9, ]*)"#)
            .expect("the pattern is well formed")
    })
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every format is read by the same kind of function"
)]
fn read(text: &str, reading: &mut Reading) -> Result<(), String> {
    for found in pattern().captures_iter(text) {
        let ids = found.get(1).or(found.get(2)).map_or("", |ids| ids.as_str());
        for id in ids.split([',', ' ']).filter(|id| !id.is_empty()) {
            let taken = Taken {
                foreign: !is_advisory(id),
                ..Taken::new(Engine::Audit, id)
            };
            if !reading.taken.contains(&taken) {
                reading.taken.push(taken);
            }
        }
    }
    Ok(())
}
