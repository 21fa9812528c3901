//! Where nodes are, by Python's reckoning: lines from 1, columns in bytes of UTF-8.
//!
//! The parser's ranges differ from `ast`'s in a few places: decorators, a `;` at the end of a block, a generator
//! that is the only argument of a call, nodes that `ast` gives no position at all.

use std::cell::{OnceCell, RefCell};
use std::ops::RangeInclusive;

use ruff_python_ast::{Decorator, ExceptHandler, Expr, Stmt, StmtIf};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustc_hash::FxHashMap;

use super::lines::LineStarts;
use super::settings::PythonVersion;
use super::tree::{self, Node};

/// The text of a file with the starts of its lines, which are looked for when they are first wanted.
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) python: PythonVersion,
    starts: OnceCell<LineStarts>,
    /// The lines of nodes without a position, by address: many findings may stand in one.
    below: RefCell<FxHashMap<usize, RangeInclusive<u32>>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str, python: PythonVersion) -> Self {
        Self {
            text,
            python,
            starts: OnceCell::new(),
            below: RefCell::default(),
        }
    }

    /// Returns the starts of the lines.
    pub(super) fn starts(&self) -> &LineStarts {
        self.starts.get_or_init(|| LineStarts::new(self.text))
    }

    /// Returns the line of an offset.
    pub(super) fn line(&self, offset: TextSize) -> u32 {
        self.starts().line(offset.to_u32())
    }

    /// Returns the column of an offset.
    pub(super) fn column(&self, offset: TextSize) -> u32 {
        self.starts().column(offset.to_u32())
    }

    /// Returns where the text of a 1-based line is, without its end.
    pub(super) fn line_text(&self, line: u32) -> TextRange {
        let line = self.starts().range(self.text, line as usize);
        let line = line.unwrap_or_default();
        let content = self.text[line.clone()].trim_end_matches(['\n', '\r']);
        TextRange::at(TextSize::new(line.start as u32), TextSize::of(content))
    }

    /// Returns the lines of `node` as they go into a report, or `0..=1` where `ast` knows no position below it.
    pub(super) fn line_range(&self, node: Node<'a>, parents: &[Node<'a>]) -> RangeInclusive<u32> {
        if let Some(range) = self.range(node, parents) {
            return self.line(range.start())..=self.line(range.end());
        }
        let Some(address) = node.address() else {
            return self.lines_below(node);
        };
        let known = self.below.borrow().get(&address).cloned();
        known.unwrap_or_else(|| {
            let lines = self.lines_below(node);
            self.below.borrow_mut().insert(address, lines.clone());
            lines
        })
    }

    /// Returns the lines from the first to the last on which something below `node` starts.
    fn lines_below(&self, node: Node<'a>) -> RangeInclusive<u32> {
        let (mut first, mut last) = (u32::MAX, 0);
        tree::children(node, &mut |child| {
            let in_block = child.stmt().is_some() && matches!(node, Node::Case(_));
            if !in_block {
                self.start_lines(child, node, &mut |line| {
                    first = first.min(line);
                    last = last.max(line);
                });
            }
        });
        if last == 0 { 0..=1 } else { first..=last }
    }

    /// Calls `visit` with the start line of `node` and of everything below it.
    fn start_lines(&self, node: Node<'a>, parent: Node<'a>, visit: &mut dyn FnMut(u32)) {
        if let Some(range) = self.range(node, &[parent]) {
            visit(self.line(range.start()));
        }
        tree::children(node, &mut |child| self.start_lines(child, node, visit));
    }

    /// Returns where `node` is; nothing for the kinds of nodes that `ast` gives no position.
    ///
    /// `parents` ends with the node's parent, as far as it is known.
    pub(super) fn range(&self, node: Node<'a>, parents: &[Node<'a>]) -> Option<TextRange> {
        Some(match node {
            Node::Stmt(stmt) => TextRange::new(self.start(stmt), self.end(stmt)),
            Node::Elif(chain, index) => TextRange::new(
                chain.elif_else_clauses[index].start(),
                self.end_of_chain(chain),
            ),
            Node::Handler(handler) => TextRange::new(
                handler.start(),
                self.end_of_block(&handler.body, handler.end()),
            ),
            Node::Expr(expr) => match (expr, parents.last()) {
                (Expr::Generator(generator), Some(Node::Expr(Expr::Call(call))))
                    if !generator.parenthesized =>
                {
                    call.arguments.range()
                }
                _ => expr.range(),
            },
            Node::Piece(piece) => self.whole_string(parents).unwrap_or(piece.range),
            Node::Field(field) => self.whole_string(parents).unwrap_or(field.range()),
            Node::Spec(spec) => self.whole_string(parents).unwrap_or(spec.range()),
            Node::Arg(arg) => TextRange::new(arg.name.start(), arg.end()),
            Node::Keyword(keyword) => keyword.range(),
            Node::Pattern(pattern) => pattern.range(),
            Node::TypeParam(param) => param.range(),
            Node::Module(_)
            | Node::Arguments(_)
            | Node::WithItem(_)
            | Node::Comprehension(_)
            | Node::Case(_) => return None,
        })
    }

    /// Before Python 3.12 every part of an f-string has the position of the whole string.
    fn whole_string(&self, parents: &[Node<'a>]) -> Option<TextRange> {
        if self.python >= PythonVersion::Py312 {
            return None;
        }
        parents.iter().rev().find_map(|parent| match parent {
            Node::Expr(expr @ Expr::FString(_)) => Some(expr.range()),
            _ => None,
        })
    }

    fn start(&self, stmt: &Stmt) -> TextSize {
        match stmt {
            Stmt::FunctionDef(def) => self.behind(&def.decorator_list, def.start()),
            Stmt::ClassDef(def) => self.behind(&def.decorator_list, def.start()),
            _ => stmt.start(),
        }
    }

    /// Returns where the definition behind these decorators begins.
    fn behind(&self, decorators: &[Decorator], otherwise: TextSize) -> TextSize {
        let Some(last) = decorators.last() else {
            return otherwise;
        };
        let mut at = last.end().to_usize();
        loop {
            let rest = &self.text[at..];
            let Some(skipped) = rest.find(|c: char| !is_trivia(c)) else {
                return otherwise;
            };
            at += skipped;
            if !self.text[at..].starts_with('#') {
                return TextSize::new(at as u32);
            }
            at += self.text[at..]
                .find(['\n', '\r'])
                .unwrap_or(self.text.len() - at);
        }
    }

    fn end(&self, stmt: &Stmt) -> TextSize {
        let block = match stmt {
            Stmt::FunctionDef(def) => &def.body,
            Stmt::ClassDef(def) => &def.body,
            Stmt::For(stmt) if stmt.orelse.is_empty() => &stmt.body,
            Stmt::For(stmt) => &stmt.orelse,
            Stmt::While(stmt) if stmt.orelse.is_empty() => &stmt.body,
            Stmt::While(stmt) => &stmt.orelse,
            Stmt::If(stmt) => return self.end_of_chain(stmt),
            Stmt::With(stmt) => &stmt.body,
            Stmt::Match(stmt) => match stmt.cases.last() {
                Some(case) => &case.body,
                None => return stmt.end(),
            },
            Stmt::Try(stmt) => {
                let handler = stmt
                    .handlers
                    .last()
                    .map(|ExceptHandler::ExceptHandler(handler)| &handler.body);
                if !stmt.finalbody.is_empty() {
                    &stmt.finalbody
                } else if !stmt.orelse.is_empty() {
                    &stmt.orelse
                } else {
                    handler.unwrap_or(&stmt.body)
                }
            }
            _ => return stmt.end(),
        };
        self.end_of_block(block, stmt.end())
    }

    fn end_of_chain(&self, chain: &StmtIf) -> TextSize {
        let block = chain
            .elif_else_clauses
            .last()
            .map_or(&chain.body, |clause| &clause.body);
        self.end_of_block(block, chain.end())
    }

    /// Returns the end of a block: behind a `;` that follows its last statement, as far as the tree knows it.
    fn end_of_block(&self, block: &[Stmt], otherwise: TextSize) -> TextSize {
        let Some(last) = block.last() else {
            return otherwise;
        };
        let end = self.end(last);
        let rest = &self.text[end.to_usize()..];
        let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
        if is_simple(last) && rest[blanks..].starts_with(';') {
            end + TextSize::new(blanks as u32 + 1)
        } else {
            end
        }
    }
}

fn is_simple(stmt: &Stmt) -> bool {
    !matches!(
        stmt,
        Stmt::FunctionDef(_)
            | Stmt::ClassDef(_)
            | Stmt::For(_)
            | Stmt::While(_)
            | Stmt::If(_)
            | Stmt::With(_)
            | Stmt::Match(_)
            | Stmt::Try(_)
    )
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\x0c')
}

fn is_trivia(c: char) -> bool {
    is_blank(c) || matches!(c, '\n' | '\r' | '\\')
}
