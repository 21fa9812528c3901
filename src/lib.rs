//! gate-hook stands between `git commit` and a security incident.
//!
//! ```text
//! git change ─► touched files ─► secrets │ bandit │ audit ─► findings ─► introduced
//!      ─► policy (thresholds, phase, override) ─► verdict ─► report to people and machines
//!                                                         └► record for `explain`, `override`, metrics
//! ```
//!
//! Data flows one way. Which module may know which stands as a table in `tests/it/layers.rs`.

pub mod audit;
pub mod bandit;
pub mod catalog;
pub mod cli;
pub mod finding;
pub mod foreign;
pub mod git;
pub mod input;
pub mod introduced;
pub mod policy;
pub mod receipt;
pub mod record;
pub mod report;
pub mod rule;
pub mod scan;
pub mod secrets;
