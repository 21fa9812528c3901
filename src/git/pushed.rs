//! What a push brings, on the side that sends and on the side that receives; and where all there is begins.
//!
//! Comes in: the lines git gives `pre-push` or `pre-receive`. Goes out: a [`Pushed`]: the commits the other
//! side does not have, and what travels beside them. Commits count as known only if a reference of *this*
//! remote holds them: another remote may be less public.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{GitError, ObjectKind, Pushed, Repository, Side};
use crate::finding::{Place, RepoPath};
use crate::input::{Change, Content, FileChange, FileMode, ObjectId, TextChange};

/// One reference that a push changes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Update {
    /// The full name on the receiving side.
    name: String,
    /// What it points at there; zero if it is new.
    old: ObjectId,
    /// What it shall point at; zero if it shall go.
    new: ObjectId,
}

/// Reads the lines that git gives `pre-push` on its standard input.
///
/// `remote` is the name git gives the hook, or the address where the remote has no name.
pub fn pushed(repository: &dyn Repository, remote: &str, stdin: &[u8]) -> Result<Pushed, GitError> {
    let updates = read_lines(stdin, "pre-push", |[_, new, name, old]| {
        Some((old, new, name))
    })?;
    let tracking = format!("refs/remotes/{remote}/");
    let references = repository.references()?;
    let tracked: Vec<_> = references
        .into_iter()
        .filter(|(name, _)| name.starts_with(&tracking))
        .collect();
    let mut collector = Collector::new(repository);
    let base = collector.updates(&updates, tracked.iter().map(|(_, id)| *id))?;
    let default = || {
        let of_branch = |branch: &str| {
            tracked
                .iter()
                .find(|(name, _)| name[tracking.len()..] == *branch)
        };
        ["HEAD", "main", "master"]
            .into_iter()
            .find_map(of_branch)
            .map(|(_, id)| *id)
    };
    collector.finish(base.or_else(default))
}

/// Reads the lines that git gives `pre-receive` on its standard input.
pub fn received(repository: &dyn Repository, stdin: &[u8]) -> Result<Pushed, GitError> {
    let updates = read_lines(stdin, "pre-receive", |[old, new, name]| {
        Some((old, new, name))
    })?;
    let references = repository.references()?;
    let mut collector = Collector::new(repository);
    let base = collector.updates(&updates, references.into_iter().map(|(_, id)| id))?;
    let base = if base.is_some() {
        base
    } else {
        repository.head()?
    };
    collector.finish(base)
}

/// Returns the commits that references and `HEAD` point at, and the texts of tags and names.
pub(super) fn everything(repository: &dyn Repository) -> Result<(Vec<ObjectId>, Change), GitError> {
    let mut collector = Collector::new(repository);
    for (name, id) in repository.references()? {
        collector.name(&name);
        collector.tip(&name, id)?;
    }
    collector.tips.extend(repository.head()?);
    collector
        .found
        .other
        .files
        .sort_by(|a, b| a.path.cmp(&b.path));
    Ok((collector.tips, collector.found.other))
}

/// Reads lines of `N` words; the order says which are the old id, the new id and the name.
fn read_lines<const N: usize>(
    stdin: &[u8],
    event: &str,
    order: impl Fn([&str; N]) -> Option<(&str, &str, &str)>,
) -> Result<Vec<Update>, GitError> {
    let text = String::from_utf8_lossy(stdin);
    let read = |line: &str| {
        let words: [&str; N] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let (old, new, name) = order(words)?;
        let (old, new) = (
            ObjectId::from_hex(old.as_bytes())?,
            ObjectId::from_hex(new.as_bytes())?,
        );
        let same_width = old.as_bytes().len() == new.as_bytes().len();
        (same_width && !name.is_empty()).then(|| Update {
            name: name.to_owned(),
            old,
            new,
        })
    };
    let malformed = |number| {
        GitError::Malformed(format!(
            "line {number} of {event}'s standard input is malformed"
        ))
    };
    let lines = text
        .split('\n')
        .enumerate()
        .filter(|(_, line)| !line.is_empty());
    lines
        .map(|(at, line)| read(line).ok_or_else(|| malformed(at + 1)))
        .collect()
}

/// Gathers what a set of references brings.
struct Collector<'a> {
    repository: &'a dyn Repository,
    found: Pushed,
    tips: Vec<ObjectId>,
    hidden: Vec<ObjectId>,
    /// Tags and other objects that were looked at already.
    seen: BTreeSet<ObjectId>,
}

