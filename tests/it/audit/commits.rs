//! The audit in real commits: what a change of dependency files is stopped for, and what it is not.
//!
//! Requirements: S1-02

use std::fs;

use serde_json::Value;

use super::records::{Weakness, database, keep_database};
use crate::support::Repo;

/// One way to write a project that asks for one package in one version.
const FORMATS: &[(&str, fn(&str) -> String)] = &[
    ("requirements.txt", |version| {
        format!("gatling=={version}\n")
    }),
    ("requirements/base.in", |version| {
        format!("gatling=={version}\n")
    }),
    ("pyproject.toml", |version| {
        format!(
            "[project]\nname = \"app\"\nversion = \"1\"\ndependencies = [\"gatling=={version}\"]\n"
        )
    }),
    ("poetry.lock", |version| {
        format!(
            "[[package]]\nname = \"gatling\"\nversion = \"{version}\"\ngroups = [\"main\"]\n\n\
             [metadata]\nlock-version = \"2.1\"\n"
        )
    }),
    ("uv.lock", |version| {
        format!(
            "version = 1\n\n[[package]]\nname = \"app\"\nsource = {{ virtual = \".\" }}\n\
             dependencies = [{{ name = \"gatling\" }}]\n\n[[package]]\nname = \"gatling\"\n\
             version = \"{version}\"\nsource = {{ registry = \"https://pypi.org/simple\" }}\n"
        )
    }),
    ("pdm.lock", |version| {
        format!(
            "[metadata]\nlock_version = \"4.5.0\"\n\n[[package]]\nname = \"gatling\"\n\
             version = \"{version}\"\ngroups = [\"default\"]\n"
        )
    }),
    ("Pipfile.lock", |version| {
        format!(
            "{{\"_meta\": {{\"pipfile-spec\": 6}},\n \"default\": {{\n  \
             \"gatling\": {{\"version\": \"=={version}\"}}}},\n \"develop\": {{}}}}\n"
        )
    }),
    ("pylock.toml", |version| {
        format!(
            "lock-version = \"1.0\"\n\n[[packages]]\nname = \"gatling\"\nversion = \"{version}\"\n"
        )
    }),
    ("setup.cfg", |version| {
        format!("[options]\ninstall_requires =\n    gatling=={version}\n")
    }),
    ("setup.py", |version| {
        format!(
            "from setuptools import setup\n\nsetup(install_requires=[\"gatling=={version}\"])\n"
        )
    }),
    ("environment.yml", |version| {
        format!("dependencies:\n  - python\n  - pip:\n    - gatling=={version}\n")
    }),
];

/// Makes a repository whose user has a database that knows of `gatling` before 2.0.
fn with_database() -> Repo {
    let repo = Repo::new();
    keep_database(&repo, &database(&[Weakness::high("gatling")]));
    repo
}

/// Runs the commit as of a day on which the database is young.
fn scan(repo: &Repo) -> (i32, String) {
    let answer = repo.gate(&["scan", "--as-of", "2026-01-12"]);
    (answer.code, answer.flat())
}

#[test]
fn in_every_format_a_vulnerable_version_is_stopped_and_other_edits_are_not() {
    for (path, written) in FORMATS {
        let repo = with_database();
        repo.commit_unscanned(path, written("2.0"));
        repo.stage(path, written("1.5"));
        let (code, text) = scan(&repo);
        assert_eq!(code, 1, "{path}: {text}");
        assert!(
            text.contains("gatling 1.5 is vulnerable: PYSEC-2026-1"),
            "{path}: {text}"
        );
        assert!(text.contains(&format!("{path}:")), "{path}: {text}");
        repo.commit_unscanned(path, written("1.5"));
        // What is not part of the pin.
        let comment = if *path == "Pipfile.lock" {
            "\n\n"
        } else {
            "# why\n\n"
        };
        repo.stage(path, format!("{comment}{}", written("1.5")));
        let (code, text) = scan(&repo);
        assert_eq!(code, 0, "{path}: {text}");
        repo.stage(path, written("2.1"));
        let (code, text) = scan(&repo);
        assert_eq!(code, 0, "{path}: {text}");
    }
}

