//! The vocabulary of results: a finding, where it is, how bad it is, and what identifies it.
//!
//! Nothing here does I/O or is serialised; each output format has its own wire types. No type here ever
//! holds a secret in full: an [`Excerpt`] is redacted when it is made.

use std::fmt;
use std::str::FromStr;

use crate::rule::RuleMeta;

/// The three native engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// Credentials in added lines, messages and names.
    Secrets,
    /// Bandit's checks over touched Python files.
    Bandit,
    /// Known vulnerabilities of the packages in touched dependency files.
    Audit,
}

impl Engine {
    /// Every engine, in the order in which reports list them.
    pub const ALL: [Self; 3] = [Self::Secrets, Self::Bandit, Self::Audit];

    /// Returns the name used in the policy, on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::Bandit => "bandit",
            Self::Audit => "audit",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How bad a finding is. `Unknown` sorts lowest; the policy says what it counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// No source rates it.
    Unknown,
    /// Worth knowing.
    Low,
    /// Worth fixing.
    Medium,
    /// Harmful once somebody finds it.
    High,
    /// Harmful at once.
    Critical,
}

impl Severity {
    /// Returns the lower-case name used in policies and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How sure the engine is that a finding is real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A guess worth a look.
    Low,
    /// Likely.
    Medium,
    /// Proven by structure, a checksum or the reference tool's own rating.
    High,
}

impl Confidence {
    /// Returns the lower-case name used in policies and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Which threshold of the policy judges a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// A recognised credential format: `secrets.credential`.
    Credential,
    /// A literal assigned to a name such as `password`: `secrets.keyword`.
    Keyword,
    /// An issue that Bandit reports: `bandit.high`, `bandit.medium`, `bandit.low`.
    Code,
    /// A vulnerable dependency: `audit.critical` and its siblings.
    Dependency,
    /// A dependency without an exact version: `audit.unpinned`.
    Unpinned,
}

/// The path of a file inside a repository: bytes, as git stores them, with `/` between parts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Vec<u8>);

impl RepoPath {
    /// Wraps the bytes of a path as git stores it.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// Returns the path as git stores it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the path as text, invalid UTF-8 replaced. Not safe to print: see [`printable`].
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    /// Returns the part after the last `/`.
    pub fn file_name(&self) -> &[u8] {
        match memchr::memrchr(b'/', &self.0) {
            Some(slash) => &self.0[slash + 1..],
            None => &self.0,
        }
    }

    /// Returns what follows the last dot of the file name, without the dot, or nothing.
    pub fn extension(&self) -> &[u8] {
        let name = self.file_name();
        match memchr::memrchr(b'.', name) {
            Some(dot) if dot > 0 => &name[dot + 1..],
            _ => &[],
        }
    }
}

impl fmt::Display for RepoPath {
    /// Writes the path so that it is safe to print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&printable(&self.to_text()))
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What the note begins with that holds the score sheet of a finding.
pub const SCORE: &str = "score ";

/// Returns `text` with everything that could steer a terminal or a log escaped.
///
/// Escaped are the C0 and C1 controls (line breaks and tabs included), DEL, the bidirectional controls,
/// zero-width characters and the byte order mark, each as `\u{…}` or its usual short form.
pub fn printable(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || is_invisible(c) => {
                out.push_str(&c.escape_unicode().to_string());
            }
            c => out.push(c),
        }
    }
    out
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// What a finding was found in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The content of a file (for a symbolic link: its target).
    File(RepoPath),
    /// The name of a file, where the name itself holds the finding.
    FileName(RepoPath),
    /// The message of the commit (or of the commit in the making).
    CommitMessage,
    /// The message of an annotated tag of this name.
    TagMessage(String),
    /// The name of a branch or a tag.
    RefName(String),
}

impl Place {
    /// Returns the path of the file concerned, if the place is a file.
    pub fn path(&self) -> Option<&RepoPath> {
        match self {
            Self::File(path) | Self::FileName(path) => Some(path),
            _ => None,
        }
    }
}

impl fmt::Display for Place {
    /// Writes the place so that it is safe to print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.pad(&path.to_string()),
            Self::FileName(path) => write!(f, "file name {path}"),
            Self::CommitMessage => f.pad("commit message"),
            Self::TagMessage(tag) => write!(f, "message of tag {}", printable(tag)),
            Self::RefName(name) => write!(f, "ref name {}", printable(name)),
        }
    }
}

/// A position in a text: 1-based line, 1-based column counted in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The 1-based line.
    pub line: u32,
    /// The 1-based column, in characters.
    pub column: u32,
}

