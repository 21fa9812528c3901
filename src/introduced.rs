//! Findings after the change minus findings before it, over the whole change, for every engine.
//!
//! Comes in: what was found in the new content, on which of its lines the change added something, and how
//! often each fingerprint stood in the old content of each parent. Goes out: for each finding whether the
//! change *introduces* it. A moved line, a renamed file and a re-indented block keep the count of their
//! fingerprints and introduce nothing; a copy of an old secret into a second place raises it.
//!
//! For a merge a finding is introduced only if it is so relative to every parent.

use std::collections::HashMap;

use imara_diff::{Algorithm, Diff, InternedInput};

use crate::finding::{Finding, Fingerprint, Location, Origin};
use crate::input::CommitInfo;

/// A finding with what the subtraction says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// The finding.
    pub finding: Finding,
    /// Whether the change brings it in.
    pub origin: Origin,
    /// The commit that brings it in, where the change is one already.
    pub commit: Option<CommitInfo>,
}

/// How often each fingerprint stood in the old content of one parent.
pub type Before = HashMap<Fingerprint, usize>;

/// The lines of one file that the change added, relative to one parent.
#[derive(Debug, Clone)]
pub enum Added {
    /// All of them: the parent lacks the file, or its content cannot be split into the same lines.
    All,
    /// One flag for each line of the new content.
    Lines(Vec<bool>),
}

impl Added {
    /// Compares two contents line by line; line ends do not count, so a line that only gains its newline is old.
    pub fn between(old: &[u8], new: &[u8]) -> Self {
        // In UTF-16 a line feed byte may be half of another character, so lines of bytes are not lines of text.
        if memchr::memchr(0, new).is_some() || memchr::memchr(0, old).is_some() {
            return Self::All;
        }
        let mut input = InternedInput::default();
        input.update_before(lines(old));
        input.update_after(lines(new));
        let diff = Diff::compute(Algorithm::Histogram, &input);
        Self::Lines(
            (0..input.after.len() as u32)
                .map(|line| diff.is_added(line))
                .collect(),
        )
    }

    /// Returns whether the change added a line of this location; `first_line` is the line the content begins on.
    pub fn touches(&self, location: &Location, first_line: u32) -> bool {
        match self {
            Self::All => true,
            Self::Lines(_) => {
                (location.start.line..=location.end.line).any(|line| self.has(line, first_line))
            }
        }
    }

    /// Returns whether the change added this line; `first_line` is the line the content begins on.
    pub fn has(&self, line: u32, first_line: u32) -> bool {
        match self {
            Self::All => true,
            Self::Lines(added) => {
                let index = line.saturating_sub(first_line) as usize;
                added.get(index).copied().unwrap_or(false)
            }
        }
    }
}

