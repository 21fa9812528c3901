//! What was found in contents, and how it is kept between runs.

use std::collections::{BTreeMap, HashMap};

use crate::finding::Fingerprint;
use crate::input::ObjectId;

/// What was found in some contents, kept between runs.
pub trait Journal {
    /// Returns what was recorded under a key.
    fn recall(&self, key: &str) -> Option<String>;
    /// Records something under a key.
    fn record(&mut self, key: &str, text: &str);
}

/// The journal of a run that is not to be resumed.
pub struct NoJournal;

impl Journal for NoJournal {
    fn recall(&self, _: &str) -> Option<String> {
        None
    }

    fn record(&mut self, _: &str, _: &str) {}
}

/// What is known of some contents.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// What was found: for each blob and reading. Nothing is kept of those without findings.
    pub(super) found: HashMap<(u32, usize), Vec<Fingerprint>>,
    pub(super) seen: Seen,
}

impl Known {
    pub(super) fn absorb(&mut self, other: Self) {
        self.found.extend(other.found);
        self.seen.absorb(other.seen);
    }

    /// Writes it for the journal; `blobs` are the ids of the numbers. Empty where not everything could be read, which
    /// is to be tried again.
    pub(super) fn write(&self, blobs: &[ObjectId]) -> String {
        let Seen {
            files,
            bytes,
            lines,
            unread,
        } = &self.seen;
        if !unread.is_empty() {
            return String::new();
        }
        let mut words = vec![format!("{files} {bytes} {lines}")];
        let mut found: Vec<_> = self.found.iter().collect();
        found.sort();
        for ((blob, reading), fingerprints) in found {
            words.push(format!("{} {reading}", blobs[*blob as usize]));
            words.extend(fingerprints.iter().map(ToString::to_string));
        }
        words.join(" ")
    }

    /// Reads what [`Known::write`] wrote; `numbers` are those of the blobs, `readings` is how many ways of reading
    /// there are.
    pub(super) fn parse(
        text: &str,
        numbers: &HashMap<ObjectId, u32>,
        readings: usize,
    ) -> Option<Self> {
        let mut words = text.split(' ').peekable();
        let mut number = || words.next()?.parse().ok();
        let mut known = Self {
            seen: Seen {
                files: number()?,
                bytes: number()?,
                lines: number()?,
                unread: BTreeMap::new(),
            },
            ..Self::default()
        };
        while let Some(id) = words.next() {
            let blob = *numbers.get(&ObjectId::from_hex(id.as_bytes())?)?;
            let reading = words.next()?.parse().ok()?;
            if reading >= readings {
                return None;
            }
            let mut fingerprints = Vec::new();
            while let Some(fingerprint) = words.peek().and_then(|word| word.parse().ok()) {
                fingerprints.push(fingerprint);
                words.next();
            }
            known.found.insert((blob, reading), fingerprints);
        }
        Some(known)
    }
}

/// What was looked at.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) lines: u64,
    /// Blobs that could not be read, with the reason.
    pub(super) unread: BTreeMap<u32, String>,
}

impl Seen {
    pub(super) fn content(&mut self, bytes: &[u8]) {
        self.files += 1;
        self.bytes += bytes.len() as u64;
        self.lines += memchr::memchr_iter(b'\n', bytes).count() as u64
            + u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
    }

    fn absorb(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.unread.extend(other.unread);
    }
}
