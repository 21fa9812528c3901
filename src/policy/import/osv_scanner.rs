//! `osv-scanner.toml`: `[[IgnoredVulns]]` with an id, an end and a reason.

use toml::Table;

use super::{Format, Reading, Taken, date, is_advisory};
use crate::finding::Engine;

pub(super) const FORMAT: Format = Format {
    name: "osv-scanner.toml",
    fits: |name, _| name == "osv-scanner.toml",
    read,
};

fn read(text: &str, reading: &mut Reading) -> Result<(), String> {
    let file: Table = text
        .parse()
        .map_err(|error: toml::de::Error| error.message().to_owned())?;
    for (key, value) in &file {
        let Some(list) = value.as_array().filter(|_| key == "IgnoredVulns") else {
            reading.leave(key, "only `IgnoredVulns` can be carried over");
            continue;
        };
        for entry in list {
            let text = |key: &str| entry.get(key)?.as_str().map(str::to_owned);
            let Some(id) = text("id") else {
                reading.leave("an entry of `IgnoredVulns`", "it has no `id`");
                continue;
            };
            if !is_advisory(&id) {
                reading.leave(&id, "no advisory of a Python package");
                continue;
            }
            let until = entry.get("ignoreUntil").map(|until| match until.as_str() {
                Some(text) => text.to_owned(),
                None => until.to_string(),
            });
            reading.taken.push(Taken {
                says: text("reason"),
                expires: until
                    .as_deref()
                    .and_then(|text| date(text.split('T').next()?)),
                ..Taken::new(Engine::Audit, id)
            });
        }
    }
    Ok(())
}