impl<'a> Collector<'a> {
    fn new(repository: &'a dyn Repository) -> Self {
        let found = Pushed::default();
        Self {
            repository,
            found,
            tips: Vec::new(),
            hidden: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    /// Takes in updates and what the receiving side is known to have; returns the tip to judge by.
    fn updates(
        &mut self,
        updates: &[Update],
        known: impl Iterator<Item = ObjectId>,
    ) -> Result<Option<ObjectId>, GitError> {
        let mut base = None;
        for id in known {
            self.hide(id)?;
        }
        for update in updates.iter().filter(|update| !update.old.is_zero()) {
            let commit = self.hide(update.old)?;
            if !self.is_here(&update.old)? {
                let note = format!(
                    "the remote's `{}` is at {}, which is not here",
                    update.name,
                    update.old.short()
                );
                self.found.notes.push(note);
            } else if base.is_none() && !update.new.is_zero() {
                base = commit;
            }
        }
        for update in updates.iter().filter(|update| !update.new.is_zero()) {
            if update.old.is_zero() {
                self.name(&update.name);
            }
            self.tip(&update.name, update.new)?;
        }
        Ok(base)
    }

    fn is_here(&self, id: &ObjectId) -> Result<bool, GitError> {
        match self.repository.kind(id) {
            Ok(_) => Ok(true),
            Err(GitError::Missing(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Counts what is reachable from an object as known, if it is here; returns the commit it names.
    fn hide(&mut self, mut id: ObjectId) -> Result<Option<ObjectId>, GitError> {
        loop {
            match self.repository.kind(&id) {
                Ok(ObjectKind::Commit) => {
                    self.hidden.push(id);
                    return Ok(Some(id));
                }
                Ok(ObjectKind::Tag { target, .. }) => {
                    self.seen.insert(id);
                    id = target;
                }
                Ok(_) => {
                    self.seen.insert(id);
                    return Ok(None);
                }
                Err(GitError::Missing(_)) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    /// Adds the name of a reference, without the part that says what kind it is.
    fn name(&mut self, full: &str) {
        let name = full.strip_prefix("refs/").unwrap_or(full);
        let name = name
            .strip_prefix("heads/")
            .or_else(|| name.strip_prefix("tags/"))
            .unwrap_or(name);
        self.text(Place::RefName(name.to_owned()), name.as_bytes());
    }

    fn text(&mut self, place: Place, bytes: &[u8]) {
        self.found.other.texts.push(TextChange {
            place,
            bytes: Arc::from(bytes),
        });
    }

    /// Adds what a reference points at: through tags, each with its message, to a commit or bare content.
    fn tip(&mut self, name: &str, mut id: ObjectId) -> Result<(), GitError> {
        loop {
            let kind = self.repository.kind(&id)?;
            if !matches!(kind, ObjectKind::Commit) && !self.seen.insert(id) {
                return Ok(());
            }
            match kind {
                ObjectKind::Commit => {
                    self.tips.push(id);
                    return Ok(());
                }
                ObjectKind::Tag {
                    target,
                    name,
                    message,
                } => {
                    self.text(Place::TagMessage(name), &message);
                    id = target;
                }
                ObjectKind::Blob => {
                    let (path, new) = (RepoPath::new(name), Some(Content::Blob(id)));
                    let file = FileChange {
                        path,
                        mode: FileMode::Regular,
                        new,
                        old: Vec::new(),
                    };
                    self.found.other.files.push(file);
                    return Ok(());
                }
                ObjectKind::Tree => {
                    for mut file in self.repository.compare(&[], Side::Commit(id))? {
                        file.path =
                            RepoPath::new([name.as_bytes(), b"/", file.path.as_bytes()].concat());
                        self.found.other.files.push(file);
                    }
                    return Ok(());
                }
            }
        }
    }

    fn finish(mut self, base: Option<ObjectId>) -> Result<Pushed, GitError> {
        self.found.base = base;
        self.found.commits = self.repository.walk(&self.tips, &self.hidden)?;
        self.found.other.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(self.found)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Vec<Update>, GitError> {
        read_lines(text.as_bytes(), "pre-push", |[_, new, name, old]| {
            Some((old, new, name))
        })
    }

    #[test]
    fn both_widths_of_ids_and_a_missing_last_line_break_are_read() {
        for width in [40, 64] {
            let (one, zero) = ("1".repeat(width), "0".repeat(width));
            let text = format!(
                "refs/heads/a {one} refs/heads/b {zero}\n(delete) {zero} refs/heads/c {one}"
            );
            let updates = read(&text).unwrap();
            assert_eq!(updates.len(), 2);
            assert_eq!(updates[0].name, "refs/heads/b");
            assert!(updates[0].old.is_zero() && updates[1].new.is_zero());
        }
        assert_eq!(read("").unwrap(), []);
    }

    #[test]
    fn a_malformed_line_is_named_by_its_number() {
        let one = "1".repeat(40);
        let good = format!("a {one} b {one}\n");
        for bad in [
            "x".to_owned(),
            format!("a {one} b"),
            format!("a {one} b {one} c"),
            format!("a {one} b 12"),
            format!("a {one}  {one}"),
            format!("a {one} b {}", "1".repeat(64)),
        ] {
            let error = read(&format!("{good}{bad}\n")).unwrap_err().to_string();
            assert_eq!(
                error, "line 2 of pre-push's standard input is malformed",
                "{bad}"
            );
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_a_value_or_an_error(bytes: Vec<u8>) {
            let _ = read_lines(&bytes, "pre-receive", |[old, new, name]| Some((old, new, name)));
        }
    }
}
