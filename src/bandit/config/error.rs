//! What is wrong in a configuration file, and where.

use std::fmt;

use crate::finding::printable;

/// A place in a text: line and column, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// What is wrong in a configuration file. Everything in it is safe to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file as it was named; empty until the reader of the file says it.
    pub file: String,
    /// Where in the file, if it is one place.
    pub place: Option<Place>,
    /// What is wrong: a lower-case fragment.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl ConfigError {
    pub(super) fn new(message: impl AsRef<str>) -> Self {
        Self {
            file: String::new(),
            place: None,
            message: printable(message.as_ref()),
            hint: None,
        }
    }

    pub(super) fn at(place: Place, message: impl AsRef<str>) -> Self {
        Self {
            place: Some(place),
            ..Self::new(message)
        }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    pub(super) fn in_file(self, file: &str) -> Self {
        Self {
            file: printable(file),
            ..self
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", self.file)?;
        }
        if let Some(Place { line, column }) = self.place {
            write!(f, "{line}:{column}:")?;
        }
        if !self.file.is_empty() || self.place.is_some() {
            f.write_str(" ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_file_line_and_column() {
        let place = Place { line: 2, column: 5 };
        let error = ConfigError::at(place, "unclosed\nlist").in_file("b.yaml");
        assert_eq!(error.to_string(), "b.yaml:2:5: unclosed\\nlist");
        assert_eq!(ConfigError::new("empty").to_string(), "empty");
    }
}
