//! YAML as Python's safe loader reads it: version 1.1, so that `no` is false and `010` is eight.

use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};

use super::error::{ConfigError, Place};
use super::value::{Node, Value};

/// How deep values may be nested; configurations need four.
const DEEPEST: usize = 64;
/// How many values a document may hold once its aliases are followed.
const LARGEST: usize = 100_000;
const CORE: &str = "tag:yaml.org,2002:";

/// Reads the only document of a text.
pub(super) fn read(text: &str) -> Result<Node, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some((at, c)) = text.char_indices().find(|(_, c)| !is_allowed(*c)) {
        let line = text[..at].matches('\n').count() + 1;
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let column = text[start..at].chars().count() + 1;
        let message = format!("the character {} may not stand in YAML", c.escape_unicode());
        return Err(ConfigError::at(Place { line, column }, message));
    }
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: Vec::new(),
        nodes: 0,
    };
    let mut root = None;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            _ if root.is_some() => {
                let message = "a second document begins here; only one is read";
                return Err(ConfigError::at(place(&span), message));
            }
            event => root = Some(reader.node(event, &span, 0)?),
        }
    }
    let empty = Node {
        value: Value::Null,
        place: Place { line: 1, column: 1 },
    };
    Ok(root.unwrap_or(empty))
}

fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

struct Reader<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    /// The nodes that aliases may name, by the parser's number. A node that is not finished cannot be named.
    anchors: Vec<(usize, Rc<Node>, usize)>,
    nodes: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), ConfigError> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(syntax(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'t>, span: &Span, depth: usize) -> Result<Node, ConfigError> {
        let place = place(span);
        if depth > DEEPEST {
            return Err(ConfigError::at(place, "values are nested too deep"));
        }
        let before = self.nodes;
        self.count(1, place)?;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (scalar(&text, style, tag.as_deref(), place)?, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                collection_tag(tag.as_deref(), "seq", place)?;
                (self.list(depth)?, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                collection_tag(tag.as_deref(), "map", place)?;
                (self.table(depth)?, anchor)
            }
            Event::Alias(number) => return self.alias(number, place),
            _ => return Err(ConfigError::at(place, "a value is missing")),
        };
        let node = Node { value, place };
        if anchor > 0 {
            self.anchors
                .push((anchor, Rc::new(node.clone()), self.nodes - before));
        }
        Ok(node)
    }

    fn alias(&mut self, number: usize, place: Place) -> Result<Node, ConfigError> {
        let known = self
            .anchors
            .iter()
            .rev()
            .find(|(anchor, ..)| *anchor == number);
        let Some((_, node, size)) = known else {
            return Err(ConfigError::at(place, "a value names itself"));
        };
        let (node, size) = (Rc::clone(node), *size);
        self.count(size, place)?;
        Ok(Node {
            value: node.value.clone(),
            place,
        })
    }

    fn count(&mut self, more: usize, place: Place) -> Result<(), ConfigError> {
        self.nodes += more;
        if self.nodes > LARGEST {
            return Err(ConfigError::at(place, "the file holds too many values"));
        }
        Ok(())
    }

    fn list(&mut self, depth: usize) -> Result<Value, ConfigError> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(Value::List(items));
            }
            items.push(self.node(event, &span, depth + 1)?);
        }
    }

    fn table(&mut self, depth: usize) -> Result<Value, ConfigError> {
        let (mut merged, mut entries) = (Vec::new(), Vec::new());
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                // What `<<` brings in stands behind every key of the mapping itself.
                merged.append(&mut entries);
                return Ok(Value::Table(merged));
            }
            let merge =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let key = self.node(event, &span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, &span, depth + 1)?;
            match key.value {
                Value::Text(_) if merge => merge_into(&mut merged, value)?,
                Value::Text(name) => entries.push((name, value)),
                Value::List(_) | Value::Table(_) => {
                    return Err(ConfigError::at(key.place, "a key has to be a single value"));
                }
                _ => {}
            }
        }
    }
}

/// Adds the entries of a `<<` key, whose value is a mapping or a list of mappings; earlier ones win.
fn merge_into(merged: &mut Vec<(String, Node)>, value: Node) -> Result<(), ConfigError> {
    match value.value {
        Value::Table(entries) => {
            merged.splice(0..0, entries);
            Ok(())
        }
        Value::List(items) => items.into_iter().try_for_each(|item| match item.value {
            Value::Table(_) => merge_into(merged, item),
            _ => item.table("<<").map(drop),
        }),
        _ => value.table("<<").map(drop),
    }
}

fn collection_tag(tag: Option<&Tag>, expected: &str, place: Place) -> Result<(), ConfigError> {
    match tag {
        None => Ok(()),
        Some(tag) if tag.handle == CORE && tag.suffix == expected => Ok(()),
        Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => Ok(()),
        Some(tag) => Err(unknown_tag(tag, place)),
    }
}

fn unknown_tag(tag: &Tag, place: Place) -> ConfigError {
    ConfigError::at(place, format!("the tag `{tag}` has no meaning here"))
        .hint("take the tag out; plain values are enough")
}

