//! What the formats written in TOML share: parsing that goes on behind errors, and where texts stand.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::audit::dependency::Manifest;

use super::file::{File, quoted};

pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// More syntax errors than this are not listed one by one.
const MOST_ERRORS: usize = 10;

/// Parses a file; what is broken is said, and the rest returned.
pub(super) fn parse<'t>(file: &'t File, manifest: &mut Manifest) -> DeTable<'t> {
    let (table, errors) = DeTable::parse_recoverable(&file.text);
    for error in errors.iter().take(MOST_ERRORS) {
        let at = error.span().map_or(0, |span| span.start);
        let reason = format!(
            "the file is no valid TOML here: {}",
            crate::finding::printable(error.message())
        );
        manifest.problems.push(file.problem(at, reason));
    }
    if errors.len() > MOST_ERRORS {
        let reason = format!("{} more syntax errors follow", errors.len() - MOST_ERRORS);
        let at = errors[MOST_ERRORS].span().map_or(0, |span| span.start);
        manifest.problems.push(file.problem(at, reason));
    }
    table.into_inner()
}

/// Returns what stands under a dotted path of keys.
pub(super) fn find<'t>(table: &'t DeTable<'t>, path: &str) -> Option<&'t Value<'t>> {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let value = table.get(first)?;
    match rest {
        Some(rest) => find(value.get_ref().as_table()?, rest),
        None => Some(value),
    }
}

/// Returns the text under a key.
pub(super) fn text<'t>(table: &'t DeTable<'t>, key: &str) -> Option<&'t str> {
    table.get(key)?.get_ref().as_str()
}

/// Returns whether the value of a key is `true`.
pub(super) fn is_true(table: &DeTable, key: &str) -> bool {
    matches!(
        table.get(key).map(Spanned::get_ref),
        Some(DeValue::Boolean(true))
    )
}

/// Returns the table under a dotted path of keys, in the order of the file.
pub(super) fn entries<'t>(table: &'t DeTable<'t>, path: &str) -> Vec<(&'t str, &'t Value<'t>)> {
    let inner = find(table, path).and_then(|value| value.get_ref().as_table());
    inner.map(in_order).unwrap_or_default()
}

/// Returns the entries of a table in the order of the file.
pub(super) fn in_order<'t>(table: &'t DeTable<'t>) -> Vec<(&'t str, &'t Value<'t>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
        .into_iter()
        .map(|(key, value)| (key.get_ref().as_ref(), value))
        .collect()
}

/// Returns the elements of a list; of anything else none.
pub(super) fn elements<'t>(value: &'t Value<'t>) -> impl Iterator<Item = &'t Value<'t>> {
    value
        .get_ref()
        .as_array()
        .into_iter()
        .flat_map(|array| array.iter())
}

/// Returns the tables of a list of tables under a key.
pub(super) fn tables<'t>(
    table: &'t DeTable<'t>,
    key: &str,
) -> impl Iterator<Item = &'t DeTable<'t>> {
    spanned_tables(table, key).map(|(_, table)| table)
}

/// Returns the tables of a list of tables under a key, each with its place.
pub(super) fn spanned_tables<'t>(
    table: &'t DeTable<'t>,
    key: &str,
) -> impl Iterator<Item = (Range<usize>, &'t DeTable<'t>)> {
    let values = table.get(key).into_iter().flat_map(elements);
    values.filter_map(|value| Some((value.span(), value.get_ref().as_table()?)))
}

/// Returns the texts of a list under a key.
pub(super) fn texts<'t>(table: &'t DeTable<'t>, key: &str) -> impl Iterator<Item = &'t str> {
    table
        .get(key)
        .into_iter()
        .flat_map(elements)
        .filter_map(|value| value.get_ref().as_str())
}

/// Returns the bytes of the file that a range of a string's text stands for; the whole string where escapes
/// keep text and file apart.
pub(super) fn within(file: &File, value: &Value, range: Range<usize>) -> Range<usize> {
    let span = value.span();
    let text = value.get_ref().as_str().unwrap_or_default();
    let raw = file.text.get(span.clone()).unwrap_or_default();
    match raw.find(text) {
        Some(quotes @ (1 | 3)) => {
            span.start + quotes + range.start..span.start + quotes + range.end
        }
        _ => span,
    }
}

/// Says so where a lock file is of a version that is not known here.
pub(super) fn check_version(
    file: &File,
    version: Option<&Value>,
    known: &[&str],
    manifest: &mut Manifest,
) {
    let Some(version) = version else {
        return;
    };
    let written = match version.get_ref() {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        _ => String::new(),
    };
    let major = written.split('.').next().unwrap_or_default();
    if !known.contains(&major) {
        let reason = format!(
            "version {} of the format is not known: what could be read was audited",
            quoted(&written)
        );
        manifest
            .problems
            .push(file.problem(version.span().start, reason));
    }
}
