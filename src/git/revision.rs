//! The suffixes `~` and `^` of a revision, followed through the commits as they are stored.
//!
//! libgit2 would follow `info/grafts` instead, and read objects in a way that can hang.

use super::objects::{OBJECT_LIMIT, ObjectType, read_tag};
use super::repository::Backing;
use super::{GitError, ObjectKind};
use crate::input::ObjectId;

/// One step from a commit to an ancestor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// `~n`: n times the first parent.
    Ancestor(usize),
    /// `^n`: the nth parent; 0 is the commit itself.
    Parent(usize),
}

/// Returns the object that a revision names; `named` looks up what is left of the suffixes.
pub(super) fn follow(
    backing: &impl Backing,
    revision: &str,
    named: impl Fn(&str) -> Result<ObjectId, GitError>,
) -> Result<ObjectId, GitError> {
    let (name, steps) = split(revision);
    let mut id = named(name)?;
    for step in steps {
        id = peel(backing, id)?;
        let times = if let Step::Ancestor(times) = step {
            times
        } else {
            1
        };
        for _ in 0..times {
            let parents = backing.raw_commit(&id)?.commit.parents;
            let parent = match step {
                Step::Parent(0) => Some(id),
                Step::Parent(number) => parents.get(number - 1).copied(),
                Step::Ancestor(_) => parents.first().copied(),
            };
            id = parent.ok_or_else(|| GitError::UnknownRevision(revision.to_owned()))?;
        }
    }
    Ok(id)
}

/// Follows tags to what they are on.
fn peel(backing: &impl Backing, mut id: ObjectId) -> Result<ObjectId, GitError> {
    while backing.object_type(&id)? == ObjectType::Tag {
        match read_tag(&id, &backing.object(&id, OBJECT_LIMIT)?.bytes)? {
            ObjectKind::Tag { target, .. } => id = target,
            _ => return Ok(id),
        }
    }
    Ok(id)
}

/// Splits a revision into a name and the steps from there.
fn split(revision: &str) -> (&str, Vec<Step>) {
    let mut name = revision;
    let mut steps = Vec::new();
    loop {
        let rest = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = &name[rest.len()..];
        let Some(number) = (if digits.is_empty() {
            Some(1)
        } else {
            digits.parse().ok()
        }) else {
            break;
        };
        let step = match rest.as_bytes().last() {
            Some(b'~') => Step::Ancestor(number),
            Some(b'^') => Step::Parent(number),
            _ => break,
        };
        steps.push(step);
        name = &rest[..rest.len() - 1];
    }
    steps.reverse();
    (
        if name.is_empty() || name == "@" {
            "HEAD"
        } else {
            name
        },
        steps,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_split_off_the_end() {
        use Step::{Ancestor, Parent};
        let check = |revision: &str, name: &str, steps: &[Step]| {
            assert_eq!(split(revision), (name, steps.to_vec()));
        };
        check("main", "main", &[]);
        check("v1.2", "v1.2", &[]);
        check("HEAD~", "HEAD", &[Ancestor(1)]);
        check(
            "a~12^2^~",
            "a",
            &[Ancestor(12), Parent(2), Parent(1), Ancestor(1)],
        );
        check("@^0", "HEAD", &[Parent(0)]);
        check("a^{tree}", "a^{tree}", &[]);
        check(
            "a~99999999999999999999999",
            "a~99999999999999999999999",
            &[],
        );
    }
}
