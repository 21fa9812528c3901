//! Reports of other tools become findings, so that the same policy judges them.
//!
//! Comes in: the text of a report. Goes out: findings. Which of them a change brings in is for `scan` to say. It
//! must not know git, policy, reports of our own or the command line.
//!
//! To add a kind of report: a file here, a variant of [`Kind`], its line in [`Kind::of`] and [`read`].

mod bandit;
mod pip_audit;
mod rules;
mod sarif;

use std::path::{Component, Path};

use crate::finding::{Finding, RepoPath, printable};
use crate::receipt::Unscanned;

/// What a report may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bandit's own JSON.
    Bandit,
    /// pip-audit's own JSON.
    PipAudit,
    /// SARIF 2.1.0.
    Sarif,
}

/// What a report says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// What the other tool found.
    pub findings: Vec<Finding>,
    /// What it could not look at.
    pub unscanned: Vec<Unscanned>,
    /// What the reader should know of the report, safe to print.
    pub notes: Vec<String>,
}

/// Why a report cannot be taken over, as a lower-case fragment, safe to print.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ForeignError(String);

impl Kind {
    /// Returns what a JSON text is a report of, by the keys at its top.
    fn of(report: &serde_json::Value) -> Option<Self> {
        let has = |keys: &[&str]| keys.iter().all(|key| report.get(key).is_some());
        if has(&["runs"]) {
            Some(Self::Sarif)
        } else if has(&["results", "metrics"]) {
            Some(Self::Bandit)
        } else if has(&["dependencies"]) {
            Some(Self::PipAudit)
        } else {
            None
        }
    }
}

/// Reads a report; `name` is that of its file. `root` is where the work tree lies, for reports that name files from
/// the root of the file system.
pub fn read(text: &str, name: &str, root: Option<&Path>) -> Result<Imported, ForeignError> {
    let report: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| ForeignError(printable(&format!("this is no JSON: {error}"))))?;
    match Kind::of(&report) {
        Some(Kind::Bandit) => bandit::read(text, root),
        Some(Kind::PipAudit) => {
            let file =
                in_repository(name, root).or_else(|| in_repository(name.rsplit('/').next()?, None));
            pip_audit::read(text, &file.unwrap_or_else(|| RepoPath::new(name)))
        }
        Some(Kind::Sarif) => sarif::read(report),
        None => Err(ForeignError(
            "this is no report of Bandit or pip-audit, and no SARIF".to_owned(),
        )),
    }
}

/// Returns what a file is called in the repository, if it lies there.
fn in_repository(name: &str, root: Option<&Path>) -> Option<RepoPath> {
    let path = Path::new(name);
    let path = match root {
        Some(root) if path.is_absolute() => path.strip_prefix(root).ok()?,
        _ => path,
    };
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!parts.is_empty()).then(|| RepoPath::new(parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_in_the_repository() {
        let root = Some(Path::new("/srv/project"));
        for (name, expected) in [
            ("a.py", Some("a.py")),
            ("./src/../src/./a.py", Some("src/a.py")),
            ("/srv/project/src/a.py", Some("src/a.py")),
            ("/srv/projects/a.py", None),
            ("../a.py", None),
            ("a/../../b.py", None),
            (".", None),
        ] {
            assert_eq!(
                in_repository(name, root),
                expected.map(RepoPath::new),
                "{name}"
            );
        }
        assert_eq!(in_repository("/a.py", None), None);
    }

    #[test]
    fn what_a_report_is_of_is_seen_by_its_keys() {
        let kind = |text: &str| Kind::of(&serde_json::from_str(text).unwrap());
        assert_eq!(kind(r#"{"runs": []}"#), Some(Kind::Sarif));
        assert_eq!(
            kind(r#"{"results": [], "metrics": {}}"#),
            Some(Kind::Bandit)
        );
        assert_eq!(
            kind(r#"{"dependencies": [], "fixes": []}"#),
            Some(Kind::PipAudit)
        );
        assert_eq!(kind(r#"{"results": []}"#), None);
        assert_eq!(kind("[]"), None);
    }
}
