//! Version specifiers: which versions of a package a requirement admits.
//!
//! Comes in: the text after a name, such as `==3.1.2,>=3.0`. Goes out: [`Specifiers`], which say whether they
//! admit a version and whether they leave only one. PEP 440 itself is `pep440_rs`'s.

use std::fmt;
use std::str::FromStr;

use pep440_rs::{Operator, Version, VersionSpecifier};

/// The versions that a requirement admits: those that satisfy every clause of at least one alternative.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Specifiers {
    /// Only Poetry's `||` makes more than one; none at all admits every version.
    alternatives: Vec<Vec<Clause>>,
}

/// One condition on a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// A condition as PEP 440 defines it.
    Compare(VersionSpecifier),
    /// `===` with a text that is no version: admits what is spelled so, which no version is.
    Text(String),
}

impl Clause {
    /// Reads one clause, for example `>=1.0` or `===1.0-odd`; white space may stand behind the operator.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches([' ', '\t']);
        if let Ok(specifier) = VersionSpecifier::from_str(text) {
            return Some(Self::Compare(specifier));
        }
        let text = text.strip_prefix("===")?.trim_start_matches([' ', '\t']);
        let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ';' | ')' | '|');
        (!text.contains(odd)).then(|| Self::Text(text.to_owned()))
    }

    fn admits(&self, version: &Version) -> bool {
        match self {
            Self::Compare(specifier) => specifier.contains(version),
            Self::Text(text) => version.to_string().eq_ignore_ascii_case(text),
        }
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(specifier) => write!(f, "{specifier}"),
            Self::Text(text) => write!(f, "==={}", crate::finding::printable(text)),
        }
    }
}

impl Specifiers {
    /// Admits what satisfies every clause.
    pub fn all(clauses: Vec<Clause>) -> Self {
        let alternatives = if clauses.is_empty() {
            Vec::new()
        } else {
            vec![clauses]
        };
        Self { alternatives }
    }

    /// Admits what at least one of several specifiers admits.
    pub fn any(several: Vec<Self>) -> Self {
        if several.iter().any(Self::is_empty) {
            return Self::default();
        }
        let alternatives = several
            .into_iter()
            .flat_map(|specifiers| specifiers.alternatives)
            .collect();
        Self { alternatives }
    }

    /// Admits one version only.
    pub fn exactly(version: Version) -> Self {
        Self::all(vec![Clause::Compare(VersionSpecifier::equals_version(
            version,
        ))])
    }

    /// Reads what [`Display`](fmt::Display) writes: clauses separated by commas, alternatives by `||`. A comma at
    /// the end is allowed, as PyPI's tools do.
    pub fn parse(text: &str) -> Option<Self> {
        let several: Option<Vec<_>> = text.split("||").map(Self::parse_one).collect();
        several.map(Self::any)
    }

    fn parse_one(text: &str) -> Option<Self> {
        let (specifiers, rest) = Self::parse_prefix(text)?;
        rest.trim_matches([' ', '\t'])
            .is_empty()
            .then_some(specifiers)
    }

    /// Reads the clauses that a text begins with and returns what follows them.
    pub(super) fn parse_prefix(text: &str) -> Option<(Self, &str)> {
        let mut clauses = Vec::new();
        let mut rest = text.trim_start_matches([' ', '\t']);
        while let Some(length) = clause_length(rest) {
            clauses.push(Clause::parse(&rest[..length])?);
            rest = rest[length..].trim_start_matches([' ', '\t']);
            match rest.strip_prefix(',') {
                Some(after) => rest = after.trim_start_matches([' ', '\t']),
                None => break,
            }
        }
        Some((Self::all(clauses), rest))
    }

    /// Returns whether every version is admitted.
    pub fn is_empty(&self) -> bool {
        self.alternatives.is_empty()
    }

    /// Returns whether a version is admitted, pre-releases like any other.
    pub fn admits(&self, version: &Version) -> bool {
        self.is_empty()
            || self
                .alternatives
                .iter()
                .any(|clauses| clauses.iter().all(|clause| clause.admits(version)))
    }

