//! Which configuration counts for a path of a repository.
//!
//! The file that the policy names; else the nearest `pyproject.toml` with a section `[tool.bandit]`, from the path's
//! own directory up to the root; else the nearest `.bandit`; else none. Content comes from a function that is given,
//! so that it is the content git has and not what lies in the work tree.

use crate::bandit::settings::Settings;

use super::error::ConfigError;
use super::exclude::Exclusions;
use super::{Config, pyproject, read_ini, text};

/// What counts for the files of one directory.
#[derive(Debug, Clone, PartialEq)]
pub struct RepositorySettings {
    /// The file it comes from, relative to the root of the repository.
    pub file: Option<String>,
    /// What a scan may be told.
    pub settings: Settings,
    /// What may surprise in the file, safe to print.
    pub warnings: Vec<String>,
    exclusions: Exclusions,
}

impl RepositorySettings {
    /// Returns whether the configuration leaves out a path, relative to the root of the repository.
    pub fn leave_out(&self, path: &str) -> bool {
        // People write entries for `bandit -r .` as well as for `bandit -r src`.
        self.exclusions.leave_out(path) || self.exclusions.leave_out(&format!("./{path}"))
    }
}

/// Returns what counts for the files of a directory (`""` is the root; no slash at the end).
///
/// `configured` is the file that the policy names, `lookup` returns the content of a file of the repository.
pub fn settings_for(
    directory: &str,
    configured: Option<&str>,
    lookup: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<RepositorySettings, ConfigError> {
    if let Some(file) = configured {
        let file = file.strip_prefix("./").unwrap_or(file);
        let Some(bytes) = lookup(file) else {
            return Err(
                ConfigError::new("the file that `[bandit].config` names does not exist")
                    .hint("correct the name, or take the key out")
                    .in_file(file),
            );
        };
        return if looks_like_ini(&bytes) {
            from_ini(file, &bytes, lookup)
        } else {
            from_config(file, &bytes)
        };
    }
    for file in upwards(directory, "pyproject.toml") {
        if let Some(bytes) = lookup(&file)
            && has_section(&file, &bytes)?
        {
            return from_config(&file, &bytes);
        }
    }
    for file in upwards(directory, ".bandit") {
        if let Some(bytes) = lookup(&file) {
            return if looks_like_ini(&bytes) {
                from_ini(&file, &bytes, lookup)
            } else {
                from_config(&file, &bytes)
            };
        }
    }
    Ok(RepositorySettings {
        file: None,
        settings: Settings::default(),
        warnings: Vec::new(),
        exclusions: Exclusions::default(),
    })
}

/// Returns the paths at which a file of this name may stand, from a directory up to the root.
fn upwards<'d>(directory: &'d str, name: &'d str) -> impl Iterator<Item = String> + 'd {
    let inner = std::iter::successors(Some(directory).filter(|d| !d.is_empty()), |inner| {
        inner.rsplit_once('/').map(|(outer, _)| outer)
    });
    inner
        .map(move |directory| format!("{directory}/{name}"))
        .chain([name.to_owned()])
}

/// Whether the section is there is also asked of files that are no business of this tool, so it is asked only where
/// its name occurs.
fn has_section(file: &str, bytes: &[u8]) -> Result<bool, ConfigError> {
    if memchr::memmem::find(bytes, b"bandit").is_none() {
        return Ok(false);
    }
    text(bytes)
        .and_then(pyproject::read)
        .map(|section| section.is_some())
        .map_err(|error| error.in_file(file))
}

/// A `.bandit` is an INI file by design, but many are YAML files that people pass with `-c`.
fn looks_like_ini(bytes: &[u8]) -> bool {
    bytes
        .split(|byte| *byte == b'\n')
        .any(|line| line.trim_ascii_start().starts_with(b"[bandit]"))
}

fn from_config(file: &str, bytes: &[u8]) -> Result<RepositorySettings, ConfigError> {
    let config = Config::read(file, bytes)?;
    let profile = config.profile(None)?;
    finish(file, &config, &profile, Vec::new())
}

fn from_ini(
    file: &str,
    bytes: &[u8],
    lookup: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<RepositorySettings, ConfigError> {
    let options = read_ini(file, bytes)?;
    let option = |name: &str| {
        options
            .get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    };
    let config = match option("configfile") {
        Some(named) => {
            let named = named.strip_prefix("./").unwrap_or(named);
            let bytes = lookup(named).ok_or_else(|| {
                ConfigError::new(format!(
                    "the file that `configfile` names does not exist: {named}"
                ))
                .in_file(file)
            })?;
            Config::read(named, &bytes)?
        }
        None => Config::none(),
    };
    let mut profile = config.profile(option("profile"))?;
    profile.add(
        option("tests").unwrap_or_default(),
        option("skips").unwrap_or_default(),
    );
    let exclude = option("exclude").unwrap_or_default();
    let exclude = exclude.split(',').filter(|entry| !entry.is_empty());
    let mut found = finish(
        file,
        &config,
        &profile,
        exclude.map(str::to_owned).collect(),
    )?;
    found.settings.ignore_nosec = option("ignore-nosec").is_some();
    Ok(found)
}

fn finish(
    file: &str,
    config: &Config,
    profile: &super::Profile,
    exclude: Vec<String>,
) -> Result<RepositorySettings, ConfigError> {
    let mut warnings = Vec::new();
    let options = config.options(&mut warnings)?;
    let selection = profile.select().map_err(|error| error.in_file(file))?;
    if selection.tests.is_empty() {
        return Err(ConfigError::new("no test would run")
            .hint("ids are written like `B101`, names are not understood")
            .in_file(file));
    }
    for id in &selection.unknown {
        warnings.push(format!(
            "{}: there is no test `{id}`",
            crate::finding::printable(file)
        ));
    }
    Ok(RepositorySettings {
        file: Some(file.to_owned()),
        settings: Settings {
            tests: selection.tests,
            options,
            ..Settings::default()
        },
        warnings,
        exclusions: Exclusions::new(config.exclude_dirs()?, exclude, |_| false),
    })
}
