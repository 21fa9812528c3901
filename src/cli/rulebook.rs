//! The policies that judge a change: found in the trees concerned, read, and made ready.
//!
//! Base and change are both read and the stricter answer wins, so that no change loosens the gate that
//! judges it. An explicit file (`--policy`) stands in for both.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::cli::failure::Failure;
use crate::cli::registry::{Place, Registry};
use crate::finding::{RepoPath, printable};
use crate::git::{Repository, Side};
use crate::input::ObjectId;
use crate::policy::{
    self, CustomRule, Evidence, Existing, Inline, Override, Policy, PolicyError, PolicyText,
};
use crate::report::OverrideRecord;
use crate::secrets::{self, Rule};

/// The file that may hold the policy as one of its tables.
const PYPROJECT: &str = "pyproject.toml";

/// The policies that judge a change, with all that is derived from them.
pub(super) struct Rulebook {
    /// The policies that all apply, the base's first.
    pub(super) policies: Vec<Policy>,
    /// The team's own secret rules.
    pub(super) custom_rules: Vec<Rule>,
    /// The digest of everything that decides, but for the advisories.
    pub(super) digest: String,
    /// Where the policy came from, for people.
    pub(super) origin: String,
    /// What the reader should know.
    pub(super) notes: Vec<String>,
    /// The override records of the change.
    pub(super) overrides: Vec<Override>,
    /// Where the change begins, if it begins anywhere.
    pub(super) base: Option<Side>,
    /// Where it ends.
    pub(super) tip: Option<Side>,
    /// Where the register of waivers is.
    pub(super) registry: Registry,
}

impl Rulebook {
    /// Reads the policies that judge what `changes` bring to `base`.
    pub(super) fn load(
        repository: &dyn Repository,
        base: Option<Side>,
        changes: &[Side],
    ) -> Result<Self, Failure> {
        let mut texts: Vec<PolicyText> = Vec::new();
        let mut policies: Vec<Policy> = Vec::new();
        let mut notes = Vec::new();
        let mut at_base = None;
        if let Some(side) = base {
            at_base = text_in(repository, side)?;
        }
        for side in changes {
            let text = text_in(repository, *side)?;
            let change = text.as_ref().map(Policy::parse).transpose()?;
            let (base_policy, note) = base_policy(at_base.as_ref(), text.as_ref(), change.as_ref());
            notes.extend(note.filter(|note| !notes.contains(note)));
            for policy in
                policy::applicable(base_policy, change, base.is_some(), &Policy::builtin())
            {
                add(&mut policies, policy);
            }
            texts.extend(text);
        }
        texts.extend(at_base);
        let mut rulebook = Self::new(policies, &texts)?;
        rulebook.notes = notes;
        rulebook.base = base;
        rulebook.tip = changes.last().copied();
        rulebook.registry = Registry {
            change: changes.last().map(|side| Place::Git(*side)),
            base,
            ..Registry::default()
        };
        let register = rulebook.registry.stamp(repository, &rulebook.policies)?;
        rulebook.digest = digest(&rulebook.policies, register);
        for side in changes {
            rulebook.read_overrides(repository, *side)?;
        }
        Ok(rulebook)
    }

    /// Reads the one policy in a file.
    pub(super) fn from_file(path: &Path) -> Result<Self, Failure> {
        let text = read_text(path)?;
        Self::new(vec![Policy::parse(&text)?], &[text])
    }

    /// Reads the policy at the root of a directory on disk, or takes the built-in one.
    pub(super) fn from_directory(root: Option<&Path>) -> Result<Self, Failure> {
        let mut rulebook = match root.map(text_on_disk).transpose()?.flatten() {
            Some(text) => Self::new(vec![Policy::parse(&text)?], &[text]),
            None => Self::new(vec![Policy::builtin()], &[]),
        }?;
        rulebook.registry.change = root.map(|root| Place::Disk(root.to_owned()));
        Ok(rulebook)
    }

