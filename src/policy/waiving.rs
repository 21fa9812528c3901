//! Whether a waiver counts for a finding: under this policy, on this day, with these proofs.
//!
//! Comes in: a register, what is known of its approvals, the time. Goes out: the [`Standing`] of the waiver that
//! is about a finding. What holds of a waiver at any time is checked when it is read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::finding::{Engine, RepoPath, Severity};
use crate::introduced::Detected;

use super::Policy;
use super::paths::Globs;
use super::register::{AgreementKey, Reason, Register, Waiver};
use super::waiver::{Proof, QuorumRule};

/// The longest life of the waiver of a value that somebody has verified to be no secret: it does not become one.
pub const VERIFIED_SECRET_DAYS: i32 = 365;

/// A register with what is known of its approvals.
#[derive(Debug, Clone, Default)]
pub struct Waiving {
    /// The waivers.
    pub register: Register,
    /// What is known of their approvals.
    pub proofs: Proofs,
}

/// What is known of approvals beside that the register names them.
#[derive(Debug, Clone, Default)]
pub struct Proofs {
    /// The agreements that the base's register has already: they were judged when they came in.
    pub at_base: BTreeSet<AgreementKey>,
    /// The commit that brought an agreement in.
    pub brought: BTreeMap<AgreementKey, Brought>,
    /// The approvals found in a review.
    pub comments: Vec<Comment>,
    /// The waivers that the base's register does not have in this form.
    pub fresh: BTreeSet<String>,
}

/// What git knows of the commit that brought an agreement in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// Its author.
    pub author: String,
    /// What its signature says.
    pub signed: Signed,
}

/// What the signature of a commit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// There is none, or nobody here can tell.
    Unknown,
    /// It is good, and by this person.
    By(String),
    /// It does not hold.
    Badly,
}

/// A comment `WAIVER APPROVED: reason` or `OVERRIDE APPROVED: reason` of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Who wrote it.
    pub by: String,
    /// When.
    pub on: Date,
    /// Where it can be read.
    pub url: Option<String>,
    /// What it approves.
    pub approves: Approves,
    /// The records it names; empty for all that the change brings.
    pub records: Vec<String>,
}

/// What a comment approves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approves {
    /// Waivers.
    Waiver,
    /// An override.
    Override,
}

/// Whether a waiver counts for a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It does, until this day.
    Holds {
        /// The last day.
        until: Date,
        /// Why the finding may stay.
        reason: Reason,
    },
    /// Its approvals are missing.
    Pending(String),
    /// It was valid until this day.
    Expired(Date),
    /// It does not count.
    Refused(String),
}

/// The waiver that is about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverNote {
    /// Its id.
    pub id: String,
    /// Whether it counts.
    pub standing: Standing,
    /// Whether it decided what happens with the finding.
    pub decides: bool,
}

impl Standing {
    /// Returns why the waiver does not count, or until when it does, as a lower-case fragment.
    pub fn words(&self) -> String {
        match self {
            Self::Holds { until, reason } => format!("{}, until {until}", reason.name()),
            Self::Pending(missing) => format!("lacks {missing}"),
            Self::Expired(on) => format!("expired on {on}"),
            Self::Refused(why) => why.clone(),
        }
    }

    /// Returns the word for it in lists.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Holds { .. } => "valid",
            Self::Pending(_) => "pending",
            Self::Expired(_) => "expired",
            Self::Refused(_) => "refused",
        }
    }

    /// Returns how much it is worth: the more, the better for the finding.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Holds { .. } => 3,
            Self::Pending(_) => 2,
            Self::Expired(_) => 1,
            Self::Refused(_) => 0,
        }
    }
}

/// What a waiver is judged by.
pub struct Judge<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// What is known of approvals.
    pub proofs: &'a Proofs,
    /// The time.
    pub now: Timestamp,
}

