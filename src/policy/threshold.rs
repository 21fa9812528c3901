//! Thresholds: what a finding is worth by its category, severity, confidence and path.
//!
//! Comes in: a finding. Goes out: an action with the keys that name it. What may soften the action later
//! (phase, comment, override) is in `verdict`.

use crate::finding::{Category, Confidence, Finding, RepoPath, Severity};

use super::engine::AuditSettings;
use super::paths::Paths;
use super::profile::Defaults;
use super::reader::{Reader, Setting};
use super::{Action, Decider, PolicyError};

/// What findings of the three engines are worth.
#[derive(Debug, Clone)]
pub(super) struct Thresholds {
    credential: Setting<Action>,
    keyword: Setting<Action>,
    code: Levels<Setting<Action>>,
    code_outside_critical: Levels<Option<Setting<Action>>>,
    min_confidence: Setting<Confidence>,
    dependency: Levels<Setting<Action>>,
    dependency_for_development: Levels<Option<Setting<Action>>>,
    unknown: Setting<Severity>,
}

/// One thing for each severity that a source can state.
#[derive(Debug, Clone)]
struct Levels<T> {
    critical: T,
    high: T,
    medium: T,
    low: T,
}

impl<T> Levels<T> {
    fn at(&self, severity: Severity) -> &T {
        match severity {
            // What nobody rated is not known to be harmless.
            Severity::High | Severity::Unknown => &self.high,
            Severity::Critical => &self.critical,
            Severity::Medium => &self.medium,
            Severity::Low => &self.low,
        }
    }
}

/// An action and the keys that led to it, the last word first.
pub(super) type Judgement = (Action, Vec<Decider>);

impl Thresholds {
    pub(super) fn read(reader: &mut Reader<'_>, defaults: &Defaults) -> Result<Self, PolicyError> {
        let [bandit_high, bandit_medium, bandit_low] = defaults.bandit;
        let [audit_critical, audit_high, audit_medium, audit_low] = defaults.audit;
        let code_high = reader.set("bandit.high", bandit_high)?;
        let outside_high = reader.refine("bandit.outside_critical.high", None)?;
        let thresholds = Self {
            credential: reader.set("secrets.credential", defaults.credential)?,
            keyword: reader.set("secrets.keyword", defaults.keyword)?,
            // Bandit knows no level above high.
            code: Levels {
                critical: code_high.clone(),
                high: code_high,
                medium: reader.set("bandit.medium", bandit_medium)?,
                low: reader.set("bandit.low", bandit_low)?,
            },
            code_outside_critical: Levels {
                critical: outside_high.clone(),
                high: outside_high,
                medium: reader.refine("bandit.outside_critical.medium", None)?,
                low: reader.refine("bandit.outside_critical.low", None)?,
            },
            min_confidence: reader.set("bandit.min_confidence", Confidence::Low)?,
            dependency: Levels {
                critical: reader.set("audit.critical", audit_critical)?,
                high: reader.set("audit.high", audit_high)?,
                medium: reader.set("audit.medium", audit_medium)?,
                low: reader.set("audit.low", audit_low)?,
            },
            dependency_for_development: Levels {
                critical: reader.refine("audit.dev.critical", defaults.dev)?,
                high: reader.refine("audit.dev.high", defaults.dev)?,
                medium: reader.refine("audit.dev.medium", defaults.dev)?,
                low: reader.refine("audit.dev.low", defaults.dev)?,
            },
            unknown: reader.set("audit.unknown", Severity::High)?,
        };
        reader.note_empty("bandit.outside_critical")?;
        reader.note_empty("audit.dev")?;
        Ok(thresholds)
    }

    /// Returns the severity that a vulnerability without one counts as.
    pub(super) fn unknown(&self) -> Severity {
        self.unknown.value
    }

    pub(super) fn judge(
        &self,
        finding: &Finding,
        paths: &Paths,
        audit: &AuditSettings,
    ) -> Judgement {
        let path = finding.location.place.path();
        match finding.rule.category {
            Category::Credential => self.judge_credential(finding),
            Category::Keyword => said_by(&self.keyword),
            Category::Code => self.judge_code(finding, path, paths),
            Category::Dependency => self.judge_dependency(finding, path, audit),
            Category::Unpinned => said_by(&audit.unpinned),
        }
    }

    fn judge_credential(&self, finding: &Finding) -> Judgement {
        let (action, mut deciders) = said_by(&self.credential);
        let most = match finding.confidence {
            Confidence::High => return (action, deciders),
            // What may be a credential is a matter for people, like a name with a literal.
            Confidence::Medium => self.keyword.value,
            Confidence::Low => Action::Info,
        };
        if action <= most {
            return (action, deciders);
        }
        if finding.confidence == Confidence::Medium {
            deciders.insert(0, Decider::of(&self.keyword));
        }
        let guess = Decider {
            key: format!("confidence = {}", finding.confidence),
            origin: "built in".to_owned(),
        };
        deciders.insert(0, guess);
        (most, deciders)
    }

    fn judge_code(&self, finding: &Finding, path: Option<&RepoPath>, paths: &Paths) -> Judgement {
        if finding.confidence < self.min_confidence.value {
            return (Action::Off, vec![Decider::of(&self.min_confidence)]);
        }
        match self.code_outside_critical.at(finding.severity) {
            Some(outside) if !paths.is_critical(path) => (
                outside.value,
                vec![Decider::of(outside), Decider::of(&paths.critical)],
            ),
            _ => said_by(self.code.at(finding.severity)),
        }
    }

    fn judge_dependency(
        &self,
        finding: &Finding,
        path: Option<&RepoPath>,
        audit: &AuditSettings,
    ) -> Judgement {
        let rated = finding.severity != Severity::Unknown;
        let severity = if rated {
            finding.severity
        } else {
            self.unknown.value
        };
        let by_group = finding
            .package
            .as_ref()
            .is_some_and(|package| package.development);
        let by_path = path.is_some_and(|path| audit.dev_paths.value.matches(path));
        let (action, mut deciders) = match self.dependency_for_development.at(severity) {
            Some(development) if by_group => said_by(development),
            Some(development) if by_path => (
                development.value,
                vec![Decider::of(development), Decider::of(&audit.dev_paths)],
            ),
            _ => said_by(self.dependency.at(severity)),
        };
        if !rated {
            deciders.push(Decider::of(&self.unknown));
        }
        (action, deciders)
    }
}

fn said_by(setting: &Setting<Action>) -> Judgement {
    (setting.value, vec![Decider::of(setting)])
}
