//! The Bandit engine in the pipeline: every touched Python file.

use super::adapter::{Adapter, Looked, Newness, Remark, Text};
use super::{Job, ScanError};
use crate::bandit::{FileReport, Issue, NosecProblem, PythonVersion, Scanner, Settings};
use crate::finding::{Engine, RepoPath, printable};
use crate::receipt::{Consequence, Unscanned};

/// The Bandit engine.
pub(super) struct Bandit {
    /// The meanings of Python that policies name.
    versions: Vec<PythonVersion>,
    /// One scanner for each of them, made when the first file is there.
    scanners: Vec<Scanner>,
}

impl Bandit {
    pub(super) fn new(job: &Job<'_>) -> Self {
        let mut versions: Vec<PythonVersion> = job
            .policies
            .iter()
            .map(|policy| python(&policy.bandit.python_version.value))
            .collect();
        versions.sort_unstable();
        versions.dedup();
        Self {
            versions,
            scanners: Vec::new(),
        }
    }

    fn scanners(&mut self) -> &[Scanner] {
        if self.scanners.is_empty() {
            let scanner = |python: &PythonVersion| {
                Scanner::new(Settings {
                    python: *python,
                    ..Settings::default()
                })
            };
            self.scanners = self.versions.iter().map(scanner).collect();
        }
        &self.scanners
    }
}

impl Adapter for Bandit {
    fn engine(&self) -> Engine {
        Engine::Bandit
    }

    fn newness(&self) -> Newness {
        Newness::More
    }

    fn wants(&self, path: &RepoPath) -> bool {
        matches!(path.extension(), b"py" | b"pyw")
    }

    fn look(&mut self, text: &Text<'_>) -> Result<Looked, ScanError> {
        let Some(path) = text.place.path() else {
            return Ok(Looked::default());
        };
        if !text.whole {
            return Ok(text.in_part(Engine::Bandit));
        }
        let path = path.to_text();
        let mut looked = Looked::default();
        let mut issues: Vec<Issue> = Vec::new();
        for scanner in self.scanners() {
            let report = scanner.scan(&path, text.bytes);
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
        let unscanned = Unscanned {
            place: text.place.clone(),
            engine: Some(Engine::Bandit),
            reason: printable(reason),
            consequence: Consequence::Policy,
        };
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
