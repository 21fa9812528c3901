//! Whether git amends a commit. It does not say so to its hooks where the message is given along with it (`-m`, `-F`).
//!
//! Linux tells how git was called. Elsewhere it can only be guessed: an amended commit keeps the author's date, and so
//! does a commit that was made within the same second.

use crate::cli::environment::Environment;
use crate::cli::failure::Failure;
use crate::cli::{Context, gate};
use crate::record::ledger;

/// The commands that make a commit and ask this hook; an alias cannot be called so.
const NO_ALIASES: [&[u8]; 3] = [b"commit", b"merge", b"pull"];

/// Whether git amends the last commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amends {
    /// It was told to.
    Yes,
    /// It was not.
    No,
    /// Nothing says whether it was told to.
    Unknown,
}

impl Amends {
    /// Finds out how git was called.
    pub(super) fn of(environment: &Environment) -> Self {
        environment
            .git_arguments()
            .map_or(Self::Unknown, |arguments| Self::told(&arguments))
    }

    /// An alias that git has not written out says nothing.
    fn told(arguments: &[Vec<u8>]) -> Self {
        let is_amend = |argument: &Vec<u8>| argument.len() > 3 && b"--amend".starts_with(argument);
        if arguments.iter().any(is_amend) {
            Self::Yes
        } else if arguments
            .iter()
            .any(|argument| NO_ALIASES.contains(&&argument[..]))
        {
            Self::No
        } else {
            Self::Unknown
        }
    }
}

/// What the commit says that an amended one takes the place of.
pub(super) struct Replaced {
    /// What it says of the hook's look at it.
    pub(super) evidence: Option<String>,
}

/// Returns the commit that is amended, or that may be amended as far as anybody can tell.
pub(super) fn replaced(context: &Context) -> Result<Option<Replaced>, Failure> {
    let amends = Amends::of(&context.environment);
    if amends == Amends::No {
        return Ok(None);
    }
    let repository = gate::open(context)?;
    let Some(head) = repository.head()? else {
        return Ok(None);
    };
    let commit = repository.commit(&head)?;
    let date = context.environment.text("GIT_AUTHOR_DATE");
    let same_date = date.is_some_and(|date| date.starts_with(&format!("@{} ", commit.info.time)));
    let evidence = ledger::trailer(&commit.message, "Gate-Scan");
    Ok((amends == Amends::Yes || same_date).then_some(Replaced { evidence }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_tell() {
        let told = |line: &str| {
            let arguments: Vec<Vec<u8>> = line.split(' ').map(|a| a.as_bytes().to_vec()).collect();
            Amends::told(&arguments)
        };
        assert_eq!(told("git commit --amend -m x"), Amends::Yes);
        assert_eq!(told("git -C a commit --am -m x"), Amends::Yes);
        assert_eq!(told("git commit -a -m x"), Amends::No);
        assert_eq!(told("git commit --all -m x"), Amends::No);
        assert_eq!(told("git merge topic"), Amends::No);
        assert_eq!(told("git again -m x"), Amends::Unknown);
    }
}
