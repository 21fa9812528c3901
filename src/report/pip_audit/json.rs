//! pip-audit's own JSON, with the spaces and escapes of Python's writer.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use super::{Entry, Outcome, Show};

#[derive(Serialize)]
struct Report<'a> {
    dependencies: Vec<Dependency<'a>>,
    fixes: [(); 0],
}

#[derive(Serialize)]
#[serde(untagged)]
enum Dependency<'a> {
    Audited {
        name: &'a str,
        version: &'a str,
        vulns: Vec<Vulnerability<'a>>,
    },
    Skipped {
        name: &'a str,
        skip_reason: &'a str,
    },
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: &'a str,
    fix_versions: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    aliases: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
}

pub(super) fn render(entries: &[Entry], show: Show) -> String {
    let dependencies = entries.iter().map(|entry| dependency(entry, show));
    written(&Report {
        dependencies: dependencies.collect(),
        fixes: [],
    })
}

fn dependency(entry: &Entry, show: Show) -> Dependency<'_> {
    let name = &entry.name;
    match &entry.outcome {
        Outcome::Skipped { reason } => Dependency::Skipped {
            name,
            skip_reason: reason,
        },
        Outcome::Audited {
            version,
            vulnerabilities,
        } => Dependency::Audited {
            name,
            version,
            vulns: vulnerabilities
                .iter()
                .map(|vulnerability| Vulnerability {
                    id: &vulnerability.id,
                    fix_versions: &vulnerability.fix_versions,
                    aliases: show.aliases.then_some(&vulnerability.aliases),
                    description: show.descriptions.then_some(&vulnerability.description),
                })
                .collect(),
        },
    }
}

/// Writes a value as Python's `json.dumps` does.
pub(super) fn written(value: &impl Serialize) -> String {
    let mut bytes = Vec::with_capacity(1 << 14);
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, Python))
        .expect("texts and lists can be written to memory");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

/// A space behind each comma and colon, and nothing but ASCII.
struct Python;

impl Formatter for Python {
    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        if text.is_ascii() {
            return CompactFormatter.write_string_fragment(out, text);
        }
        for c in text.chars() {
            if c.is_ascii() {
                out.write_all(&[c as u8])?;
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}
