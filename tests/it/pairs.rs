//! Names, places and their values through the whole engine: which rule speaks, how sure it is, and that
//! nothing it says holds the value.
//!
//! Requirements: S1-15

use gate_hook::finding::{Category, Confidence, Finding, Place, RepoPath};
use gate_hook::secrets::{Options, Scanner};

/// A password made for these tests, put together so that no text here looks live.
fn password() -> String {
    ["hunter", "2!x"].concat()
}

/// Forty characters that look drawn at random.
fn random() -> String {
    let mut state = 7_u64;
    let draw = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        letters[(state >> 33) as usize % letters.len()] as char
    };
    (0..40).map(draw).collect()
}

fn scan(path: &str, text: &str) -> Vec<Finding> {
    let scanner = Scanner::new(Options {
        fingerprint_key: b"",
        custom: Vec::new(),
        allowed: &|_, _| false,
    });
    scanner.scan(&Place::File(RepoPath::new(path)), text.as_bytes(), 1)
}

#[test]
fn each_kind_of_name_and_place_has_its_rule() {
    let (p, r) = (password(), random());
    for (path, text, id) in [
        ("a.py", format!("db_password = '{p}'"), "kw-password"),
        ("a.py", format!("client_secret = '{r}'"), "kw-secret"),
        ("a.py", format!("access_token = '{r}'"), "kw-token"),
        ("a.py", format!("apiKey = '{r}'"), "kw-api-key"),
        (
            "a.py",
            format!("u = 'postgres://app:{p}@db.acme.com/x'"),
            "url-credentials",
        ),
        (
            "a.py",
            format!("h = 'Authorization: Bearer {r}'"),
            "authorization-bearer",
        ),
        (
            "a.cs",
            format!("c = \"Server=db;User Id=sa;Password={p};\""),
            "connection-string-password",
        ),
        (
            "a.sh",
            format!("curl -u admin:{p} https://api.acme.com"),
            "curl-credentials",
        ),
        (
            "a.sh",
            format!("sshpass -p {p} ssh root@h"),
            "command-line-password",
        ),
        (
            ".netrc",
            format!("machine a.acme.com login b password {p}"),
            "credentials-file",
        ),
        (
            "a.sql",
            format!("CREATE USER app IDENTIFIED BY '{p}';"),
            "sql-account-password",
        ),
        (
            "a.ps1",
            format!("ConvertTo-SecureString '{p}' -AsPlainText"),
            "securestring-plaintext",
        ),
    ] {
        let found = scan(path, &text);
        let ids: Vec<_> = found.iter().map(|finding| finding.rule.id).collect();
        assert_eq!(ids, [id], "{text}");
        assert_eq!(
            id.starts_with("kw-"),
            found[0].rule.category == Category::Keyword
        );
    }
}

#[test]
fn nothing_that_is_said_holds_the_value() {
    let p = password();
    let text = format!("a = 1\npassword = '{p}'\nurl = 'ftp://a:{p}@h.acme.com'\n");
    let found = scan("a.py", &text);
    assert_eq!(found.len(), 2);
    for finding in &found {
        assert!(!format!("{finding:?}").contains(&p), "{}", finding.rule.id);
    }
    assert_eq!(found[0].location.start.line, 2);
    assert_eq!(found[0].location.start.column, 13);
}

#[test]
fn tests_take_a_step_and_stand_ins_are_silent() {
    let p = password();
    let text = format!("password = '{p}'");
    assert_eq!(scan("src/a.py", &text)[0].confidence, Confidence::High);
    assert_eq!(scan("tests/a.py", &text)[0].confidence, Confidence::Medium);
    for text in [
        "password = 'changeme'",
        "password = os.environ['X1']",
        "password = 'test'",
        "token: '${TOKEN_1}'",
    ] {
        assert!(scan("src/a.py", text).is_empty(), "{text}");
    }
}
