//! Tables of texts: what stands in «…» must be found, and nothing else. `{b62:24}` and its like stand for
//! text that looks drawn at random, so that no value that looks live stands in this repository.

mod code;
mod places;
mod settings;

use super::*;
use crate::finding::{Confidence, Place, RepoPath};

/// All occurrences of all anchors, as the automaton of the engine reports them.
pub(super) fn naive_hits(text: &[u8]) -> Vec<Hit> {
    let lower = text.to_ascii_lowercase();
    let mut hits = Vec::new();
    for (keyword, anchor) in KEYWORDS.iter().enumerate() {
        for start in memchr::memmem::find_iter(&lower, anchor.as_bytes()) {
            hits.push(Hit {
                keyword,
                start,
                end: start + anchor.len(),
            });
        }
    }
    hits.sort_by_key(|hit| (hit.end, hit.start));
    hits
}

fn alphabet(name: &str) -> &'static [u8] {
    match name {
        "hex" => b"0123456789abcdef",
        "low" => b"abcdefghijklmnopqrstuvwxyz0123456789",
        "b64" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "b62" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        other => panic!("no alphabet {other}"),
    }
}

/// Replaces `{alphabet:n}` by text drawn from the alphabet, `{basic:user:password}` by its base64.
fn expand(template: &str, seed: u64) -> String {
    use base64::Engine as _;
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut out = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else {
            break;
        };
        let field = &rest[open + 1..open + close];
        match field.split_once(':') {
            Some(("base64", plain)) => {
                out.push_str(&base64::engine::general_purpose::STANDARD.encode(plain));
            }
            Some((name @ ("hex" | "low" | "b64" | "b62"), count)) => {
                for _ in 0..count.parse().expect("a count") {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    let letters = alphabet(name);
                    out.push(letters[(state >> 33) as usize % letters.len()] as char);
                }
            }
            _ => {
                out.push('{');
                rest = &rest[open + 1..];
                continue;
            }
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

/// Takes the marks out and returns what they enclose.
fn unmark(marked: &str) -> (String, Vec<Range<usize>>) {
    let mut text = String::new();
    let mut ranges = Vec::new();
    let mut start = 0;
    for c in marked.chars() {
        match c {
            '«' => start = text.len(),
            '»' => ranges.push(start..text.len()),
            c => text.push(c),
        }
    }
    (text, ranges)
}

fn candidates(path: &str, text: &str) -> Vec<Candidate> {
    let place = Place::File(RepoPath::new(path));
    find(
        &Context::of(&place),
        text.as_bytes(),
        &naive_hits(text.as_bytes()),
    )
}

/// Says what is wrong unless exactly the marked values are found, with several draws of the random parts.
fn wrong(path: &str, marked: &str) -> Option<String> {
    let draws = if marked.contains(':') && marked.contains('{') {
        30
    } else {
        1
    };
    (1..=draws).find_map(|seed| {
        let (text, expected) = unmark(&expand(marked, seed));
        let found = candidates(path, &text);
        let values: Vec<_> = found.iter().map(|c| c.value.clone()).collect();
        let shown: Vec<_> = found
            .iter()
            .map(|c| (c.rule.id, &text[c.value.clone()]))
            .collect();
        (values != expected).then(|| format!("{path}: {text}\n    found {shown:?}"))
    })
}

fn check_table(table: &[(&str, &str)]) {
    let failures: Vec<_> = table
        .iter()
        .filter_map(|(path, text)| wrong(path, text))
        .collect();
    assert!(
        failures.is_empty(),
        "{} wrong:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn check_all(path: &str, texts: &[&str]) {
    check_table(&texts.iter().map(|text| (path, *text)).collect::<Vec<_>>());
}

#[test]
fn the_setting_takes_a_step() {
    let text = r#"password = "hunter2!x""#;
    let at = |path| candidates(path, text).first().map(|c| c.sheet.confidence());
    assert_eq!(at("src/a.py"), Some(Confidence::High));
    assert_eq!(at("tests/a.py"), Some(Confidence::Medium));
    assert_eq!(at("locales/a.py"), None);
    let weak = r#"password = "letmein123""#;
    assert_eq!(
        candidates("src/a.py", weak)[0].sheet.confidence(),
        Confidence::Medium
    );
    assert_eq!(
        candidates("tests/a.py", weak)[0].sheet.confidence(),
        Confidence::Medium
    );
    let label = r#"token = "letmein123""#;
    assert!(candidates("tests/a.py", label).is_empty());
}

#[test]
fn a_message_never_holds_the_value() {
    let text = "password = 'hunter2!x'\nurl = 'ftp://a:swordfish7@h.acme.com'\n";
    let found = candidates("a.py", text);
    assert_eq!(found.len(), 2);
    for candidate in found {
        let value = &text[candidate.value.clone()];
        assert!(!candidate.message.contains(value));
        assert!(candidate.notes.iter().all(|note| !note.contains(value)));
        assert_eq!(candidate.public_prefix, 0);
    }
}

#[test]
fn any_bytes_are_read_without_a_panic() {
    let pieces: &[&[u8]] = &[
        b"password",
        b"=",
        b"\"",
        b"'",
        b"\\",
        b"\n",
        b"://",
        b"a:b@",
        b"<",
        b">",
        b"{",
        b"}",
        b"${",
        b"\xff\xfe",
        b" ",
        b":",
        b"(",
        b",",
        b"curl -u ",
        b"Basic ",
        b"Bearer ",
        b"mysql -p",
        b"value",
        b"\xc3",
        b"name",
        b"--",
        b"identified by",
        b"token",
        b"`",
        b"auth=(",
        b"|",
        b"-asplaintext",
        b"ConvertTo-SecureString",
        b"default",
        b"\"\"\"",
        b"%",
        b".unwrap_or",
        b"hunter2!x",
        b"machine ",
        b"login ",
        b"_auth",
        b"0",
    ];
    let mut state = 42_u64;
    for round in 0..4000 {
        let mut text = Vec::new();
        for _ in 0..12 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.extend_from_slice(pieces[(state >> 20) as usize % pieces.len()]);
        }
        let path = [
            "a.py",
            "a.yml",
            "a.sh",
            ".env",
            "a.xml",
            "a.sql",
            ".netrc",
            ".pgpass",
            "README.md",
            "a.json",
        ][round % 10];
        for candidate in find(
            &Context::of(&Place::File(RepoPath::new(path))),
            &text,
            &naive_hits(&text),
        ) {
            assert!(
                candidate.value.start < candidate.value.end && candidate.value.end <= text.len()
            );
        }
    }
}

#[test]
fn time_is_linear_in_the_hits() {
    for unit in [
        "password=\"",
        "token,",
        "secret: 'x",
        "://a:",
        "curl -u ",
        "password ",
        "{\"token\":",
        "<password>",
        "Basic ",
        "name=\"password\" ",
    ] {
        let text = unit.repeat(20_000);
        let started = std::time::Instant::now();
        candidates("a.py", &text);
        candidates("a.yml", &text);
        candidates("a.xml", &text);
        assert!(
            started.elapsed().as_secs() < 20,
            "{unit} {:?}",
            started.elapsed()
        );
    }
}

#[test]
fn every_rule_has_a_page() {
    for meta in metas() {
        assert!(
            meta.page.split("\n\n").count() >= 3,
            "{} says what, why and how",
            meta.id
        );
        assert!(meta.why().ends_with('.'), "{}", meta.id);
    }
}

#[test]
fn no_anchor_is_listed_twice() {
    assert_eq!(KEYWORDS.len(), STARTS.len());
    for (i, anchor) in KEYWORDS.iter().enumerate() {
        assert!(!KEYWORDS[..i].contains(anchor), "{anchor}");
        assert_eq!(*anchor, anchor.to_ascii_lowercase());
    }
}
