//! `.talismanrc`: files whose content is accepted as it is, files that are not looked at, patterns that are let go.

use serde_json::Value;

use super::settings::Allowed;
use super::{EVERY_LINE, Format, Reading, Taken, text_of, yaml};
use crate::finding::Engine;

pub(super) const FORMAT: Format = Format {
    name: ".talismanrc",
    fits: |name, _| name == ".talismanrc",
    read,
};

fn read(text: &str, reading: &mut Reading) -> Result<(), String> {
    let file = yaml::parse(text)?;
    let keys = file.as_object().ok_or("it is not a mapping")?;
    for (key, value) in keys {
        match key.as_str() {
            "version" => {}
            "fileignoreconfig" => {
                for entry in value.as_array().into_iter().flatten() {
                    ignore(entry, reading);
                }
            }
            "allowed_patterns" => allow(value, None, reading),
            "custom_patterns" => {
                for pattern in yaml::texts(value) {
                    let why = "a rule needs `keywords`: add it by hand under [[secrets.rules]]";
                    reading.leave(&format!("the pattern `{pattern}`"), why);
                }
            }
            "scopeconfig" => reading.leave(
                key,
                "files of package managers are looked at like any other",
            ),
            key => reading.leave(key, "there is no counterpart"),
        }
    }
    Ok(())
}

fn ignore(entry: &Value, reading: &mut Reading) {
    let Some(path) = text_of(entry, "filename") else {
        reading.leave("an entry of `fileignoreconfig`", "it has no `filename`");
        return;
    };
    let detectors = entry.get("ignore_detectors").map(yaml::texts);
    let about_content = detectors
        .as_ref()
        .is_none_or(|detectors| detectors.iter().any(|detector| detector == "filecontent"));
    if let Some(patterns) = entry.get("allowed_patterns") {
        allow(patterns, Some(&path), reading);
    }
    if text_of(entry, "checksum").is_some() {
        // Accepted was what the file held, not whatever it will hold.
        reading.taken.push(Taken {
            place: Some((path, EVERY_LINE)),
            ..Taken::new(Engine::Secrets, "a secret")
        });
    } else if !about_content {
        reading.leave(&path, "names and sizes of files are not judged here");
    } else if entry.get("allowed_patterns").is_none() {
        reading.settings.allowed.push(Allowed {
            path: Some(path),
            value: None,
            reason: "ignored in .talismanrc".to_owned(),
        });
    }
}

fn allow(patterns: &Value, path: Option<&str>, reading: &mut Reading) {
    for pattern in yaml::texts(patterns) {
        reading.settings.allowed.push(Allowed {
            path: path.map(str::to_owned),
            value: Some(super::within(&pattern)),
            reason: "allowed in .talismanrc".to_owned(),
        });
    }
}
