//! Environment markers: the condition behind the `;` of a requirement.
//!
//! Comes in: a text. Goes out: a [`Marker`] that can be shown and evaluated for an [`Environment`]. The gate
//! audits every branch and shows the marker; the front end asks which hold on one interpreter.

use std::fmt;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifier};

use super::dependency::PackageName;
use super::marker_reader;

/// A condition on the environment that a requirement is installed in.
#[derive(Clone, PartialEq, Eq)]
pub struct Marker(pub(super) Node);

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// Holds where one of several holds.
    Any(Vec<Self>),
    /// Holds where all of several hold.
    All(Vec<Self>),
    Compare(Operand, Comparison, Operand),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operand {
    Variable(Variable),
    Text(String),
}

/// How two operands are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    In,
    NotIn,
    /// `==`, `<=` and the other operators that a version specifier may begin with.
    Order(&'static str),
}

/// What a marker may ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named as PEP 508 and PEP 751 name it")]
pub enum Variable {
    ImplementationName,
    ImplementationVersion,
    OsName,
    PlatformMachine,
    PlatformPythonImplementation,
    PlatformRelease,
    PlatformSystem,
    PlatformVersion,
    PythonFullVersion,
    PythonVersion,
    SysPlatform,
    Extra,
    Extras,
    DependencyGroups,
}

impl Variable {
    /// Every variable with its name; the other spellings that are understood stand in `marker_reader`.
    pub(super) const NAMES: [(Self, &'static str); 14] = [
        (Self::ImplementationName, "implementation_name"),
        (Self::ImplementationVersion, "implementation_version"),
        (Self::OsName, "os_name"),
        (Self::PlatformMachine, "platform_machine"),
        (
            Self::PlatformPythonImplementation,
            "platform_python_implementation",
        ),
        (Self::PlatformRelease, "platform_release"),
        (Self::PlatformSystem, "platform_system"),
        (Self::PlatformVersion, "platform_version"),
        (Self::PythonFullVersion, "python_full_version"),
        (Self::PythonVersion, "python_version"),
        (Self::SysPlatform, "sys_platform"),
        (Self::Extra, "extra"),
        (Self::Extras, "extras"),
        (Self::DependencyGroups, "dependency_groups"),
    ];

    fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(variable, _)| *variable == self)
            .map_or("", |(_, name)| name)
    }

    /// Whether values are compared as versions where they are versions.
    fn holds_version(self) -> bool {
        matches!(
            self,
            Self::ImplementationVersion
                | Self::PlatformRelease
                | Self::PythonFullVersion
                | Self::PythonVersion
        )
    }
}

/// The interpreter and platform that markers are evaluated for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each is named as the marker variable it answers for"
)]
pub struct Environment {
    pub implementation_name: String,
    pub implementation_version: String,
    pub os_name: String,
    pub platform_machine: String,
    pub platform_python_implementation: String,
    pub platform_release: String,
    pub platform_system: String,
    pub platform_version: String,
    pub python_full_version: String,
    pub python_version: String,
    pub sys_platform: String,
    /// The extra asked for; empty for none.
    pub extra: String,
    /// The extras that are being installed from a lock file.
    pub extras: Vec<String>,
    /// The dependency groups that are being installed from a lock file.
    pub dependency_groups: Vec<String>,
}

impl Environment {
    /// Returns the environment of CPython of a version such as `3.12` or `3.12.4` on a platform: `linux`,
    /// `macos` or `windows`; nothing for another platform or something that is no version.
    ///
    /// What no option tells (the kernel's release and version) is empty; the machine is the usual one.
    pub fn cpython(python: &str, platform: &str) -> Option<Self> {
        let version = Version::from_str(python).ok()?;
        let [major, minor, ..] = *version.release() else {
            return None;
        };
        let full = match version.release().len() {
            2 => format!("{python}.0"),
            _ => python.to_owned(),
        };
        let (os, machine, system, sys) = match platform {
            "linux" => ("posix", "x86_64", "Linux", "linux"),
            "macos" | "darwin" => ("posix", "arm64", "Darwin", "darwin"),
            "windows" | "win32" => ("nt", "AMD64", "Windows", "win32"),
            _ => return None,
        };
        Some(Self {
            implementation_name: "cpython".to_owned(),
            implementation_version: full.clone(),
            os_name: os.to_owned(),
            platform_machine: machine.to_owned(),
            platform_python_implementation: "CPython".to_owned(),
            platform_release: String::new(),
            platform_system: system.to_owned(),
            platform_version: String::new(),
            python_full_version: full,
            python_version: format!("{major}.{minor}"),
            sys_platform: sys.to_owned(),
            extra: String::new(),
            extras: Vec::new(),
            dependency_groups: Vec::new(),
        })
    }

