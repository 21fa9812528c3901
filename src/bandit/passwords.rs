//! Names that read like those of passwords.

use std::borrow::Cow;

/// The lengths of the words around a password in the reference tool's message.
pub(super) const FIXED: &[usize] = &[30, 1];

/// Returns whether a name is that of a password: `password` and its spellings, `pass`, `passphrase`, `pwd`,
/// `token`, `secret`, as a whole or between underscores.
pub(super) fn is_name_of_one(name: &str) -> bool {
    let name = fold(name);
    let name = name.as_bytes();
    // Python's `$` also matches before one line end.
    let end = name.strip_suffix(b"\n").map_or(name.len(), <[u8]>::len);
    let ends = |at: usize| at == name.len() || at == end || name[at] == b'_';
    let mut start = 0;
    loop {
        if lengths(&name[start..]).any(|length| ends(start + length)) {
            return true;
        }
        match memchr::memchr(b'_', &name[start..]) {
            Some(next) => start += next + 1,
            None => return false,
        }
    }
}

/// Folds the two letters beyond ASCII that a case-insensitive pattern takes for `s` and `k`.
fn fold(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(name.replace('ſ', "s").replace('\u{212a}', "k"))
    }
}

/// Returns the lengths of the words that a text begins with.
fn lengths(text: &[u8]) -> impl Iterator<Item = usize> {
    let starts = |word: &str| {
        text.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    };
    let words = ["pass", "passphrase", "pwd", "token", "secret", "secrete"];
    let first = text.first().map(u8::to_ascii_lowercase);
    let possible = matches!(first, Some(b'p' | b't' | b's'));
    let plain = words.map(|word| (possible && starts(word)).then_some(word.len()));
    let spelled = if possible && starts("pas") {
        password(text)
    } else {
        None
    };
    plain.into_iter().flatten().chain(spelled)
}

/// Returns the length of `password` with any number of `s` and with or without `o` and `r`.
fn password(text: &[u8]) -> Option<usize> {
    let is = |at: usize, letter: u8| {
        text.get(at)
            .is_some_and(|b| b.eq_ignore_ascii_case(&letter))
    };
    let mut at = 3;
    while is(at, b's') {
        at += 1;
    }
    if !is(at, b'w') {
        return None;
    }
    at += 1;
    for optional in [b'o', b'r'] {
        if is(at, optional) {
            at += 1;
        }
    }
    is(at, b'd').then_some(at + 1)
}

/// Returns how many decimal digits an integer has, given as it is written; exact for decimal ones.
pub(super) fn decimal_digits(written: &str) -> usize {
    let bits = match written.get(..2) {
        Some("0x" | "0X") => 4.0,
        Some("0o" | "0O") => 3.0,
        Some("0b" | "0B") => 1.0,
        _ => return written.len(),
    };
    let digits = written[2..].trim_start_matches(['0', '_']);
    let count = digits.bytes().filter(|byte| *byte != b'_').count();
    (count as f64 * bits * std::f64::consts::LOG10_2).ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_passwords() {
        for name in [
            "password",
            "PassWord",
            "passwd",
            "paswrd",
            "passssword",
            "pass",
            "my_pass",
            "pass_phrase",
            "passphrase",
            "db_pwd_1",
            "token",
            "secret_key",
            "secrete",
            "_token_",
            "token\n",
            "\u{17f}ecret",
            "to\u{212a}en",
        ] {
            assert!(is_name_of_one(name), "{name}");
        }
        for name in [
            "passes",
            "compass",
            "tokens",
            "mypassword",
            "pasd",
            "secretary",
            "",
            "token-x",
            "token\n\n",
            "passwordx_",
        ] {
            assert!(!is_name_of_one(name), "{name}");
        }
    }
}
