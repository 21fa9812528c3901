//! `.trivyignore`, a list with ends behind `exp:`, and `.trivyignore.yaml`.

use serde_json::Value;

use super::{Format, Reading, Taken, date, is_advisory, text_of, yaml};
use crate::finding::Engine;

pub(super) const LIST: Format = Format {
    name: ".trivyignore",
    fits: |name, _| name == ".trivyignore",
    read: read_list,
};

pub(super) const YAML: Format = Format {
    name: ".trivyignore.yaml",
    fits: |name, _| name == ".trivyignore.yaml" || name == ".trivyignore.yml",
    read: read_yaml,
};

const NO_ADVISORY: &str = "no advisory of a Python package";

#[expect(
    clippy::unnecessary_wraps,
    reason = "every format is read by the same kind of function"
)]
fn read_list(text: &str, reading: &mut Reading) -> Result<(), String> {
    let mut said: Option<String> = None;
    for line in text.lines() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            said = Some(comment.trim().to_owned());
            continue;
        }
        let mut words = line.split_whitespace();
        let Some(id) = words.next() else {
            said = None;
            continue;
        };
        if is_advisory(id) {
            reading.taken.push(Taken {
                says: said.take().filter(|said| !said.is_empty()),
                expires: words.find_map(|word| date(word.strip_prefix("exp:")?)),
                ..Taken::new(Engine::Audit, id)
            });
        } else {
            reading.leave(id, NO_ADVISORY);
        }
    }
    Ok(())
}

fn read_yaml(text: &str, reading: &mut Reading) -> Result<(), String> {
    let file = yaml::parse(text)?;
    let Value::Object(kinds) = &file else {
        return Ok(());
    };
    for (kind, entries) in kinds {
        for entry in entries.as_array().into_iter().flatten() {
            let id = text_of(entry, "id").unwrap_or_else(|| "an entry".to_owned());
            if kind != "vulnerabilities" {
                reading.leave(&id, &format!("`{kind}` have no counterpart here"));
            } else if is_advisory(&id) {
                if entry.get("paths").is_some() {
                    reading.leave(&format!("`paths` of {id}"), "they name files inside images");
                }
                reading.taken.push(Taken {
                    says: text_of(entry, "statement"),
                    expires: text_of(entry, "expired_at").as_deref().and_then(date),
                    package: package(entry),
                    ..Taken::new(Engine::Audit, id)
                });
            } else {
                reading.leave(&id, NO_ADVISORY);
            }
        }
    }
    Ok(())
}

/// Returns the Python package that a package URL names.
fn package(entry: &Value) -> Option<String> {
    let urls = entry.get("purls")?.as_array()?;
    urls.iter().find_map(|url| {
        let name = url.as_str()?.strip_prefix("pkg:pypi/")?;
        Some(name.split(['@', '?', '#']).next()?.to_owned())
    })
}
