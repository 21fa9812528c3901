//! Ranges of commits as people write them.

use super::{GitError, ObjectKind, Repository};
use crate::input::ObjectId;

/// The parts of a range, by the revisions' names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parts<'a> {
    tips: Vec<&'a str>,
    hidden: Vec<&'a str>,
    /// The two sides of `A...B`.
    sides: Option<(&'a str, &'a str)>,
}

/// Returns the commits of a range as people write it: `A..B`, `A...B`, `B` (all of its history), `^A B`.
pub fn range(repository: &dyn Repository, expression: &str) -> Result<Vec<ObjectId>, GitError> {
    let parts = parse(expression)?;
    let commits = |names: &[&str]| {
        names
            .iter()
            .map(|name| commit(repository, name))
            .collect::<Result<Vec<_>, _>>()
    };
    let (tips, hidden) = (commits(&parts.tips)?, commits(&parts.hidden)?);
    let Some((left, right)) = parts.sides else {
        return repository.walk(&tips, &hidden);
    };
    let (left, right) = (commit(repository, left)?, commit(repository, right)?);
    // No commit of one side is an ancestor of one of the other, so one list can follow the other.
    let mut found = repository.walk(&[left], &[&hidden[..], &[right]].concat())?;
    found.extend(repository.walk(&[right], &[&hidden[..], &[left]].concat())?);
    Ok(found)
}

fn commit(repository: &dyn Repository, revision: &str) -> Result<ObjectId, GitError> {
    let id = repository.resolve(revision)?;
    match repository.kind(&id)? {
        ObjectKind::Commit => Ok(id),
        _ => Err(GitError::Malformed(format!("`{revision}` is not a commit"))),
    }
}

/// Returns what an omitted side of a range means.
fn or_head(side: &str) -> &str {
    if side.is_empty() { "HEAD" } else { side }
}

fn parse(expression: &str) -> Result<Parts<'_>, GitError> {
    let mut parts = Parts::default();
    for word in expression.split_whitespace() {
        if let Some((left, right)) = word.split_once("...") {
            parts.sides = Some((or_head(left), or_head(right)));
        } else if let Some((from, to)) = word.split_once("..") {
            parts.hidden.push(or_head(from));
            parts.tips.push(or_head(to));
        } else if let Some(hidden) = word.strip_prefix('^') {
            parts.hidden.push(hidden);
        } else {
            parts.tips.push(word);
        }
    }
    if parts.sides.is_some() && !parts.tips.is_empty() {
        return Err(GitError::Malformed(format!(
            "`{expression}` mixes `A...B` with other revisions"
        )));
    }
    if parts.sides.is_none() && parts.tips.is_empty() {
        return Err(GitError::Malformed(format!(
            "`{expression}` names no commit to look at"
        )));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_spellings_are_understood() {
        let parts = |tips: &[&'static str], hidden: &[&'static str]| Parts {
            tips: tips.to_vec(),
            hidden: hidden.to_vec(),
            sides: None,
        };
        assert_eq!(parse("a..b").unwrap(), parts(&["b"], &["a"]));
        assert_eq!(parse("a..").unwrap(), parts(&["HEAD"], &["a"]));
        assert_eq!(parse("..b").unwrap(), parts(&["b"], &["HEAD"]));
        assert_eq!(parse("b").unwrap(), parts(&["b"], &[]));
        assert_eq!(parse(" ^a\tb\nc").unwrap(), parts(&["b", "c"], &["a"]));
        assert_eq!(parse("a... ^c").unwrap().sides, Some(("a", "HEAD")));
    }

    #[test]
    fn a_range_without_anything_to_look_at_is_refused() {
        for expression in ["", " ", "^a", "a...b c"] {
            assert!(parse(expression).is_err(), "{expression:?}");
        }
    }
}
