//! From a text to its findings: sweep, resolve, redact.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::candidate::Candidate;
use super::excerpt::{self, Secret};
use super::index::{self, Index};
use super::pairs::context::Context;
use super::resolve::{self, Found, Rank};
use super::sweep::{self, RuleSet, Swept};
use super::text::{self, Positions};
use super::{Options, Rule, catalog, pairs, pragma, structure};
use crate::finding::{Engine, Finding, Fingerprint, Location, Place, RepoPath, printable};

/// The matcher over all rules, built once per run and only when there is text to scan.
pub struct Scanner<'a> {
    options: Options<'a>,
    /// The words of the team's own rules, when there was a text to scan.
    custom: OnceLock<Option<(Index, Index)>>,
    /// What digests are keyed with.
    key: OnceLock<[u8; 32]>,
}

impl<'a> Scanner<'a> {
    /// Makes a scanner; what it needs is built when there is a text to scan.
    pub fn new(options: Options<'a>) -> Self {
        Self {
            options,
            custom: OnceLock::new(),
            key: OnceLock::new(),
        }
    }

    /// Returns the findings in one text, in the order of their positions.
    ///
    /// `first_line` is the line of the real file on which `bytes` begins.
    pub fn scan(&self, place: &Place, bytes: &[u8], first_line: u32) -> Vec<Finding> {
        let text = text::readable(bytes);
        let found = self.candidates(place, &text);
        if found.is_empty() {
            return Vec::new();
        }
        let (winners, losers) = resolve::resolve(found);
        let hidden = |found: &&Found| !found.rank.public;
        let secret = |found: &Found| Secret {
            range: found.candidate.value.clone(),
            public_prefix: found.candidate.public_prefix,
        };
        let secrets = excerpt::join(
            winners
                .iter()
                .chain(&losers)
                .filter(hidden)
                .map(secret)
                .collect(),
        );
        let mut positions = Positions::new(&text, first_line);
        // A name that holds a secret must not be shown as it is either.
        let place = &match place {
            Place::FileName(_) => Place::FileName(RepoPath::new(excerpt::whole(&text, &secrets))),
            Place::RefName(_) => Place::RefName(excerpt::whole(&text, &secrets)),
            other => other.clone(),
        };
        let mut findings = Vec::new();
        for found in winners.into_iter().filter(|found| !found.rank.public) {
            if !self.is_allowed(place, &text[found.candidate.value.clone()]) {
                findings.push(self.finding(place, &text, found, &secrets, &mut positions));
            }
        }
        findings
    }

    fn candidates(&self, place: &Place, text: &[u8]) -> Vec<Found> {
        let Swept {
            mut found,
            structures,
            hits,
            refuted,
        } = sweep::sweep(text, &RuleSet::built_in());
        found.extend(structure::find(text, &structures));
        if let Some((exact, folded)) = self.custom_index() {
            found.extend(
                sweep::sweep(text, &RuleSet::custom(exact, folded, &self.options.custom)).found,
            );
        }
        let context = Context::of(place);
        for one in &mut found {
            one.candidate.sheet.place(context.setting);
        }
        // What a file full of digests takes below any worth is no finding.
        found.retain(|one| one.candidate.sheet.total() > 0);
        let named = pairs::find(&context, text, &hits).into_iter();
        found.extend(
            named
                .filter(|one| !refuted.contains(&one.value))
                .map(of_pair),
        );
        found
    }

    fn custom_index(&self) -> Option<&(Index, Index)> {
        let build = || {
            let raw: Vec<_> = self
                .options
                .custom
                .iter()
                .map(|rule| (*rule.raw).clone())
                .collect();
            let (exact, folded) = index::words_of(&raw);
            Some((Index::build(&exact, false)?, Index::build(&folded, true)?))
        };
        if self.options.custom.is_empty() {
            return None;
        }
        self.custom.get_or_init(build).as_ref()
    }

    fn is_allowed(&self, place: &Place, value: &[u8]) -> bool {
        let path = place
            .path()
            .map_or_else(|| Cow::Owned(RepoPath::new("")), Cow::Borrowed);
        (self.options.allowed)(&path, value)
    }

    fn finding(
        &self,
        place: &Place,
        text: &[u8],
        found: Found,
        secrets: &[Secret],
        positions: &mut Positions<'_>,
    ) -> Finding {
        let Found {
            candidate,
            identity,
            ..
        } = found;
        let Candidate {
            rule,
            value,
            public_prefix,
            family,
            sheet,
            message,
            mut notes,
        } = candidate;
        notes.push(sheet.note());
        let start = positions.of(value.start);
        let end = Positions::of(&mut positions.clone(), value.end);
        let fingerprint =
            self.fingerprint(family, identity.as_deref().unwrap_or(&text[value.clone()]));
        let secret = Secret {
            range: value.clone(),
            public_prefix,
        };
        let safe = |said: &str| printable(&excerpt::without(said, text, &secret));
        let is_rule = |word: &str| self.knows(word);
        Finding {
            rule,
            location: Location {
                place: place.clone(),
                start,
                end,
            },
            severity: rule.severity,
            confidence: sheet.confidence(),
            message: safe(&message),
            excerpt: excerpt::excerpt(text, &secret, secrets),
            fingerprint,
            inline_allow: pragma::covering(text, &value, rule.id, is_rule)
                .map(|comment| safe(&comment)),
            notes: notes.iter().map(|note| safe(note)).collect(),
            package: None,
        }
    }

    fn knows(&self, id: &str) -> bool {
        let custom = |rule: &Rule| rule.meta.id == id;
        self.options.custom.iter().any(custom) || catalog().iter().any(|meta| meta.id == id)
    }

    /// Digests family and value with the policy's key, so that equal fingerprints of two repositories say nothing.
    fn fingerprint(&self, family: &str, value: &[u8]) -> Fingerprint {
        const CONTEXT: &str = "gate-hook 2026 fingerprints of secrets";
        let key = self
            .key
            .get_or_init(|| blake3::derive_key(CONTEXT, self.options.fingerprint_key));
        let mut hasher = blake3::Hasher::new_keyed(key);
        hasher.update(family.as_bytes()).update(&[0]).update(value);
        let mut digest = [0; 10];
        digest.copy_from_slice(&hasher.finalize().as_bytes()[..10]);
        Fingerprint::new(Engine::Secrets, digest)
    }
}

fn of_pair(candidate: Candidate) -> Found {
    Found {
        claim: candidate.value.clone(),
        candidate,
        identity: None,
        rank: Rank::default(),
    }
}
