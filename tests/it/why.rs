//! `explain --why` and `explain --why-not`: the score of what was found, and the gates of what was let go.

use crate::support::Repo;

/// A password in two words and a number, never written in one piece.
fn password() -> String {
    ["Tidal", "Otter", "4471"].join("-")
}

#[test]
fn the_score_of_a_finding_is_kept_and_explained() {
    let repo = Repo::unborn(&[]);
    repo.write(
        "deploy/values.yaml",
        format!("redis_password: {}\n", password()),
    );
    repo.git(&["add", "."]).ok();
    let scanned = repo.gate(&["scan"]).ok();
    assert!(
        !scanned.text().contains("score "),
        "the sheet is for `explain`:\n{}",
        scanned.text()
    );
    let why = repo
        .gate(&["explain", "deploy/values.yaml:1", "--why"])
        .ok();
    for said in [
        "+7  the name holds a password, the value is a made password",
        "+1  a setting is what runs",
        "8  the sum",
    ] {
        assert!(why.stdout.contains(said), "`{said}` in\n{}", why.stdout);
    }
    assert!(!why.text().contains("Otter"));
}

#[test]
fn a_value_that_was_let_go_came_to_a_gate_that_is_named() {
    let repo = Repo::unborn(&[]);
    let value = password();
    repo.write(
        "login.py",
        format!("password_field = '{value}'\npassword = '${{DB_PASSWORD}}'\n"),
    );
    let field = repo
        .gate(&["explain", "login.py:1", "--why-not", &value])
        .ok();
    assert!(
        field
            .stdout
            .contains("failed  the name `password_field` speaks about a secret"),
        "{}",
        field.stdout
    );
    assert!(!field.text().contains("Otter"));
    let reference = repo
        .gate(&["explain", "login.py", "--why-not", "${DB_PASSWORD}"])
        .ok();
    assert!(
        reference.stdout.contains("kept elsewhere"),
        "{}",
        reference.stdout
    );
    let alone = repo.gate(&["explain", "--why-not", "changeme"]).ok();
    assert!(
        alone
            .stdout
            .contains("failed  it stands for a value still to come"),
        "{}",
        alone.stdout
    );
    let missing = repo.gate(&["explain", "login.py", "--why-not", "nowhere"]);
    assert_eq!(missing.code, 2, "{}", missing.text());
}
