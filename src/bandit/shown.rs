//! From what the walk collected to issues: positions, code, the redacted excerpt and the fingerprint.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::{Decorator, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::check::{Found, FoundInText, Test};
use super::lines::Code;
use super::position::Source;
use super::report::Issue;
use super::tree::Node;
use crate::finding::{Engine, Excerpt, Fingerprint, printable};

/// The most characters that an excerpt shows before, in and after the mark.
const BEFORE: usize = 50;
const INSIDE: usize = 100;
const AFTER: usize = 50;
/// How many bytes are looked at for them: lines have no limit.
const WINDOW: usize = 1024;
/// How many bytes of the names around a finding are kept.
const NAMED: usize = 1000;

/// A finding as the walk leaves it.
pub(super) struct Raw<'a> {
    pub(super) test: &'static Test,
    pub(super) found: Found,
    /// The node.
    pub(super) range: TextRange,
    pub(super) line: u32,
    pub(super) lines: RangeInclusive<u32>,
    /// The columns as reports give them.
    pub(super) columns: (u32, u32),
    /// The names of the definitions around it.
    pub(super) scope: String,
    /// The statement around it, or the head of a compound one.
    pub(super) statement: Statement<'a>,
}

impl Raw<'_> {
    /// A finding in a text as a whole, which belongs to no node.
    pub(super) fn of_text(test: &'static Test, found: FoundInText) -> Self {
        let start = TextSize::new(found.at as u32);
        let range = TextRange::at(start, TextSize::new(found.length as u32));
        Self {
            test,
            found: Found::new(found.text).with_quote(found.quote),
            range,
            line: found.line,
            lines: found.line..=found.line,
            columns: (found.column, 0),
            scope: String::new(),
            statement: Statement {
                range,
                decorators: &[],
            },
        }
    }
}

/// The names of the definitions around a node, those that are too long to be kept with every finding shortened.
#[derive(Default)]
pub(super) struct Scope<'a>(Vec<Cow<'a, str>>);

impl<'a> Scope<'a> {
    pub(super) fn enter(&mut self, name: &'a str) {
        self.0.push(shortened(Cow::Borrowed(name)));
    }

    pub(super) fn leave(&mut self) {
        self.0.pop();
    }

    pub(super) fn name(&self) -> String {
        shortened(Cow::Owned(self.0.join("."))).into_owned()
    }
}

fn shortened(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.len() > NAMED {
        return Cow::Owned(blake3::hash(name.as_bytes()).to_hex().to_string());
    }
    name
}

/// What a finding belongs to.
#[derive(Clone, Copy)]
pub(super) struct Statement<'a> {
    range: TextRange,
    decorators: &'a [Decorator],
}

/// Returns the innermost statement or clause around a node, without its block.
pub(super) fn statement<'a>(node: Node<'a>, parents: &[Node<'a>]) -> Statement<'a> {
    let plain = |range| Statement {
        range,
        decorators: &[],
    };
    if let Node::Handler(handler) = node {
        return plain(handler.range());
    }
    let inwards = std::iter::once(&node).chain(parents.iter().rev());
    for around in inwards {
        match around {
            Node::Stmt(stmt) => return of_stmt(stmt),
            Node::Elif(chain, index) => {
                let clause = &chain.elif_else_clauses[*index];
                return plain(head(clause.start(), &clause.body, clause.end()));
            }
            Node::Handler(handler) => {
                return plain(head(handler.start(), &handler.body, handler.end()));
            }
            Node::Case(case) => return plain(head(case.start(), &case.body, case.end())),
            _ => {}
        }
    }
    plain(TextRange::default())
}

fn of_stmt(stmt: &Stmt) -> Statement<'_> {
    let (body, decorators): (&[Stmt], &[Decorator]) = match stmt {
        Stmt::FunctionDef(def) => (&def.body, &def.decorator_list),
        Stmt::ClassDef(def) => (&def.body, &def.decorator_list),
        Stmt::For(stmt) => (&stmt.body, &[]),
        Stmt::While(stmt) => (&stmt.body, &[]),
        Stmt::If(stmt) => (&stmt.body, &[]),
        Stmt::With(stmt) => (&stmt.body, &[]),
        Stmt::Try(stmt) => (&stmt.body, &[]),
        _ => (&[], &[]),
    };
    Statement {
        range: head(stmt.start(), body, stmt.end()),
        decorators,
    }
}

