//! The file of an override: prose for people around one fenced block of TOML for the program.
//!
//! The prose is written out of the block and never read back.

use std::fmt::Write as _;

use jiff::Timestamp;
use toml::de::DeValue;

use super::bypass::{Approval, Covered, Override, check_override};
use super::prose::markdown;
use super::schema::refuse_unknown;
use super::source::Source;
use super::value::{Item, Value, write_list, write_table, write_text};
use super::{Policy, PolicyError};

const FENCE: &str = "```";
const KEYS: &[&str] = &[
    "id",
    "created",
    "valid_until",
    "requested_by",
    "reason",
    "ticket",
    "policy",
    "remediation_hours",
    "findings",
    "findings[].fingerprint",
    "findings[].rule",
    "findings[].place",
    "approved",
    "approved[].by",
    "approved[].role",
    "approved[].ref",
];

/// Reads an override record; `name` is its path, for messages.
pub fn parse_override(name: &str, text: &str) -> Result<Override, PolicyError> {
    parse_override_under(name, text, &[])
}

/// Reads an override record and checks it against the limits of policies.
pub fn parse_override_under(
    name: &str,
    text: &str,
    policies: &[Policy],
) -> Result<Override, PolicyError> {
    let block = block(name, text)?;
    let source = Source::new(name, &block)?;
    let value = source.parse()?;
    let root = Item::root(&source, &value);
    refuse_unknown(&root, KEYS)?;
    let record = read(&root).map_err(|mut error| {
        error
            .hint
            .get_or_insert_with(|| "`gate-hook override` shows how a record is written".to_owned());
        error
    })?;
    check_override(&record, policies).map_err(|error| {
        let offset = root
            .get(error.key)
            .ok()
            .flatten()
            .map_or(0, |item| item.value.span().start);
        source.fail(offset, error.message, error.hint)
    })?;
    Ok(record)
}

/// Returns the text with everything blanked but the block, so that positions stay those of the file.
fn block(name: &str, text: &str) -> Result<String, PolicyError> {
    let source = Source::new(name, text)?;
    let hint = || Some("exactly one block that begins with ```toml and ends with ```".to_owned());
    let mut block = String::with_capacity(text.len());
    let mut found = false;
    let mut inside = false;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let mark = line.trim_end();
        if !inside && mark == "```toml" {
            if found {
                return Err(source.fail(offset, "a second block of TOML", hint()));
            }
            (found, inside) = (true, true);
            block.push('\n');
        } else if inside && mark == FENCE {
            inside = false;
            block.push('\n');
        } else if inside {
            block.push_str(line);
        } else {
            block.push('\n');
        }
        offset += line.len();
    }
    match (found, inside) {
        (true, false) => Ok(block),
        (true, true) => Err(source.fail(offset, "the block of TOML has no end", hint())),
        (false, _) => Err(source.fail(0, "the record has no block of TOML", hint())),
    }
}

fn read(root: &Item<'_>) -> Result<Override, PolicyError> {
    let require = |key: &str, example: &str| -> Result<_, PolicyError> {
        root.get(key)?.ok_or_else(|| {
            let start = root.source.text.len() - root.source.text.trim_start().len();
            root.source.fail(
                start,
                format!("the record lacks `{key}`"),
                Some(format!("add `{key} = {example}`")),
            )
        })
    };
    let list = |key: &str| root.get(key)?.map_or(Ok(Vec::new()), |item| item.list());
    Ok(Override {
        id: require("id", "\"o-1a2b3c4d\"")?.read()?,
        created: require("created", "2026-12-01T10:00:00Z")?.read()?,
        valid_until: require("valid_until", "2026-12-02T10:00:00Z")?.read()?,
        requested_by: require("requested_by", "\"Alice <alice@example.org>\"")?.read()?,
        reason: require("reason", "\"…\"")?.read()?,
        ticket: require("ticket", "\"INC-7\"")?.read()?,
        policy: require("policy", "\"…\"")?.read()?,
        remediation_hours: require("remediation_hours", "24")?.count(1..=8784)?,
        findings: {
            require(
                "findings",
                "[{ fingerprint = \"s-…\", rule = \"…\", place = \"…\" }]",
            )?;
            list("findings")?
                .iter()
                .map(read_covered)
                .collect::<Result<_, _>>()?
        },
        approved: list("approved")?
            .iter()
            .map(read_approval)
            .collect::<Result<_, _>>()?,
    })
}

fn read_covered(item: &Item<'_>) -> Result<Covered, PolicyError> {
    item.table()?;
    let fingerprint = item.require("fingerprint", "\"s-…\"")?;
    Ok(Covered {
        fingerprint: fingerprint.text()?.parse().map_err(|error| {
            fingerprint.fail(
                format!("{error}"),
                Some("`gate-hook override` writes them".to_owned()),
            )
        })?,
        rule: item.require("rule", "\"…\"")?.read()?,
        place: item.require("place", "\"src/app.py:3\"")?.read()?,
    })
}

