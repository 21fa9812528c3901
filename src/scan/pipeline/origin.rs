//! What of the findings a change brings in: the old content is looked at only where the new one has findings.

use std::collections::{HashMap, HashSet};

use super::{Found, Part, Pipeline, Trees, is_whole, touched};
use crate::finding::{Fingerprint, Place};
use crate::input::{Change, FileChange};
use crate::introduced::{Added, After, Before, Detected, subtract};
use crate::scan::ScanError;
use crate::scan::adapter::{Adapter, Newness};
use crate::scan::content::Tree;

impl Pipeline<'_> {
    /// Marks the findings of one change as introduced or existing and keeps them.
    pub(super) fn judge_origin(
        &mut self,
        adapter: &mut dyn Adapter,
        change: &Change,
        trees: Trees<'_>,
        found: Vec<Found<'_>>,
    ) -> Result<(), ScanError> {
        let newness = adapter.newness();
        let before: Vec<Before> = (0..change.parents)
            .map(|parent| self.before(adapter, change, parent, trees))
            .collect::<Result<_, _>>()?;
        let mut after = Vec::new();
        for Found { file, findings } in found {
            let added = match file {
                Some(file) => self.added(file, change.parents),
                None => vec![(Added::All, 1); change.parents],
            };
            after.extend(findings.into_iter().map(|finding| {
                After {
                    added: added
                        .iter()
                        .map(|(added, first_line)| added.touches(&finding.location, *first_line))
                        .collect(),
                    finding,
                }
            }));
        }
        if newness != Newness::Added {
            // Where it stands does not matter, but of several equal findings those on added lines are the new ones.
            after.sort_by_key(|found| found.added.iter().all(|added| *added));
            after.iter_mut().for_each(|found| found.added.fill(true));
        }
        let origins = subtract(&after, &before);
        for (After { finding, .. }, origin) in after.into_iter().zip(origins) {
            let commit = change.commit.clone();
            self.outcome.detected.push(Detected {
                finding,
                origin,
                commit,
            });
        }
        Ok(())
    }

    /// Counts the fingerprints in the old content of all touched files in one parent.
    fn before(
        &self,
        adapter: &mut dyn Adapter,
        change: &Change,
        parent: usize,
        trees: Trees<'_>,
    ) -> Result<Before, ScanError> {
        let mut counts: HashMap<Fingerprint, usize> = HashMap::new();
        let mut places = HashSet::new();
        for file in touched(adapter, change) {
            let Some(Some(old)) = file.old.get(parent) else {
                continue;
            };
            // Old content that cannot be read takes nothing away: what is new then counts as introduced.
            let Ok((bytes, first_line)) = self.reader.read(old) else {
                continue;
            };
            let part = Part {
                place: &Place::File(file.path.clone()),
                bytes: &bytes,
                first_line,
                whole: is_whole(file),
            };
            let tree = trees.before.get(parent).unwrap_or(&Tree::Nowhere);
            let looked = self.run(adapter, &part, tree, trees)?;
            for finding in looked.unwrap_or_default().findings {
                let counts_once = adapter.newness() == Newness::MorePlaces;
                if !counts_once || places.insert((finding.fingerprint, finding.location)) {
                    *counts.entry(finding.fingerprint).or_default() += 1;
                }
            }
        }
        Ok(counts)
    }

    /// Returns the added lines of a file relative to each parent, with the line its content begins on.
    pub(in crate::scan) fn added(&self, file: &FileChange, parents: usize) -> Vec<(Added, u32)> {
        let new = file.new.as_ref().and_then(|new| self.reader.read(new).ok());
        let relative_to = |parent: usize| {
            let (new, first_line) = new.as_ref()?;
            let (old, _) = self.reader.read(file.old.get(parent)?.as_ref()?).ok()?;
            Some((Added::between(&old, new), *first_line))
        };
        (0..parents)
            .map(|parent| relative_to(parent).unwrap_or((Added::All, 1)))
            .collect()
    }
}
