//! Text of others' in XML, HTML and Markdown: it stays text.

use super::inert;

/// Returns one line of text that is safe in an attribute and in an element of XML or HTML.
pub(super) fn xml(text: &str) -> String {
    escaped(text, |out, c| match c {
        '"' => out.push_str("&quot;"),
        // No character of XML, and so no text in it either.
        '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_unicode()),
        c => out.push(c),
    })
}

/// Returns text without a character that Markdown or HTML would read as more than text.
pub(super) fn markdown(text: &str) -> String {
    escaped(text, |out, c| match c {
        // A mention or a link would reach people and other places.
        '@' => out.push_str("&#64;"),
        ':' => out.push_str("&#58;"),
        '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '|' | '!' | '~' | '$' => {
            out.extend(['\\', c]);
        }
        c => out.push(c),
    })
}

/// Writes what is markup everywhere as text, and all the rest as `put` does.
fn escaped(text: &str, put: impl Fn(&mut String, char)) -> String {
    let mut out = String::with_capacity(text.len());
    for c in inert::text(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => put(&mut out, c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_attribute() {
        assert_eq!(
            xml("a\"<b>&\u{1b}\n\u{ffff}]]>"),
            "a&quot;&lt;b&gt;&amp;\\u{1b}\\n\\u{ffff}]]&gt;"
        );
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(
            markdown("a|b <img> `x` [y](https://z) @w"),
            "a\\|b &lt;img&gt; \\`x\\` \\[y\\]\\(https&#58;//z\\) &#64;w"
        );
    }
}
