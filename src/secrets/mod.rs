//! The secrets engine: a text comes in, findings go out.
//!
//! One Aho-Corasick pass over the text finds the anchors of all rules ([`prefilter`]); where one stands, the rule's
//! shape is tried round it ([`shape`], [`matcher`]), and what fits is confirmed ([`confirm`]: checksum, structure,
//! entropy; [`placeholder`]). Names such as `password` are read as pairs of name and value ([`pairs`]), private keys
//! by their structure ([`structure`]). Overlapping claims are resolved ([`claim`]), and what is left becomes findings
//! whose excerpts are redacted ([`redact`]).
//!
//! It must not know git, the other engines, policy, reports, the command line, files, the clock or the
//! environment. A rule is added as TOML in `rules/secrets/`, a way of writing pairs in `pairs/`.

mod allow;
mod candidate;
mod claim;
mod confirm;
#[cfg(test)]
mod example;
mod expression;
mod matcher;
mod pairs;
mod placeholder;
mod prefilter;
mod redact;
mod rule;
mod schema;
mod shape;
mod structure;
mod text;

use crate::finding::{Engine, Finding, Fingerprint, Location, Place, RepoPath};
use crate::rule::RuleMeta;

use candidate::Hit;
use claim::Claim;
use expression::Expressions;
use matcher::Matcher;
use prefilter::{Meaning, Prefilter};
use redact::Blot;
use text::Positions;

/// What a scan may be told.
pub struct Options<'a> {
    /// The key of the digests in fingerprints (`secrets.fingerprint_key` of the policy), or empty.
    pub fingerprint_key: &'a [u8],
    /// The team's own rules.
    pub custom: Vec<Rule>,
    /// Whether the policy lets this value at this path go without a word.
    pub allowed: &'a dyn Fn(&RepoPath, &[u8]) -> bool,
}

/// One rule, ready to be matched.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What the rule says about itself.
    pub meta: &'static RuleMeta,
    definition: &'static rule::Definition,
    anchors: Vec<(&'static str, schema::Role)>,
}

/// A rule of the team's own that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RuleError {
    /// The 1-based line within the TOML text of the rule.
    pub line: u32,
    /// The 1-based column.
    pub column: u32,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// Reads rules written in the schema of `rules/secrets/*.toml` (a text with `[[rule]]` tables).
pub fn parse_rules(toml: &str) -> Result<Vec<Rule>, RuleError> {
    rule::parse(toml)
}

/// Returns what every built-in rule says about itself, sorted by id.
pub fn catalog() -> Vec<&'static RuleMeta> {
    let shaped = rule::RULES.iter().map(|rule| &rule.meta);
    let mut metas: Vec<_> = shaped
        .chain(pairs::metas())
        .chain(structure::METAS)
        .collect();
    metas.sort_by_key(|meta| meta.id);
    metas
}

/// Returns whether a word is the id of a built-in rule.
fn is_rule(id: &str) -> bool {
    catalog().iter().any(|meta| meta.id == id)
}

/// The matcher over all rules. It is prepared once per run and built when there is text to scan.
pub struct Scanner<'a> {
    options: Options<'a>,
    key: [u8; 32],
    prefilter: Prefilter,
    expressions: Expressions,
}

impl<'a> Scanner<'a> {
    /// Prepares the matcher.
    pub fn new(mut options: Options<'a>) -> Self {
        let own = std::mem::take(&mut options.custom);
        let key = blake3::derive_key("gate-hook secrets fingerprint 1", options.fingerprint_key);
        let prefilter = Prefilter::new(own);
        let built_in = rule::RULES
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.regex.is_some());
        let numbers = built_in.map(|(number, _)| number);
        let own = prefilter.own().iter().map(|rule| prefilter.number(rule));
        let expressions = Expressions::new(numbers.chain(own));
        Self {
            options,
            key,
            prefilter,
            expressions,
        }
    }

    /// Returns the findings in one text, in the order of their positions.
    ///
    /// `first_line` is the line of the real file on which `bytes` begins.
    pub fn scan(&self, place: &Place, bytes: &[u8], first_line: u32) -> Vec<Finding> {
        if bytes.is_empty() {
            return Vec::new();
        }
        let text = text::decode(bytes);
        let mut matcher = Matcher::new(&self.prefilter, &self.expressions, &text);
        let mut keywords = Vec::new();
        for hit in self.prefilter.hits(&text) {
            match self.prefilter.meaning(hit) {
                Meaning::Keyword(keyword) => keywords.push(Hit {
                    keyword,
                    start: hit.start,
                    end: hit.end,
                }),
                _ => matcher.hit(hit),
            }
        }
        let mut claims = matcher.into_claims();
        claims.extend(
            pairs::find(place, &text, &keywords)
                .into_iter()
                .map(Claim::from),
        );
        if claims.is_empty() {
            return Vec::new();
        }
        // Values are blotted out whether or not they end as findings of their own.
        let mut blots: Vec<Blot> = claims
            .iter()
            .filter(|claim| !claim.silent)
            .map(|claim| Blot {
                value: claim.value.clone(),
                public: claim.public_prefix,
            })
            .collect();
        blots.sort_by_key(|blot| {
            (
                blot.value.start,
                std::cmp::Reverse(blot.value.end),
                blot.public,
            )
        });
        self.findings(place, &text, claim::resolve(claims), &blots, first_line)
    }

    fn findings(
        &self,
        place: &Place,
        text: &[u8],
        claims: Vec<Claim>,
        blots: &[Blot],
        first_line: u32,
    ) -> Vec<Finding> {
        let mut positions = Positions::new(text, first_line);
        let allowed = |value: &[u8]| {
            place
                .path()
                .is_some_and(|path| (self.options.allowed)(path, value))
        };
        claims
            .into_iter()
            .filter(|claim| !claim.silent && !allowed(&text[claim.value.clone()]))
            .map(|claim| Finding {
                rule: claim.rule,
                location: Location {
                    place: place.clone(),
                    start: positions.of(claim.value.start),
                    end: positions.of(claim.value.end),
                },
                severity: claim.severity,
                confidence: claim.confidence,
                excerpt: redact::excerpt(text, &claim.value, blots),
                fingerprint: self.fingerprint(&claim, text),
                inline_allow: allow::comment(text, &claim.value, claim.rule.id, blots),
                message: claim.message,
                notes: claim.notes,
            })
            .collect()
    }

    fn fingerprint(&self, claim: &Claim, text: &[u8]) -> Fingerprint {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(claim.family.as_bytes());
        hasher.update(&[0]);
        hasher.update(
            claim
                .material
                .as_deref()
                .unwrap_or(&text[claim.value.clone()]),
        );
        let mut digest = [0; 10];
        digest.copy_from_slice(&hasher.finalize().as_bytes()[..10]);
        Fingerprint::new(Engine::Secrets, digest)
    }
}
