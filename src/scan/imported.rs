//! Findings of other tools' reports: which of them the change brings in.
//!
//! Such a report says what is there, not what was there before, so a finding counts as introduced where it stands
//! on a line that the change adds.

use super::Net;
use super::pipeline::Pipeline;
use super::secrets::Secrets;
use crate::finding::{Engine, Finding, Origin};
use crate::introduced::Detected;
use crate::policy;

impl Pipeline<'_> {
    /// Takes over findings that no engine has found as well.
    pub(super) fn import(&mut self, findings: &[Finding], nets: &[Net], secrets: &Secrets<'_>) {
        for finding in findings {
            if self.is_known(finding) || self.is_excluded(finding) {
                continue;
            }
            let origin = self.origin_of(finding, nets);
            let mut finding = finding.clone();
            // Other tools quote what they find.
            if secrets.finds_in(&finding.message) {
                finding.message = finding.rule.title.to_owned();
            }
            self.outcome.detected.push(Detected {
                finding,
                origin,
                commit: None,
            });
        }
    }

    fn is_known(&self, finding: &Finding) -> bool {
        self.outcome.detected.iter().any(|known| {
            let known = &known.finding;
            known.rule.id == finding.rule.id
                && known.location.place == finding.location.place
                && known.location.start.line == finding.location.start.line
        })
    }

    fn is_excluded(&self, finding: &Finding) -> bool {
        let path = finding.location.place.path();
        path.is_some_and(|path| policy::excluded(self.job.policies, finding.engine(), path))
    }

    fn origin_of(&self, finding: &Finding, nets: &[Net]) -> Origin {
        let changes = || {
            nets.iter()
                .filter(|net| net.engines.contains(&Engine::Bandit))
        };
        if changes().next().is_none() {
            return Origin::Introduced;
        }
        let brings_in = |net: &Net| {
            let path = finding.location.place.path();
            let files = net.change.files.iter();
            files
                .filter(|file| Some(&file.path) == path && file.new.is_some())
                .any(|file| {
                    self.added(file, net.change.parents)
                        .iter()
                        .all(|(added, first)| added.touches(&finding.location, *first))
                })
        };
        if changes().any(|net| !net.standing && brings_in(net)) {
            Origin::Introduced
        } else {
            Origin::Existing
        }
    }
}