    fn new(policies: Vec<Policy>, texts: &[PolicyText]) -> Result<Self, Failure> {
        let mut names: Vec<&str> = Vec::new();
        for text in texts {
            if !names.contains(&text.name.as_str()) {
                names.push(&text.name);
            }
        }
        let origin = if names.is_empty() {
            "the built-in policy (profile phased)".to_owned()
        } else {
            names.join(" and ")
        };
        Ok(Self {
            custom_rules: custom_rules(&policies)?,
            digest: digest(&policies, None),
            policies,
            origin,
            notes: Vec::new(),
            overrides: Vec::new(),
            base: None,
            tip: None,
            registry: Registry::default(),
        })
    }

    /// Adds the override records that one side holds.
    pub(super) fn read_overrides(
        &mut self,
        repository: &dyn Repository,
        side: Side,
    ) -> Result<(), Failure> {
        if self.registry.change.is_none() {
            self.registry.change = Some(Place::Git(side));
        }
        let directory = RepoPath::new(policy::OVERRIDES_DIR);
        for path in repository.list(side, &directory)? {
            if !is_record(path.file_name()) {
                continue;
            }
            let Some(bytes) = repository.file(side, &path)? else {
                continue;
            };
            let record =
                policy::parse_override(&path.to_string(), &utf8(&path.to_string(), bytes)?)?;
            if !self.overrides.contains(&record) {
                self.overrides.push(record);
            }
        }
        Ok(())
    }

    /// Returns the override records as reports name them.
    pub(super) fn override_records(&self) -> Vec<OverrideRecord> {
        let record = |record: &Override| OverrideRecord {
            name: record.id.clone(),
            valid_until: record.valid_until,
        };
        self.overrides.iter().map(record).collect()
    }

    /// Returns whether findings that were there before count as introduced ones do.
    pub(super) fn lets_existing_act(&self) -> bool {
        let acts = |policy: &Policy| policy.existing.value == Existing::Act;
        self.policies.iter().any(acts)
    }

    /// Returns how long a hook may take, if there is a limit: the longest that a policy gives.
    pub(super) fn time_budget(&self) -> Option<Duration> {
        let budgets = self
            .policies
            .iter()
            .map(|policy| policy.hook.time_budget_ms.value);
        let longest = budgets.map(|budget| if budget == 0 { u32::MAX } else { budget });
        let longest = longest.max().filter(|budget| *budget < u32::MAX)?;
        Some(Duration::from_millis(longest.into()))
    }

    /// Returns whether a policy asks for evidence in the message of the commit.
    pub(super) fn wants_trailer(&self) -> bool {
        self.policies
            .iter()
            .any(|policy| policy.hook.evidence.value == Evidence::Trailer)
    }

    /// Returns whether inline comments have no effect.
    pub(super) fn inline_off(&self) -> bool {
        self.policies
            .iter()
            .any(|policy| policy.waivers.inline.value == Inline::Off)
    }
}

/// Returns whether a file of the overrides' directory is a record. Others, a README for example, are for people.
pub(super) fn is_record(name: &[u8]) -> bool {
    name.starts_with(b"o-") && name.ends_with(b".md")
}

/// Returns the base's policy, or why it is replaced.
///
/// A mistake in it must not keep the change from mending it: then the built-in policy stands in. A change
/// that leaves the mistake as it is has got the error, of its own copy: its `policy` could not be read.
fn base_policy(
    base: Option<&PolicyText>,
    change: Option<&PolicyText>,
    policy: Option<&Policy>,
) -> (Option<Policy>, Option<String>) {
    let Some(base) = base else {
        return (None, None);
    };
    // Most changes leave the policy as it is.
    if change.is_some_and(|change| (&change.text, change.embedded) == (&base.text, base.embedded)) {
        return (policy.cloned(), None);
    }
    match Policy::parse(base) {
        Ok(policy) => (Some(policy), None),
        Err(error) => {
            let note = format!(
                "the policy before this change cannot be read ({error}); the built-in one stands in"
            );
            (None, Some(printable(&note)))
        }
    }
}

fn add(policies: &mut Vec<Policy>, policy: Policy) {
    let known = policies
        .iter()
        .any(|known| written(known) == written(&policy));
    if !known {
        policies.push(policy);
    }
}

/// Returns what a policy says, without where it says it.
fn written(policy: &Policy) -> String {
    let mut out = String::new();
    for key in policy::effective(policy) {
        // Writing into a string cannot fail.
        let _ = writeln!(out, "{} = {}", key.key, key.value);
    }
    for rule in &policy.custom_rules {
        out.push_str(&rule.toml);
    }
    out
}

