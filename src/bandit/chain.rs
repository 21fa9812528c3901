//! Chains of operators, and whether the strings in one read like an SQL statement.
//!
//! The reference tool asks that for each string of a chain, and looks at all the others each time. Here a chain is
//! read once, however many strings it has.

use std::ops::Range;

use ruff_python_ast::Expr;
use rustc_hash::FxHashMap;

use super::sql::{self, Reading};
use super::tree::Node;

/// The chains of a file that have been asked for.
#[derive(Default)]
pub(super) struct Chains {
    chains: Vec<Chain>,
    /// By the address of an operator with a string on a side: its chain, and which of the strings of the chain
    /// stand below the operator.
    places: FxHashMap<usize, (usize, Range<usize>)>,
}

/// A chain of operators with what its strings add to a text, each but the last with a blank behind it.
struct Chain {
    /// How many nodes are around it.
    depth: usize,
    /// All strings before this one.
    before: Vec<Reading>,
    /// This one, with nothing behind it.
    last: Vec<Reading>,
    /// This one and all behind it.
    after: Vec<Reading>,
}

impl Chains {
    /// Returns how many nodes are around the chain of operators that a string is a side of, if the string and what
    /// stands beside it read like a statement. Beside it stand the strings of the chain but for those below its own
    /// operator, and behind it they are read.
    pub(super) fn statement(&mut self, text: &str, parents: &[Node<'_>]) -> Option<usize> {
        let is_operator = |node: &Node<'_>| matches!(node, Node::Expr(Expr::BinOp(_)));
        let (own, above) = parents.split_last()?;
        if !above.last().is_some_and(is_operator) {
            return sql::is_statement(text).then_some(above.len());
        }
        let own = address(own.expr()?);
        if !self.places.contains_key(&own) {
            let height = above
                .iter()
                .rev()
                .take_while(|node| is_operator(node))
                .count();
            let depth = above.len() - height;
            self.add(above[depth].expr()?, depth);
        }
        let (chain, below) = self.places.get(&own)?;
        let chain = &self.chains[*chain];
        chain.is_statement(text, below).then_some(chain.depth)
    }

    fn add(&mut self, top: &Expr, depth: usize) {
        enum Step<'a> {
            Into(&'a Expr),
            OutOf(&'a Expr, usize),
        }
        let mut strings = Vec::new();
        // Without recursion: a chain may be long.
        let mut steps = vec![Step::Into(top)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Into(expr @ Expr::BinOp(operator)) => {
                    let sides = [&*operator.right, &*operator.left];
                    if sides.into_iter().any(Expr::is_string_literal_expr) {
                        steps.push(Step::OutOf(expr, strings.len()));
                    }
                    steps.extend(sides.map(Step::Into));
                }
                Step::Into(Expr::StringLiteral(string)) => strings.push(string.value.to_str()),
                Step::Into(_) => {}
                Step::OutOf(expr, start) => {
                    let place = (self.chains.len(), start..strings.len());
                    self.places.insert(address(expr), place);
                }
            }
        }
        self.chains.push(Chain::new(&strings, depth));
    }
}

impl Chain {
    fn new(strings: &[&str], depth: usize) -> Self {
        let last: Vec<Reading> = strings.iter().map(|string| Reading::of(string)).collect();
        let followed = strings.iter().map(|string| spaced(string));
        let before = followed.scan(Reading::NOTHING, |before, reading| {
            *before = before.then(reading);
            Some(*before)
        });
        let before: Vec<Reading> = std::iter::once(Reading::NOTHING).chain(before).collect();
        let mut after = last.last().copied().map_or(Vec::new(), |last| vec![last]);
        for string in strings.iter().rev().skip(1) {
            after.push(spaced(string).then(after[after.len() - 1]));
        }
        after.reverse();
        Self {
            depth,
            before,
            last,
            after,
        }
    }

    /// Returns whether a string reads like a statement with all strings of the chain but these.
    fn is_statement(&self, text: &str, without: &Range<usize>) -> bool {
        let before = without.start;
        let rest = match (self.after.get(without.end), before.checked_sub(1)) {
            (Some(after), _) => self.before[before].then(*after),
            (None, Some(last)) => self.before[last].then(self.last[last]),
            (None, None) => return sql::is_statement(text),
        };
        spaced(text).then(rest).is_statement()
    }
}

/// Reads a string that another one follows.
fn spaced(string: &str) -> Reading {
    Reading::of(&format!("{string} "))
}

fn address(expr: &Expr) -> usize {
    std::ptr::from_ref(expr).addr()
}
