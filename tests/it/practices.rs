//! The practices that the Security Policy asks for, in real commits.

use std::fs;

use serde_json::Value;

use crate::audit::records::{Weakness, database, keep_database};
use crate::support::Repo;

// S2-14
#[test]
fn both_ways_out_of_an_address_of_all_interfaces_are_named() {
    let repo = Repo::new();
    repo.stage("server.py", "server.bind((\"0.0.0.0\", 80))\n");
    let warned = repo.commit().ok().flat();
    let page = repo.gate(&["explain", "B104"]).ok().flat();
    for text in [warned, page] {
        assert!(
            text.contains("B104") && text.contains("127.0.0.1") && text.contains("HOST"),
            "{text}"
        );
    }
}

// S2-27
#[test]
fn advisories_that_are_too_old_are_said_and_stop_the_scheduled_scan() {
    let repo = Repo::new();
    keep_database(&repo, &database(&[Weakness::high("gatling")]));
    repo.commit_unscanned("requirements.txt", "gatling==2.0\n");
    let scheduled = |day: &str| repo.gate(&["ci", "--full", "--as-of", day]);
    scheduled("2026-01-12").ok();
    let late = scheduled("2026-02-12");
    assert_eq!(late.code, 3, "{}", late.text());
    assert!(
        late.flat().contains("38 days old") && late.flat().contains("gate-hook advisories update"),
        "{}",
        late.text()
    );
    // A team that updates once a quarter says so.
    repo.commit_unscanned("gate-hook.toml", "[audit]\ndatabase_max_age_days = 90\n");
    scheduled("2026-02-12").ok();
}

// S2-28
#[test]
fn what_is_worst_and_can_be_mended_comes_first_with_the_version_that_mends_it() {
    let repo = Repo::new();
    repo.stage(
        "requirements.txt",
        "flask==0.12.2\npyyaml==5.3.1\njinja2==2.10\n",
    );
    let scan = repo.gate(&["scan", "--format", "json"]);
    let report: Value = serde_json::from_str(&scan.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.len() > 3, "{}", scan.stdout);
    let rank = |finding: &Value| {
        let severity = finding["severity"].as_str().unwrap().to_owned();
        let known = ["critical", "high", "medium", "low", "unknown"];
        known.iter().position(|name| *name == severity).unwrap()
    };
    let blocking: Vec<&Value> = findings
        .iter()
        .filter(|finding| finding["action"] == "block")
        .collect();
    assert!(blocking.len() > 1, "{}", scan.stdout);
    assert!(
        blocking.is_sorted_by_key(|finding| rank(finding)),
        "{}",
        scan.stdout
    );
    for finding in &blocking {
        let said = finding.to_string();
        assert!(
            said.contains("fixed in ") || said.contains("no fixed version is known"),
            "{said}"
        );
    }
    let text = fs::read_to_string(repo.root.join(".git/gate-hook/last-run.json")).unwrap();
    assert!(text.contains("fixed in 5.4"), "{text}");
}
