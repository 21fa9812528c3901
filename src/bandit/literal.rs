//! Values of arguments as the reference tool reads them.

use std::borrow::Cow;

use ruff_python_ast::{Expr, Number};

/// The value of a literal; what is not one is [`Value::Unknown`].
///
/// Names count as strings, and so do `True`, `False` and `None`: `verify=False` and `verify="False"` are the same.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    /// A string, a name, `True`, `False` or `None`.
    Str(Cow<'a, str>),
    /// A number without imaginary part.
    Number(f64),
    /// An integer, with its low bits where it is beyond 64 bits.
    Int(u64),
    /// The elements of a list.
    List(Vec<Self>),
    /// A tuple; whether it can be a dictionary's key.
    Tuple { empty: bool, hashable: bool },
    /// Something with a truth value that no test compares: bytes, `...`, complex numbers, sets, dictionaries.
    Other { truthy: bool, hashable: bool },
    /// Anything else: calls, operators, f-strings, attributes inside of containers.
    Unknown,
}

/// Evaluating fails in the reference tool: a set literal holds something that no set can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unhashable;

impl Value<'_> {
    /// Returns the string, if it is one.
    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Returns whether Python takes the value for true.
    pub(super) fn truthy(&self) -> bool {
        match self {
            Value::Str(text) => !text.is_empty(),
            Value::Number(number) => *number != 0.0,
            Value::Int(int) => *int != 0,
            Value::List(list) => !list.is_empty(),
            Value::Tuple { empty, .. } => !empty,
            Value::Other { truthy, .. } => *truthy,
            Value::Unknown => false,
        }
    }

    /// Returns whether the value can be an element of a set.
    pub(super) fn hashable(&self) -> bool {
        match self {
            Value::List(_) => false,
            Value::Tuple { hashable, .. } | Value::Other { hashable, .. } => *hashable,
            _ => true,
        }
    }
}

/// Returns the value of an argument: the last name of an attribute, else the literal.
pub(super) fn argument(expr: &Expr) -> Result<Value<'_>, Unhashable> {
    match expr {
        Expr::Attribute(attribute) => Ok(Value::Str(Cow::Borrowed(&attribute.attr))),
        _ => literal(expr),
    }
}

/// Returns the value of a literal.
fn literal(expr: &Expr) -> Result<Value<'_>, Unhashable> {
    Ok(match expr {
        Expr::StringLiteral(string) => Value::Str(Cow::Borrowed(string.value.to_str())),
        Expr::BooleanLiteral(boolean) => {
            Value::Str(Cow::Borrowed(if boolean.value { "True" } else { "False" }))
        }
        Expr::NoneLiteral(_) => Value::Str(Cow::Borrowed("None")),
        Expr::Name(name) => Value::Str(Cow::Borrowed(&name.id)),
        Expr::NumberLiteral(literal) => number(&literal.value),
        Expr::BytesLiteral(bytes) => Value::Other {
            truthy: !bytes.value.is_empty(),
            hashable: true,
        },
        Expr::EllipsisLiteral(_) => Value::Other {
            truthy: true,
            hashable: true,
        },
        Expr::List(list) => Value::List(all(&list.elts)?),
        Expr::Tuple(tuple) => Value::Tuple {
            empty: tuple.is_empty(),
            hashable: all(&tuple.elts)?.iter().all(Value::hashable),
        },
        Expr::Set(set) => {
            if !all(&set.elts)?.iter().all(Value::hashable) {
                return Err(Unhashable);
            }
            Value::Other {
                truthy: true,
                hashable: false,
            }
        }
        Expr::Dict(dict) => Value::Other {
            truthy: !dict.is_empty(),
            hashable: false,
        },
        _ => Value::Unknown,
    })
}

fn all(exprs: &[Expr]) -> Result<Vec<Value<'_>>, Unhashable> {
    exprs.iter().map(literal).collect()
}

fn number(number: &Number) -> Value<'static> {
    match number {
        Number::Int(int) => Value::Int(int.as_u64().unwrap_or_else(|| low_bits(&int.to_string()))),
        Number::Float(float) => Value::Number(*float),
        Number::Complex { real, imag } => Value::Other {
            truthy: *real != 0.0 || *imag != 0.0,
            hashable: true,
        },
    }
}

/// Returns the low 63 bits of an integer that is too big for 64, with the highest bit set so that it stays big.
fn low_bits(digits: &str) -> u64 {
    let digits = digits.to_ascii_lowercase();
    let (radix, digits) = match digits.get(..2) {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ => (10, digits.as_str()),
    };
    let low = digits
        .chars()
        .filter_map(|c| c.to_digit(radix))
        .fold(0_u64, |value, digit| {
            value
                .wrapping_mul(u64::from(radix))
                .wrapping_add(u64::from(digit))
        });
    low | 1 << 63
}
