//! pip's requirements files, with the files that they include (`-r`, `-c`).
//!
//! pip-compile and uv export list everything that is installed, with the parents of each package in
//! `# via` comments. The format has no development groups; the policy knows them by path (`audit.dev_paths`).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::audit::dependency::{Dependency, Manifest, PackageName};
use crate::audit::requirement::{Requirement, Source};
use crate::finding::RepoPath;

use super::file::{File, Tree, quoted, resolve};
use super::lines::{self, Line};
use super::options::{self, Found, Kind};
use super::{Format, Name, archive, decode, entry};

pub(super) const FORMAT: Format = Format {
    name: "requirements.txt",
    files: "`*requirements*`, `*constraints*` ending in `.txt`, `.in`, `.pip`, `.lock`; `.txt` and `.in` in a folder `requirements`",
    versions: "`==`, `===`, archive names, tags; `# via` comments give the path",
    development: "by path: `audit.dev_paths`",
    locked: false,
    recognises,
    read,
};

fn recognises(name: &Name) -> bool {
    let known = |endings: &[&str]| endings.contains(&name.extension());
    (name.file.contains("requirements") || name.file.contains("constraints"))
        && known(&["txt", "in", "pip", "lock"])
        || name.folder == "requirements" && known(&["txt", "in"])
}

/// The endings of files that nothing else is known of, but that a requirements file may include.
pub(super) const ENDINGS: &[&str] = &["txt", "in", "pip", "lst", "list", "req", "reqs"];

/// Files longer than this are not taken for requirements by what stands in them.
const LONGEST: usize = 4 << 20;

