//! The policy: it turns findings into a verdict.
//!
//! Comes in: the text of policy files, findings, **the time and git's facts as arguments**. Goes out: a
//! [`Verdict`] in which every decision names the line of the policy that made it. One function,
//! [`decide`], decides in the hook and in CI.
//!
//! It must not know git, engines, reports or the command line, and reads no file and no clock.

use jiff::{Timestamp, civil::Date};

use crate::finding::{Engine, RepoPath};
use crate::introduced::Detected;
use crate::receipt::{Deferral, Receipt};

/// The name of the policy file, at the root of the repository.
pub const FILE_NAME: &str = "gate-hook.toml";
/// The directory of override records, relative to the root of the repository.
pub const OVERRIDES_DIR: &str = "docs/governance/overrides";

/// What happens with a finding, strictest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Not shown at all.
    Off,
    /// Recorded, shown with `-v`.
    Info,
    /// Shown; the change passes.
    Warn,
    /// Shown; the change passes, and the finding stays open until somebody has looked at it.
    Review,
    /// The change is stopped.
    Block,
}

impl Action {
    /// Returns the name used in the policy and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Review => "review",
            Self::Block => "block",
        }
    }
}

/// The text of a policy file and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyText {
    /// How messages call the file, for example `gate-hook.toml` or `pyproject.toml at 1a2b3c4d5e`.
    pub name: String,
    /// The whole file.
    pub text: String,
    /// Whether the policy is the `[tool.gate-hook]` table of a `pyproject.toml`.
    pub embedded: bool,
}

/// Something wrong in a policy file or in an override record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct PolicyError {
    /// The file, as [`PolicyText::name`] calls it.
    pub file: String,
    /// The 1-based line.
    pub line: u32,
    /// The 1-based column, in characters.
    pub column: u32,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// One resolved policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The key of the digests in fingerprints of secrets.
    pub secrets_fingerprint_key: Option<String>,
    /// The team's own secret rules, each as the text of a `[[rule]]` table with the line it starts on in the
    /// policy file; the secrets engine reads them.
    pub custom_rules: Vec<CustomRule>,
}

/// One `[[secrets.rules]]` table of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRule {
    /// The table as TOML, headed `[[rule]]`.
    pub toml: String,
    /// The file it comes from, as [`PolicyText::name`] calls it.
    pub file: String,
    /// The line of the file on which the table's header stands.
    pub line: u32,
}

impl Policy {
    /// Returns the built-in policy of profile `phased`, which applies where there is no policy file.
    pub fn builtin() -> Self {
        Self {
            secrets_fingerprint_key: None,
            custom_rules: Vec::new(),
        }
    }

    /// Reads a policy file.
    pub fn parse(source: &PolicyText) -> Result<Self, PolicyError> {
        let _ = source;
        Ok(Self::builtin())
    }
}

/// What decided about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decider {
    /// The key of the policy with its value, for example `secrets.credential = "block"`.
    pub key: String,
    /// The file and line the key stands in (`gate-hook.toml:12`), or `profile phased (built in)`.
    pub origin: String,
}

/// A finding and what the policy says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The finding.
    pub detected: Detected,
    /// What happens.
    pub action: Action,
    /// Which line of the policy decided, the last word first.
    pub decided_by: Vec<Decider>,
    /// The first day on which the finding will block, where only the rollout's baseline phase lets it pass.
    pub blocks_from: Option<Date>,
    /// The override record that lets it pass.
    pub overridden_by: Option<String>,
}

/// What is decided over all findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Every finding with its action, the ones that matter most first.
    pub judged: Vec<Judged>,
    /// Questions left to CI.
    pub deferred: Vec<Deferral>,
    /// Whether something could not be looked at (exit code 3).
    pub could_not_look: bool,
}

/// Facts and settings that a decision depends on beside the findings.
#[derive(Debug, Clone)]
pub struct Gate {
    /// The policies that all apply, the base's first; the strictest answer wins.
    pub policies: Vec<Policy>,
    /// The override records found in the change.
    pub overrides: Vec<Override>,
    /// The time of the decision.
    pub now: Timestamp,
}

/// One override record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Its id, `o-` and eight hexadecimal digits.
    pub id: String,
}

/// Decides over findings.
pub fn decide(gate: &Gate, detected: Vec<Detected>, receipt: &Receipt) -> Verdict {
    let _ = (gate, detected, receipt);
    Verdict::default()
}

/// Returns whether every policy's allow-list lets this value at this path go without a word.
pub fn allowed(policies: &[Policy], path: &RepoPath, value: &[u8]) -> bool {
    let _ = (policies, path, value);
    false
}

/// Reads an override record; `name` is its path, for messages.
pub fn parse_override(name: &str, text: &str) -> Result<Override, PolicyError> {
    let _ = text;
    Ok(Override {
        id: name.to_owned(),
    })
}

/// Writes an override record, to be staged with the change.
pub fn write_override(record: &Override) -> String {
    record.id.clone()
}

/// Returns the digest of everything that decides, given the parts' own texts (policies, rules, register, version).
pub fn digest(parts: &[&[u8]]) -> String {
    let _ = parts;
    String::new()
}

/// Returns whether an engine has anything to do with a path under these policies (only a path that every
/// policy excludes is excluded).
pub fn excluded(policies: &[Policy], engine: Engine, path: &RepoPath) -> bool {
    let _ = (policies, engine, path);
    false
}
