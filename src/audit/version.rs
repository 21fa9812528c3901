//! PEP 440 versions as bytes that compare as the versions do.
//!
//! Comes in: a version as it is written. Goes out: its canonical text and a key. Two versions are equal
//! exactly if their keys are, and keys order as PEP 440 orders versions, so that the database stores keys
//! and a lookup compares bytes and parses nothing.
//!
//! A key is: epoch, release without trailing zeros, pre-release, post-release, development release, local
//! version. A number is its length in bytes followed by its bytes, the most significant first.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};

use pep440_rs::{LocalSegment, PrereleaseKind};
use rustc_hash::FxHashMap;

/// The order of a version as bytes.
pub(crate) type Key = Vec<u8>;

/// Ends the release segments; every number begins with a larger byte.
const END: u8 = 0;
/// Sorts before each kind of pre-release, and after all of them.
const BEFORE_PRE: u8 = 0;
const AFTER_PRE: u8 = 4;

/// A PEP 440 version. Spellings of one version are equal.
#[derive(Debug, Clone)]
pub struct Version {
    canonical: String,
    key: Key,
    public: Option<Key>,
}

impl Version {
    /// Reads a version; nothing where the text is none. Numbers above 2^64 are not supported.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(key) = plain_key(text.as_bytes()) {
            return Some(Self {
                canonical: without_leading_zeros(text),
                key,
                public: None,
            });
        }
        let version = read(text)?;
        let public = version
            .is_local()
            .then(|| key_of(&version.clone().without_local()));
        Some(Self {
            canonical: version.to_string(),
            key: key_of(&version),
            public,
        })
    }

    /// Returns the version as PEP 440 normalises it.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// Returns the key without the local part, if the version has one: `2.0+cu118` is a build of `2.0`.
    pub(crate) fn public_key(&self) -> Option<&[u8]> {
        self.public.as_deref()
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.canonical)
    }
}

/// Returns the key of a version as it is written.
pub(crate) fn key(text: &str) -> Option<Key> {
    plain_key(text.as_bytes()).or_else(|| read(text).map(|version| key_of(&version)))
}

/// Makes keys of versions as they are written, thousands of them.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// The key of the last plain version.
    plain: Key,
    /// The others: records of one package list the same versions over and over.
    others: FxHashMap<String, Option<Key>>,
}

impl Keys {
    /// Returns the key of a version.
    pub(crate) fn of(&mut self, text: &str) -> Option<&Key> {
        if put_plain(&mut self.plain, text.as_bytes()) {
            return Some(&self.plain);
        }
        if !self.others.contains_key(text) {
            self.others.insert(text.to_owned(), key(text));
        }
        self.others.get(text)?.as_ref()
    }
}

/// Returns the key of the longest part of a text, from its start, that is a version: `2.6.0` of `2.6.0-NA`.
pub(crate) fn salvaged_key(text: &str) -> Option<Key> {
    (1..=text.len())
        .rev()
        .filter_map(|end| text.get(..end))
        .find_map(key)
}

/// Reads a version.
pub(super) fn read(text: &str) -> Option<pep440_rs::Version> {
    text.trim().parse().ok()
}

/// Returns a version as PEP 440 normalises it. Most are numbers and dots, which the crate's `Display` makes a text each of.
pub(super) fn written(version: &pep440_rs::Version) -> String {
    let plain = version.epoch() == 0
        && !version.any_prerelease()
        && !version.is_post()
        && !version.is_local();
    if !plain {
        return version.to_string();
    }
    let mut text = String::with_capacity(16);
    for (at, number) in version.release().iter().enumerate() {
        let dot = if at == 0 { "" } else { "." };
        let _ = write!(text, "{dot}{number}");
    }
    text
}

/// Returns a version that consists of numbers and dots as PEP 440 normalises it.
fn without_leading_zeros(text: &str) -> String {
    let mut canonical = String::with_capacity(text.len());
    for (at, segment) in text.split('.').enumerate() {
        let zeros = segment.len() - segment.trim_start_matches('0').len();
        canonical.push_str(if at == 0 { "" } else { "." });
        canonical.push_str(&segment[zeros.min(segment.len() - 1)..]);
    }
    canonical
}

/// Returns the key of a version that consists of numbers and dots, as nearly all do, without parsing more.
fn plain_key(text: &[u8]) -> Option<Key> {
    let mut key = Key::with_capacity(text.len() * 2 + 6);
    put_plain(&mut key, text).then_some(key)
}

