//! The rules of the secrets engine, as data: every example of every rule, and what must hold of all of them.
//!
//! Requirements: S1-49

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gate_hook::finding::{Confidence, Finding, Place, RepoPath};
use gate_hook::secrets::{Options, Rule, Scanner, catalog, parse_rules};

/// Scans a text with the built-in rules.
fn scan(text: &str) -> Vec<Finding> {
    scan_with(text, Vec::new())
}

fn scan_with(text: &str, custom: Vec<Rule>) -> Vec<Finding> {
    let allowed = |_: &RepoPath, _: &[u8]| false;
    let scanner = Scanner::new(Options {
        fingerprint_key: b"test",
        custom,
        allowed: &allowed,
    });
    scanner.scan(
        &Place::File(RepoPath::new("src/settings.txt")),
        text.as_bytes(),
        1,
    )
}

/// Reads every rule file, with its name.
fn files() -> Vec<(String, Vec<Rule>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/secrets");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let rules = parse_rules(&fs::read_to_string(path).unwrap());
        let rules =
            rules.unwrap_or_else(|error| panic!("{name}:{}:{}: {error}", error.line, error.column));
        (name, rules)
    };
    files.iter().map(read).collect()
}

fn rules() -> Vec<Rule> {
    files().into_iter().flat_map(|(_, rules)| rules).collect()
}

fn report(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn ids(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.id).collect()
}

#[test]
fn every_example_is_found_or_left_alone() {
    let mut wrong = Vec::new();
    for (file, rules) in files() {
        for rule in rules {
            let id = rule.meta.id;
            let (finds, clean) = match rule.examples() {
                Ok(examples) => examples,
                Err(error) => {
                    wrong.push(format!("{file}: {error}"));
                    continue;
                }
            };
            if finds.is_empty() || clean.is_empty() {
                wrong.push(format!(
                    "{file}: rule `{id}` needs an example of either kind"
                ));
            }
            for text in finds {
                let findings = scan(&text);
                let found = findings.iter().any(|finding| finding.rule.id == id);
                if found == rule.is_public() || rule.is_public() && !findings.is_empty() {
                    wrong.push(format!("{file}: `{id}` in {text:?}: {:?}", ids(&findings)));
                }
            }
            for text in clean {
                if scan(&text).iter().any(|finding| finding.rule.id == id) {
                    wrong.push(format!("{file}: `{id}` not clean: {text:?}"));
                }
            }
        }
    }
    report(&wrong);
}

#[test]
fn rules_are_complete_and_sorted() {
    let mut wrong = Vec::new();
    let metas = catalog();
    for pair in metas.windows(2) {
        if pair[0].id >= pair[1].id {
            wrong.push(format!("`{}` before `{}`", pair[0].id, pair[1].id));
        }
    }
    for meta in &metas {
        let kebab = meta
            .id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let told =
            meta.page.contains("\n\n") && meta.why().ends_with('.') && !meta.title.is_empty();
        let since = meta.since == "next" || meta.since.split('.').count() == 3;
        if !kebab || !told || !since || meta.references.is_empty() {
            wrong.push(format!(
                "`{}`: id, title, page in two paragraphs, since or references",
                meta.id
            ));
        }
    }
    for rule in rules() {
        if metas
            .binary_search_by_key(&rule.meta.id, |meta| meta.id)
            .is_err()
        {
            wrong.push(format!("`{}` is not in the catalogue", rule.meta.id));
        }
    }
    report(&wrong);
}

#[test]
fn a_rule_alone_finds_what_it_finds_among_all() {
    let mut wrong = Vec::new();
    for rule in rules().into_iter().filter(|rule| !rule.is_public()) {
        let Ok((finds, _)) = rule.examples() else {
            continue;
        };
        for text in finds {
            let of_rule = |findings: Vec<Finding>| -> Vec<_> {
                let mine = findings
                    .into_iter()
                    .filter(|finding| finding.rule.id == rule.meta.id);
                mine.map(|finding| (finding.location, finding.fingerprint))
                    .collect()
            };
            let (all, alone) = (
                of_rule(scan(&text)),
                of_rule(scan_with(&text, vec![rule.clone()])),
            );
            if all != alone {
                wrong.push(format!("`{}` in {text:?}", rule.meta.id));
            }
        }
    }
    report(&wrong);
}

#[test]
fn one_value_has_one_finding_and_stays_hidden() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let Ok((finds, _)) = rule.examples() else {
            continue;
        };
        for text in finds {
            let findings = scan(&text);
            for pair in findings.windows(2) {
                if pair[1].location.start < pair[0].location.end {
                    wrong.push(format!("{:?} overlap in {text:?}", ids(&findings)));
                }
            }
            for finding in &findings {
                if let Some(piece) = leaked(&text, finding) {
                    wrong.push(format!(
                        "`{}` shows {piece:?} of {text:?}: {:?}",
                        rule.meta.id, finding.excerpt.text
                    ));
                }
            }
        }
    }
    report(&wrong);
}