fn read_approval(item: &Item<'_>) -> Result<Approval, PolicyError> {
    item.table()?;
    Ok(Approval {
        by: item.require("by", "\"bob\"")?.read()?,
        role: item.require("role", "\"vp-engineering\"")?.read()?,
        reference: item.get("ref")?.map(|item| item.read()).transpose()?,
    })
}

impl Value for Timestamp {
    fn read(item: &Item<'_>) -> Result<Self, PolicyError> {
        let text = match item.value.get_ref() {
            DeValue::Datetime(datetime) => datetime.to_string(),
            _ => String::new(),
        };
        // A local time would mean another moment on every machine.
        let utc = text.ends_with(['Z', 'z']);
        text.parse().ok().filter(|_| utc).ok_or_else(|| {
            let hint =
                "a moment in UTC without quotes, for example `2026-12-01T10:00:00Z`".to_owned();
            item.fail(format!("`{}` is no moment in UTC", item.key), Some(hint))
        })
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

/// Writes an override record, to be staged with the change.
pub fn write_override(record: &Override) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = write_prose(&mut out, record);
    let _ = write_block(&mut out, record);
    out
}

fn write_prose(out: &mut String, record: &Override) -> std::fmt::Result {
    let Override {
        id,
        created,
        valid_until,
        ..
    } = record;
    writeln!(out, "# Override {id}\n")?;
    let requested_by = markdown(&record.requested_by);
    writeln!(
        out,
        "{requested_by} lets the findings below pass the security gate, from {created} until {valid_until}.\n"
    )?;
    writeln!(out, "- Why: {}", markdown(&record.reason))?;
    writeln!(out, "- Ticket: {}", markdown(&record.ticket))?;
    writeln!(
        out,
        "- Under the policy with the digest {}\n",
        markdown(&record.policy)
    )?;
    writeln!(out, "It covers these findings and no others:\n")?;
    for Covered {
        fingerprint,
        rule,
        place,
    } in &record.findings
    {
        writeln!(
            out,
            "- {} in {} ({fingerprint})",
            markdown(rule),
            markdown(place)
        )?;
    }
    writeln!(
        out,
        "\nWithin {} hours of its arrival on the default branch they have to be put right:",
        record.remediation_hours
    )?;
    writeln!(
        out,
        "a credential is revoked first and then removed, code and dependencies are fixed.\n"
    )?;
    for Approval {
        by,
        role,
        reference,
    } in &record.approved
    {
        let reference = reference
            .as_deref()
            .map(|reference| format!(", see {}", markdown(reference)));
        writeln!(
            out,
            "- Approved by {} as {}{}",
            markdown(by),
            markdown(role),
            reference.unwrap_or_default()
        )?;
    }
    if !record.approved.is_empty() {
        writeln!(out)?;
    }
    writeln!(
        out,
        "The block below is the record; the text above is for people.\n"
    )
}

fn write_block(out: &mut String, record: &Override) -> std::fmt::Result {
    writeln!(out, "{FENCE}toml")?;
    writeln!(out, "id = {}", write_text(&record.id))?;
    writeln!(out, "created = {}", record.created)?;
    writeln!(out, "valid_until = {}", record.valid_until)?;
    writeln!(out, "requested_by = {}", write_text(&record.requested_by))?;
    writeln!(out, "reason = {}", write_text(&record.reason))?;
    writeln!(out, "ticket = {}", write_text(&record.ticket))?;
    writeln!(out, "policy = {}", write_text(&record.policy))?;
    writeln!(out, "remediation_hours = {}", record.remediation_hours)?;
    writeln!(out, "findings = [")?;
    for Covered {
        fingerprint,
        rule,
        place,
    } in &record.findings
    {
        let entries = [
            ("fingerprint", fingerprint.to_string()),
            ("rule", rule.clone()),
            ("place", place.clone()),
        ];
        writeln!(
            out,
            "  {},",
            write_table(entries.iter().map(|(key, text)| (*key, write_text(text))))
        )?;
    }
    writeln!(out, "]")?;
    if !record.approved.is_empty() {
        writeln!(
            out,
            "approved = {}",
            write_list(record.approved.iter().map(write_approval))
        )?;
    }
    writeln!(out, "{FENCE}")
}

fn write_approval(approval: &Approval) -> String {
    let reference = approval
        .reference
        .as_deref()
        .map(|reference| ("ref", write_text(reference)));
    let entries = [
        Some(("by", write_text(&approval.by))),
        Some(("role", write_text(&approval.role))),
        reference,
    ];
    write_table(entries.into_iter().flatten())
}
