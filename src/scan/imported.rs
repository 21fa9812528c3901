//! Findings of other tools' reports: which of them the change brings in.
//!
//! Such a report says what is there, not what was there before, so a finding counts as introduced where it stands
//! on a line that the change adds. A vulnerable package stands where a touched dependency file pins it; one that
//! none pins is the resolver's choice, and counts as introduced if the change touches dependencies at all.

use super::Net;
use super::pipeline::Pipeline;
use super::secrets::Secrets;
use crate::audit::{self, Demand, Dependency, Version, lockfiles};
use crate::finding::{Engine, Finding, Origin, RepoPath};
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
        let (mut pins, mut advisories) = (None, None);
        for finding in &imported.findings {
            let mut finding = finding.clone();
            let mut unpinned = false;
            if finding.package.is_some() {
                let pins = pins.get_or_insert_with(|| self.pins(nets));
                unpinned = !pins.is_empty() && !point(&mut finding, pins);
                if unpinned {
                    let note = "no touched file pins it: it is what the requirements resolve to";
                    finding.notes.push(note.to_owned());
                }
                let advisories = advisories.get_or_insert_with(self.job.advisories);
                // A database that cannot be read rates nothing: the severity stays unknown.
                drop(audit::rate(&mut finding, &advisories.database));
            }
            if self.is_known(&finding) || self.is_excluded(&finding) {
                continue;
            }
            let origin = if unpinned {
                Origin::Introduced
            } else {
                self.origin_of(&finding, nets)
            };
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

    /// Returns what the dependency files that the change touches ask for.
    fn pins(&self, nets: &[Net]) -> Vec<Dependency> {
        let mut pins = Vec::new();
        for net in nets.iter().filter(|net| !net.standing) {
            for file in &net.change.files {
                let content = || self.reader.read(file.new.as_ref()?).ok();
                if lockfiles::kind(&file.path).is_some()
                    && let Some((bytes, _)) = content()
                {
                    let mut around = |path: &RepoPath| self.reader.around(&net.after, path);
                    pins.extend(lockfiles::read(&file.path, &bytes, &mut around).dependencies);
                }
            }
        }
        pins
    }

    fn is_known(&self, finding: &Finding) -> bool {
        self.outcome.detected.iter().any(|known| {
            let known = &known.finding;
            if let (Some(package), Some(known)) = (&finding.package, &known.package) {
                let ids = &package.advisories;
                return (&package.name, &package.version) == (&known.name, &known.version)
                    && ids.iter().any(|id| known.advisories.contains(id));
            }
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

/// Points a finding at the pin of its package; returns whether there is one.
fn point(finding: &mut Finding, pins: &[Dependency]) -> bool {
    let Some(package) = &mut finding.package else {
        return false;
    };
    let version = package.version.as_deref().and_then(Version::parse);
    let is_it = |pin: &&Dependency| match &pin.demand {
        Demand::Pinned {
            version: pinned, ..
        } => {
            pin.name.as_str() == package.name
                && version.is_some()
                && Version::parse(pinned) == version
        }
        _ => false,
    };
    let Some(pin) = pins.iter().find(is_it) else {
        return false;
    };
    finding.location = pin.location.clone();
    package.groups.clone_from(&pin.groups);
    package.development = pin.development;
    true
}