#[test]
fn of_rules_that_claim_one_text_the_most_specific_speaks() {
    let rule = |id: &str, more: &str| {
        format!(
            "[[rule]]\nid = \"{id}\"\ntitle = \"{id}\"\nseverity = \"high\"\npage = \"A key of {id}.\"\n\
             references = [\"https://example.org\"]\nsince = \"0.1.0\"\nclean = ['no key']\n{more}\n"
        )
    };
    let longer = rule(
        "acme-live",
        "shape = 'acme_live_{b62:32}'\nfinds = ['{valid}']",
    );
    let shorter = rule("acme-any", "shape = 'acme_{b64u:37}'\nfinds = ['{valid}']");
    let named = rule(
        "acme-named",
        "shape = '{b64u:42}'\nnear = [\"acme\"]\nfinds = ['acme_key = {valid}']",
    );
    // The order in which rules are written does not matter.
    for order in [[&longer, &shorter, &named], [&named, &shorter, &longer]] {
        let custom = parse_rules(&order.map(String::as_str).join("\n")).unwrap();
        let of = |id: &str| custom.iter().find(|rule| rule.meta.id == id).unwrap();
        for seed in 0..20 {
            let value = of("acme-live").sample(0, seed).unwrap();
            let text = format!("acme_api_key = \"{value}\"\n");
            assert_eq!(
                ids(&scan_with(&text, custom.clone())),
                ["acme-live"],
                "{seed}"
            );
        }
    }
    // Of the built-in rules: a checksum beats a name, a longer literal a shorter one.
    let built_in = rules();
    for (id, text) in [
        ("github-pat", "db_password = \"<v>\""),
        ("anthropic-api-key", "openai_api_key: <v>"),
        ("openai-project-key", "anthropic_token = '<v>'"),
        ("stripe-live-secret-key", "SECRET_TOKEN=<v>"),
    ] {
        let rule = built_in.iter().find(|rule| rule.meta.id == id).unwrap();
        let value = rule.sample(0, 7).unwrap();
        assert_eq!(ids(&scan(&text.replace("<v>", &value))), [id], "{text}");
    }
}

/// Returns a piece of a one-line value, behind the ten characters that may be public, that a finding shows.
fn leaked(text: &str, finding: &Finding) -> Option<String> {
    if finding.location.start.line != finding.location.end.line {
        return None;
    }
    let line = text
        .lines()
        .nth(finding.location.start.line as usize - 1)
        .unwrap();
    let characters: Vec<char> = line.chars().collect();
    let value = &characters
        [finding.location.start.column as usize - 1..finding.location.end.column as usize - 1];
    let said = [&finding.excerpt.text, &finding.message]
        .into_iter()
        .chain(&finding.notes)
        .chain(&finding.inline_allow);
    let said: Vec<&String> = said.collect();
    let hidden = value.get(10.min(value.len() / 2)..).unwrap_or_default();
    hidden
        .windows(5)
        .map(|piece| piece.iter().collect::<String>())
        .find(|piece| said.iter().any(|said| said.contains(piece)))
}

#[test]
fn checksums_decide() {
    let by_id: BTreeMap<_, _> = rules()
        .into_iter()
        .map(|rule| (rule.meta.id, rule))
        .collect();
    // Where a checksum is advice only, no changed character makes a value wrong.
    let proven = by_id.values().filter(|rule| {
        !rule.is_public()
            && scan_one(rule, 0).is_some_and(|finding| finding.message.ends_with("checksum valid"))
            && rule.spoiled(0, 0).is_ok()
    });
    let proven: Vec<_> = proven.collect();
    assert!(
        proven.len() >= 25,
        "only {} families prove themselves",
        proven.len()
    );
    let mut wrong = Vec::new();
    let draws = 10_000 / proven.len() as u64 + 1;
    for rule in proven {
        for seed in 0..draws {
            let shape = (seed as usize) % rule.shapes();
            let (value, spoiled) = (
                rule.sample(shape, seed).unwrap(),
                rule.spoiled(shape, seed).unwrap(),
            );
            let text = format!("{} = \"{value}\"\n", rule_word(rule));
            if !scan(&text).iter().any(|finding| {
                finding.rule.id == rule.meta.id && finding.confidence == Confidence::High
            }) {
                wrong.push(format!("`{}` misses number {seed}", rule.meta.id));
            }
            let text = format!("{} = \"{spoiled}\"\n", rule_word(rule));
            if scan(&text)
                .iter()
                .any(|finding| finding.rule.id == rule.meta.id)
            {
                wrong.push(format!("`{}` takes spoiled number {seed}", rule.meta.id));
            }
        }
    }
    report(&wrong);
}

/// A name that lets any rule speak.
fn rule_word(rule: &Rule) -> String {
    rule.near_word()
        .map_or_else(|| "value".to_owned(), |word| format!("{word}_api_key"))
}

fn scan_one(rule: &Rule, seed: u64) -> Option<Finding> {
    let text = format!("{} = \"{}\"\n", rule_word(rule), rule.sample(0, seed).ok()?);
    scan(&text)
        .into_iter()
        .find(|finding| finding.rule.id == rule.meta.id)
}
