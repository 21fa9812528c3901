//! `.snyk`: ignored issues by Snyk's own ids, which no advisory carries.

use serde_json::Value;

use super::{Format, Reading, Taken, date, is_advisory, text_of, yaml};
use crate::finding::Engine;

pub(super) const FORMAT: Format = Format {
    name: ".snyk",
    fits: |name, _| name == ".snyk",
    read,
};

fn read(text: &str, reading: &mut Reading) -> Result<(), String> {
    let file = yaml::parse(text)?;
    for (id, entries) in file
        .get("ignore")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        // Each entry is a map of one dependency path to what is said of it.
        let said = entries
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_object);
        let first = said.flat_map(|paths| paths.values()).next();
        let said = first.unwrap_or(&Value::Null);
        let package = id
            .strip_prefix("SNYK-PYTHON-")
            .and_then(|rest| rest.rsplit_once('-'));
        reading.taken.push(Taken {
            foreign: !is_advisory(id),
            package: package.map(|(package, _)| package.to_lowercase()),
            says: text_of(said, "reason"),
            expires: text_of(said, "expires").as_deref().and_then(date),
            ..Taken::new(Engine::Audit, id)
        });
    }
    for (id, _) in file
        .get("patch")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        reading.leave(id, "patches of Snyk's have no counterpart here");
    }
    Ok(())
}
