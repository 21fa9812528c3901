//! `Pipfile.lock`: a section per category, each with exact versions. The format states no paths.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::audit::dependency::{Dependency, Manifest, PackageName, Problem};
use crate::audit::marker::Marker;
use crate::audit::specifier::Specifiers;
use crate::finding::{RepoPath, printable};

use super::entry::{self, Part, set_parts};
use super::file::{File, Tree, quoted};
use super::{Format, Name};

pub(super) const FORMAT: Format = Format {
    name: "Pipfile.lock",
    files: "`Pipfile.lock`",
    versions: "all, exact; `pipfile-spec` 6",
    development: "section `develop`; other categories by their names (`dev`, `test`, `docs`, …)",
    locked: false,
    recognises,
    read,
};

/// The newest version of the format that is known here.
const NEWEST: u64 = 6;

fn recognises(name: &Name) -> bool {
    name.file == "pipfile.lock"
}

fn read(path: &RepoPath, content: &[u8], _: &mut Tree, manifest: &mut Manifest) {
    let file = File::utf8(path, content, manifest);
    let mut json = serde_json::Deserializer::from_str(&file.text);
    // What stands before a syntax error has been handed over when the error comes.
    let lock = Lock {
        file: &file,
        manifest,
    };
    if let Err(error) = lock.deserialize(&mut json).and_then(|()| json.end()) {
        let line = u32::try_from(error.line()).unwrap_or(u32::MAX).max(1);
        let what = printable(&error.to_string());
        let what = what.split(" at line ").next().unwrap_or_default();
        manifest.problems.push(Problem {
            path: path.clone(),
            line: Some(line),
            reason: format!("the file is no lock file of pipenv from here on: {what}"),
        });
    }
}

/// A text that knows where it stands, unless it holds escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "pipfile-spec")]
    version: Option<u64>,
    #[serde(default)]
    sources: Vec<Source>,
}

#[derive(Deserialize)]
struct Source {
    url: Option<String>,
}

#[derive(Deserialize)]
struct Entry<'t> {
    #[serde(borrow)]
    version: Option<Text<'t>>,
    markers: Option<String>,
    hashes: Option<Vec<IgnoredAny>>,
    git: Option<String>,
    #[serde(rename = "ref")]
    revision: Option<String>,
    file: Option<String>,
    path: Option<String>,
}

/// Reads the whole file.
struct Lock<'a> {
    file: &'a File<'a>,
    manifest: &'a mut Manifest,
}

impl<'de> DeserializeSeed<'de> for Lock<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Lock<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with sections of packages")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(section) = map.next_key::<String>()? {
            if section == "_meta" {
                meta(self.file, self.manifest, &map.next_value()?);
                continue;
            }
            let part = match section.as_str() {
                "default" => Part::Main,
                "develop" => Part::Group("dev".to_owned()),
                _ => Part::Category(section),
            };
            map.next_value_seed(Section {
                file: self.file,
                manifest: self.manifest,
                part,
            })?;
        }
        Ok(())
    }
}

fn meta(file: &File, manifest: &mut Manifest, meta: &Meta) {
    if let Some(version) = meta.version.filter(|&version| version > NEWEST) {
        let reason =
            format!("version {version} of the format is not known: what could be read was audited");
        manifest.problems.push(file.problem(0, reason));
    }
    for url in meta
        .sources
        .iter()
        .filter_map(|source| source.url.as_deref())
    {
        if let Some(host) = entry::foreign_index(url) {
            manifest
                .notices
                .push(file.problem(0, entry::foreign_index_notice(&host)));
        }
    }
}

/// Reads one section.
struct Section<'a> {
    file: &'a File<'a>,
    manifest: &'a mut Manifest,
    part: Part,
}

