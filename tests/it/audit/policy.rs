//! What the policy makes of the audit's findings.

use serde_json::Value;

use super::records::{Weakness, database, keep_database};
use crate::support::{Answer, Repo};

const DAY: &str = "2026-01-12";

/// Makes a repository with a policy, whose user has a database with one package of each severity.
fn with_policy(policy: &str) -> Repo {
    let repo = Repo::new();
    if !policy.is_empty() {
        repo.commit_unscanned("gate-hook.toml", policy);
    }
    let known = |id, package, severity| Weakness {
        id,
        package,
        severity,
    };
    let weaknesses = [
        known("PYSEC-2026-1", "as-critical", Some("CRITICAL")),
        known("PYSEC-2026-2", "as-high", Some("HIGH")),
        known("PYSEC-2026-3", "as-moderate", Some("MODERATE")),
        known("PYSEC-2026-4", "as-low", Some("LOW")),
        known("PYSEC-2026-5", "as-nobody-says", None),
        known("MAL-2026-6", "as-an-attack", None),
    ];
    keep_database(&repo, &database(&weaknesses));
    repo
}

fn scan(repo: &Repo) -> Answer {
    repo.gate(&["scan", "--as-of", DAY])
}

/// Expects what becomes of each package when a file asks for it.
#[track_caller]
fn check(repo: &Repo, path: &str, expected: &[(&str, &str)]) {
    for (package, action) in expected {
        repo.stage(path, format!("{package}==1.0\n"));
        let answer = repo.gate(&["scan", "--as-of", DAY, "--format", "json"]);
        let report: Value = serde_json::from_str(&answer.stdout).unwrap();
        let finding = &report["findings"][0];
        assert_eq!(finding["action"], *action, "{path}, {package}: {report:#}");
        assert_eq!(finding["package"]["name"], *package);
        assert_eq!(finding["package"]["version"], "1.0");
        assert_eq!(finding["package"]["fixed"], "2.0");
        assert_eq!(answer.code, i32::from(*action == "block"), "{package}");
    }
}

// Requirements: S1-04 S1-05 S1-06
#[test]
fn critical_and_high_block_and_medium_and_low_warn() {
    let expected = [
        ("as-critical", "block"),
        ("as-high", "block"),
        ("as-moderate", "warn"),
        ("as-low", "warn"),
        // What is an attack is critical, whatever its record says.
        ("as-an-attack", "block"),
    ];
    check(&with_policy(""), "requirements.txt", &expected);
}

#[test]
fn a_severity_that_nobody_states_is_a_value_of_its_own() {
    check(
        &with_policy(""),
        "requirements.txt",
        &[("as-nobody-says", "block")],
    );
    let lenient = with_policy("[audit]\nunknown = \"low\"\n");
    check(&lenient, "requirements.txt", &[("as-nobody-says", "warn")]);
    lenient.stage("requirements.txt", "as-nobody-says==1.0\n");
    let text = scan(&lenient).flat();
    assert!(text.contains("unknown: as-nobody-says 1.0"), "{text}");
    assert!(
        text.contains("severity unknown: no source rates it"),
        "{text}"
    );
}

// Requirements: S2-07 S2-08
#[test]
fn what_only_development_needs_may_be_let_off() {
    let repo = with_policy("[audit]\ndev = { critical = \"warn\", high = \"warn\" }\n");
    let warned = [
        ("as-critical", "warn"),
        ("as-high", "warn"),
        ("as-low", "warn"),
    ];
    check(&repo, "requirements-dev.txt", &warned);
    repo.git(&["rm", "-qf", "requirements-dev.txt"]).ok();
    check(&repo, "requirements.txt", &[("as-high", "block")]);
    repo.git(&["rm", "-qf", "requirements.txt"]).ok();
    let lock = |group: &str| {
        format!(
            "[[package]]\nname = \"as-high\"\nversion = \"1.0\"\ngroups = [\"{group}\"]\n\n\
             [metadata]\nlock-version = \"2.1\"\n"
        )
    };
    repo.stage("poetry.lock", lock("test"));
    let answer = scan(&repo).ok();
    assert!(
        answer.flat().contains("development group: group:test"),
        "{}",
        answer.text()
    );
    repo.stage("poetry.lock", lock("main"));
    assert_eq!(scan(&repo).code, 1);
}

