//! What `pre-commit` has scanned, so that `prepare-commit-msg` can tell whether it is what gets committed.
//!
//! A few short lines, because it is written and read during every commit.

use std::fmt::Write as _;

use super::RecordError;
use crate::finding::printable;

/// The path of the record inside the git directory.
pub const FILE: &str = "gate-hook/scanned";
/// The name and version of the format, its first line.
const FORMAT: &str = "gate-hook-scanned/3";

/// What the scan ended in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The change may be committed.
    Passed,
    /// It may not: something blocks, or could not be looked at.
    Blocked,
}

/// A commit in the making, as far as it can be known without opening the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// What identifies the process of git that runs the hooks.
    pub git: String,
    /// Whether that process is known to be git, and not a hook manager or a shell in between.
    pub git_is_certain: bool,
    /// What identifies the state of the index.
    pub index_stamp: Vec<u8>,
    /// What `HEAD` holds and points at.
    pub head: String,
}

/// One scan of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// What was scanned.
    pub commit: Commit,
    /// What the scan ended in.
    pub ending: Ending,
    /// The digest of everything that decided; nothing where no policy had to be read.
    pub policy_digest: Option<String>,
    /// Whether the policy has no secret rules of the team's own. False where no policy had to be read.
    pub builtin_rules_only: bool,
    /// What is to be written into the message as evidence, where the policy asks for that.
    pub trailer: Option<String>,
}

/// How a scan fits a commit in the making.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It is of another commit.
    Other,
    /// It is of this commit, and the index was changed since or did not pass.
    Outdated,
    /// It is of this commit and of what is being committed.
    Current,
}

impl Scanned {
    /// Returns how the scan fits a commit in the making.
    pub fn fit(&self, now: &Commit) -> Fit {
        let holds = self.commit.index_stamp == now.index_stamp && self.ending == Ending::Passed;
        let same_git = self.commit.git == now.git;
        let certain = self.commit.git_is_certain && now.git_is_certain;
        // Behind a hook manager each event has a parent of its own; then what passed on top of the same commit
        // counts. Once the commit is made, `HEAD` has moved.
        if same_git || (!certain && holds && self.commit.head == now.head) {
            if holds { Fit::Current } else { Fit::Outdated }
        } else {
            Fit::Other
        }
    }

    /// Returns the process of git for which `prepare-commit-msg` has nothing to do that `commit-msg` does not do as
    /// well. The shim asks for it, to save the start of the program; `-` stands for none.
    fn settled(&self) -> String {
        let is_settled =
            self.commit.git_is_certain && self.ending == Ending::Passed && self.trailer.is_none();
        if is_settled {
            printable(&self.commit.git)
        } else {
            "-".to_owned()
        }
    }

    /// Returns the record as text.
    pub fn to_text(&self) -> String {
        let mut index = String::new();
        for byte in &self.commit.index_stamp {
            write!(index, "{byte:02x}").expect("writing to a string does not fail");
        }
        let ending = match self.ending {
            Ending::Passed => "passed",
            Ending::Blocked => "blocked",
        };
        let known = if self.commit.git_is_certain {
            "certain"
        } else {
            "parent"
        };
        let rules = if self.builtin_rules_only {
            "builtin"
        } else {
            "any"
        };
        let git = printable(&self.commit.git);
        let head = printable(&self.commit.head);
        let digest = printable(self.policy_digest.as_deref().unwrap_or("-"));
        let trailer = printable(self.trailer.as_deref().unwrap_or("-"));
        let settled = self.settled();
        format!(
            "{FORMAT}\nsettled {settled}\ngit {known} {git}\nindex {index}\nhead {head}\nverdict {ending}\npolicy {digest}\nrules {rules}\ntrailer {trailer}\n"
        )
    }

    /// Reads a record.
    pub fn from_text(text: &str) -> Result<Self, RecordError> {
        let mut lines = text.lines();
        let format = lines.next().unwrap_or_default();
        if format != FORMAT {
            return Err(RecordError::Format {
                found: printable(format),
                expected: FORMAT,
            });
        }
        let mut value = |key: &'static str| {
            let line = lines
                .next()
                .and_then(|line| line.strip_prefix(key)?.strip_prefix(' '));
            line.ok_or_else(|| RecordError::damaged(&format!("no `{key}`")))
        };
        let settled = value("settled")?;
        let (known, git) = value("git")?
            .split_once(' ')
            .ok_or_else(|| RecordError::damaged("`git` lacks a word"))?;
        let commit = Commit {
            git: git.to_owned(),
            git_is_certain: choice(known, "certain", "parent", "git")?,
            index_stamp: hex(value("index")?)
                .ok_or_else(|| RecordError::damaged("`index` is not hexadecimal"))?,
            head: value("head")?.to_owned(),
        };
        let passed = choice(value("verdict")?, "passed", "blocked", "verdict")?;
        let policy = value("policy")?;
        let record = Self {
            commit,
            ending: if passed {
                Ending::Passed
            } else {
                Ending::Blocked
            },
            policy_digest: (policy != "-").then(|| policy.to_owned()),
            builtin_rules_only: choice(value("rules")?, "builtin", "any", "rules")?,
            trailer: Some(value("trailer")?)
                .filter(|trailer| *trailer != "-")
                .map(str::to_owned),
        };
        if settled != record.settled() {
            return Err(RecordError::damaged("`settled` is not what the rest says"));
        }
        if !text.ends_with('\n') || lines.next().is_some() {
            return Err(RecordError::damaged("it does not end where it should"));
        }
        Ok(record)
    }
}

