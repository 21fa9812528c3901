//! The team's own secret rules: cut out of the policy, each as a text with positions that still hold.
//!
//! What is in a rule is the business of the engine that applies it.

use toml::de::DeValue;

use super::value::{Item, write_key, write_list, write_table, write_text};
use super::{CustomRule, PolicyError};

/// Returns the rules and the list of them as TOML on one line.
pub(super) fn read(item: &Item<'_>) -> Result<(Vec<CustomRule>, String), PolicyError> {
    let hint = || Some("a rule is headed `[[secrets.rules]]`".to_owned());
    let with_hint = |error| PolicyError {
        hint: hint(),
        ..error
    };
    let list = item.list().map_err(with_hint)?;
    let mut rules = Vec::new();
    for rule in &list {
        rule.table().map_err(with_hint)?;
        rules.push(cut_out(rule)?);
    }
    Ok((rules, write_value(item.value.get_ref())))
}

fn cut_out(rule: &Item<'_>) -> Result<CustomRule, PolicyError> {
    let span = rule.value.span();
    let entries = rule.entries()?;
    let headed = rule.source.slice(span.clone()).starts_with("[[");
    let flat = entries.iter().all(|(_, entry)| !spread_over_headers(entry));
    let body = if headed && flat {
        let end = entries
            .iter()
            .map(|(_, entry)| entry.value.span().end)
            .max()
            .unwrap_or(span.end);
        rule.source.slice(span.end..end).to_owned()
    } else {
        let lines = entries.iter().map(|(name, entry)| {
            format!(
                "\n{} = {}",
                write_key(name),
                write_value(entry.value.get_ref())
            )
        });
        lines.collect()
    };
    Ok(CustomRule {
        toml: format!("[[rule]]{body}\n"),
        file: rule.source.file.to_owned(),
        line: rule.source.position(span.start).line,
    })
}

/// Returns whether a value's text is not where the value's span is, but under a header or dotted keys.
fn spread_over_headers(entry: &Item<'_>) -> bool {
    let text = entry.source.slice(entry.value.span());
    match entry.value.get_ref() {
        DeValue::Table(_) => !text.starts_with('{'),
        DeValue::Array(_) => text.starts_with("[["),
        _ => false,
    }
}

/// Returns a value as TOML on one line. The parser bounds how deep a value may be.
fn write_value(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => write_text(text),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(list) => write_list(list.iter().map(|value| write_value(value.get_ref()))),
        DeValue::Table(table) => write_table(
            table
                .iter()
                .map(|(key, value)| (key.get_ref().as_ref(), write_value(value.get_ref()))),
        ),
    }
}
