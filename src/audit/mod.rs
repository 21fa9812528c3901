//! The audit engine: which packages a dependency file asks for, and which of them are known to be vulnerable.
//!
//! Comes in: the content of dependency files, and the advisories through positioned reads that the caller
//! does. Goes out: findings, and in words what could not be judged. It must not know git, the other engines,
//! the policy, reports or the command line; it opens no file and reads no clock.
//!
//! ```text
//! dependency file ─► Manifest { dependencies, problems, notices } ─┐
//!                                                                  ├─► judge ─► findings, notices
//! OSV export ─► build ─► one file ─► Database: package ─► advisories ┘
//! ```

mod dependency;
pub mod lockfiles;
pub mod marker;
mod marker_reader;
pub mod requirement;
pub mod specifier;

pub use dependency::{Demand, Dependency, Evidence, Manifest, PackageName, Problem};
