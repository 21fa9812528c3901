//! A share of all that history holds, where several machines look at it together.

use std::fmt;
use std::str::FromStr;

use crate::input::ObjectId;

/// A share of all contents, chosen by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

impl FromStr for Shard {
    type Err = String;

    /// Reads `2/5`: the second of five shares.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(number, count)| {
            let (number, count): (u64, u64) = (number.parse().ok()?, count.parse().ok()?);
            (1..=count).contains(&number).then(|| Self {
                index: number - 1,
                count,
            })
        });
        parts.ok_or_else(|| "a share is written as `2/5`: the second of five".to_owned())
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.index + 1, self.count)
    }
}

impl Shard {
    pub(super) fn holds(self, id: &ObjectId) -> bool {
        let head = id
            .as_bytes()
            .first_chunk()
            .map_or(0, |head| u64::from_be_bytes(*head));
        head % self.count == self.index
    }

    pub(super) fn holds_text(self, text: &[u8]) -> bool {
        let digest = blake3::hash(text);
        let head = digest
            .as_bytes()
            .first_chunk()
            .map_or(0, |head| u64::from_be_bytes(*head));
        head % self.count == self.index
    }
}
