//! Tells identifiers, slugs and keys of maps from what is drawn at random: parts that read as words.

use super::name::words;
use super::vocabulary;

/// `camelCase` or `PascalCase` of at least two words.
pub(super) fn is_camel(value: &[u8]) -> bool {
    value
        .windows(2)
        .any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
}

/// Every part between separators is a word of language (or a short number): what identifiers, keys of
/// maps, slugs and paths look like. A single word in lower case with other letters may still be a password.
pub(super) fn is_word_like(value: &[u8]) -> bool {
    if value.is_empty() || is_dressed(value) || is_capital_and_number(value) {
        return false;
    }
    // `scope@name` is a locator; `admin@123` is a password.
    let digits = value.iter().any(u8::is_ascii_digit);
    let parts = value.split(|b| match b {
        b'@' | b'#' | b'$' => !digits,
        b => b"_-.:/\\ ~|,".contains(b),
    });
    let mut letters = 0;
    for part in parts {
        if part.is_empty() {
            continue;
        }
        if !is_word_part(part) {
            return false;
        }
        letters += part.iter().filter(|b| b.is_ascii_alphabetic()).count();
    }
    letters > 0
}

/// Every word is one of programs, whatever stands between them.
pub(super) fn is_of_plain_words(value: &[u8]) -> bool {
    words(value).iter().all(|word| vocabulary::is_plain(word))
}

/// `Winter-Maple-9396`: capitals, and a number of three or more digits behind a sign, as people dress up words for a
/// password.
fn is_dressed(value: &[u8]) -> bool {
    let digits = value
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    let word = &value[..value.len() - digits];
    digits >= 3
        && word.last().is_some_and(|b| b"-_.@#".contains(b))
        && word.first().is_some_and(u8::is_ascii_uppercase)
        && word.iter().any(u8::is_ascii_lowercase)
        && word
            .iter()
            .all(|b| b.is_ascii_alphabetic() || b"-_.@#".contains(b))
        && words(word).len() <= 3
}

/// `Manager01`: a capital word with a number, which identifiers of one word do not have.
fn is_capital_and_number(value: &[u8]) -> bool {
    value[0].is_ascii_uppercase()
        && value[1..].iter().any(u8::is_ascii_lowercase)
        && super::value::is_numbered_word(value)
}

/// `blue-Horse-42`, `orange_cat_9`: words that say nothing of programs, and a number.
pub(super) fn is_numbered_phrase(value: &[u8]) -> bool {
    let words = words(value);
    let telling = words.iter().filter(|word| word.len() >= 3).count();
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    (2..=4).contains(&telling)
        && (1..=6).contains(&digits)
        && value.last().is_some_and(u8::is_ascii_digit)
        && value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
        && !words.iter().any(|word| vocabulary::is_plain(word))
        && is_word_like(value)
}

/// `fraud_detection_secret_2024`, `whiteKnight`: two or more words, of which one says nothing of programs.
pub(super) fn is_phrase(value: &[u8]) -> bool {
    let words = words(value);
    value.len() >= 8
        && words.len() >= 2
        && value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"-_!@#".contains(b))
        && words
            .iter()
            .any(|word| word.len() >= 4 && !vocabulary::is_made_of_plain(word))
}

fn is_word_part(part: &[u8]) -> bool {
    let digits_at = part
        .iter()
        .position(u8::is_ascii_digit)
        .unwrap_or(part.len());
    let (head, tail) = part.split_at(digits_at);
    let tail_is_number = tail.iter().all(u8::is_ascii_digit);
    if head.is_empty() {
        return tail_is_number && tail.len() <= 4;
    }
    if !head.iter().all(u8::is_ascii_alphabetic) || !tail_is_number {
        return is_technical(part);
    }
    let known = words(head).iter().all(|word| vocabulary::is_plain(word));
    match tail.len() {
        0 => known || head.len() <= 3 || is_language(head),
        1..=2 => known || head.len() <= 2 || head.len() <= 5 && is_technical(part),
        3..=4 => {
            known && (tail.starts_with(b"19") || tail.starts_with(b"20")) || is_technical(part)
        }
        _ => false,
    }
}

/// Letters that read as words: not drawn at random, cases not mixed at random.
pub(super) fn is_language(letters: &[u8]) -> bool {
    let likeness = vocabulary::likeness(letters);
    let floor = if letters.len() <= 6 { 34 } else { 55 };
    likeness >= floor && words(letters).len() * 3 <= letters.len()
}

/// Names of formats and protocols that carry digits.
fn is_technical(part: &[u8]) -> bool {
    [
        "oauth2", "base64", "base32", "sha1", "sha256", "sha512", "sha384", "md5", "utf8", "x509",
        "s3", "ec2", "k8s", "i18n", "l10n", "a11y", "http2", "ipv4", "ipv6", "h264", "mp3", "mp4",
        "aes128", "aes256", "rs256", "hs256", "hs512", "es256", "ed25519", "rsa2048", "e2e", "p12",
        "v1", "v2", "v3", "v4", "v1beta1", "v1alpha1", "w3c", "2fa", "mysql5", "pg13", "python3",
        "node18", "web3", "auth0", "oauth1", "x86", "amd64", "arm64", "uint8", "int64", "int32",
        "b64", "log4j", "sha3", "u2f", "fido2", "ssl3", "tls12", "tls13", "saml2", "d3", "f5",
        "m2m", "p2p", "b2b", "b2c",
    ]
    .iter()
    .any(|known| part.eq_ignore_ascii_case(known.as_bytes()))
}
