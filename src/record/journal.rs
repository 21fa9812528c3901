//! The journal of one clone: what its hook has looked at before it became a commit, by which policy, and how long
//! that took. It stays in the git directory and holds no code, no secret and no name.
//!
//! CI trusts none of it: it scans again. The metrics take from it how often the hook ran before CI did, how long it
//! took, and where the two disagree.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RecordError;

/// The path of the journal inside the git directory that all work trees share.
pub const FILE: &str = "gate-hook/journal.ndjson";
/// The name and version of the format.
const FORMAT: &str = "gate-hook-journal/1";

/// What the hook said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// The commit may be made.
    Passed,
    /// It may, and a question is left to CI.
    Deferred,
    /// It may not.
    Blocked,
    /// The hook could not look.
    CouldNotLook,
}

impl Said {
    /// Every answer.
    pub const ALL: [Self; 4] = [
        Self::Passed,
        Self::Deferred,
        Self::Blocked,
        Self::CouldNotLook,
    ];

    /// Returns the name used in the journal and in trailers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Deferred => "deferred",
            Self::Blocked => "blocked",
            Self::CouldNotLook => "could-not-look",
        }
    }

    /// Returns whether the commit may be made.
    pub fn lets_pass(self) -> bool {
        matches!(self, Self::Passed | Self::Deferred)
    }
}

/// What the hook says of a commit, and by which policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The digest of everything that decided, or how it begins.
    pub policy: String,
    /// What the hook said.
    pub said: Said,
}

impl Evidence {
    /// How much of the digest stands in a trailer.
    const SHORT: usize = 8;

    /// Returns the value of a `Gate-Scan` trailer.
    pub fn trailer(&self) -> String {
        let end = self.policy.len().min(Self::SHORT);
        format!(
            "{} {}",
            self.policy.get(..end).unwrap_or_default(),
            self.said.name()
        )
    }

    /// Reads the value of a trailer; nothing where it says something else.
    pub fn of_trailer(value: &str) -> Option<Self> {
        let (policy, said) = value.trim().split_once(' ')?;
        Some(Self {
            policy: policy.to_owned(),
            said: Said::ALL
                .into_iter()
                .find(|known| known.name() == said.trim())?,
        })
    }
}

/// One look of the hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When it ended.
    pub time: Timestamp,
    /// What identifies the content of the commit in the making.
    pub key: String,
    /// What it said.
    pub evidence: Evidence,
    /// How long it took, from the start of the program.
    pub milliseconds: u32,
}

#[derive(Serialize, Deserialize)]
struct WireLook {
    schema: String,
    time: String,
    key: String,
    policy: String,
    said: Said,
    milliseconds: u32,
}

/// Returns a look as JSON, with its newline.
pub fn to_json(look: &Look) -> String {
    let wire = WireLook {
        schema: FORMAT.to_owned(),
        time: look.time.to_string(),
        key: look.key.clone(),
        policy: look.evidence.policy.clone(),
        said: look.evidence.said,
        milliseconds: look.milliseconds,
    };
    serde_json::to_string(&wire).expect("strings and numbers are always JSON") + "\n"
}

/// Reads a journal, in the order of its lines. The number of the line stands before what is wrong.
pub fn from_json(text: &str) -> Result<Vec<Look>, RecordError> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            read(line).map_err(|why| RecordError::damaged(&format!("line {}: {why}", at + 1)))
        })
        .collect()
}

fn read(line: &str) -> Result<Look, String> {
    let wire: WireLook = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if wire.schema != FORMAT {
        return Err(format!(
            "the format is `{}`, expected `{FORMAT}`",
            wire.schema
        ));
    }
    Ok(Look {
        time: wire.time.parse().map_err(|_| "`time` is not a time")?,
        key: wire.key,
        evidence: Evidence {
            policy: wire.policy,
            said: wire.said,
        },
        milliseconds: wire.milliseconds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(said: Said) -> Look {
        Look {
            time: "2026-12-01T10:00:00Z".parse().unwrap(),
            key: "ab".to_owned(),
            evidence: Evidence {
                policy: "0123456789abcdef".to_owned(),
                said,
            },
            milliseconds: 12,
        }
    }

    #[test]
    fn a_look_reads_back_and_a_cut_one_is_refused() {
        for said in Said::ALL {
            let text = to_json(&look(said));
            assert_eq!(
                from_json(&format!("{text}\n{text}")),
                Ok(vec![look(said), look(said)])
            );
            for end in 1..text.len() - 1 {
                assert!(from_json(&text[..end]).is_err(), "{}", &text[..end]);
            }
        }
        let error = from_json(&to_json(&look(Said::Passed)).replace("journal/1", "journal/9"));
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("line 1: the format is")
        );
    }

    #[test]
    fn a_trailer_reads_back() {
        for said in Said::ALL {
            let value = look(said).evidence.trailer();
            let read = Evidence::of_trailer(&value).unwrap();
            assert_eq!((read.policy.as_str(), read.said), ("01234567", said));
        }
        assert_eq!(look(Said::Passed).evidence.trailer(), "01234567 passed");
        for other in ["", "passed", "0f fine", "01234567"] {
            assert_eq!(Evidence::of_trailer(other), None, "{other}");
        }
    }
}
