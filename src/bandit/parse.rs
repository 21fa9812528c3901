//! From text to a syntax tree, with Python's own limits.
//!
//! The parser is told which Python counts and what that one lacks is an error. What only Python's tokenizer
//! refuses is refused here: deep brackets, deep or ambiguous indentation, endless numbers. How deep a text nests
//! is known before it is parsed, so that no text can exhaust the memory.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::{self as ast, ModModule};
use ruff_python_parser::{Mode, ParseOptions, Parsed, lexer, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

use super::settings::PythonVersion;
use super::tree::{self, Node};

/// How deep a tree may be that is walked. The reference tool gives up near 1,000.
pub(super) const DEEPEST: usize = 3000;
/// How many brackets Python lets stand open.
const BRACKETS: usize = 200;
/// How many levels of indentation Python lets stand open.
const INDENTS: usize = 100;
/// How many digits Python reads.
const DIGITS: usize = 4300;

/// Why a file is not scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotParsed {
    /// It is not Python.
    Syntax,
    /// It is more than Python can take.
    Exception,
    /// It is written in an encoding that this engine does not know.
    Encoding(String),
}

impl NotParsed {
    /// Returns the reason as reports give it; all but the last are part of the format.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Syntax => "syntax error while parsing AST from file".to_owned(),
            Self::Exception => "exception while scanning file".to_owned(),
            Self::Encoding(name) => format!("encoding `{name}` is not supported"),
        }
    }
}

/// A syntax tree with its tokens.
pub(super) struct Tree {
    parsed: Option<Parsed<ModModule>>,
    /// Whether it is known to need little stack to be dropped.
    shallow: bool,
}

impl Tree {
    /// Returns the file.
    pub(super) fn module(&self) -> &ModModule {
        self.parsed().syntax()
    }

    /// Returns the tokens, comments included.
    pub(super) fn tokens(&self) -> &[Token] {
        self.parsed().tokens()
    }

    fn parsed(&self) -> &Parsed<ModModule> {
        self.parsed
            .as_ref()
            .expect("the tree is only taken when dropped")
    }

    /// Takes note of how deep the tree is, for when it is dropped.
    pub(super) fn measured(&mut self, depth: usize) {
        self.shallow = depth < SHALLOW;
    }

    /// Gives the memory up. Dropping a tree recurses as deep as it is, and one that is too deep to be walked is
    /// too deep for that, too; such files are rare, and made to do harm.
    pub(super) fn leak(mut self) {
        std::mem::forget(self.parsed.take());
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let parsed = self.parsed.take();
        if self.shallow {
            drop(parsed);
        } else {
            stacker::maybe_grow(RED_ZONE, 8 << 20, || drop(parsed));
        }
    }
}

/// How much stack there has to be before more is asked for.
pub(super) const RED_ZONE: usize = 512 << 10;

/// How deep nearly all trees are. To ask how much stack is left costs more than the levels up to here.
pub(super) const SHALLOW: usize = 48;

/// Calls `f` with enough stack for a few more levels of a tree.
pub(super) fn with_stack<T>(depth: usize, f: impl FnOnce() -> T) -> T {
    if depth >= SHALLOW && depth.is_multiple_of(16) {
        stacker::maybe_grow(RED_ZONE, 4 << 20, f)
    } else {
        f()
    }
}

/// Parses a text; `invalid` are the places of bytes that are no text and may only stand in comments.
pub(super) fn parse(text: &str, python: PythonVersion, invalid: &[u32]) -> Result<Tree, NotParsed> {
    if memchr::memchr(0, text.as_bytes()).is_some() {
        return Err(match python {
            PythonVersion::Py310 => NotParsed::Exception,
            _ => NotParsed::Syntax,
        });
    }
    if u32::try_from(text.len()).is_err() {
        return Err(NotParsed::Exception);
    }
    guard(text)?;
    let options = ParseOptions::from(Mode::Module).with_target_version(grammar(python));
    let parsed = parse_unchecked(text, options);
    let tree = Tree {
        parsed: parsed.try_into_module(),
        shallow: false,
    };
    let parsed = tree.parsed();
    let refused = parsed.errors().iter().any(|error| !is_later_stage(error))
        || !parsed.unsupported_syntax_errors().is_empty()
        || is_over_limits(text, tree.tokens())
        || !are_in_comments(invalid, tree.tokens());
    if !refused {
        return Ok(tree);
    }
    if is_deep(Node::Module(tree.module()), DEEPEST) {
        tree.leak();
    }
    Err(NotParsed::Syntax)
}

fn grammar(python: PythonVersion) -> ast::PythonVersion {
    match python {
        PythonVersion::Py310 => ast::PythonVersion::PY310,
        PythonVersion::Py311 => ast::PythonVersion::PY311,
        PythonVersion::Py312 => ast::PythonVersion::PY312,
        PythonVersion::Py313 => ast::PythonVersion::PY313,
        PythonVersion::Py314 => ast::PythonVersion::PY314,
    }
}

/// Returns whether Python raises this error behind the parser, where the reference tool no longer looks.
fn is_later_stage(_error: &ruff_python_parser::ParseError) -> bool {
    false
}

