//! Imports and qualified names, by the reference tool's rules.
//!
//! There is one table a file, filled in the order of the walk and never emptied: a use before its import does not
//! see it, an import inside a function is seen by everything behind it, and no name is ever unbound.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use ruff_python_ast::{Alias, Expr, StmtImport, StmtImportFrom};
use rustc_hash::FxHashMap;

/// What has been imported so far.
#[derive(Debug, Default)]
pub(super) struct Imports<'a> {
    modules: Vec<Cow<'a, str>>,
    /// How many of `modules` are known not to be what was asked for, so that none is looked at twice.
    asked: RefCell<FxHashMap<(&'static str, Match), usize>>,
    /// For each name that an import has bound, which of `modules` it stands for.
    aliases: HashMap<&'a str, usize>,
}

/// The longest module whose name is put before each name that is imported from it: a line may import many.
const LONGEST: usize = 256;

/// How the name of a module is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Match {
    Exact,
    Part,
}

impl<'a> Imports<'a> {
    /// Takes in `import …`.
    pub(super) fn import(&mut self, stmt: &'a StmtImport) {
        self.plain(&stmt.names);
    }

    /// Takes in `from … import …`. Dots before the module do not count; with nothing but dots it is a plain import.
    pub(super) fn import_from(&mut self, stmt: &'a StmtImportFrom) {
        let Some(module) = &stmt.module else {
            return self.plain(&stmt.names);
        };
        for alias in &stmt.names {
            let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            if module.len() > LONGEST {
                self.aliases.remove(name);
                continue;
            }
            self.aliases.insert(name, self.modules.len());
            let full = format!("{module}.{}", alias.name);
            self.modules.push(Cow::Owned(full));
        }
        if module.len() > LONGEST {
            self.modules.push(Cow::Borrowed(module));
        }
    }

    fn plain(&mut self, names: &'a [Alias]) {
        for alias in names {
            if let Some(name) = &alias.asname {
                self.aliases.insert(name, self.modules.len());
            }
            self.modules.push(Cow::Borrowed(&alias.name));
        }
    }

    /// Returns whether this very name was imported.
    pub(super) fn exactly(&self, module: &'static str) -> bool {
        self.has(module, Match::Exact)
    }

    /// Returns whether the name is part of any import, wherever in it.
    pub(super) fn like(&self, module: &'static str) -> bool {
        self.has(module, Match::Part)
    }

    fn has(&self, module: &'static str, how: Match) -> bool {
        let mut asked = self.asked.borrow_mut();
        let known = asked.entry((module, how)).or_default();
        let found = self.modules[*known..]
            .iter()
            .position(|imported| match how {
                Match::Exact => imported == module,
                Match::Part => imported.contains(module),
            });
        *known += found.unwrap_or(self.modules.len() - *known);
        found.is_some()
    }

    /// Returns what a name stands for: itself, unless an import says otherwise.
    pub(super) fn resolve<'s>(&'s self, name: &'s str) -> &'s str {
        self.aliases
            .get(name)
            .map_or(name, |module| &self.modules[*module])
    }

    /// Returns the qualified name of what is called, or "" for anything but names and attributes of names.
    pub(super) fn qualified(&self, callee: &Expr) -> String {
        match callee {
            Expr::Name(name) => self.resolve(&name.id).to_owned(),
            Expr::Attribute(_) => {
                let mut full = String::with_capacity(32);
                self.attribute(callee, &mut full);
                full
            }
            _ => String::new(),
        }
    }

    /// Appends the qualified name of `base`, which is nothing where it is neither name nor attribute.
    fn attribute(&self, base: &Expr, full: &mut String) {
        // The chain is walked inwards first, since it may be long.
        let mut attributes = Vec::new();
        let mut base = base;
        while let Expr::Attribute(attribute) = base {
            attributes.push(attribute.attr.as_str());
            base = &attribute.value;
        }
        if let Expr::Name(name) = base {
            full.push_str(self.resolve(&name.id));
        }
        for attribute in attributes.into_iter().rev() {
            full.push('.');
            full.push_str(attribute);
        }
    }

    /// Returns the first component of the qualified name of what is called.
    pub(super) fn first_name<'s>(&'s self, callee: &'s Expr) -> &'s str {
        let mut base = callee;
        while let Expr::Attribute(attribute) = base {
            base = &attribute.value;
        }
        match base {
            Expr::Name(name) => {
                let full = self.resolve(&name.id);
                full.split_once('.').map_or(full, |(first, _)| first)
            }
            _ => "",
        }
    }

    /// Returns the last component of the qualified name of what is called.
    pub(super) fn last_name<'s>(&'s self, callee: &'s Expr) -> &'s str {
        match callee {
            Expr::Name(name) => {
                let full = self.resolve(&name.id);
                full.rsplit_once('.').map_or(full, |(_, last)| last)
            }
            Expr::Attribute(attribute) => &attribute.attr,
            _ => "",
        }
    }
}
