//! What is to be audited: requirements files or a project, narrowed to one Python on one platform.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::Arguments;
use crate::audit::lockfiles;
use crate::audit::marker::{Environment, Marker};
use crate::audit::{Demand, Dependency, Manifest, PackageName, Problem, Version};
use crate::cli::Context;
use crate::cli::failure::Failure;
use crate::finding::{RepoPath, printable};

/// Few dependency files are larger.
const USUAL: usize = 16 << 10;
/// No dependency file is larger.
const LIMIT: u64 = 64 << 20;
/// The Python that markers are evaluated for, unless another is asked for.
const PYTHON: &str = "3.12";
/// The lock files of a project, in the order in which the first kinds that are there count.
const LOCKS: &[&str] = &["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"];

/// One package of the report.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) name: PackageName,
    pub(super) what: What,
}

/// Which version, or why none.
#[derive(Debug, Clone)]
pub(super) enum What {
    Version(Version),
    Skipped(String),
}

/// Everything that is to be audited.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// The packages, in the order of the files, each name and version once.
    pub(super) items: Vec<Item>,
    /// The names as they are written, each with the key of its version or with the reason to skip it.
    seen: HashSet<(String, Vec<u8>)>,
}

impl Inputs {
    /// Reads the files; what cannot be audited is added to `errors`.
    pub(super) fn gather(
        arguments: &Arguments,
        context: &Context,
        errors: &mut Vec<String>,
    ) -> Result<Self, Failure> {
        let files = files(arguments)?;
        let narrowed = arguments.project_path.is_none()
            || arguments.python_version.is_some()
            || arguments.platform.is_some();
        let environment = environment(arguments)?;
        let current = context.environment.current_dir()?;
        let mut inputs = Self::default();
        let mut hashes = Vec::new();
        for file in files {
            let mut manifest = match read(&file, &current) {
                Ok(manifest) => manifest,
                Err(error) => {
                    errors.push(format!(
                        "{} cannot be read: {error}",
                        printable(&file.display().to_string())
                    ));
                    continue;
                }
            };
            if narrowed {
                manifest
                    .dependencies
                    .retain(|dependency| applies(dependency, &environment));
            }
            errors.extend(
                manifest
                    .problems
                    .iter()
                    .map(|problem| shown(problem, &current)),
            );
            if arguments.project_path.is_none() {
                hashes.extend(hash_errors(&manifest, arguments.require_hashes, &current));
            }
            inputs.add(&manifest, &current, arguments, errors);
        }
        errors.extend(hashes);
        Ok(inputs)
    }

    /// Returns what is skipped, with the reason.
    pub(super) fn skipped(&self) -> impl Iterator<Item = (String, &str)> {
        self.items.iter().filter_map(|item| match &item.what {
            What::Skipped(reason) => Some((printable(item.name.written()), reason.as_str())),
            What::Version(_) => None,
        })
    }

    fn add(
        &mut self,
        manifest: &Manifest,
        current: &Path,
        arguments: &Arguments,
        errors: &mut Vec<String>,
    ) {
        let mut limits: BTreeMap<&PackageName, &Dependency> = BTreeMap::new();
        for dependency in manifest
            .dependencies
            .iter()
            .filter(|dependency| dependency.constraint)
        {
            limits.entry(&dependency.name).or_insert(dependency);
        }
        for dependency in manifest
            .dependencies
            .iter()
            .filter(|dependency| !dependency.constraint)
        {
            let demand = match (&dependency.demand, limits.get(&dependency.name)) {
                (Demand::Open { .. }, Some(limit)) => &limit.demand,
                (demand, _) => demand,
            };
            let complain = |what: &str| {
                let name = printable(dependency.name.written());
                format!("{}: requirement {name} {what}", place(dependency, current))
            };
            let what = match demand {
                Demand::Pinned { version, .. } => {
                    let Some(version) = Version::parse(version) else {
                        errors.push(complain("is pinned to something that is no version"));
                        continue;
                    };
                    What::Version(version)
                }
                Demand::Open { .. } => {
                    errors.push(complain("is not pinned to an exact version"));
                    continue;
                }
                Demand::Skipped { reason }
                    if arguments.skip_editable && reason.contains("editable") =>
                {
                    What::Skipped("requirement marked as editable".to_owned())
                }
                Demand::Skipped { reason } => What::Skipped(printable(reason)),
            };
            self.push(Item {
                name: dependency.name.clone(),
                what,
            });
        }
    }

    /// Adds a package unless the same version of it, under the same spelling of its name, is there.
    fn push(&mut self, item: Item) {
        let what = match &item.what {
            What::Version(version) => version.key(),
            What::Skipped(reason) => reason.as_bytes(),
        };
        if self
            .seen
            .insert((item.name.written().to_owned(), what.to_vec()))
        {
            self.items.push(item);
        }
    }
}

