//! Comments that ask for silence: `gate-hook:allow`, and those of other scanners.
//!
//! In comes the line range of a finding, out goes the comment that covers it. What it is worth is for the policy.

use std::ops::Range;

use super::text::line_around;
use crate::finding::printable;

/// Where a comment has to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// On a line of the finding.
    Line,
    /// On the line before it.
    NextLine,
    /// On either.
    Both,
}

/// The comments, in lower case; of two that begin alike the longer comes first.
const PRAGMAS: &[(&str, Reach)] = &[
    ("gate-hook:allow-next-line", Reach::NextLine),
    ("gate-hook:allow", Reach::Line),
    ("gitleaks:allow", Reach::Line),
    ("betterleaks:allow", Reach::Line),
    ("pragma: allowlist nextline secret", Reach::NextLine),
    ("pragma: whitelist nextline secret", Reach::NextLine),
    ("pragma: allowlist secret", Reach::Line),
    ("pragma: whitelist secret", Reach::Line),
    ("pragma:allowlist secret", Reach::Line),
    ("trufflehog:ignore", Reach::Line),
    ("kingfisher:ignore", Reach::Both),
    ("kingfisher:allow", Reach::Both),
    ("ggignore", Reach::Line),
    ("nosemgrep", Reach::Both),
    ("secretlint-disable-next-line", Reach::NextLine),
    ("secretlint-disable-line", Reach::Line),
    ("noseyparker:ignore", Reach::Line),
    ("ripsecrets:allow", Reach::Line),
    ("checkov:skip", Reach::Line),
    ("nosonar", Reach::Line),
];
/// The most characters of a comment that are kept.
const LIMIT: usize = 100;
/// How much of a line, and how many lines, are searched.
const LINE_LIMIT: usize = 4096;
const LINES_LIMIT: usize = 200;

/// Returns the comment that covers a finding of `rule` at `range`, as written, at most 100 characters.
pub(super) fn covering(
    text: &[u8],
    range: &Range<usize>,
    rule: &str,
    is_rule: impl Fn(&str) -> bool,
) -> Option<String> {
    let mut line = line_around(text, range.start);
    if let Some(before) = line.start.checked_sub(1) {
        let before = line_around(text, before);
        if let Some(comment) = on_line(
            &text[before],
            &[Reach::NextLine, Reach::Both],
            rule,
            &is_rule,
        ) {
            return Some(comment);
        }
    }
    for _ in 0..LINES_LIMIT {
        // The line behind a long value is searched from the value on.
        let from = if line.contains(&range.start) {
            line.start.max(range.start.saturating_sub(LINE_LIMIT))
        } else {
            line.start
        };
        if let Some(comment) = on_line(
            &text[from..line.end],
            &[Reach::Line, Reach::Both],
            rule,
            &is_rule,
        ) {
            return Some(comment);
        }
        if line.end >= range.end {
            break;
        }
        line = line_around(
            text,
            memchr::memchr(b'\n', &text[line.end..])? + line.end + 1,
        );
    }
    None
}

fn on_line(
    line: &[u8],
    reaches: &[Reach],
    rule: &str,
    is_rule: &impl Fn(&str) -> bool,
) -> Option<String> {
    let line = &line[..line.len().min(2 * LINE_LIMIT)];
    let lower = line.to_ascii_lowercase();
    PRAGMAS
        .iter()
        .filter(|(_, reach)| reaches.contains(reach))
        .find_map(|(pragma, _)| {
            let at = memchr::memmem::find(&lower, pragma.as_bytes())?;
            let comment = String::from_utf8_lossy(&line[at..]);
            let rest = &comment[pragma.len()..];
            // `gate-hook:allow-next-line` is not `gate-hook:allow` with a rest.
            if rest.starts_with(['-', '_'])
                || (pragma.starts_with("gate-hook") && !speaks_of(rest, rule, is_rule))
            {
                return None;
            }
            Some(tidy(&comment))
        })
}

/// The first word may name the rule; a comment for another rule is not for this one.
fn speaks_of(rest: &str, rule: &str, is_rule: &impl Fn(&str) -> bool) -> bool {
    let word = rest
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .trim_matches([',', ':']);
    word == rule || !is_rule(word)
}

fn tidy(comment: &str) -> String {
    let mut comment = comment.trim_end();
    for closing in ["*/", "-->", "#}", "%>", "\"", "'"] {
        comment = comment.strip_suffix(closing).unwrap_or(comment).trim_end();
    }
    printable(&comment.chars().take(LIMIT).collect::<String>())
        .chars()
        .take(LIMIT)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(text: &str) -> Option<String> {
        let at = text.find("VALUE").unwrap();
        covering(text.as_bytes(), &(at..at + 5), "acme-token", |word| {
            word == "other-token" || word == "acme-token"
        })
    }

    #[test]
    fn comments_on_the_line_cover_it() {
        for (text, expected) in [
            (
                "a = VALUE # gate-hook:allow acme-token in tests",
                "gate-hook:allow acme-token in tests",
            ),
            ("a = VALUE /* gitleaks:allow */", "gitleaks:allow"),
            (
                "a = VALUE  # pragma: allowlist secret",
                "pragma: allowlist secret",
            ),
            (
                "# pragma: allowlist nextline secret\r\na = VALUE",
                "pragma: allowlist nextline secret",
            ),
            (
                "// gate-hook:allow-next-line because\na = VALUE",
                "gate-hook:allow-next-line because",
            ),
            ("// nosemgrep\na = VALUE", "nosemgrep"),
        ] {
            assert_eq!(comment(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn comments_elsewhere_do_not() {
        for text in [
            "a = VALUE # gate-hook:allow other-token",
            "# gitleaks:allow\na = VALUE",
            "a = VALUE\n# gitleaks:allow",
            "// secretlint-disable-next-line\n\na = VALUE",
            "a = VALUE // gate-hook:allow-next-line",
        ] {
            assert_eq!(comment(text), None, "{text}");
        }
    }
}
