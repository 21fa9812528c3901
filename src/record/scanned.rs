//! What `pre-commit` has scanned, so that `prepare-commit-msg` can tell whether it is what gets committed.
//!
//! Five short lines, because it is written and read during every commit.

use std::fmt::Write as _;

use super::RecordError;
use crate::finding::printable;

/// The path of the record inside the git directory.
pub const FILE: &str = "gate-hook/scanned";
/// The name and version of the format, its first line.
const FORMAT: &str = "gate-hook-scanned/1";

/// What the scan ended in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The change may be committed.
    Passed,
    /// It may not: something blocks, or could not be looked at.
    Blocked,
}

/// One scan of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The process id of the git that runs the hooks.
    pub git_pid: u32,
    /// What identifies the state of the index that was scanned.
    pub index_stamp: Vec<u8>,
    /// What the scan ended in.
    pub ending: Ending,
    /// The digest of everything that decided.
    pub policy_digest: String,
}

impl Scanned {
    /// Returns the record as text.
    pub fn to_text(&self) -> String {
        let mut text = format!("{FORMAT}\ngit {}\nindex ", self.git_pid);
        for byte in &self.index_stamp {
            write!(text, "{byte:02x}").expect("writing to a string does not fail");
        }
        let ending = match self.ending {
            Ending::Passed => "passed",
            Ending::Blocked => "blocked",
        };
        let digest = printable(&self.policy_digest);
        write!(text, "\nverdict {ending}\npolicy {digest}\n")
            .expect("writing to a string does not fail");
        text
    }

    /// Reads a record.
    pub fn from_text(text: &str) -> Result<Self, RecordError> {
        let mut lines = text.lines();
        let format = lines.next().unwrap_or_default();
        if format != FORMAT {
            return Err(RecordError::Format {
                found: printable(format),
                expected: FORMAT,
            });
        }
        let mut value = |key: &'static str| {
            let line = lines
                .next()
                .and_then(|line| line.strip_prefix(key)?.strip_prefix(' '));
            line.ok_or_else(|| RecordError::damaged(&format!("no `{key}`")))
        };
        let git_pid = value("git")?
            .parse()
            .map_err(|_| RecordError::damaged("`git` is not a number"))?;
        let index_stamp = hex(value("index")?)
            .ok_or_else(|| RecordError::damaged("`index` is not hexadecimal"))?;
        let ending = match value("verdict")? {
            "passed" => Ending::Passed,
            "blocked" => Ending::Blocked,
            _ => {
                return Err(RecordError::damaged(
                    "`verdict` is neither `passed` nor `blocked`",
                ));
            }
        };
        let policy_digest = value("policy")?.to_owned();
        if !text.ends_with('\n') || lines.next().is_some() {
            return Err(RecordError::damaged("it does not end where it should"));
        }
        Ok(Self {
            git_pid,
            index_stamp,
            ending,
            policy_digest,
        })
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).map(|digit| digit as u8);
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(ending: Ending) -> Scanned {
        Scanned {
            git_pid: 4711,
            index_stamp: vec![0, 1, 0xab, 0xff],
            ending,
            policy_digest: "p-12".to_owned(),
        }
    }

    #[test]
    fn a_record_reads_back() {
        for ending in [Ending::Passed, Ending::Blocked] {
            let record = record(ending);
            assert_eq!(Scanned::from_text(&record.to_text()), Ok(record));
        }
        assert_eq!(
            record(Ending::Passed).to_text(),
            "gate-hook-scanned/1\ngit 4711\nindex 0001abff\nverdict passed\npolicy p-12\n"
        );
    }

    #[test]
    fn whatever_is_cut_or_changed_is_refused() {
        let text = record(Ending::Passed).to_text();
        for end in 0..text.len() {
            assert!(
                Scanned::from_text(&text[..end]).is_err(),
                "{}",
                &text[..end]
            );
        }
        for (from, to) in [
            ("/1", "/2"),
            ("0001", "00zz"),
            ("0001", "001"),
            ("passed", "pass"),
            ("4711", "-1"),
        ] {
            assert!(Scanned::from_text(&text.replace(from, to)).is_err(), "{to}");
        }
        assert!(Scanned::from_text(&format!("{text}more\n")).is_err());
    }
}
