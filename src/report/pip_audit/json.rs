//! pip-audit's own JSON, with the spaces and escapes of Python's writer.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Entry, Outcome, Show, Vulnerability};

pub(super) fn render(entries: &[Entry], show: Show) -> String {
    let mut out = String::with_capacity(entries.iter().map(|entry| size(entry, show)).sum());
    out.push_str("{\"dependencies\": ");
    list(&mut out, entries, |out, entry| dependency(out, entry, show));
    out.push_str(", \"fixes\": []}");
    out
}

/// Returns about how many bytes an entry will take.
fn size(entry: &Entry, show: Show) -> usize {
    let found = match &entry.outcome {
        Outcome::Audited {
            vulnerabilities, ..
        } => vulnerabilities.as_slice(),
        Outcome::Skipped { .. } => &[],
    };
    let described = |found: &Vulnerability| {
        if show.descriptions {
            found.description.len() * 9 / 8
        } else {
            0
        }
    };
    let size = |found: &Vulnerability| 192 + described(found);
    128 + found.iter().map(size).sum::<usize>()
}

fn dependency(out: &mut String, entry: &Entry, show: Show) {
    field(out, "{", "name", &entry.name);
    match &entry.outcome {
        Outcome::Skipped { reason } => field(out, ", ", "skip_reason", reason),
        Outcome::Audited {
            version,
            vulnerabilities,
        } => {
            field(out, ", ", "version", version);
            out.push_str(", \"vulns\": ");
            list(out, vulnerabilities, |out, found| {
                vulnerability(out, found, show)
            });
        }
    }
    out.push('}');
}

fn vulnerability(out: &mut String, found: &Vulnerability, show: Show) {
    field(out, "{", "id", &found.id);
    out.push_str(", \"fix_versions\": ");
    list(out, &found.fix_versions, |out, version| text(out, version));
    if show.aliases {
        out.push_str(", \"aliases\": ");
        list(out, &found.aliases, |out, alias| text(out, alias));
    }
    if show.descriptions {
        field(out, ", ", "description", &found.description);
    }
    out.push('}');
}

/// Writes a value as Python's `json.dumps` does: a space behind each comma and colon, and nothing but ASCII.
pub(super) fn written(value: &Value) -> String {
    let mut out = String::new();
    put(&mut out, value);
    out
}

fn put(out: &mut String, value: &Value) {
    match value {
        Value::String(string) => text(out, string),
        Value::Array(values) => list(out, values, put),
        Value::Object(fields) => {
            out.push('{');
            for (at, (name, value)) in fields.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                text(out, name);
                out.push_str(": ");
                put(out, value);
            }
            out.push('}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
    }
}

fn list<T>(out: &mut String, items: &[T], put: impl Fn(&mut String, &T)) {
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        put(out, item);
    }
    out.push(']');
}

fn field(out: &mut String, before: &str, name: &str, value: &str) {
    out.push_str(before);
    text(out, name);
    out.push_str(": ");
    text(out, value);
}

fn text(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    loop {
        let (plain, odd) = rest.split_at(plain_length(rest.as_bytes()));
        out.push_str(plain);
        let mut characters = odd.chars();
        match characters.next() {
            None => break,
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
        rest = characters.as_str();
    }
    out.push('"');
}

/// Returns how many bytes from the start stand for themselves; sixteen are looked at in one go.
fn plain_length(bytes: &[u8]) -> usize {
    let is_plain = |byte: u8| matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~');
    let whole = bytes
        .chunks_exact(16)
        .take_while(|chunk| {
            chunk
                .iter()
                .fold(true, |plain, &byte| plain & is_plain(byte))
        })
        .count();
    let rest = bytes[whole * 16..].iter();
    whole * 16 + rest.take_while(|&&byte| is_plain(byte)).count()
}
