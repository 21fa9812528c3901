//! The kinds of value that keys have: read from a position in a text, written back as TOML.
//!
//! Comes in: an [`Item`]. Goes out: a typed value or the error at the item's position. It must not know any
//! key's name; what a key means is in the file of its section.

use std::ops::{Range, RangeInclusive};

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::{Confidence, Engine, Severity, printable};

use super::source::Source;
use super::{Action, PolicyError};

/// A value of a text, with the key it was given to.
#[derive(Debug, Clone)]
pub(super) struct Item<'d> {
    pub(super) source: &'d Source<'d>,
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) value: &'d Spanned<DeValue<'d>>,
}

impl<'d> Item<'d> {
    /// Wraps what [`Source::parse`] has read.
    pub(super) fn root(source: &'d Source<'d>, value: &'d Spanned<DeValue<'d>>) -> Self {
        Self {
            source,
            key: String::new(),
            key_span: value.span(),
            value,
        }
    }

    pub(super) fn fail(&self, message: impl Into<String>, hint: Option<String>) -> PolicyError {
        self.source.fail(self.value.span().start, message, hint)
    }

    fn wrong_type(&self, expected: &str) -> PolicyError {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.fail(
            format!("`{}` is {found}; expected {expected}", self.key),
            None,
        )
    }

    pub(super) fn line(&self) -> u32 {
        self.source.position(self.key_span.start).line
    }

    pub(super) fn text(&self) -> Result<&'d str, PolicyError> {
        self.value
            .get_ref()
            .as_str()
            .ok_or_else(|| self.wrong_type("a string"))
    }

    /// Returns a text that is not empty and holds no control character.
    pub(super) fn line_of_text(&self) -> Result<&'d str, PolicyError> {
        let text = self.text()?;
        if text.trim().is_empty() {
            return Err(self.fail(format!("`{}` is empty", self.key), None));
        }
        if text.chars().any(char::is_control) {
            return Err(self.fail(format!("`{}` holds a control character", self.key), None));
        }
        Ok(text)
    }

    pub(super) fn count(&self, range: RangeInclusive<u32>) -> Result<u32, PolicyError> {
        let number = self
            .value
            .get_ref()
            .as_integer()
            .ok_or_else(|| self.wrong_type("a whole number"))?;
        i64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let message = format!(
                    "`{}` cannot be {}",
                    self.key,
                    printable(&number.to_string())
                );
                let hint = format!("a whole number from {} to {}", range.start(), range.end());
                self.fail(message, Some(hint))
            })
    }

    pub(super) fn date(&self) -> Result<Date, PolicyError> {
        let Some(datetime) = self.value.get_ref().as_datetime() else {
            let mut error = self.wrong_type("a date");
            error.hint = Some("a date is written `2026-12-01`, without quotes".to_owned());
            return Err(error);
        };
        match (datetime.date, datetime.time) {
            (Some(date), None) => Date::new(
                date.year.cast_signed(),
                date.month.cast_signed(),
                date.day.cast_signed(),
            )
            .map_err(|_| self.fail(format!("`{}` is no day of the calendar", self.key), None)),
            _ => Err(self.fail(
                format!("`{}` holds a time; expected a date", self.key),
                Some(
                    "a date is written `2026-12-01`, without quotes; days are UTC days".to_owned(),
                ),
            )),
        }
    }

    pub(super) fn list(&self) -> Result<Vec<Self>, PolicyError> {
        let array = self
            .value
            .get_ref()
            .as_array()
            .ok_or_else(|| self.wrong_type("a list"))?;
        let element = |value| Item {
            value,
            ..self.clone()
        };
        Ok(array.iter().map(element).collect())
    }

    pub(super) fn table(&self) -> Result<&'d DeTable<'d>, PolicyError> {
        self.value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.wrong_type("a table"))
    }

    /// Returns the keys of a table with their values, in the order of the text.
    pub(super) fn entries(&self) -> Result<Vec<(String, Self)>, PolicyError> {
        let mut entries: Vec<_> = self
            .table()?
            .iter()
            .map(|(name, value)| {
                let key = format!("{}.{}", self.key, write_key(name.get_ref()));
                let item = Item {
                    source: self.source,
                    key,
                    key_span: name.span(),
                    value,
                };
                (name.get_ref().to_string(), item)
            })
            .collect();
        entries.sort_by_key(|(_, item)| item.key_span.start);
        Ok(entries)
    }

    /// Returns what a table holds under a name.
    pub(super) fn get(&self, name: &str) -> Result<Option<Self>, PolicyError> {
        let key = if self.key.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.key)
        };
        Ok(self.table()?.get_key_value(name).map(|(span, value)| Item {
            source: self.source,
            key,
            key_span: span.span(),
            value,
        }))
    }

    pub(super) fn require(&self, name: &str, example: &str) -> Result<Self, PolicyError> {
        self.get(name)?.ok_or_else(|| {
            self.fail(
                format!("`{}` lacks `{name}`", self.key),
                Some(format!("add `{name} = {example}`")),
            )
        })
    }

    pub(super) fn read<T: Value>(&self) -> Result<T, PolicyError> {
        T::read(self)
    }

    /// Returns names or addresses, of which none may be empty or given twice.
    pub(super) fn names(&self) -> Result<Vec<String>, PolicyError> {
        let mut names: Vec<String> = Vec::new();
        for item in self.list()? {
            let name = item.line_of_text()?;
            names.push(name.to_owned());
        }
        let mut sorted: Vec<&str> = names.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(self.fail(
                format!("`{}` names `{}` twice", self.key, printable(pair[0])),
                None,
            )),
            None => Ok(names),
        }
    }
}