impl Judge<'_> {
    /// Returns the waiver that counts most for a finding.
    pub(super) fn waiver_of(&self, waivers: &[Waiver], detected: &Detected) -> Option<WaiverNote> {
        let of = |waiver: &Waiver| WaiverNote {
            id: waiver.id.clone(),
            standing: self.standing(waiver, detected),
            decides: false,
        };
        waivers
            .iter()
            .filter(|waiver| covers(waiver, detected))
            .map(of)
            .max_by_key(|waiving| waiving.standing.rank())
    }

    fn standing(&self, waiver: &Waiver, detected: &Detected) -> Standing {
        let rated = match detected.finding.severity {
            Severity::Unknown => self.policy.unknown_severity(),
            rated => rated,
        };
        let author = detected
            .commit
            .as_ref()
            .map(|commit| commit.author.as_str());
        self.standing_as(waiver, waiver.severity.max(rated), author)
    }

    /// Returns whether a waiver counts for a finding of this severity, in a line by this author.
    pub fn standing_as(
        &self,
        waiver: &Waiver,
        severity: Severity,
        author: Option<&str>,
    ) -> Standing {
        let today = TimeZone::UTC.to_datetime(self.now).date();
        if waiver.expires < today {
            return Standing::Expired(waiver.expires);
        }
        if let Some(why) = self.too_long(waiver, severity) {
            return Standing::Refused(why);
        }
        let tomorrow = today.saturating_add(1.day());
        if waiver.requested.on > tomorrow {
            return Standing::Refused(format!(
                "is requested on {}, in the future",
                waiver.requested.on
            ));
        }
        let approvers = self.approvers(waiver, author, tomorrow);
        match self.missing(waiver.finding.engine, severity, &approvers) {
            Some(missing) => Standing::Pending(missing + &approvers.turned_away()),
            None => Standing::Holds {
                until: waiver.expires,
                reason: waiver.reason,
            },
        }
    }

    /// Returns the roles that the quorum for a waiver asks for.
    pub fn roles_for(&self, waiver: &Waiver) -> Vec<&str> {
        let rules = self.policy.waivers.quorum.value.iter();
        rules
            .filter(|rule| rule.engine == waiver.finding.engine)
            .filter(|rule| rule.severity.is_empty() || rule.severity.contains(&waiver.severity))
            .flat_map(|rule| rule.of.iter().map(|(role, _)| role).chain(&rule.any_of))
            .map(String::as_str)
            .collect()
    }

    /// Returns how the life of a waiver exceeds what the policy allows.
    fn too_long(&self, waiver: &Waiver, severity: Severity) -> Option<String> {
        let limit = self.policy.waivers.max_days_of(severity);
        let no_secret =
            waiver.finding.engine == Engine::Secrets && waiver.reason == Reason::FalsePositive;
        let days = match i32::try_from(limit.value) {
            Ok(days) if no_secret && waiver.verified.is_some() => days.max(VERIFIED_SECRET_DAYS),
            Ok(days) => days,
            Err(_) => i32::MAX,
        };
        let latest = waiver
            .requested
            .on
            .saturating_add(jiff::Span::new().days(days));
        (waiver.expires > latest).then(|| {
            format!(
                "holds for more than {days} days ({} in {}): until {latest} at the latest",
                limit.key, limit.origin
            )
        })
    }

    /// Returns whose agreement counts, and whose does not and why.
    fn approvers(&self, waiver: &Waiver, author: Option<&str>, latest: Date) -> Approvers {
        let people = &self.policy.people;
        let mut approvers = Approvers::default();
        let requester = people.person(&waiver.requested.by);
        let author = author.map(|author| people.person(author));
        let mut add = |by: &str, refusal: Option<String>| {
            let person = people.person(by);
            let refusal = if person == requester {
                Some("requested it".to_owned())
            } else if author.as_deref() == Some(&person) {
                Some("wrote the line".to_owned())
            } else {
                refusal
            };
            match refusal {
                Some(why) => approvers.refused.push(format!("{by} {why}")),
                None => {
                    approvers.counted.insert(person);
                }
            }
        };
        let content = waiver.content();
        for agreement in &waiver.approved {
            let key = AgreementKey {
                waiver: waiver.id.clone(),
                content: content.clone(),
                by: agreement.by.clone(),
            };
            let role = agreement.role.as_deref();
            let refusal = if agreement.on > latest {
                Some(format!("approves on {}, in the future", agreement.on))
            } else if let Some(role) = role.filter(|role| !people.holds(&agreement.by, role)) {
                Some(format!("does not hold the role `{role}`"))
            } else {
                self.unproven(waiver, &key)
            };
            add(&agreement.by, refusal);
        }
        for comment in &self.proofs.comments {
            if self.speaks_of(comment, waiver) {
                let refusal = (comment.on < waiver.requested.on || comment.on > latest)
                    .then(|| format!("approved on {}, not since the request", comment.on));
                let by = people.of_handle(&comment.by);
                add(&by, refusal);
            }
        }
        approvers
    }

    fn speaks_of(&self, comment: &Comment, waiver: &Waiver) -> bool {
        if comment.approves != Approves::Waiver {
            false
        } else if comment.records.is_empty() {
            self.proofs.fresh.contains(&waiver.id)
        } else {
            comment.records.contains(&waiver.id)
        }
    }

    /// Returns why an agreement is not proven as the policy asks.
    fn unproven(&self, waiver: &Waiver, key: &AgreementKey) -> Option<String> {
        let proofs = self.proofs;
        let people = &self.policy.people;
        if proofs.at_base.contains(key) {
            return None;
        }
        match self.policy.waivers.proof.value {
            Proof::Declared => None,
            Proof::Git => match proofs.brought.get(key) {
                Some(brought) => self.not_brought_by(&key.by, brought),
                None => Some("has not committed the approval yet".to_owned()),
            },
            Proof::Forge => {
                let said = proofs.comments.iter().any(|comment| {
                    people.is_called(&key.by, &comment.by) && self.speaks_of(comment, waiver)
                });
                (!said).then(|| "has not said `WAIVER APPROVED: …` in the review".to_owned())
            }
        }
    }

    /// Returns why a commit does not prove that this person agrees: its author is somebody else, or its signature,
    /// where it has one, does not hold or is somebody else's.
    fn not_brought_by(&self, by: &str, brought: &Brought) -> Option<String> {
        let people = &self.policy.people;
        let is_meant = |called: &str| people.person(called) == people.person(by);
        let shown = crate::finding::printable;
        match &brought.signed {
            _ if !is_meant(&brought.author) => Some(format!(
                "did not commit the approval ({} did)",
                shown(&brought.author)
            )),
            Signed::Badly => {
                Some("committed the approval with a signature that does not hold".to_owned())
            }
            Signed::By(signer) if !is_meant(signer) => Some(format!(
                "did not sign the commit with the approval ({} did)",
                shown(signer)
            )),
            Signed::By(_) | Signed::Unknown => None,
        }
    }

    /// Returns what is missing for the quorum.
    fn missing(&self, engine: Engine, severity: Severity, approvers: &Approvers) -> Option<String> {
        let rules = &self.policy.waivers.quorum;
        let anybody = QuorumRule {
            engine,
            severity: Vec::new(),
            approvals: 1,
            of: Vec::new(),
            any_of: Vec::new(),
        };
        let concerned: Vec<&QuorumRule> = rules
            .value
            .iter()
            .filter(|rule| rule.engine == engine)
            .filter(|rule| rule.severity.is_empty() || rule.severity.contains(&severity))
            .collect();
        if concerned.is_empty() {
            return self.missing_for(&anybody, approvers);
        }
        concerned
            .into_iter()
            .find_map(|rule| self.missing_for(rule, approvers))
    }

    fn missing_for(&self, rule: &QuorumRule, approvers: &Approvers) -> Option<String> {
        let people = &self.policy.people;
        let holds_any = |person: &&String| {
            rule.any_of.is_empty() || rule.any_of.iter().any(|role| people.holds(person, role))
        };
        let counted: Vec<&String> = approvers.counted.iter().filter(holds_any).collect();
        let short = (rule.approvals as usize).saturating_sub(counted.len());
        let mut missing = Vec::new();
        if short > 0 {
            let from = if rule.any_of.is_empty() {
                String::new()
            } else {
                format!(" from {}", rule.any_of.join(" or "))
            };
            missing.push(format!("{short} of {} approvals{from}", rule.approvals));
        }
        for (role, share) in &rule.of {
            let found = counted
                .iter()
                .filter(|person| people.holds(person, role))
                .count();
            if found < *share as usize {
                missing.push(format!("{share} of them from {role}"));
            }
        }
        if missing.is_empty() {
            return None;
        }
        let roles = rule.of.iter().map(|(role, _)| role).chain(&rule.any_of);
        let unheld: Vec<&str> = roles
            .filter(|role| people.holders(role).is_empty())
            .map(String::as_str)
            .collect();
        let note = match unheld.as_slice() {
            [] => String::new(),
            roles => format!(" (nobody holds {} in [roles])", roles.join(", ")),
        };
        Some(missing.join(", ") + &note)
    }
}

