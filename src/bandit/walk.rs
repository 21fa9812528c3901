//! The walk over a tree: every node is shown to the tests that it concerns, and what they find is collected.
//!
//! The order of the walk decides the order of the findings and which imports a name sees.

use std::cell::RefCell;
use std::collections::BTreeMap;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::TextRange;

use super::call::Call;
use super::chain::Chains;
use super::check::{Context, Found, On, Test, Text};
use super::names::Imports;
use super::nosec::Nosec;
use super::parse::{self, DEEPEST};
use super::plan::{LISTED, Plan};
use super::position::Source;
use super::report::FileMetrics;
use super::safety::Owners;
use super::settings::Options;
use super::shown::{Raw, Scope};
use super::tree::{self, Node};

/// How deep the reference tool can follow a tree.
pub(super) const REFERENCE_DEPTH: usize = 980;

/// The tree is deeper than [`DEEPEST`].
pub(super) struct TooDeep;

/// What a walk needs and what it collects.
pub(super) struct Walker<'w, 'a> {
    pub(super) plan: &'w Plan,
    pub(super) options: &'w Options,
    pub(super) path: &'w str,
    pub(super) source: &'w Source<'a>,
    /// The `# nosec` comments by line.
    pub(super) nosec: &'w BTreeMap<u32, Nosec>,
    imports: Imports<'a>,
    chains: RefCell<Chains>,
    owners: RefCell<Owners<'a>>,
    parents: Vec<Node<'a>>,
    scope: Scope<'a>,
    pub(super) found: Vec<Raw<'a>>,
    pub(super) secrets: Vec<TextRange>,
    pub(super) metrics: FileMetrics,
    /// How deep the tree was so far.
    pub(super) deepest: usize,
}

impl<'w, 'a> Walker<'w, 'a> {
    pub(super) fn new(
        plan: &'w Plan,
        options: &'w Options,
        path: &'w str,
        source: &'w Source<'a>,
        nosec: &'w BTreeMap<u32, Nosec>,
    ) -> Self {
        Self {
            plan,
            options,
            path,
            source,
            nosec,
            imports: Imports::default(),
            chains: RefCell::default(),
            owners: RefCell::default(),
            parents: Vec::with_capacity(64),
            scope: Scope::default(),
            found: Vec::new(),
            secrets: Vec::new(),
            metrics: FileMetrics::default(),
            deepest: 0,
        }
    }

    /// Walks over everything below `node`.
    pub(super) fn below(&mut self, node: Node<'a>) -> Result<(), TooDeep> {
        self.parents.push(node);
        let depth = self.parents.len();
        self.deepest = self.deepest.max(depth);
        let mut result = Ok(());
        if depth > DEEPEST {
            result = Err(TooDeep);
        } else {
            parse::with_stack(depth, || {
                tree::children(node, &mut |child| {
                    if result.is_ok() {
                        result = self.node(child);
                    }
                });
            });
        }
        self.parents.pop();
        result
    }

    fn node(&mut self, node: Node<'a>) -> Result<(), TooDeep> {
        if is_of_no_concern(node) {
            return Ok(());
        }
        let named = match node {
            Node::Stmt(Stmt::FunctionDef(def)) => Some(def.name.as_str()),
            Node::Stmt(Stmt::ClassDef(def)) => Some(def.name.as_str()),
            _ => None,
        };
        if let Some(name) = named {
            self.scope.enter(name);
        }
        self.show(node);
        let result = match node {
            Node::Piece(_) | Node::Expr(Expr::StringLiteral(_)) => Ok(()),
            _ => self.below(node),
        };
        if named.is_some() {
            self.scope.leave();
        }
        result
    }

    /// Shows one node to the tests that it concerns.
    fn show(&mut self, node: Node<'a>) {
        match node {
            Node::Expr(Expr::Call(call)) => self.call(node, call),
            Node::Expr(Expr::StringLiteral(string)) => self.string(node, string.value.to_str()),
            Node::Piece(piece) => {
                let parent = self.parents.last().copied();
                if let Some(parent) = parent {
                    self.string(node, &piece.value(parent));
                }
            }
            Node::Stmt(Stmt::Assert(_)) => {
                for &test in &self.plan.asserts {
                    if let On::Assert(run) = test.on {
                        let found = run(&self.context());
                        self.take(test, node, found);
                    }
                }
            }
            Node::Stmt(Stmt::FunctionDef(def)) if !def.is_async => {
                for &test in &self.plan.functions {
                    if let On::Function(run) = test.on {
                        let found = run(&self.context(), def);
                        self.take(test, node, found);
                    }
                }
            }
            Node::Handler(handler) => {
                for &test in &self.plan.handlers {
                    if let On::Handler(run) = test.on {
                        let found = run(&self.context(), handler);
                        self.take(test, node, found);
                    }
                }
            }
            Node::Stmt(Stmt::Import(stmt)) => {
                self.imports.import(stmt);
                let names = stmt.names.iter().map(|alias| alias.name.as_str());
                self.import(node, "", names);
            }
            Node::Stmt(Stmt::ImportFrom(stmt)) => {
                self.imports.import_from(stmt);
                let names = stmt.names.iter().map(|alias| alias.name.as_str());
                let module = stmt.module.as_deref();
                let prefix = module.map_or(String::new(), |module| format!("{module}."));
                self.import(node, &prefix, names);
            }
            _ => {}
        }
    }

