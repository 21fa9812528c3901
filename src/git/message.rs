//! The text of a commit message in the making.

use std::path::Path;

use crate::finding::Place;
use crate::input::TextChange;

/// What stands on the line below which git drops everything, behind the comment mark.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";

/// Returns the text of a message in the making: what `commit-msg` is given, cut where git will cut it.
///
/// Comment lines stay: whether git drops them depends on how the message came about, and `-m` keeps them. The
/// cut is made only where git wrote it, with its notice below; a line that merely looks like it hides nothing.
/// What git puts below is the diff of `commit --verbose`, whose removed lines are not part of the commit.
pub fn message_text(file: &Path, mut bytes: Vec<u8>) -> TextChange {
    // Every message file (a commit's, a merge's, a squash's) has the same form.
    let _ = file;
    if let Some(end) = scissors(&bytes) {
        bytes.truncate(end);
    }
    TextChange {
        place: Place::CommitMessage,
        bytes: bytes.into(),
    }
}

/// Returns where the scissors line begins.
fn scissors(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(bytes, SCISSORS).find_map(|at| {
        let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1);
        let mark = &bytes[start..at];
        let below = bytes[at + SCISSORS.len()..].strip_prefix(b"\n")?;
        let is_mark = !mark.is_empty() && !mark.iter().any(u8::is_ascii_whitespace);
        let has_notice = below
            .strip_prefix(mark)
            .is_some_and(|notice| notice.starts_with(b" "));
        (is_mark && has_notice).then_some(start)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(message: &str) -> String {
        let text = message_text(Path::new("COMMIT_EDITMSG"), message.as_bytes().to_vec());
        String::from_utf8(text.bytes.to_vec()).unwrap()
    }

    #[test]
    fn the_message_is_cut_where_git_cuts_it() {
        let line = std::str::from_utf8(SCISSORS).unwrap();
        let cut = format!(
            "subject\n\n# comment\n#{line}\n# Do not modify or remove the line above.\ndiff --git a/x b/x\n"
        );
        assert_eq!(text(&cut), "subject\n\n# comment\n");
        assert_eq!(text(&cut.replace('#', ";;")), "subject\n\n;; comment\n");
        assert_eq!(text("subject\n# comment\n"), "subject\n# comment\n");
    }

    #[test]
    fn nothing_hides_below_a_line_that_only_looks_like_the_cut() {
        let line = std::str::from_utf8(SCISSORS).unwrap();
        for message in [
            format!("a\n#{line}\nsecret\n"),
            format!("a\n{line}\n# x\n"),
            format!("a\n# #{line}\n# # x\n"),
            format!("a\n#{line} x\n# x\n"),
        ] {
            assert_eq!(text(&message), message);
        }
    }
}
