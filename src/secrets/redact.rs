//! Excerpts: the line of a finding with every secret on it blotted out.

use std::ops::Range;

use super::text;
use crate::finding::{Excerpt, printable};

/// How many bytes of the line are shown before and behind the value.
const BEFORE: usize = 48;
const BEHIND: usize = 24;
/// How far the ends of the line are looked for.
const REACH: usize = 4096;

/// A part of the text that must not be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blot {
    /// The value.
    pub(super) value: Range<usize>,
    /// How many of its bytes are the public prefix of its format, which may be shown.
    pub(super) public: usize,
}

/// Makes the excerpt for one value; `blots` are all values of the text, sorted by their beginning.
pub(super) fn excerpt(text: &[u8], value: &Range<usize>, blots: &[Blot]) -> Excerpt {
    let line = text::line_of(text, value.start, REACH);
    let from = line.start.max(value.start.saturating_sub(BEFORE));
    let to = line.end.min(value.end + BEHIND);
    let mut shown = String::new();
    let mut mark = 0..0;
    if from > line.start {
        shown.push_str("... ");
    }
    let mut at = from;
    let mut first = blots.partition_point(|blot| blot.value.start < from);
    while first > 0 && blots[first - 1].value.end > from {
        first -= 1;
    }
    for blot in &blots[first..] {
        if blot.value.start >= to {
            break;
        }
        if blot.value.end <= at {
            continue;
        }
        let start = blot.value.start.max(at);
        shown.push_str(&lossy(&text[at..start]));
        let begin = shown.len();
        shown.push_str(&blotted(text, blot, start));
        if blot.value.start <= value.start && value.start < blot.value.end {
            mark = begin..shown.len();
        }
        at = blot.value.end;
    }
    if at < to {
        shown.push_str(&lossy(&text[at..to]));
    }
    if at.max(to) < line.end {
        shown.push_str(" ...");
    }
    let lead = shown.len() - shown.trim_start().len();
    let text = shown.trim().to_owned();
    let mark = mark.start.saturating_sub(lead).min(text.len())
        ..mark.end.saturating_sub(lead).min(text.len());
    Excerpt { text, mark }
}

/// Returns a short text, such as a name, with every value in it blotted out.
pub(super) fn whole(text: &[u8], blots: &[Blot]) -> Vec<u8> {
    let (mut shown, mut at) = (Vec::new(), 0);
    for blot in blots
        .iter()
        .filter(|blot| blot.value.start < blot.value.end)
    {
        if blot.value.end > at {
            let start = blot.value.start.max(at);
            shown.extend_from_slice(&text[at..start]);
            shown.extend_from_slice(blotted(text, blot, start).as_bytes());
            at = blot.value.end;
        }
    }
    shown.extend_from_slice(&text[at..]);
    shown
}

/// Writes what stands for a value: its public prefix, and how many characters more it has.
fn blotted(text: &[u8], blot: &Blot, start: usize) -> String {
    let public = if start == blot.value.start {
        blot.public
    } else {
        0
    };
    let (shown, hidden) = text[start..blot.value.end].split_at(public);
    format!(
        "{}[{} redacted]",
        lossy(shown),
        String::from_utf8_lossy(hidden).chars().count()
    )
}

fn lossy(bytes: &[u8]) -> String {
    printable(String::from_utf8_lossy(bytes).trim_end_matches('\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, values: &[(usize, usize, usize)], index: usize) -> (String, String) {
        let blots: Vec<Blot> = values
            .iter()
            .map(|&(start, end, public)| Blot {
                value: start..end,
                public,
            })
            .collect();
        let excerpt = excerpt(text.as_bytes(), &blots[index].value, &blots);
        (excerpt.text[excerpt.mark.clone()].to_owned(), excerpt.text)
    }

    #[test]
    fn every_value_of_the_line_is_blotted_out() {
        let text = "first\n  a=pre_12345 b=6789\nlast";
        let values = [(10, 19, 4), (22, 26, 0)];
        let expected = "a=pre_[5 redacted] b=[4 redacted]";
        assert_eq!(
            shown(text, &values, 0),
            ("pre_[5 redacted]".into(), expected.into())
        );
        assert_eq!(
            shown(text, &values, 1),
            ("[4 redacted]".into(), expected.into())
        );
    }

    #[test]
    fn long_lines_are_cut_and_values_over_several_lines_end_with_the_first() {
        let long = format!("{}SECRET{}", "x".repeat(500), "y".repeat(500));
        let (mark, text) = shown(&long, &[(500, 506, 0)], 0);
        assert_eq!(mark, "[6 redacted]");
        assert!(
            text.starts_with("... x") && text.ends_with("y ...") && text.len() < 120,
            "{text}"
        );
        let (mark, text) = shown("k: BEGIN\nabc\ndef\nz", &[(3, 16, 5)], 0);
        assert_eq!(
            (mark.as_str(), text.as_str()),
            ("BEGIN[8 redacted]", "k: BEGIN[8 redacted]")
        );
    }
}
