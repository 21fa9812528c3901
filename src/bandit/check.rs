//! What a test is: what it says about itself, which nodes concern it, and the function that looks at one.
//!
//! To add a test, write `checks/b<number>_<name>.rs` and its line in `checks/mod.rs`. The header of the file is
//! the manual page, its fenced examples are the first tests.

use std::borrow::Cow;
use std::cell::RefCell;

use ruff_python_ast::{ExceptHandlerExceptHandler, StmtFunctionDef};
use ruff_text_size::{TextRange, TextSize};

use super::call::Call;
use super::chain::Chains;
use super::checks;
use super::names::Imports;
use super::position::Source;
use super::quote::Quote;
use super::safety::Owners;
use super::settings::Options;
use super::tree::Node;
use crate::finding::{Category, Confidence, Engine, Severity};
use crate::rule::RuleMeta;

/// One test.
pub struct Test {
    /// What the test says about itself; its id is Bandit's.
    pub meta: RuleMeta,
    /// The name that people write in configurations and in `# nosec`.
    pub name: &'static str,
    /// The name that reports give as `test_name`.
    pub function: &'static str,
    /// How sure a finding is when nothing in the code says otherwise.
    pub confidence: Confidence,
    /// The nodes that concern it.
    pub(super) on: On,
}

impl Test {
    /// Returns Bandit's id, for example `B101`.
    pub fn id(&self) -> &'static str {
        self.meta.id
    }

    /// Returns whether the test only compares names with a list (Bandit's blacklists, together `B001`).
    pub fn is_list(&self) -> bool {
        matches!(self.on, On::ListedCall(_) | On::ListedImport(_))
    }

    /// Returns the place of the test among all tests, sorted by id.
    pub(super) fn index(&self) -> usize {
        checks::ALL
            .binary_search_by_key(&self.id(), |test| test.id())
            .expect("every test stands in the list of all tests")
    }
}

impl std::fmt::Debug for Test {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}

/// Returns every test, sorted by id.
pub fn tests() -> impl Iterator<Item = &'static Test> {
    checks::ALL.iter().copied()
}

/// Returns the test of this id.
pub fn test(id: &str) -> Option<&'static Test> {
    let index = checks::ALL.binary_search_by_key(&id, |test| test.id());
    index.ok().map(|index| checks::ALL[index])
}

/// The manual page of a test, made from the header of its file by `build.rs`.
pub(super) struct Page {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    pub(super) references: &'static [&'static str],
}

impl Page {
    /// Completes the page to the description of a rule.
    pub(super) const fn rule(self, severity: Severity, cwe: u16) -> RuleMeta {
        RuleMeta {
            id: self.id,
            title: self.title,
            engine: Engine::Bandit,
            category: Category::Code,
            severity,
            since: "next",
            page: self.text,
            references: self.references,
            cwe: Some(cwe),
        }
    }
}

/// The nodes that concern a test, with the function that looks at one.
pub(super) enum On {
    Assert(fn(&Context<'_, '_>) -> Option<Found>),
    Call(Callee, fn(&Context<'_, '_>, &Call<'_, '_>) -> Option<Found>),
    Str(fn(&Context<'_, '_>, &Text<'_, '_>) -> Option<Found>),
    /// A function that is not `async`.
    Function(fn(&Context<'_, '_>, &StmtFunctionDef) -> Option<Found>),
    Handler(fn(&Context<'_, '_>, &ExceptHandlerExceptHandler) -> Option<Found>),
    /// The decoded text of a file as a whole.
    File(fn(&str) -> Option<FoundInText>),
    /// Calls of these qualified names.
    ListedCall(Listed),
    /// Imports of names that begin like this; calls of exactly these names count, too.
    ListedImport(Listed),
}

/// Which calls concern a test; it keeps the function from being asked about all others.
pub(super) enum Callee {
    /// The last component of the qualified name is one of these.
    Named(&'static [&'static str]),
    /// The last component contains this.
    Containing(&'static str),
    /// There are keyword arguments, whatever is called.
    AnyWithKeywords,
    /// The qualified name may be one of the functions of `shell_injection`.
    Shell,
    /// The qualified name is one of these or of `markupsafe_xss`.
    Markup(&'static [&'static str]),
}

/// A list of qualified names with what is to be said about them.
pub(super) struct Listed {
    pub(super) names: &'static [&'static str],
    /// The message; `{name}` stands for the name that was used.
    pub(super) message: &'static str,
    /// The lengths of the words around the name in the reference tool's message; empty where it has none.
    pub(super) fixed: &'static [usize],
}

/// What a test may know beside the node it looks at.
pub(super) struct Context<'w, 'a> {
    /// The path as it is shown.
    pub(super) path: &'w str,
    pub(super) options: &'w Options,
    pub(super) source: &'w Source<'a>,
    pub(super) imports: &'w Imports<'a>,
    pub(super) chains: &'w RefCell<Chains>,
    pub(super) owners: &'w RefCell<Owners<'a>>,
    /// The nodes around the node, the file first.
    pub(super) parents: &'w [Node<'a>],
}

impl<'a> Context<'_, 'a> {
    /// Returns the node around the node.
    pub(super) fn parent(&self) -> Option<Node<'a>> {
        self.ancestor(0)
    }

    /// Returns the parent's parent for 1, its parent for 2, and so on.
    pub(super) fn ancestor(&self, distance: usize) -> Option<Node<'a>> {
        self.parents.iter().rev().nth(distance).copied()
    }
}

/// A string constant.
pub(super) struct Text<'t, 'a> {
    pub(super) value: &'t str,
    pub(super) node: Node<'a>,
}

/// What a test found.
pub(super) struct Found {
    /// What is wrong and what to do.
    pub(super) text: Cow<'static, str>,
    /// Severity and confidence, where they differ from the test's.
    pub(super) rating: Option<(Severity, Confidence)>,
    /// Where the line stands that the test names itself, if it does.
    pub(super) at: Option<TextSize>,
    /// The literal that reports must not show.
    pub(super) secret: Option<TextRange>,
    /// What the reference tool's message quotes.
    pub(super) quote: Option<Quote>,
}

impl Found {
    pub(super) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            text: text.into(),
            rating: None,
            at: None,
            secret: None,
            quote: None,
        }
    }

    /// Rates the finding differently from what the test says about itself.
    pub(super) fn rated(mut self, severity: Severity, confidence: Confidence) -> Self {
        self.rating = Some((severity, confidence));
        self
    }

    /// Puts the finding on the line of this offset, if there is one.
    pub(super) fn at(mut self, at: Option<TextSize>) -> Self {
        self.at = at;
        self
    }

    /// Keeps reports from showing this literal.
    pub(super) fn hiding(mut self, secret: TextRange) -> Self {
        self.secret = Some(secret);
        self
    }

    /// Says what the reference tool's message quotes, and how long the words around it are.
    pub(super) fn quoting<const N: usize>(self, fixed: &'static [usize], parts: [&str; N]) -> Self {
        let parts = parts.map(str::to_owned).to_vec();
        self.with_quote(Quote::new(fixed, parts))
    }

    pub(super) fn with_quote(mut self, quote: Quote) -> Self {
        self.quote = Some(quote);
        self
    }
}

/// What a test of a whole text found.
pub(super) struct FoundInText {
    pub(super) text: Cow<'static, str>,
    pub(super) quote: Quote,
    /// The 1-based line, by Unicode's line ends.
    pub(super) line: u32,
    /// The 1-based column, in characters.
    pub(super) column: u32,
    /// Where in the text, in bytes.
    pub(super) at: usize,
    /// How many bytes.
    pub(super) length: usize,
}
