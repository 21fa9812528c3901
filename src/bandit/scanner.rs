//! One file from bytes to report.

use std::collections::BTreeMap;

use ruff_python_ast::token::TokenKind;
use ruff_text_size::Ranged;

use super::check::On;
use super::decode::{self, Decoded};
use super::lines::{self, Code};
use super::nosec::{self, Nosec, NosecNote};
use super::parse::{self, NotParsed, Tree};
use super::plan::Plan;
use super::position::Source;
use super::report::{Counts, FileMetrics, FileReport};
use super::settings::Settings;
use super::shown::{Raw, Shower};
use super::tree::Node;
use super::walk::{REFERENCE_DEPTH, Walker};

/// The path under which the standard input is shown.
const STDIN: &str = "<stdin>";

/// What becomes of the memory of a tree.
#[derive(Clone, Copy)]
enum Memory {
    GivenBack,
    /// Until the program ends.
    Kept,
}

/// Scans files with the same settings.
pub struct Scanner {
    settings: Settings,
    plan: Plan,
}

impl Scanner {
    /// Arranges the tests of these settings.
    pub fn new(settings: Settings) -> Self {
        let plan = Plan::new(&settings);
        Self { settings, plan }
    }

    /// Returns what the scanner was told.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Scans one file; `path` is what reports show, and what `assert_used.skips` is compared with.
    pub fn scan(&self, path: &str, content: &[u8]) -> FileReport {
        self.look(path, content, Memory::GivenBack)
    }

    /// Scans a file as [`Scanner::scan`] does that is the last thing a program does: to take a tree apart costs a twentieth of
    /// the whole scan.
    pub fn scan_last(&self, path: &str, content: &[u8]) -> FileReport {
        self.look(path, content, Memory::Kept)
    }

    fn look(&self, path: &str, content: &[u8], memory: Memory) -> FileReport {
        let mut report = FileReport::default();
        report.metrics.loc = lines::lines_of_code(content);
        if let Err(reason) = self.read(path, content, memory, &mut report) {
            report.error = Some(reason.reason());
        }
        report
    }

    fn read(
        &self,
        path: &str,
        content: &[u8],
        memory: Memory,
        report: &mut FileReport,
    ) -> Result<(), NotParsed> {
        let decoded = decode::decode(content, &self.settings)?;
        let python = self.settings.python;
        let mut tree = parse::parse(&decoded.text, python, &decoded.invalid)?;
        let source = Source::new(&decoded.text, python);
        let nosec = if self.settings.ignore_nosec {
            BTreeMap::new()
        } else {
            comments(&tree, &source, &mut report.notes)
        };
        let mut walker = Walker::new(&self.plan, &self.settings.options, path, &source, &nosec);
        let result = walker.below(Node::Module(tree.module()));
        let depth = walker.deepest;
        if result.is_ok() {
            self.texts(&mut walker, &decoded);
            report.beyond_reference = depth > REFERENCE_DEPTH;
            self.show(walker, &tree, &decoded, path, content, report);
            match memory {
                Memory::GivenBack => tree.measured(depth),
                Memory::Kept => tree.leak(),
            }
            return Ok(());
        }
        report.metrics = FileMetrics {
            loc: report.metrics.loc,
            nosec: walker.metrics.nosec,
            skipped_tests: walker.metrics.skipped_tests,
            counts: None,
        };
        drop(walker);
        tree.leak();
        Err(NotParsed::Exception)
    }

    /// Shows the whole text to the tests of whole files.
    fn texts<'a>(&self, walker: &mut Walker<'_, 'a>, decoded: &'a Decoded<'_>) {
        if !decoded.readable {
            return;
        }
        for &test in &self.plan.files {
            let On::File(run) = test.on else { continue };
            let Some(found) = run(&decoded.text) else {
                continue;
            };
            let base = walker.nosec.get(&found.line);
            let around = walker.nosec.range(0..=1).next().map(|(_, nosec)| nosec);
            if walker.is_silenced(test, base, around) {
                continue;
            }
            walker.found.push(Raw::of_text(test, found));
        }
    }

    fn show(
        &self,
        walker: Walker<'_, '_>,
        tree: &Tree,
        decoded: &Decoded<'_>,
        path: &str,
        content: &[u8],
        report: &mut FileReport,
    ) {
        let mut counts = Counts::default();
        if !walker.found.is_empty() {
            let code = self.settings.context_lines.and_then(|context| {
                if path == STDIN {
                    Some(Code::of_stdin(std::str::from_utf8(content).ok()?, context))
                } else {
                    decoded
                        .readable
                        .then(|| Code::of_file(&decoded.text, walker.source.starts(), context))
                }
            });
            let mut shower = Shower::new(walker.source, tree.tokens(), walker.secrets, code);
            report.issues = walker
                .found
                .into_iter()
                .map(|raw| shower.issue(raw))
                .collect();
        }
        for issue in &report.issues {
            counts.add(issue.severity, issue.confidence);
        }
        report.metrics.nosec = walker.metrics.nosec;
        report.metrics.skipped_tests = walker.metrics.skipped_tests;
        report.metrics.counts = Some(counts);
    }
}

/// Returns the `# nosec` comments by line, and notes what is wrong with them.
///
/// The reference tool looks for comments with a reader that ends lines at line feeds only, and of several comments on
/// such a line the last one counts.
fn comments(tree: &Tree, source: &Source<'_>, notes: &mut Vec<NosecNote>) -> BTreeMap<u32, Nosec> {
    let mut by_line = BTreeMap::new();
    if memchr::memmem::find(source.text.as_bytes(), b"nosec").is_none() {
        return by_line;
    }
    let (mut at, mut line_feeds) = (0, 0);
    for token in tree.tokens() {
        if token.kind() != TokenKind::Comment {
            continue;
        }
        let between = &source.text.as_bytes()[at..token.start().to_usize()];
        line_feeds += memchr::memchr_iter(b'\n', between).count() as u32;
        at = token.start().to_usize();
        let Some((nosec, problems)) = nosec::parse(&source.text[token.range()]) else {
            by_line.remove(&(line_feeds + 1));
            continue;
        };
        by_line.insert(line_feeds + 1, nosec);
        let line = source.line(token.start());
        notes.extend(
            problems
                .into_iter()
                .map(|problem| NosecNote { line, problem }),
        );
    }
    by_line
}
