//! `gate-hook pip-audit` as a program: options, output, exit codes. What it finds is compared in `differential`.
//!
//! Requirements: S1-02 S2-09

use std::fs;

use serde_json::Value;

use super::records::{Weakness, database, keep_database};
use crate::support::{Answer, Repo};

/// Makes a directory with a requirements file and a database.
fn place() -> Repo {
    let repo = Repo::new();
    keep_database(
        &repo,
        &database(&[
            Weakness::high("gatling"),
            Weakness {
                id: "GHSA-test-0000-0001",
                package: "other",
                severity: None,
            },
        ]),
    );
    repo.write("requirements.txt", "Gatling==1.0\nclean==1\n");
    repo
}

fn audit(repo: &Repo, arguments: &[&str]) -> Answer {
    let mut all = vec!["pip-audit", "--as-of", "2026-01-12"];
    all.extend(arguments);
    repo.gate(&all)
}

#[test]
fn the_exit_code_and_the_streams_are_those_of_pip_audit() {
    let repo = place();
    let found = audit(&repo, &["-r", "requirements.txt"]);
    assert_eq!(found.code, 1, "{}", found.text());
    assert_eq!(found.stderr, "Found 1 known vulnerability in 1 package\n");
    assert_eq!(
        found.stdout,
        "Name    Version ID           Fix Versions\n------- ------- ------------ ------------\n\
         gatling 1.0     PYSEC-2026-1 2.0\n"
    );
    repo.write("requirements.txt", "gatling==2.0\n");
    let clean = audit(&repo, &["-r", "requirements.txt"]);
    assert_eq!(
        (clean.code, clean.stdout.as_str()),
        (0, ""),
        "{}",
        clean.text()
    );
    assert_eq!(clean.stderr, "No known vulnerabilities found\n");
    for wrong in [
        &["-r", "requirements.txt", "--frobnicate"][..],
        &["-r", "requirements.txt", "-f", "xml"],
        &["-r", "requirements.txt", "--fix"],
        &["--locked"],
        &["-l"],
        &[],
    ] {
        assert_eq!(audit(&repo, wrong).code, 2, "{wrong:?}");
    }
    let missing = audit(&repo, &["-r", "missing.txt"]);
    assert_eq!(missing.code, 1, "{}", missing.text());
    assert!(
        !missing.text().contains("vulnerabilities found\n"),
        "{}",
        missing.text()
    );
    assert_eq!(audit(&repo, &["--version"]).code, 0);
}

#[test]
fn every_format_can_be_written_to_a_file() {
    let repo = place();
    for format in ["columns", "json", "markdown", "cyclonedx-json"] {
        let file = repo.home().join("report");
        let arguments = ["-r", "requirements.txt", "-f", format, "-o", "../report"];
        let answer = audit(&repo, &arguments);
        assert_eq!((answer.code, answer.stdout.as_str()), (1, ""), "{format}");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains("PYSEC-2026-1"), "{format}: {text}");
        if format.ends_with("json") {
            serde_json::from_str::<Value>(&text).unwrap();
        }
    }
    let long = audit(&repo, &["-r", "requirements.txt", "--desc", "--aliases"]);
    assert!(long.stdout.contains("answers anybody"), "{}", long.stdout);
    let short = audit(
        &repo,
        &["-r", "requirements.txt", "-f", "json", "--desc", "off"],
    );
    assert!(
        !short.stdout.contains("answers anybody"),
        "{}",
        short.stdout
    );
}

#[test]
fn what_is_ignored_is_counted_and_what_is_skipped_fails_if_asked_for() {
    let repo = place();
    let ignored = audit(
        &repo,
        &["-r", "requirements.txt", "--ignore-vuln", "PYSEC-2026-1"],
    )
    .ok();
    assert_eq!(
        ignored.stderr,
        "No known vulnerabilities found, 1 ignored\n"
    );
    repo.write("requirements.txt", "-e .\nclean==1\n");
    let skipped = audit(&repo, &["-r", "requirements.txt"]).ok();
    assert!(skipped.stdout.contains("Skip Reason"), "{}", skipped.text());
    assert_eq!(
        audit(&repo, &["-r", "requirements.txt", "--strict"]).code,
        1
    );
}

#[test]
fn markers_are_those_of_the_python_and_platform_asked_for() {
    let repo = place();
    repo.write(
        "requirements.txt",
        "gatling==1.0 ; python_version < '3.10' and os_name == 'nt'\n",
    );
    audit(&repo, &["-r", "requirements.txt"]).ok();
    let narrowed = [
        "-r",
        "requirements.txt",
        "--python-version",
        "3.9",
        "--platform",
        "windows",
    ];
    assert_eq!(audit(&repo, &narrowed).code, 1);
    assert_eq!(
        audit(&repo, &["-r", "requirements.txt", "--python-version", "x"]).code,
        2
    );
}

#[test]
fn a_project_and_its_lock_files_are_audited() {
    let repo = place();
    repo.write(
        "app/pyproject.toml",
        "[project]\nname = \"app\"\ndependencies = [\"gatling==1.0\"]\n",
    );
    assert_eq!(audit(&repo, &["app"]).code, 1);
    assert_eq!(
        audit(&repo, &["app", "--locked"]).code,
        2,
        "there is no lock file"
    );
    let lock = "lock-version = \"1.0\"\n[[packages]]\nname = \"gatling\"\nversion = \"1.0\"\n";
    repo.write("app/pylock.web.toml", lock);
    assert_eq!(audit(&repo, &["app", "--locked"]).code, 1);
    assert_eq!(audit(&repo, &["elsewhere"]).code, 2);
}

#[test]
fn what_the_database_lacks_is_said() {
    let repo = place();
    let old = repo.gate(&[
        "pip-audit",
        "-r",
        "requirements.txt",
        "--as-of",
        "2026-02-01",
    ]);
    assert_eq!(old.code, 1, "{}", old.text());
    assert!(old.flat().contains("27 days old"), "{}", old.text());
    fs::remove_dir_all(repo.home().join(".cache")).unwrap();
    let none = audit(&repo, &["-r", "requirements.txt"]);
    assert_eq!(none.code, 1, "{}", none.text());
    assert!(none.flat().contains("advisories update"), "{}", none.text());
    let named = audit(
        &repo,
        &["-r", "requirements.txt", "--database", "../nothing.db"],
    );
    assert_eq!(named.code, 1, "{}", named.text());
    assert!(named.text().contains("hint:"), "{}", named.text());
}