#[test]
fn a_pin_that_moves_introduces_nothing_and_a_copy_of_it_does() {
    let repo = with_database();
    repo.commit_unscanned("requirements.txt", "gatling==1.0\n");
    repo.git(&["mv", "requirements.txt", "requirements-web.txt"])
        .ok();
    assert_eq!(scan(&repo).0, 0);
    // Into a file that is included.
    repo.stage("requirements/base.txt", "gatling==1.0\n");
    repo.stage("requirements-web.txt", "-r requirements/base.txt\n");
    assert_eq!(scan(&repo).0, 0);
    repo.git(&["commit", "-qm", "moved", "--no-verify"]).ok();
    // What one more file includes stands in no more places; a copy stands in one more.
    repo.stage("requirements/base.txt", "# all\ngatling==1.0\n");
    repo.stage("requirements-worker.txt", "-r requirements/base.txt\n");
    assert_eq!(scan(&repo).0, 0);
    repo.stage("requirements-worker.txt", "gatling==1.0\n");
    let (code, text) = scan(&repo);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("requirements-worker.txt:1"), "{text}");
}

#[test]
fn what_cannot_be_read_or_is_not_known_is_said_and_the_rest_is_audited() {
    let repo = with_database();
    let lines = [
        "--index-url https://name:word@packages.invalid/simple",
        "never-heard-of-it==1.0",
        "this is no requirement at all !!",
        "--frobnicate",
        "-r missing.txt",
        "gatling==1.0",
    ];
    repo.stage("requirements.txt", lines.join("\n") + "\n");
    let (code, text) = scan(&repo);
    assert_eq!(code, 1, "{text}");
    for said in [
        "gatling 1.0 is vulnerable",
        "packages.invalid",
        "line 3: ",
        "line 4: ",
        "line 5: ",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("name:word"), "{text}");
}

#[test]
fn a_lock_file_of_a_future_version_is_named_and_read_as_far_as_it_can_be() {
    for (path, version, future) in [
        (
            "poetry.lock",
            "lock-version = \"2.1\"",
            "lock-version = \"9.0\"",
        ),
        ("uv.lock", "version = 1\n", "version = 9\n"),
        (
            "pdm.lock",
            "lock_version = \"4.5.0\"",
            "lock_version = \"9.0\"",
        ),
        ("Pipfile.lock", "\"pipfile-spec\": 6", "\"pipfile-spec\": 9"),
        (
            "pylock.toml",
            "lock-version = \"1.0\"",
            "lock-version = \"9.0\"",
        ),
    ] {
        let (_, written) = FORMATS.iter().find(|(known, _)| *known == path).unwrap();
        let repo = with_database();
        let content = written("1.0").replace(version, future);
        assert!(content.contains(future), "{content}");
        repo.stage(path, content);
        let (code, text) = scan(&repo);
        assert_eq!(code, 1, "{path}: {text}");
        assert!(text.contains("gatling 1.0 is vulnerable"), "{path}: {text}");
        assert!(
            text.contains("NOT SCANNED") && text.contains('9'),
            "{path}: {text}"
        );
    }
}

#[test]
fn a_file_of_any_name_that_is_included_is_audited_when_it_is_touched() {
    let repo = with_database();
    repo.commit_unscanned(
        "requirements.txt",
        "-r deps/common.list\n-c deps/limits.txt\n",
    );
    repo.stage(
        "deps/common.list",
        "# what all need\ngatling==1.0 ; python_version > '3'\n",
    );
    let (code, text) = scan(&repo);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("deps/common.list:2"), "{text}");
    // Prose that speaks of it is no list.
    repo.git(&["rm", "-qf", "deps/common.list"]).ok();
    repo.stage("notes.txt", "We need\ngatling==1.0\nand more.\n");
    assert_eq!(scan(&repo).0, 0);
}

