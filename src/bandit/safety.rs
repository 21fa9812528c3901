//! Whether a text that is marked as safe provably is: made of string constants only, as far as the assignments
//! before the call show. The proof is the reference tool's, with its gaps.
//!
//! What a function assigns is collected once, and each assignment is judged once, however many texts are asked about.

use ruff_python_ast::{ExceptHandler, Expr, ExprCall, Operator, Stmt, StmtFunctionDef, StmtWith};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustc_hash::{FxHashMap, FxHashSet};

use super::check::Context;
use super::parse;
use super::position::Source;
use super::tree::Node;

/// How many assignments a proof may follow. The reference tool gives up a little earlier.
const LONGEST: usize = 1000;

/// Returns whether `text`, an argument of `call`, is safe; nothing where the reference tool fails.
pub(super) fn is_safe(context: &Context<'_, '_>, call: &ExprCall, text: &Expr) -> Option<bool> {
    let mut owners = context.owners.borrow_mut();
    let mut proof = owners.proof(context)?;
    let answer = match text {
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
        _ => Ok(false),
    };
    answer.ok()
}

/// The functions and files whose assignments have been asked about, by the address of their body.
#[derive(Default)]
pub(super) struct Owners<'a>(FxHashMap<usize, (Assignments<'a>, Vec<Known>)>);

impl<'a> Owners<'a> {
    /// Begins a proof with the assignments of the innermost function around a call, or of the file.
    fn proof<'p>(&'p mut self, context: &Context<'p, 'a>) -> Option<Proof<'p, 'a>> {
        let mut parents = context.parents.iter().rev();
        let (function, body) = parents.find_map(|parent| match parent {
            Node::Stmt(Stmt::FunctionDef(def)) if !def.is_async => Some((Some(def), &def.body)),
            Node::Module(module) => Some((None, &module.body)),
            _ => None,
        })?;
        let (assignments, known) = self.0.entry(body.as_ptr().addr()).or_insert_with(|| {
            let assignments = Assignments::new(function, body, context.source);
            let known = assignments.names.iter().map(|_| Known::default());
            let known = known.collect();
            (assignments, known)
        });
        Some(Proof {
            source: context.source,
            assignments,
            known,
            depth: 0,
        })
    }
}

/// What the statements of a function assign to names.
#[derive(Default)]
struct Assignments<'a> {
    parameters: FxHashSet<&'a str>,
    /// By name: where its history stands in the list.
    names: FxHashMap<&'a str, usize>,
    histories: Vec<History<'a>>,
    traps: Vec<Trap>,
}

/// What happens to one name.
#[derive(Default)]
struct History<'a> {
    steps: Vec<Step<'a>>,
    /// By statement: how many of its traps do not concern this name.
    spared: Vec<(usize, usize)>,
    /// The first statement with a trap that does.
    trap: Option<Trap>,
}

/// A statement that the reference tool fails at for every name, unless it finds that name before it fails.
#[derive(Clone, Copy)]
struct Trap {
    /// The place of the statement among those of the function.
    index: usize,
    line: u32,
    count: usize,
}

/// What a statement does to a name.
struct Step<'a> {
    index: usize,
    line: u32,
    effect: Effect<'a>,
}

