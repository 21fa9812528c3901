//! The block of TOML of one waiver.

use super::rules::{self, Problem};
use super::{Agreement, Request, Scope, Verified, Waived, Waiver};
use crate::policy::PolicyError;
use crate::policy::paths::Globs;
use crate::policy::schema::refuse_unknown;
use crate::policy::source::Source;
use crate::policy::value::{Item, Value};

const KEYS: &[&str] = &[
    "id",
    "finding",
    "finding.engine",
    "finding.id",
    "finding.aliases",
    "finding.package",
    "finding.fingerprint",
    "scope",
    "scope.paths",
    "scope.versions",
    "severity",
    "reason",
    "mitigation",
    "fix_by",
    "verified",
    "verified.by",
    "verified.how",
    "requested",
    "requested.by",
    "requested.on",
    "requested.pr",
    "approved",
    "approved[].by",
    "approved[].role",
    "approved[].on",
    "approved[].ref",
    "expires",
    "imported",
];

/// What stands around the block.
pub(super) struct Head<'t> {
    pub(super) id: &'t str,
    pub(super) title: &'t str,
    pub(super) line: u32,
    pub(super) rationale: String,
}

/// Reads the block that begins on a line of the register.
pub(super) fn read(
    file: &str,
    block: &str,
    line: u32,
    head: Head<'_>,
) -> Result<Waiver, PolicyError> {
    let source = Source::part(file, block, line);
    let value = source.parse()?;
    let root = Item::root(&source, &value);
    refuse_unknown(&root, KEYS)?;
    let heading = head.id.to_owned();
    let waiver = waiver(&root, head)?;
    rules::check(&waiver, &heading).map_err(|problem| located(&root, file, &waiver, problem))?;
    Ok(waiver)
}

fn waiver(root: &Item<'_>, head: Head<'_>) -> Result<Waiver, PolicyError> {
    let need = |key: &str, example: &str| {
        root.get(key)?.ok_or_else(|| {
            root.source.fail(
                0,
                format!("waiver {} lacks `{key}`", head.id),
                Some(format!("add `{key} = {example}`")),
            )
        })
    };
    let text = |key: &str| root.get(key)?.map(|item| item.read()).transpose();
    Ok(Waiver {
        id: need("id", "\"w-1a2b3c4d\"")?.read()?,
        finding: waived(&need(
            "finding",
            "{ engine = \"audit\", id = \"GHSA-…\", package = \"…\" }",
        )?)?,
        scope: root
            .get("scope")?
            .map_or(Ok(Scope::default()), |item| scope(&item))?,
        severity: need("severity", "\"high\"")?.read()?,
        reason: need("reason", "\"false-positive\"")?.read()?,
        mitigation: text("mitigation")?,
        fix_by: root.get("fix_by")?.map(|item| item.date()).transpose()?,
        verified: root
            .get("verified")?
            .map(|item| verified(&item))
            .transpose()?,
        requested: requested(&need("requested", "{ by = \"alice\", on = 2026-12-01 }")?)?,
        approved: root
            .get("approved")?
            .map_or(Ok(Vec::new()), |item| item.list())?
            .iter()
            .map(agreement)
            .collect::<Result<_, _>>()?,
        expires: need("expires", "2026-12-31")?.date()?,
        imported: text("imported")?,
        title: head.title.to_owned(),
        rationale: head.rationale,
        line: head.line,
    })
}

fn waived(item: &Item<'_>) -> Result<Waived, PolicyError> {
    item.table()?;
    let package: Option<String> = item.get("package")?.map(|item| item.read()).transpose()?;
    Ok(Waived {
        engine: item.require("engine", "\"audit\"")?.read()?,
        id: item.require("id", "\"GHSA-…\"")?.read()?,
        aliases: item
            .get("aliases")?
            .map_or(Ok(Vec::new()), |item| item.names())?,
        package: package.as_deref().map(normalised),
        fingerprint: item
            .get("fingerprint")?
            .map(|item| {
                item.text()?.parse().map_err(|error| {
                    let hint = "reports show each finding's fingerprint".to_owned();
                    item.fail(format!("{error}"), Some(hint))
                })
            })
            .transpose()?,
    })
}

/// Returns the name of a package as the package index normalises it.
fn normalised(name: &str) -> String {
    let parts: Vec<&str> = name
        .split(['-', '_', '.'])
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("-").to_lowercase()
}

fn scope(item: &Item<'_>) -> Result<Scope, PolicyError> {
    item.table()?;
    Ok(Scope {
        paths: item.get("paths")?.map_or(Ok(Vec::new()), |item| {
            let globs = Globs::read(&item)?;
            if globs.match_everything() {
                let hint = "name the files; without `paths` the waiver holds for all".to_owned();
                return Err(item.fail("`scope.paths` matches everything", Some(hint)));
            }
            Ok(globs.patterns().to_vec())
        })?,
        versions: item
            .get("versions")?
            .map_or(Ok(Vec::new()), |item| exact_versions(&item))?,
    })
}

fn exact_versions(item: &Item<'_>) -> Result<Vec<String>, PolicyError> {
    let versions = item.names().map_err(|mut error| {
        error
            .hint
            .get_or_insert_with(|| "for example `versions = [\"3.1.4\"]`".to_owned());
        error
    })?;
    let exact = |version: &String| version.starts_with(|c: char| c.is_ascii_alphanumeric());
    match versions.iter().find(|version| !exact(version)) {
        Some(range) => {
            let hint = "each exact: a range would cover versions that nobody has looked at";
            let message = format!("`{}` is no version", crate::finding::printable(range));
            Err(item.fail(message, Some(hint.to_owned())))
        }
        None => Ok(versions),
    }
}

fn verified(item: &Item<'_>) -> Result<Verified, PolicyError> {
    item.table()?;
    Ok(Verified {
        by: item.require("by", "\"bob\"")?.read()?,
        how: item
            .require("how", "\"the issuer says it was never valid\"")?
            .read()?,
    })
}

fn requested(item: &Item<'_>) -> Result<Request, PolicyError> {
    item.table()?;
    Ok(Request {
        by: item.require("by", "\"alice\"")?.read()?,
        on: item.require("on", "2026-12-01")?.date()?,
        pr: item.get("pr")?.map(|item| item.read()).transpose()?,
    })
}

fn agreement(item: &Item<'_>) -> Result<Agreement, PolicyError> {
    item.table()?;
    Ok(Agreement {
        by: item.require("by", "\"bob\"")?.read()?,
        role: item.get("role")?.map(|item| item.read()).transpose()?,
        on: item.require("on", "2026-12-01")?.date()?,
        reference: item.get("ref")?.map(|item| item.read()).transpose()?,
    })
}

/// Returns the error at the key that a rule complains of, or at the heading for what stands in prose.
fn located(root: &Item<'_>, file: &str, waiver: &Waiver, problem: Problem) -> PolicyError {
    let Problem { key, message, hint } = problem;
    let mut item = Some(root.clone());
    for name in key.split('.').filter(|name| !name.is_empty()) {
        item = item.and_then(|table| match name.parse::<usize>() {
            Ok(index) => table.list().ok()?.into_iter().nth(index),
            Err(_) => table.get(name).ok().flatten(),
        });
    }
    match item {
        Some(item) if !key.is_empty() => item.fail(message, Some(hint)),
        _ => PolicyError {
            file: file.to_owned(),
            line: waiver.line,
            column: 1,
            message,
            hint: Some(hint),
        },
    }
}