/// Makes `key` that of a version that consists of numbers and dots; for any other text returns that it is not.
fn put_plain(key: &mut Key, text: &[u8]) -> bool {
    key.clear();
    push_number(key, 0);
    let mut length = key.len();
    for segment in text.split(|&byte| byte == b'.') {
        if segment.is_empty() || segment.len() > 18 || !segment.iter().all(u8::is_ascii_digit) {
            return false;
        }
        let number = segment
            .iter()
            .fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
        push_number(key, number);
        if number > 0 {
            length = key.len();
        }
    }
    key.truncate(length);
    key.extend([END, AFTER_PRE, 0, 1, END]);
    true
}

pub(super) fn key_of(version: &pep440_rs::Version) -> Key {
    let mut key = Key::new();
    push_number(&mut key, version.epoch());
    let release = version.release();
    let significant = release.iter().rposition(|&n| n > 0).map_or(0, |at| at + 1);
    for &number in &release[..significant] {
        push_number(&mut key, number);
    }
    key.push(END);
    match version.pre() {
        Some(pre) => {
            key.push(match pre.kind {
                PrereleaseKind::Alpha => 1,
                PrereleaseKind::Beta => 2,
                PrereleaseKind::Rc => 3,
            });
            push_number(&mut key, pre.number);
        }
        None if version.post().is_none() && version.dev().is_some() => key.push(BEFORE_PRE),
        None => key.push(AFTER_PRE),
    }
    match version.post() {
        None => key.push(0),
        Some(number) => {
            key.push(1);
            push_number(&mut key, number);
        }
    }
    match version.dev() {
        Some(number) => {
            key.push(0);
            push_number(&mut key, number);
        }
        None => key.push(1),
    }
    for segment in version.local() {
        match segment {
            LocalSegment::String(text) => {
                key.push(1);
                key.extend(text.bytes());
                key.push(END);
            }
            LocalSegment::Number(number) => {
                key.push(2);
                push_number(&mut key, *number);
            }
        }
    }
    key.push(END);
    key
}

/// Writes a number so that larger ones compare larger: its length, never zero, then its bytes.
fn push_number(key: &mut Key, number: u64) {
    let bytes = number.to_be_bytes();
    let zeros = (number.leading_zeros() / 8).min(7) as usize;
    key.push((bytes.len() - zeros) as u8);
    key.extend(&bytes[zeros..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_as_pep_440_does() {
        let ascending = [
            "0.dev1",
            "0",
            "0.1.dev3",
            "0.1a1.dev2",
            "0.1a1",
            "0.1a1.post1.dev0",
            "0.1a1.post1",
            "0.1b2",
            "0.1rc1",
            "0.1",
            "0.1+abc",
            "0.1+abc.1",
            "0.1+abd",
            "0.1+5",
            "0.1+5.a",
            "0.1+256",
            "0.1.post0.dev1",
            "0.1.post0",
            "0.1.post256",
            "0.1.0.1",
            "0.1.255",
            "0.1.256",
            "0.2",
            "1!0",
        ];
        let keys: Vec<Key> = ascending.iter().map(|text| key(text).unwrap()).collect();
        for (at, pair) in keys.windows(2).enumerate() {
            assert!(
                pair[0] < pair[1],
                "{} < {}",
                ascending[at],
                ascending[at + 1]
            );
        }
    }

    #[test]
    fn spellings_of_one_version_have_one_key() {
        for (one, other) in [
            ("1", "1.0.0"),
            ("v1.0", "1"),
            ("1.0-1", "1.0.post1"),
            ("1.0.RC1", "1rc1"),
            ("1.0+Ubuntu-1", "1.0+ubuntu.1"),
            (" 1.0 ", "1.0"),
            ("0!1.0", "1.0"),
        ] {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
        assert_eq!(Version::parse("1.0.RC1").unwrap().canonical(), "1.0rc1");
    }

    #[test]
    fn plain_versions_take_the_short_way_to_the_same_key() {
        for text in ["0", "0.0", "1.0", "1.2.3", "2024.10.1", "1.0.0.256", "300"] {
            assert_eq!(
                plain_key(text.as_bytes()),
                Some(key_of(&read(text).unwrap())),
                "{text}"
            );
        }
        for text in ["007", "0", "00.0", "1.010", "2024.01.05", "10.00"] {
            let version = read(text).unwrap();
            assert_eq!(
                Version::parse(text).unwrap().canonical(),
                version.to_string()
            );
            assert_eq!(written(&version), version.to_string());
        }
        for text in ["1!2", "1.0a1", "1.0.post1", "1.0.dev1", "1.0+x"] {
            let version = read(text).unwrap();
            assert_eq!(written(&version), version.to_string());
        }
        for text in ["", ".", "1.", "1.0a", "1.0 "] {
            assert_eq!(plain_key(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn the_version_at_the_start_of_a_text_is_salvaged() {
        assert_eq!(salvaged_key("2.6.0-NA"), key("2.6.0"));
        assert_eq!(salvaged_key("none"), None);
        assert_eq!(salvaged_key("1.0é"), key("1.0"));
    }
}
