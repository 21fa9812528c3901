//! `-f custom`: one line a finding, laid out by a template.

use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use super::template::{Field, Tag};
use super::{Document, Finding};

pub(super) fn render(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    for finding in &document.findings {
        let line = document.template.fill(|tag| field(document, finding, tag));
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn field(document: &Document, finding: &Finding, tag: Tag) -> Field {
    let absolute = || normal(&document.current_directory.join(&finding.filename));
    match tag {
        Tag::AbsolutePath => Field::Text(absolute().display().to_string()),
        Tag::RelativePath => {
            Field::Text(relative(&absolute(), &normal(&document.current_directory)))
        }
        Tag::Line => Field::Number(i64::from(finding.line_number)),
        Tag::Column => Field::Number(finding.col_offset),
        Tag::EndColumn => Field::Number(finding.end_col_offset),
        Tag::TestId => Field::Text(finding.test_id.clone()),
        Tag::Severity => Field::Text(finding.severity.name().to_owned()),
        Tag::Message => Field::Text(finding.text.clone()),
        Tag::Confidence => Field::Text(finding.confidence.name().to_owned()),
        Tag::Range => Field::Other(format!("{:?}", finding.line_range)),
        Tag::Weakness => Field::Other(format!("CWE-{} ({})", finding.cwe, finding.cwe_link())),
    }
}

/// Returns a path without `.` and `..`, by its text alone.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            component => normal.push(component),
        }
    }
    normal
}

/// Returns the way from one absolute path to another.
fn relative(path: &Path, from: &Path) -> String {
    let common = path
        .components()
        .zip(from.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(path.components().skip(common)).collect();
    if way.as_os_str().is_empty() {
        ".".to_owned()
    } else {
        way.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_by_their_text() {
        let way =
            |path: &str, from: &str| relative(&normal(Path::new(path)), &normal(Path::new(from)));
        assert_eq!(way("/a/b/../c.py", "/a"), "c.py");
        assert_eq!(way("/a/c.py", "/a/b/d"), "../../c.py");
        assert_eq!(way("/a/./b", "/a/b"), ".");
    }
}
