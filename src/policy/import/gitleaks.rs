//! gitleaks: `.gitleaksignore` and the JSON report that serves as its baseline. Both name a place; what is there
//! now is looked up by whoever imports.

use serde_json::Value;

use super::{Format, Reading, Taken, text_of};
use crate::finding::Engine;

pub(super) const IGNORE: Format = Format {
    name: ".gitleaksignore",
    fits: |name, _| name == ".gitleaksignore",
    read: read_ignore,
};

pub(super) const BASELINE: Format = Format {
    name: "gitleaks baseline",
    fits: |_, text| text.trim_start().starts_with('[') && text.contains("\"RuleID\""),
    read: read_baseline,
};

/// A line is `file:rule:line`, or the same behind the id of a commit.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every format is read by the same kind of function"
)]
fn read_ignore(text: &str, reading: &mut Reading) -> Result<(), String> {
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let mut parts = line.rsplitn(3, ':');
        let (number, rule, rest) = (parts.next(), parts.next(), parts.next());
        let number = number.and_then(|number| number.parse().ok());
        let (Some(number), Some(rule), Some(rest)) = (number, rule, rest) else {
            reading.leave(line, "not of the form `file:rule:line`");
            continue;
        };
        let file = match rest.split_once(':') {
            Some((commit, file)) if commit.len() == 40 => file,
            _ => rest,
        };
        reading.taken.push(Taken {
            place: Some((file.to_owned(), number)),
            ..Taken::new(Engine::Secrets, rule)
        });
    }
    Ok(())
}

fn read_baseline(text: &str, reading: &mut Reading) -> Result<(), String> {
    let list: Vec<Value> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    for entry in list {
        let line = entry.get("StartLine").and_then(Value::as_u64);
        let line = line.and_then(|line| u32::try_from(line).ok());
        match (text_of(&entry, "RuleID"), text_of(&entry, "File"), line) {
            (Some(rule), Some(file), Some(line)) => reading.taken.push(Taken {
                place: Some((file, line)),
                ..Taken::new(Engine::Secrets, rule)
            }),
            _ => reading.leave("an entry", "it lacks `RuleID`, `File` or `StartLine`"),
        }
    }
    Ok(())
}