/// Refuses a text that nests so deep that parsing it would take a stack without bounds.
///
/// Counting bytes and words that may open a level is enough for nearly all texts; the others are tokenized.
fn guard(text: &str) -> Result<(), NotParsed> {
    let bytes = text.as_bytes();
    let words = || -> usize {
        let words = ["not", "lambda", "await", "else", "yield"];
        let count = |word: &&str| memchr::memmem::find_iter(bytes, *word).count();
        words.iter().map(count).sum()
    };
    // There cannot be more words than fit in.
    let few = bytes.len() < 8 * DEEPEST || {
        let opening = opening(bytes);
        opening + bytes.len() / 3 < 8 * DEEPEST || opening + words() < 8 * DEEPEST
    };
    if few { Ok(()) } else { measure(text) }
}

/// Counts the bytes that may open a level.
fn opening(bytes: &[u8]) -> usize {
    let opens = |&byte: &u8| matches!(byte, b'(' | b'[' | b'{' | b'-' | b'+' | b'~' | b'*');
    // As long as the sum fits a byte, many bytes are looked at at once.
    let counts = bytes.chunks(255);
    counts
        .map(|chunk| usize::from(chunk.iter().map(|byte| u8::from(opens(byte))).sum::<u8>()))
        .sum()
}

/// Measures how deep the brackets and the prefixes (`-`, `not`, `lambda` …) of a text nest.
fn measure(text: &str) -> Result<(), NotParsed> {
    let mut lexer = lexer::lex(text, Mode::Module);
    // The prefixes of each open bracket since its last comma, and how many of all there are.
    let mut open = vec![0_usize];
    let mut prefixes = 0;
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return Ok(()),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open.push(0),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace if open.len() > 1 => {
                prefixes -= open.pop().unwrap_or_default();
            }
            TokenKind::Comma | TokenKind::Newline => {
                prefixes -= open.last_mut().map(std::mem::take).unwrap_or_default();
            }
            TokenKind::Minus
            | TokenKind::Plus
            | TokenKind::Tilde
            | TokenKind::Not
            | TokenKind::Lambda
            | TokenKind::Await
            | TokenKind::Else
            | TokenKind::Yield
            | TokenKind::DoubleStar => {
                prefixes += 1;
                *open.last_mut().expect("the outermost level stays") += 1;
            }
            _ => {}
        }
        if open.len() > BRACKETS + 1 {
            return Err(NotParsed::Syntax);
        }
        if prefixes > 8 * DEEPEST {
            return Err(NotParsed::Exception);
        }
    }
}

/// Returns whether the text is beyond a limit of Python's tokenizer.
fn is_over_limits(text: &str, tokens: &[Token]) -> bool {
    let (mut brackets, mut indents) = (0_usize, 0_usize);
    for token in tokens {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                brackets += 1;
                if brackets > BRACKETS {
                    return true;
                }
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                brackets = brackets.saturating_sub(1);
            }
            TokenKind::Indent => {
                indents += 1;
                if indents >= INDENTS {
                    return true;
                }
            }
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Int if token.range().len().to_usize() > DIGITS => {
                let number = &text[token.range()];
                let decimal = !number.starts_with('0');
                if decimal && number.bytes().filter(u8::is_ascii_digit).count() > DIGITS {
                    return true;
                }
            }
            _ => {}
        }
    }
    is_indented_ambiguously(text, tokens)
}

/// Returns whether some indentation is only consistent for one width of the tab.
///
/// Python measures each indentation twice, with tabs to the next multiple of 8 and with tabs of 1, and wants both
/// to agree on what is deeper.
fn is_indented_ambiguously(text: &str, tokens: &[Token]) -> bool {
    if memchr::memchr(b'\t', text.as_bytes()).is_none() {
        return false;
    }
    let mut levels = vec![(0, 0)];
    let mut at_start = true;
    for token in tokens {
        match token.kind() {
            TokenKind::Newline => at_start = true,
            TokenKind::NonLogicalNewline
            | TokenKind::Comment
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile => {}
            _ if at_start => {
                at_start = false;
                let (wide, narrow) = width(text, token.range());
                while levels.last().is_some_and(|level| wide < level.0) {
                    levels.pop();
                }
                let (last_wide, last_narrow) = levels.last().copied().unwrap_or_default();
                if wide == last_wide && narrow != last_narrow {
                    return true;
                }
                if wide > last_wide {
                    if narrow <= last_narrow {
                        return true;
                    }
                    levels.push((wide, narrow));
                }
            }
            _ => {}
        }
    }
    false
}

/// Measures the white space before the first token of a line.
fn width(text: &str, token: TextRange) -> (usize, usize) {
    let before = &text[..token.start().to_usize()];
    let line = before
        .rfind(['\n', '\r'])
        .map_or(before, |end| &before[end + 1..]);
    line.bytes()
        .fold((0, 0), |(wide, narrow), byte| match byte {
            b'\t' => ((wide / 8 + 1) * 8, narrow + 1),
            b'\x0c' => (0, 0),
            _ => (wide + 1, narrow + 1),
        })
}

fn are_in_comments(invalid: &[u32], tokens: &[Token]) -> bool {
    invalid.iter().all(|&at| {
        let index = tokens.partition_point(|token| token.end().to_u32() <= at);
        tokens
            .get(index)
            .is_some_and(|token| token.kind() == TokenKind::Comment && token.start().to_u32() <= at)
    })
}

/// Returns whether there is anything more than `levels` levels below a node.
fn is_deep(node: Node<'_>, levels: usize) -> bool {
    if levels == 0 {
        return true;
    }
    let mut deep = false;
    with_stack(levels, || {
        tree::children(node, &mut |child| deep = deep || is_deep(child, levels - 1));
    });
    deep
}
