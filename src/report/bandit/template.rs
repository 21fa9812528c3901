//! The template of the custom format: text with `{tag}`s in it, each with a layout as in Python's `str.format`.

use super::number::{Layout, LayoutError};

/// What a tag stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    AbsolutePath,
    RelativePath,
    Line,
    Column,
    EndColumn,
    TestId,
    Severity,
    Message,
    Confidence,
    Range,
    Weakness,
}

impl Tag {
    const ALL: [(&'static str, Self); 11] = [
        ("abspath", Self::AbsolutePath),
        ("relpath", Self::RelativePath),
        ("line", Self::Line),
        ("col", Self::Column),
        ("end_col", Self::EndColumn),
        ("test_id", Self::TestId),
        ("severity", Self::Severity),
        ("msg", Self::Message),
        ("confidence", Self::Confidence),
        ("range", Self::Range),
        ("cwe", Self::Weakness),
    ];

    fn from_name(name: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|(known, _)| *known == name);
        known.map(|(_, tag)| *tag)
    }
}

/// The value of a tag.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Field {
    Text(String),
    Number(i64),
    /// Something else, as Python writes it.
    Other(String),
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Literal(String),
    /// A tag, what it is turned into before it is laid out, and how it is laid out.
    Field(Tag, Option<Conversion>, Layout),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conversion {
    Text,
    Quoted,
    QuotedAscii,
}

/// A template that can be filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    pieces: Vec<Piece>,
    /// Tags that stand for nothing; their names are shown instead.
    pub unknown: Vec<String>,
}

/// Why a template cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// There is no tag in it.
    #[error("there is no `{{tag}}` in the template")]
    NoTag,
    /// A brace has no partner.
    #[error("a `{0}` has no partner")]
    Brace(char),
    /// A tag has no name.
    #[error("a tag has no name")]
    Nameless,
    /// What stands behind the `!`.
    #[error("`!{0}` is no conversion; there are `!s`, `!r` and `!a`")]
    Conversion(String),
    /// A conversion and a layout at once.
    #[error("`{0}` has a conversion and a layout at once")]
    Both(String),
    /// What stands behind the colon.
    #[error("`{tag}` cannot be laid out: {error}")]
    Layout {
        /// The tag.
        tag: String,
        /// What is wrong with its layout.
        error: LayoutError,
    },
}

impl Default for Template {
    fn default() -> Self {
        Self::parse("{abspath}:{line}: {test_id}[bandit]: {severity}: {msg}")
            .expect("the default template is well formed")
    }
}

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut template = Self {
            pieces: Vec::new(),
            unknown: Vec::new(),
        };
        let (mut literal, mut rest, mut tags) = (String::new(), text, 0);
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let brace = if rest[at..].starts_with('{') {
                '{'
            } else {
                '}'
            };
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                literal.push(brace);
                rest = after;
                continue;
            }
            let inside = if brace == '{' { inside(rest) } else { None };
            let inside = inside.ok_or(TemplateError::Brace(brace))?;
            rest = &rest[inside.len() + 1..];
            tags += 1;
            match piece(inside)? {
                Ok(field) => {
                    template
                        .pieces
                        .push(Piece::Literal(std::mem::take(&mut literal)));
                    template.pieces.push(field);
                }
                Err(unknown) => {
                    literal.push_str(unknown);
                    template.unknown.push(unknown.to_owned());
                }
            }
        }
        literal.push_str(rest);
        template.pieces.push(Piece::Literal(literal));
        if tags == 0 {
            return Err(TemplateError::NoTag);
        }
        Ok(template)
    }

    /// Returns the template with the value of each tag in its place.
    pub(super) fn fill(&self, value: impl Fn(Tag) -> Field) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Field(tag, conversion, layout) => {
                    out.push_str(&match (value(*tag), conversion) {
                        (Field::Text(text), Some(Conversion::Quoted)) => quoted(&text, false),
                        (Field::Text(text), Some(Conversion::QuotedAscii)) => quoted(&text, true),
                        (Field::Text(text), _) => layout.text(&text),
                        (Field::Number(number), _) => layout.number(number),
                        (Field::Other(text), _) => text,
                    });
                }
            }
        }
        out
    }
}

