//! The audit engine: which packages a dependency file asks for, and which of them are known to be vulnerable.
//!
//! Comes in: the content of dependency files, and the advisories through positioned reads that the caller
//! does. Goes out: findings, and in words what could not be judged. It must not know git, the other engines,
//! the policy, reports or the command line; it opens no file and reads no clock.
//!
//! ```text
//! dependency file ─► Manifest { dependencies, problems, notices } ─┐
//!                                                                  ├─► judge ─► findings, problems, notices
//! OSV export ─► Builder ─► one file ─► Database ─► advisories ─────┘
//! ```

mod admitted;
mod advisory;
mod build;
mod database;
mod dependency;
mod import;
mod judge;
pub mod lockfiles;
pub mod marker;
mod marker_reader;
mod ranges;
pub mod requirement;
mod rules;
mod severity;
pub mod specifier;
mod starter;
mod version;

pub use advisory::Advisory;
pub use build::{BuildError, Builder};
pub use database::{About, Database, DatabaseError, Package, ReadAt, Texts};
pub use dependency::{Demand, Dependency, Evidence, Manifest, PackageName, Problem};
pub use import::{ImportError, Imported, import, rate};
pub use judge::{Judged, judge};
pub use ranges::Reading;
pub use rules::{MALICIOUS, UNPINNED, VULNERABLE, catalog};
pub use starter::starter;
pub use version::Version;
