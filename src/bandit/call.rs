//! A call as the tests see it.

use std::cell::OnceCell;

use ruff_python_ast::{Expr, ExprCall, Keyword};
use ruff_text_size::{Ranged, TextSize};

use super::literal::{self, Value};
use super::names::Imports;

/// A call with its name resolved.
pub(super) struct Call<'c, 'a> {
    pub(super) node: &'a ExprCall,
    imports: &'c Imports<'a>,
    qualname: OnceCell<String>,
}

impl<'c, 'a> Call<'c, 'a> {
    pub(super) fn new(node: &'a ExprCall, imports: &'c Imports<'a>) -> Self {
        Self {
            node,
            imports,
            qualname: OnceCell::new(),
        }
    }

    /// Returns the qualified name of what is called.
    pub(super) fn qualname(&self) -> &str {
        self.qualname
            .get_or_init(|| self.imports.qualified(&self.node.func))
    }

    /// Returns the first component of the qualified name.
    pub(super) fn first_name(&self) -> &str {
        self.imports.first_name(&self.node.func)
    }

    /// Returns the last component of the qualified name.
    pub(super) fn name(&self) -> &str {
        self.imports.last_name(&self.node.func)
    }

    /// Returns whether this is one of the components of the qualified name.
    pub(super) fn has_component(&self, component: &str) -> bool {
        self.qualname().split('.').any(|part| part == component)
    }

    /// Returns the positional arguments, starred ones included.
    pub(super) fn args(&self) -> &'a [Expr] {
        &self.node.arguments.args
    }

    /// Returns the keyword arguments.
    pub(super) fn keywords(&self) -> &'a [Keyword] {
        &self.node.arguments.keywords
    }

    /// Returns the values of all keyword arguments, or nothing where the reference tool fails to evaluate one.
    pub(super) fn values(&self) -> Option<Keywords<'a>> {
        let values = self.keywords().iter().map(|keyword| {
            let name = keyword.arg.as_deref();
            literal::argument(&keyword.value).map(|value| (name, value))
        });
        values.collect::<Result<_, _>>().ok().map(Keywords)
    }

    /// Returns the values of all positional arguments, or nothing where one cannot be evaluated.
    pub(super) fn arg_values(&self) -> Option<Vec<Value<'a>>> {
        let values = self.args().iter().map(literal::argument);
        values.collect::<Result<_, _>>().ok()
    }

    /// Returns the value of one positional argument, unknown when there are fewer; nothing where evaluation fails.
    pub(super) fn value_at(&self, position: usize) -> Option<Value<'a>> {
        match self.args().get(position) {
            Some(arg) => literal::argument(arg).ok(),
            None => Some(Value::Unknown),
        }
    }

    /// Returns where the value of the first keyword argument of this name starts.
    pub(super) fn start_of(&self, name: &str) -> Option<TextSize> {
        self.keyword(name).map(|keyword| keyword.value.start())
    }

    /// Returns the first keyword argument of this name.
    pub(super) fn keyword(&self, name: &str) -> Option<&'a Keyword> {
        self.keywords()
            .iter()
            .find(|keyword| keyword.arg.as_deref() == Some(name))
    }
}

/// The values of keyword arguments.
pub(super) struct Keywords<'a>(Vec<(Option<&'a str>, Value<'a>)>);

impl<'a> Keywords<'a> {
    /// Returns whether there is an argument of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| *key == Some(name))
    }

    /// Returns the value of the argument of this name; the last one counts. Unknown values are values, too.
    pub(super) fn get(&self, name: &str) -> Option<&Value<'a>> {
        let found = self.0.iter().rev().find(|(key, _)| *key == Some(name));
        found.map(|(_, value)| value)
    }

    /// Returns whether the argument is this string; nothing where it is absent or not understood.
    pub(super) fn is(&self, name: &str, text: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Unknown => None,
            value => Some(value.as_str() == Some(text)),
        }
    }

    /// Returns whether the argument is one of these strings.
    pub(super) fn is_any(&self, name: &str, texts: &[String]) -> bool {
        let value = self.get(name).and_then(Value::as_str);
        value.is_some_and(|value| texts.iter().any(|text| text == value))
    }
}
