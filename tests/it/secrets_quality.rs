//! How much the secrets engine finds: secrets made up anew in each run, planted in every place that
//! `secrets_quality/contexts.rs` lists, and a valid token of every family in every place that can hold it.
//!
//! `GATE_HOOK_FULL=1` plants more, and scans the commits of the bare clones in `GATE_HOOK_REPOSITORIES`.

#[path = "secrets_quality/contexts.rs"]
mod contexts;
#[path = "secrets_quality/forms.rs"]
mod forms;
#[path = "secrets_quality/hostile.rs"]
mod hostile;
#[path = "secrets_quality/made_up.rs"]
mod made_up;
#[path = "secrets_quality/ordinary.rs"]
mod ordinary;
#[path = "secrets_quality/versions.rs"]
mod versions;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use contexts::{CONTEXTS, Context, Held};
use gate_hook::finding::{Place, RepoPath};
use gate_hook::secrets::{Options, Rule, Scanner, parse_rules};
use made_up::{Dice, Name};

/// The least share of planted secrets that is found, in all places and in the worst of them.
const RECALL: f64 = 0.97;
const WORST: f64 = 0.95;

fn is_full() -> bool {
    std::env::vars_os().any(|(key, _)| key == "GATE_HOOK_FULL")
}

/// What was planted in each place, and what of it was found.
#[derive(Default)]
struct Tally {
    places: BTreeMap<&'static str, (usize, usize)>,
    missed: Vec<String>,
}

impl Tally {
    fn count(&mut self, place: &'static str, found: bool, what: impl FnOnce() -> String) {
        let (planted, hits) = self.places.entry(place).or_default();
        *planted += 1;
        *hits += usize::from(found);
        if !found && self.missed.len() < 40 {
            self.missed.push(format!("{place}: {}", what()));
        }
    }

    fn check(&self, seed: u64) {
        let (planted, hits) = self
            .places
            .values()
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let share = |(planted, hits): (usize, usize)| hits as f64 / planted as f64;
        // A few draws scatter: what counts is a place that is worse than that beyond chance.
        let floor = |planted: usize| {
            let planted = planted as f64;
            planted * WORST - 2.5 * (planted * WORST * (1.0 - WORST)).sqrt()
        };
        let low: Vec<_> = self
            .places
            .iter()
            .filter(|(_, (planted, hits))| (*hits as f64) < floor(*planted))
            .collect();
        assert!(
            share((planted, hits)) >= RECALL && low.is_empty(),
            "seed {seed}: {hits} of {planted} found; too few in {low:?}\n{}",
            self.missed.join("\n")
        );
    }
}

/// Whether a finding touches the planted value.
fn is_found(path: &str, text: &str, value: &str) -> bool {
    let allowed = |_: &RepoPath, _: &[u8]| false;
    let scanner = Scanner::new(Options {
        fingerprint_key: b"",
        custom: Vec::new(),
        allowed: &allowed,
    });
    let findings = scanner.scan(&Place::File(RepoPath::new(path)), text.as_bytes(), 1);
    let at = text.find(value).unwrap_or_default();
    let last = text[..at + value.len()].matches('\n').count() as u32 + 1;
    let first = text[..at].matches('\n').count() as u32 + 1;
    findings
        .iter()
        .any(|finding| finding.location.start.line <= last && finding.location.end.line >= first)
}

/// Whether a rule, or any, finds something in these bytes.
fn finds(path: &str, bytes: &[u8], rule: &str) -> bool {
    let allowed = |_: &RepoPath, _: &[u8]| false;
    let scanner = Scanner::new(Options {
        fingerprint_key: b"",
        custom: Vec::new(),
        allowed: &allowed,
    });
    let findings = scanner.scan(&Place::File(RepoPath::new(path)), bytes, 1);
    findings
        .iter()
        .any(|finding| rule.is_empty() || finding.rule.id == rule)
}

/// Writes a secret into a place; nothing if the place cannot hold it as it stands.
fn plant(context: &Context, name: &Name, value: &str, dice: &mut Dice) -> Option<(String, String)> {
    let (_, _, _, bare, template) = context;
    let awkward = |b: u8| !(b.is_ascii_alphanumeric() || b"-_./+=:~,@".contains(&b));
    let in_quotes = |b: u8| b"\"'`\\$<>{}%\n".contains(&b);
    let wrong = if *bare {
        value.bytes().any(awkward)
    } else {
        value.bytes().any(in_quotes)
    };
    if wrong && template.contains("<v>") {
        return None;
    }
    Some(made_up::fill(template, name, value, dice))
}

#[test]
fn passwords_and_keys_are_found_wherever_they_are_written() {
    let fresh = made_up::fresh_seed();
    let draws = if is_full() { 400 } else { 12 };
    for seed in [1, fresh] {
        let mut dice = Dice::new(seed);
        let mut tally = Tally::default();
        for context in CONTEXTS {
            for _ in 0..draws {
                let password = context.2 == Held::Password || dice.below(2) == 0;
                let name = if context.2 == Held::Password {
                    Name::new("password")
                } else {
                    dice.name(password)
                };
                let value = dice.secret(password, context.3);
                let Some((text, shown)) = plant(context, &name, &value, &mut dice) else {
                    continue;
                };
                tally.count(context.0, is_found(context.1, &text, &shown), || {
                    text.clone()
                });
            }
        }
        assert!(
            tally.places.len() + 2 >= CONTEXTS.len(),
            "every place was used"
        );
        tally.check(seed);
    }
}

/// The rules of every family, with the file that declares them.
fn families() -> Vec<Rule> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/secrets");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let rules = files
        .iter()
        .flat_map(|path| parse_rules(&fs::read_to_string(path).unwrap()).unwrap());
    rules
        .filter(|rule| !rule.is_public() && rule.shapes() > 0)
        .collect()
}

#[test]
fn a_token_of_every_family_is_found_wherever_it_is_written() {
    let fresh = made_up::fresh_seed();
    let places = if is_full() { CONTEXTS.len() } else { 6 };
    // A format in base64 is for the decoders; these places hold the value as it is.
    let plain = |context: &&Context| context.2 == Held::Any && !context.4.contains("<b>");
    let any: Vec<_> = CONTEXTS.iter().filter(plain).collect();
    for seed in [1, fresh] {
        let mut dice = Dice::new(seed);
        let mut tally = Tally::default();
        for rule in families() {
            let Ok(value) = rule.sample(dice.below(rule.shapes()), dice.next()) else {
                panic!("no generator fires rule `{}`", rule.meta.id);
            };
            let word = rule
                .near_word()
                .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()));
            let name = Name::new(&word.map_or_else(
                || "service_token".to_owned(),
                |word| format!("{}_api_key", word.replace(['.', '-', ' '], "_")),
            ));
            let first = dice.below(any.len());
            for offset in 0..places.min(any.len()) {
                let context = any[(first + offset) % any.len()];
                let Some((text, shown)) = plant(context, &name, &value, &mut dice) else {
                    continue;
                };
                tally.count(context.0, is_found(context.1, &text, &shown), || {
                    format!("{} {text}", rule.meta.id)
                });
            }
        }
        tally.check(seed);
    }
}
