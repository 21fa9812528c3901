//! Values that stand for a secret without being one.

/// Words that people write where a secret would stand.
const WORDS: &[&str] = &[
    "example",
    "sample",
    "dummy",
    "changeme",
    "placeholder",
    "redacted",
    "your_",
    "your-",
    "yourtoken",
    "yourkey",
    "xxxx",
    "test1234",
    "notreal",
    "fake_",
    "fake-",
    "<",
    "${",
    "{{",
    "%(",
    "***",
    "....",
    "deadbeef",
    "insert",
];

/// Returns whether a value of a recognised format is only filled in.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    is_monotonous(value) || is_worded(value)
}

/// Returns whether a value holds a word that people write where a secret would stand.
pub(super) fn is_worded(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let word = |word: &&str| memchr::memmem::find(&lower, word.as_bytes()).is_some();
    WORDS.iter().any(|candidate| word(&candidate))
}

/// Returns whether a value has at most four different characters, a long run of one, or counts upwards.
fn is_monotonous(value: &[u8]) -> bool {
    let mut seen = [false; 256];
    value
        .iter()
        .for_each(|byte| seen[usize::from(*byte)] = true);
    let distinct = seen.iter().filter(|seen| **seen).count();
    let longest = |follows: fn(u8, u8) -> bool| {
        let (mut best, mut run) = (1, 1);
        for pair in value.windows(2) {
            run = if follows(pair[0], pair[1]) {
                run + 1
            } else {
                1
            };
            best = best.max(run);
        }
        best
    };
    value.len() >= 8
        && (distinct <= 4
            || longest(|a, b| a == b) >= 6
            || longest(|a, b| b == a.wrapping_add(1)) >= 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filled_in_values_are_told_from_random_ones() {
        for value in [
            "xxxxxxxxxxxxxxxx",
            "AKIAIOSFODNN7EXAMPLE",
            "abcabcabcabc",
            "0123456789abcdef",
            "q7aaaaaa2b9c",
        ] {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
        for value in ["k9Qz3vTn8LwB2xRd", "a8f3c1d9e07b5642", "Zq1"] {
            assert!(!is_placeholder(value.as_bytes()), "{value}");
        }
    }
}
