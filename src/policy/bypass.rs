//! The override: a documented emergency bypass of one change, only for the findings it names, only until due.
//!
//! Comes in: what a person says and the time. Goes out: an [`Override`], or why it is none. How a record is
//! written in its file is in `override_record`.

use jiff::{SignedDuration, Timestamp};

use crate::finding::{Fingerprint, printable};

use super::allow::{check_regex, compile};
use super::reader::{Reader, Setting};
use super::wording::says_something;
use super::{Policy, PolicyError};

/// How far ahead of this clock a record's own may be.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);
/// The fewest characters that can say why.
const SHORTEST_REASON: usize = 15;

/// The `[override]` table.
#[derive(Debug, Clone)]
pub struct OverrideRules {
    /// The regular expression that a ticket's number matches.
    pub ticket: Setting<String>,
    /// The label that CI expects on the change.
    pub label: Setting<String>,
    /// The role that has to approve in CI.
    pub approver: Setting<String>,
    /// How long a record lets a commit through.
    pub valid_hours: Setting<u32>,
    /// How soon the findings have to be put right, counted from the arrival on the default branch.
    pub remediation_hours: Setting<u32>,
}

impl OverrideRules {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, PolicyError> {
        let a_year = 1..=8784;
        Ok(Self {
            ticket: reader.set_with("override.ticket", r"^[A-Z]+-\d+$".to_owned(), |item| {
                check_regex(item)
            })?,
            label: reader.set("override.label", "security-override".to_owned())?,
            approver: reader.set("override.approver", "vp-engineering".to_owned())?,
            valid_hours: reader.count("override.valid_hours", 24, a_year.clone())?,
            remediation_hours: reader.count("override.remediation_hours", 24, a_year)?,
        })
    }
}

/// One override record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Its id, `o-` and eight hexadecimal digits.
    pub id: String,
    /// When it was written, in whole seconds.
    pub created: Timestamp,
    /// The moment from which it lets nothing through any more.
    pub valid_until: Timestamp,
    /// Who asks for it: name and address.
    pub requested_by: String,
    /// Why the change cannot wait.
    pub reason: String,
    /// The ticket of the incident.
    pub ticket: String,
    /// The digest of the policy that it was written under.
    pub policy: String,
    /// How soon the findings have to be put right, counted from the arrival on the default branch.
    pub remediation_hours: u32,
    /// The findings that it lets through; no others.
    pub findings: Vec<Covered>,
    /// Who has agreed to it.
    pub approved: Vec<Approval>,
}

/// A finding that an override lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// What identifies it.
    pub fingerprint: Fingerprint,
    /// The id of the rule that found it.
    pub rule: String,
    /// Where it was found, for people.
    pub place: String,
}

/// Somebody's agreement to an override.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who agrees.
    pub by: String,
    /// The role in which they do.
    pub role: String,
    /// Where the agreement can be read.
    pub reference: Option<String>,
}

/// What is asked for when an override is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideRequest {
    /// Who asks: name and address.
    pub requested_by: String,
    /// Why the change cannot wait.
    pub reason: String,
    /// The ticket of the incident.
    pub ticket: String,
    /// The digest of the policy that stopped the change.
    pub policy: String,
    /// The findings to let through.
    pub findings: Vec<Covered>,
}

/// Why an override does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OverrideError {
    /// The key of the record that is wrong.
    pub key: &'static str,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl OverrideError {
    fn new(key: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            key,
            message: message.into(),
            hint: Some(hint.into()),
        }
    }
}

/// Makes an override that holds as long as the strictest of the policies lets it.
pub fn new_override(
    request: OverrideRequest,
    policies: &[Policy],
    now: Timestamp,
    random: [u8; 4],
) -> Result<Override, OverrideError> {
    let least = |hours: fn(&OverrideRules) -> &Setting<u32>| {
        policies
            .iter()
            .map(|policy| hours(&policy.override_rules).value)
            .min()
            .unwrap_or(24)
    };
    let created = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let valid_until = created.checked_add(SignedDuration::from_hours(i64::from(least(|rules| {
        &rules.valid_hours
    }))));
    let record = Override {
        id: format!("o-{:08x}", u32::from_be_bytes(random)),
        created,
        valid_until: valid_until.unwrap_or(created),
        requested_by: request.requested_by.trim().to_owned(),
        reason: request
            .reason
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        ticket: request.ticket.trim().to_owned(),
        policy: request.policy,
        remediation_hours: least(|rules| &rules.remediation_hours),
        findings: request.findings,
        approved: Vec::new(),
    };
    check_override(&record, policies)?;
    Ok(record)
}

