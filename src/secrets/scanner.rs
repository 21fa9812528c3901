//! From a text to its findings: sweep, resolve, redact.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use super::candidate::Candidate;
use super::excerpt::{self, Secret};
use super::index::{self, Index};
use super::pairs::context::Context;
use super::resolve::{self, Found, Rank};
use super::sweep::{self, RuleSet, Swept};
use super::text::{self, Positions};
use super::trace::{Marks, Trace};
use super::{Options, Reading, Rule, catalog, encoded, pairs, pragma, score, structure};
use crate::finding::{Engine, Finding, Fingerprint, Location, Place, RepoPath, printable};
use crate::input::Piece;

/// The matcher over all rules, built once per run and only when there is text to scan.
pub struct Scanner<'a> {
    options: Options<'a>,
    /// The words of the team's own rules, when there was a text to scan.
    custom: OnceLock<Vec<Index>>,
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
        let found = self.candidates(&Context::of(place), &text, 0);
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

    /// Returns what is found in a text, and what in others that are written within it, `depth` of them round this one.
    fn candidates(&self, context: &Context, text: &[u8], depth: usize) -> Vec<Found> {
        let swept = self.rule_sets().map(|rules| sweep::sweep(text, &rules));
        let sites = if depth < encoded::DEPTH {
            encoded::sites(text)
        } else {
            Vec::new()
        };
        self.gathered(context, text, swept, &sites, depth)
    }

    /// Returns what passes over a text have found, and what is in texts that are written within it, at `sites` of it.
    fn gathered(
        &self,
        context: &Context,
        text: &[u8],
        passes: impl Iterator<Item = Swept>,
        sites: &[Range<usize>],
        depth: usize,
    ) -> Vec<Found> {
        let (mut found, seams) = gather(context, text, passes);
        if depth < encoded::DEPTH {
            found.extend(self.encoded(context, text, sites, depth));
            found.extend(self.joined(context, text, &seams, depth));
        }
        found
    }

    /// Returns what is found in texts that are written in another form.
    fn encoded(
        &self,
        context: &Context,
        text: &[u8],
        sites: &[Range<usize>],
        depth: usize,
    ) -> Vec<Found> {
        let mut all = Vec::new();
        encoded::each(text, sites, |plain| {
            let readable = text::readable(&plain.bytes);
            let context = context.written_as(plain.kind());
            let found = self.candidates(&context, &readable, depth + 1);
            // In another encoding no byte has a place of its own.
            let moved = readable.len() != plain.bytes.len();
            let whole = 0..plain.bytes.len();
            let written = |part: &Range<usize>| plain.written(if moved { &whole } else { part });
            let (winners, _) = resolve::resolve(found);
            all.extend(
                winners
                    .into_iter()
                    .map(|one| one.written(&readable, plain.form, written)),
            );
        });
        all
    }

    /// Returns what is found across the seams of literals that are put together.
    fn joined(&self, context: &Context, text: &[u8], seams: &[usize], depth: usize) -> Vec<Found> {
        let mut all = Vec::new();
        let mut read_to = 0;
        for seam in seams {
            if *seam < read_to {
                continue;
            }
            let Some(joined) = encoded::join(text, *seam, read_to) else {
                continue;
            };
            read_to = joined.end;
            let plain = &joined.plain;
            let found = self.candidates(context, &plain.bytes, depth + 1);
            let crosses = |one: &Found| {
                let value = &one.candidate.value;
                let within = |seam: &&usize| value.start < **seam && **seam < value.end;
                joined.seams.iter().find(within).is_some()
            };
            let (winners, _) = resolve::resolve(found);
            all.extend(
                winners
                    .into_iter()
                    .filter(crosses)
                    .map(|one| one.written(&plain.bytes, plain.form, |part| plain.written(part))),
            );
        }
        all
    }

    /// Returns what a scan of a text finds and leaves behind. `base` is what the scan of another text that is read
    /// alike has left, of which this one is made. What it finds is that of [`Scanner::scan`], allowed values included.
    pub fn trace(
        &self,
        reading: &Reading,
        bytes: &[u8],
        base: Option<(&Trace, &[Piece])>,
    ) -> Trace {
        let text = text::readable(bytes);
        let as_it_is = matches!(text, Cow::Borrowed(same) if same.len() == bytes.len());
        let indexes = self.rule_sets().map(|rules| rules.index);
        let mut marks = Marks::of(&text, indexes, base.filter(|_| as_it_is));
        let swept = self
            .rule_sets()
            .zip(&mut marks.ends)
            .map(|(rules, ends)| sweep::sweep_ends(&text, &rules, ends));
        let found = self.gathered(&reading.0.context(), &text, swept, &marks.sites, 0);
        let fingerprints = if found.is_empty() {
            Vec::new()
        } else {
            let (winners, _) = resolve::resolve(found);
            winners
                .iter()
                .filter(|found| !found.rank.public)
                .map(|found| self.identity(&text, found))
                .collect()
        };
        Trace::new(fingerprints, as_it_is.then_some(marks))
    }

    /// Returns the built-in rules and the team's own.
    fn rule_sets(&self) -> impl Iterator<Item = RuleSet<'_>> {
        let custom = self.custom_indexes().iter();
        let custom = custom.map(|index| RuleSet::custom(index, &self.options.custom));
        std::iter::once(RuleSet::built_in()).chain(custom)
    }

    fn custom_indexes(&self) -> &[Index] {
        self.custom.get_or_init(|| {
            let raw = self.options.custom.iter().map(|rule| (*rule.raw).clone());
            Index::all(index::words_of(&raw.collect::<Vec<_>>()))
        })
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

    fn identity(&self, text: &[u8], found: &Found) -> Fingerprint {
        let value = &text[found.candidate.value.clone()];
        self.fingerprint(
            found.candidate.family,
            found.identity.as_deref().unwrap_or(value),
        )
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

/// The rule of hashes of passwords.
const HASH: &str = "unix-password-hash";
/// Files that hold the accounts of a running system.
const ACCOUNTS: &[&str] = &[
    ".htpasswd",
    "htpasswd",
    "passwd",
    "shadow",
    ".htdigest",
    "users",
];

/// Puts together what passes over a text have found, and what other readers make of it; and tells where literals are
/// put together.
fn gather(
    context: &Context,
    text: &[u8],
    passes: impl Iterator<Item = Swept>,
) -> (Vec<Found>, Vec<usize>) {
    let mut all = Swept::default();
    for pass in passes {
        all.found.extend(pass.found);
        all.hits.extend(pass.hits);
        all.structures.extend(pass.structures);
        all.refuted.extend(pass.refuted);
    }
    let mut found = all.found;
    found.extend(structure::find(text, &all.structures));
    for one in &mut found {
        let (start, sheet) = (one.candidate.value.start, &mut one.candidate.sheet);
        if one.candidate.rule.id == HASH && !context.is_named(ACCOUNTS) {
            sheet.add(score::HASHED);
        }
        if sheet.is_self_made() && text::is_documentation(text, start) {
            sheet.add(score::DOCUMENTED);
        }
        sheet.place(context.setting);
    }
    // What a file full of digests takes below any worth is no finding.
    found.retain(|one| one.candidate.sheet.total() > 0);
    let named = pairs::find(context, text, &all.hits).into_iter();
    found.extend(
        named
            .filter(|one| !all.refuted.contains(&one.value))
            .map(of_pair),
    );
    (found, pairs::seams(&all.hits))
}

fn of_pair(candidate: Candidate) -> Found {
    Found {
        claim: candidate.value.clone(),
        candidate,
        identity: None,
        rank: Rank::default(),
    }
}