fn scalar(
    text: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
    place: Place,
) -> Result<Value, ConfigError> {
    let Some(tag) = tag else {
        return Ok(if style == ScalarStyle::Plain {
            plain(text)
        } else {
            Value::Text(text.to_owned())
        });
    };
    let resolved = plain(text);
    match (tag.handle.as_str(), tag.suffix.as_str(), &resolved) {
        (CORE, "str", _) | ("", "!", _) => Ok(Value::Text(text.to_owned())),
        (CORE, "int", Value::Integer(_))
        | (CORE, "bool", Value::Boolean(_))
        | (CORE, "float", Value::Float(_))
        | (CORE, "null", _) => Ok(resolved),
        (CORE, "float", Value::Integer(value)) => Ok(Value::Float(*value as f64)),
        (CORE, "timestamp" | "binary", _) => Ok(Value::Other),
        _ => Err(unknown_tag(tag, place)),
    }
}

/// Returns what a plain scalar means in YAML 1.1.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Value::Boolean(true);
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Value::Boolean(false);
        }
        _ => {}
    }
    integer(text)
        .or_else(|| float(text))
        .or_else(|| is_date(text).then_some(Value::Other))
        .unwrap_or_else(|| Value::Text(text.to_owned()))
}

fn integer(text: &str) -> Option<Value> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let plain = digits.replace('_', "");
    let (radix, plain) = if let Some(rest) = plain.strip_prefix("0b") {
        (2, rest)
    } else if let Some(rest) = plain.strip_prefix("0x") {
        (16, rest)
    } else if plain.len() > 1 && plain.starts_with('0') {
        (8, &plain[1..])
    } else {
        (10, plain.as_str())
    };
    if plain.is_empty() || !plain.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    // A number too large for 64 bits is no option of any test.
    let value = i64::from_str_radix(plain, radix).map(|value| sign * value);
    Some(value.map_or(Value::Other, Value::Integer))
}

fn float(text: &str) -> Option<Value> {
    let lower = text.trim_start_matches(['-', '+']);
    match lower {
        ".inf" | ".Inf" | ".INF" => return Some(Value::Float(f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" => return Some(Value::Float(f64::NAN)),
        _ => {}
    }
    let digits = lower.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && lower.contains('.')
        && lower.contains(|c: char| c.is_ascii_digit())
        && lower
            .chars()
            .all(|c| c.is_ascii_digit() || "._eE+-".contains(c));
    let value = text.replace('_', "").parse().ok()?;
    digits.then_some(Value::Float(value))
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    digits(0..4)
        && bytes.get(4) == Some(&b'-')
        && digits(5..6)
        && text[5..].contains('-')
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || "-:. TtZ+".contains(c))
}

fn syntax(error: &ScanError) -> ConfigError {
    let marker = error.marker();
    let place = Place {
        line: marker.line(),
        column: marker.col() + 1,
    };
    ConfigError::at(place, error.info())
}

fn place(span: &Span) -> Place {
    Place {
        line: span.start.line(),
        column: span.start.col() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        read(text).unwrap().value
    }

    #[test]
    fn plain_scalars_mean_what_yaml_1_1_says() {
        for (text, expected) in [
            ("no", Value::Boolean(false)),
            ("On", Value::Boolean(true)),
            ("oN", Value::Text("oN".into())),
            ("010", Value::Integer(8)),
            ("0x1_0", Value::Integer(16)),
            ("-12", Value::Integer(-12)),
            ("1.5", Value::Float(1.5)),
            ("1e3", Value::Text("1e3".into())),
            ("B101", Value::Text("B101".into())),
            ("'no'", Value::Text("no".into())),
            ("!!str no", Value::Text("no".into())),
            ("~", Value::Null),
            ("", Value::Null),
            ("2024-01-02", Value::Other),
            ("089", Value::Text("089".into())),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn anchors_and_merges_are_followed() {
        let root = read("a: &x {skips: [B404], tests: 1}\n<<: *x\ntests: 2\n").unwrap();
        assert_eq!(root.get("skips").unwrap().texts("skips").unwrap(), ["B404"]);
        assert_eq!(root.get("tests").unwrap().value, Value::Integer(2));
        let root = read("<<: [{a: 1}, {a: 2}]\n").unwrap();
        assert_eq!(root.get("a").unwrap().value, Value::Integer(1));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, start) in [
            ("a: [1,\nb: }", "2:"),
            ("a: 1\n---\nb: 2\n", "3:1: a second document"),
            ("skips: !!python/object:x []\n", "1:"),
            ("skips: !foo [B101]\n", "1:"),
            ("a: 1\n# \u{1}\n", "2:3: the character"),
            ("&a [*a]", "1:5: a value names itself"),
            ("<<: 5", "1:5: `<<` is a number"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with(start), "{text}: {error}");
        }
    }

    #[test]
    fn a_text_that_grows_without_end_is_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..30 {
            let items = vec![format!("*a{}", level - 1); 9].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        assert!(read(&bomb).is_err());
        assert!(read(&"[".repeat(10_000)).is_err());
        assert!(read(&"? ".repeat(10_000)).is_err());
    }
}