    fn text(&self, variable: Variable) -> Option<&str> {
        Some(match variable {
            Variable::ImplementationName => &self.implementation_name,
            Variable::ImplementationVersion => &self.implementation_version,
            Variable::OsName => &self.os_name,
            Variable::PlatformMachine => &self.platform_machine,
            Variable::PlatformPythonImplementation => &self.platform_python_implementation,
            Variable::PlatformRelease => &self.platform_release,
            Variable::PlatformSystem => &self.platform_system,
            Variable::PlatformVersion => &self.platform_version,
            Variable::PythonFullVersion => &self.python_full_version,
            Variable::PythonVersion => &self.python_version,
            Variable::SysPlatform => &self.sys_platform,
            Variable::Extra => &self.extra,
            Variable::Extras | Variable::DependencyGroups => return None,
        })
    }
}

/// The text is no marker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} at character {}", column + 1)]
pub struct NotAMarker {
    /// What is wrong: a lower-case fragment.
    pub message: &'static str,
    /// The number of characters before the place.
    pub column: usize,
}

impl FromStr for Marker {
    type Err = NotAMarker;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        marker_reader::read(text)
    }
}

impl Marker {
    /// Returns whether the marker holds in an environment; nothing where it compares what has no order.
    pub fn holds(&self, environment: &Environment) -> Option<bool> {
        self.0.holds(environment)
    }

    /// Returns the texts that a variable is compared with, for example the extras that a marker names.
    pub fn compared_with(&self, variable: Variable) -> Vec<&str> {
        let mut texts = Vec::new();
        self.0.visit(&mut |left, _, right| match (left, right) {
            (Operand::Variable(found), Operand::Text(text))
            | (Operand::Text(text), Operand::Variable(found))
                if *found == variable =>
            {
                texts.push(text.as_str());
            }
            _ => {}
        });
        texts
    }

    /// Returns whether the marker can hold where no extra and no dependency group is installed.
    pub(super) fn may_hold_without_parts(&self) -> bool {
        self.0.may_hold_without_parts()
    }

    /// Returns the marker that holds where both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        if self == other {
            return self;
        }
        let mut nodes = Vec::new();
        for node in [self.0, other.0] {
            match node {
                Node::All(inner) => nodes.extend(inner),
                node => nodes.push(node),
            }
        }
        Self(Node::All(nodes))
    }
}

impl Node {
    fn holds(&self, environment: &Environment) -> Option<bool> {
        // No short cut: a comparison without an order makes the whole marker undefined, as pip has it.
        match self {
            Self::Any(nodes) => nodes
                .iter()
                .map(|node| node.holds(environment))
                .try_fold(false, |any, holds| holds.map(|holds| any | holds)),
            Self::All(nodes) => nodes
                .iter()
                .map(|node| node.holds(environment))
                .try_fold(true, |all, holds| holds.map(|holds| all & holds)),
            Self::Compare(left, comparison, right) => {
                compare(left, *comparison, right, environment)
            }
        }
    }

    fn may_hold_without_parts(&self) -> bool {
        match self {
            Self::Any(nodes) => nodes.iter().any(Self::may_hold_without_parts),
            Self::All(nodes) => nodes.iter().all(Self::may_hold_without_parts),
            Self::Compare(
                _,
                comparison,
                Operand::Variable(Variable::Extras | Variable::DependencyGroups),
            ) => *comparison != Comparison::In,
            Self::Compare(..) => true,
        }
    }

    fn visit<'n>(&'n self, see: &mut impl FnMut(&'n Operand, Comparison, &'n Operand)) {
        match self {
            Self::Any(nodes) | Self::All(nodes) => nodes.iter().for_each(|node| node.visit(see)),
            Self::Compare(left, comparison, right) => see(left, *comparison, right),
        }
    }
}

fn compare(
    left: &Operand,
    comparison: Comparison,
    right: &Operand,
    environment: &Environment,
) -> Option<bool> {
    let (variable, left, right) = match (left, right) {
        (Operand::Variable(variable), Operand::Text(right)) => {
            (*variable, environment.text(*variable)?, right.as_str())
        }
        (Operand::Text(left), Operand::Variable(variable)) => {
            let set = match variable {
                Variable::Extras => &environment.extras,
                Variable::DependencyGroups => &environment.dependency_groups,
                _ => {
                    return compare_texts(
                        *variable,
                        left,
                        comparison,
                        environment.text(*variable)?,
                    );
                }
            };
            let listed = set.iter().any(|name| folded(name) == folded(left));
            return match comparison {
                Comparison::In => Some(listed),
                Comparison::NotIn => Some(!listed),
                Comparison::Order(_) => None,
            };
        }
        (Operand::Variable(variable), Operand::Variable(right)) => (
            *variable,
            environment.text(*variable)?,
            environment.text(*right)?,
        ),
        // It says nothing about an environment, and pip refuses to evaluate it.
        (Operand::Text(_), Operand::Text(_)) => return None,
    };
    compare_texts(variable, left, comparison, right)
}