fn files(arguments: &Arguments) -> Result<Vec<PathBuf>, Failure> {
    let Some(project) = &arguments.project_path else {
        return Ok(arguments.requirement.clone());
    };
    let shown = printable(&project.display().to_string());
    if !arguments.locked {
        let pyproject = project.join("pyproject.toml");
        return if pyproject.is_file() {
            Ok(vec![pyproject])
        } else {
            Err(Failure::usage(format!(
                "there is no pyproject.toml in {shown}"
            )))
        };
    }
    let entries = fs::read_dir(project)
        .map_err(|error| Failure::usage(format!("{shown} cannot be listed: {error}")))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(is_pylock)
        })
        .collect();
    files.sort();
    if files.is_empty() {
        let locks = LOCKS.iter().map(|name| project.join(name));
        files.extend(locks.filter(|path| path.is_file()));
    }
    if files.is_empty() {
        return Err(Failure::usage(format!("no lock file found in {shown}")));
    }
    Ok(files)
}

fn is_pylock(name: &str) -> bool {
    let middle = name
        .strip_prefix("pylock.")
        .and_then(|rest| rest.strip_suffix("toml"));
    middle.is_some_and(|middle| middle.is_empty() || middle.ends_with('.'))
}

fn environment(arguments: &Arguments) -> Result<Environment, Failure> {
    let python = arguments.python_version.as_deref().unwrap_or(PYTHON);
    let here = if cfg!(windows) {
        "windows"
    } else if cfg!(target_os = "macos") {
        "macos"
    } else {
        "linux"
    };
    let platform = arguments.platform.as_deref().unwrap_or(here);
    Environment::cpython(python, platform).ok_or_else(|| {
        let message = format!(
            "there is no Python `{}` on `{}`",
            printable(python),
            printable(platform)
        );
        Failure::usage(message)
            .with_hint("for example `--python-version 3.12 --platform linux`; also macos, windows")
    })
}

/// A marker that compares what has no order leaves the requirement in.
fn applies(dependency: &Dependency, environment: &Environment) -> bool {
    let marker = dependency
        .marker
        .as_deref()
        .and_then(|marker| marker.parse::<Marker>().ok());
    marker.is_none_or(|marker| marker.holds(environment) != Some(false))
}

/// Reads a dependency file and what it includes. Paths of the manifest begin at the root of the file system.
fn read(file: &Path, current: &Path) -> io::Result<Manifest> {
    let path = current.join(file);
    let content = content(&path)?;
    let root = path.ancestors().last().unwrap_or(Path::new("/")).to_owned();
    let inner = path
        .strip_prefix(&root)
        .unwrap_or(&path)
        .to_string_lossy()
        .replace('\\', "/");
    let mut include = |path: &RepoPath| content_at(&root, path);
    Ok(lockfiles::read(
        &RepoPath::new(normal(&inner)),
        &content,
        &mut include,
    ))
}

fn content_at(root: &Path, path: &RepoPath) -> Option<Vec<u8>> {
    content(&root.join(path.to_text())).ok()
}

fn content(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(USUAL);
    fs::File::open(path)?
        .take(LIMIT + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        return Err(io::Error::other("it is larger than any dependency file"));
    }
    Ok(bytes)
}

/// Takes `.` and `..` out of a path, so that includes can be found from it.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// If a hash is stated anywhere, or asked for, every requirement needs one.
fn hash_errors(manifest: &Manifest, asked_for: bool, current: &Path) -> Vec<String> {
    let required = || {
        manifest
            .dependencies
            .iter()
            .filter(|dependency| !dependency.constraint)
    };
    if !asked_for && !required().any(|dependency| dependency.hashed) {
        return Vec::new();
    }
    required()
        .filter(|dependency| !dependency.hashed)
        .map(|dependency| {
            let name = printable(dependency.name.written());
            format!(
                "{}: requirement {name} does not contain a hash",
                place(dependency, current)
            )
        })
        .collect()
}

fn place(dependency: &Dependency, current: &Path) -> String {
    let path = dependency.location.place.path().map(RepoPath::to_text);
    let path = path.unwrap_or_default();
    format!(
        "{}:{}",
        relative(&path, current),
        dependency.location.start.line
    )
}

fn shown(problem: &Problem, current: &Path) -> String {
    let path = relative(&problem.path.to_text(), current);
    let line = problem.line.map(|line| format!(":{line}"));
    format!("{path}{}: {}", line.unwrap_or_default(), problem.reason)
}

/// Returns a path of a manifest as seen from the current directory.
fn relative(path: &str, current: &Path) -> String {
    let root = current.ancestors().last().unwrap_or(Path::new("/"));
    let full = root.join(path);
    printable(
        &full
            .strip_prefix(current)
            .unwrap_or(&full)
            .display()
            .to_string(),
    )
}
