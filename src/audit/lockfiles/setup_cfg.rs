//! `setup.cfg`: the lists of setuptools, and files that they name (`file: requirements.txt`).

use std::ops::Range;

use crate::audit::dependency::Manifest;
use crate::finding::RepoPath;

use super::entry::{self, Part, set_parts};
use super::file::{File, Tree, quoted};
use super::{Format, Name, requirements_txt};

pub(super) const FORMAT: Format = Format {
    name: "setup.cfg",
    files: "`setup.cfg`",
    versions: "mostly ranges",
    development: "`tests_require`; extras with names such as `dev`, `test`, `docs`",
    locked: true,
    recognises,
    read,
};

fn recognises(name: &Name) -> bool {
    name.file == "setup.cfg"
}

fn read(path: &RepoPath, content: &[u8], tree: &mut Tree, manifest: &mut Manifest) {
    let file = File::utf8(path, content, manifest);
    for (section, key, values) in options(&file.text) {
        let part = match (section, key) {
            ("options", "install_requires" | "install-requires") => Part::Main,
            ("options", "setup_requires" | "setup-requires") => Part::Build,
            ("options", "tests_require" | "tests-require") => Part::Group("tests".to_owned()),
            ("options.extras_require", extra) => Part::Extra(extra.to_owned()),
            _ => continue,
        };
        for span in items(&file.text, &values) {
            item(&file, span, &part, tree, manifest);
        }
    }
}

fn item(file: &File, span: Range<usize>, part: &Part, tree: &mut Tree, manifest: &mut Manifest) {
    let text = &file.text[span.clone()];
    if let Some(names) = text.strip_prefix("file:") {
        let first = manifest.dependencies.len();
        for name in names
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            requirements_txt::include(file, span.start, name, tree, manifest);
        }
        for dependency in &mut manifest.dependencies[first..] {
            set_parts(dependency, vec![part.clone()]);
        }
        return;
    }
    match entry::requirement(file, text, |range| {
        span.start + range.start..span.start + range.end
    }) {
        Ok(mut dependency) => {
            set_parts(&mut dependency, vec![part.clone()]);
            manifest.dependencies.push(dependency);
        }
        Err(error) => {
            let reason = format!("{} is no requirement: {error}", quoted(text));
            manifest.problems.push(file.problem(span.start, reason));
        }
    }
}

/// Returns every option with its section, its key and the lines of its value, as Python's `configparser` does.
fn options(text: &str) -> Vec<(&str, &str, Vec<Range<usize>>)> {
    let mut found: Vec<(&str, &str, Vec<Range<usize>>)> = Vec::new();
    let mut section = "";
    // How far the key of the option being read is indented; what stands further in continues it.
    let mut open: Option<usize> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let offset = start;
        start += line.len();
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let at = offset + indent;
        if open.is_some_and(|outer| indent > outer)
            && let Some((_, _, values)) = found.last_mut()
        {
            values.push(at..at + trimmed.len());
            continue;
        }
        open = None;
        if let Some(inner) = trimmed.strip_prefix('[') {
            section = inner.split(']').next().unwrap_or_default().trim();
        } else if let Some(end) = trimmed.find(['=', ':']) {
            let value = trimmed[end + 1..].trim_start();
            let from = at + trimmed.len() - value.len();
            let values = Some(from..from + value.len()).filter(|line| !line.is_empty());
            let values = values.into_iter().collect();
            found.push((section, trimmed[..end].trim_end(), values));
            open = Some(indent);
        }
    }
    found
}

/// Returns the elements of a list: one a line, or separated by `;` where it has one line.
fn items(text: &str, values: &[Range<usize>]) -> Vec<Range<usize>> {
    let [one] = values else {
        return values.to_vec();
    };
    let mut items = Vec::new();
    let mut start = one.start;
    for piece in text[one.clone()].split(';') {
        let blanks = piece.len() - piece.trim_start().len();
        let trimmed = piece.trim();
        if !trimmed.is_empty() {
            items.push(start + blanks..start + blanks + trimmed.len());
        }
        start += piece.len() + 1;
    }
    items
}

#[cfg(test)]
mod tests {
    use super::super::tests::{demands, read_tree};

    #[test]
    fn lists_are_read_with_their_parts() {
        let text = "\
[metadata]
install_requires = none==1
[options]
install_requires =
    Jinja2==3.1.2
    # a comment
    requests>=2; os_name == 'nt'

    broken one
setup_requires = setuptools>=61; wheel
tests_require: file: req/test.txt
[options.extras_require]
docs =
  Pygments==2.14.0
[other]
x = 1
";
        let manifest = read_tree(
            "setup.cfg",
            &[("setup.cfg", text), ("req/test.txt", "pytest==7.4.0\n")],
        );
        assert_eq!(
            demands(&manifest),
            [
                "5:11 jinja2 3.1.2",
                "7:13 requests >=2 ; os_name == 'nt'",
                "10:28 setuptools >=61 build",
                "10:34 wheel any build",
                "1:7 pytest 7.4.0 group:tests dev",
                "14:11 pygments 2.14.0 extra:docs dev",
            ]
        );
        assert_eq!(manifest.problems.len(), 1);
        assert_eq!(manifest.problems[0].line, Some(9));
    }
}
