//! What a person may ask of every command that looks, whatever it looks at.

use std::path::{Path, PathBuf};

use crate::cli::database;
use crate::cli::failure::Failure;
use crate::cli::rulebook::{Rulebook, utf8};
use crate::finding::{Engine, printable};
use crate::foreign::{self, Imported};

/// What a person may ask of every command that looks.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Options {
    /// The engine to run; may be given several times
    #[arg(long = "engine", value_name = "ENGINE", value_parser = engine)]
    engines: Vec<Engine>,
    /// Decide by this policy file instead of the repository's
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Judge what another tool found as well: a JSON report of Bandit or pip-audit, or a SARIF report
    #[arg(long = "import", value_name = "FILE")]
    imports: Vec<PathBuf>,
    /// Look packages up in this advisory database instead of the user's own
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
}

/// What nobody asked anything of: a hook.
pub(super) static NOTHING: Options = Options {
    engines: Vec::new(),
    policy: None,
    imports: Vec::new(),
    database: None,
};

impl Options {
    /// Returns the engines that run.
    pub(super) fn engines(&self) -> &[Engine] {
        match self.engines.as_slice() {
            [] => ENGINES,
            engines => engines,
        }
    }

    /// Reads the policy file that was named.
    pub(super) fn rulebook(&self) -> Result<Option<Rulebook>, Failure> {
        self.policy.as_deref().map(Rulebook::from_file).transpose()
    }

    /// Returns the advisory database that was named; one that cannot be used is an error at once.
    pub(super) fn database(&self) -> Result<Option<&Path>, Failure> {
        let path = self.database.as_deref();
        path.map(database::open_named).transpose()?;
        Ok(path)
    }

    /// Returns whether reports of other tools are named.
    pub(super) fn imports(&self) -> bool {
        !self.imports.is_empty()
    }

    /// Reads the reports of other tools over a work tree.
    pub(super) fn imported(&self, work_tree: Option<&Path>) -> Result<Imported, Failure> {
        let mut all = Imported::default();
        for path in &self.imports {
            let name = printable(&path.display().to_string());
            let bytes = std::fs::read(path).map_err(|error| {
                let message = format!("{name}: {error}");
                if error.kind() == std::io::ErrorKind::NotFound {
                    Failure::usage(message)
                        .with_hint("did the job that writes it run before this one?")
                } else {
                    Failure::could_not_look(message)
                }
            })?;
            let imported = foreign::read(&utf8(&name, bytes)?, &name, work_tree)
                .map_err(|error| Failure::configuration(format!("{name}: {error}")))?;
            all.findings.extend(imported.findings);
            all.unscanned.extend(imported.unscanned);
            all.notes.extend(imported.notes);
        }
        Ok(all)
    }
}

/// The engines there are.
const ENGINES: &[Engine] = &[Engine::Secrets, Engine::Bandit, Engine::Audit];

fn engine(name: &str) -> Result<Engine, String> {
    let known = |engine: &&Engine| engine.name() == name;
    ENGINES.iter().find(known).copied().ok_or_else(|| {
        let names: Vec<&str> = ENGINES.iter().map(|engine| engine.name()).collect();
        format!("the engines are {}", names.join(", "))
    })
}
