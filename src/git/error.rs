//! What can go wrong between git and us.

use std::fmt::Display;
use std::path::PathBuf;

use crate::finding::printable;
use crate::input::ObjectId;

/// Why git could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no repository at the place.
    #[error("`{}` is not inside a git repository", .0.display())]
    NotARepository(PathBuf),
    /// An object that is needed is not in the object store (shallow or partial clone).
    #[error("object {0} is missing (shallow or partial clone?)")]
    Missing(ObjectId),
    /// A blob is larger than the limit.
    #[error("blob {id} has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// The blob.
        id: ObjectId,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A revision does not name anything.
    #[error("`{0}` is not a revision of this repository")]
    UnknownRevision(String),
    /// Input that git or the user gave is not of its form.
    #[error("{0}")]
    Malformed(String),
    /// Neither backend could read the repository, its index or an object.
    #[error("{what}: {reason}")]
    Unreadable {
        /// What could not be read.
        what: String,
        /// What the backend said.
        reason: String,
    },
}

impl GitError {
    /// Makes the error of something that could not be read; the reason may quote the repository.
    pub(super) fn unreadable(what: impl Into<String>, reason: impl Display) -> Self {
        // git gives its advice over several lines.
        let reason = reason
            .to_string()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let (what, reason) = (what.into(), printable(&reason));
        Self::Unreadable { what, reason }
    }
}