fn head(start: TextSize, body: &[Stmt], end: TextSize) -> TextRange {
    TextRange::new(start, body.first().map_or(end, Ranged::start))
}

/// Turns findings into issues.
pub(super) struct Shower<'s, 'a> {
    pub(super) source: &'s Source<'a>,
    pub(super) tokens: &'s [Token],
    /// The literals that must not be shown.
    pub(super) secrets: Vec<TextRange>,
    /// What code is shown; nothing where the file cannot be decoded strictly.
    pub(super) code: Option<Code<'s>>,
    /// The last statement that was folded: findings of one statement follow each other.
    folded: Option<(TextRange, blake3::Hash)>,
    /// The last line that was shown: findings of one line follow each other, too.
    line: Line,
}

/// A line, and how many characters of it have been counted.
#[derive(Default)]
struct Line {
    number: u32,
    range: TextRange,
    /// Where it is not blank.
    content: TextRange,
    /// The characters before a place in it.
    counted: (TextSize, u32),
}

impl<'s, 'a> Shower<'s, 'a> {
    pub(super) fn new(
        source: &'s Source<'a>,
        tokens: &'s [Token],
        mut secrets: Vec<TextRange>,
        code: Option<Code<'s>>,
    ) -> Self {
        secrets.sort_by_key(Ranged::start);
        secrets.dedup();
        Self {
            source,
            tokens,
            secrets,
            code,
            folded: None,
            line: Line::default(),
        }
    }

    pub(super) fn issue(&mut self, raw: Raw<'_>) -> Issue {
        let (severity, confidence) = raw
            .found
            .rating
            .unwrap_or((raw.test.meta.severity, raw.test.confidence));
        let (excerpt, columns) = self.excerpt(raw.line, raw.range);
        let lines = (raw.lines.end() + 1 - raw.lines.start()) as usize;
        let code = self.code.as_ref().map(|code| code.excerpt(raw.line, lines));
        Issue {
            test: raw.test,
            severity,
            confidence,
            line: raw.line,
            line_range: raw.lines,
            col_offset: raw.columns.0,
            end_col_offset: raw.columns.1,
            code: code.unwrap_or_default(),
            fingerprint: self.fingerprint(raw.test, &raw.scope, raw.statement, raw.range),
            excerpt,
            columns,
            text: raw.found.text.into_owned(),
            quote: raw.found.quote,
        }
    }