/// Checks that a record says what it has to and stays within the limits of every policy.
pub fn check_override(record: &Override, policies: &[Policy]) -> Result<(), OverrideError> {
    record.check()?;
    policies
        .iter()
        .try_for_each(|policy| policy.override_rules.check(record))
}

impl OverrideRules {
    pub(super) fn check(&self, record: &Override) -> Result<(), OverrideError> {
        let ticket = &self.ticket.value;
        if !compile(ticket).is_ok_and(|regex| regex.is_match(&record.ticket)) {
            let message = format!(
                "`{}` is not the number of a ticket",
                printable(&record.ticket)
            );
            let hint = format!(
                "it has to match `{}` ({})",
                printable(ticket),
                self.ticket.origin
            );
            return Err(OverrideError::new("ticket", message, hint));
        }
        let hours = self.valid_hours.value;
        if record.created.duration_until(record.valid_until)
            > SignedDuration::from_hours(i64::from(hours))
        {
            let hint = format!(
                "at most {hours} hours after `created` ({})",
                self.valid_hours.origin
            );
            return Err(OverrideError::new(
                "valid_until",
                "the override holds for too long",
                hint,
            ));
        }
        let hours = self.remediation_hours.value;
        if record.remediation_hours > hours {
            let hint = format!("at most {hours} ({})", self.remediation_hours.origin);
            return Err(OverrideError::new(
                "remediation_hours",
                "the remediation may take too long",
                hint,
            ));
        }
        Ok(())
    }
}

impl Override {
    /// Returns whether the record lets anything through at this moment.
    pub fn is_current(&self, now: Timestamp) -> bool {
        now < self.valid_until && now.duration_until(self.created) <= CLOCK_SKEW
    }

    /// Checks what no policy has a say in.
    pub(super) fn check(&self) -> Result<(), OverrideError> {
        let digits = self.id.strip_prefix("o-").unwrap_or_default();
        if digits.len() != 8
            || !digits
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        {
            let message = format!("`{}` is not the id of an override", printable(&self.id));
            return Err(OverrideError::new(
                "id",
                message,
                "`o-` and eight hexadecimal digits, as in the file's name",
            ));
        }
        if self.valid_until <= self.created {
            let hint = "a moment after `created`";
            return Err(OverrideError::new(
                "valid_until",
                "the override ends before it begins",
                hint,
            ));
        }
        for (key, text) in [
            ("requested_by", &self.requested_by),
            ("reason", &self.reason),
            ("ticket", &self.ticket),
            ("policy", &self.policy),
        ] {
            if text.trim().is_empty() || text.chars().any(char::is_control) {
                let message = format!("`{key}` is empty or holds a control character");
                return Err(OverrideError::new(key, message, "one line of text"));
            }
        }
        self.check_reason()?;
        if self.findings.is_empty() {
            let hint = "name each finding by its fingerprint; there is no override for everything";
            return Err(OverrideError::new(
                "findings",
                "the override covers no finding",
                hint,
            ));
        }
        Ok(())
    }

    fn check_reason(&self) -> Result<(), OverrideError> {
        let hint = "say what cannot wait and why, for example `checkout is down, the fix needs the old endpoint`";
        if self.reason.chars().count() < SHORTEST_REASON {
            let message = format!("the reason is shorter than {SHORTEST_REASON} characters");
            return Err(OverrideError::new("reason", message, hint));
        }
        if !says_something(&self.reason) {
            return Err(OverrideError::new(
                "reason",
                "the reason says nothing",
                hint,
            ));
        }
        Ok(())
    }
}
