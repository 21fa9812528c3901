//! `.gitguardian.yaml` of ggshield, in both of its versions.

use serde_json::Value;

use super::settings::Allowed;
use super::{Format, Reading, yaml};

pub(super) const FORMAT: Format = Format {
    name: ".gitguardian.yaml",
    fits: |name, _| {
        matches!(
            name,
            ".gitguardian.yaml" | ".gitguardian.yml" | "gitguardian.yaml" | "gitguardian.yml"
        )
    },
    read,
};

fn read(text: &str, reading: &mut Reading) -> Result<(), String> {
    let file = yaml::parse(text)?;
    let keys = file.as_object().ok_or("it is not a mapping")?;
    for (key, value) in keys {
        match (key.as_str(), value) {
            ("secret", Value::Object(keys)) => {
                for (key, value) in keys {
                    setting("secret.", key, value, reading);
                }
            }
            _ => setting("", key, value, reading),
        }
    }
    Ok(())
}

fn setting(section: &str, key: &str, value: &Value, reading: &mut Reading) {
    match key.replace('_', "-").as_str() {
        "version" | "verbose" | "show-secrets" | "instance" | "api-url" | "gitguardian-url" => {}
        "ignored-paths" | "paths-ignore" => {
            for path in yaml::texts(value) {
                reading.settings.allowed.push(Allowed {
                    path: Some(path),
                    value: None,
                    reason: "ignored in .gitguardian.yaml".to_owned(),
                });
            }
        }
        "ignored-matches" | "matches-ignore" => {
            for entry in value.as_array().into_iter().flatten() {
                // The entry may be the secret itself, so it is not shown.
                let name = entry.get("name").and_then(Value::as_str);
                let what = format!(
                    "{section}{key}, {}",
                    name.unwrap_or("an entry without a name")
                );
                let why = "a value is known by its own fingerprint here: `gate-hook review` waives it where it is found";
                reading.leave(&what, why);
            }
        }
        "ignored-detectors" | "banlisted-detectors" => {
            for detector in yaml::texts(value) {
                let what = format!("{section}{key}, {detector}");
                reading.leave(&what, "the built-in rules always hold");
            }
        }
        _ => reading.leave(&format!("{section}{key}"), "there is no counterpart"),
    }
}
