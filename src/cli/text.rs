//! Text for people: wrapped to a width, aligned in columns.

use unicode_width::UnicodeWidthStr as _;

/// Returns a text wrapped at spaces; each line but the first begins with `indent` spaces.
pub(super) fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut column = indent;
    for word in text.split_whitespace() {
        let length = word.width();
        if column > indent && column + 1 + length > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

/// Returns paragraphs wrapped to a width, each line behind `indent` spaces.
///
/// Lines that are indented in the source are kept as they are: they are commands and examples.
pub(super) fn paragraphs(text: &str, width: usize, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let mut out: Vec<String> = Vec::new();
    for paragraph in text.trim().split("\n\n") {
        let kept = paragraph
            .lines()
            .any(|line| line.starts_with([' ', '-', '*', '|']));
        if kept {
            out.push(
                paragraph
                    .lines()
                    .map(|line| format!("{margin}{line}"))
                    .collect::<Vec<_>>()
                    .join("\n"),
            );
        } else {
            out.push(format!("{margin}{}", wrap(paragraph, width, indent)));
        }
    }
    out.join("\n\n")
}

/// Returns rows as aligned columns; the last column is wrapped to the width.
pub(super) fn table(rows: &[Vec<String>], width: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |at: usize| {
        rows.iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.width())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let mut out = String::new();
    for row in rows {
        let mut indent = 0;
        for (at, cell) in row.iter().enumerate() {
            if at + 1 == row.len() {
                out.push_str(&wrap(cell, width.max(indent + 20), indent));
            } else {
                out.push_str(cell);
                out.push_str(&" ".repeat(widths[at] - cell.width() + 2));
                indent += widths[at] + 2;
            }
        }
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_at_spaces() {
        assert_eq!(wrap("one two three", 9, 2), "one two\n  three");
        assert_eq!(wrap("a-very-long-word b", 5, 0), "a-very-long-word\nb");
        assert_eq!(paragraphs("a b\nc\n\n  x  y", 80, 2), "  a b c\n\n    x  y");
    }

    #[test]
    fn columns_line_up() {
        let rows = [
            vec!["a".to_owned(), "日本".to_owned(), "x".to_owned()],
            vec!["bb".into(), "c".into(), "y".into()],
        ];
        assert_eq!(table(&rows, 80), "a   日本  x\nbb  c     y\n");
    }
}
