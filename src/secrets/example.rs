//! The examples of the rules, expanded and run: every rule finds what it says and leaves alone what it says.
//!
//! `{hex:32}` and the other fields of shapes expand to a text that is random but always the same, `{valid}` to a
//! value of the rule's shape that passes its checks, `{invalid}` to one with a single character changed. So the
//! repository holds nothing that looks like a live credential.

use super::confirm;
use super::rule::{Definition, Parts, RULES};
use super::schema::{self, RawRule};
use super::shape::{self, Alphabet, Part};
use super::{Options, Scanner};
use crate::finding::{Place, RepoPath};

/// A stream of random numbers that begins anew for each rule.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: &str) -> Self {
        let digest = blake3::hash(seed.as_bytes());
        Self(
            digest.as_bytes()[..8]
                .iter()
                .fold(0, |seed, byte| seed << 8 | u64::from(*byte))
                | 1,
        )
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn run(&mut self, alphabet: Alphabet, length: usize) -> String {
        let characters = alphabet.characters();
        // What a name and its value are separated by would end an unquoted value early.
        let usable: Vec<u8> = characters
            .into_iter()
            .filter(|byte| !b"#$&:;<>\\{}[]()@=,%|*!?".contains(byte))
            .collect();
        (0..length)
            .map(|_| char::from(usable[self.below(usable.len())]))
            .collect()
    }

    fn part(&mut self, part: &Part<&str>) -> String {
        match part {
            Part::Literal(literal) => (*literal).to_owned(),
            Part::Run(alphabet, min, max) => {
                let length =
                    usize::from(*min) + self.below(usize::from((*max).min(min + 40) - min) + 1);
                self.run(*alphabet, length)
            }
            Part::Uuid => {
                let hex = self.run(Alphabet::Hex, 30);
                format!(
                    "{}-{}-4{}-a{}-{}",
                    &hex[..8],
                    &hex[8..12],
                    &hex[12..15],
                    &hex[15..18],
                    &hex[18..30]
                )
            }
            Part::Jwt => {
                let subject = self.run(Alphabet::Digit, 8);
                let header = encode(br#"{"alg":"HS256","typ":"JWT"}"#);
                let payload = encode(
                    format!(r#"{{"sub":"{subject}","iss":"https://id.acme.io"}}"#).as_bytes(),
                );
                format!("{header}.{payload}.{}", self.run(Alphabet::B64Url, 43))
            }
            Part::Discord => {
                let id = format!("9{}", self.run(Alphabet::Digit, 17));
                format!(
                    "{}.{}.{}",
                    encode(id.as_bytes()),
                    self.run(Alphabet::B62, 6),
                    self.run(Alphabet::B62, 38)
                )
            }
        }
    }
}

fn encode(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns a value of a shape that passes the rule's checks.
pub(super) fn valid(rule: &Definition, parts: Parts, random: &mut Random) -> String {
    for _ in 0..5_000 {
        let mut fields: Vec<String> = parts.iter().map(|part| random.part(part)).collect();
        for check in rule.checks.iter().filter(|check| confirm::is_proof(check)) {
            fulfil(check, parts, &mut fields, random);
        }
        let whole = rule
            .checks
            .iter()
            .find_map(|check| whole(check, &fields, random));
        let value = whole.unwrap_or_else(|| fields.concat());
        let Some(found) = shape::match_at(parts, value.as_bytes(), 0) else {
            continue;
        };
        if rule
            .checks
            .iter()
            .all(|check| confirm::passes(check, value.as_bytes(), &found))
        {
            return value;
        }
    }
    "(no value passes the checks)".to_owned()
}

/// Puts into the fields what a check asks for; what it leaves to chance is tried again.
fn fulfil(check: &str, parts: Parts, fields: &mut [String], random: &mut Random) {
    let (name, parameter) = check.split_once(':').unwrap_or((check, ""));
    let run = |wanted: fn(Alphabet) -> bool| {
        parts
            .iter()
            .position(|part| matches!(part, Part::Run(alphabet, ..) if wanted(*alphabet)))
    };
    let encoded =
        run(|alphabet| matches!(alphabet, Alphabet::B64 | Alphabet::B64Url | Alphabet::B62));
    let length = encoded.map_or(0, |at| match &parts[at] {
        Part::Run(_, min, _) => usize::from(*min),
        _ => 0,
    });
    let content = match name {
        "base64" => parameter
            .parse()
            .ok()
            .map(|length: usize| (0..length).map(|_| random.next() as u8).collect()),
        "base64-text" => Some(
            [
                parameter.as_bytes(),
                random.run(Alphabet::Digit, 40).as_bytes(),
            ]
            .concat(),
        ),
        "base64-json" => {
            let key = if parameter.is_empty() {
                "key"
            } else {
                parameter
            };
            Some(
                format!(
                    r#"{{"{key}":"{}"}}"#,
                    random.run(Alphabet::B62, length * 3 / 4)
                )
                .into_bytes(),
            )
        }
        "basic" => Some(format!("deploy:{}", random.run(Alphabet::B62, 14)).into_bytes()),
        _ => None,
    };
    if let (Some(content), Some(at)) = (content, encoded) {
        let standard = parts[at] != Part::Run(Alphabet::B64Url, 0, 0);
        let mut text = encode(&content);
        let Part::Run(alphabet, min, max) = &parts[at] else {
            return;
        };
        if standard && *alphabet != Alphabet::B64Url {
            text = text.replace('-', "+").replace('_', "/");
        }
        let length = text.len().clamp(usize::from(*min), usize::from(*max));
        if name == "base64-json" || text.len() == length {
            fields[at] = text;
        } else {
            text.truncate(length);
            fields[at] = text;
        }
        return;
    }
    match name {
        "objectid" => {
            if let Some(field) = fields.iter_mut().find(|field| field.len() == 24) {
                field.replace_range(..8, "65a1b2c3");
            }
        }
        "ulid" => {
            if let Some(field) = fields.iter_mut().find(|field| field.len() == 26) {
                let time = if field.bytes().any(|b| b.is_ascii_lowercase()) {
                    "01j5"
                } else {
                    "01J5"
                };
                field.replace_range(..4, time);
            }
        }
        "aws-id" => fields
            .last_mut()
            .expect("an id has parts")
            .replace_range(..1, "R"),
        "azure-annotated" | "openai" => {}
        _ => checksum(name, parts, fields),
    }
}

/// Makes the values whose checksum covers all of them in a base that is no power of two.
fn whole(check: &str, fields: &[String], random: &mut Random) -> Option<String> {
    let mut bytes = |head: &[u8], length: usize, tail: &[u8]| {
        let body: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        [head, &body, tail].concat()
    };
    if let Some(seeds) = check.strip_prefix("azure-key:") {
        return confirm::issue_azure_key(&fields.concat(), seeds.split(',').next()?);
    }
    match check {
        "bech32" => Some(confirm::issue_bech32(&fields.concat())),
        "macaroon" => {
            let location = if fields[0].starts_with("pypi-AgEN") {
                "test.pypi.org"
            } else {
                "pypi.org"
            };
            let head = [&[2, 1, location.len() as u8], location.as_bytes(), &[2, 40]].concat();
            let identified = bytes(&head, 40, &[0, 0, 6, 32]);
            Some(format!("pypi-{}", encode(&bytes(&identified, 32, &[]))))
        }
        "nkey" => {
            let kind = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                .iter()
                .position(|b| *b == fields[0].as_bytes()[1])? as u8;
            Some(confirm::issue_base32(&bytes(
                &[0x90 | kind >> 2, kind << 6],
                32,
                &[],
            )))
        }
        "stellar" => Some(confirm::issue_base32(&bytes(&[0x90], 32, &[]))),
        "base58check" => Some(confirm::issue_base58(&match &fields[0][..1] {
            "5" => bytes(&[0x80], 32, &[]),
            "K" | "L" => bytes(&[0x80], 32, &[1]),
            "x" => bytes(&[0x04, 0x88, 0xad, 0xe4], 74, &[]),
            "y" => bytes(&[0x04, 0x9d, 0x78, 0x78], 74, &[]),
            "z" => bytes(&[0x04, 0xb2, 0x43, 0x0c], 74, &[]),
            _ => bytes(&[13, 15, 58, 7], 32, &[]),
        })),
        _ => None,
    }
}

/// Finds the tail that a checksum asks for by asking the check itself is hopeless; it is computed as issuers do.
fn checksum(name: &str, parts: Parts, fields: &mut [String]) {
    let value = fields.concat();
    let length = match name {
        "crc32-b62" | "crc32-b62-all" | "apify" | "confluent" => 6,
        "crc32-hex-upper" | "crc32-hex-body" | "zuplo" | "canva" | "grafana" => 8,
        "gitlab-routable" => 7,
        "notion" => 3,
        "github-fine-grained" => 16,
        _ => return,
    };
    let body = &value[..value.len() - length];
    let Some(tail) = confirm::issue(name, body, parts) else {
        return;
    };
    let last = fields.last_mut().expect("a shape has parts");
    let at = last.len() - length;
    last.replace_range(at..at + tail.len(), &tail);
}

/// Returns a valid value with one character changed so that it fails.
fn invalid(rule: &Definition, parts: Parts, random: &mut Random) -> String {
    let value = valid(rule, parts, random).into_bytes();
    for at in (0..value.len()).rev() {
        for other in [b'0', b'1', b'a', b'A', b'2'] {
            let mut changed = value.clone();
            changed[at] = other;
            let found = shape::match_at(parts, &changed, 0);
            let fails = found.is_some_and(|found| {
                rule.checks.iter().any(|check| {
                    confirm::is_proof(check) && !confirm::passes(check, &changed, &found)
                })
            });
            if fails {
                return String::from_utf8(changed).unwrap();
            }
        }
    }
    "(no single change makes a value fail)".to_owned()
}

/// Expands an example.
fn expand(example: &str, rule: &Definition, random: &mut Random) -> String {
    let mut text = String::new();
    let mut rest = example;
    while let Some(open) = rest.find('{') {
        text.push_str(&rest[..open]);
        let inside = rest[open + 1..]
            .find('}')
            .map(|close| &rest[open + 1..open + 1 + close]);
        let (name, number) = inside
            .and_then(|inside| inside.split_once(':'))
            .unwrap_or((inside.unwrap_or(""), "1"));
        let shape = || rule.shapes[number.parse::<usize>().unwrap() - 1];
        let field = inside.and_then(|inside| shape::parse(&format!("{{{inside}}}")).ok());
        let expanded = match (name, field) {
            ("valid", _) => Some(valid(rule, shape(), random)),
            ("invalid", _) => Some(invalid(rule, shape(), random)),
            (_, Some(parts)) => Some(match &parts[0] {
                Part::Run(alphabet, min, max) => random.part(&Part::Run(*alphabet, *min, *max)),
                Part::Uuid => random.part(&Part::Uuid),
                Part::Jwt => random.part(&Part::Jwt),
                _ => random.part(&Part::Discord),
            }),
            _ => None,
        };
        match (expanded, inside) {
            (Some(expanded), Some(inside)) => {
                text.push_str(&expanded);
                rest = &rest[open + inside.len() + 2..];
            }
            _ => {
                text.push('{');
                rest = &rest[open + 1..];
            }
        }
    }
    text + rest
}

/// Reads every rule file of the repository.
fn written_rules() -> Vec<RawRule> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/secrets");
    let mut rules: Vec<RawRule> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .flat_map(|path| schema::read(&std::fs::read_to_string(path).unwrap()).unwrap())
        .collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

/// Returns the ids of the rules that report something in a text.
fn reported(scanner: &Scanner<'_>, text: &str) -> Vec<&'static str> {
    let place = Place::File(RepoPath::new(*b"deploy/settings.conf"));
    scanner
        .scan(&place, text.as_bytes(), 1)
        .iter()
        .map(|finding| finding.rule.id)
        .collect()
}

#[test]
fn every_example_of_every_rule_holds() {
    let allowed = |_: &RepoPath, _: &[u8]| false;
    let scanner = Scanner::new(Options {
        fingerprint_key: b"",
        custom: Vec::new(),
        allowed: &allowed,
    });
    let mut wrong = Vec::new();
    for raw in written_rules() {
        let rule = RULES.iter().find(|rule| rule.meta.id == raw.id).unwrap();
        assert!(
            !raw.finds.is_empty() && !raw.clean.is_empty(),
            "rule `{}` needs examples",
            raw.id
        );
        assert!(
            raw.page.trim().len() > 60 && !raw.references.is_empty(),
            "rule `{}` needs a page",
            raw.id
        );
        assert_eq!(raw.since, "0.1.0", "rule `{}`", raw.id);
        let mut random = Random::new(&raw.id);
        let shown = |text: &str| text.chars().take(160).collect::<String>();
        for example in &raw.finds {
            let text = expand(example, rule, &mut random);
            let found = reported(&scanner, &text);
            if rule.public != !found.contains(&rule.meta.id) {
                wrong.push(format!(
                    "{}: finds `{example}`: {found:?} in {}",
                    raw.id,
                    shown(&text)
                ));
            }
        }
        for example in &raw.clean {
            let text = expand(example, rule, &mut random);
            if reported(&scanner, &text).contains(&rule.meta.id) {
                wrong.push(format!("{}: clean `{example}`: {}", raw.id, shown(&text)));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} examples do not hold:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
