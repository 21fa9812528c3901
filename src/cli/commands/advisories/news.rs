//! What a new database says about this repository that the old one did not.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ignore::WalkBuilder;

use crate::audit::{Database, DatabaseError, Manifest, judge, lockfiles};
use crate::cli::Context;
use crate::cli::database;
use crate::cli::failure::Failure;
use crate::cli::text::wrap;
use crate::finding::{Finding, Fingerprint, Location, RepoPath};

/// No dependency file is larger.
const LIMIT: u64 = 64 << 20;
/// How many findings are listed.
const SHOWN: usize = 20;

/// Returns what is new for the dependency files of a work tree, in lines.
pub(super) fn text(
    root: &Path,
    new: &Database,
    old: Option<&Database>,
    context: &Context,
) -> Result<String, Failure> {
    let manifests = manifests(root);
    let broken = |error: DatabaseError| database::unusable("the advisory database", &error);
    let found = findings(&manifests, new).map_err(broken)?;
    let known = match old {
        Some(old) => findings(&manifests, old).unwrap_or_default(),
        None => BTreeMap::new(),
    };
    let mut news: Vec<&Finding> = found
        .iter()
        .filter(|(fingerprint, _)| !known.contains_key(fingerprint))
        .map(|(_, finding)| finding)
        .collect();
    news.sort_by_key(|finding| {
        (
            Reverse(finding.severity),
            &finding.location,
            &finding.message,
        )
    });
    let since = if old.is_some() {
        "since the last one"
    } else {
        "with the first database"
    };
    if news.is_empty() {
        return Ok(match manifests.len() {
            0 => String::new(),
            files => format!(
                "Nothing new {since} for the {files} dependency files of this repository.\n"
            ),
        });
    }
    let mut text = format!("New {since} for this repository:\n");
    for finding in news.iter().take(SHOWN) {
        let Location { place, start, .. } = &finding.location;
        let what = format!("{} ({place}:{})", finding.message, start.line);
        let severity = finding.severity.name();
        text += &format!(
            "  {severity:<8} {}\n",
            wrap(&what, context.terminal.width(), 11)
        );
    }
    if news.len() > SHOWN {
        text += &format!("  and {} more\n", news.len() - SHOWN);
    }
    if context.terminal.verbose() {
        text += &format!("{} dependency files were looked at.\n", manifests.len());
    }
    Ok(text)
}

fn findings(
    manifests: &[Manifest],
    database: &Database,
) -> Result<BTreeMap<Fingerprint, Finding>, DatabaseError> {
    let mut found = BTreeMap::new();
    for manifest in manifests {
        for finding in judge(manifest, database)?.findings {
            let vulnerable = finding
                .package
                .as_ref()
                .is_some_and(|package| !package.advisories.is_empty());
            if vulnerable {
                found.entry(finding.fingerprint).or_insert(finding);
            }
        }
    }
    Ok(found)
}

/// Reads the dependency files of a work tree that git does not ignore, in the order of their paths.
fn manifests(root: &Path) -> Vec<Manifest> {
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .sort_by_file_name(Ord::cmp)
        .build();
    let files = walk.filter_map(Result::ok).filter(|entry| {
        entry.file_type().is_some_and(|kind| kind.is_file())
            && !entry
                .path()
                .components()
                .any(|part| part.as_os_str() == ".git")
    });
    files
        .filter_map(|entry| {
            let inner = entry
                .path()
                .strip_prefix(root)
                .ok()?
                .to_str()?
                .replace('\\', "/");
            let path = RepoPath::new(inner);
            lockfiles::kind(&path)?;
            let content = content(entry.path())?;
            let mut include = |path: &RepoPath| content_in(root, path);
            Some(lockfiles::read(&path, &content, &mut include))
        })
        .collect()
}

fn content_in(root: &Path, path: &RepoPath) -> Option<Vec<u8>> {
    content(&root.join(path.to_text()))
}

fn content(path: &Path) -> Option<Vec<u8>> {
    let metadata = fs::symlink_metadata(path).ok()?;
    (metadata.is_file() && metadata.len() <= LIMIT).then(|| fs::read(path).ok())?
}
