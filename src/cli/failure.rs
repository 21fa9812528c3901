//! Errors become what people and scripts see: a kind, a message, a hint and an exit code.
//!
//! Comes in: the errors of every layer. Goes out: one [`Failure`], printed to standard error as
//! `gate-hook: error: …` with an indented `hint: …`. This is the only place that chooses exit codes for errors.

use std::process::ExitCode;

use crate::bandit::config::ConfigError;
use crate::finding::NotAFingerprint;
use crate::git::GitError;
use crate::policy::PolicyError;
use crate::scan::ScanError;

/// How a run ends. The numbers are documented and never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing stops the change; warnings may have been shown.
    Passed = 0,
    /// The policy stops the change.
    Blocked = 1,
    /// The command line, the policy or another file that a person writes is wrong.
    Misused = 2,
    /// Something could not be looked at, so nothing can be said.
    CouldNotLook = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Usage,
    Configuration,
    CouldNotLook,
}

/// Why a command could not do its work, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    kind: Kind,
    /// What is wrong: a lower-case fragment without a final period, safe to print.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Failure {
    /// The command line does not make sense: exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// A file that a person writes is wrong: exit code 2.
    pub fn configuration(message: impl Into<String>) -> Self {
        Self::new(Kind::Configuration, message)
    }

    /// The repository, a file or a program could not be read: exit code 3.
    pub fn could_not_look(message: impl Into<String>) -> Self {
        Self::new(Kind::CouldNotLook, message)
    }

    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Returns the exit code that stands for this kind of failure.
    pub fn exit(&self) -> Exit {
        match self.kind {
            Kind::Usage | Kind::Configuration => Exit::Misused,
            Kind::CouldNotLook => Exit::CouldNotLook,
        }
    }
}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Self {
        let message = crate::finding::printable(&error.to_string());
        match error {
            GitError::NotARepository(_) => Self::usage(message)
                .with_hint("run it inside a repository, or name files: `gate-hook scan PATH…`"),
            GitError::UnknownRevision(_) => {
                Self::usage(message).with_hint("`git rev-parse REVISION` shows what git makes of it")
            }
            GitError::Malformed(_) => Self::usage(message),
            GitError::Missing(_) => Self::could_not_look(message)
                .with_hint("fetch what is missing, for example with `git fetch --unshallow`"),
            GitError::TooLarge { .. } => Self::could_not_look(message)
                .with_hint("exclude its path with `paths.exclude` in gate-hook.toml if it may go unscanned"),
            GitError::Unreadable { .. } => Self::could_not_look(message)
                .with_hint("`git fsck` tells whether the repository is damaged; `gate-hook doctor` what is supported"),
        }
    }
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Git(error) => error.into(),
            ScanError::Configuration { message, hint } => Self {
                hint,
                ..Self::configuration(message)
            },
        }
    }
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        let hint = error.hint.clone();
        Self {
            hint,
            ..Self::configuration(crate::finding::printable(&error.to_string()))
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let hint = error.hint.clone();
        Self {
            hint,
            ..Self::configuration(error.to_string())
        }
    }
}

impl From<NotAFingerprint> for Failure {
    fn from(error: NotAFingerprint) -> Self {
        Self::usage(error.to_string())
            .with_hint("reports show each finding's fingerprint, for example `s-0123…`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_documented_exit_codes() {
        assert_eq!(Failure::usage("x").exit() as u8, 2);
        assert_eq!(Failure::configuration("x").exit() as u8, 2);
        assert_eq!(Failure::could_not_look("x").exit() as u8, 3);
    }

    #[test]
    fn a_missing_object_is_never_a_usage_error() {
        let unreadable = GitError::Unreadable {
            what: "index".into(),
            reason: "bad\u{1b}[2J".into(),
        };
        let failure = Failure::from(unreadable);
        assert_eq!(failure.exit(), Exit::CouldNotLook);
        assert!(!failure.message.contains('\u{1b}'));
    }
}
