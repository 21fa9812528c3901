//! The syntax tree as Python's own `ast` module shapes it, laid over the parser's tree.
//!
//! A [`Node`] is one node of `ast`; [`children`] lists its children in the order in which `ast` lists fields,
//! which is not the order of the source: a function's body comes before its decorators, all keys of a dictionary
//! before all values. Operators, contexts and the names in `import` and `global` are left out: no test looks at
//! them. What decides positions stands in `position`.

use ruff_python_ast::{
    Comprehension, ElifElseClause, ExceptHandler, ExceptHandlerExceptHandler, Expr, Keyword,
    MatchCase, ModModule, Parameter, Parameters, Pattern, Stmt, StmtIf, TypeParam, TypeParams,
    WithItem,
};
use ruff_python_ast::{InterpolatedElement, InterpolatedStringFormatSpec};

use super::fstring::{self, Part, Piece};

/// One node.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node<'a> {
    /// The file.
    Module(&'a ModModule),
    /// A statement.
    Stmt(&'a Stmt),
    /// The `elif` of this index and all that follows it, which is an `if` inside the `else` of the one before.
    Elif(&'a StmtIf, usize),
    /// An expression.
    Expr(&'a Expr),
    /// A literal part of an f-string: a string constant.
    Piece(Piece<'a>),
    /// A `{…}` of an f-string.
    Field(&'a InterpolatedElement),
    /// What follows the colon in a `{…}`: itself an f-string.
    Spec(&'a InterpolatedStringFormatSpec),
    /// An `except` clause.
    Handler(&'a ExceptHandlerExceptHandler),
    /// The parameters of a function.
    Arguments(&'a Parameters),
    /// One parameter.
    Arg(&'a Parameter),
    /// A keyword argument.
    Keyword(&'a Keyword),
    /// One item of a `with`.
    WithItem(&'a WithItem),
    /// A `for … in … if …` of a comprehension.
    Comprehension(&'a Comprehension),
    /// A `case`.
    Case(&'a MatchCase),
    /// A pattern.
    Pattern(&'a Pattern),
    /// A type parameter.
    TypeParam(&'a TypeParam),
}

impl<'a> Node<'a> {
    /// Returns whether this is the same node, not just an equal one.
    pub(super) fn is(self, other: Node<'_>) -> bool {
        match (self, other) {
            (Node::Expr(a), Node::Expr(b)) => std::ptr::eq(a, b),
            (Node::Stmt(a), Node::Stmt(b)) => std::ptr::eq(a, b),
            _ => false,
        }
    }

    /// Returns where in memory the node is, for the kinds of nodes that `ast` gives no position.
    pub(super) fn address(self) -> Option<usize> {
        match self {
            Node::Arguments(node) => Some(std::ptr::from_ref(node).addr()),
            Node::WithItem(node) => Some(std::ptr::from_ref(node).addr()),
            Node::Comprehension(node) => Some(std::ptr::from_ref(node).addr()),
            Node::Case(node) => Some(std::ptr::from_ref(node).addr()),
            _ => None,
        }
    }

    /// Returns the expression, if it is one.
    pub(super) fn expr(self) -> Option<&'a Expr> {
        match self {
            Node::Expr(expr) => Some(expr),
            _ => None,
        }
    }

    /// Returns the statement, if it is one.
    pub(super) fn stmt(self) -> Option<&'a Stmt> {
        match self {
            Node::Stmt(stmt) => Some(stmt),
            _ => None,
        }
    }
}

/// Calls `visit` with each child of `node`, in `ast`'s order.
pub(super) fn children<'a>(node: Node<'a>, visit: &mut impl FnMut(Node<'a>)) {
    match node {
        Node::Module(module) => body(&module.body, visit),
        Node::Stmt(stmt) => statement(stmt, visit),
        Node::Elif(chain, index) => {
            let clause = &chain.elif_else_clauses[index];
            clause.test.iter().for_each(|test| visit(Node::Expr(test)));
            body(&clause.body, visit);
            orelse(chain, index + 1, visit);
        }
        Node::Expr(expr) => expression(expr, visit),
        Node::Piece(_) => {}
        Node::Field(field) => {
            visit(Node::Expr(&field.expression));
            if let Some(spec) = &field.format_spec {
                visit(Node::Spec(spec));
            }
        }
        Node::Spec(spec) => parts(fstring::parts_of_spec(spec), visit),
        Node::Handler(handler) => {
            boxed(handler.type_.as_deref(), visit);
            body(&handler.body, visit);
        }
        Node::Arguments(parameters) => arguments(parameters, visit),
        Node::Arg(parameter) => boxed(parameter.annotation.as_deref(), visit),
        Node::Keyword(keyword) => visit(Node::Expr(&keyword.value)),
        Node::WithItem(item) => {
            visit(Node::Expr(&item.context_expr));
            boxed(item.optional_vars.as_deref(), visit);
        }
        Node::Comprehension(comprehension) => {
            visit(Node::Expr(&comprehension.target));
            visit(Node::Expr(&comprehension.iter));
            exprs(&comprehension.ifs, visit);
        }
        Node::Case(case) => {
            visit(Node::Pattern(&case.pattern));
            boxed(case.guard.as_deref(), visit);
            body(&case.body, visit);
        }
        Node::Pattern(pattern) => self::pattern(pattern, visit),
        Node::TypeParam(param) => match param {
            TypeParam::TypeVar(var) => {
                boxed(var.bound.as_deref(), visit);
                boxed(var.default.as_deref(), visit);
            }
            TypeParam::ParamSpec(spec) => boxed(spec.default.as_deref(), visit),
            TypeParam::TypeVarTuple(tuple) => boxed(tuple.default.as_deref(), visit),
        },
    }
}

/// Returns whether a clause of an `if` is the final `else`.
pub(super) fn is_else(clause: &ElifElseClause) -> bool {
    clause.test.is_none()
}

fn statement<'a>(stmt: &'a Stmt, visit: &mut impl FnMut(Node<'a>)) {
    match stmt {
        Stmt::FunctionDef(def) => {
            visit(Node::Arguments(&def.parameters));
            body(&def.body, visit);
            def.decorator_list
                .iter()
                .for_each(|decorator| visit(Node::Expr(&decorator.expression)));
            boxed(def.returns.as_deref(), visit);
            type_params(def.type_params.as_deref(), visit);
        }
        Stmt::ClassDef(def) => {
            exprs(def.bases(), visit);
            def.keywords()
                .iter()
                .for_each(|keyword| visit(Node::Keyword(keyword)));
            body(&def.body, visit);
            def.decorator_list
                .iter()
                .for_each(|decorator| visit(Node::Expr(&decorator.expression)));
            type_params(def.type_params.as_deref(), visit);
        }
        Stmt::Return(stmt) => boxed(stmt.value.as_deref(), visit),
        Stmt::Delete(stmt) => exprs(&stmt.targets, visit),
        Stmt::TypeAlias(stmt) => {
            visit(Node::Expr(&stmt.name));
            type_params(stmt.type_params.as_deref(), visit);
            visit(Node::Expr(&stmt.value));
        }
        Stmt::Assign(stmt) => {
            exprs(&stmt.targets, visit);
            visit(Node::Expr(&stmt.value));
        }
        Stmt::AugAssign(stmt) => {
            visit(Node::Expr(&stmt.target));
            visit(Node::Expr(&stmt.value));
        }
        Stmt::AnnAssign(stmt) => {
            visit(Node::Expr(&stmt.target));
            visit(Node::Expr(&stmt.annotation));
            boxed(stmt.value.as_deref(), visit);
        }
        Stmt::For(stmt) => {
            visit(Node::Expr(&stmt.target));
            visit(Node::Expr(&stmt.iter));
            body(&stmt.body, visit);
            body(&stmt.orelse, visit);
        }
        Stmt::While(stmt) => {
            visit(Node::Expr(&stmt.test));
            body(&stmt.body, visit);
            body(&stmt.orelse, visit);
        }
        Stmt::If(stmt) => {
            visit(Node::Expr(&stmt.test));
            body(&stmt.body, visit);
            orelse(stmt, 0, visit);
        }
        Stmt::With(stmt) => {
            stmt.items
                .iter()
                .for_each(|item| visit(Node::WithItem(item)));
            body(&stmt.body, visit);
        }
        Stmt::Match(stmt) => {
            visit(Node::Expr(&stmt.subject));
            stmt.cases.iter().for_each(|case| visit(Node::Case(case)));
        }
        Stmt::Raise(stmt) => {
            boxed(stmt.exc.as_deref(), visit);
            boxed(stmt.cause.as_deref(), visit);
        }
        Stmt::Try(stmt) => {
            body(&stmt.body, visit);
            for ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
                visit(Node::Handler(handler));
            }
            body(&stmt.orelse, visit);
            body(&stmt.finalbody, visit);
        }
        Stmt::Assert(stmt) => {
            visit(Node::Expr(&stmt.test));
            boxed(stmt.msg.as_deref(), visit);
        }
        Stmt::Expr(stmt) => visit(Node::Expr(&stmt.value)),
        Stmt::Import(_)
        | Stmt::ImportFrom(_)
        | Stmt::Global(_)
        | Stmt::Nonlocal(_)
        | Stmt::Pass(_)
        | Stmt::Break(_)
        | Stmt::Continue(_)
        | Stmt::IpyEscapeCommand(_) => {}
    }
}

fn expression<'a>(expr: &'a Expr, visit: &mut impl FnMut(Node<'a>)) {
    match expr {
        Expr::BoolOp(expr) => exprs(&expr.values, visit),
        Expr::Named(expr) => {
            visit(Node::Expr(&expr.target));
            visit(Node::Expr(&expr.value));
        }
        Expr::BinOp(expr) => {
            visit(Node::Expr(&expr.left));
            visit(Node::Expr(&expr.right));
        }
        Expr::UnaryOp(expr) => visit(Node::Expr(&expr.operand)),
        Expr::Lambda(expr) => {
            if let Some(parameters) = &expr.parameters {
                visit(Node::Arguments(parameters));
            }
            visit(Node::Expr(&expr.body));
        }
        Expr::If(expr) => {
            visit(Node::Expr(&expr.test));
            visit(Node::Expr(&expr.body));
            visit(Node::Expr(&expr.orelse));
        }
        Expr::Dict(expr) => {
            expr.iter_keys()
                .flatten()
                .for_each(|key| visit(Node::Expr(key)));
            expr.iter_values()
                .for_each(|value| visit(Node::Expr(value)));
        }
        Expr::Set(expr) => exprs(&expr.elts, visit),
        Expr::ListComp(expr) => comprehension(&expr.elt, &expr.generators, visit),
        Expr::SetComp(expr) => comprehension(&expr.elt, &expr.generators, visit),
        Expr::Generator(expr) => comprehension(&expr.elt, &expr.generators, visit),
        Expr::DictComp(expr) => {
            boxed(expr.key.as_deref(), visit);
            comprehension(&expr.value, &expr.generators, visit);
        }
        Expr::Await(expr) => visit(Node::Expr(&expr.value)),
        Expr::Yield(expr) => boxed(expr.value.as_deref(), visit),
        Expr::YieldFrom(expr) => visit(Node::Expr(&expr.value)),
        Expr::Compare(expr) => {
            visit(Node::Expr(&expr.left));
            exprs(&expr.comparators, visit);
        }
        Expr::Call(expr) => {
            visit(Node::Expr(&expr.func));
            exprs(&expr.arguments.args, visit);
            expr.arguments
                .keywords
                .iter()
                .for_each(|keyword| visit(Node::Keyword(keyword)));
        }
        Expr::FString(_) | Expr::TString(_) => parts(fstring::parts(expr), visit),
        Expr::Attribute(expr) => visit(Node::Expr(&expr.value)),
        Expr::Subscript(expr) => {
            visit(Node::Expr(&expr.value));
            visit(Node::Expr(&expr.slice));
        }
        Expr::Starred(expr) => visit(Node::Expr(&expr.value)),
        Expr::List(expr) => exprs(&expr.elts, visit),
        Expr::Tuple(expr) => exprs(&expr.elts, visit),
        Expr::Slice(expr) => {
            boxed(expr.lower.as_deref(), visit);
            boxed(expr.upper.as_deref(), visit);
            boxed(expr.step.as_deref(), visit);
        }
        Expr::StringLiteral(_)
        | Expr::BytesLiteral(_)
        | Expr::NumberLiteral(_)
        | Expr::BooleanLiteral(_)
        | Expr::NoneLiteral(_)
        | Expr::EllipsisLiteral(_)
        | Expr::Name(_)
        | Expr::IpyEscapeCommand(_) => {}
    }
}

fn pattern<'a>(pattern: &'a Pattern, visit: &mut impl FnMut(Node<'a>)) {
    let mut patterns = |patterns: &'a [Pattern]| {
        for pattern in patterns {
            visit(Node::Pattern(pattern));
        }
    };
    match pattern {
        Pattern::MatchValue(pattern) => visit(Node::Expr(&pattern.value)),
        Pattern::MatchSequence(pattern) => patterns(&pattern.patterns),
        Pattern::MatchOr(pattern) => patterns(&pattern.patterns),
        Pattern::MatchMapping(pattern) => {
            exprs(&pattern.keys, visit);
            for pattern in &pattern.patterns {
                visit(Node::Pattern(pattern));
            }
        }
        Pattern::MatchClass(pattern) => {
            visit(Node::Expr(&pattern.cls));
            for pattern in &pattern.arguments.patterns {
                visit(Node::Pattern(pattern));
            }
            for keyword in &pattern.arguments.keywords {
                visit(Node::Pattern(&keyword.pattern));
            }
        }
        Pattern::MatchAs(pattern) => {
            if let Some(pattern) = &pattern.pattern {
                visit(Node::Pattern(pattern));
            }
        }
        Pattern::MatchSingleton(_) | Pattern::MatchStar(_) => {}
    }
}

fn arguments<'a>(parameters: &'a Parameters, visit: &mut impl FnMut(Node<'a>)) {
    let positional = || parameters.posonlyargs.iter().chain(&parameters.args);
    positional().for_each(|arg| visit(Node::Arg(&arg.parameter)));
    if let Some(vararg) = &parameters.vararg {
        visit(Node::Arg(vararg));
    }
    for arg in &parameters.kwonlyargs {
        visit(Node::Arg(&arg.parameter));
    }
    for arg in &parameters.kwonlyargs {
        boxed(arg.default.as_deref(), visit);
    }
    if let Some(kwarg) = &parameters.kwarg {
        visit(Node::Arg(kwarg));
    }
    positional().for_each(|arg| boxed(arg.default.as_deref(), visit));
}

fn orelse<'a>(chain: &'a StmtIf, index: usize, visit: &mut impl FnMut(Node<'a>)) {
    match chain.elif_else_clauses.get(index) {
        Some(clause) if is_else(clause) => body(&clause.body, visit),
        Some(_) => visit(Node::Elif(chain, index)),
        None => {}
    }
}

fn comprehension<'a>(
    element: &'a Expr,
    generators: &'a [Comprehension],
    visit: &mut impl FnMut(Node<'a>),
) {
    visit(Node::Expr(element));
    for generator in generators {
        visit(Node::Comprehension(generator));
    }
}

fn parts<'a>(parts: Vec<Part<'a>>, visit: &mut impl FnMut(Node<'a>)) {
    for part in parts {
        match part {
            Part::Literal(piece) => visit(Node::Piece(piece)),
            Part::Field(field) => visit(Node::Field(field)),
        }
    }
}

fn type_params<'a>(params: Option<&'a TypeParams>, visit: &mut impl FnMut(Node<'a>)) {
    for param in params.iter().flat_map(|params| &params.type_params) {
        visit(Node::TypeParam(param));
    }
}

fn body<'a>(body: &'a [Stmt], visit: &mut impl FnMut(Node<'a>)) {
    for stmt in body {
        visit(Node::Stmt(stmt));
    }
}

fn exprs<'a>(exprs: &'a [Expr], visit: &mut impl FnMut(Node<'a>)) {
    for expr in exprs {
        visit(Node::Expr(expr));
    }
}

fn boxed<'a>(expr: Option<&'a Expr>, visit: &mut impl FnMut(Node<'a>)) {
    if let Some(expr) = expr {
        visit(Node::Expr(expr));
    }
}