/// Whose agreement counts, and whose does not and why.
#[derive(Debug, Default)]
struct Approvers {
    counted: BTreeSet<String>,
    refused: Vec<String>,
}

impl Approvers {
    fn turned_away(&self) -> String {
        match self.refused.as_slice() {
            [] => String::new(),
            refused => format!("; {}", refused.join("; ")),
        }
    }
}

/// Returns the line of a waiver's heading.
pub(super) fn line_of(register: &Register, id: &str) -> u32 {
    let waiver = register.waivers.iter().find(|waiver| waiver.id == id);
    waiver.map_or(1, |waiver| waiver.line)
}

/// Returns what a waiver calls the finding it is about: it covers none that goes by another name.
pub(super) fn names_of_waiver(waiver: &Waiver) -> Vec<String> {
    let meant = &waiver.finding;
    match meant.fingerprint {
        Some(fingerprint) => vec![fingerprint.to_string()],
        None => std::iter::once(&meant.id)
            .chain(&meant.aliases)
            .map(|id| id.to_ascii_lowercase())
            .collect(),
    }
}

/// Returns the names that a finding goes by.
pub(super) fn names_of_finding(Detected { finding, .. }: &Detected) -> Vec<String> {
    let package = finding.package.iter();
    let ids = package.flat_map(|package| package.advisories.iter().map(String::as_str));
    let ids = ids.chain([finding.rule.id]);
    let mut names: Vec<String> = ids.map(str::to_ascii_lowercase).collect();
    names.push(finding.fingerprint.to_string());
    names
}