fn lines(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    content
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// One finding of the new content, ready for the subtraction.
#[derive(Debug, Clone)]
pub struct After {
    /// The finding.
    pub finding: Finding,
    /// For each parent, whether the finding stands on a line that is added relative to it.
    pub added: Vec<bool>,
}

/// Returns for each finding whether the change introduces it, given how often each fingerprint stood before.
///
/// `before` has one entry for each parent; without parents everything is introduced.
pub fn subtract(after: &[After], before: &[Before]) -> Vec<Origin> {
    let mut introduced = vec![true; after.len()];
    for (parent, before) in before.iter().enumerate() {
        let mut surplus: HashMap<Fingerprint, isize> = HashMap::new();
        for found in after {
            let fingerprint = found.finding.fingerprint;
            let stood = || {
                -isize::try_from(before.get(&fingerprint).copied().unwrap_or(0))
                    .unwrap_or(isize::MAX)
            };
            *surplus.entry(fingerprint).or_insert_with(stood) += 1;
        }
        // Where only some of several equal findings are new, the later ones are taken for the copies.
        for (index, found) in after.iter().enumerate().rev() {
            let left = surplus.entry(found.finding.fingerprint).or_default();
            if *left > 0 && found.added.get(parent).copied().unwrap_or(true) {
                *left -= 1;
            } else {
                introduced[index] = false;
            }
        }
    }
    let origin = |new| {
        if new {
            Origin::Introduced
        } else {
            Origin::Existing
        }
    };
    introduced.into_iter().map(origin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{
        Category, Confidence, Engine, Excerpt, Place, Position, RepoPath, Severity,
    };
    use crate::rule::RuleMeta;

    static RULE: RuleMeta = RuleMeta {
        id: "test-rule",
        title: "test rule",
        engine: Engine::Secrets,
        category: Category::Credential,
        severity: Severity::High,
        since: "0.1.0",
        page: "A rule for tests.",
        references: &[],
        cwe: None,
    };

    fn after(digest: u8, line: u32, added: &[bool]) -> After {
        let position = |column| Position { line, column };
        let finding = Finding {
            rule: &RULE,
            location: Location {
                place: Place::File(RepoPath::new(*b"a")),
                start: position(1),
                end: position(5),
            },
            severity: Severity::High,
            confidence: Confidence::High,
            message: String::new(),
            excerpt: Excerpt {
                text: String::new(),
                mark: 0..0,
            },
            fingerprint: Fingerprint::new(Engine::Secrets, [digest; 10]),
            inline_allow: None,
            notes: Vec::new(),
            package: None,
        };
        After {
            finding,
            added: added.to_vec(),
        }
    }

    fn before(counts: &[(u8, usize)]) -> Before {
        let fingerprint = |digest| Fingerprint::new(Engine::Secrets, [digest; 10]);
        counts
            .iter()
            .map(|&(digest, count)| (fingerprint(digest), count))
            .collect()
    }

    fn introduced_lines(after: &[After], before: &[Before]) -> Vec<u32> {
        subtract(after, before)
            .into_iter()
            .zip(after)
            .filter(|(origin, _)| *origin == Origin::Introduced)
            .map(|(_, found)| found.finding.location.start.line)
            .collect()
    }

    #[test]
    fn a_moved_value_is_not_introduced_and_a_copied_one_is_once() {
        let moved = [after(1, 9, &[true])];
        assert!(introduced_lines(&moved, &[before(&[(1, 1)])]).is_empty());
        let copied = [after(1, 2, &[false]), after(1, 9, &[true])];
        assert_eq!(introduced_lines(&copied, &[before(&[(1, 1)])]), [9]);
        let copied_above = [after(1, 2, &[true]), after(1, 9, &[false])];
        assert_eq!(introduced_lines(&copied_above, &[before(&[(1, 1)])]), [2]);
    }

    #[test]
    fn an_untouched_line_introduces_nothing_even_when_its_surroundings_make_it_a_finding() {
        assert!(introduced_lines(&[after(1, 2, &[false])], &[before(&[])]).is_empty());
    }

    #[test]
    fn a_merge_introduces_what_no_parent_has() {
        let from_either_side = [after(1, 2, &[false, true]), after(1, 9, &[true, false])];
        let sides = [before(&[(1, 1)]), before(&[(1, 1)])];
        assert!(introduced_lines(&from_either_side, &sides).is_empty());
        let by_hand = [after(2, 5, &[true, true])];
        assert_eq!(introduced_lines(&by_hand, &[before(&[]), before(&[])]), [5]);
        assert!(introduced_lines(&by_hand, &[before(&[]), before(&[(2, 1)])]).is_empty());
    }

    #[test]
    fn without_parents_everything_is_introduced() {
        assert_eq!(introduced_lines(&[after(1, 2, &[])], &[]), [2]);
    }

    #[test]
    fn line_ends_do_not_make_a_line_added() {
        let Added::Lines(added) = Added::between(b"a\nb", b"a\r\nb\nc\n") else {
            panic!("text")
        };
        assert_eq!(added, [false, false, true]);
        let Added::Lines(added) = Added::between(b"", b"x\n") else {
            panic!("text")
        };
        assert_eq!(added, [true]);
    }
}