    fn call(&mut self, node: Node<'a>, call: &'a ruff_python_ast::ExprCall) {
        let has_keywords = !call.arguments.keywords.is_empty();
        let last = self.imports.last_name(&call.func);
        let mut tests = self.plan.concerned(last, has_keywords);
        if super::listed::is_import(&call.func) {
            tests |= LISTED;
        }
        if tests == 0 {
            return;
        }
        let plan = self.plan;
        let mut results: Vec<(&'static Test, Option<Found>)> = Vec::new();
        {
            let context = self.context();
            let call = Call::new(call, &self.imports);
            while tests & !LISTED != 0 {
                let test = plan.calls[tests.trailing_zeros() as usize];
                tests &= tests - 1;
                if let On::Call(_, run) = test.on
                    && let Some(found) = run(&context, &call)
                {
                    results.push((test, Some(found)));
                }
            }
            if tests & LISTED != 0
                && let Some(name) = super::listed::called(&call)
                && let Some(test) = plan.listed(&name)
            {
                results.push((test, Some(super::listed::found(test, &name))));
            }
        }
        for (test, found) in results {
            self.take(test, node, found);
        }
    }

    fn string(&mut self, node: Node<'a>, value: &str) {
        if let Some(Node::Stmt(Stmt::Expr(_))) = self.parents.last() {
            return;
        }
        for &test in &self.plan.strings {
            if let On::Str(run) = test.on {
                let found = run(&self.context(), &Text { value, node });
                self.take(test, node, found);
            }
        }
    }

    fn import<'n>(
        &mut self,
        node: Node<'a>,
        prefix: &str,
        names: impl Iterator<Item = &'n str> + Clone,
    ) {
        let found = self.plan.listed_imports.iter().find_map(|(test, list)| {
            let mut names = names.clone();
            let name = names.find(|name| list.matches_import(prefix, name))?;
            Some((*test, super::listed::found(test, name)))
        });
        if let Some((test, found)) = found {
            self.take(test, node, Some(found));
        }
    }

    fn context(&self) -> Context<'_, 'a> {
        Context {
            path: self.path,
            options: self.options,
            source: self.source,
            imports: &self.imports,
            chains: &self.chains,
            owners: &self.owners,
            parents: &self.parents,
        }
    }

    /// Takes in what a test found, unless a comment silences it.
    fn take(&mut self, test: &'static Test, node: Node<'a>, found: Option<Found>) {
        let Some(found) = found else { return };
        self.secrets.extend(found.secret);
        if !self.plan.reported.contains(test) {
            return;
        }
        let (Some(range), Some((parent, above))) = (
            self.source.range(node, &self.parents),
            self.parents.split_last(),
        ) else {
            return;
        };
        // The range of a string is that of what is around it.
        let lines = match node {
            Node::Piece(_) | Node::Expr(Expr::StringLiteral(_)) => {
                self.source.line_range(*parent, above)
            }
            _ => self.source.line_range(node, &self.parents),
        };
        let line = self.source.line(found.at.unwrap_or(range.start()));
        let base = found.at.and_then(|_| self.nosec.get(&line));
        let around = self.nosec.range(lines.clone()).next();
        if self.is_silenced(test, base, around.map(|(_, nosec)| nosec)) {
            return;
        }
        self.found.push(Raw {
            test,
            found,
            range,
            line,
            lines,
            columns: (
                self.source.column(range.start()),
                self.source.column(range.end()),
            ),
            scope: self.scope.name(),
            statement: super::shown::statement(node, &self.parents),
        });
    }

    /// Returns whether one of two comments silences a finding, and counts it.
    pub(super) fn is_silenced(
        &mut self,
        test: &Test,
        base: Option<&Nosec>,
        around: Option<&Nosec>,
    ) -> bool {
        let Some(nosec) = base.or(around) else {
            return false;
        };
        let nosec = nosec.and(around.copied());
        if nosec.is_blanket() {
            self.metrics.nosec += 1;
        } else if nosec.names(test) {
            self.metrics.skipped_tests += 1;
        } else {
            return false;
        }
        true
    }
}

/// Returns whether no test looks at a node and there is nothing below it: most nodes are such.
fn is_of_no_concern(node: Node<'_>) -> bool {
    match node {
        Node::Expr(
            Expr::Name(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_),
        ) => true,
        Node::Expr(Expr::Attribute(attribute)) => attribute.value.is_name_expr(),
        Node::Arg(parameter) => parameter.annotation.is_none(),
        _ => false,
    }
}