/// A kind of value with one way to write it, whatever the key.
pub(super) trait Value: Sized {
    fn read(item: &Item<'_>) -> Result<Self, PolicyError>;
    fn write(&self) -> String;
}

/// A closed set of words.
pub(super) trait Word: Copy + PartialEq + 'static {
    const WORDS: &'static [(&'static str, Self)];

    fn word(self) -> &'static str {
        let known = Self::WORDS.iter().find(|(_, value)| *value == self);
        known.map_or("unknown", |(word, _)| word)
    }
}

impl<T: Word> Value for T {
    fn read(item: &Item<'_>) -> Result<Self, PolicyError> {
        let text = item.text()?;
        if let Some((_, value)) = Self::WORDS.iter().find(|(word, _)| *word == text) {
            return Ok(*value);
        }
        let all: Vec<String> = Self::WORDS
            .iter()
            .map(|(word, _)| format!("`{word}`"))
            .collect();
        let one_of = format!("one of {}", all.join(", "));
        let hint = match closest(text, Self::WORDS.iter().map(|(word, _)| *word)) {
            Some(word) => format!("did you mean `{word}`? {one_of}"),
            None => one_of,
        };
        Err(item.fail(
            format!("`{}` cannot be `{}`", item.key, printable(text)),
            Some(hint),
        ))
    }

    fn write(&self) -> String {
        write_text(self.word())
    }
}

impl Word for Action {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("block", Self::Block),
        ("review", Self::Review),
        ("warn", Self::Warn),
        ("info", Self::Info),
        ("off", Self::Off),
    ];
}

impl Word for Severity {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("critical", Self::Critical),
        ("high", Self::High),
        ("medium", Self::Medium),
        ("low", Self::Low),
    ];
}

impl Word for Confidence {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("low", Self::Low),
        ("medium", Self::Medium),
        ("high", Self::High),
    ];
}

impl Word for Engine {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("secrets", Self::Secrets),
        ("bandit", Self::Bandit),
        ("audit", Self::Audit),
    ];
}

impl Value for String {
    fn read(item: &Item<'_>) -> Result<Self, PolicyError> {
        item.line_of_text().map(str::to_owned)
    }

    fn write(&self) -> String {
        write_text(self)
    }
}

impl Value for u32 {
    fn read(item: &Item<'_>) -> Result<Self, PolicyError> {
        item.count(0..=Self::MAX)
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Value for Date {
    fn read(item: &Item<'_>) -> Result<Self, PolicyError> {
        item.date()
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Value for Vec<String> {
    fn read(item: &Item<'_>) -> Result<Self, PolicyError> {
        item.names()
    }

    fn write(&self) -> String {
        write_list(self.iter().map(|text| write_text(text)))
    }
}

/// Returns a string of TOML on one line that is safe to print.
pub(super) fn write_text(text: &str) -> String {
    let needs_double_quotes = text.contains('\'') || text.chars().any(steers);
    if text.contains(['\\', '"']) && !needs_double_quotes {
        return format!("'{text}'");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if steers(c) => out.extend(format!("\\U{:08x}", u32::from(c)).chars()),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Returns whether a character could steer a terminal or a log.
fn steers(c: char) -> bool {
    c.is_ascii_control() || (!c.is_ascii() && !printable(c.encode_utf8(&mut [0; 4])).starts_with(c))
}

pub(super) fn write_list(elements: impl Iterator<Item = String>) -> String {
    format!("[{}]", elements.collect::<Vec<_>>().join(", "))
}

/// Returns an inline table out of keys and written values.
pub(super) fn write_table<'k>(entries: impl Iterator<Item = (&'k str, String)>) -> String {
    let entries: Vec<String> = entries
        .map(|(key, value)| format!("{} = {value}", write_key(key)))
        .collect();
    if entries.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{ {} }}", entries.join(", "))
    }
}

pub(super) fn write_key(key: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !key.is_empty() && key.bytes().all(bare) {
        key.to_owned()
    } else {
        write_text(key)
    }
}

/// Returns the candidate that `given` was probably meant to be.
pub(super) fn closest<'c>(
    given: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    // Nobody means a short key with a text of this length, and the distance costs its square.
    if given.chars().count() > 64 {
        return None;
    }
    candidates
        .map(|candidate| (strsim::jaro_winkler(given, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_reads_back_as_written() {
        for text in [
            "",
            "plain",
            "it's",
            "a\"b",
            r"^[A-Z]+-\d+$",
            "both ' and \"",
            "a\nb\u{7f}\u{1}",
            "grün 日本\\'",
            "\u{202e}\u{e0041}",
        ] {
            let toml = format!("{} = {}", write_key(text), write_text(text));
            let table: toml::Table = toml.parse().unwrap();
            assert_eq!(table[text].as_str(), Some(text), "{toml}");
        }
    }
}
