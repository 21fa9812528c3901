//! Tells a line of a long base64 text from a token: certificates, signatures and images hold every short word.

use std::ops::Range;

use super::shape::Class;

/// The shortest line into which tools wrap base64.
const SHORTEST: usize = 60;

/// The longest mark of a comment, or of a string, at either end of a line.
const MARGIN: usize = 16;

/// Returns whether the value is one of several lines of base64 of the same length, marks of comments aside.
pub(super) fn is_line(text: &[u8], value: &Range<usize>) -> bool {
    if value.len() < SHORTEST {
        return false;
    }
    let reach = value.len() + 2 * MARGIN;
    let head = &text[value.start.saturating_sub(MARGIN)..value.start];
    let tail = &text[value.end..text.len().min(value.end + MARGIN)];
    let above = memchr::memrchr(b'\n', head).map(|at| value.start - head.len() + at);
    let below = memchr::memchr(b'\n', tail).map(|at| value.end + at);
    let mark = above.map_or(head, |at| &text[at..value.start]);
    let end = below.map_or(tail, |at| &text[value.end..at]);
    let whole = (above.is_some() || value.start <= MARGIN)
        && mark.iter().all(is_mark)
        && (below.is_some() || value.end + MARGIN >= text.len())
        && end.iter().all(is_mark);
    let before = above.map(|at| &text[at.saturating_sub(reach)..at]);
    let after = below.map(|at| &text[at + 1..text.len().min(at + 1 + reach)]);
    let last = before.and_then(|part| part.rsplit(|byte| *byte == b'\n').next());
    let next = after.and_then(|part| part.split(|byte| *byte == b'\n').next());
    whole
        && [last, next]
            .into_iter()
            .flatten()
            .any(|line| body(line) == value.len())
}

/// What may stand beside the base64 on its line.
fn is_mark(byte: &u8) -> bool {
    b"#/*; \t\"'\\,+=\r\n".contains(byte)
}

/// How long the base64 of a line is that holds nothing else.
fn body(line: &[u8]) -> usize {
    let start = line
        .iter()
        .position(|byte| !is_mark(byte))
        .unwrap_or(line.len());
    let length = Class::B64.run(&line[start..], line.len());
    let rest = &line[start + length..];
    if rest.iter().all(is_mark) { length } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prefix: &str, alone: bool) -> bool {
        let row = |letter: char| format!("{prefix}{}\n", letter.to_string().repeat(64));
        let text = if alone {
            row('a')
        } else {
            row('b') + &row('a') + "end\n"
        };
        let start = text.find('a').unwrap();
        is_line(text.as_bytes(), &(start..start + 64))
    }

    #[test]
    fn a_line_among_lines_is_no_token() {
        assert!(check("", false));
        assert!(check("# ", false));
        assert!(!check("", true));
        assert!(!check("key = ", false));
    }
}
