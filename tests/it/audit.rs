//! The audit engine against recorded answers, against the real pip-audit, and against damaged data.

mod commits;
mod damage;
mod differential;
mod front_end;
mod import;
mod policy;
mod recorded;
pub(crate) mod records;
mod shared;
mod update;
mod vectors;
