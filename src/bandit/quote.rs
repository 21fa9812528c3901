//! What the reference tool's messages quote of the code, and where.
//!
//! That tool compares findings with those of an earlier report by their messages, which are not ours. Of each of
//! its messages this engine knows how long its fixed words are and what stands between them: enough to tell
//! whether a message is about the same, without knowing a word of it.

/// What a message of the reference tool quotes. A message without a quote is the same for every finding of its
/// test, severity and confidence.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Quote {
    /// The lengths of the fixed words before, between and behind the parts, in bytes.
    fixed: &'static [usize],
    /// What is quoted. **It may be a password.**
    parts: Vec<String>,
}

impl std::fmt::Debug for Quote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.mark())
    }
}

impl Quote {
    pub(super) fn new(fixed: &'static [usize], parts: Vec<String>) -> Self {
        Self { fixed, parts }
    }

    /// A quote of something that no message shows twice in the same way, an address for example.
    pub(super) fn unlike_any() -> Self {
        Self::new(&[], Vec::new())
    }

    /// Returns whether a message of the reference tool quotes the same.
    pub fn is_in(&self, message: &str) -> bool {
        let Some((first, fixed)) = self.fixed.split_first() else {
            return false;
        };
        let mut rest = message.as_bytes().get(*first..);
        for (part, behind) in self.parts.iter().zip(fixed) {
            rest = rest
                .and_then(|rest| rest.strip_prefix(part.as_bytes()))
                .and_then(|rest| rest.get(*behind..));
        }
        rest.is_some_and(<[u8]>::is_empty)
    }

    /// Returns what our own reports say in its place: a few digits that depend on the quote and do not show it.
    pub fn mark(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for length in self.fixed {
            hasher.update(&length.to_le_bytes());
        }
        for part in &self.parts {
            hasher.update(&part.len().to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex()[..8].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_quotes_the_same_between_words_of_the_same_length() {
        let quote = |parts: &[&str]| {
            let parts = parts.iter().map(|&part| part.to_owned()).collect();
            Quote::new(&[4, 2, 1], parts)
        };
        let message = "abc é, x.";
        assert!(quote(&["é", "x"]).is_in(message));
        for parts in [&["é", "y"], &["é,", "x"], &["", "x"]] {
            assert!(!quote(parts).is_in(message), "{parts:?}");
        }
        for message in ["", "abc", "abc é, x", "abc é, x. "] {
            assert!(!quote(&["é", "x"]).is_in(message), "{message}");
        }
        assert!(Quote::new(&[3], Vec::new()).is_in("abc"));
        assert!(!Quote::unlike_any().is_in(""));
    }

    #[test]
    fn a_mark_depends_on_all_of_the_quote_and_does_not_show_it() {
        let mark = |fixed, part: &str| Quote::new(fixed, vec![part.to_owned()]).mark();
        assert_eq!(mark(&[1, 2], "word"), mark(&[1, 2], "word"));
        assert_ne!(mark(&[1, 2], "word"), mark(&[1, 2], "Word"));
        assert_ne!(mark(&[1, 2], "word"), mark(&[2, 1], "word"));
        assert_eq!(mark(&[1, 2], "word").len(), 8);
    }
}