    /// Returns the one version that an `==` or `===` clause names and the other clauses admit.
    pub fn pin(&self) -> Option<&Version> {
        let [clauses] = self.alternatives.as_slice() else {
            return None;
        };
        clauses
            .iter()
            .filter_map(|clause| match clause {
                Clause::Compare(specifier)
                    if matches!(specifier.operator(), Operator::Equal | Operator::ExactEqual) =>
                {
                    Some(specifier.version())
                }
                _ => None,
            })
            .find(|version| clauses.iter().all(|clause| clause.admits(version)))
    }

    /// Returns the alternatives, each a list of clauses that have to hold together.
    pub fn alternatives(&self) -> &[Vec<Clause>] {
        &self.alternatives
    }
}

impl fmt::Display for Specifiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, clauses) in self.alternatives.iter().enumerate() {
            if at > 0 {
                f.write_str(" || ")?;
            }
            for (at, clause) in clauses.iter().enumerate() {
                if at > 0 {
                    f.write_str(",")?;
                }
                write!(f, "{clause}")?;
            }
        }
        Ok(())
    }
}

/// Returns the length of the clause that a text begins with, if it begins with an operator.
fn clause_length(text: &str) -> Option<usize> {
    let blank = |c: char| c == ' ' || c == '\t';
    let (operator, ends): (_, fn(char) -> bool) = if text.starts_with("===") {
        (3, |c| c.is_whitespace() || c == ';' || c == ')')
    } else if ["==", "!=", "<=", ">=", "~="]
        .iter()
        .any(|operator| text.starts_with(operator))
    {
        (2, ends_version)
    } else if text.starts_with(['<', '>']) {
        (1, ends_version)
    } else {
        return None;
    };
    let version = text[operator..].trim_start_matches(blank);
    let start = text.len() - version.len();
    Some(version.find(ends).map_or(text.len(), |end| start + end))
}

fn ends_version(c: char) -> bool {
    !(c.is_ascii_alphanumeric() || matches!(c, '.' | '!' | '+' | '*' | '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_an_equality_that_the_other_clauses_admit() {
        for (text, expected) in [
            ("==3.1.2", Some("3.1.2")),
            ("===3.1.2", Some("3.1.2")),
            ("== 3.1.2 , >=3.0", Some("3.1.2")),
            ("<4,==v3.1.2-1", Some("3.1.2.post1")),
            ("==1!2.0+cu118", Some("1!2.0+cu118")),
            ("==1.0,!=1.0", None),
            ("==1.0,==2.0", None),
            ("==3.1.*", None),
            ("~=3.1.2", None),
            (">=1.0,", None),
            ("===odd", None),
            ("", None),
        ] {
            let specifiers = Specifiers::parse(text).unwrap();
            assert_eq!(
                specifiers.pin().map(ToString::to_string).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_specifier_is_refused() {
        for text in [
            "=1.0",
            "1.0",
            ">=1.0+local",
            "~=1",
            ">=1.*",
            "==1.0.*.1",
            "==1.0a1.*",
            "==",
            "==1.0 2",
            "==1.0,,",
            "!==1",
            ">=é",
        ] {
            assert_eq!(Specifiers::parse(text), None, "{text}");
        }
    }

    #[test]
    fn alternatives_admit_what_either_admits() {
        let read = |text| Specifiers::parse(text).unwrap();
        let either = Specifiers::any(vec![read("<2"), read(">=3,<4")]);
        let admits = |text: &str| either.admits(&text.parse().unwrap());
        assert!(admits("1.0") && !admits("2.5") && admits("3.1") && !admits("4.0"));
        assert_eq!(either.to_string(), "<2 || >=3,<4");
        assert_eq!(read("<2 || >=3, <4"), either);
        assert!(Specifiers::any(vec![read("<2"), read("")]).is_empty());
    }
}