enum Effect<'a> {
    One(Assigned<'a>),
    /// What is assigned inside of blocks.
    Several(Vec<Assigned<'a>>),
    /// There is no value for the name.
    Fails,
}

/// What a name is assigned.
#[derive(Clone, Copy)]
enum Assigned<'a> {
    Value(&'a Expr),
    /// Something that is no value: the target of a `with`.
    Other,
}

impl<'a> Assignments<'a> {
    fn new(function: Option<&'a StmtFunctionDef>, body: &'a [Stmt], source: &Source<'a>) -> Self {
        let parameters = function.map(|def| &def.parameters.args);
        let parameters = parameters.into_iter().flatten();
        let mut collector = Collector {
            all: Self {
                parameters: parameters.map(|one| one.name().as_str()).collect(),
                ..Self::default()
            },
            index: 0,
            line: 0,
            hidden: Vec::new(),
        };
        for (index, stmt) in body.iter().enumerate() {
            let range = source.range(Node::Stmt(stmt), &[]);
            let start = range.map_or(stmt.start(), TextRange::start);
            (collector.index, collector.line) = (index, source.line(start));
            collector.statement(stmt, false);
        }
        let mut all = collector.all;
        for history in &mut all.histories {
            let mut spared = history.spared.iter();
            let concerns = |trap: &&Trap| spared.next() != Some(&(trap.index, trap.count));
            history.trap = all.traps.iter().find(concerns).copied();
        }
        all
    }
}

/// Collects the assignments of one statement after the other.
struct Collector<'a> {
    all: Assignments<'a>,
    index: usize,
    line: u32,
    /// The targets of the `with` statements around, whose blocks assign nothing to them; and whether not even traps
    /// in there concern them.
    hidden: Vec<(&'a str, bool)>,
}

impl<'a> Collector<'a> {
    fn statement(&mut self, stmt: &'a Stmt, inner: bool) {
        match stmt {
            Stmt::FunctionDef(def) if !def.is_async => self.block(&def.body),
            Stmt::With(with) if !with.is_async => self.with(with, inner),
            Stmt::Try(stmt) if !stmt.is_star => {
                self.block(&stmt.body);
                for ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
                    self.block(&handler.body);
                }
                self.block(&stmt.orelse);
                self.block(&stmt.finalbody);
            }
            Stmt::If(stmt) => {
                self.block(&stmt.body);
                for clause in &stmt.elif_else_clauses {
                    self.block(&clause.body);
                }
            }
            Stmt::For(stmt) if !stmt.is_async => {
                self.block(&stmt.body);
                self.block(&stmt.orelse);
            }
            Stmt::While(stmt) => {
                self.block(&stmt.body);
                self.block(&stmt.orelse);
            }
            Stmt::AugAssign(assign) => {
                if let Some(name) = name_of(&assign.target) {
                    self.assign(name, Assigned::Value(&assign.value), inner);
                }
            }
            Stmt::Assign(assign) => match (assign.targets.first(), &*assign.value) {
                (Some(Expr::Name(name)), value) => {
                    self.assign(&name.id, Assigned::Value(value), inner);
                }
                (Some(Expr::Tuple(targets)), Expr::Tuple(values)) => {
                    self.pairs(&targets.elts, &values.elts, inner);
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn block(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            self.statement(stmt, true);
        }
    }

    /// Of several targets only the last counts, and the others make the reference tool look at the block.
    fn with(&mut self, with: &'a StmtWith, inner: bool) {
        let targets = with.items.iter().map(|item| item.optional_vars.as_deref());
        let mut names = targets.map(|target| target.and_then(name_of));
        let Some(Some(last)) = names.clone().next_back() else {
            return self.block(&with.body);
        };
        self.assign(last, Assigned::Other, inner);
        self.hidden
            .push((last, names.all(|name| name == Some(last))));
        self.block(&with.body);
        self.hidden.pop();
    }

    fn pairs(&mut self, targets: &'a [Expr], values: &'a [Expr], inner: bool) {
        let (mut seen, mut names) = (FxHashSet::default(), Vec::new());
        for (position, target) in targets.iter().enumerate() {
            let Some(name) = name_of(target) else {
                return self.trap(names);
            };
            if !seen.insert(name) {
                continue;
            }
            names.push(name);
            match values.get(position) {
                Some(value) => self.assign(name, Assigned::Value(value), inner),
                None if self.hidden.contains(&(name, true)) => {}
                None => self.step(name).effect = Effect::Fails,
            }
        }
    }

    fn assign(&mut self, name: &'a str, assigned: Assigned<'a>, inner: bool) {
        if self.hidden.iter().any(|(hidden, _)| *hidden == name) {
            return;
        }
        match (&mut self.step(name).effect, inner) {
            (Effect::Several(all), true) => all.push(assigned),
            (effect @ Effect::Several(_), false) => *effect = Effect::One(assigned),
            _ => {}
        }
    }

    fn trap(&mut self, mut spared: Vec<&'a str>) {
        let hidden = self.hidden.iter().filter(|(_, wholly)| *wholly);
        spared.extend(hidden.map(|(name, _)| *name));
        spared.sort_unstable();
        spared.dedup();
        let (index, line) = (self.index, self.line);
        for name in spared {
            let history = self.history(name);
            match history.spared.last_mut() {
                Some((last, count)) if *last == index => *count += 1,
                _ => history.spared.push((index, 1)),
            }
        }
        match self.all.traps.last_mut() {
            Some(last) if last.index == index => last.count += 1,
            _ => self.all.traps.push(Trap {
                index,
                line,
                count: 1,
            }),
        }
    }

    fn history(&mut self, name: &'a str) -> &mut History<'a> {
        let histories = &mut self.all.histories;
        let index = *self.all.names.entry(name).or_insert_with(|| {
            histories.push(History::default());
            histories.len() - 1
        });
        &mut histories[index]
    }

    /// Returns what the current statement does to a name: nothing so far, if it is new.
    fn step(&mut self, name: &'a str) -> &mut Step<'a> {
        let (index, line) = (self.index, self.line);
        let steps = &mut self.history(name).steps;
        if steps.last().is_none_or(|step| step.index != index) {
            steps.push(Step {
                index,
                line,
                effect: Effect::Several(Vec::new()),
            });
        }
        steps.last_mut().expect("one was just added")
    }
}

fn name_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(&name.id),
        _ => None,
    }
}

/// What is known of a name.
#[derive(Default)]
struct Known {
    /// Behind each of its first steps.
    states: Vec<State>,
    /// Whether the next step is being judged.
    judging: bool,
}

#[derive(Clone, Copy)]
enum State {
    /// The name is safe or not; the next step may change that.
    Open(bool),
    /// Whatever follows, the name is not safe.
    Unsafe,
    /// The reference tool fails.
    Failed,
}

/// Why there is no answer.
enum Failure {
    /// The reference tool fails.
    Certain,
    /// There are too many assignments to follow from here on.
    TooLong,
}

type Answer<T> = Result<T, Failure>;

struct Proof<'p, 'a> {
    source: &'p Source<'a>,
    assignments: &'p Assignments<'a>,
    /// By the place of the history.
    known: &'p mut [Known],
    /// How many assignments are being followed.
    depth: usize,
}

impl<'a> Proof<'_, 'a> {
    /// Returns whether the last assignment to a name before a line is safe.
    fn name(&mut self, name: &str, before: u32) -> Answer<bool> {
        let all = self.assignments;
        if all.parameters.contains(name) {
            return Ok(false);
        }
        let Some(&history) = all.names.get(name) else {
            let is_trapped = all.traps.first().is_some_and(|trap| trap.line < before);
            return if is_trapped {
                Err(Failure::Certain)
            } else {
                Ok(false)
            };
        };
        let trap = all.histories[history]
            .trap
            .filter(|trap| trap.line < before);
        let end = trap.map_or(usize::MAX, |trap| trap.index);
        let steps = &all.histories[history].steps;
        let steps = steps.partition_point(|step| step.line < before && step.index < end);
        match self.behind(history, steps)? {
            State::Unsafe => Ok(false),
            State::Open(safe) if trap.is_none() => Ok(safe),
            State::Open(_) | State::Failed => Err(Failure::Certain),
        }
    }

    /// Returns what is known of a name behind its first steps.
    fn behind(&mut self, history: usize, steps: usize) -> Answer<State> {
        loop {
            let known = &mut self.known[history];
            let last = match steps.min(known.states.len()).checked_sub(1) {
                Some(last) => known.states[last],
                None => State::Open(false),
            };
            if steps <= known.states.len() || !matches!(last, State::Open(_)) {
                return Ok(last);
            }
            if known.judging {
                // The name refers to itself, which the reference tool follows for ever.
                return Ok(State::Failed);
            }
            if self.depth == LONGEST {
                return Err(Failure::TooLong);
            }
            known.judging = true;
            let step = &self.assignments.histories[history].steps[known.states.len()];
            self.depth += 1;
            let state = parse::with_stack(self.depth + parse::SHALLOW, || self.step(step));
            self.depth -= 1;
            let known = &mut self.known[history];
            known.judging = false;
            known.states.push(match state {
                Ok(state) => state,
                Err(Failure::Certain) => State::Failed,
                Err(Failure::TooLong) => return Err(Failure::TooLong),
            });
        }
    }

    fn step(&mut self, step: &Step<'a>) -> Answer<State> {
        match &step.effect {
            Effect::One(Assigned::Value(Expr::StringLiteral(_))) => Ok(State::Open(true)),
            Effect::One(Assigned::Value(value @ Expr::Name(other))) => {
                let line = self.source.line(value.start());
                self.name(&other.id, line).map(State::Open)
            }
            Effect::One(Assigned::Value(Expr::Call(call))) => {
                self.format_call(call).map(State::Open)
            }
            Effect::One(_) => Ok(State::Unsafe),
            Effect::Several(all) => {
                for assigned in all {
                    let safe = match assigned {
                        Assigned::Value(Expr::StringLiteral(_)) => true,
                        Assigned::Value(Expr::Name(other)) => self.name(&other.id, step.line)?,
                        _ => false,
                    };
                    if !safe {
                        return Ok(State::Unsafe);
                    }
                }
                Ok(State::Open(true))
            }
            Effect::Fails => Err(Failure::Certain),
        }
    }

    /// Returns whether a call is `"…".format(…)` with safe arguments.
    fn format_call(&mut self, call: &ExprCall) -> Answer<bool> {
        match &*call.func {
            Expr::Attribute(method)
                if method.value.is_literal_expr()
                    && method.attr.as_str() == "format"
                    && call.arguments.keywords.is_empty() =>
            {
                self.all(call.arguments.args.iter().collect(), call.range().start())
            }
            _ => Ok(false),
        }
    }

    fn all(&mut self, mut args: Vec<&Expr>, at: TextSize) -> Answer<bool> {
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
                return Ok(false);
            }
        }
        Ok(true)
    }
}
