//! Texts that make scanners stop: time grows as the text does.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gate_hook::finding::{Place, RepoPath};
use gate_hook::secrets::{Options, Scanner};

/// What is repeated, over and over.
const UNITS: &[&str] = &[
    "a",
    "password=\"",
    "token: ",
    "secrets: {",
    "<password>",
    "--token ",
    "curl -u ",
    "://a:b@",
    "\" + \"",
    "\"a\"\n",
    "\\u0061\\\"",
    "%61%3a%2f%2f",
    "a\u{200b}b",
    "expect \"assword:\" ",
    "insert into a (password, ",
    "eyJhbGciOiJIUzI1NiJ9.",
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n",
    "-----BEGIN PRIVATE KEY-----\n",
    "{\"private_key\":\"",
    "var a=function(b,c){return b.token?c.key:1};",
    "cGFzc3dvcmQgPSAiaHVudGVyMiF4Ig",
    "$6$",
];

fn time(scanner: &Scanner<'_>, path: &str, text: &str) -> Duration {
    let place = Place::File(RepoPath::new(path));
    let started = Instant::now();
    scanner.scan(&place, text.as_bytes(), 1);
    started.elapsed()
}

/// All literals of the rule files, one behind the other.
fn every_word() -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/secrets");
    let mut words = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let rules = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let said = rules
            .lines()
            .filter(|line| line.starts_with("near") || line.starts_with("shape"));
        for quoted in said.flat_map(|line| line.split(['"', '\'']).skip(1).step_by(2)) {
            words.push_str(quoted.split('{').next().unwrap_or_default());
            words.push_str("=\"");
        }
    }
    words
}

#[test]
fn time_grows_as_the_text_does() {
    let allowed = |_: &RepoPath, _: &[u8]| false;
    let scanner = Scanner::new(Options {
        fingerprint_key: b"",
        custom: Vec::new(),
        allowed: &allowed,
    });
    let nested = (0..4).fold("password = \"hunter2!x\"\n".repeat(20), |text, _| {
        STANDARD.encode(text)
    });
    let units = UNITS.iter().map(|unit| (*unit).to_owned());
    for unit in units.chain([every_word(), nested]) {
        let text = |length: usize| unit.repeat(length / unit.len() + 1);
        let path = "a.yml";
        let (short, long) = (text(4_000), text(32_000));
        // Eight times the text; what is quadratic takes 64 times as long. Chance is given three tries.
        let grows = || {
            let once = time(&scanner, path, &short).max(Duration::from_millis(5));
            time(&scanner, path, &long) < once * 24
        };
        assert!(
            (0..3).any(|_| grows()),
            "{:?}",
            unit.chars().take(40).collect::<String>()
        );
    }
}
