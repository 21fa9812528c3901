//! Bandit's baseline: a JSON report of what was there.

use serde_json::Value;

use super::{Format, Reading, Taken, text_of};
use crate::finding::{Engine, Severity};

pub(super) const FORMAT: Format = Format {
    name: "Bandit baseline",
    fits: |_, text| text.contains("\"test_id\"") && text.contains("\"issue_severity\""),
    read,
};

fn read(text: &str, reading: &mut Reading) -> Result<(), String> {
    let file: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    for entry in file
        .get("results")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let line = entry.get("line_number").and_then(Value::as_u64);
        let line = line.and_then(|line| u32::try_from(line).ok());
        let (Some(id), Some(path), Some(line)) =
            (text_of(entry, "test_id"), text_of(entry, "filename"), line)
        else {
            reading.leave(
                "a result",
                "it lacks `test_id`, `filename` or `line_number`",
            );
            continue;
        };
        let severity = match text_of(entry, "issue_severity").as_deref() {
            Some("HIGH") => Severity::High,
            Some("MEDIUM") => Severity::Medium,
            _ => Severity::Low,
        };
        reading.taken.push(Taken {
            place: Some((path.trim_start_matches("./").to_owned(), line)),
            severity: Some(severity),
            says: text_of(entry, "issue_text"),
            ..Taken::new(Engine::Bandit, id)
        });
    }
    Ok(())
}
