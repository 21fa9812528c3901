//! Reads the text of a marker.
//!
//! The grammar is PEP 508's with the variables of PEP 751 and the older spellings that PyPI's tools still
//! take (`os.name`, `python_implementation`). Nesting is limited, so hostile input cannot exhaust the stack.

use super::marker::{Comparison, Marker, Node, NotAMarker, Operand, Variable};

/// Parentheses nested deeper than this are refused; people write two or three.
const DEEPEST: usize = 50;

/// Longest first where one begins with another.
const OPERATORS: [&str; 8] = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"];

/// Spellings beside the names of the variables.
const OLD_NAMES: [(&str, Variable); 6] = [
    ("os.name", Variable::OsName),
    ("sys.platform", Variable::SysPlatform),
    ("platform.version", Variable::PlatformVersion),
    ("platform.machine", Variable::PlatformMachine),
    (
        "platform.python_implementation",
        Variable::PlatformPythonImplementation,
    ),
    (
        "python_implementation",
        Variable::PlatformPythonImplementation,
    ),
];

/// Reads a text that is a marker and nothing else.
pub(super) fn read(text: &str) -> Result<Marker, NotAMarker> {
    let mut reader = Reader { text, rest: text };
    let node = reader.any(0)?;
    match reader.rest {
        "" => Ok(Marker(node)),
        _ => Err(reader.fail("expected `and`, `or` or the end of the marker")),
    }
}

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
}

impl Reader<'_> {
    fn fail(&self, message: &'static str) -> NotAMarker {
        let before = &self.text[..self.text.len() - self.rest.len()];
        NotAMarker {
            message,
            column: before.chars().count(),
        }
    }

    fn any(&mut self, depth: usize) -> Result<Node, NotAMarker> {
        let first = self.all(depth)?;
        if !self.rest.starts_with("or") {
            return Ok(first);
        }
        let mut nodes = Vec::new();
        let mut push = |node| match node {
            Node::Any(inner) => nodes.extend(inner),
            node => nodes.push(node),
        };
        push(first);
        while self.take_word("or") {
            push(self.all(depth)?);
        }
        Ok(Node::Any(nodes))
    }

    fn all(&mut self, depth: usize) -> Result<Node, NotAMarker> {
        let first = self.atom(depth)?;
        if !self.rest.starts_with("and") {
            return Ok(first);
        }
        let mut nodes = Vec::new();
        let mut push = |node| match node {
            Node::All(inner) => nodes.extend(inner),
            node => nodes.push(node),
        };
        push(first);
        while self.take_word("and") {
            push(self.atom(depth)?);
        }
        Ok(Node::All(nodes))
    }

    fn atom(&mut self, depth: usize) -> Result<Node, NotAMarker> {
        self.skip_blanks();
        if !self.rest.starts_with('(') {
            return self.comparison();
        }
        if depth == DEEPEST {
            return Err(self.fail("parentheses are nested too deeply"));
        }
        self.rest = &self.rest[1..];
        let node = self.any(depth + 1)?;
        if !self.rest.starts_with(')') {
            return Err(self.fail("expected `)`"));
        }
        self.rest = &self.rest[1..];
        self.skip_blanks();
        Ok(node)
    }

    fn comparison(&mut self) -> Result<Node, NotAMarker> {
        let left = self.operand()?;
        let comparison = self.operator()?;
        let right = self.operand()?;
        Ok(Node::Compare(left, comparison, right))
    }

    fn operand(&mut self) -> Result<Operand, NotAMarker> {
        self.skip_blanks();
        if let Some(quote) = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"')) {
            let inner = &self.rest[1..];
            let end = inner
                .find(quote)
                .ok_or_else(|| self.fail("a quoted text has no end"))?;
            // A backslash starts an escape for Python and stands for nothing that a marker needs.
            if inner[..end].contains(|c: char| c == '\\' || c.is_control()) {
                return Err(self.fail("a quoted text holds a backslash or a control character"));
            }
            self.rest = &inner[end + 1..];
            self.skip_blanks();
            return Ok(Operand::Text(inner[..end].to_owned()));
        }
        let length = self
            .rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .unwrap_or(self.rest.len());
        let word = &self.rest[..length];
        let names = Variable::NAMES
            .iter()
            .map(|&(variable, name)| (name, variable));
        let variable = names
            .chain(OLD_NAMES)
            .find(|(name, _)| *name == word)
            .map(|(_, variable)| variable)
            .ok_or_else(|| self.fail("expected a marker variable or a quoted text"))?;
        self.rest = &self.rest[length..];
        self.skip_blanks();
        Ok(Operand::Variable(variable))
    }

    fn operator(&mut self) -> Result<Comparison, NotAMarker> {
        if self.take_word("in") {
            return Ok(Comparison::In);
        }
        if self.take_word("not") {
            return if self.take_word("in") {
                Ok(Comparison::NotIn)
            } else {
                Err(self.fail("expected `in` behind `not`"))
            };
        }
        for operator in OPERATORS {
            if let Some(rest) = self.rest.strip_prefix(operator) {
                self.rest = rest;
                return Ok(Comparison::Order(operator));
            }
        }
        Err(self.fail("expected a comparison such as `==` or `in`"))
    }

    /// Takes a word that ends where it ends, and the blanks behind it.
    fn take_word(&mut self, word: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(word) else {
            return false;
        };
        if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return false;
        }
        self.rest = rest;
        self.skip_blanks();
        true
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_marker_is_refused_with_its_place() {
        for (text, column) in [
            ("", 0),
            ("python_version", 14),
            ("python_version >", 16),
            ("python_version > 3", 17),
            ("colour == 'red'", 0),
            ("os_name == 'x", 11),
            ("os_name == 'x' xor os_name == 'y'", 15),
            ("(os_name == 'x'", 15),
            ("os_name == 'x')", 14),
            ("os_name not  'x'", 13),
            ("os_name == 'é' é", 15),
            (r"os_name == 'a\x41'", 11),
            ("os_name == 'x' orsys_platform == 'y'", 15),
        ] {
            assert_eq!(read(text).unwrap_err().column, column, "{text}");
        }
        let deep = |n| format!("{}os_name == 'x'{}", "(".repeat(n), ")".repeat(n));
        assert!(read(&deep(DEEPEST)).is_ok());
        assert!(read(&deep(DEEPEST + 1)).is_err());
        assert!(read(&deep(100_000)).is_err());
    }
}