/// Returns whether a waiver is about a finding.
pub(super) fn covers(waiver: &Waiver, detected: &Detected) -> bool {
    let finding = &detected.finding;
    let meant = &waiver.finding;
    if meant.engine != finding.engine() {
        return false;
    }
    let is_it = match meant.fingerprint {
        Some(fingerprint) => fingerprint == finding.fingerprint,
        None => names(waiver, detected),
    };
    is_it && is_in(waiver, finding.location.place.path())
}

fn is_in(waiver: &Waiver, path: Option<&RepoPath>) -> bool {
    let patterns: Vec<&str> = waiver.scope.paths.iter().map(String::as_str).collect();
    patterns.is_empty() || path.is_some_and(|path| Globs::built_in(&patterns).matches(path))
}

/// Returns whether a waiver without a fingerprint names a finding by its ids.
fn names(waiver: &Waiver, detected: &Detected) -> bool {
    let (finding, meant) = (&detected.finding, &waiver.finding);
    let Some(package) = &finding.package else {
        return finding.rule.id == meant.id && meant.package.is_none();
    };
    let is_known_as = |id: &String| {
        let mut ids = package.advisories.iter().map(String::as_str);
        finding.rule.id.eq_ignore_ascii_case(id) || ids.any(|own| own.eq_ignore_ascii_case(id))
    };
    let versions = &waiver.scope.versions;
    std::iter::once(&meant.id)
        .chain(&meant.aliases)
        .any(is_known_as)
        && meant
            .package
            .as_ref()
            .is_none_or(|name| *name == package.name)
        && (versions.is_empty()
            || package
                .version
                .as_ref()
                .is_some_and(|own| versions.contains(own)))
}