/// Where a finding is: a place and a range of it, both ends included in lines, the end column excluded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// What the finding was found in.
    pub place: Place,
    /// The first character of the finding.
    pub start: Position,
    /// The position behind the last character of the finding.
    pub end: Position,
}

/// One line of the content with every secret in it redacted, cut to a width that fits a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The text: safe to print, redacted.
    pub text: String,
    /// The part of `text` that the finding is about, in bytes; both ends are character boundaries.
    pub mark: std::ops::Range<usize>,
}

/// The identity of a finding that survives moved lines, renames, rebase, squash and amend.
///
/// Shown as a letter for the engine and 20 hexadecimal digits, for example `s-0f3c9a…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    engine: Engine,
    digest: [u8; 10],
}

impl Fingerprint {
    /// Makes the fingerprint of an engine's finding out of the first bytes of a digest.
    pub fn new(engine: Engine, digest: [u8; 10]) -> Self {
        Self { engine, digest }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        let mut text = String::with_capacity(22);
        text.push_str(&self.engine.name()[..1]);
        text.push('-');
        for byte in self.digest {
            write!(text, "{byte:02x}")?;
        }
        f.pad(&text)
    }
}

/// The text is not a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a fingerprint: expected a letter, `-` and 20 hexadecimal digits")]
pub struct NotAFingerprint(String);

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotAFingerprint(printable(text));
        let (letter, hex) = text.split_once('-').ok_or_else(refuse)?;
        let engine = Engine::ALL
            .into_iter()
            .find(|engine| &engine.name()[..1] == letter)
            .ok_or_else(refuse)?;
        if hex.len() != 20 || !hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(refuse());
        }
        let mut digest = [0; 10];
        for (byte, pair) in digest.iter_mut().zip(hex.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| refuse())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| refuse())?;
        }
        Ok(Self { engine, digest })
    }
}

/// What the audit engine knows about the package of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The name as the package index normalises it.
    pub name: String,
    /// The exact version, or nothing where the dependency file leaves it open.
    pub version: Option<String>,
    /// The ids of the advisory: its own, then those of its aliases; empty where no advisory is concerned.
    pub advisories: Vec<String>,
    /// The smallest version above this one that no known advisory affects.
    pub fixed: Option<String>,
    /// The groups and extras of the dependency file that ask for the package.
    pub groups: Vec<String>,
    /// Whether only development groups ask for the package.
    pub development: bool,
}

/// One thing an engine found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static RuleMeta,
    /// Where it is.
    pub location: Location,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the engine is.
    pub confidence: Confidence,
    /// What is wrong, for a person: a lower-case fragment without a final period, safe to print, redacted.
    pub message: String,
    /// The line concerned, redacted.
    pub excerpt: Excerpt,
    /// What identifies the finding wherever it moves.
    pub fingerprint: Fingerprint,
    /// An inline comment that asks for silence on this finding, as it is written (`gate-hook:allow …`).
    pub inline_allow: Option<String>,
    /// Facts worth knowing beside the message, for example the AWS account of a key; safe to print.
    pub notes: Vec<String>,
    /// The package that a finding of the audit engine is about.
    pub package: Option<Box<Package>>,
}

impl Finding {
    /// Returns the engine that found it.
    pub fn engine(&self) -> Engine {
        self.rule.engine
    }

    /// Returns the notes that a report for people shows: all but the score sheet, which `explain --why` prints.
    pub fn remarks(&self) -> impl Iterator<Item = &String> {
        self.notes.iter().filter(|note| !note.starts_with(SCORE))
    }
}

/// Whether the change brings a finding in or only touches the file that already had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// There are more findings of this fingerprint after the change than before it.
    Introduced,
    /// There are not.
    Existing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_reads_back_what_it_shows() {
        let fingerprint = Fingerprint::new(Engine::Bandit, [0, 1, 2, 3, 4, 5, 6, 7, 8, 255]);
        assert_eq!(fingerprint.to_string(), "b-000102030405060708ff");
        assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
        for wrong in [
            "",
            "x-000102030405060708ff",
            "s-00",
            "s-000102030405060708FF",
            "s000",
        ] {
            assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn control_and_invisible_characters_are_escaped() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n"), "a\\u{1b}[2Jb\\r\\n");
        assert_eq!(printable("\u{202e}x\u{200b}"), "\\u{202e}x\\u{200b}");
        assert_eq!(printable("grün 日本"), "grün 日本");
    }
}
