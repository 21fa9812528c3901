//! The policy: it turns findings into a verdict.
//!
//! Comes in: the text of policy files, findings, **the time and git's facts as arguments**. Goes out: a
//! [`Verdict`] in which every decision names the line of the policy that made it. One function,
//! [`decide`], decides in the hook and in CI.
//!
//! It must not know git, engines, reports or the command line, and reads no file and no clock.
//!
//! ```text
//! text ─► source (positions) ─► schema (unknown keys) ─► reader (defaults, origins) ─► one file a section
//! findings ─► ruling: threshold ─► baseline ─► existing ─► waiver ─► inline comment ─► unreviewed ─► rollout
//!          ─► override ─► verdict: the strictest
//! ```

mod admission;
mod allow;
mod baseline;
mod bypass;
mod custom_rules;
mod digest;
mod engine;
mod hook;
mod import;
mod override_record;
mod owners;
mod paths;
mod people;
mod profile;
mod prose;
mod reader;
mod register;
mod review_comments;
mod rollout;
mod ruling;
mod schema;
mod source;
mod template;
mod threshold;
mod usage;
mod value;
mod verdict;
mod waiver;
mod waiving;
mod wording;

use toml::Spanned;
use toml::de::DeValue;

use crate::finding::{Engine, RepoPath};

use allow::AllowEntry;
use paths::Paths;
use reader::Reader;
use rollout::Rollout;
use source::Source;
use threshold::Thresholds;
use value::{Item, Word};

pub use admission::notes;
pub use baseline::{BASELINE_FILE, Baseline, Growth};
pub use bypass::{
    Approval, Covered, Override, OverrideError, OverrideRequest, OverrideRules, check_override,
    new_override,
};
pub use digest::digest;
pub use engine::{AuditSettings, BanditSettings, DATABASE_MAX_AGE_DAYS, PinnedDatabase};
pub use hook::{Evidence, Hook, MissingBinary, NoVerify};
pub use import::{
    Allowed, EVERY_LINE, Reading, Settings, Taken, TakenRule, read_foreign, shown as shown_in_part,
};
pub use override_record::{parse_override, parse_override_under, write_override};
pub use owners::code_owners;
pub use people::People;
pub use profile::Profile;
pub use reader::{EffectiveKey, Setting};
pub use register::{
    Agreement, AgreementKey, LONGEST_DEFERRAL_DAYS, PREAMBLE, Reason, Register, Request, Scope,
    Verified, Waived, Waiver, insert as insert_waiver, parse_register, read_kept, read_register,
    read_waivers, to_kept, write_section,
};
pub use review_comments::parse_comments;
pub use schema::KEYS;
pub use template::{Refinement, template};
pub use usage::{Fault, Remark, completeness, remarks};
pub use verdict::{Gate, Judged, JudgedUnscanned, Verdict, decide};
pub use waiver::{Inline, Proof, QuorumRule, Waivers};
pub use waiving::{
    Approves, Brought, Comment, Judge, Proofs, Signed, Standing, VERIFIED_SECRET_DAYS, WaiverNote,
    Waiving,
};

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

/// What happens with findings that were there before the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// They warn at most.
    Warn,
    /// They count as introduced ones do.
    Act,
}

/// What CI does with findings to review that nobody has closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreviewed {
    /// They pass and stay open.
    Pass,
    /// They stop the change.
    Stop,
}

impl Action {
    /// Returns the name used in the policy and in reports.
    pub fn name(self) -> &'static str {
        self.word()
    }
}

impl Word for Unreviewed {
    const WORDS: &'static [(&'static str, Self)] = &[("pass", Self::Pass), ("stop", Self::Stop)];
}

impl Word for Existing {
    const WORDS: &'static [(&'static str, Self)] = &[("warn", Self::Warn), ("act", Self::Act)];
}

/// What decided about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decider {
    /// The key of the policy with its value, for example `secrets.credential = "block"`.
    pub key: String,
    /// The file and line the key stands in (`gate-hook.toml:12`), or `profile phased (built in)`.
    pub origin: String,
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

/// One resolved policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The key of the digests in fingerprints of secrets.
    pub secrets_fingerprint_key: Option<String>,
    /// The team's own secret rules, each as the text of a `[[rule]]` table with the line it starts on in the
    /// policy file; the secrets engine reads them.
    pub custom_rules: Vec<CustomRule>,
    /// The profile that the defaults are from.
    pub profile: Profile,
    /// What happens with findings that were there before the change.
    pub existing: Setting<Existing>,
    /// What CI does with findings to review that nobody has closed.
    pub unreviewed: Setting<Unreviewed>,
    /// How the hook itself behaves.
    pub hook: Hook,
    /// What the Bandit engine is told.
    pub bandit: BanditSettings,
    /// What the audit engine is told.
    pub audit: AuditSettings,
    /// What waivers may do.
    pub waivers: Waivers,
    /// What overrides may do.
    pub override_rules: OverrideRules,
    /// Who is who.
    pub people: People,
    thresholds: Thresholds,
    paths: Paths,
    allow: Vec<AllowEntry>,
    rollout: Option<Rollout>,
    effective: Vec<EffectiveKey>,
}

impl Policy {
    /// Returns the built-in policy of profile `phased`, which applies where there is no policy file.
    pub fn builtin() -> Self {
        Self::of_profile(Profile::Phased)
    }

