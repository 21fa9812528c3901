//! What a configuration file holds, whichever language it is written in: values with their places.
//!
//! The conversions follow Python, because the reference tool hands what it has read to Python as it is: anything
//! empty counts as absent, a text where a list belongs is a list of its characters, a mapping the list of its keys.

use super::error::{ConfigError, Place};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) place: Place,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    /// Keys that are no text are left out: nothing asks for them.
    Table(Vec<(String, Node)>),
    /// A date, a time or bytes: something that no option of the reference tool can be.
    Other,
}

impl Node {
    /// Returns what stands under a key. Of two equal keys the last one counts, as in YAML of Python.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(entries) => entries
                .iter()
                .rev()
                .find(|(name, _)| name == key)
                .map(|(_, node)| node),
            _ => None,
        }
    }

    /// Returns whether Python would take it for true.
    pub(super) fn truthy(&self) -> bool {
        match &self.value {
            Value::Null => false,
            Value::Boolean(value) => *value,
            Value::Integer(value) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::List(items) => !items.is_empty(),
            Value::Table(entries) => !entries.is_empty(),
            Value::Other => true,
        }
    }

    /// Returns the texts that Python would find by iterating over it.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>, ConfigError> {
        match &self.value {
            Value::Text(text) => Ok(text.chars().map(String::from).collect()),
            Value::Table(entries) => Ok(entries.iter().map(|(name, _)| name.clone()).collect()),
            Value::List(items) => items.iter().map(|item| item.text(key)).collect(),
            _ => Err(self.expected(key, "a list of texts")),
        }
    }

    /// Returns the texts of a list; anything else is refused.
    pub(super) fn list(&self, key: &str) -> Result<Vec<String>, ConfigError> {
        match &self.value {
            Value::List(_) => self.texts(key),
            _ => Err(self.expected(key, "a list of texts")),
        }
    }

    /// Returns the number it is.
    pub(super) fn number(&self, key: &str) -> Result<f64, ConfigError> {
        match self.value {
            Value::Integer(value) => Ok(value as f64),
            Value::Float(value) => Ok(value),
            Value::Boolean(value) => Ok(f64::from(value)),
            _ => Err(self.expected(key, "a number")),
        }
    }

    /// Makes sure that it is a mapping.
    pub(super) fn table(&self, key: &str) -> Result<&Self, ConfigError> {
        match self.value {
            Value::Table(_) => Ok(self),
            _ => Err(self.expected(key, "a section with keys of its own")),
        }
    }

    fn text(&self, key: &str) -> Result<String, ConfigError> {
        match &self.value {
            Value::Text(text) => Ok(text.clone()),
            _ => Err(ConfigError::at(
                self.place,
                format!("`{key}` holds {}; each item has to be a text", self.kind()),
            )
            .hint("put each item in quotes")),
        }
    }

    fn expected(&self, key: &str, what: &str) -> ConfigError {
        ConfigError::at(
            self.place,
            format!("`{key}` is {}; it has to be {what}", self.kind()),
        )
    }

    fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "empty",
            Value::Boolean(_) => "a truth value",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Table(_) => "a section",
            Value::Other => "a date, a time or bytes",
        }
    }
}
