//! Whether a text that is marked as safe provably is: made of string constants only, as far as the assignments
//! before the call show. The proof is the reference tool's, with its gaps.

use std::collections::HashMap;

use ruff_python_ast::{ExceptHandler, Expr, ExprCall, Operator, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::check::Context;
use super::position::Source;
use super::tree::Node;

/// Returns whether `text`, an argument of `call`, is safe; nothing where the reference tool fails.
pub(super) fn is_safe<'a>(
    context: &Context<'_, 'a>,
    call: &'a ExprCall,
    text: &'a Expr,
) -> Option<bool> {
    let mut proof = Proof {
        source: context.source,
        owner: owner(context)?,
        known: HashMap::new(),
    };
    match text {
        Expr::Name(name) => proof.name(&name.id, context.source.line(call.range().start())),
        Expr::Call(call) => proof.format_call(call),
        Expr::BinOp(operation)
            if operation.op == Operator::Mod && operation.left.is_string_literal_expr() =>
        {
            let args = match &*operation.right {
                Expr::Tuple(tuple) => tuple.elts.iter().collect(),
                single => vec![single],
            };
            proof.all(args, operation.start())
        }
        _ => Some(false),
    }
}

/// The function or file whose assignments count.
struct Owner<'a> {
    function: Option<&'a StmtFunctionDef>,
    body: &'a [Stmt],
}

fn owner<'a>(context: &Context<'_, 'a>) -> Option<Owner<'a>> {
    context
        .parents
        .iter()
        .rev()
        .find_map(|parent| match parent {
            Node::Stmt(Stmt::FunctionDef(def)) if !def.is_async => Some(Owner {
                function: Some(def),
                body: &def.body,
            }),
            Node::Module(module) => Some(Owner {
                function: None,
                body: &module.body,
            }),
            _ => None,
        })
}

/// What a name is assigned.
#[derive(Clone, Copy)]
enum Assigned<'a> {
    Value(&'a Expr),
    /// Something that is no value: the target of a `with`.
    Other,
}