/// Returns what stands before the brace that closes a tag; braces within belong to it.
fn inside(rest: &str) -> Option<&str> {
    let mut depth = 0;
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(&rest[..at]),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Reads a tag; an unknown one gives its name.
fn piece(inside: &str) -> Result<Result<Piece, &str>, TemplateError> {
    let (name, layout) = inside.split_once(':').unwrap_or((inside, ""));
    let (name, conversion) = match name.split_once('!') {
        Some((name, conversion)) => (name, Some(conversion)),
        None => (name, None),
    };
    if name.is_empty() || name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TemplateError::Nameless);
    }
    let conversion = match conversion {
        None => None,
        Some("s") => Some(Conversion::Text),
        Some("r") => Some(Conversion::Quoted),
        Some("a") => Some(Conversion::QuotedAscii),
        Some(other) => return Err(TemplateError::Conversion(other.to_owned())),
    };
    let Some(tag) = Tag::from_name(name) else {
        return Ok(Err(name));
    };
    if conversion.is_some() && !layout.is_empty() {
        return Err(TemplateError::Both(name.to_owned()));
    }
    let layout = match tag {
        Tag::Line | Tag::Column | Tag::EndColumn => Layout::of_number(layout),
        Tag::Range | Tag::Weakness if layout.is_empty() => Ok(Layout::default()),
        Tag::Range | Tag::Weakness => Err(LayoutError::Other),
        _ => Layout::of_text(layout),
    };
    let layout = layout.map_err(|error| TemplateError::Layout {
        tag: name.to_owned(),
        error,
    })?;
    Ok(Ok(Piece::Field(tag, conversion, layout)))
}

/// Returns a text in quotes, as Python's `repr` or `ascii` gives it.
fn quoted(text: &str, ascii: bool) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() || (ascii && !c.is_ascii()) => {
                out.push_str(&match u32::from(c) {
                    code @ ..=0xff => format!("\\x{code:02x}"),
                    code @ ..=0xffff => format!("\\u{code:04x}"),
                    code => format!("\\U{code:08x}"),
                });
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str) -> Result<String, TemplateError> {
        Template::parse(template).map(|template| {
            template.fill(|tag| match tag {
                Tag::Line => Field::Number(7),
                Tag::Column => Field::Number(0),
                Tag::EndColumn => Field::Number(4),
                Tag::Range => Field::Other("[7, 8]".to_owned()),
                Tag::Weakness => Field::Other("CWE-1".to_owned()),
                Tag::Message => Field::Text("it's é".to_owned()),
                _ => Field::Text("LOW".to_owned()),
            })
        })
    }

    #[test]
    fn tags_are_filled_in() {
        for (template, expected) in [
            ("{line}:{range}", "7:[7, 8]"),
            ("{col}-{end_col:>2} {cwe}", "0- 4 CWE-1"),
            ("{{{line}}}", "{7}"),
            ("{line:03}|{severity:^7}|{col:*<3}", "007|  LOW  |0**"),
            ("{x:>5} {line.real} {line}", "x line.real 7"),
            ("{severity!r} {msg!a} {line!s}", "'LOW' \"it's \\xe9\" 7"),
            ("\\t{line}\\n", "\\t7\\n"),
        ] {
            assert_eq!(filled(template).as_deref(), Ok(expected), "{template}");
        }
        assert_eq!(Template::parse("{x}{line}").unwrap().unknown, ["x"]);
    }

    #[test]
    fn what_cannot_be_filled_in_is_refused() {
        for template in [
            "",
            "text",
            "{{line}}",
            "{line",
            "line}",
            "{}",
            "{0}",
            "{line!x}",
            "{line!s:4}",
            "{range:5}",
            "{cwe:5}",
            "{msg:d}",
            "{line:s}",
            "{line:{col}}",
        ] {
            assert!(filled(template).is_err(), "{template}");
        }
    }
}