/// Returns which of two words stands there.
fn choice(word: &str, yes: &str, no: &str, key: &str) -> Result<bool, RecordError> {
    match word {
        word if word == yes => Ok(true),
        word if word == no => Ok(false),
        _ => Err(RecordError::damaged(&format!(
            "`{key}` is neither `{yes}` nor `{no}`"
        ))),
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).map(|digit| digit as u8);
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(git: &str, git_is_certain: bool, stamp: u8) -> Commit {
        let head = "ref: refs/heads/main 12".to_owned();
        Commit {
            git: git.to_owned(),
            git_is_certain,
            index_stamp: vec![0, 1, 0xab, stamp],
            head,
        }
    }

    fn scan(commit: Commit, ending: Ending) -> Scanned {
        Scanned {
            commit,
            ending,
            policy_digest: Some("p-12".to_owned()),
            builtin_rules_only: true,
            trailer: Some("0f12 passed".to_owned()),
        }
    }

    #[test]
    fn a_record_reads_back() {
        for ending in [Ending::Passed, Ending::Blocked] {
            let record = scan(commit("7-99", true, 0xff), ending);
            assert_eq!(Scanned::from_text(&record.to_text()), Ok(record));
        }
        let bare = Scanned {
            policy_digest: None,
            builtin_rules_only: false,
            trailer: None,
            ..scan(commit("7", false, 1), Ending::Passed)
        };
        assert_eq!(
            bare.to_text(),
            "gate-hook-scanned/3\nsettled -\ngit parent 7\nindex 0001ab01\nhead ref: refs/heads/main 12\nverdict passed\npolicy -\nrules any\ntrailer -\n"
        );
        assert_eq!(Scanned::from_text(&bare.to_text()), Ok(bare));
    }

    #[test]
    fn whatever_is_cut_or_changed_is_refused() {
        let text = scan(commit("7-99", true, 0xff), Ending::Passed).to_text();
        for end in 0..text.len() {
            assert!(
                Scanned::from_text(&text[..end]).is_err(),
                "{}",
                &text[..end]
            );
        }
        for (from, to) in [
            ("/3\n", "/1\n"),
            ("settled -", "settled 7-99"),
            ("0001", "00zz"),
            ("0001", "001"),
            ("passed", "pass"),
            ("certain", "sure"),
        ] {
            assert!(Scanned::from_text(&text.replace(from, to)).is_err(), "{to}");
        }
        assert!(Scanned::from_text(&format!("{text}more\n")).is_err());
    }

    #[test]
    fn a_record_counts_for_the_commit_it_was_made_in() {
        let record = scan(commit("7-99", true, 1), Ending::Passed);
        assert_eq!(record.fit(&commit("7-99", true, 1)), Fit::Current);
        assert_eq!(
            record.fit(&commit("7-99", true, 2)),
            Fit::Outdated,
            "a later hook staged more"
        );
        assert_eq!(
            record.fit(&commit("8-99", true, 1)),
            Fit::Other,
            "an older commit with the same tree"
        );
        let blocked = scan(commit("7-99", true, 1), Ending::Blocked);
        assert_eq!(blocked.fit(&commit("7-99", true, 1)), Fit::Outdated);
    }

    #[test]
    fn behind_a_hook_manager_what_passed_on_the_same_commit_counts() {
        let record = scan(commit("7", false, 1), Ending::Passed);
        assert_eq!(record.fit(&commit("8", false, 1)), Fit::Current);
        assert_eq!(record.fit(&commit("8", false, 2)), Fit::Other);
        let moved = Commit {
            head: "ref: refs/heads/main 34".to_owned(),
            ..commit("8", false, 1)
        };
        assert_eq!(
            record.fit(&moved),
            Fit::Other,
            "the commit was made; this is the next one"
        );
    }
}
