//! The lists: calls and imports of names that are worth a look wherever they are used.

use ruff_python_ast::Expr;

use super::call::Call;
use super::check::{Found, Listed, On, Test};
use super::quote::Quote;

impl Listed {
    /// Returns whether an import begins with one of the names; a prefix is enough, also in the middle of a word.
    pub(super) fn matches_import(&self, prefix: &str, name: &str) -> bool {
        self.names
            .iter()
            .any(|listed| match listed.strip_prefix(prefix) {
                Some(rest) => name.starts_with(rest),
                None => prefix.starts_with(listed),
            })
    }
}

/// Returns whether a name is that of the function that imports, whatever an import has made of it.
pub(super) fn is_import(callee: &Expr) -> bool {
    matches!(callee, Expr::Name(name) if name.id.as_str() == "__import__")
}

/// Returns the name that a call has for the lists: the qualified one, or that of the module that it imports.
pub(super) fn called(call: &Call<'_, '_>) -> Option<String> {
    if is_import(&call.node.func) {
        return match call.args().first() {
            Some(Expr::StringLiteral(module)) => Some(module.value.to_str().to_owned()),
            _ => None,
        };
    }
    match call.qualname() {
        "importlib.import_module" | "importlib.__import__" => {
            let name = |text: Option<&str>| text.map(str::to_owned);
            if call.args().is_empty() {
                name(call.values()?.get("name")?.as_str())
            } else {
                name(call.arg_values()?[0].as_str())
            }
        }
        name => Some(name.to_owned()),
    }
}

/// Returns what is to be said about the use of a listed name.
pub(super) fn found(test: &Test, name: &str) -> Found {
    match &test.on {
        On::ListedCall(list) | On::ListedImport(list) => {
            let found = if list.message.contains("{name}") {
                Found::new(list.message.replace("{name}", name))
            } else {
                Found::new(list.message)
            };
            let times = list.fixed.len().saturating_sub(1);
            if times == 0 {
                return found;
            }
            found.with_quote(Quote::new(list.fixed, vec![name.to_owned(); times]))
        }
        _ => Found::new(test.meta.title),
    }
}
