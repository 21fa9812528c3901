//! Dependency files: one file here per format.
//!
//! Comes in: a path, the content that stands there and a way to other files of the same tree. Goes out: a
//! [`Manifest`]. Nothing here knows advisories or opens a file.
//!
//! A format is one `FORMAT` in a file of its own and one line in [`FORMATS`]; which files are looked at, the
//! table of the manual and the tests of all formats derive from it.

mod archive;
mod covered;
mod decode;
mod entry;
mod environment_yml;
mod file;
mod graph;
mod lines;
mod locked;
mod options;
mod pdm_lock;
mod pipfile_lock;
mod poetry_lock;
mod poetry_version;
mod pylock;
mod pyproject;
mod python_tokens;
mod requirements_txt;
mod setup_cfg;
mod setup_py;
mod toml_file;
mod uv_lock;

use std::collections::BTreeMap;

use crate::finding::{Location, Place, RepoPath};

use super::dependency::{Demand, Dependency, Manifest, PackageName, Problem};
use file::{Tree, quoted};

/// A kind of dependency file.
pub struct Format {
    /// What people call it.
    pub name: &'static str,
    /// Which files it is recognised by, for people.
    pub files: &'static str,
    /// Which exact versions it holds, for people.
    pub versions: &'static str,
    /// How it tells what only development needs, for people.
    pub development: &'static str,
    /// Whether a lock file may hold the exact versions of what it asks for.
    locked: bool,
    recognises: fn(&Name) -> bool,
    read: fn(&RepoPath, &[u8], &mut Tree, &mut Manifest),
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Every format; the first that recognises a name reads the file.
pub const FORMATS: &[&Format] = &[
    &environment_yml::FORMAT,
    &pdm_lock::FORMAT,
    &pipfile_lock::FORMAT,
    &poetry_lock::FORMAT,
    &pylock::FORMAT,
    &pyproject::FORMAT,
    &requirements_txt::FORMAT,
    &setup_cfg::FORMAT,
    &setup_py::FORMAT,
    &uv_lock::FORMAT,
];

/// The name of a file in lower case, and that of the folder it stands in.
struct Name {
    folder: String,
    file: String,
}

impl Name {
    fn new(path: &RepoPath) -> Self {
        let text = path.to_text().to_ascii_lowercase();
        let (folder, file) = text.rsplit_once('/').unwrap_or(("", &text));
        Self {
            folder: folder.rsplit('/').next().unwrap_or_default().to_owned(),
            file: file.to_owned(),
        }
    }

    fn extension(&self) -> &str {
        self.file
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension)
    }
}

/// Returns the format of a path if it is that of a dependency file.
pub fn kind(path: &RepoPath) -> Option<&'static Format> {
    let name = Name::new(path);
    FORMATS
        .iter()
        .find(|format| (format.recognises)(&name))
        .copied()
}

/// Returns whether a file of this path may be a requirements file although its name does not say so.
pub fn may_be_included(path: &RepoPath) -> bool {
    requirements_txt::ENDINGS.contains(&Name::new(path).extension())
}

/// Returns whether every line of a content is one of a requirements file, and one of them pins a version: what
/// `-r` and `-c` include may have any name.
pub fn reads_like_requirements(content: &[u8]) -> bool {
    requirements_txt::resembles(content)
}

/// Reads a dependency file; one whose name tells no format is read as a requirements file.
///
/// `include` returns the content of other files of the same tree: files that this one includes, or the
/// project file beside a lock file.
pub fn read(
    path: &RepoPath,
    content: &[u8],
    include: &mut dyn FnMut(&RepoPath) -> Option<Vec<u8>>,
) -> Manifest {
    let format = kind(path).unwrap_or(&requirements_txt::FORMAT);
    let mut manifest = Manifest::default();
    (format.read)(path, content, &mut Tree { read: include }, &mut manifest);
    if format.locked {
        covered::leave_out(path, &mut Tree { read: include }, &mut manifest);
    }
    say_conflicts(&mut manifest);
    manifest
}

