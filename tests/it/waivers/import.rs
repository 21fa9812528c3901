//! Exceptions of other tools become waivers without approvals, and what cannot be carried over is said.
//!
//! Requirements: S2-07 S2-09 S2-12

use gate_hook::finding::Engine;
use gate_hook::policy::{parse_register, read_foreign};

use crate::support::{Repo, leak};

/// A file's name, its text, the ids taken with their ends, and words of what is left.
type Case = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("osv-scanner.toml", "[[IgnoredVulns]]\nid = \"GHSA-1\"\nignoreUntil = 2026-12-24T10:00:00Z\nreason = \"not reachable\"\n[[IgnoredVulns]]\nid = \"GO-2022-1\"\n[[PackageOverrides]]\nname = \"x\"\n", &[("GHSA-1", "2026-12-24")], &["GO-2022-1", "PackageOverrides"]),
    (".safety-policy.yml", "security:\n  ignore-cvss-severity-below: 4\n  ignore-vulnerabilities:\n    70612:\n      reason: we render no templates of users\n      expires: '2026-12-24'\n    51668:\n", &[("51668", ""), ("70612", "2026-12-24")], &["ignore-cvss-severity-below"]),
    (".trivyignore", "# accepted\nCVE-2018-14618\n\nCVE-2019-14697 exp:2026-12-24\nAVD-DS-0002\n", &[("CVE-2018-14618", ""), ("CVE-2019-14697", "2026-12-24")], &["AVD-DS-0002"]),
    (".trivyignore.yaml", "vulnerabilities:\n  - id: CVE-2022-40897\n    paths: [\"usr/x\"]\n    purls: [\"pkg:pypi/setuptools@65\"]\n    expired_at: 2026-12-24\n    statement: build time only\nsecrets:\n  - id: aws\n", &[("CVE-2022-40897", "2026-12-24")], &["paths", "aws"]),
    (".snyk", "version: v1.25.0\nignore:\n  SNYK-PYTHON-JINJA2-6150717:\n    - '*':\n        reason: no users\n        expires: 2026-12-24T00:00:00.000Z\npatch:\n  npm-1: []\n", &[("SNYK-PYTHON-JINJA2-6150717", "2026-12-24")], &["npm-1"]),
    (".gitleaksignore", "# old\nsrc/a.py:github-pat:3\n0123456789012345678901234567890123456789:src/b.py:generic-api-key:7\nnonsense\n", &[("github-pat", ""), ("generic-api-key", "")], &["nonsense"]),
    ("gitleaks.json", "[{\"RuleID\": \"github-pat\", \"File\": \"src/a.py\", \"StartLine\": 3}, {\"RuleID\": \"x\"}]", &[("github-pat", "")], &["lacks"]),
    (".secrets.baseline", "{\"plugins_used\": [], \"results\": {\"src/a.py\": [{\"type\": \"GitHub Token\", \"line_number\": 1, \"is_secret\": false}, {\"type\": \"X\", \"line_number\": 2, \"is_secret\": true}]}}", &[("GitHub Token", "")], &["revoke it"]),
    ("bandit.json", "{\"results\": [{\"test_id\": \"B602\", \"filename\": \"./src/a.py\", \"line_number\": 3, \"issue_severity\": \"HIGH\", \"issue_text\": \"shell\"}]}", &[("B602", "")], &[]),
    ("ci.yml", "run: pip-audit --ignore-vuln GHSA-2 --ignore-vuln=PYSEC-2026-1\nrun: safety check --ignore 70612 -r x\n", &[("GHSA-2", ""), ("PYSEC-2026-1", ""), ("70612", "")], &[]),
];

#[test]
fn every_format_is_read() {
    for (name, text, ids, left) in CASES {
        let reading = read_foreign(name, text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let taken: Vec<(&str, String)> = reading
            .taken
            .iter()
            .map(|taken| {
                (
                    taken.id.as_str(),
                    taken.expires.map(|day| day.to_string()).unwrap_or_default(),
                )
            })
            .collect();
        let expected: Vec<(&str, String)> = ids
            .iter()
            .map(|(id, day)| (*id, (*day).to_owned()))
            .collect();
        assert_eq!(taken, expected, "{name}");
        for words in *left {
            assert!(
                reading.left.iter().any(|line| line.contains(words)),
                "{name}: {:?}",
                reading.left
            );
        }
        assert_eq!(reading.left.len(), left.len(), "{name}: {:?}", reading.left);
    }
    let reading = read_foreign(".snyk", CASES[4].1).unwrap();
    assert!(reading.taken[0].foreign);
    assert_eq!(reading.taken[0].package.as_deref(), Some("jinja2"));
    assert_eq!(reading.taken[0].engine, Engine::Audit);
}

#[test]
fn what_is_no_exception_is_refused() {
    for (name, text) in [
        ("README.md", "hello"),
        ("osv-scanner.toml", "[["),
        (".snyk", "a: [b"),
        (".secrets.baseline", "{"),
    ] {
        assert!(read_foreign(name, text).is_err(), "{name}");
    }
    let deep = format!("ignore: {}", "[".repeat(5000));
    assert!(read_foreign(".snyk", &deep).is_err());
}

#[test]
fn an_import_gives_waivers_that_wait_for_their_approvals() {
    let repo = Repo::new();
    repo.commit_unscanned("src/a.py", leak(1));
    repo.write(".secrets.baseline", CASES[7].1);
    repo.write("osv-scanner.toml", CASES[0].1);
    repo.write(".safety-policy.yml", CASES[1].1);
    let command = [
        "import",
        ".secrets.baseline",
        "osv-scanner.toml",
        ".safety-policy.yml",
        "--map",
        "70612=GHSA-h75v-3vvj-5mfj",
        "--as-of",
        "2026-12-01",
    ];
    let said = repo.gate(&command).ok().stderr;
    assert!(
        said.contains("wrote and staged 3 waivers without approvals"),
        "{said}"
    );
    assert!(
        said.contains("51668: no advisory carries this id"),
        "{said}"
    );
    let text = std::fs::read_to_string(repo.root.join(super::survival::REGISTER)).unwrap();
    let register = parse_register("r.md", &text).unwrap();
    assert_eq!(register.waivers.len(), 3);
    for waiver in &register.waivers {
        assert!(waiver.approved.is_empty() && waiver.imported.is_some());
    }
    let mapped = register
        .waivers
        .iter()
        .find(|waiver| waiver.finding.id == "GHSA-h75v-3vvj-5mfj");
    assert_eq!(mapped.unwrap().expires.to_string(), "2026-12-24");
    assert!(!text.contains(&crate::support::token(1)[4..12]));
    let check = repo
        .gate(&["waiver", "check", "--as-of", "2026-12-01"])
        .ok();
    assert!(
        check.stdout.contains("0 valid, 3 without their approvals"),
        "{}",
        check.stdout
    );
    // A second import finds everything there already.
    let again = repo.gate(&command).ok().stderr;
    assert!(again.contains("nothing was written"), "{again}");
}
