//! The redacted line of a finding, cut to the width of the page around the part that it is about.

use super::{inert, layout};
use crate::finding::Excerpt;

/// A line and where its marks stand, in columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    /// The line, safe to print, at most as wide as asked for.
    pub line: String,
    /// Columns in front of the marks.
    pub before: usize,
    /// Columns that are marked; at least one.
    pub marked: usize,
}

impl Snippet {
    /// Returns the marks: blanks, then carets.
    pub(super) fn marks(&self) -> String {
        format!("{}{}", " ".repeat(self.before), "^".repeat(self.marked))
    }
}

/// Fits an excerpt into `width` columns; nothing for an excerpt without text.
pub(super) fn snippet(excerpt: &Excerpt, width: usize) -> Option<Snippet> {
    if excerpt.text.trim().is_empty() {
        return None;
    }
    let [before, mark, after] = parts(excerpt).map(inert::text);
    let before = before.trim_start();
    let (wide_mark, wide_before) = (layout::columns(&mark), layout::columns(before));
    let mark = layout::cut_middle(&mark, width - width / 4);
    let room = width - layout::columns(&mark);
    let tail = layout::columns(&after).min(room / 4);
    let before = if wide_before + wide_mark <= width && wide_before <= room - tail {
        before.to_owned()
    } else {
        layout::cut_start(before, (room - tail).max(layout::CUT.len()))
    };
    let marked = layout::columns(&mark).max(1);
    let column = layout::columns(&before);
    let after = layout::cut_end(&after, width.saturating_sub(column + marked));
    Some(Snippet {
        line: format!("{before}{mark}{after}").trim_end().to_owned(),
        before: column,
        marked,
    })
}

/// Splits an excerpt before and behind its mark, which is moved to the next boundary if it is not on one.
pub(super) fn parts(excerpt: &Excerpt) -> [&str; 3] {
    let boundary = |at: usize| {
        (0..=at.min(excerpt.text.len()))
            .rev()
            .find(|at| excerpt.text.is_char_boundary(*at))
    };
    let start = boundary(excerpt.mark.start).unwrap_or(0);
    let end = boundary(excerpt.mark.end).unwrap_or(0).max(start);
    [
        &excerpt.text[..start],
        &excerpt.text[start..end],
        &excerpt.text[end..],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(text: &str, mark: &str, width: usize) -> [String; 2] {
        let start = text.find(mark).unwrap();
        let excerpt = Excerpt {
            text: text.to_owned(),
            mark: start..start + mark.len(),
        };
        let snippet = snippet(&excerpt, width).unwrap();
        assert!(layout::columns(&snippet.line) <= width, "{snippet:?}");
        [snippet.marks(), snippet.line]
    }

    #[test]
    fn a_short_line_loses_only_its_indentation() {
        assert_eq!(
            fitted("    key = [redacted]", "[redacted]", 40),
            ["      ^^^^^^^^^^", "key = [redacted]"]
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("{}[redacted]{}", "a".repeat(60), "b".repeat(60));
        assert_eq!(
            fitted(&text, "[redacted]", 30),
            [
                "               ^^^^^^^^^^",
                "...aaaaaaaaaaaa[redacted]bb..."
            ]
        );
    }

    #[test]
    fn wide_characters_take_two_marks() {
        assert_eq!(fitted("鍵 = 日本", "日本", 40), ["     ^^^^", "鍵 = 日本"]);
    }

    #[test]
    fn odd_marks_do_no_harm() {
        for (text, mark) in [("grün", 3..3), ("x", 5..9), ("x", 1..1)] {
            let excerpt = Excerpt {
                text: text.to_owned(),
                mark,
            };
            assert!(snippet(&excerpt, 40).unwrap().marks().ends_with('^'));
        }
        assert_eq!(
            snippet(
                &Excerpt {
                    text: "  ".to_owned(),
                    mark: 0..1
                },
                40
            ),
            None
        );
    }
}
