//! Inline comments that ask for silence on a finding: ours and those of other scanners.
//!
//! They remove nothing here; what they are worth is the policy's business.

use std::ops::Range;

use super::redact::Blot;
use super::text;
use crate::finding::printable;

/// Comments that speak about their own line.
const THIS_LINE: &[&str] = &[
    "gate-hook:allow",
    "gitleaks:allow",
    "betterleaks:allow",
    "pragma: allowlist secret",
    "pragma: whitelist secret",
    "trufflehog:ignore",
    "kingfisher:ignore",
    "ggignore",
    "nosemgrep",
    "secretlint-disable-line",
];

/// Comments that speak about the next line.
const NEXT_LINE: &[&str] = &[
    "gate-hook:allow-next-line",
    "pragma: allowlist nextline secret",
    "secretlint-disable-next-line",
];

/// The longest part of a line that is searched for a comment.
const REACH: usize = 2048;

/// Returns the comment that asks for silence on a value, as it is written, redacted.
pub(super) fn comment(
    text: &[u8],
    value: &Range<usize>,
    rule: &str,
    blots: &[Blot],
) -> Option<String> {
    let first = text::line_of(text, value.start, REACH);
    let last = text::line_of(text, value.end.saturating_sub(1).max(value.start), REACH);
    let above = first
        .start
        .checked_sub(1)
        .map(|end| text::line_of(text, end, REACH));
    let here = find(text, value.end.min(last.end)..last.end, THIS_LINE).or_else(|| {
        find(
            text,
            first.start.max(value.start.saturating_sub(REACH))..value.start,
            THIS_LINE,
        )
    });
    let found = here.or_else(|| find(text, above?, NEXT_LINE))?;
    let line_end = text::line_of(text, found, REACH).end;
    let end = line_end.min(found + 100);
    // A comment that holds another secret is named without its words.
    let hides = blots
        .iter()
        .any(|blot| blot.value.start < end && found < blot.value.end);
    let words = String::from_utf8_lossy(&text[found..end]);
    let words = words.trim_end_matches(['\r', ' ', '*', '/', '-', '>', '"']);
    let asked = words.strip_prefix("gate-hook:allow").map(str::trim_start);
    let named = asked.and_then(|rest| rest.split_whitespace().next());
    // Ours may name a rule; naming another one leaves this finding as it is.
    let other = named.is_some_and(|name| name != rule && super::is_rule(name));
    if other {
        return None;
    }
    Some(if hides {
        "an inline comment".to_owned()
    } else {
        printable(words)
    })
}

fn find(text: &[u8], range: Range<usize>, comments: &[&str]) -> Option<usize> {
    let end = range.end.min(range.start + REACH);
    let part = text.get(range.start..end)?;
    let at = |comment: &&str| memchr::memmem::find(part, comment.as_bytes());
    comments
        .iter()
        .filter_map(at)
        .min()
        .map(|at| range.start + at)
}
