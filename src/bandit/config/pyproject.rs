//! `[tool.bandit]` of a TOML file.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Place};
use super::value::{Node, Value};

/// Reads the section, if the file has one.
pub(super) fn read(text: &str) -> Result<Option<Node>, ConfigError> {
    let lines = Lines::new(text);
    let table = DeTable::parse(text).map_err(|error| {
        let offset = error.span().unwrap_or_default().start;
        ConfigError::at(lines.place(offset), error.message())
    })?;
    let Some(tool) = entry(table.get_ref(), "tool") else {
        return Ok(None);
    };
    let DeValue::Table(tools) = tool.get_ref() else {
        node(&lines, tool).table("tool")?;
        return Ok(None);
    };
    let Some(section) = entry(tools, "bandit") else {
        return Ok(None);
    };
    let section = node(&lines, section);
    section.table("tool.bandit")?;
    Ok(Some(section))
}

fn entry<'t, 'd>(table: &'t DeTable<'d>, key: &str) -> Option<&'t Spanned<DeValue<'d>>> {
    table
        .iter()
        .find(|(name, _)| name.get_ref() == key)
        .map(|(_, value)| value)
}

fn node(lines: &Lines, item: &Spanned<DeValue<'_>>) -> Node {
    let value = match item.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Other, Value::Integer),
        DeValue::Float(number) => number.as_str().parse().map_or(Value::Other, Value::Float),
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(_) => Value::Other,
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(lines, item)).collect()),
        DeValue::Table(entries) => Value::Table(
            entries
                .iter()
                .map(|(key, item)| (key.get_ref().to_string(), node(lines, item)))
                .collect(),
        ),
    };
    Node {
        value,
        place: lines.place(item.span().start),
    }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        let newlines = memchr::memchr_iter(b'\n', text.as_bytes());
        Self(
            std::iter::once(0)
                .chain(newlines.map(|at| at + 1))
                .collect(),
        )
    }

    fn place(&self, offset: usize) -> Place {
        let line = self.0.partition_point(|&start| start <= offset);
        Place {
            line,
            column: offset - self.0[line - 1] + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_is_found_with_its_places() {
        let section = read("[tool.x]\na = 1\n[tool.bandit]\nskips = ['B101']\n")
            .unwrap()
            .unwrap();
        let skips = section.get("skips").unwrap();
        assert_eq!(skips.texts("skips").unwrap(), ["B101"]);
        assert_eq!(skips.place, Place { line: 4, column: 9 });
        assert_eq!(read("[tool.x]\n").unwrap(), None);
        assert_eq!(read("").unwrap(), None);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let error = |text| read(text).unwrap_err().to_string();
        assert!(error("a = 1\n[tool.bandit\n").starts_with("2:"));
        assert_eq!(
            error("[tool]\nbandit = 3\n"),
            "2:10: `tool.bandit` is a number; it has to be a section with keys of its own"
        );
        assert_eq!(
            error("tool = 3\n"),
            "1:8: `tool` is a number; it has to be a section with keys of its own"
        );
    }
}
