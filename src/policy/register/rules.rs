//! What holds of a waiver at any time and under any policy. Each rule names the key it complains of.

use jiff::civil::Date;

use super::{Reason, Waiver};
use crate::finding::{Engine, printable};
use crate::policy::people::plain_name;
use crate::policy::wording::says_something;

/// The fewest characters of a rationale.
const SHORTEST_RATIONALE: usize = 40;
/// The longest time that a fix may be put off, in days.
pub const LONGEST_DEFERRAL_DAYS: i32 = 366;

/// What is wrong with a waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// The dotted key concerned, list elements by number; empty for the prose.
    pub(super) key: String,
    /// What is wrong.
    pub(super) message: String,
    /// What to write.
    pub(super) hint: String,
}

fn wrong(
    key: impl Into<String>,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Result<(), Problem> {
    Err(Problem {
        key: key.into(),
        message: message.into(),
        hint: hint.into(),
    })
}

/// Returns whether this is the id of a waiver.
pub(super) fn is_id(id: &str) -> bool {
    id.strip_prefix("w-").is_some_and(|digits| {
        digits.len() == 8
            && digits
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Checks a waiver that stands under a heading with this id.
pub(super) fn check(waiver: &Waiver, heading: &str) -> Result<(), Problem> {
    check_id(waiver, heading)?;
    check_finding(waiver)?;
    check_reason(waiver)?;
    check_dates(waiver)?;
    check_agreements(waiver)?;
    check_rationale(waiver)
}

fn check_id(waiver: &Waiver, heading: &str) -> Result<(), Problem> {
    if !is_id(&waiver.id) {
        let message = format!("`{}` is not the id of a waiver", printable(&waiver.id));
        return wrong(
            "id",
            message,
            "`w-` and eight hexadecimal digits, as in the heading",
        );
    }
    if waiver.id != heading {
        let message = format!("the heading says {heading}, the block says {}", waiver.id);
        return wrong("id", message, "both carry the same id");
    }
    Ok(())
}

fn check_finding(waiver: &Waiver) -> Result<(), Problem> {
    let finding = &waiver.finding;
    let own = finding
        .fingerprint
        .map(|fingerprint| fingerprint.to_string());
    let letter = &finding.engine.name()[..1];
    if let Some(own) = &own
        && !own.starts_with(letter)
    {
        let message = format!("{own} is not a finding of the engine `{}`", finding.engine);
        return wrong(
            "finding.fingerprint",
            message,
            "the fingerprint's letter is the engine's",
        );
    }
    if finding.id.contains(['*', '?']) || finding.id.split_whitespace().count() != 1 {
        let message = format!("`{}` is not one id", printable(&finding.id));
        return wrong("finding.id", message, "one rule or advisory a waiver");
    }
    match finding.engine {
        Engine::Secrets if own.is_none() => wrong(
            "finding",
            "a waiver of a secret needs its fingerprint",
            "add `fingerprint = \"s-…\"`; a rule or a path would cover secrets that nobody has looked at",
        ),
        Engine::Bandit if own.is_none() && waiver.scope.paths.is_empty() => wrong(
            "finding",
            format!(
                "the waiver covers every finding of {}",
                printable(&finding.id)
            ),
            "add `fingerprint = \"b-…\"`, or `scope = { paths = [\"…\"] }`",
        ),
        Engine::Audit
            if own.is_none() && finding.package.is_none() && waiver.imported.is_none() =>
        {
            wrong(
                "finding",
                "a waiver of an advisory needs the package or the fingerprint",
                "add `package = \"…\"`",
            )
        }
        Engine::Secrets | Engine::Bandit if finding.package.is_some() => wrong(
            "finding.package",
            format!(
                "findings of the engine `{}` have no package",
                finding.engine
            ),
            "remove it",
        ),
        Engine::Secrets | Engine::Bandit if !waiver.scope.versions.is_empty() => wrong(
            "scope.versions",
            format!(
                "findings of the engine `{}` have no version",
                finding.engine
            ),
            "remove it",
        ),
        _ => Ok(()),
    }
}

fn check_reason(waiver: &Waiver) -> Result<(), Problem> {
    let reason = waiver.reason;
    match &waiver.mitigation {
        None if reason.needs_mitigation() && waiver.imported.is_none() => {
            return wrong(
                "reason",
                format!("`{}` needs a mitigation", reason.name()),
                "add `mitigation = \"what keeps it from doing harm\"`",
            );
        }
        Some(text) if !says_something(text) => {
            return wrong(
                "mitigation",
                "the mitigation says nothing",
                "say what keeps the finding from doing harm",
            );
        }
        _ => {}
    }
    if reason.needs_fix_by() && waiver.fix_by.is_none() {
        let message = format!("`{}` needs the day of the fix", reason.name());
        return wrong("reason", message, "add `fix_by = 2027-03-01`");
    }
    let is_secret = waiver.finding.engine == Engine::Secrets;
    match &waiver.verified {
        None if is_secret && reason == Reason::FalsePositive && waiver.imported.is_none() => wrong(
            "reason",
            "nobody has verified that it is not a real secret",
            "add `verified = { by = \"bob\", how = \"…\" }`",
        ),
        Some(verified) if !says_something(&verified.how) => wrong(
            "verified.how",
            "`verified.how` says nothing",
            "say how, for example `the issuer's console does not know it`",
        ),
        _ => Ok(()),
    }
}

fn check_dates(waiver: &Waiver) -> Result<(), Problem> {
    let asked = waiver.requested.on;
    let plausible = |date: Date| (2000..=2199).contains(&date.year());
    if !plausible(asked) {
        return wrong(
            "requested.on",
            format!("`requested.on` cannot be {asked}"),
            "a year from 2000 to 2199",
        );
    }
    if !plausible(waiver.expires) {
        let message = format!("`expires` cannot be {}", waiver.expires);
        return wrong(
            "expires",
            message,
            "a waiver holds for days, and is renewed where it has to",
        );
    }
    if waiver.expires < asked {
        let message = format!("the waiver expires before it is requested ({asked})");
        return wrong("expires", message, "a day after `requested.on`");
    }
    if let Some(fix_by) = waiver.fix_by {
        if fix_by < asked {
            let message = format!("the fix is due before the waiver is requested ({asked})");
            return wrong("fix_by", message, "a day after `requested.on`");
        }
        let latest = asked.saturating_add(jiff::Span::new().days(LONGEST_DEFERRAL_DAYS));
        if fix_by > latest {
            let message = format!("the fix is put off for more than {LONGEST_DEFERRAL_DAYS} days");
            return wrong("fix_by", message, format!("{latest} at the latest"));
        }
    }
    Ok(())
}

fn check_agreements(waiver: &Waiver) -> Result<(), Problem> {
    let requester = plain_name(&waiver.requested.by);
    for (at, agreement) in waiver.approved.iter().enumerate() {
        let name = plain_name(&agreement.by);
        let shown = printable(&agreement.by);
        if name == requester {
            let message = format!("`{shown}` approves a waiver of their own");
            return wrong(
                format!("approved.{at}.by"),
                message,
                "somebody else has to approve",
            );
        }
        let twice = waiver.approved[..at]
            .iter()
            .any(|other| plain_name(&other.by) == name);
        if twice {
            let message = format!("`{shown}` approves twice");
            return wrong(
                format!("approved.{at}.by"),
                message,
                "different people have to approve",
            );
        }
        if agreement.on < waiver.requested.on {
            let message = format!("`{shown}` approved before the waiver was requested");
            let hint = format!(
                "a renewed request needs new approvals: {} or later",
                waiver.requested.on
            );
            return wrong(format!("approved.{at}.on"), message, hint);
        }
        if agreement.on > waiver.expires {
            let message = format!("`{shown}` approved after the waiver expired");
            return wrong(
                format!("approved.{at}.on"),
                message,
                "renew the request instead",
            );
        }
    }
    Ok(())
}

fn check_rationale(waiver: &Waiver) -> Result<(), Problem> {
    let hint = "write below the block why the finding may stay";
    let length = waiver
        .rationale
        .chars()
        .filter(|c| !c.is_whitespace())
        .count();
    if length < SHORTEST_RATIONALE {
        let message = format!(
            "the rationale of {} is shorter than {SHORTEST_RATIONALE} characters",
            waiver.id
        );
        return wrong("", message, hint);
    }
    if !says_something(&waiver.rationale) {
        return wrong(
            "",
            format!("the rationale of {} says nothing", waiver.id),
            hint,
        );
    }
    Ok(())
}
