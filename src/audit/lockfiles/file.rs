//! A dependency file as its reader sees it: the text, and where each byte of it stands.

use std::borrow::Cow;
use std::ops::Range;

use crate::audit::dependency::{Manifest, Problem};
use crate::finding::{Location, Place, Position, RepoPath, printable};

/// Characters are counted ahead every this many bytes, so that a position costs the same on a line of any length.
const STRIDE: usize = 1024;

/// The text of one dependency file.
pub(super) struct File<'t> {
    pub(super) path: RepoPath,
    pub(super) text: Cow<'t, str>,
    /// Where each line begins.
    lines: Vec<usize>,
    /// How many characters begin before each multiple of [`STRIDE`].
    characters: Vec<u32>,
}

impl<'t> File<'t> {
    pub(super) fn new(path: RepoPath, text: Cow<'t, str>) -> Self {
        let bytes = text.as_bytes();
        let mut lines = vec![0];
        lines.extend(memchr::memchr_iter(b'\n', bytes).map(|at| at + 1));
        let mut count = 0;
        let mut characters = Vec::with_capacity(bytes.len() / STRIDE + 1);
        for chunk in bytes.chunks(STRIDE) {
            characters.push(count);
            count += beginnings(chunk);
        }
        characters.push(count);
        Self {
            path,
            text,
            lines,
            characters,
        }
    }

    /// Returns the text of a file that has to be UTF-8; what is not is replaced and noted.
    pub(super) fn utf8(path: &RepoPath, content: &'t [u8], manifest: &mut Manifest) -> Self {
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        let text = String::from_utf8_lossy(content);
        let file = Self::new(path.clone(), text);
        if let Err(error) = std::str::from_utf8(content) {
            let line = memchr::memchr_iter(b'\n', &content[..error.valid_up_to()]).count();
            manifest.problems.push(Problem {
                path: path.clone(),
                line: Some(line as u32 + 1),
                reason: "the file is not UTF-8".to_owned(),
            });
        }
        file
    }

    fn characters_before(&self, offset: usize) -> u32 {
        let stride = offset / STRIDE;
        let rest = &self.text.as_bytes()[stride * STRIDE..offset];
        self.characters[stride] + beginnings(rest)
    }

    /// Returns where a character, counted from the start of the text, begins.
    pub(super) fn offset_of_character(&self, index: usize) -> usize {
        let index = index as u32;
        let stride = self.characters.partition_point(|&before| before <= index) - 1;
        let start = stride * STRIDE;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let begins = rest
            .iter()
            .enumerate()
            .filter(|(_, byte)| *byte & 0xc0 != 0x80);
        let at = begins
            .map(|(at, _)| at)
            .nth((index - self.characters[stride]) as usize);
        at.map_or(self.text.len(), |at| start + at)
    }

    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.lines.partition_point(|&start| start <= offset);
        let start = self.lines[line - 1];
        let before = if offset - start <= STRIDE {
            beginnings(&self.text.as_bytes()[start..offset])
        } else {
            self.characters_before(offset) - self.characters_before(start)
        };
        Position {
            line: line as u32,
            column: before + 1,
        }
    }

    pub(super) fn location(&self, span: Range<usize>) -> Location {
        Location {
            place: Place::File(self.path.clone()),
            start: self.position(span.start),
            end: self.position(span.end),
        }
    }

    /// Says that something was not read.
    pub(super) fn problem(&self, at: usize, reason: impl Into<String>) -> Problem {
        Problem {
            path: self.path.clone(),
            line: Some(self.position(at).line),
            reason: reason.into(),
        }
    }
}

/// Returns how many characters begin in a piece of UTF-8.
fn beginnings(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() as u32
}

/// Returns a text that is safe to print and short enough for a message.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let text = text.trim();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", printable(&text[..end])),
        None => format!("`{}`", printable(text)),
    }
}

/// The other files of the tree that the read file stands in.
pub(super) struct Tree<'f> {
    pub(super) read: &'f mut dyn FnMut(&RepoPath) -> Option<Vec<u8>>,
}

impl Tree<'_> {
    /// Returns the content of a file that stands in the same folder as another.
    pub(super) fn beside(&mut self, path: &RepoPath, name: &str) -> Option<Vec<u8>> {
        (self.read)(&resolve(path, name)?)
    }
}

/// Returns the path that a file means by a relative path; nothing if it leads out of the tree.
pub(super) fn resolve(from: &RepoPath, relative: &str) -> Option<RepoPath> {
    if relative.starts_with('/') || relative.contains('\0') {
        return None;
    }
    let bytes = from.as_bytes();
    let folder = &bytes[..bytes.len() - from.file_name().len()];
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in folder
        .split(|&byte| byte == b'/')
        .chain(relative.as_bytes().split(|&byte| byte == b'/'))
    {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| RepoPath::new(parts.join(&b'/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters() {
        let text = format!("é=1\n{}x\n", "ü".repeat(5_000));
        let file = File::new(RepoPath::new("a"), Cow::Borrowed(&text));
        let at = |offset| {
            let position = file.position(offset);
            (position.line, position.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(2), (1, 2));
        assert_eq!(at(5), (2, 1));
        assert_eq!(at(10_005), (2, 5_001));
        assert_eq!(at(text.len()), (3, 1));
        assert_eq!(at(usize::MAX), (3, 1));
        let offsets = [0, 1, 4, 2_000, 5_004, 9_999].map(|index| file.offset_of_character(index));
        assert_eq!(offsets, [0, 2, 5, 3_997, 10_005, text.len()]);
    }

    #[test]
    fn a_relative_path_stays_in_the_tree() {
        let from = RepoPath::new("a/b/c.txt");
        let resolved = |relative: &str| resolve(&from, relative).map(|path| path.to_text());
        assert_eq!(resolved("d.txt").as_deref(), Some("a/b/d.txt"));
        assert_eq!(resolved("./../d.txt").as_deref(), Some("a/d.txt"));
        assert_eq!(resolved("../../d.txt").as_deref(), Some("d.txt"));
        for outside in ["../../../d.txt", "/etc/passwd", "..//..", "x\0y"] {
            assert_eq!(resolved(outside), None, "{outside}");
        }
    }
}
