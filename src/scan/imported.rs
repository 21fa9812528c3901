//! Findings of other tools' reports: which of them the change brings in.
//!
//! Such a report says what is there, not what was there before, so a finding counts as introduced where it stands
//! on a line that the change adds.

use super::Net;
use super::pipeline::Pipeline;
use super::secrets::Secrets;
use crate::finding::{Engine, Finding, Origin};
use crate::foreign::Imported;
use crate::introduced::Detected;
use crate::policy;
use crate::receipt::Unscanned;

impl Pipeline<'_> {
    /// Takes over findings that no engine has found as well, and what was not looked at of what the change touches.
    pub(super) fn import(&mut self, imported: &Imported, nets: &[Net], secrets: &Secrets<'_>) {
        for unscanned in &imported.unscanned {
            if self.concerns(unscanned, nets) {
                self.outcome.receipt.unscanned.push(unscanned.clone());
            }
        }
        for finding in &imported.findings {
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

    /// Returns whether something that was not looked at is touched, and not said yet.
    fn concerns(&self, unscanned: &Unscanned, nets: &[Net]) -> bool {
        let path = unscanned.place.path();
        let touched = |net: &Net| net.change.files.iter().any(|file| Some(&file.path) == path);
        let said =
            |known: &Unscanned| known.place == unscanned.place && known.engine == unscanned.engine;
        (nets.is_empty() || nets.iter().any(touched))
            && !self.outcome.receipt.unscanned.iter().any(said)
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
