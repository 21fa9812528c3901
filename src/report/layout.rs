//! Text measured in columns of a terminal: wrapping and cutting. Pure functions over text that is safe to print.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands for the part that was cut off.
pub(super) const CUT: &str = "...";

/// Returns the number of columns that text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// Breaks text at spaces into lines of at most `width` columns; a longer word is broken where it must.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && columns(&line) + 1 + columns(word) > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        let mut rest = word;
        while columns(&line) + columns(rest) > width {
            let (head, tail) = rest.split_at(prefix(rest, width.max(2)));
            lines.push(head.to_owned());
            rest = tail;
        }
        line.push_str(rest);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Breaks text as [`wrap`] does into at most so many lines; where words are missing, the last line ends in [`CUT`].
pub(super) fn wrap_to(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines = wrap(text, width);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while columns(last) + CUT.len() > width {
                let room = width.saturating_sub(CUT.len());
                let end = last.rfind(' ').unwrap_or_else(|| prefix(last, room));
                last.truncate(end);
            }
            last.push_str(CUT);
        }
    }
    lines
}

/// Returns at most `width` columns of text; where something is missing, the text ends in [`CUT`].
pub(super) fn cut_end(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let kept = prefix(text, width.saturating_sub(CUT.len()));
    format!("{}{CUT}", &text[..kept])
}

/// Returns at most `width` columns of text; where something is missing, the text starts with [`CUT`].
pub(super) fn cut_start(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let kept = suffix(text, width.saturating_sub(CUT.len()));
    format!("{CUT}{}", &text[kept..])
}

/// Returns at most `width` columns of text, the middle replaced by [`CUT`] where it is longer.
pub(super) fn cut_middle(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(CUT.len());
    let (head, tail) = (prefix(text, room / 2), suffix(text, room - room / 2));
    format!("{}{CUT}{}", &text[..head], &text[tail..])
}

/// Returns the length in bytes of the longest beginning of at most `width` columns.
fn prefix(text: &str, width: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width {
            return at;
        }
    }
    text.len()
}

/// Returns where the longest ending of at most `width` columns starts, in bytes.
fn suffix(text: &str, width: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices().rev() {
        used += c.width().unwrap_or(0);
        if used > width {
            return at + c.len_utf8();
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_inside_words_only_where_they_must() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("x abcdefghij y", 4), ["x", "abcd", "efgh", "ij y"]);
        assert_eq!(wrap("日本語です", 5), ["日本", "語で", "す"]);
        assert!(wrap(" \n ", 5).is_empty());
    }

    #[test]
    fn words_are_left_out_whole() {
        assert_eq!(wrap_to("one two three four", 9, 1), ["one..."]);
        assert_eq!(wrap_to("one two six four", 9, 2), ["one two", "six..."]);
        assert_eq!(wrap_to("one two three", 9, 2), ["one two", "three"]);
        assert_eq!(wrap_to("abcdefghijk", 6, 1), ["abc..."]);
        assert!(wrap_to("one", 9, 0).is_empty());
    }

    #[test]
    fn cutting_counts_columns() {
        assert_eq!(cut_end("abcdefgh", 6), "abc...");
        assert_eq!(cut_start("abcdefgh", 6), "...fgh");
        assert_eq!(cut_middle("abcdefghij", 8), "ab...hij");
        assert_eq!(cut_end("日本語です", 7), "日本...");
        assert_eq!(cut_end("grün", 4), "grün");
    }
}