    /// Returns the policy that consists of a profile's defaults.
    #[expect(
        clippy::missing_panics_doc,
        reason = "without keys there is no key that could be wrong"
    )]
    pub fn of_profile(profile: Profile) -> Self {
        let source = Source::new("", "").expect("nothing is not too large");
        let nothing = Spanned::new(0..0, DeValue::Table(toml::de::DeTable::new()));
        Self::read(Item::root(&source, &nothing), profile)
            .expect("without keys there is no key that could be wrong")
    }

    /// Reads a policy file.
    pub fn parse(text: &PolicyText) -> Result<Self, PolicyError> {
        let source = Source::new(&text.name, &text.text)?;
        let value = source.parse()?;
        let file = Item::root(&source, &value);
        let root = if text.embedded {
            embedded_table(&file)?
        } else {
            Some(file)
        };
        let Some(root) = root else {
            return Ok(Self::builtin());
        };
        schema::refuse_unknown(&root, KEYS)?;
        Self::read(root, Profile::Phased)
    }

    fn read(root: Item<'_>, default_profile: Profile) -> Result<Self, PolicyError> {
        let mut reader = Reader::new(root);
        let profile = reader.set("profile", default_profile)?.value;
        reader.use_defaults_of(profile);
        let fingerprint_key = reader.optional("secrets.fingerprint_key", Item::read)?;
        let rules = reader.custom_rules("secrets.rules")?;
        Ok(Self {
            secrets_fingerprint_key: fingerprint_key.map(|setting| setting.value),
            custom_rules: rules,
            profile,
            existing: reader.set("existing", Existing::Warn)?,
            unreviewed: reader.set("unreviewed", Unreviewed::Pass)?,
            hook: Hook::read(&mut reader)?,
            bandit: BanditSettings::read(&mut reader)?,
            audit: AuditSettings::read(&mut reader)?,
            waivers: Waivers::read(&mut reader)?,
            override_rules: OverrideRules::read(&mut reader)?,
            people: People::read(&mut reader)?,
            thresholds: Thresholds::read(&mut reader, profile.defaults())?,
            paths: Paths::read(&mut reader)?,
            allow: reader.set("secrets.allow", Vec::new())?.value,
            rollout: Rollout::read(&mut reader)?,
            effective: reader.finish(),
        })
    }

    /// Returns the severity that a vulnerability without one counts as.
    fn unknown_severity(&self) -> crate::finding::Severity {
        self.thresholds.unknown()
    }

    fn says_the_same_as(&self, other: &Self) -> bool {
        let values = |policy: &'_ Self| -> Vec<(String, String)> {
            policy
                .effective
                .iter()
                .map(|key| (key.key.clone(), key.value.clone()))
                .collect()
        };
        values(self) == values(other)
    }
}

/// Returns the `[tool.gate-hook]` table of a `pyproject.toml`.
fn embedded_table<'d>(file: &Item<'d>) -> Result<Option<Item<'d>>, PolicyError> {
    let Some(tools) = file.get("tool")? else {
        return Ok(None);
    };
    let Some(table) = tools.get("gate-hook")? else {
        return Ok(None);
    };
    table.table()?;
    // Keys are named as in a file of its own.
    Ok(Some(Item {
        key: String::new(),
        ..table
    }))
}

/// Returns whether a `pyproject.toml` holds a policy. One that cannot be read and mentions it counts, so
/// that the mistake in it is reported.
pub fn embeds_policy(pyproject: &str) -> bool {
    if !pyproject.contains("gate-hook") {
        return false;
    }
    match toml::de::DeTable::parse(pyproject) {
        Ok(file) => file
            .get_ref()
            .get("tool")
            .is_some_and(|tools| tools.get_ref().get("gate-hook").is_some()),
        Err(_) => true,
    }
}

/// Returns the effective policy, key by key, in the order of [`KEYS`].
pub fn effective(policy: &Policy) -> &[EffectiveKey] {
    &policy.effective
}

/// Returns the policies that judge a change: the base's and the change's own, so that no change loosens the
/// gate that judges it.
///
/// A side without a policy file counts as `default` ([`Policy::builtin`] unless the gate was installed for
/// all repositories). Where there is no base at all (the first commit), there is nothing to loosen.
pub fn applicable(
    base: Option<Policy>,
    change: Option<Policy>,
    base_exists: bool,
    default: &Policy,
) -> Vec<Policy> {
    let change = change.unwrap_or_else(|| default.clone());
    if !base_exists {
        return vec![change];
    }
    let base = base.unwrap_or_else(|| default.clone());
    if base.says_the_same_as(&change) {
        vec![base]
    } else {
        vec![base, change]
    }
}

/// Returns whether every policy's allow-list lets this value at this path go without a word.
pub fn allowed(policies: &[Policy], path: &RepoPath, value: &[u8]) -> bool {
    !policies.is_empty()
        && policies
            .iter()
            .all(|policy| policy.allow.iter().any(|entry| entry.allows(path, value)))
}

/// Returns whether every policy keeps an engine away from this path.
pub fn excluded(policies: &[Policy], engine: Engine, path: &RepoPath) -> bool {
    // One list of exclusions holds for all engines.
    let _ = engine;
    !policies.is_empty()
        && policies
            .iter()
            .all(|policy| policy.paths.exclude.value.matches(path))
}
