//! The Bandit engine in the pipeline: every touched Python file, under the configuration that the repository has.
//!
//! Both ends of a change are read under the configurations of both: a change that leaves a test out does not
//! silence it for itself, and one that lets a test in does not introduce what that test finds in old lines.

use std::collections::HashMap;

use super::adapter::{Adapter, Looked, Lookup, Newness, Remark, Text};
use super::{Job, ScanError};
use crate::bandit::config::{RepositorySettings, settings_for};
use crate::bandit::{FileReport, Issue, NosecProblem, PythonVersion, Scanner};
use crate::finding::{Engine, RepoPath, printable};
use crate::policy::Policy;
use crate::receipt::{Consequence, Unscanned};

/// The Bandit engine.
pub(super) struct Bandit<'a> {
    policies: &'a [Policy],
    /// What holds in each directory of the trees at hand.
    settings: HashMap<String, Vec<(RepositorySettings, Scanner)>>,
}

impl<'a> Bandit<'a> {
    pub(super) fn new(job: &'a Job<'a>) -> Self {
        Self {
            policies: job.policies,
            settings: HashMap::new(),
        }
    }

    /// Returns the different settings that hold in a directory at either end of the change.
    fn settings(
        &mut self,
        directory: &str,
        ends: &[&Lookup<'_>],
    ) -> Result<&[(RepositorySettings, Scanner)], ScanError> {
        if !self.settings.contains_key(directory) {
            let found = found(self.policies, directory, ends)?;
            self.settings.insert(directory.to_owned(), found);
        }
        Ok(&self.settings[directory])
    }
}

/// Returns whether a file is Python code by its name.
pub fn is_python(path: &RepoPath) -> bool {
    matches!(path.extension(), b"py" | b"pyw")
}

impl Adapter for Bandit<'_> {
    fn engine(&self) -> Engine {
        Engine::Bandit
    }

    fn newness(&self) -> Newness {
        Newness::More
    }

    fn wants(&self, path: &RepoPath) -> bool {
        is_python(path)
    }

    fn begin(&mut self) {
        self.settings.clear();
    }

    fn look(&mut self, text: &Text<'_>) -> Result<Looked, ScanError> {
        let Some(path) = text.place.path() else {
            return Ok(Looked::default());
        };
        if !text.whole {
            return Ok(text.in_part(Engine::Bandit));
        }
        let path = path.to_text();
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        let settings = self.settings(directory, text.ends)?;
        let mut looked = Looked::default();
        let mut reports = settings
            .iter()
            .filter(|(settings, _)| !settings.leave_out(&path))
            .map(|(_, scanner)| scanner.scan(&path, text.bytes))
            .peekable();
        if reports.peek().is_none() {
            let reason = "Bandit's configuration leaves this path out";
            looked
                .unscanned
                .push(unscanned(text, reason, Consequence::Excluded));
        }
        let mut issues: Vec<Issue> = Vec::new();
        for report in reports {
            take(text, report, &mut issues, &mut looked);
        }
        let place = text.place;
        looked.findings = issues
            .iter()
            .map(|issue| issue.finding(place.clone()))
            .collect();
        Ok(looked)
    }
}

/// Takes what one configuration finds and the ones before did not.
fn take(text: &Text<'_>, report: FileReport, issues: &mut Vec<Issue>, looked: &mut Looked) {
    if let Some(reason) = &report.error {
        let unscanned = unscanned(text, &printable(reason), Consequence::Policy);
        if !looked.unscanned.contains(&unscanned) {
            looked.unscanned.push(unscanned);
        }
    }
    for note in &report.notes {
        let remark = Remark {
            line: note.line,
            text: nosec(&note.problem),
        };
        if !looked.remarks.contains(&remark) {
            looked.remarks.push(remark);
        }
    }
    let known = issues.len();
    for issue in report.issues {
        let same = |other: &Issue| {
            (other.test.id(), other.line, other.col_offset)
                == (issue.test.id(), issue.line, issue.col_offset)
        };
        if !issues[..known].iter().any(same) {
            issues.push(issue);
        }
    }
}

fn nosec(problem: &NosecProblem) -> String {
    let shown = |words: &[String]| printable(&words.join(" "));
    match problem {
        NosecProblem::Blanket { words } if words.is_empty() => {
            "`# nosec` silences every test on this line; name the ones that are meant".to_owned()
        }
        NosecProblem::Blanket { words } => format!(
            "`# nosec {}` names no test, so that it silences every one",
            shown(words)
        ),
        NosecProblem::Unknown { words } => {
            format!("no test behind `# nosec` is called `{}`", shown(words))
        }
        NosecProblem::Lost { words } => format!(
            "`# nosec` loses `{}`: separate ids with a comma and a space",
            shown(words)
        ),
    }
}

fn unscanned(text: &Text<'_>, reason: &str, consequence: Consequence) -> Unscanned {
    Unscanned {
        place: text.place.clone(),
        engine: Some(Engine::Bandit),
        reason: reason.to_owned(),
        consequence,
    }
}

/// Reads what holds in a directory, at the end of the change first: a mistake there is an error, one at its
/// beginning is what the change mends.
fn found(
    policies: &[Policy],
    directory: &str,
    ends: &[&Lookup<'_>],
) -> Result<Vec<(RepositorySettings, Scanner)>, ScanError> {
    let fallback;
    let policies = match policies {
        [] => {
            fallback = [Policy::builtin()];
            &fallback[..]
        }
        policies => policies,
    };
    let mut found: Vec<(RepositorySettings, Scanner)> = Vec::new();
    for (at, end) in ends.iter().enumerate() {
        let lookup = |path: &str| end(&RepoPath::new(path));
        for (number, policy) in policies.iter().rev().enumerate() {
            let config = policy.bandit.config.as_ref();
            let config = config.map(|setting| setting.value.as_str());
            let mut settings = match settings_for(directory, config, &lookup) {
                Ok(settings) => settings,
                Err(error) if (at, number) == (0, 0) => {
                    return Err(ScanError::Configuration {
                        hint: error.hint.clone(),
                        message: printable(&error.to_string()),
                    });
                }
                Err(_) => continue,
            };
            settings.settings.python = python(&policy.bandit.python_version.value);
            if !found.iter().any(|(known, _)| *known == settings) {
                let scanner = Scanner::new(settings.settings.clone());
                found.push((settings, scanner));
            }
        }
    }
    Ok(found)
}

/// Returns the nearest version whose meaning is known.
fn python(name: &str) -> PythonVersion {
    let minor = |name: &str| {
        name.strip_prefix("3.")
            .and_then(|minor| minor.parse::<u8>().ok())
    };
    PythonVersion::from_name(name).unwrap_or_else(|| {
        let oldest = PythonVersion::ALL[0];
        if minor(name) < minor(oldest.name()) {
            oldest
        } else {
            PythonVersion::ALL[PythonVersion::ALL.len() - 1]
        }
    })
}
