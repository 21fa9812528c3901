//! `-f yaml`: what `-f json` holds, as YAML; line ends in code are written as `\n`.

use std::io::{self, Write};

use serde_json::Value;

use super::Document;
use super::json::Report;

pub(super) fn render(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let mut report = Report::new(document);
    for entry in &mut report.results {
        entry.code = entry.code.replace('\n', "\\n");
    }
    block(&serde_json::to_value(&report)?, 0, out)
}

/// Writes a mapping or a list, each line indented.
fn block(value: &Value, indent: usize, out: &mut dyn Write) -> io::Result<()> {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                write!(out, "{:indent$}{}:", "", scalar(key))?;
                inner(value, indent + 2, out)?;
            }
        }
        Value::Array(items) => {
            for item in items {
                write!(out, "{:indent$}-", "")?;
                inner(item, indent + 2, out)?;
            }
        }
        _ => inner(value, indent, out)?,
    }
    Ok(())
}

/// Writes a value behind its key or its dash.
fn inner(value: &Value, indent: usize, out: &mut dyn Write) -> io::Result<()> {
    match value {
        Value::Object(entries) if entries.is_empty() => writeln!(out, " {{}}"),
        Value::Array(items) if items.is_empty() => writeln!(out, " []"),
        Value::Object(_) | Value::Array(_) => {
            writeln!(out)?;
            block(value, indent, out)
        }
        Value::String(text) => writeln!(out, " {}", scalar(text)),
        value => writeln!(out, " {value}"),
    }
}

/// Returns a text as a plain scalar where nothing else can be read into it, else in double quotes.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || "_/".contains(c))
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_./-".contains(c))
        && !is_word_of_yaml(text);
    if plain {
        return text.to_owned();
    }
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' => out.push(c),
            c => out.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

/// Returns whether a plain word stands for something other than itself.
fn is_word_of_yaml(text: &str) -> bool {
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    words.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::scalar;

    #[test]
    fn a_text_stays_a_text() {
        assert_eq!(scalar("src/a_b.py"), "src/a_b.py");
        assert_eq!(scalar("No"), "\"No\"");
        assert_eq!(scalar("1.5"), "\"1.5\"");
        assert_eq!(scalar("a: b"), "\"a: b\"");
        assert_eq!(
            scalar("\"\\\u{1b}é\u{2028}"),
            "\"\\\"\\\\\\U0000001bé\\U00002028\""
        );
    }
}
