//! The subcommands, one file each: its arguments and what it does with them.

pub(super) mod advisories;
pub(super) mod bandit;
pub(super) mod baseline;
pub(super) mod ci;
pub(super) mod completions;
pub(super) mod demo;
pub(super) mod doctor;
pub(super) mod explain;
pub(super) mod followup;
pub(super) mod hook;
pub(super) mod import;
pub(super) mod init;
pub(super) mod install;
pub(super) mod man;
pub(super) mod merge;
pub(super) mod metrics;
pub(super) mod r#override;
pub(super) mod pip_audit;
pub(super) mod policy;
pub(super) mod report;
pub(super) mod review;
pub(super) mod rules;
pub(super) mod scan;
pub(super) mod status;
pub(super) mod uninstall;
pub(super) mod waiver;
