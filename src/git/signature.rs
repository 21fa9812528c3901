//! Who signed a commit, as git itself verifies it: with the keys and settings of this machine.
//!
//! A commit without a signature starts no program. Git is asked only where there is one, and trusts what it is
//! configured to trust (`gpg.ssh.allowedSignersFile`, the key ring); this module judges nothing.

use std::path::Path;

use super::program::Program;
use super::{GitError, ObjectType, Repository};
use crate::input::ObjectId;

/// The largest commit that is read.
const COMMIT_LIMIT: u64 = 16 << 20;

/// What there is to say of the signature of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// There is none.
    None,
    /// It is good, by somebody whose key this machine knows: as git calls them.
    By(String),
    /// It does not hold: the commit was changed, or the key is expired or revoked.
    Bad,
    /// Nothing can be said: the key is not known here, or there is no program to verify it.
    Unknown,
}

/// Returns what there is to say of the signature of a commit. `git` is the absolute path of the program.
pub fn signature(
    repository: &dyn Repository,
    git: Option<&Path>,
    id: &ObjectId,
) -> Result<Signature, GitError> {
    let commit = repository.object(id, ObjectType::Commit, COMMIT_LIMIT)?;
    if !is_signed(&commit) {
        return Ok(Signature::None);
    }
    let Some(git) = git else {
        return Ok(Signature::Unknown);
    };
    let program = Program::new(git, None, None)?;
    let name = id.to_string();
    let arguments = ["rev-list", "--max-count=1", "--format=%G?%n%GS", &name];
    let output = program.output(&arguments, None)?;
    Ok(verified(&output))
}

/// Returns whether the header of a commit holds a signature.
fn is_signed(commit: &[u8]) -> bool {
    commit
        .split(|&byte| byte == b'\n')
        .take_while(|line| !line.is_empty())
        .any(|line| line.starts_with(b"gpgsig ") || line.starts_with(b"gpgsig-sha256 "))
}

/// Reads what git says: the line of the commit, a letter, and who it is.
fn verified(output: &[u8]) -> Signature {
    let text = String::from_utf8_lossy(output);
    let mut lines = text.lines().skip(1);
    let letter = lines.next().unwrap_or_default();
    let signer = lines.next().unwrap_or_default().trim();
    match letter {
        "G" if !signer.is_empty() => Signature::By(signer.to_owned()),
        // Bad, expired, by an expired key, by a revoked key.
        "B" | "X" | "Y" | "R" => Signature::Bad,
        _ => Signature::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_header_of_a_commit_can_be_signed() {
        let commit = |header: &str, body: &str| format!("tree 12\nauthor A\n{header}\n{body}");
        assert!(is_signed(commit("gpgsig -----BEGIN\n x\n", "x").as_bytes()));
        assert!(is_signed(commit("gpgsig-sha256 x\n", "x").as_bytes()));
        assert!(!is_signed(commit("", "gpgsig x").as_bytes()));
        assert!(!is_signed(
            commit("encoding x\n gpgsig x\n", "x").as_bytes()
        ));
    }

    #[test]
    fn a_letter_of_git_says_what_a_signature_is_worth() {
        let of = |letter: &str| verified(format!("commit 12\n{letter}\nBob <bob@x>\n").as_bytes());
        assert_eq!(of("G"), Signature::By("Bob <bob@x>".to_owned()));
        for letter in ["B", "X", "Y", "R"] {
            assert_eq!(of(letter), Signature::Bad, "{letter}");
        }
        for letter in ["U", "E", "N", ""] {
            assert_eq!(of(letter), Signature::Unknown, "{letter}");
        }
        assert_eq!(verified(b"commit 12\nG\n\n"), Signature::Unknown);
    }
}
