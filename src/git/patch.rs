//! Reads a patch: what `git diff`, `git format-patch`, `git log -p`, `git show` or `diff -u` print.
//!
//! Comes in: bytes. Goes out: a [`Change`] in which each hunk is a file of its own, new and old side inline;
//! the text around the differences is a commit message. What a patch does not show (binary files) is named in
//! [`Change::unread`]. A patch that breaks off is an error with the line's number.

mod header;
mod hunk;

use std::sync::Arc;

use super::GitError;
use crate::finding::Place;
use crate::input::{Change, TextChange};
use header::Header;

/// The lines of a patch, each with its end, and the position among them.
struct Lines<'a> {
    lines: Vec<&'a [u8]>,
    at: usize,
}

impl<'a> Lines<'a> {
    /// Returns a line without its end, counted from the current one.
    fn peek(&self, ahead: usize) -> Option<&'a [u8]> {
        self.lines
            .get(self.at + ahead)
            .map(|line| without_end(line))
    }

    /// Returns the current line with its end and steps over it.
    fn take(&mut self) -> Option<&'a [u8]> {
        let line = self.lines.get(self.at).copied();
        self.at += usize::from(line.is_some());
        line
    }

    fn malformed(&self, what: &str) -> GitError {
        GitError::Malformed(format!("line {} of the patch: {what}", self.at + 1))
    }
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Reads a unified diff (of `git diff`, `git format-patch`, `diff -u`) into a change.
pub fn patch(bytes: &[u8]) -> Result<Change, GitError> {
    let mut lines = Lines {
        lines: bytes.split_inclusive(|&byte| byte == b'\n').collect(),
        at: 0,
    };
    let mut change = Change::default();
    let mut prose = Prose::default();
    let mut sections = 0;
    while let Some(line) = lines.peek(0) {
        if let Some(header) = Header::read(&mut lines) {
            prose.end(&mut change);
            sections += 1;
            section(&header, &mut lines, &mut change)?;
        } else {
            prose.line(line, lines.take().unwrap_or_default(), &mut change);
        }
    }
    prose.end(&mut change);
    if sections == 0 && !prose.is_mail && !bytes.trim_ascii().is_empty() {
        return Err(GitError::Malformed(
            "the patch holds no unified difference".to_owned(),
        ));
    }
    change.parents = change
        .files
        .iter()
        .map(|file| file.old.len())
        .max()
        .unwrap_or(1);
    change.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(change)
}

/// Reads what follows the header of a file: hunks, or a note that there are none to show.
fn section(header: &Header, lines: &mut Lines<'_>, change: &mut Change) -> Result<(), GitError> {
    while lines.peek(0).is_some_and(hunk::begins) {
        change.files.push(hunk::read(header, lines)?);
    }
    let Some(line) = lines.peek(0) else {
        return Ok(());
    };
    if line == b"GIT binary patch" {
        lines.take();
        skip_binary(lines);
        change.unread.push((
            header.path.clone(),
            "the patch holds it in binary form".to_owned(),
        ));
    } else if header::is_binary_note(line) {
        lines.take();
        change.unread.push((
            header.path.clone(),
            "it is binary, and the patch does not hold it".to_owned(),
        ));
    }
    Ok(())
}

/// Passes over the blocks of a binary patch, each of which ends at an empty line.
fn skip_binary(lines: &mut Lines<'_>) {
    while lines
        .peek(0)
        .is_some_and(|line| line.starts_with(b"literal ") || line.starts_with(b"delta "))
    {
        while lines
            .take()
            .is_some_and(|line| !without_end(line).is_empty())
        {}
    }
}

/// The text around the differences.
#[derive(Default)]
struct Prose {
    text: Vec<u8>,
    /// Whether what follows is not part of the message: statistics, a mail's signature.
    ignored: bool,
    /// Whether a commit's first line was seen.
    is_mail: bool,
}

impl Prose {
    fn line(&mut self, line: &[u8], whole: &[u8], change: &mut Change) {
        if begins_commit(line) {
            self.end(change);
            self.is_mail = true;
        } else if self.is_mail && (line == b"---" || line == b"-- ") {
            self.ignored = true;
        }
        if !self.ignored {
            self.text.extend_from_slice(whole);
        }
    }

    fn end(&mut self, change: &mut Change) {
        let text = std::mem::take(&mut self.text);
        self.ignored = false;
        if !text.trim_ascii().is_empty() {
            change.texts.push(TextChange {
                place: Place::CommitMessage,
                bytes: Arc::from(text),
            });
        }
    }
}

