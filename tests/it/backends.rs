//! One suite for both ways to read a repository: whatever git writes, libgit2 and git's plumbing say the same.

mod changes;
mod commits;
mod differential;
mod formats;
mod index;
mod places;
mod pushes;
mod sample;

use gate_hook::git::Backend;

/// Both backends; every situation is looked at with each.
const BACKENDS: [Backend; 2] = [Backend::Git2, Backend::Plumbing];
