//! The report formats of CI systems, written by the real program.

use serde_json::Value;

use crate::support::{Repo, leak, token};

/// Runs `ci` over a commit with a leak, a password, and a path that would steer a log; returns a report.
fn report(format: &str) -> String {
    let repo = Repo::new();
    repo.stage(
        "settings.ini",
        format!("[db]\npassword = {}\n", ["Sommer", "2024", "!x"].concat()),
    );
    repo.stage("a<b>|::x,y%.py", leak(2));
    repo.commit_unscanned("app.py", leak(1));
    let answer = repo.gate(&[
        "ci",
        "--base",
        "HEAD^",
        "--as-of",
        "2026-12-01T10:20:30Z",
        "--format",
        format,
        "--output",
        "report",
    ]);
    assert_eq!(answer.code, 1, "{}", answer.text());
    let report = std::fs::read_to_string(repo.root.join("report")).unwrap();
    for seed in [1, 2] {
        assert!(!report.contains(&token(seed)), "{report}");
    }
    report
}

fn json(format: &str) -> Value {
    serde_json::from_str(&report(format)).unwrap()
}

/// Returns an attribute of the first element of this name that stands behind `after`.
fn attribute<'x>(xml: &'x str, element: &str, name: &str) -> Option<&'x str> {
    let from = xml.find(&format!("<{element} "))?;
    let tag = &xml[from..from + xml[from..].find('>')?];
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(&tag[from..from + tag[from..].find('"')?])
}

#[test]
fn junit_counts_what_blocks_as_failures() {
    let xml = report("junit");
    assert_eq!(
        attribute(&xml, "testsuites", "failures"),
        Some("2"),
        "{xml}"
    );
    assert_eq!(attribute(&xml, "testsuites", "errors"), Some("0"), "{xml}");
    let cases = xml.matches("<testcase ").count().to_string();
    assert_eq!(
        attribute(&xml, "testsuites", "tests"),
        Some(&*cases),
        "{xml}"
    );
    assert_eq!(xml.matches("<failure ").count(), 2, "{xml}");
    assert!(xml.contains("a&lt;b&gt;|::x,y%.py:1:"), "{xml}");
    assert!(xml.contains("name=\"policy-digest\" value=\""), "{xml}");
    assert_eq!(
        xml.matches("<testsuite ").count(),
        xml.matches("</testsuite>").count(),
        "{xml}"
    );
}

#[test]
fn github_gets_one_command_a_finding_the_worst_first() {
    let log = report("github");
    let lines: Vec<&str> = log.lines().collect();
    assert!(lines[0].starts_with("::error file="), "{log}");
    assert!(lines[1].starts_with("::error file="), "{log}");
    assert!(
        log.contains("file=a<b>|%3A%3Ax%2Cy%25.py,line=1,endLine=1,col="),
        "{log}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("::warning file=settings.ini,line=2,")),
        "{log}"
    );
    let last = lines.last().unwrap();
    assert!(
        last.starts_with("gate-hook ") && last.contains("policy "),
        "{log}"
    );
}

#[test]
fn gitlab_gets_secrets_with_their_commit() {
    let report = json("gitlab-secrets");
    assert_eq!(report["scan"]["type"], "secret_detection");
    assert_eq!(report["scan"]["status"], "success");
    assert_eq!(report["scan"]["start_time"], "2026-12-01T10:20:30");
    assert!(
        report["scan"]["messages"][0]["value"]
            .as_str()
            .unwrap()
            .contains("policy ")
    );
    let found = report["vulnerabilities"].as_array().unwrap();
    assert_eq!(found.len(), 3);
    let mut ids: Vec<&str> = found
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3, "ids are unique");
    for one in found {
        let id: Vec<usize> = one["id"]
            .as_str()
            .unwrap()
            .split('-')
            .map(str::len)
            .collect();
        assert_eq!(id, [8, 4, 4, 4, 12]);
        assert_eq!(one["location"]["commit"]["sha"].as_str().unwrap().len(), 40);
        assert!(one["location"]["start_line"].is_u64());
        assert!(!one["identifiers"].as_array().unwrap().is_empty());
        let severity = one["severity"].as_str().unwrap();
        assert!(["Critical", "High", "Medium", "Low", "Unknown"].contains(&severity));
    }
}

#[test]
fn gitlab_sast_holds_what_bandits_checks_found() {
    let report = json("gitlab-sast");
    assert_eq!(report["scan"]["type"], "sast");
    let found = report["vulnerabilities"].as_array().unwrap();
    // A literal called `TOKEN`, in each of the two files.
    assert_eq!(found.len(), 2, "{report:#}");
    for one in found {
        assert_eq!(one["identifiers"][0]["value"], "B105");
        assert_eq!(one["identifiers"][1]["type"], "cwe");
        assert!(one["location"]["commit"].is_null());
    }
}

#[test]
fn gitlab_code_quality_says_what_the_policy_says() {
    let report = json("gitlab-codequality");
    let issues = report.as_array().unwrap();
    let of = |severity: &str| {
        issues
            .iter()
            .filter(|issue| issue["severity"] == severity)
            .count()
    };
    assert_eq!((of("blocker"), of("major")), (2, 1), "{report:#}");
    for issue in issues {
        assert!(issue["location"]["lines"]["begin"].is_u64());
        assert!(!issue["check_name"].as_str().unwrap().is_empty());
        assert_eq!(issue["fingerprint"].as_str().unwrap().len(), 32);
    }
}

#[test]
fn the_markdown_summary_is_a_table_of_text() {
    let text = report("markdown");
    assert!(
        text.starts_with("## gate-hook: blocked by 2 findings\n"),
        "{text}"
    );
    assert!(text.contains("a&lt;b&gt;\\|&#58;&#58;x,y%.py"), "{text}");
    assert!(text.contains("| **block** | "), "{text}");
    let rows = text.lines().filter(|line| line.starts_with("| ")).count();
    assert_eq!(rows, 4, "{text}");
}
