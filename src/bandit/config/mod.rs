//! The reference tool's configuration: the text of a file in, what a scan may be told out.
//!
//! `[tool.bandit]` of a TOML file, a YAML file, and the `[bandit]` section of an INI file, which stands in for the
//! command line. Nothing here opens a file: texts come in, [`ConfigError`]s name the place in them. The sections of
//! single tests are read in `options`, the choice of tests in `profile`, the paths to leave out in `exclude`;
//! `repository` finds the file that counts for a path of a repository.
//!
//! To add an option: a field in `settings.rs`, a line in `options.rs`.

mod error;
mod exclude;
mod ini;
mod options;
mod profile;
mod pyproject;
mod repository;
mod value;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use crate::bandit::check;
use crate::bandit::settings::Options;
use crate::finding::printable;

use value::{Node, Value};

pub use error::{ConfigError, Place};
pub use exclude::{DEFAULT_EXCLUDES, Exclusions};
pub use profile::{Profile, Selection};
pub use repository::{RepositorySettings, settings_for};

/// The names by which old configuration files spoke of the blacklists, each with the section of data it needs.
const LEGACY: [(&str, &str); 3] = [
    ("blacklist_calls", "blacklist_calls"),
    ("blacklist_imports", "blacklist_imports"),
    ("blacklist_import_func", "blacklist_imports"),
];

/// What is scanned in a directory if nothing is configured.
const INCLUDE: [&str; 2] = ["*.py", "*.pyw"];
/// What is scanned in a directory as soon as there is a configuration file that does not say it.
const INCLUDE_CONFIGURED: [&str; 1] = ["*.py"];

/// A configuration file that has been read.
#[derive(Debug, Clone)]
pub struct Config {
    file: String,
    root: Option<Node>,
}

impl Config {
    /// Returns the configuration that holds without a file.
    pub fn none() -> Self {
        Self {
            file: String::new(),
            root: None,
        }
    }