#[test]
fn a_pin_raised_to_a_vulnerable_version_is_stopped_and_a_comment_beside_it_is_not() {
    let repo = Repo::new();
    repo.commit_unscanned("requirements.txt", "pyyaml==6.0\n");
    repo.stage("requirements.txt", "pyyaml==5.3.1\n");
    let answer = repo.commit();
    assert_ne!(answer.code, 0, "{}", answer.text());
    let text = answer.flat();
    assert!(
        text.contains("CVE-2020-14343") && text.contains("requirements.txt:1"),
        "{text}"
    );
    repo.commit_unscanned("requirements.txt", "pyyaml==5.3.1\n");
    repo.stage("requirements.txt", "# for the settings\npyyaml==5.3.1\n");
    repo.commit().ok();
    // Another vulnerable version is another finding.
    repo.stage("requirements.txt", "# for the settings\npyyaml==5.2\n");
    assert_ne!(repo.commit().code, 0);
}

#[test]
fn what_several_files_include_is_found_once() {
    let repo = Repo::new();
    repo.stage("requirements/base.txt", "pyyaml==5.3.1\n");
    repo.stage("requirements.txt", "-r requirements/base.txt\n");
    let scan = repo.gate(&["scan", "--format", "json"]);
    assert_eq!(scan.code, 1, "{}", scan.text());
    let report: Value = serde_json::from_str(&scan.stdout).unwrap();
    assert_eq!(
        report["findings"].as_array().unwrap().len(),
        1,
        "{}",
        scan.stdout
    );
}

#[test]
fn a_missing_database_is_said_with_the_command_and_only_over_dependencies() {
    let repo = Repo::new();
    repo.git(&["branch", "base"]).ok();
    repo.stage("a.py", "x = 1\n");
    repo.stage("pyproject.toml", "[project]\nname = \"a\"\n");
    let answer = repo.commit().ok();
    assert!(!answer.text().contains("advisor"), "{}", answer.text());
    repo.gate(&["ci", "--base", "base"]).ok();
    repo.stage("requirements.txt", "pyyaml==6.0\n");
    let answer = repo.commit().ok();
    let text = answer.flat();
    assert!(
        text.contains("DEFERRED") && text.contains("gate-hook advisories update"),
        "{text}"
    );
    assert_eq!(repo.gate(&["ci", "--base", "base"]).code, 3);
}

#[test]
fn the_users_database_answers_as_long_as_it_is_whole_and_young_enough() {
    let repo = Repo::new();
    repo.stage("requirements.txt", "gatling==1.0\n");
    let bytes = database(&[Weakness::high("gatling")]);
    // The starter set does not know the package.
    let missing = repo.gate(&["scan"]).ok();
    assert!(missing.flat().contains("DEFERRED"), "{}", missing.text());
    keep_database(&repo, &bytes);
    let young = repo.gate(&["scan", "--as-of", "2026-01-12"]);
    assert_eq!(young.code, 1, "{}", young.text());
    assert!(young.flat().contains("PYSEC-2026-1"), "{}", young.text());
    assert!(!young.flat().contains("DEFERRED"), "{}", young.text());
    // What an old one knows still counts, and is not enough.
    let old = repo.gate(&["scan", "--as-of", "2026-01-13"]);
    assert_eq!(old.code, 1, "{}", old.text());
    assert!(old.flat().contains("8 days old"), "{}", old.text());
    assert!(old.flat().contains("DEFERRED"), "{}", old.text());
    // One flipped bit in any part that is read, and nothing of the file counts.
    for at in [0, bytes.len() / 2, bytes.len() - 1] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        keep_database(&repo, &damaged);
        let answer = repo.gate(&["scan", "--as-of", "2026-01-12"]);
        let text = answer.flat();
        let unharmed = answer.code == 1 && text.contains("PYSEC-2026-1");
        assert!(unharmed || text.contains("DEFERRED"), "{at}: {text}");
    }
}

#[test]
fn a_database_that_is_named_answers_and_is_an_error_where_it_is_not_there() {
    let repo = Repo::new();
    repo.stage("requirements.txt", "gatling==1.0\n");
    let bytes = database(&[Weakness::high("gatling")]);
    fs::write(repo.home().join("named.db"), bytes).unwrap();
    let named = ["scan", "--as-of", "2026-01-12", "--database", "../named.db"];
    let answer = repo.gate(&named);
    assert_eq!(answer.code, 1, "{}", answer.text());
    assert!(answer.flat().contains("PYSEC-2026-1"), "{}", answer.text());
    let answer = repo.gate(&["scan", "--database", "../nothing.db"]);
    assert_eq!(answer.code, 3, "{}", answer.text());
}