fn compare_texts(
    variable: Variable,
    left: &str,
    comparison: Comparison,
    right: &str,
) -> Option<bool> {
    let operator = match comparison {
        Comparison::In => return Some(right.contains(left)),
        Comparison::NotIn => return Some(!right.contains(left)),
        Comparison::Order(operator) => operator,
    };
    if variable == Variable::Extra {
        return match operator {
            "==" => Some(folded(left) == folded(right)),
            "!=" => Some(folded(left) != folded(right)),
            _ => order_of_texts(operator, left, right),
        };
    }
    if variable.holds_version()
        && let Ok(specifier) = VersionSpecifier::from_str(&format!("{operator}{right}"))
    {
        // `3.12.0+` is what an interpreter built from a checkout says of itself.
        let left = left.strip_suffix('+').unwrap_or(left);
        return Some(Version::from_str(left).is_ok_and(|version| specifier.contains(&version)));
    }
    order_of_texts(operator, left, right)
}

/// Texts that are no versions are equal or not; nothing lies before or behind another.
fn order_of_texts(operator: &str, left: &str, right: &str) -> Option<bool> {
    match operator {
        "==" | "<=" | ">=" => Some(left == right),
        "!=" => Some(left != right),
        "<" | ">" => Some(false),
        _ => None,
    }
}

/// Names of extras and groups are compared as names of packages are.
fn folded(name: &str) -> String {
    PackageName::new(name).to_string()
}

impl fmt::Display for Marker {
    /// Writes the marker on one line, with as few parentheses as it needs; safe to print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (nodes, word) = match self {
            Self::Any(nodes) => (nodes, " or "),
            Self::All(nodes) => (nodes, " and "),
            Self::Compare(left, comparison, right) => {
                return write!(f, "{left} {comparison} {right}");
            }
        };
        for (at, node) in nodes.iter().enumerate() {
            if at > 0 {
                f.write_str(word)?;
            }
            match (self, node) {
                (Self::All(_), Self::Any(_)) => write!(f, "({node})")?,
                _ => write!(f, "{node}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(variable) => f.write_str(variable.name()),
            Self::Text(text) => {
                let quote = if text.contains('"') { '\'' } else { '"' };
                write!(f, "{quote}{}{quote}", crate::finding::printable(text))
            }
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Order(operator) => operator,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, python: &str, platform: &str) -> Option<bool> {
        let marker: Marker = text.parse().unwrap();
        marker.holds(&Environment::cpython(python, platform).unwrap())
    }

    #[test]
    fn versions_are_compared_as_versions_and_texts_as_texts() {
        for (text, expected) in [
            ("python_version < '3.8'", Some(false)),
            ("python_version >= '3.8'", Some(true)),
            ("'3.8' <= python_version", Some(true)),
            ("python_version in '3.11 3.12'", Some(true)),
            ("python_version not in '3.11, 3.12'", Some(false)),
            ("python_full_version == '3.12.*'", Some(true)),
            ("python_version ~= '3.10'", Some(true)),
            ("python_version ~= '4'", None),
            ("python_version == '3.1*'", Some(false)),
            ("sys_platform == 'linux'", Some(true)),
            ("sys_platform < 'z'", Some(false)),
            ("'lin' in sys_platform", Some(true)),
            (
                "os.name == 'posix' and python_implementation == 'CPython'",
                Some(true),
            ),
            ("extra == 'x'", Some(false)),
            ("'dev' in dependency_groups", Some(false)),
            (
                "python_version < '3' or (os_name == 'nt' or os_name == 'posix')",
                Some(true),
            ),
            ("python_version >= '3' or python_version ~= '4'", None),
        ] {
            assert_eq!(holds(text, "3.12", "linux"), expected, "{text}");
        }
        assert_eq!(
            holds("platform_system == 'Windows'", "3.9.1", "windows"),
            Some(true)
        );
        assert_eq!(Environment::cpython("3.12", "plan9"), None);
        assert_eq!(Environment::cpython("three", "linux"), None);
    }

    #[test]
    fn a_marker_is_shown_with_the_parentheses_it_needs() {
        for (text, expected) in [
            ("os.name=='nt'", "os_name == \"nt\""),
            ("(python_version<'3')", "python_version < \"3\""),
            (
                "extra=='a' and (os_name == 'nt' or ('x' not  in sys.platform))",
                "extra == \"a\" and (os_name == \"nt\" or \"x\" not in sys_platform)",
            ),
            ("os_name == 'a\"b'", "os_name == 'a\"b'"),
        ] {
            let marker: Marker = text.parse().unwrap();
            assert_eq!(marker.to_string(), expected);
            assert_eq!(marker.to_string().parse(), Ok(marker));
        }
    }

    #[test]
    fn the_extras_that_a_marker_names_can_be_asked_for() {
        let marker: Marker = "extra == 'a' and 'b' == extra or os_name == 'c'"
            .parse()
            .unwrap();
        assert_eq!(marker.compared_with(Variable::Extra), ["a", "b"]);
        let both = marker.clone().and("os_name == 'd'".parse().unwrap());
        assert_eq!(both.to_string().parse(), Ok(both));
        assert_eq!(marker.clone().and(marker.clone()), marker);
    }
}
