//! Values that nobody means: placeholders of documentation, and the dummies that public documentation shows.
//!
//! A value with a passing checksum is never asked.

use super::table::{Part, Shape};

/// Words of placeholders, in lower case.
const WORDS: &[&str] = &[
    "example",
    "sample",
    "dummy",
    "changeme",
    "change_me",
    "change-me",
    "your",
    "xxxx",
    "placeholder",
    "redacted",
    "todo",
    "fake",
    "test1234",
    "replace",
    "insert",
    "notreal",
    "not-real",
    "foobar",
    "deadbeef",
    "<",
    "${",
    "{{",
    "%(",
    "***",
    "...",
];
/// Rows of a keyboard, and the two ways to count.
const WALKS: &[&str] = &[
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "0123456789012345678901234567890",
    "abcdefghijklmnopqrstuvwxyzabcdefgh",
    "0123456789abcdef0123456789abcdef",
    "9876543210987654321",
];
/// In a longer text, a word stands by chance.
const WORDS_LIMIT: usize = 120;

/// Returns whether the part of a value behind its public head is a placeholder.
pub(super) fn is_placeholder(payload: &[u8]) -> bool {
    if payload.is_empty() {
        return true;
    }
    let mut seen = [false; 256];
    payload
        .iter()
        .for_each(|byte| seen[usize::from(*byte)] = true);
    let distinct = seen.iter().filter(|seen| **seen).count();
    (payload.len() >= 8 && distinct <= 4)
        || has_long_run(payload)
        || holds_word(payload)
        || holds_walk(payload)
}

/// Six equal characters, unless the text is so long that they are nothing special.
fn has_long_run(payload: &[u8]) -> bool {
    // Base64 of a number begins with as many `A` as the number has zeros before it.
    let zeros = payload.iter().take_while(|byte| **byte == b'A').count();
    let payload = if payload.len() > 60 && zeros < payload.len() / 2 {
        &payload[zeros..]
    } else {
        payload
    };
    let longest = payload
        .chunk_by(|a, b| a == b)
        .map(<[u8]>::len)
        .max()
        .unwrap_or(0);
    longest >= 6 && longest * 20 >= payload.len()
}

/// A word in one case throughout; mixed-case base64 holds any four letters by chance.
fn holds_word(payload: &[u8]) -> bool {
    if payload.len() > WORDS_LIMIT {
        return false;
    }
    let upper = payload.to_ascii_uppercase();
    let lower = payload.to_ascii_lowercase();
    WORDS.iter().any(|word| {
        let one_case = |at: usize| {
            let found = &payload[at..at + word.len()];
            word.len() > 4
                || found == &lower[at..at + word.len()]
                || found == &upper[at..at + word.len()]
        };
        memchr::memmem::find_iter(&lower, word).any(one_case)
    })
}

/// Eight characters in a row of the keyboard or in ascending order.
fn holds_walk(payload: &[u8]) -> bool {
    if payload.len() > WORDS_LIMIT {
        return false;
    }
    let lower = payload.to_ascii_lowercase();
    lower.windows(8).any(|window| {
        WALKS
            .iter()
            .any(|walk| memchr::memmem::find(walk.as_bytes(), window).is_some())
    })
}

/// Returns whether a value is one that public documentation shows, or one repeated character behind the literals.
pub(super) fn is_documented(value: &[u8]) -> bool {
    let digest = blake3::hash(value);
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_bytes()[..8]);
    DOCUMENTED.contains(&u64::from_be_bytes(first))
}

/// Returns the bytes of the runs of a shape: what is not literal.
pub(super) fn free_part(shape: Shape, value: &[u8], runs: &[std::ops::Range<usize>]) -> Vec<u8> {
    if shape.0.iter().all(|part| matches!(part, Part::Run { .. })) {
        return value.to_vec();
    }
    runs.iter()
        .flat_map(|run| &value[run.clone()])
        .copied()
        .collect()
}

/// The first eight bytes of the BLAKE3 digests of values that public documentation shows.
const DOCUMENTED: &[u64] = &[];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_seen() {
        for text in [
            "xxxxxxxxxxxx",
            "AKIAIOSFODNN7EXAMPLE",
            "your-token-here",
            "abcdefgh1239",
            "1234567890ab",
            "aaaaaab1c2d3e4",
            "<token>",
            "qwertyui99",
        ] {
            assert!(is_placeholder(text.as_bytes()), "{text}");
        }
        for text in ["f3K9sQ2pLx8vTn4c", "0c7e1b9a4d2f8356", "aToDo9Qz8LmR4xWv"] {
            assert!(!is_placeholder(text.as_bytes()), "{text}");
        }
    }
}
