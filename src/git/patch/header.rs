//! The header of a file in a patch: its path, and what kind of file it becomes.

use super::Lines;
use crate::finding::RepoPath;
use crate::input::FileMode;

/// The letters that git puts before paths, with a slash.
const PREFIXES: &[u8] = b"abciow12";

/// What the lines before the first hunk say.
#[derive(Debug)]
pub(super) struct Header {
    /// The path after the change (for a deletion: before it).
    pub(super) path: RepoPath,
    /// What kind of file it is.
    pub(super) mode: FileMode,
    /// Whether the change deletes the file.
    pub(super) deleted: bool,
}

/// Returns whether a line says that binary files differ.
pub(super) fn is_binary_note(line: &[u8]) -> bool {
    (line.starts_with(b"Binary files ") || line.starts_with(b"Files "))
        && line.ends_with(b" differ")
}

/// Returns whether two lines name the files of a difference.
fn names_files(lines: &Lines<'_>, ahead: usize) -> bool {
    let at = |ahead| lines.peek(ahead).unwrap_or_default();
    at(ahead).starts_with(b"--- ") && at(ahead + 1).starts_with(b"+++ ")
}

impl Header {
    /// Reads the header that begins at the current line, if one does. A binary note without a header is left
    /// for the caller to take, with the path that it names.
    pub(super) fn read(lines: &mut Lines<'_>) -> Option<Self> {
        let line = lines.peek(0)?;
        if is_binary_note(line) {
            let path = RepoPath::new(between(line).unwrap_or(line));
            return Some(Self {
                path,
                mode: FileMode::Regular,
                deleted: false,
            });
        }
        let git = line.strip_prefix(b"diff --git ");
        let combined = line
            .strip_prefix(b"diff --cc ")
            .or_else(|| line.strip_prefix(b"diff --combined "));
        let other = line.starts_with(b"diff ") && names_files(lines, 1);
        if git.is_none()
            && combined.is_none()
            && !other
            && !(names_files(lines, 0) && hunk_follows(lines))
        {
            return None;
        }
        let path = git
            .and_then(path_of_both)
            .or_else(|| combined.map(unquote))
            .unwrap_or_default();
        let mut header = Self {
            path: RepoPath::new(path),
            mode: FileMode::Regular,
            deleted: false,
        };
        if line.starts_with(b"diff ") {
            lines.take();
            header.read_extended(lines);
        }
        if names_files(lines, 0) {
            header.read_names(lines, combined.is_some());
        }
        Some(header)
    }

    /// Reads git's lines between `diff --git` and `---`.
    fn read_extended(&mut self, lines: &mut Lines<'_>) {
        while let Some(line) = lines.peek(0) {
            if let Some(path) = line
                .strip_prefix(b"rename to ")
                .or_else(|| line.strip_prefix(b"copy to "))
            {
                self.path = RepoPath::new(unquote(path));
            } else if line.starts_with(b"deleted file mode ") {
                self.deleted = true;
            } else if !is_extended(line) {
                return;
            }
            if line.ends_with(b" 120000") {
                self.mode = FileMode::Symlink;
            }
            lines.take();
        }
    }

    /// Reads the two lines that name the old and the new file.
    fn read_names(&mut self, lines: &mut Lines<'_>, combined: bool) {
        let mut name = || {
            lines
                .take()
                .map(|line| unquote(&super::without_end(line)[4..]))
                .unwrap_or_default()
        };
        let (old, new) = (name(), name());
        let known = |path: &[u8]| path.len() > 2 && PREFIXES.contains(&path[0]) && path[1] == b'/';
        let (no_old, no_new) = (old == b"/dev/null", new == b"/dev/null");
        let prefixed = match (no_old, no_new) {
            (true, true) => return,
            (true, false) => known(&new),
            (false, true) => known(&old),
            (false, false) => known(&old) && known(&new) && (old[0] != new[0] || combined),
        };
        let path = if no_new { old } else { new };
        // A header that names one path for both sides without prefixes knows better.
        let is_whole = self.path.as_bytes() == path;
        let start = if prefixed && !is_whole { 2 } else { 0 };
        self.path = RepoPath::new(&path[start..]);
        self.deleted |= no_new;
    }
}

fn hunk_follows(lines: &Lines<'_>) -> bool {
    lines.peek(2).is_some_and(super::hunk::begins)
}

fn is_extended(line: &[u8]) -> bool {
    const KNOWN: &[&[u8]] = &[
        b"index ",
        b"old mode ",
        b"new mode ",
        b"new file mode ",
        b"mode ",
        b"similarity index ",
        b"dissimilarity index ",
        b"rename from ",
        b"copy from ",
    ];
    KNOWN.iter().any(|start| line.starts_with(start))
}

/// Returns the path that both halves of `a/path b/path` name, if they agree.
fn path_of_both(names: &[u8]) -> Option<Vec<u8>> {
    if names.starts_with(b"\"") {
        let path = unquote(names);
        return Some(path.get(2..)?.to_vec());
    }
    let middle = names.len() / 2;
    let (old, new) = (names.get(..middle)?, names.get(middle + 1..)?);
    if names.get(middle) != Some(&b' ') || old.len() != new.len() {
        return None;
    }
    if old == new {
        return Some(new.to_vec());
    }
    (old.len() > 2 && old[1..] == new[1..] && old[1] == b'/').then(|| new[2..].to_vec())
}

/// Returns what stands between `Binary files` and `differ`.
fn between(line: &[u8]) -> Option<&[u8]> {
    let rest = line
        .strip_prefix(b"Binary files ")
        .or_else(|| line.strip_prefix(b"Files "))?;
    rest.strip_suffix(b" differ")
}

/// Returns a path as it is: without C-style quoting, or without the time that follows a tab.
fn unquote(path: &[u8]) -> Vec<u8> {
    let Some(quoted) = path.strip_prefix(b"\"") else {
        let end = memchr::memchr(b'\t', path).unwrap_or(path.len());
        return path[..end].to_vec();
    };
    let mut out = Vec::with_capacity(quoted.len());
    let mut bytes = quoted.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => break,
            b'\\' => {
                let Some(escaped) = bytes.next() else { break };
                if !(b'0'..=b'7').contains(&escaped) {
                    out.push(control(escaped));
                    continue;
                }
                let mut value = u32::from(escaped - b'0');
                for _ in 0..2 {
                    let Some(digit) = bytes.next_if(|byte| (b'0'..=b'7').contains(byte)) else {
                        break;
                    };
                    value = value * 8 + u32::from(digit - b'0');
                }
                out.push(value as u8);
            }
            other => out.push(other),
        }
    }
    out
}

/// Returns the byte that a letter behind a backslash means.
fn control(letter: u8) -> u8 {
    match letter {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        other => other,
    }
}