pub(super) fn resembles(content: &[u8]) -> bool {
    if content.len() > LONGEST {
        return false;
    }
    let (text, _) = decode::decode(content);
    let mut pins = false;
    for line in lines::logical(&text) {
        let (wanted, _) = options::split(&line.text);
        let bare = wanted.split([' ', ';']).next().unwrap_or_default();
        if wanted.is_empty() || archive::is_archive(bare) {
            continue;
        }
        match Requirement::parse(wanted) {
            Ok(Requirement {
                source: Source::Index(specifiers),
                ..
            }) => pins |= specifiers.pin().is_some(),
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    pins
}

/// Files included one in another deeper than this, or more of them than the second number, are not followed.
const DEEPEST: usize = 50;
const MOST_FILES: usize = 1_000;

fn read(file: &RepoPath, content: &[u8], tree: &mut Tree, manifest: &mut Manifest) {
    let mut reader = Reader {
        tree,
        manifest,
        seen: BTreeSet::from([(file.clone(), false)]),
        chain: Vec::new(),
    };
    reader.file(file, content, false);
}

/// Reads a text of the format that stands in a file of another one; `at` says where a range of it stands.
pub(super) fn read_line(
    file: &File,
    text: &str,
    tree: &mut Tree,
    manifest: &mut Manifest,
    at: &dyn Fn(Range<usize>) -> Range<usize>,
) {
    let mut reader = Reader {
        tree,
        manifest,
        seen: BTreeSet::from([(file.path.clone(), false)]),
        chain: Vec::new(),
    };
    for line in lines::logical(text).filter(|line| !line.text.is_empty()) {
        reader.line(file, &line, &|range| at(line.span(range)), false);
    }
}

/// Reads another file of the format that a file of another one includes.
pub(super) fn include(
    file: &File,
    at: usize,
    target: &str,
    tree: &mut Tree,
    manifest: &mut Manifest,
) {
    let mut reader = Reader {
        tree,
        manifest,
        seen: BTreeSet::new(),
        chain: Vec::new(),
    };
    reader.include(file, at, target, false);
}

struct Reader<'r, 'f> {
    tree: &'r mut Tree<'f>,
    manifest: &'r mut Manifest,
    /// The files read so far, as constraints or not.
    seen: BTreeSet<(RepoPath, bool)>,
    /// The files and lines that lead to the one being read.
    chain: Vec<(RepoPath, u32)>,
}

impl Reader<'_, '_> {
    fn file(&mut self, path: &RepoPath, content: &[u8], constraint: bool) {
        let (text, unknown) = decode::decode(content);
        let file = File::new(path.clone(), text);
        if let Some(name) = unknown {
            let reason = format!("the encoding {} is not known: read as UTF-8", quoted(&name));
            self.manifest.problems.push(file.problem(0, reason));
        }
        let first = self.manifest.dependencies.len();
        let mut via = Via::default();
        for line in lines::logical(&file.text) {
            let before = self.manifest.dependencies.len();
            if !line.text.is_empty() {
                self.line(&file, &line, &|range| line.span(range), constraint);
            }
            let added = self.manifest.dependencies.get(before..).unwrap_or_default();
            let named = added
                .first()
                .filter(|added| added.location.place.path() == Some(path));
            via.see(&line, named.map(|dependency| &dependency.name));
        }
        via.tell(&mut self.manifest.dependencies[first..], path);
        self.say_where_hashes_miss(&file, first);
    }

    fn line(
        &mut self,
        file: &File,
        line: &Line,
        span: &dyn Fn(Range<usize>) -> Range<usize>,
        constraint: bool,
    ) {
        let (wanted, rest) = options::split(&line.text);
        let at = span(0..0).start;
        let mut hashed = false;
        let mut editable = None;
        for option in options::read(rest) {
            match option {
                Found::Known(Kind::Hash, _) => hashed = true,
                Found::Known(Kind::Editable, target) if wanted.is_empty() => {
                    editable = Some(target)
                }
                Found::Known(Kind::Requirement, target) if wanted.is_empty() => {
                    self.include(file, at, &target, constraint);
                }
                Found::Known(Kind::Constraint, target) if wanted.is_empty() => {
                    self.include(file, at, &target, true);
                }
                Found::Known(Kind::Index, url) if wanted.is_empty() => self.index(file, at, &url),
                Found::Known(_, _) => {}
                Found::NoValue(option) => {
                    let reason = format!("option {} has no value", quoted(&option));
                    self.manifest.problems.push(file.problem(at, reason));
                }
                Found::Unknown(option) => {
                    let reason = format!("option {} is not known", quoted(&option));
                    self.manifest.problems.push(file.problem(at, reason));
                }
            }
        }
        let dependency = match editable {
            Some(target) => Some(pointed_at(file, &target, true, span(0..line.text.len()))),
            None if wanted.is_empty() => None,
            None => self.requirement(file, wanted, span),
        };
        if let Some(dependency) = dependency {
            self.manifest.dependencies.push(Dependency {
                constraint,
                hashed,
                included_from: self.chain.clone(),
                ..dependency
            });
        }
    }

    fn requirement(
        &mut self,
        file: &File,
        text: &str,
        span: &dyn Fn(Range<usize>) -> Range<usize>,
    ) -> Option<Dependency> {
        let bare = text.split([' ', '\t', ';']).next().unwrap_or_default();
        let whole = || span(0..text.len());
        if archive::is_archive(bare) && !bare.contains('@') {
            return Some(pointed_at(file, bare, false, whole()));
        }
        let error = match entry::requirement(file, text, span) {
            Ok(dependency) => return Some(dependency),
            Err(error) => error,
        };
        if bare.contains("://") || bare.starts_with('.') || bare.contains('/') {
            let target = text.split(" ;").next().unwrap_or_default();
            return Some(pointed_at(file, target.trim(), false, whole()));
        }
        let at = span(error.offset..error.offset).start;
        if let Some((dependency, variable)) = with_variable(file, text, span) {
            let reason = format!(
                "{} is pinned to the variable {}, whose value is not known here",
                quoted(dependency.name.as_str()),
                quoted(variable)
            );
            self.manifest.notices.push(file.problem(at, reason));
            return Some(dependency);
        }
        let reason = format!("{} is no requirement: {error}", quoted(text));
        self.manifest.problems.push(file.problem(at, reason));
        None
    }

    fn index(&mut self, file: &File, at: usize, url: &str) {
        if let Some(host) = entry::foreign_index(url).filter(|_| url.contains("://")) {
            let reason = entry::foreign_index_notice(&host);
            self.manifest.notices.push(file.problem(at, reason));
        }
    }

    fn include(&mut self, file: &File, at: usize, target: &str, constraint: bool) {
        let unread = |why: &str| {
            file.problem(
                at,
                format!(
                    "{} is not read: {why}",
                    quoted(&entry::without_credentials(target))
                ),
            )
        };
        if target.contains("://") {
            self.manifest
                .problems
                .push(unread("it is not a file of this tree"));
            return;
        }
        let Some(path) = resolve(&file.path, target) else {
            self.manifest
                .problems
                .push(unread("it lies outside the tree"));
            return;
        };
        if self.seen.contains(&(path.clone(), constraint)) || entry::chain_holds(&self.chain, &path)
        {
            return;
        }
        if self.chain.len() == DEEPEST || self.seen.len() == MOST_FILES {
            self.manifest
                .problems
                .push(unread("too many files are included"));
            return;
        }
        let Some(content) = (self.tree.read)(&path) else {
            self.manifest.problems.push(unread("there is no such file"));
            return;
        };
        self.seen.insert((path.clone(), constraint));
        self.chain.push((file.path.clone(), file.position(at).line));
        self.file(&path, &content, constraint);
        self.chain.pop();
    }

    /// pip asks for all hashes as soon as there is one.
    fn say_where_hashes_miss(&mut self, file: &File, first: usize) {
        let own = |dependency: &&Dependency| dependency.location.place.path() == Some(&file.path);
        let added = self.manifest.dependencies.get(first..).unwrap_or_default();
        if !added.iter().filter(own).any(|dependency| dependency.hashed) {
            return;
        }
        if let Some(bare) = added
            .iter()
            .filter(own)
            .find(|dependency| !dependency.hashed)
        {
            self.manifest
                .notices
                .push(crate::audit::dependency::Problem {
                    path: file.path.clone(),
                    line: Some(bare.location.start.line),
                    reason: format!(
                        "{} has no hash although others have: pip refuses the file",
                        quoted(bare.name.as_str())
                    ),
                });
        }
    }
}

/// Makes a dependency of a path or URL.
fn pointed_at(file: &File, target: &str, editable: bool, span: Range<usize>) -> Dependency {
    if let Some((name, _)) = archive::named(target) {
        let name = PackageName::new(name);
        return entry::dependency(file, name, entry::from_url(target), span);
    }
    let shown = entry::without_credentials(target);
    if let Some(name) = archive::egg(target) {
        return entry::dependency(file, PackageName::new(name), entry::from_url(target), span);
    }
    // `-e name @ url` and `-e ./path` are legal as well.
    if let Ok(dependency) = entry::requirement(file, target, |_| span.clone())
        && target.contains('@')
    {
        return dependency;
    }
    let reason = match (target.contains("://"), editable) {
        (true, _) => format!("{} tells neither name nor version", quoted(&shown)),
        (false, true) => "editable local project".to_owned(),
        (false, false) => "local project".to_owned(),
    };
    entry::dependency(file, PackageName::new(&shown), entry::skipped(reason), span)
}

/// Returns the dependency of a line such as `jinja2==${VERSION}`, and the variable.
fn with_variable<'t>(
    file: &File,
    text: &'t str,
    span: &dyn Fn(Range<usize>) -> Range<usize>,
) -> Option<(Dependency, &'t str)> {
    let start = text.find("${")?;
    let end = start + text[start..].find('}')? + 1;
    let name = text[..start].trim_end_matches(['=', '<', '>', '~', '!', ' ', '\t', ',', '(', 'v']);
    let dependency = entry::requirement(file, name, span).ok()?;
    Some((dependency, &text[start..end]))
}

/// The parents of packages, out of the comments of pip-compile and uv.
#[derive(Default)]
struct Via {
    last: Option<PackageName>,
    /// Whether the lines that follow may list more parents.
    open: bool,
    parents: BTreeMap<PackageName, Option<PackageName>>,
}

/// A path longer than this is cut at its far end.
const LONGEST_PATH: usize = 16;

impl Via {
    fn see(&mut self, line: &Line, named: Option<&PackageName>) {
        if !line.text.is_empty() {
            self.last = named.cloned();
            self.open = false;
        }
        let Some(comment) = line.comment.strip_prefix('#') else {
            return;
        };
        let mut words = comment.trim();
        if words == "via" || words.starts_with("via ") {
            self.open = true;
            words = words[3..].trim();
        } else if !self.open {
            return;
        }
        let Some(last) = &self.last else {
            return;
        };
        for parent in words
            .split(',')
            .map(str::trim)
            .filter(|parent| !parent.is_empty())
        {
            // `-r file`, `-c file` and `project (pyproject.toml)` ask directly.
            let parent = Some(parent)
                .filter(|parent| !parent.contains(' '))
                .map(PackageName::new);
            let known = self.parents.entry(last.clone()).or_insert(parent.clone());
            if parent.is_none() && !comment.contains("-c ") {
                *known = None;
            }
        }
    }

    fn tell(&self, dependencies: &mut [Dependency], path: &RepoPath) {
        for dependency in dependencies {
            if dependency.location.place.path() != Some(path) {
                continue;
            }
            let mut chain = Vec::new();
            let mut name = &dependency.name;
            while let Some(Some(parent)) = self.parents.get(name) {
                if chain.len() == LONGEST_PATH || chain.contains(&parent.as_str()) {
                    break;
                }
                chain.push(parent.as_str());
                name = parent;
            }
            dependency.required_by = chain.into_iter().rev().map(str::to_owned).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{demands, read_one, read_tree};

    #[test]
    fn pins_ranges_and_what_has_no_version_are_told_apart() {
        let text = "Jinja2==3.1.2 ; python_version >= '3'\n\
                    django>=4 # why\n\
                    ./vendor/a_b-1.0-py3-none-any.whl\n\
                    -e .\n\
                    git+https://x@h/r.git@v1.2.0#egg=c\n\
                    d @ git+https://h/r.git@main\n\
                    e==${E_VERSION}\n\
                    f[x]===1.0 \\\n    --hash=sha256:00\n\
                    https://h/x.tar.gz\n";
        let manifest = read_one("requirements.txt", text);
        assert_eq!(
            demands(&manifest),
            [
                "1:7 jinja2 3.1.2 ; python_version >= '3'",
                "2:7 django >=4",
                "3:1 a-b 1.0 (ArchiveName)",
                "4:1 - skipped: editable local project",
                "5:1 c 1.2.0 (Tag)",
                "6:5 d skipped: `git+https://h/r.git@main` names no version",
                "7:1 e any",
                "8:5 f 1.0",
                "10:1 https://h/x-tar-gz skipped: `https://h/x.tar.gz` tells neither name nor version",
            ]
        );
        assert!(manifest.dependencies[7].hashed);
        assert_eq!(manifest.problems, []);
        assert_eq!(manifest.notices.len(), 2);
    }

    #[test]
    fn broken_lines_are_named_and_the_rest_is_read() {
        let manifest = read_one(
            "requirements.txt",
            "this is none\n\n\"a==1\"\nb==1#c\n--frob\nd\0==1\ne==1\n",
        );
        assert_eq!(demands(&manifest), ["7:2 e 1"]);
        let lines: Vec<_> = manifest
            .problems
            .iter()
            .filter_map(|problem| problem.line)
            .collect();
        assert_eq!(lines, [1, 3, 4, 5, 6]);
    }

    #[test]
    fn includes_are_followed_within_the_tree() {
        let manifest = read_tree(
            "a/requirements.txt",
            &[
                (
                    "a/requirements.txt",
                    "-r sub/base.txt\n-c ../c.txt\nx==1\n-r ../../out.txt\n-r /etc/x\n-r no.txt\n-r https://u:p@h/x\n",
                ),
                (
                    "a/sub/base.txt",
                    "--requirement=../requirements.txt\ny==2\n-r more.txt",
                ),
                ("a/sub/more.txt", "z==3\n-r base.txt"),
                ("c.txt", "w==4"),
            ],
        );
        let seen: Vec<String> = manifest
            .dependencies
            .iter()
            .map(|d| format!("{} {} {:?}", d.name, d.constraint, d.included_from))
            .collect();
        assert_eq!(
            seen,
            [
                "y false [(a/requirements.txt, 1)]",
                "z false [(a/requirements.txt, 1), (a/sub/base.txt, 3)]",
                "w true [(a/requirements.txt, 2)]",
                "x false []",
            ]
        );
        let reasons: Vec<_> = manifest
            .problems
            .iter()
            .map(|p| p.reason.as_str())
            .collect();
        assert_eq!(
            reasons,
            [
                "`../../out.txt` is not read: it lies outside the tree",
                "`/etc/x` is not read: it lies outside the tree",
                "`no.txt` is not read: there is no such file",
                "`https://h/x` is not read: it is not a file of this tree",
            ]
        );
    }

    #[test]
    fn comments_of_the_compiler_give_the_path() {
        let text = "a==1\n    # via\n    #   -r requirements.in\n    #   c\nb==1\n    # via a\nc==1  # via b, d\n# via nothing\n";
        let manifest = read_one("requirements.txt", text);
        let paths: Vec<_> = manifest
            .dependencies
            .iter()
            .map(|d| d.required_by.join(">"))
            .collect();
        assert_eq!(paths, ["", "a", "a>b"]);
    }

    #[test]
    fn foreign_indexes_and_missing_hashes_are_said() {
        let text =
            "--index-url https://user:word@mirror.example/simple\na==1 --hash=sha256:0\nb==1\n";
        let manifest = read_one("requirements.txt", text);
        let notices: Vec<_> = manifest
            .notices
            .iter()
            .map(|n| (n.line, n.reason.as_str()))
            .collect();
        assert_eq!(
            notices,
            [
                (
                    Some(1),
                    "packages may come from `mirror.example`, whose own packages no advisory knows"
                ),
                (
                    Some(3),
                    "`b` has no hash although others have: pip refuses the file"
                ),
            ]
        );
    }
}