    fn fingerprint(
        &mut self,
        test: &Test,
        scope: &str,
        statement: Statement<'_>,
        node: TextRange,
    ) -> Fingerprint {
        let before = |decorator: &Decorator| decorator.end() < node.end();
        let index = statement.decorators.partition_point(before);
        let decorator = statement.decorators.get(index);
        let decorator = decorator.filter(|decorator| decorator.range().contains_range(node));
        let range = decorator.map_or(statement.range, Ranged::range);
        let folded = match self.folded {
            Some((last, folded)) if last == range => folded,
            _ => self.fold(range),
        };
        self.folded = Some((range, folded));
        let mut hasher = blake3::Hasher::new();
        for part in [test.id().as_bytes(), scope.as_bytes(), folded.as_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let mut digest = [0; 10];
        digest.copy_from_slice(&hasher.finalize().as_bytes()[..10]);
        Fingerprint::new(Engine::Bandit, digest)
    }

    /// Digests the tokens of a statement: no white space, comments, trailing commas or passwords.
    fn fold(&self, range: TextRange) -> blake3::Hash {
        let first = self
            .tokens
            .partition_point(|token| token.start() < range.start());
        let mut tokens = self.tokens[first..]
            .iter()
            .take_while(|token| token.end() <= range.end())
            .filter(|token| !is_layout(token.kind()))
            .peekable();
        let mut hasher = blake3::Hasher::new();
        while let Some(token) = tokens.next() {
            let closes = |next: &&Token| is_closing(next.kind());
            if token.kind() == TokenKind::Comma && tokens.peek().is_none_or(closes) {
                continue;
            }
            let text = if self.hides(token.range()) {
                "…"
            } else {
                &self.source.text[token.range()]
            };
            hasher.update(text.as_bytes());
            hasher.update(b"\0");
        }
        hasher.finalize()
    }

    fn hides(&self, range: TextRange) -> bool {
        self.hidden_in(range).next().is_some()
    }

    /// Returns the secrets that overlap a range.
    fn hidden_in(&self, range: TextRange) -> impl Iterator<Item = TextRange> {
        // They are string literals, so they never overlap.
        let first = self
            .secrets
            .partition_point(|secret| secret.end() <= range.start());
        self.secrets[first..]
            .iter()
            .copied()
            .take_while(move |secret| secret.start() < range.end())
    }

    /// Returns a line with its secrets hidden and the node marked, and the columns of the mark in the file.
    fn excerpt(&mut self, line: u32, node: TextRange) -> (Excerpt, std::ops::Range<u32>) {
        if line != self.line.number {
            self.line = self.line(line);
        }
        let Line { range, content, .. } = self.line;
        let mark = if range.contains(node.start()) {
            TextRange::new(
                node.start(),
                node.end().min(content.end()).max(node.start()),
            )
        } else {
            content
        };
        let columns = self.column(mark.start())..self.column(mark.end());
        let behind = |from: TextSize, end: TextSize| {
            let most = self
                .source
                .text
                .floor_char_boundary(from.to_usize() + WINDOW);
            self.redacted(TextRange::new(from, end.min(TextSize::new(most as u32))))
        };
        let least = mark.start().to_usize().saturating_sub(WINDOW);
        let least = TextSize::new(self.source.text.ceil_char_boundary(least) as u32);
        let start = content.start().max(least).min(mark.start());
        let before = self.redacted(TextRange::new(start, mark.start()));
        let inside = behind(mark.start(), mark.end());
        let after = behind(mark.end(), content.end().max(mark.end()));
        let mut excerpt = last(&before, BEFORE);
        let start = excerpt.len();
        excerpt += &first(&inside, INSIDE);
        let end = excerpt.len();
        excerpt += &first(&after, AFTER);
        let excerpt = Excerpt {
            text: excerpt,
            mark: start..end,
        };
        (excerpt, columns)
    }

    fn line(&self, number: u32) -> Line {
        let range = self.source.line_text(number);
        let text = &self.source.text[range];
        let blanks = text.len() - text.trim_start().len();
        let content = TextRange::new(
            range.start() + TextSize::new(blanks as u32),
            range.start() + TextSize::new(text.trim_end().len().max(blanks) as u32),
        );
        Line {
            number,
            range,
            content,
            counted: (range.start(), 0),
        }
    }

    /// Returns the 1-based column of an offset in the line that is shown, in characters.
    fn column(&mut self, at: TextSize) -> u32 {
        let (from, count) = self.line.counted;
        let between = TextRange::new(from.min(at), from.max(at));
        let between = self.source.text[between].chars().count() as u32;
        let count = if at < from {
            count - between
        } else {
            count + between
        };
        self.line.counted = (at, count);
        count + 1
    }

    /// Returns a part of the text, safe to print, with the length of each secret in its place.
    fn redacted(&self, range: TextRange) -> String {
        let mut out = String::new();
        let mut at = range.start();
        for secret in self.hidden_in(range) {
            if secret.start() > at {
                out += &printable(&self.source.text[TextRange::new(at, secret.start())]);
            }
            if secret.start() >= range.start() {
                let length = self.source.text[secret].chars().count();
                out += &format!("<{length} characters>");
            }
            at = at.max(secret.end()).min(range.end());
        }
        out + &printable(&self.source.text[TextRange::new(at, range.end())])
    }
}

fn is_layout(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::Newline
            | TokenKind::Indent
            | TokenKind::Dedent
    )
}

fn is_closing(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace)
}

/// Returns the first characters of a text, with a sign where something is left out.
fn first(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Returns the last characters of a text, with a sign where something is left out.
fn last(text: &str, most: usize) -> String {
    match text.char_indices().nth_back(most) {
        Some((start, c)) => format!("…{}", &text[start + c.len_utf8()..]),
        None => text.to_owned(),
    }
}