    /// Reads a configuration file: TOML if it is named so, else YAML.
    #[expect(
        clippy::case_sensitive_file_extension_comparisons,
        reason = "the reference tool takes `X.TOML` for YAML"
    )]
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, ConfigError> {
        let read = || {
            let text = text(bytes)?;
            let root = if file.ends_with(".toml") {
                let empty = Node {
                    value: Value::Table(Vec::new()),
                    place: Place { line: 1, column: 1 },
                };
                pyproject::read(text)?.unwrap_or(empty)
            } else {
                yaml::read(text)?
            };
            match root.value {
                Value::Table(_) => Ok(root),
                _ => Err(ConfigError::at(root.place, "the file holds no settings")
                    .hint("settings are `name: value` lines; without any, leave out `-c`")),
            }
        };
        let config = Self {
            file: file.to_owned(),
            root: Some(read().map_err(|error| error.in_file(file))?),
        };
        config
            .refuse_legacy()
            .map_err(|error| error.in_file(file))?;
        Ok(config)
    }

    /// Returns the patterns of file names that are scanned in a directory.
    pub fn include(&self) -> Result<Vec<String>, ConfigError> {
        let default: &[&str] = if self.root.is_none() {
            &INCLUDE
        } else {
            &INCLUDE_CONFIGURED
        };
        let found = self.texts("include")?;
        if found.is_empty() {
            return Ok(default.iter().map(|&pattern| pattern.to_owned()).collect());
        }
        Ok(found)
    }

    /// Returns what is left out of a scan.
    pub fn exclude_dirs(&self) -> Result<Vec<String>, ConfigError> {
        match self.get("exclude_dirs").filter(|node| node.truthy()) {
            Some(node) => node
                .list("exclude_dirs")
                .map_err(|error| error.in_file(&self.file)),
            None => Ok(Vec::new()),
        }
    }

    /// Returns the profile of this name, or without a name the tests that the file asks for and leaves out.
    pub fn profile(&self, name: Option<&str>) -> Result<Profile, ConfigError> {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return Ok(Profile {
                include: self.texts("tests")?.into_iter().collect(),
                exclude: self.texts("skips")?.into_iter().collect(),
            });
        };
        let found = self.get("profiles").and_then(|profiles| profiles.get(name));
        let Some(profile) = found else {
            let error = ConfigError::new(format!("there is no profile `{name}`"))
                .hint("profiles stand in the section `profiles` of the file that `-c` names");
            return Err(error.in_file(&self.file));
        };
        let ids = |key| -> Result<BTreeSet<String>, ConfigError> {
            let names = named(profile, key).map_err(|error| error.in_file(&self.file))?;
            Ok(names.into_iter().map(id_of).collect())
        };
        Ok(Profile {
            include: ids("include")?,
            exclude: ids("exclude")?,
        })
    }

    /// Returns the options of single tests. What may surprise is noted in `warnings`.
    pub fn options(&self, warnings: &mut Vec<String>) -> Result<Options, ConfigError> {
        match &self.root {
            Some(root) => {
                let mut found = Vec::new();
                let options =
                    options::read(root, &mut found).map_err(|error| error.in_file(&self.file))?;
                let file = printable(&self.file);
                warnings.extend(found.into_iter().map(|text| format!("{file}: {text}")));
                Ok(options)
            }
            None => Ok(Options::default()),
        }
    }

    /// Old files could bring blacklists of their own. The reference tool still asks for that data where a profile
    /// names it, but no longer finds anything with it; here both are errors.
    fn refuse_legacy(&self) -> Result<(), ConfigError> {
        let Some(profiles) = self.get("profiles") else {
            return Ok(());
        };
        let Value::Table(profiles) = &profiles.table("profiles")?.value else {
            return Ok(());
        };
        for (name, profile) in profiles {
            profile.table(&format!("profiles.{name}"))?;
            for key in ["include", "exclude"] {
                let names = named(profile, key)?;
                for (legacy, section) in LEGACY {
                    if !names.iter().any(|name| name == legacy) {
                        continue;
                    }
                    let message = match self.get(section) {
                        Some(_) => {
                            format!("`{legacy}` with data of its own in `{section}` finds nothing")
                        }
                        None => format!("`{legacy}` needs data in a section `{section}`"),
                    };
                    return Err(ConfigError::at(profile.place, message)
                        .hint("name `B001` for all blacklists, or single ids such as `B307`"));
                }
            }
        }
        Ok(())
    }

    fn texts(&self, key: &str) -> Result<Vec<String>, ConfigError> {
        match self.get(key).filter(|node| node.truthy()) {
            Some(node) => node.texts(key).map_err(|error| error.in_file(&self.file)),
            None => Ok(Vec::new()),
        }
    }

    fn get(&self, key: &str) -> Option<&Node> {
        self.root.as_ref()?.get(key)
    }
}

/// Reads the `[bandit]` section of an INI file: option names in lower case, values as they are written.
pub fn read_ini(file: &str, bytes: &[u8]) -> Result<BTreeMap<String, String>, ConfigError> {
    text(bytes)
        .and_then(ini::read)
        .map_err(|error| error.in_file(file))
}

fn text(bytes: &[u8]) -> Result<&str, ConfigError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |at| at + 1) + 1;
        ConfigError::at(Place { line, column }, "the file is not UTF-8")
    })
}

fn named(profile: &Node, key: &str) -> Result<Vec<String>, ConfigError> {
    match profile.get(key).filter(|node| node.truthy()) {
        Some(node) => node.texts(key),
        None => Ok(Vec::new()),
    }
}

/// Returns the id of the test of this name; what is no name is taken for an id.
fn id_of(name: String) -> String {
    check::tests()
        .find(|test| test.name == name)
        .map_or(name, |test| test.id().to_owned())
}

#[cfg(test)]
mod tests;
