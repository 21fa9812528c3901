//! The `[waivers]` table: where waivers are kept, how long they last and who has to agree.

use super::PolicyError;
use super::engine::path_in_repository;
use super::reader::{Reader, Setting};
use super::value::{Item, Value, Word, write_list, write_table, write_text};
use crate::finding::{Engine, Severity};

/// What an inline comment that asks for silence turns a finding into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inline {
    /// A block becomes a review; anything else stays.
    Review,
    /// The finding is off.
    Off,
}

impl Word for Inline {
    const WORDS: &'static [(&'static str, Self)] = &[("review", Self::Review), ("off", Self::Off)];
}

/// What proves that an approval was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The register names the person.
    Declared,
    /// A commit of that person brought the line in.
    Git,
    /// A review on the forge says so.
    Forge,
}

impl Word for Proof {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("declared", Self::Declared),
        ("git", Self::Git),
        ("forge", Self::Forge),
    ];
}

/// The `[waivers]` table.
#[derive(Debug, Clone)]
pub struct Waivers {
    /// The register, relative to the root of the repository.
    pub register: Setting<String>,
    /// The longest life of a waiver in days: critical, high, medium, low.
    pub max_days: [Setting<u32>; 4],
    /// What an inline comment that asks for silence turns a finding into.
    pub inline: Setting<Inline>,
    /// What proves that an approval was given.
    pub proof: Setting<Proof>,
    /// Who has to agree to what.
    pub quorum: Setting<Vec<QuorumRule>>,
}

/// Who has to agree to the waiver of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuorumRule {
    /// The engine whose findings the rule is about.
    pub engine: Engine,
    /// The severities it is about; empty for all.
    pub severity: Vec<Severity>,
    /// How many different people have to agree.
    pub approvals: u32,
    /// How many of them at least hold which role.
    pub of: Vec<(String, u32)>,
    /// The roles one of which everybody who agrees holds; empty for anybody.
    pub any_of: Vec<String>,
}

impl Waivers {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, PolicyError> {
        let register = "docs/governance/security-waivers.md".to_owned();
        let days = 1..=3650;
        Ok(Self {
            register: reader.set_with("waivers.register", register, path_in_repository)?,
            max_days: [
                reader.count("waivers.max_days.critical", 14, days.clone())?,
                reader.count("waivers.max_days.high", 30, days.clone())?,
                reader.count("waivers.max_days.medium", 90, days.clone())?,
                reader.count("waivers.max_days.low", 180, days)?,
            ],
            inline: reader.set("waivers.inline", Inline::Review)?,
            proof: reader.set("waivers.proof", Proof::Declared)?,
            quorum: reader.set("waivers.quorum", default_quorum())?,
        })
    }
}

impl Waivers {
    /// Returns the longest life of a waiver of this severity; nobody's rating is the strictest.
    pub fn max_days_of(&self, severity: Severity) -> &Setting<u32> {
        let [critical, high, medium, low] = &self.max_days;
        match severity {
            Severity::Critical | Severity::Unknown => critical,
            Severity::High => high,
            Severity::Medium => medium,
            Severity::Low => low,
        }
    }
}

fn default_quorum() -> Vec<QuorumRule> {
    let rule = |engine, severity: &[Severity], approvals| QuorumRule {
        engine,
        severity: severity.to_vec(),
        approvals,
        of: Vec::new(),
        any_of: Vec::new(),
    };
    vec![
        QuorumRule {
            of: vec![("security-team".to_owned(), 1)],
            ..rule(Engine::Audit, &[Severity::Critical, Severity::High], 2)
        },
        QuorumRule {
            any_of: vec!["security-team".to_owned(), "senior-engineer".to_owned()],
            ..rule(Engine::Bandit, &[Severity::High], 1)
        },
        rule(Engine::Secrets, &[], 1),
    ]
}

impl QuorumRule {
    fn read(item: &Item<'_>) -> Result<Self, PolicyError> {
        item.table()?;
        let severity = match item.get("severity")? {
            Some(list) => list
                .list()?
                .iter()
                .map(Item::read)
                .collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        let approvals = item.require("approvals", "1")?.count(1..=20)?;
        let of = item
            .get("of")?
            .map(|of| shares(&of, approvals))
            .transpose()?
            .unwrap_or_default();
        let any_of: Option<Vec<String>> =
            item.get("any_of")?.map(|roles| roles.names()).transpose()?;
        Ok(Self {
            engine: item.require("engine", "\"audit\"")?.read()?,
            severity,
            approvals,
            of,
            any_of: any_of.unwrap_or_default(),
        })
    }

    fn write(&self) -> String {
        let severity = write_list(self.severity.iter().map(Value::write));
        let of = write_table(
            self.of
                .iter()
                .map(|(role, count)| (role.as_str(), count.to_string())),
        );
        let any_of = write_list(self.any_of.iter().map(|role| write_text(role)));
        let entries = [
            Some(("engine", self.engine.write())),
            (!self.severity.is_empty()).then_some(("severity", severity)),
            Some(("approvals", self.approvals.to_string())),
            (!self.of.is_empty()).then_some(("of", of)),
            (!self.any_of.is_empty()).then_some(("any_of", any_of)),
        ];
        write_table(entries.into_iter().flatten())
    }
}

/// Reads how many of the people who agree hold which role.
fn shares(item: &Item<'_>, approvals: u32) -> Result<Vec<(String, u32)>, PolicyError> {
    let entries = item.entries().map_err(|error| PolicyError {
        hint: Some("for example `of = { security-team = 1 }`".to_owned()),
        ..error
    })?;
    entries
        .into_iter()
        .map(|(role, count)| Ok((role, count.count(1..=approvals)?)))
        .collect()
}

impl Value for Vec<QuorumRule> {
    fn read(item: &Item<'_>) -> Result<Self, PolicyError> {
        let example =
            "for example `quorum = [{ engine = \"audit\", severity = [\"high\"], approvals = 2 }]`";
        let rules = item
            .list()
            .and_then(|list| list.iter().map(QuorumRule::read).collect());
        rules.map_err(|mut error: PolicyError| {
            error.hint.get_or_insert_with(|| example.to_owned());
            error
        })
    }

    fn write(&self) -> String {
        write_list(self.iter().map(QuorumRule::write))
    }
}
