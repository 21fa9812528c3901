//! `.secrets.baseline` of detect-secrets: places, with what an audit said of each.

use serde_json::Value;

use super::{Format, Reading, Taken, text_of};
use crate::finding::Engine;

pub(super) const FORMAT: Format = Format {
    name: ".secrets.baseline",
    fits: |name, text| name == ".secrets.baseline" || text.contains("\"plugins_used\""),
    read,
};

fn read(text: &str, reading: &mut Reading) -> Result<(), String> {
    let file: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    for (path, entries) in file
        .get("results")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        for entry in entries.as_array().into_iter().flatten() {
            let line = entry.get("line_number").and_then(Value::as_u64);
            let Some(line) = line.and_then(|line| u32::try_from(line).ok()) else {
                reading.leave(path, "an entry has no line");
                continue;
            };
            if entry.get("is_secret") == Some(&Value::Bool(true)) {
                reading.leave(
                    &format!("{path}:{line}"),
                    "audited as a real secret: revoke it",
                );
                continue;
            }
            let audited = entry.get("is_secret") == Some(&Value::Bool(false));
            reading.taken.push(Taken {
                place: Some((path.clone(), line)),
                says: audited.then(|| "audited with detect-secrets as no secret".to_owned()),
                ..Taken::new(Engine::Secrets, text_of(entry, "type").unwrap_or_default())
            });
        }
    }
    Ok(())
}
