//! The Bandit engine: a Python file comes in, what Bandit finds in it goes out.
//!
//! ```text
//! bytes ─► decode, codec ─► parse ─► tree, fstring ─► walk ─► checks ─► shown ─► report
//!              settings ─► plan ────────────────────────┘ ▲       ▲
//!                             nosec, names, position ─────┘       └─ call, chain, literal, listed
//! ```
//!
//! The answers are those of the reference tool, Bandit 1.9.4, down to their order and their columns, for the
//! Python version that the settings name; only the messages are our own. `docs/bandit.md` lists what differs.
//! It must not know git, the other engines, policy, reports, the command line, files, the clock or the
//! environment.

mod call;
mod chain;
mod check;
mod checks;
mod clients;
mod codec;
pub mod config;
mod decode;
mod fstring;
pub mod glob;
mod handlers;
pub mod import;
pub mod imported;
mod lines;
mod listed;
mod literal;
mod names;
mod nosec;
mod parse;
mod passwords;
mod plan;
mod position;
mod printed;
mod quote;
mod report;
mod safety;
mod scanner;
pub mod settings;
mod shell;
mod shown;
mod sql;
mod tree;
mod walk;

pub use check::{Test, test, tests};
pub use lines::CodeLine;
pub use nosec::{NosecNote, NosecProblem};
pub use quote::Quote;
pub use report::{Counts, FileMetrics, FileReport, Issue};
pub use scanner::Scanner;
pub use settings::{PythonVersion, Settings, TestSet};

use crate::rule::RuleMeta;

/// The release of the reference tool whose answers these are.
pub const REFERENCE: &str = "1.9.4";

/// Returns what every test says about itself, sorted by id.
pub fn catalog() -> Vec<&'static RuleMeta> {
    tests().map(|test| &test.meta).collect()
}
