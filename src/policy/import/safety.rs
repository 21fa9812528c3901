//! `.safety-policy.yml`: ignored vulnerabilities by Safety's own numbers, with a reason and an end.

use serde_json::Value;

use super::{Format, Reading, Taken, date, is_advisory, text_of, yaml};
use crate::finding::Engine;

pub(super) const FORMAT: Format = Format {
    name: ".safety-policy.yml",
    fits: |name, _| name.contains("safety-policy") || name.starts_with(".safety"),
    read,
};

fn read(text: &str, reading: &mut Reading) -> Result<(), String> {
    let file = yaml::parse(text)?;
    // Where the list stands depends on the version of the file.
    let places = [
        "/security/ignore-vulnerabilities",
        "/report/dependency-vulnerabilities/auto-ignore-in-report/vulnerabilities",
    ];
    for place in places {
        match file.pointer(place) {
            Some(Value::Object(entries)) => {
                for (id, entry) in entries {
                    reading.taken.push(taken(id, entry));
                }
            }
            Some(Value::Array(ids)) => {
                for id in ids.iter().filter_map(Value::as_str) {
                    reading.taken.push(taken(id, &Value::Null));
                }
            }
            _ => {}
        }
    }
    if let Some(floor) = file.pointer("/security/ignore-cvss-severity-below")
        && floor.as_str() != Some("0")
    {
        reading.leave(
            "ignore-cvss-severity-below",
            "thresholds are the policy's: `audit.low`, `audit.medium`",
        );
    }
    Ok(())
}

fn taken(id: &str, entry: &Value) -> Taken {
    Taken {
        foreign: !is_advisory(id),
        says: text_of(entry, "reason"),
        expires: text_of(entry, "expires").as_deref().and_then(date),
        ..Taken::new(Engine::Audit, id)
    }
}
