//! The secrets engine in the pipeline: every text of every change, on its added lines.

use super::adapter::{Adapter, Looked, Newness, Text};
use super::{Job, ScanError};
use crate::finding::{Engine, Place, RepoPath};
use crate::secrets::{Options, Scanner};

/// The secrets engine.
pub(super) struct Secrets<'a> {
    scanner: Scanner<'a>,
}

impl<'a> Secrets<'a> {
    pub(super) fn new(
        job: &'a Job<'a>,
        allowed: &'a (dyn Fn(&RepoPath, &[u8]) -> bool + Sync),
    ) -> Self {
        let scanner = Scanner::new(Options {
            fingerprint_key: fingerprint_key(job),
            custom: job.custom_rules.clone(),
            allowed,
        });
        Self { scanner }
    }

    /// Returns whether a text holds what must not be shown.
    pub(super) fn finds_in(&self, text: &str) -> bool {
        let place = Place::CommitMessage;
        !self.scanner.scan(&place, text.as_bytes(), 1).is_empty()
    }

    pub(super) fn scanner(&self) -> &Scanner<'a> {
        &self.scanner
    }
}

/// Returns what fingerprints are keyed with.
pub(super) fn fingerprint_key<'a>(job: &Job<'a>) -> &'a [u8] {
    let key = job
        .policies
        .iter()
        .find_map(|policy| policy.secrets_fingerprint_key.as_deref());
    key.unwrap_or_default().as_bytes()
}

impl Adapter for Secrets<'_> {
    fn engine(&self) -> Engine {
        Engine::Secrets
    }

    fn newness(&self) -> Newness {
        Newness::Added
    }

    fn wants(&self, _: &RepoPath) -> bool {
        true
    }

    fn reads_texts(&self) -> bool {
        true
    }

    fn look(&mut self, text: &Text<'_>) -> Result<Looked, ScanError> {
        Ok(Looked {
            findings: self.scanner.scan(text.place, text.bytes, text.first_line),
            ..Looked::default()
        })
    }
}
