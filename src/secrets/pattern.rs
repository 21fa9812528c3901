//! Regular expressions of rules: compiled when their keyword is met, once for the process.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{OnceLock, PoisonError, RwLock};

use regex::bytes::{Regex, RegexBuilder};

/// How large a compiled expression may be, in bytes.
const SIZE_LIMIT: usize = 2 << 20;
/// How far before and behind its keyword a match may reach.
const BEFORE: usize = 400;
const BEHIND: usize = 8800;

/// Compiles an expression within the limits.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern)
        .unicode(false)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(SIZE_LIMIT)
        .build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the expression is too large".to_owned(),
        // The last line of a syntax error says what is wrong; those before it draw a picture.
        error => error
            .to_string()
            .lines()
            .last()
            .unwrap_or_default()
            .trim()
            .trim_start_matches("error: ")
            .to_owned(),
    })
}

/// Returns the parts of a text that a match near one of the keywords may touch, none of them twice.
///
/// `hits` are the keywords' positions in ascending order.
pub(super) fn regions(text: &[u8], hits: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut regions: Vec<Range<usize>> = Vec::new();
    for hit in hits {
        let region = hit.start.saturating_sub(BEFORE)..text.len().min(hit.end + BEHIND);
        match regions.last_mut() {
            Some(last) if region.start <= last.end => last.end = last.end.max(region.end),
            _ => regions.push(region),
        }
    }
    regions
}

/// Returns the values of an expression in a part of a text: its group `secret`, or the whole match.
pub(super) fn values(
    pattern: &'static str,
    text: &[u8],
    region: Range<usize>,
) -> Vec<Range<usize>> {
    let Some(regex) = cached(pattern) else {
        return Vec::new();
    };
    let slice = &text[region.clone()];
    let value = |captures: regex::bytes::Captures<'_>| {
        captures
            .name("secret")
            .or_else(|| captures.get(0))
            .map(|found| found.range())
    };
    let found = regex.captures_iter(slice).filter_map(value);
    found
        .filter(|range| !range.is_empty())
        .map(|range| region.start + range.start..region.start + range.end)
        .collect()
}

/// Expressions of loaded rules compile, because reading the rules has tried; the tests try the built-in ones.
fn cached(pattern: &'static str) -> Option<Regex> {
    static CACHE: OnceLock<RwLock<HashMap<&'static str, Option<Regex>>>> = OnceLock::new();
    let cache = CACHE.get_or_init(RwLock::default);
    if let Some(known) = cache
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(pattern)
    {
        return known.clone();
    }
    let compiled = compile(pattern).ok();
    cache
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(pattern, compiled.clone());
    compiled
}
