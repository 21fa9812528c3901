//! One requirement as PEP 508 writes it: a name, extras, versions or a URL, and a marker.
//!
//! Comes in: a text without comments, options and line continuations. Goes out: a [`Requirement`], or the
//! place from which on the text is none. The grammar is that of PyPI's own tools, so what they refuse is
//! refused here.

use std::ops::Range;

use super::dependency::PackageName;
use super::marker::Marker;
use super::specifier::Specifiers;

/// A requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The normalised name.
    pub name: PackageName,
    /// The extras asked for, as written.
    pub extras: Vec<String>,
    /// The versions or the place that it may come from.
    pub source: Source,
    /// The environments it is for: the text of a [`Marker`].
    pub marker: Option<String>,
    /// The bytes of the text that say which version; those of the name where nothing does.
    pub span: Range<usize>,
}

/// Where a requirement is to be had from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// From an index, in a version that the specifiers admit.
    Index(Specifiers),
    /// From a URL.
    Url(String),
}

/// The text is no requirement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NotARequirement {
    /// What is wrong: a lower-case fragment.
    pub message: String,
    /// The byte of the text from which on it is wrong.
    pub offset: usize,
}

impl Requirement {
    /// Reads a requirement.
    pub fn parse(text: &str) -> Result<Self, NotARequirement> {
        let mut reader = Reader { text, rest: text };
        reader.skip_blanks();
        let start = reader.offset();
        let name = PackageName::new(reader.identifier("the name of a package")?);
        let mut span = start..reader.offset();
        reader.skip_blanks();
        let extras = reader.extras()?;
        reader.skip_blanks();
        let source = if reader.take('@') {
            Source::Url(reader.url(&mut span)?)
        } else {
            Source::Index(reader.versions(&mut span)?)
        };
        reader.skip_blanks();
        let marker = reader.marker()?;
        Ok(Self {
            name,
            extras,
            source,
            marker,
            span,
        })
    }
}

fn fail_at(offset: usize, message: impl Into<String>) -> NotARequirement {
    NotARequirement {
        message: message.into(),
        offset,
    }
}

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn offset(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    fn fail(&self, message: impl Into<String>) -> NotARequirement {
        fail_at(self.offset(), message)
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn take(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes letters, digits, `-`, `_` and `.`, from a letter or digit to the last that is no `-` or `.`.
    fn identifier(&mut self, what: &str) -> Result<&'t str, NotARequirement> {
        let run = self
            .rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
            .unwrap_or(self.rest.len());
        let word = self.rest[..run].trim_end_matches(['-', '.']);
        if !word.starts_with(|c: char| c.is_ascii_alphanumeric())
            || self.rest[word.len()..].starts_with(char::is_alphanumeric)
        {
            return Err(self.fail(format!("expected {what}")));
        }
        self.rest = &self.rest[word.len()..];
        Ok(word)
    }

    fn extras(&mut self) -> Result<Vec<String>, NotARequirement> {
        let mut extras = Vec::new();
        if !self.take('[') {
            return Ok(extras);
        }
        self.skip_blanks();
        while !self.take(']') {
            if !extras.is_empty() {
                if !self.take(',') {
                    return Err(self.fail("expected `,` or `]` in the list of extras"));
                }
                self.skip_blanks();
            }
            extras.push(self.identifier("the name of an extra")?.to_owned());
            self.skip_blanks();
        }
        Ok(extras)
    }

    fn versions(&mut self, span: &mut Range<usize>) -> Result<Specifiers, NotARequirement> {
        let enclosed = self.take('(');
        self.skip_blanks();
        let start = self.offset();
        let (specifiers, rest) = Specifiers::parse_prefix(self.rest)
            .ok_or_else(|| self.fail("expected a version specifier such as `==1.0`"))?;
        self.rest = rest;
        if !specifiers.is_empty() {
            let written = self.text[start..self.offset()].trim_end_matches([' ', '\t', ',']);
            *span = start..start + written.len();
        }
        self.skip_blanks();
        if enclosed && !self.take(')') {
            return Err(self.fail("expected `)` behind the versions"));
        }
        Ok(specifiers)
    }

    fn url(&mut self, span: &mut Range<usize>) -> Result<String, NotARequirement> {
        self.skip_blanks();
        let start = self.offset();
        let length = self.rest.find([' ', '\t']).unwrap_or(self.rest.len());
        if length == 0 {
            return Err(self.fail("expected a URL behind `@`"));
        }
        *span = start..start + length;
        let url = self.rest[..length].to_owned();
        self.rest = &self.rest[length..];
        Ok(url)
    }

    fn marker(&mut self) -> Result<Option<String>, NotARequirement> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        if !self.take(';') {
            return Err(self.fail("expected `;` and a marker, or the end"));
        }
        match self.rest.parse::<Marker>() {
            Ok(_) => Ok(Some(self.rest.trim_matches([' ', '\t']).to_owned())),
            Err(error) => {
                let before = self.rest.chars().take(error.column);
                let offset = self.offset() + before.map(char::len_utf8).sum::<usize>();
                Err(fail_at(offset, error.message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let requirement = Requirement::parse(text).unwrap();
        let source = match &requirement.source {
            Source::Index(specifiers) => specifiers.to_string(),
            Source::Url(url) => format!("@{url}"),
        };
        format!(
            "{} {:?} {source} {}",
            requirement.name,
            requirement.extras,
            requirement.marker.unwrap_or_default()
        )
    }

    #[test]
    fn a_requirement_has_a_name_extras_versions_and_a_marker() {
        for (text, expected) in [
            ("jinja2", "jinja2 []  "),
            (" Jinja2 == 3.1.2 ", "jinja2 [] ==3.1.2 "),
            ("a[x , y-Z](>=1,<2)", "a [\"x\", \"y-Z\"] >=1,<2 "),
            ("a[]>=1.0,", "a [] >=1.0 "),
            ("a ( ~= 1.4 );os_name=='nt'", "a [] ~=1.4 os_name=='nt'"),
            (
                "a@https://h/x-1.zip ; os_name=='nt'",
                "a [] @https://h/x-1.zip os_name=='nt'",
            ),
            ("a @ file:///srv/x;y", "a [] @file:///srv/x;y "),
            (
                "bad_===odd,>1 ; os_name == 'x'",
                "bad- [] ===odd,>1 os_name == 'x'",
            ),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_requirement_is_refused_with_its_place() {
        for (text, offset) in [
            ("", 0),
            ("-x==1", 0),
            ("é==1", 0),
            ("jinja2é", 0),
            ("this is not", 5),
            ("jinja2==3.1.2#comment", 13),
            ("\"jinja2==3.1.2\"", 0),
            ("a[b", 3),
            ("a[b c]", 4),
            ("a[b,]", 4),
            ("a(>=1", 5),
            ("a=1", 1),
            ("a>=1+x", 1),
            ("a @", 3),
            ("a; os_name", 10),
            ("a;é", 2),
            ("x-", 1),
        ] {
            assert_eq!(
                Requirement::parse(text).unwrap_err().offset,
                offset,
                "{text}"
            );
        }
    }

    #[test]
    fn the_span_is_that_of_the_version() {
        for (text, expected) in [
            ("jinja2 == 3.1.2 , ; os_name=='x'", "== 3.1.2"),
            ("jinja2 (==3.1.2 )", "==3.1.2"),
            (" jinja2[x]", "jinja2"),
            ("a @ https://h ; os_name=='x'", "https://h"),
        ] {
            assert_eq!(&text[Requirement::parse(text).unwrap().span], expected);
        }
    }
}