// Requirements: S2-17
#[test]
fn a_version_that_is_left_open_is_a_finding_of_its_own() {
    let repo = with_policy("[audit]\nunpinned = \"block\"\n");
    repo.stage("requirements.txt", "flask\nas-low>=2.0\npinned==1.0\n");
    let answer = scan(&repo);
    assert_eq!(answer.code, 1, "{}", answer.text());
    let text = answer.flat();
    assert!(text.contains("flask leaves the version open"), "{text}");
    assert!(
        text.contains("as-low>=2.0 leaves the version open"),
        "{text}"
    );
    assert!(!text.contains("pinned==1.0 leaves"), "{text}");
    // By default it is only worth knowing; a range in which all is vulnerable is more than that.
    let repo = with_policy("");
    repo.stage("requirements.txt", "flask\nas-low>=1.0\n");
    let text = scan(&repo).ok().flat();
    assert!(
        text.contains("as-low>=1.0 admits 1.0, which is vulnerable"),
        "{text}"
    );
    repo.stage("requirements.txt", "as-high<2.0\n");
    let answer = scan(&repo);
    assert_eq!(answer.code, 1, "{}", answer.text());
    assert!(
        answer
            .flat()
            .contains("every version that as-high<2.0 admits"),
        "{}",
        answer.text()
    );
}

// Requirements: S1-03
#[test]
fn in_ci_a_change_of_code_has_the_dependencies_audited_as_they_stand() {
    let repo = with_policy("");
    repo.commit_unscanned("backend/requirements.txt", "as-high==1.0\nflask\n");
    repo.git(&["branch", "base"]).ok();
    repo.commit_unscanned("README.md", "nothing new\n");
    let ci = ["ci", "--base", "base", "--as-of", DAY];
    assert!(!repo.gate(&ci).ok().flat().contains("as-high"));
    repo.stage("app.py", "x = 1\n");
    let hook = scan(&repo).ok();
    assert!(!hook.flat().contains("as-high"), "{}", hook.text());
    repo.commit_unscanned("app.py", "x = 1\n");
    let answer = repo.gate(&[&ci[..], &["-v"]].concat()).ok();
    assert!(
        answer.flat().contains("as-high 1.0 is vulnerable"),
        "{}",
        answer.text()
    );
    // A file that is touched as well is judged as a change, and found once.
    repo.commit_unscanned("backend/requirements.txt", "as-high==1.1\n");
    let answer = repo.gate(&["ci", "--base", "base", "--as-of", DAY, "--format", "json"]);
    assert_eq!(answer.code, 1, "{}", answer.text());
    let report: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(
        report["findings"].as_array().unwrap().len(),
        1,
        "{report:#}"
    );
    assert_eq!(
        report["existing"].as_array().unwrap().len(),
        0,
        "{report:#}"
    );
    // Where existing findings act, they do so in the hook as well.
    let strict = with_policy("existing = \"act\"\n");
    strict.commit_unscanned("requirements.txt", "as-high==1.0\n");
    strict.git(&["branch", "base"]).ok();
    strict.stage("app.py", "x = 1\n");
    assert_eq!(scan(&strict).code, 1);
    strict.commit_unscanned("app.py", "x = 1\n");
    assert_eq!(strict.gate(&ci).code, 1);
}

// Requirements: S2-16
#[test]
fn a_regular_look_at_everything_finds_what_was_published_since() {
    let repo = Repo::new();
    repo.commit_unscanned("requirements.txt", "as-high==1.0\n");
    keep_database(&repo, &database(&[Weakness::high("something-else")]));
    repo.gate(&["ci", "--full", "--as-of", DAY]).ok();
    keep_database(&repo, &database(&[Weakness::high("as-high")]));
    let answer = repo.gate(&["ci", "--full", "--as-of", DAY]);
    assert_eq!(answer.code, 1, "{}", answer.text());
    // An old database finds what it knows, and CI is not content with it.
    let answer = repo.gate(&["ci", "--full", "--as-of", "2026-03-01"]);
    assert_eq!(answer.code, 3, "{}", answer.text());
    let text = answer.flat();
    assert!(
        text.contains("as-high 1.0 is vulnerable") && text.contains("days old"),
        "{text}"
    );
    let patient = "[audit]\ndatabase_max_age_days = 90\n";
    repo.commit_unscanned("gate-hook.toml", patient);
    assert_eq!(
        repo.gate(&["ci", "--full", "--as-of", "2026-03-01"]).code,
        1
    );
}