/// Says where one package is pinned to two versions for the same environments.
fn say_conflicts(manifest: &mut Manifest) {
    let mut pins: BTreeMap<(&PackageName, Option<&str>), (&str, &Location)> = BTreeMap::new();
    for dependency in &manifest.dependencies {
        let Dependency {
            name,
            marker,
            constraint: false,
            ..
        } = dependency
        else {
            continue;
        };
        let Demand::Pinned { version, .. } = &dependency.demand else {
            continue;
        };
        let Some((first, location)) = pins.insert(
            (name, marker.as_deref()),
            (version.as_str(), &dependency.location),
        ) else {
            continue;
        };
        if version == first {
            continue;
        }
        if let (Ok(one), Ok(other)) = (version.parse::<pep440_rs::Version>(), first.parse())
            && one != other
            && let Place::File(path) = &dependency.location.place
        {
            manifest.notices.push(Problem {
                path: path.clone(),
                line: Some(dependency.location.start.line),
                reason: format!(
                    "conflicting pins of {}: {one} here, {other} at {}:{}",
                    quoted(name.as_str()),
                    location.place,
                    location.start.line
                ),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads one file that stands alone.
    pub(super) fn read_one(path: &str, text: &str) -> Manifest {
        read_tree(path, &[(path, text)])
    }

    /// Reads the file at a path of a tree.
    pub(super) fn read_tree(path: &str, files: &[(&str, &str)]) -> Manifest {
        let find = |wanted: &RepoPath| {
            files
                .iter()
                .find(|(path, _)| path.as_bytes() == wanted.as_bytes())
                .map(|(_, text)| text.as_bytes().to_vec())
        };
        let path = RepoPath::new(path);
        read(&path, &find(&path).unwrap(), &mut |wanted| find(wanted))
    }

    /// Shows what is asked for, one line each.
    pub(super) fn demands(manifest: &Manifest) -> Vec<String> {
        let show = |dependency: &Dependency| {
            let start = dependency.location.start;
            let demand = match &dependency.demand {
                Demand::Pinned {
                    version,
                    evidence: super::super::dependency::Evidence::Stated,
                } => version.clone(),
                Demand::Pinned { version, evidence } => format!("{version} ({evidence:?})"),
                Demand::Open { specifier } if specifier.is_empty() => "any".to_owned(),
                Demand::Open { specifier } => specifier.clone(),
                Demand::Skipped { reason } => format!("skipped: {reason}"),
            };
            let mut groups = String::new();
            if !dependency.groups.is_empty() {
                let development = if dependency.development { " dev" } else { "" };
                groups = format!(" {}{development}", dependency.groups.join("+"));
            }
            let marker = dependency
                .marker
                .as_ref()
                .map(|marker| format!(" ; {marker}"));
            format!(
                "{}:{} {} {demand}{groups}{}",
                start.line,
                start.column,
                dependency.name,
                marker.unwrap_or_default()
            )
        };
        manifest.dependencies.iter().map(show).collect()
    }

    #[test]
    fn files_are_recognised_by_their_names() {
        for (path, expected) in [
            ("requirements.txt", "requirements.txt"),
            ("a/dev-requirements.in", "requirements.txt"),
            ("requirements/base.txt", "requirements.txt"),
            ("Constraints.txt", "requirements.txt"),
            ("requirements-dev.lock", "requirements.txt"),
            ("requirements.py", ""),
            ("MANIFEST.in", ""),
            ("notes.txt", ""),
        ] {
            let found = kind(&RepoPath::new(path)).map_or("", |format| format.name);
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn a_requirements_file_is_known_by_its_lines_too() {
        for (text, expected) in [
            (
                "# all\n-c limits.txt\na==1 \\\n    --hash=sha256:00\nb\n",
                true,
            ),
            ("a==1 ; os_name == 'x'\n./b-1.0.zip\n", true),
            ("apple\npear\n", false),
            ("a==1\nand then some prose\n", false),
            ("- a==1\n", false),
            ("", false),
        ] {
            assert_eq!(reads_like_requirements(text.as_bytes()), expected, "{text}");
        }
        assert!(may_be_included(&RepoPath::new("deps/base.txt")));
        assert!(!may_be_included(&RepoPath::new("deps/base.py")));
    }

    #[test]
    fn two_versions_of_one_package_are_said() {
        let notices = |text| {
            let manifest = read_one("requirements.txt", text);
            manifest
                .notices
                .into_iter()
                .map(|notice| notice.reason)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            notices("Jinja2==3.1.2\njinja2==3.1.3\n"),
            ["conflicting pins of `jinja2`: 3.1.3 here, 3.1.2 at requirements.txt:1"]
        );
        assert!(notices("a==1\na==1.0\n").is_empty());
        assert!(notices("a==1;os_name=='x'\na==2;os_name=='y'\n").is_empty());
    }
}