/// What a statement assigns to a name.
enum Effect<'a> {
    Nothing,
    One(Assigned<'a>),
    /// What is assigned inside of blocks.
    Several(Vec<Assigned<'a>>),
}

struct Proof<'p, 'a> {
    source: &'p Source<'a>,
    owner: Owner<'a>,
    /// What is known of a name before a line; nothing while it is being found out.
    known: HashMap<(&'a str, u32), Option<bool>>,
}

impl<'a> Proof<'_, 'a> {
    /// Returns whether the last assignment to a name before a line is safe.
    fn name(&mut self, name: &'a str, before: u32) -> Option<bool> {
        if let Some(known) = self.known.get(&(name, before)) {
            // A name that is being looked for again refers to itself, which the reference tool follows for ever.
            return *known;
        }
        self.known.insert((name, before), None);
        let safe = self.assignments(name, before)?;
        self.known.insert((name, before), Some(safe));
        Some(safe)
    }

    fn assignments(&mut self, name: &'a str, before: u32) -> Option<bool> {
        let parameters = self.owner.function.map(|def| &def.parameters.args);
        let mut parameters = parameters.into_iter().flatten();
        if parameters.any(|parameter| parameter.name().as_str() == name) {
            return Some(false);
        }
        let mut safe = false;
        for stmt in self.owner.body {
            let line = self.line_of(stmt);
            if line >= before {
                break;
            }
            match effect(stmt, name)? {
                Effect::Nothing => {}
                Effect::One(Assigned::Value(Expr::StringLiteral(_))) => safe = true,
                Effect::One(Assigned::Value(value @ Expr::Name(other))) => {
                    let line = self.source.line(value.start());
                    safe = self.name(&other.id, line)?;
                }
                Effect::One(Assigned::Value(Expr::Call(call))) => safe = self.format_call(call)?,
                Effect::One(_) => return Some(false),
                Effect::Several(all) => {
                    for assigned in all {
                        let safe = match assigned {
                            Assigned::Value(Expr::StringLiteral(_)) => true,
                            Assigned::Value(Expr::Name(other)) => self.name(&other.id, line)?,
                            _ => false,
                        };
                        if !safe {
                            return Some(false);
                        }
                    }
                    safe = true;
                }
            }
        }
        Some(safe)
    }

    fn line_of(&self, stmt: &'a Stmt) -> u32 {
        let range = self.source.range(Node::Stmt(stmt), &[]);
        self.source
            .line(range.map_or(stmt.start(), TextRange::start))
    }

    /// Returns whether a call is `"…".format(…)` with safe arguments.
    fn format_call(&mut self, call: &'a ExprCall) -> Option<bool> {
        match &*call.func {
            Expr::Attribute(method)
                if method.value.is_literal_expr()
                    && method.attr.as_str() == "format"
                    && call.arguments.keywords.is_empty() =>
            {
                self.all(call.arguments.args.iter().collect(), call.range().start())
            }
            _ => Some(false),
        }
    }

    fn all(&mut self, mut args: Vec<&'a Expr>, at: TextSize) -> Option<bool> {
        let line = self.source.line(at);
        let mut index = 0;
        while let Some(&arg) = args.get(index) {
            index += 1;
            let safe = match arg {
                Expr::StringLiteral(_) => true,
                Expr::Name(name) => self.name(&name.id, line)?,
                Expr::Call(call) => self.format_call(call)?,
                Expr::Starred(starred) => match &*starred.value {
                    Expr::List(list) => {
                        args.extend(&list.elts);
                        true
                    }
                    Expr::Tuple(tuple) => {
                        args.extend(&tuple.elts);
                        true
                    }
                    _ => false,
                },
                _ => false,
            };
            if !safe {
                return Some(false);
            }
        }
        Some(true)
    }
}

/// Returns what a statement assigns to a name; nothing where the reference tool fails at an unequal tuple.
fn effect<'a>(stmt: &'a Stmt, name: &str) -> Option<Effect<'a>> {
    let is_name = |expr: &Expr| matches!(expr, Expr::Name(own) if own.id.as_str() == name);
    let value = |value: &'a Expr| Effect::One(Assigned::Value(value));
    let mut inner = Vec::new();
    match stmt {
        Stmt::FunctionDef(def) if !def.is_async => block(&def.body, name, &mut inner)?,
        Stmt::With(with) if !with.is_async => {
            let target = with.items.last()?.optional_vars.as_deref();
            if target.is_some_and(is_name) {
                return Some(Effect::One(Assigned::Other));
            }
            block(&with.body, name, &mut inner)?;
        }
        Stmt::Try(stmt) if !stmt.is_star => {
            block(&stmt.body, name, &mut inner)?;
            for ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
                block(&handler.body, name, &mut inner)?;
            }
            block(&stmt.orelse, name, &mut inner)?;
            block(&stmt.finalbody, name, &mut inner)?;
        }
        Stmt::If(stmt) => {
            block(&stmt.body, name, &mut inner)?;
            for clause in &stmt.elif_else_clauses {
                block(&clause.body, name, &mut inner)?;
            }
        }
        Stmt::For(stmt) if !stmt.is_async => {
            block(&stmt.body, name, &mut inner)?;
            block(&stmt.orelse, name, &mut inner)?;
        }
        Stmt::While(stmt) => {
            block(&stmt.body, name, &mut inner)?;
            block(&stmt.orelse, name, &mut inner)?;
        }
        Stmt::AugAssign(assign) if is_name(&assign.target) => return Some(value(&assign.value)),
        Stmt::Assign(assign) => match (assign.targets.first()?, &*assign.value) {
            (target, _) if is_name(target) => return Some(value(&assign.value)),
            (Expr::Tuple(targets), Expr::Tuple(values)) => {
                for (position, target) in targets.iter().enumerate() {
                    let Expr::Name(target) = target else {
                        return None;
                    };
                    if target.id.as_str() == name {
                        return Some(value(values.elts.get(position)?));
                    }
                }
            }
            _ => {}
        },
        _ => {}
    }
    Some(if inner.is_empty() {
        Effect::Nothing
    } else {
        Effect::Several(inner)
    })
}

fn block<'a>(body: &'a [Stmt], name: &str, all: &mut Vec<Assigned<'a>>) -> Option<()> {
    for stmt in body {
        match effect(stmt, name)? {
            Effect::Nothing => {}
            Effect::One(assigned) => all.push(assigned),
            Effect::Several(more) => all.extend(more),
        }
    }
    Some(())
}
