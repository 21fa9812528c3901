//! The trailers that say whether the hook has looked at a commit, written into the message the way git writes
//! trailers.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::{Context, gate, kept};
use crate::git::Repository;

/// Says that the hook did not look, and why.
const UNSCANNED: &str = "Gate-Unscanned";
/// Says by which policy the hook looked, and what it said.
const SCAN: &str = "Gate-Scan";
/// What stands, behind the comment mark, on the line below which git drops everything.
const SCISSORS: &str = " ------------------------ >8 ------------------------";
/// The file in the git directory that holds the template of the message in the making.
const TEMPLATE: &str = "gate-hook/template";

/// The file of a message in the making, and how git will read it.
pub(super) struct Message {
    /// The file.
    file: PathBuf,
    /// What a line that git drops begins with, where a person edits the message.
    comment: Option<Vec<u8>>,
}

impl Message {
    /// Finds out how git will read a message.
    pub(super) fn of(context: &Context, file: &Path) -> Result<Self, Failure> {
        let has_editor = context
            .environment
            .text("GIT_EDITOR")
            .is_none_or(|editor| editor != ":");
        let comment = if has_editor {
            Some(comment_mark(gate::open(context)?.as_ref()).into_bytes())
        } else {
            None
        };
        Ok(Self {
            file: file.to_owned(),
            comment,
        })
    }

    /// Returns whether a line is part of what is said.
    fn counts(&self, line: &[u8]) -> bool {
        let is_comment = self
            .comment
            .as_ref()
            .is_some_and(|mark| line.starts_with(mark));
        !is_comment && !line.trim_ascii().is_empty()
    }

    /// Returns whether git drops this line and everything below it.
    fn is_cut(&self, line: &[u8]) -> bool {
        let rest = self
            .comment
            .as_ref()
            .and_then(|mark| line.strip_prefix(&mark[..]));
        rest.is_some_and(|rest| rest.trim_ascii_end() == SCISSORS.as_bytes())
    }
}

fn comment_mark(repository: &dyn Repository) -> String {
    ["core.commentString", "core.commentChar"]
        .iter()
        .filter_map(|key| repository.setting(key).ok().flatten())
        .filter_map(|setting| setting.value.into_os_string().into_string().ok())
        .find(|mark| !mark.is_empty() && mark != "auto")
        .unwrap_or_else(|| "#".to_owned())
}

/// Marks a commit as not scanned, unless its message is empty: then git gives the commit up.
pub(super) fn mark_unscanned(message: &Message) -> io::Result<()> {
    rewrite(message, Some((UNSCANNED, "no-verify")))
}

/// Makes the message of a commit that was looked at say so, where `evidence` is asked for. What it said before of
/// another look, or of none, is taken out. A template that nobody has edited stays: git gives the commit up.
pub(super) fn settle(
    context: &Context,
    git_dir: &Path,
    file: &Path,
    evidence: Option<&str>,
) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::could_not_look(error.to_string());
    let bytes = fs::read(file).map_err(failed)?;
    let says_something = bytes.split(|&byte| byte == b'\n').any(is_ours);
    if evidence.is_none() && !says_something {
        return Ok(());
    }
    let message = Message::of(context, file)?;
    if fs::read(git_dir.join(TEMPLATE))
        .is_ok_and(|template| say_the_same(&message, &template, &bytes))
    {
        return Ok(());
    }
    rewrite(&message, evidence.map(|value| (SCAN, value))).map_err(failed)
}

/// Keeps the template of a message, for [`settle`].
pub(super) fn keep_template(git_dir: &Path, file: &Path) -> io::Result<()> {
    let template = fs::read(file)?;
    kept::write(git_dir, TEMPLATE, &template)
}

fn say_the_same(message: &Message, one: &[u8], other: &[u8]) -> bool {
    let said = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let lines = bytes.split(|&byte| byte == b'\n');
        lines
            .filter(|line| message.counts(line))
            .map(|line| line.trim_ascii_end().to_vec())
            .collect()
    };
    said(one) == said(other)
}

fn rewrite(message: &Message, wanted: Option<(&str, &str)>) -> io::Result<()> {
    let bytes = fs::read(&message.file)?;
    match rewritten(&bytes, message, wanted) {
        Some(text) => fs::write(&message.file, text),
        None => Ok(()),
    }
}

/// Returns a message that says what is wanted and nothing else of the kind; nothing where it stays as it is.
fn rewritten(bytes: &[u8], message: &Message, wanted: Option<(&str, &str)>) -> Option<Vec<u8>> {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    let cut = lines
        .iter()
        .position(|line| message.is_cut(line))
        .unwrap_or(lines.len());
    let rest = lines.split_off(cut);
    let said: Vec<&[u8]> = lines.iter().copied().filter(|line| is_ours(line)).collect();
    match (said.as_slice(), wanted) {
        ([], None) => return None,
        ([only], Some((key, value))) if value_of(only, key) == Some(value.as_bytes()) => {
            return None;
        }
        _ => {}
    }
    lines.retain(|line| !is_ours(line));
    let end = lines.iter().rposition(|line| message.counts(line))? + 1;
    let mut out = lines[..end].concat();
    if let Some((key, value)) = wanted {
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
        if !ends_in_trailers(message, &lines[..end]) {
            out.push(b'\n');
        }
        out.extend_from_slice(format!("{key}: {value}\n").as_bytes());
    }
    // The blank line before what was taken out goes with it.
    let tail = &lines[end..];
    if said.is_empty() || !tail.iter().all(|line| line.trim_ascii().is_empty()) {
        out.extend(tail.concat());
    }
    out.extend(rest.concat());
    Some(out)
}