impl<'de> DeserializeSeed<'de> for Section<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Section<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with packages")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut at = 0;
        while let Some((name, entry)) = map.next_entry::<Text, Entry>()? {
            at = offset(self.file, &name).unwrap_or(at);
            match dependency(self.file, &name.0, &entry, at) {
                Ok(mut dependency) => {
                    set_parts(&mut dependency, vec![self.part.clone()]);
                    self.manifest.dependencies.push(dependency);
                }
                Err(reason) => self.manifest.problems.push(self.file.problem(at, reason)),
            }
        }
        Ok(())
    }
}

fn dependency(file: &File, name: &str, entry: &Entry, at: usize) -> Result<Dependency, String> {
    let mut span = at..at + name.len();
    let demand = if let Some(version) = &entry.version {
        if let Some(at) = offset(file, version) {
            span = at..at + version.0.len();
        }
        let specifiers = Specifiers::parse(&version.0);
        let specifiers = specifiers
            .ok_or_else(|| format!("{} is no version of {}", quoted(&version.0), quoted(name)))?;
        entry::from_specifiers(&specifiers)
    } else if let Some(url) = &entry.git {
        let revision = entry.revision.as_deref().unwrap_or_default();
        entry::from_url(&format!("git+{url}@{revision}"))
    } else if let Some(url) = &entry.file {
        entry::from_url(url)
    } else if entry.path.is_some() {
        entry::skipped("local project")
    } else {
        entry::skipped("the lock file states no version")
    };
    let marker = entry
        .markers
        .clone()
        .filter(|marker| marker.parse::<Marker>().is_ok());
    Ok(Dependency {
        marker,
        hashed: entry
            .hashes
            .as_ref()
            .is_some_and(|hashes| !hashes.is_empty()),
        ..entry::dependency(file, PackageName::new(name), demand, span)
    })
}

/// Returns where a text stands, if it is a piece of the file.
fn offset(file: &File, text: &Text) -> Option<usize> {
    let Cow::Borrowed(text) = text.0 else {
        return None;
    };
    let offset = (text.as_ptr() as usize).checked_sub(file.text.as_ptr() as usize)?;
    (offset + text.len() <= file.text.len()).then_some(offset)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{demands, read_one};

    const LOCK: &str = r#"{
  "_meta": { "pipfile-spec": 6, "sources": [{ "name": "m", "url": "https://u:p@mirror.example/simple" }] },
  "default": {
    "Requests": { "hashes": ["sha256:0"], "markers": "python_version >= '3'", "version": "==2.31.0" },
    "a": { "git": "https://h/a.git", "ref": "v1.0" },
    "b": { "path": ".", "editable": true },
    "c": { "version": "*" },
    "d": { "version": ">=1" }
  },
  "develop": { "pytest": { "version": "==7.4.0" } },
  "docs": { "pygments": { "version": "==2.14.0" } },
  "jobs": { "celery": { "version": "==5.0" } }
}"#;

    #[test]
    fn sections_are_parts() {
        let manifest = read_one("Pipfile.lock", LOCK);
        assert_eq!(
            demands(&manifest),
            [
                "4:91 requests 2.31.0 ; python_version >= '3'",
                "5:6 a 1.0 (Tag)",
                "6:6 b skipped: local project",
                "8:24 d >=1",
                "10:40 pytest 7.4.0 group:dev dev",
                "11:39 pygments 2.14.0 group:docs dev",
                "12:37 celery 5.0 group:jobs",
            ]
        );
        assert!(manifest.dependencies[0].hashed);
        let problems: Vec<_> = manifest
            .problems
            .iter()
            .map(|p| (p.line, p.reason.as_str()))
            .collect();
        assert_eq!(problems, [(Some(7), "`*` is no version of `c`")]);
        assert_eq!(manifest.notices.len(), 1);
    }

    #[test]
    fn what_stands_before_a_broken_line_is_read() {
        let broken = LOCK
            .replace("\"develop\"", "\"develop")
            .replace("\": 6,", "\": 7,");
        let manifest = read_one("Pipfile.lock", &broken);
        assert_eq!(manifest.dependencies.len(), 4);
        let lines: Vec<_> = manifest.problems.iter().filter_map(|p| p.line).collect();
        assert_eq!(lines, [1, 7, 10]);
    }
}