/// Returns whether a line is the first of a commit: `From <id> …` of a mail, `commit <id>` of a log.
fn begins_commit(line: &[u8]) -> bool {
    let rest = line
        .strip_prefix(b"From ")
        .or_else(|| line.strip_prefix(b"commit "));
    let id = rest.and_then(|rest| rest.split(|&byte| byte == b' ').next());
    id.is_some_and(|id| matches!(id.len(), 40 | 64) && id.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::input::{Content, FileMode};

    fn show(content: Option<&Content>) -> String {
        match content {
            Some(Content::Inline { bytes, first_line }) => {
                format!("{first_line}:{}", String::from_utf8_lossy(bytes))
            }
            _ => "-".to_owned(),
        }
    }

    fn read(text: &str) -> Vec<String> {
        let change = patch(text.as_bytes()).unwrap();
        let each = change.files.iter().map(|file| {
            let old: Vec<_> = file.old.iter().map(|old| show(old.as_ref())).collect();
            format!(
                "{} {} <- {}",
                file.path,
                show(file.new.as_ref()),
                old.join("|")
            )
        });
        each.collect()
    }

    #[test]
    fn each_hunk_is_a_file_with_both_sides() {
        let text = "diff --git a/d/f b/d/f\nindex 1..2 100644\n--- a/d/f\n+++ b/d/f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\
                    @@ -9 +9,2 @@ fn x()\n+n\n z\n\\ No newline at end of file\n";
        assert_eq!(
            read(text),
            ["d/f 1:a\nc\n <- 1:a\nb\n", "d/f 9:n\nz <- 9:z"]
        );
    }

    #[test]
    fn new_deleted_renamed_and_linked_files_are_understood() {
        let text = "diff --git a/n b/n\nnew file mode 120000\nindex 0..1\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+t\n\\ No newline at end of file\n\
                    diff --git a/gone b/gone\ndeleted file mode 100644\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n\
                    diff --git a/o b/p q\nsimilarity index 90%\nrename from o\nrename to p q\n--- a/o\n+++ b/p q\t\n@@ -1 +1 @@\n-x\n+y\n\
                    diff --git a/same b/same2\nsimilarity index 100%\nrename from same\nrename to same2\n";
        assert_eq!(
            read(text),
            ["gone - <- 1:x\n", "n 1:t <- -", "p q 1:y\n <- 1:x\n"]
        );
        assert_eq!(
            patch(text.as_bytes()).unwrap().files[1].mode,
            FileMode::Symlink
        );
    }

    #[test]
    fn paths_lose_exactly_the_prefixes_that_git_put_before_them() {
        let paths = |old: &str, new: &str| {
            let change =
                patch(format!("--- {old}\n+++ {new}\n@@ -1 +1 @@\n-x\n+y\n").as_bytes()).unwrap();
            change.files[0].path.as_bytes().escape_ascii().to_string()
        };
        assert_eq!(paths("a/x/y", "b/x/y"), "x/y");
        assert_eq!(paths("i/x", "w/x"), "x");
        assert_eq!(paths("a/x", "a/x"), "a/x");
        assert_eq!(
            paths("old/x\t2026-01-01 00:00:00", "new/x\t2026-01-01 00:00:00"),
            "new/x"
        );
        assert_eq!(paths("/dev/null", "b/x"), "x");
        assert_eq!(
            paths(
                "\"a/q\\\"\\n\\303\\274\\377\"",
                "\"b/q\\\"\\n\\303\\274\\377\""
            ),
            "q\\\"\\n\\xc3\\xbc\\xff"
        );
    }

    #[test]
    fn a_mail_brings_its_message_and_not_its_statistics() {
        let id = "1".repeat(40);
        let text = format!(
            "From {id} Mon Sep 17 00:00:00 2001\nSubject: [PATCH] s\n\nbody\n---\n x | 1 +\n\n\
             diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+y\n-- \n2.47.3\n\nFrom {id} Mon\nSubject: t\n\n---\n"
        );
        let change = patch(text.as_bytes()).unwrap();
        let texts: Vec<_> = change
            .texts
            .iter()
            .map(|text| String::from_utf8_lossy(&text.bytes))
            .collect();
        assert_eq!(texts.len(), 2, "{texts:?}");
        assert!(
            texts[0].ends_with("Subject: [PATCH] s\n\nbody\n"),
            "{texts:?}"
        );
        assert!(texts[1].ends_with("Subject: t\n\n"), "{texts:?}");
    }

    #[test]
    fn what_a_patch_does_not_show_is_named() {
        let text = "diff --git a/i.png b/i.png\nindex 1..2\nBinary files a/i.png and b/i.png differ\n\
                    diff --git a/j b/j\nindex 1..2\nGIT binary patch\nliteral 3\nKcmZQzWMXCj\n\nliteral 0\nHcmV?d00001\n\n\
                    diff --git a/k b/k\n--- a/k\n+++ b/k\n@@ -1 +1 @@\n-x\n+y\n";
        let change = patch(text.as_bytes()).unwrap();
        let unread: Vec<_> = change
            .unread
            .iter()
            .map(|(path, _)| path.to_string())
            .collect();
        assert_eq!(unread, ["i.png", "j"]);
        assert_eq!(change.files.len(), 1);
        let plain = patch(b"Binary files x/a and y/a differ\n").unwrap();
        assert_eq!(plain.unread[0].0.to_string(), "x/a and y/a");
    }

    #[test]
    fn combined_differences_keep_every_parent() {
        let text = "diff --cc f\nindex 1,2..3\n--- a/f\n+++ b/f\n@@@ -1,2 -1,2 +1,3 @@@\n  both\n- ours\n -theirs\n++new\n +from ours\n";
        assert!(patch(text.as_bytes()).is_err(), "the counts do not fit");
        let text = "diff --cc f\nindex 1,2..3\n--- a/f\n+++ b/f\n@@@ -1,2 -1,2 +1,2 @@@\n  both\n- ours\n -theirs\n++new\n";
        assert_eq!(
            read(text),
            ["f 1:both\nnew\n <- 1:both\nours\n|1:both\ntheirs\n"]
        );
    }

    #[test]
    fn carriage_returns_belong_to_the_content_and_not_to_the_headers() {
        let text = "--- a/x\r\n+++ b/x\r\n@@ -1,2 +1,2 @@\r\n-x\r\n\r\n+y\r\n";
        assert_eq!(read(text), ["x 1:\r\ny\r\n <- 1:x\r\n\r\n"]);
    }

    #[test]
    fn a_patch_that_breaks_off_is_refused_with_its_line() {
        let head = "--- a/x\n+++ b/x\n";
        for (body, line) in [
            ("@@ -1,2 +1 @@\n a\n", 5),
            ("@@ -1 +1 @@\n-a\nrest\n", 5),
            ("@@ -1 +1 @@\n-a\n-b\n", 5),
            ("@@ -1 +x @@\n-a\n", 3),
            ("@@ -1 +99999999999 @@\n-a\n", 3),
        ] {
            let error = patch(format!("{head}{body}").as_bytes())
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with(&format!("line {line} of the patch")),
                "{body:?}: {error}"
            );
        }
        assert!(patch(b"just text\n").is_err());
        assert!(patch(b"*** a\n--- b\n***************\n*** 1 ****\n").is_err());
        assert_eq!(patch(b" \n").unwrap().files, []);
    }

    /// One line of a hunk: its mark and its text.
    fn hunk_line() -> impl Strategy<Value = (char, String)> {
        (
            prop::sample::select(vec![' ', '+', '-']),
            "[ -~\u{e4}]{0,12}",
        )
    }

    proptest! {
        #[test]
        fn a_hunk_reads_back_as_it_was_written(lines in prop::collection::vec(hunk_line(), 1..20), start in 1u32..1000) {
            let count = |skip: char| lines.iter().filter(|(mark, _)| *mark != skip).count();
            let side = |skip: char| -> String {
                let kept = lines.iter().filter(|(mark, _)| *mark != skip);
                kept.map(|(_, text)| format!("{text}\n")).collect::<Vec<_>>().concat()
            };
            let body = lines.iter().map(|(mark, text)| format!("{mark}{text}\n")).collect::<Vec<_>>().concat();
            let (old, new) = (count('+'), count('-'));
            let text = format!("--- a/f\n+++ b/f\n@@ -{start},{old} +{start},{new} @@\n{body}");
            let change = patch(text.as_bytes()).unwrap();
            prop_assert_eq!(change.files.len(), 1);
            prop_assert_eq!(show(change.files[0].new.as_ref()), format!("{start}:{}", side('-')));
            prop_assert_eq!(show(change.files[0].old[0].as_ref()), format!("{start}:{}", side('+')));
        }

        #[test]
        fn arbitrary_text_is_a_change_or_an_error(
            lines in prop::collection::vec(prop::sample::select(vec![
                "diff --git a/x b/x", "diff --cc x", "--- a/x", "+++ b/x", "--- /dev/null", "+++ \"b/\\", "@@ -1 +1 @@",
                "@@@ -1 -1 +1 @@@", "@@ -0,0 +1,2 @@", "+x", "-x", " x", "", "\\ No newline", "GIT binary patch", "literal 1",
                "rename to x", "Binary files a and b differ", "---", "-- ", "@@@@@@", "new file mode 9",
            ]), 0..30),
            bytes: Vec<u8>,
        ) {
            let _ = patch(lines.join("\n").as_bytes());
            let _ = patch(&bytes);
        }
    }
}
