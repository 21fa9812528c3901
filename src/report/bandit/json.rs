//! `-f json`: sorted keys, two blanks, nothing but ASCII.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

use super::{Document, Finding};

pub(super) fn render(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let formatter = Ascii(PrettyFormatter::new());
    // A document consists of very many short pieces.
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    Report::new(document).serialize(&mut serializer)?;
    out.write_all(&bytes)
}

#[derive(Serialize)]
pub(super) struct Report<'d> {
    errors: Vec<Error<'d>>,
    generated_at: String,
    metrics: BTreeMap<&'d str, BTreeMap<String, u64>>,
    pub(super) results: Vec<Entry<'d>>,
}

#[derive(Serialize)]
struct Error<'d> {
    filename: &'d str,
    reason: &'d str,
}

#[derive(Serialize)]
pub(super) struct Entry<'d> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    candidates: Vec<Self>,
    pub(super) code: String,
    col_offset: i64,
    end_col_offset: i64,
    filename: &'d str,
    issue_confidence: &'static str,
    issue_cwe: Cwe,
    issue_severity: &'static str,
    issue_text: &'d str,
    line_number: u32,
    line_range: &'d [u32],
    #[serde(skip_serializing_if = "Option::is_none")]
    more_info: Option<&'d str>,
    test_id: &'d str,
    test_name: &'d str,
}

#[derive(Serialize)]
struct Cwe {
    id: u16,
    link: String,
}

impl<'d> Report<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        let files = document.files.iter();
        let totals = ("_totals", document.totals.named());
        let mut findings: Vec<&Finding> = document.findings.iter().collect();
        // Both sorts keep the order of what they hold to be equal.
        if document.by_test {
            findings.sort_by(|a, b| a.test_name.cmp(&b.test_name));
        } else {
            findings.sort_by(|a, b| a.filename.cmp(&b.filename));
        }
        Self {
            errors: document
                .skipped
                .iter()
                .map(|(filename, reason)| Error { filename, reason })
                .collect(),
            generated_at: document
                .generated_at
                .strftime("%Y-%m-%dT%H:%M:%SZ")
                .to_string(),
            metrics: files
                .map(|(name, counts)| (name.as_str(), counts.named()))
                .chain([totals])
                .map(|(name, counts)| (name, counts.into_iter().collect()))
                .collect(),
            results: findings
                .into_iter()
                .map(|finding| Entry {
                    candidates: finding
                        .candidates
                        .iter()
                        .map(|&index| Entry::new(&document.findings[index]))
                        .collect(),
                    more_info: Some(&finding.more_info),
                    ..Entry::new(finding)
                })
                .collect(),
        }
    }
}

impl<'d> Entry<'d> {
    fn new(finding: &'d Finding) -> Self {
        Self {
            candidates: Vec::new(),
            code: finding.code(' '),
            col_offset: finding.col_offset,
            end_col_offset: finding.end_col_offset,
            filename: &finding.filename,
            issue_confidence: finding.confidence.name(),
            issue_cwe: Cwe {
                id: finding.cwe,
                link: finding.cwe_link(),
            },
            issue_severity: finding.severity.name(),
            issue_text: &finding.text,
            line_number: finding.line_number,
            line_range: &finding.line_range,
            more_info: None,
            test_id: &finding.test_id,
            test_name: &finding.test_name,
        }
    }
}

/// A layout whose texts are escaped down to ASCII.
pub(super) struct Ascii(pub(super) PrettyFormatter<'static>);

/// Hands the methods of a layout on.
macro_rules! hand_on {
    ($($method:ident($($argument:ident: $kind:ty),*);)*) => {$(
        fn $method<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $kind)*) -> io::Result<()> {
            self.0.$method(writer $(, $argument)*)
        }
    )*};
}

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.is_ascii() {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.bytes().position(|byte| !byte.is_ascii()) {
            writer.write_all(&rest.as_bytes()[..at])?;
            rest = &rest[at..];
            let mut chars = rest.chars();
            let mut units = [0; 2];
            for unit in chars.next().unwrap_or_default().encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    hand_on! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
    }
}