/// Returns whether the last paragraph consists of trailers and is not the subject.
fn ends_in_trailers(message: &Message, lines: &[&[u8]]) -> bool {
    let is_blank = |line: &&[u8]| line.trim_ascii().is_empty();
    let start = lines
        .iter()
        .rposition(is_blank)
        .map_or(0, |blank| blank + 1);
    let subject = lines.iter().position(|line| message.counts(line));
    subject.is_some_and(|subject| start > subject)
        && lines[start..]
            .iter()
            .filter(|line| message.counts(line))
            .all(|line| is_trailer(line))
}

/// Returns whether a line is one of our trailers.
fn is_ours(line: &[u8]) -> bool {
    value_of(line, UNSCANNED).is_some() || value_of(line, SCAN).is_some()
}

/// Returns the value of a trailer with this key.
fn value_of<'l>(line: &'l [u8], key: &str) -> Option<&'l [u8]> {
    let (name, rest) = line.split_at_checked(key.len())?;
    let value = rest.strip_prefix(b":")?;
    name.eq_ignore_ascii_case(key.as_bytes())
        .then(|| value.trim_ascii())
}

/// Returns whether git takes a line of the last paragraph for a trailer or the continuation of one.
fn is_trailer(line: &[u8]) -> bool {
    if line.starts_with(b" ") || line.starts_with(b"(cherry picked from commit ") {
        return true;
    }
    let Some(colon) = memchr::memchr(b':', line) else {
        return false;
    };
    colon > 0
        && line[..colon]
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        && line.get(colon + 1) == Some(&b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(has_editor: bool) -> Message {
        Message {
            file: PathBuf::new(),
            comment: has_editor.then(|| b"#".to_vec()),
        }
    }

    fn marked(text: &str, has_editor: bool) -> Option<String> {
        let wanted = Some((UNSCANNED, "no-verify"));
        rewritten(text.as_bytes(), &message(has_editor), wanted)
            .map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn the_trailer_ends_the_message() {
        let check =
            |text: &str, expected: &str| assert_eq!(marked(text, true).as_deref(), Some(expected));
        check("subject", "subject\n\nGate-Unscanned: no-verify\n");
        check(
            "subject\n\nbody\n",
            "subject\n\nbody\n\nGate-Unscanned: no-verify\n",
        );
        check(
            "subject\n\nA-b: c\n",
            "subject\n\nA-b: c\nGate-Unscanned: no-verify\n",
        );
        check("fix: it\n", "fix: it\n\nGate-Unscanned: no-verify\n");
        check(
            "subject\n\n# Please enter\n#\n",
            "subject\n\nGate-Unscanned: no-verify\n\n# Please enter\n#\n",
        );
        let cut = format!("subject\n#{SCISSORS}\n# Do not modify\ndiff\n");
        let expected =
            format!("subject\n\nGate-Unscanned: no-verify\n#{SCISSORS}\n# Do not modify\ndiff\n");
        check(&cut, &expected);
    }

    #[test]
    fn without_an_editor_a_hash_is_text() {
        assert_eq!(
            marked("#12\n", false).unwrap(),
            "#12\n\nGate-Unscanned: no-verify\n"
        );
        assert_eq!(
            marked("s\n\n#12 is done\n", false).unwrap(),
            "s\n\n#12 is done\n\nGate-Unscanned: no-verify\n"
        );
    }

    #[test]
    fn an_empty_message_stays_empty_and_no_trailer_comes_twice() {
        assert_eq!(marked("", true), None);
        assert_eq!(marked("\n# Please enter\n", true), None);
        assert_eq!(marked("\n \n", false), None);
        assert_eq!(
            marked("subject\n\ngate-unscanned: no-verify\n", false),
            None
        );
    }

    #[test]
    fn evidence_takes_the_place_of_what_was_said_before() {
        let settled = |text: &str, value: Option<&str>| {
            let wanted = value.map(|value| (SCAN, value));
            rewritten(text.as_bytes(), &message(false), wanted)
                .map(|bytes| String::from_utf8(bytes).unwrap())
        };
        let check = |text: &str, value: Option<&str>, expected: Option<&str>| {
            assert_eq!(settled(text, value).as_deref(), expected, "{text}");
        };
        let scanned = "subject\n\nA: b\nGate-Scan: 0f passed\n";
        check("subject\n\nA: b\n", Some("0f passed"), Some(scanned));
        check(scanned, Some("0f passed"), None);
        check(
            "subject\n\nA: b\nGate-Scan: 77 deferred\n",
            Some("0f passed"),
            Some(scanned),
        );
        // An amended commit that was looked at in full.
        check(
            "subject\n\nGate-Unscanned: no-verify\nA: b\n",
            Some("0f passed"),
            Some(scanned),
        );
        check(
            "subject\n\nA: b\nGate-Unscanned: no-verify\n",
            None,
            Some("subject\n\nA: b\n"),
        );
        check("subject\n", None, None);
        check("", Some("0f passed"), None);
        check("Gate-Scan: 77 passed\n", Some("0f passed"), None);
        check(
            "a\n\nGate-Scan: 77 passed\n\nb\n\nGate-Scan: 78 passed\n",
            Some("0f passed"),
            Some("a\n\n\nb\n\nGate-Scan: 0f passed\n"),
        );
    }

    #[test]
    fn a_template_that_nobody_edited_says_the_same() {
        let template = b"Why:\n\nHow:\n# hints\n";
        let same = |other: &[u8]| say_the_same(&message(true), template, other);
        assert!(same(b"Why:\nHow:\n\n# Please enter\n"));
        assert!(!same(b"Why: it was broken\nHow:\n"));
    }
}
