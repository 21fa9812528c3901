//! conda's `environment.yml`: the lines of its list for pip.
//!
//! conda's own packages have names of their own, which no advisory for PyPI can be about; they are counted.

use saphyr_parser::{Event, Parser, ScanError, Span, StrInput};

use crate::audit::dependency::Manifest;
use crate::finding::{RepoPath, printable};

use super::file::{File, Tree};
use super::{Format, Name, requirements_txt};

pub(super) const FORMAT: Format = Format {
    name: "environment.yml",
    files: "`environment*.yml`, `environment*.yaml`",
    versions: "the list for pip, read as a requirements file; conda's own packages are not audited",
    development: "by path: `audit.dev_paths`",
    locked: false,
    recognises,
    read,
};

fn recognises(name: &Name) -> bool {
    name.file.starts_with("environment") && ["yml", "yaml"].contains(&name.extension())
}

fn read(path: &RepoPath, content: &[u8], tree: &mut Tree, manifest: &mut Manifest) {
    let file = File::utf8(path, content, manifest);
    let mut reader = Reader {
        parser: Parser::new_from_str(&file.text),
        file: &file,
        tree,
        manifest,
        conda: 0,
    };
    let outcome = reader.document();
    let conda = reader.conda;
    if let Err(error) = outcome {
        let at = file.offset_of_character(error.marker().index());
        let reason = format!(
            "the file is no valid YAML from here on: {}",
            printable(error.info())
        );
        manifest.problems.push(file.problem(at, reason));
    }
    if conda > 0 {
        let reason = format!(
            "{conda} packages of conda itself are not audited: the advisories are for PyPI"
        );
        manifest.notices.push(file.problem(0, reason));
    }
}

struct Reader<'r, 'f, 't> {
    parser: Parser<'t, StrInput<'t>>,
    file: &'t File<'t>,
    tree: &'r mut Tree<'f>,
    manifest: &'r mut Manifest,
    conda: usize,
}

impl<'t> Reader<'_, '_, 't> {
    fn next(&mut self) -> Result<(Event<'t>, Span), ScanError> {
        self.parser
            .next_event()
            .unwrap_or(Ok((Event::StreamEnd, Span::default())))
    }

    fn document(&mut self) -> Result<(), ScanError> {
        loop {
            match self.next()?.0 {
                Event::MappingStart(..) => return self.mapping("dependencies", Self::dependencies),
                Event::StreamStart | Event::DocumentStart(_) => {}
                _ => return Ok(()),
            }
        }
    }

    /// Reads the value of one key of a mapping and skips the others.
    fn mapping(
        &mut self,
        wanted: &str,
        read: fn(&mut Self) -> Result<(), ScanError>,
    ) -> Result<(), ScanError> {
        loop {
            let (key, _) = self.next()?;
            match key {
                Event::MappingEnd | Event::StreamEnd => return Ok(()),
                Event::Scalar(key, ..) if key == wanted => read(self)?,
                key => {
                    self.skip(&key)?;
                    let (value, _) = self.next()?;
                    self.skip(&value)?;
                }
            }
        }
    }

    fn dependencies(&mut self) -> Result<(), ScanError> {
        self.elements(|reader, event, _| {
            match event {
                Event::MappingStart(..) => return reader.mapping("pip", Self::for_pip),
                Event::Scalar(..) => reader.conda += 1,
                event => reader.skip(&event)?,
            }
            Ok(())
        })
    }

    fn for_pip(&mut self) -> Result<(), ScanError> {
        self.elements(|reader, event, span| {
            let start = reader.file.offset_of_character(span.start.index());
            let end = reader.file.offset_of_character(span.end.index());
            let Event::Scalar(text, ..) = event else {
                reader
                    .manifest
                    .problems
                    .push(reader.file.problem(start, "expected a requirement"));
                return reader.skip(&event);
            };
            let written = reader
                .file
                .text
                .get(start..end)
                .and_then(|written| written.find(&*text));
            requirements_txt::read_line(
                reader.file,
                &text,
                reader.tree,
                reader.manifest,
                &|range| match written {
                    Some(skip) => start + skip + range.start..start + skip + range.end,
                    None => start..end,
                },
            );
            Ok(())
        })
    }

    /// Reads the elements of a list; anything else that stands in its place is skipped.
    fn elements(
        &mut self,
        mut read: impl FnMut(&mut Self, Event<'t>, Span) -> Result<(), ScanError>,
    ) -> Result<(), ScanError> {
        let (start, _) = self.next()?;
        if !matches!(start, Event::SequenceStart(..)) {
            return self.skip(&start);
        }
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::SequenceEnd | Event::StreamEnd => return Ok(()),
                event => read(self, event, span)?,
            }
        }
    }

    /// Skips what an event begins.
    fn skip(&mut self, event: &Event) -> Result<(), ScanError> {
        let mut depth = 0_usize;
        if matches!(event, Event::SequenceStart(..) | Event::MappingStart(..)) {
            depth = 1;
        }
        while depth > 0 {
            match self.next()?.0 {
                Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
                Event::SequenceEnd | Event::MappingEnd => depth -= 1,
                Event::StreamEnd => break,
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{demands, read_one, read_tree};

    #[test]
    fn the_list_for_pip_is_read() {
        let text = "\
# ünï
name: x
channels: [a, {b: c}]
dependencies:
  - python=3.11
  - numpy
  - pip
  - pip:
    - Jinja2==3.1.2  # why
    - \"requests[socks]>=2 ; os_name == 'nt'\"
    - -r more.txt
    - [x]
";
        let manifest = read_tree(
            "environment.yml",
            &[("environment.yml", text), ("more.txt", "idna==3.1")],
        );
        assert_eq!(
            demands(&manifest),
            [
                "9:13 jinja2 3.1.2",
                "10:23 requests >=2 ; os_name == 'nt'",
                "1:5 idna 3.1"
            ]
        );
        assert_eq!(manifest.problems[0].line, Some(12));
        assert_eq!(
            manifest.notices[0].reason,
            "3 packages of conda itself are not audited: the advisories are for PyPI"
        );
    }

    #[test]
    fn what_stands_before_a_broken_line_is_read() {
        let manifest = read_one(
            "environment.yml",
            "dependencies:\n- pip:\n  - a==1\n  - 'b\n",
        );
        assert_eq!(demands(&manifest), ["3:6 a 1"]);
        assert_eq!(manifest.problems.len(), 1);
    }
}