fn digest(policies: &[Policy], register: Option<ObjectId>) -> String {
    let texts: Vec<String> = policies.iter().map(written).collect();
    let mut parts: Vec<&[u8]> = vec![env!("CARGO_PKG_VERSION").as_bytes()];
    parts.extend(texts.iter().map(String::as_bytes));
    let register = register.map(|id| id.to_string());
    parts.extend(register.iter().map(String::as_bytes));
    policy::digest(&parts)
}

/// Reads the team's own rules of all policies, each once.
fn custom_rules(policies: &[Policy]) -> Result<Vec<Rule>, PolicyError> {
    let mut seen: Vec<&str> = Vec::new();
    let mut rules = Vec::new();
    for rule in policies.iter().flat_map(|policy| &policy.custom_rules) {
        if !seen.contains(&rule.toml.as_str()) {
            seen.push(&rule.toml);
            rules.extend(custom_rule(rule)?);
        }
    }
    Ok(rules)
}

fn custom_rule(rule: &CustomRule) -> Result<Vec<Rule>, PolicyError> {
    secrets::parse_rules(&rule.toml).map_err(|error| PolicyError {
        file: rule.file.clone(),
        line: rule.line + error.line.saturating_sub(1),
        column: error.column,
        message: error.message,
        hint: Some("`gate-hook rules check FILE` checks rules on their own".to_owned()),
    })
}

/// Returns the policy file of one side, if it has one.
pub(super) fn text_in(
    repository: &dyn Repository,
    side: Side,
) -> Result<Option<PolicyText>, Failure> {
    let named = |file: &str| match side {
        Side::Index => file.to_owned(),
        Side::Commit(id) => format!("{file} at {}", id.short()),
    };
    let read = |file: &str| -> Result<Option<String>, Failure> {
        let bytes = repository.file(side, &RepoPath::new(file))?;
        bytes.map(|bytes| utf8(&named(file), bytes)).transpose()
    };
    choose(read(policy::FILE_NAME)?, || read(PYPROJECT), &named)
}

/// Returns the policy file at the root of a directory on disk, if there is one.
pub(super) fn text_on_disk(root: &Path) -> Result<Option<PolicyText>, Failure> {
    let read = |file: &str| match std::fs::read(root.join(file)) {
        Ok(bytes) => utf8(file, bytes).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::could_not_look(format!("{file}: {error}"))),
    };
    choose(read(policy::FILE_NAME)?, || read(PYPROJECT), &str::to_owned)
}

/// Reads an explicit policy file; one called `pyproject.toml` holds it as a table.
pub(super) fn read_text(path: &Path) -> Result<PolicyText, Failure> {
    let name = printable(&path.display().to_string());
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::configuration(format!("{name}: {error}"))
            .with_hint("`gate-hook init` writes a policy file")
    })?;
    let embedded = path.file_name().is_some_and(|file| file == PYPROJECT);
    Ok(PolicyText {
        text: utf8(&name, bytes)?,
        name,
        embedded,
    })
}

/// Decides between the two places that a policy may stand in.
fn choose(
    own: Option<String>,
    pyproject: impl FnOnce() -> Result<Option<String>, Failure>,
    named: &dyn Fn(&str) -> String,
) -> Result<Option<PolicyText>, Failure> {
    let embedded = pyproject()?.filter(|text| policy::embeds_policy(text));
    match (own, embedded) {
        (Some(_), Some(_)) => Err(Failure::configuration(format!(
            "two policies: `{}` and the table [tool.gate-hook] of `{}`",
            named(policy::FILE_NAME),
            named(PYPROJECT)
        ))
        .with_hint("keep one of them")),
        (Some(text), None) => Ok(Some(PolicyText {
            name: named(policy::FILE_NAME),
            text,
            embedded: false,
        })),
        (None, Some(text)) => Ok(Some(PolicyText {
            name: named(PYPROJECT),
            text,
            embedded: true,
        })),
        (None, None) => Ok(None),
    }
}

/// Returns a text file's content.
pub(super) fn utf8(name: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        Failure::configuration(format!("{name}:{line}:1: not UTF-8 text"))
            .with_hint("save the file as UTF-8")
    })
}
