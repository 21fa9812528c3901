//! Settings of other secret scanners become parts of the policy, once; what cannot be carried over is said.

use std::fmt::Write as _;
use std::fs;

use gate_hook::policy::{EVERY_LINE, Policy, PolicyText, read_foreign};
use proptest::prelude::*;

use crate::support::{Repo, leak};

/// What is taken: `path`, `value` or `path value` of an allow-list, `rule id`, `waive path`.
fn taken(name: &str, text: &str) -> (Vec<String>, Vec<String>) {
    let reading = read_foreign(name, text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let entries = reading.settings.allowed.iter().map(|entry| {
        assert!(!entry.reason.is_empty());
        let parts = [entry.path.as_deref(), entry.value.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    let rules = reading.settings.rules.iter();
    let rules = rules.map(|rule| format!("rule {} {}", rule.id, rule.regex));
    let waived = reading.taken.iter().map(|taken| {
        let (path, line) = taken.place.as_ref().unwrap();
        assert_eq!(*line, EVERY_LINE);
        format!("waive {path}")
    });
    (entries.chain(rules).chain(waived).collect(), reading.left)
}

const GITLEAKS: &str = r#"
title = "ours"
[extend]
useDefault = true
disabledRules = ["generic-api-key"]
[[rules]]
id = "Acme_Key"
description = "ACME key"
regex = '(?i)acme[=:](\w{12})'
keywords = ["acme"]
entropy = 3.5
tags = ["key"]
[[rules.allowlists]]
regexTarget = "line"
regexes = ["demo"]
[[rules.allowlists]]
stopwords = ["sample.x"]
[[rules]]
id = "no-words"
regex = 'x+'
[[rules]]
id = "by-path"
path = '\.p12$'
[[rules]]
id = "far"
regex = 'far_\w{20}'
keywords = ["far_"]
path = '\.env$'
[[rules.required]]
id = "near"
[allowlist]
description = "ours"
paths = ['^vendor/', '(^|/)go\.sum$', 'a\d+b']
regexes = ['^EXAMPLE']
commits = ["abc"]
[[allowlists]]
condition = "AND"
paths = ['^docs/']
regexes = ['demo']
[[allowlists]]
condition = "AND"
paths = ['\d']
regexes = ['anything']
[[allowlists]]
condition = "AND"
commits = ["abc"]
regexes = ['anything']
[[allowlists]]
targetRules = ["far"]
regexes = ['nowhere']
"#;

/// A file's name, its text, what is taken, and words of each line of what is left.
type Case = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

#[rustfmt::skip]
const CASES: &[Case] = &[
    (".gitleaks.toml", GITLEAKS, &[
        r"(?s:.*)(?:(?i:sample\.x))(?s:.*)",
        r"(?s:.*)(?:^EXAMPLE)(?s:.*)",
        "/vendor/**",
        "**/go.sum",
        "/docs/** (?s:.*)(?:demo)(?s:.*)",
        "(?s:.*)(?:nowhere)(?s:.*)",
        r"rule acme-key (?i)acme[=:](?P<secret>\w{12})",
        r"rule far far_\w{20}",
    ], &[
        "disabledRules, generic-api-key", "about the line", "holds for every rule", "rule no-words", "by-path",
        "rule far, path", "rule far, required", "allow-list, commits", "path `a\\d+b`", "path `\\d`", "all of its conditions",
        "allow-list, commits", "all of its conditions", "targetRules",
    ]),
    (".secretsignore", "test/*\n!test/a\n\n# why\n[secrets]\nexample-.*\n[other]\nx\n", &["test/*", "example-.*"], &["!test/a", "[other]"]),
    (".gitallowed", "# known\nEXAMPLE_[0-9]+\n^docs/.*:12:\n", &["(?s:.*)(?:EXAMPLE_[0-9]+)(?s:.*)"], &["^docs/", "anywhere in a line"]),
    (".talismanrc", "fileignoreconfig:\n- filename: a.pem\n  checksum: 1f\n- filename: b/*\n- filename: c\n  ignore_detectors: [filename]\n- filename: d\n  allowed_patterns: [dd+]\n- checksum: 2\nallowed_patterns: ['key: x+']\ncustom_patterns: [zz+]\nscopeconfig:\n- scope: node\nthreshold: high\nversion: '1.0'\n",
        &["(?s:.*)(?:key: x+)(?s:.*)", "b/*", "d (?s:.*)(?:dd+)(?s:.*)", "waive a.pem"],
        &["names and sizes", "no `filename`", "zz+", "scopeconfig", "threshold"]),
    (".gitguardian.yaml", "version: 2\nsecret:\n  ignored_paths: ['docs/**']\n  ignored_matches:\n  - name: mine\n    match: aaa\n  ignored_detectors: [X]\n  show_secrets: false\niac:\n  ignored_paths: [y]\nexit_zero: true\n",
        &["docs/**"], &["mine", "X", "iac", "exit_zero"]),
    (".gitguardian.yml", "paths-ignore: ['a']\nmatches-ignore: [plain]\n", &["a"], &["an entry without a name"]),
];

#[test]
fn what_other_scanners_were_told_is_taken_over_or_named() {
    for (name, text, expected, left) in CASES {
        let (taken, said) = taken(name, text);
        assert_eq!(&taken, expected, "{name}");
        assert_eq!(said.len(), left.len(), "{name}: {said:#?}");
        let mut said = said;
        for words in *left {
            let at = said.iter().position(|line| line.contains(words));
            said.remove(at.unwrap_or_else(|| panic!("{name}: {words}: {said:#?}")));
        }
    }
    // A value that is ignored may be the secret itself.
    let (_, left) = taken(".gitguardian.yml", CASES[5].1);
    assert!(!left.concat().contains("plain"), "{left:?}");
}

#[test]
fn they_are_shown_and_written_only_when_asked_to() {
    let repo = Repo::new();
    let policy = "# ours\n[secrets]\nkeyword = \"warn\" # for now\n";
    repo.commit_unscanned("gate-hook.toml", policy);
    repo.write(".gitleaks.toml", GITLEAKS);
    repo.write(".talismanrc", "fileignoreconfig:\n- filename: key.txt\n  checksum: 1f\n- filename: none.txt\n  checksum: 2\n");
    repo.commit_unscanned("key.txt", leak(1) + &leak(2));
    let command = [
        "import",
        ".gitleaks.toml",
        ".talismanrc",
        "--as-of",
        "2026-12-01",
    ];
    let shown = repo.gate(&command).ok();
    assert!(
        shown
            .stdout
            .contains("[[secrets.rules]]\nid = \"acme-key\""),
        "{}",
        shown.stdout
    );
    assert!(
        shown.stdout.contains("check = [\"entropy:3.5\"]"),
        "{}",
        shown.stdout
    );
    assert!(
        shown.stderr.contains("not taken over: rule no-words"),
        "{}",
        shown.stderr
    );
    assert!(
        shown.stderr.contains("wrote and staged 2 waivers"),
        "{}",
        shown.stderr
    );
    assert!(
        shown
            .stderr
            .contains("a secret in none.txt: no secret is found there now"),
        "{}",
        shown.stderr
    );
    let file = repo.root.join("gate-hook.toml");
    assert_eq!(fs::read_to_string(&file).unwrap(), policy);
    repo.gate(&[&command[..], &["--write"]].concat()).ok();
    let written = fs::read_to_string(&file).unwrap();
    assert!(
        written.starts_with("# ours\n[secrets]\nkeyword = \"warn\" # for now\n"),
        "{written}"
    );
    assert_eq!(
        repo.git(&["diff", "--cached", "--name-only"])
            .ok()
            .stdout
            .lines()
            .last(),
        Some("gate-hook.toml")
    );
    repo.gate(&[&command[..], &["--write"]].concat()).ok();
    assert_eq!(fs::read_to_string(&file).unwrap(), written, "twice is once");
    // The rules work, and the allow-list does.
    repo.git(&["commit", "-qnm", "policy"]).ok();
    repo.stage("a.conf", "acme=q8Zk3Lw0PxV7\n");
    let stopped = repo.commit();
    assert_ne!(stopped.code, 0);
    assert!(stopped.stderr.contains("acme-key"), "{}", stopped.text());
    repo.git(&["rm", "-qf", "--cached", "a.conf"]).ok();
    repo.stage("vendor/a.conf", "acme=q8Zk3Lw0PxV7\n");
    repo.commit().ok();
}

#[test]
fn files_that_extend_each_other_are_followed_within_the_work_tree() {
    let repo = Repo::new();
    let rule = |id: &str, regex: &str| {
        format!("[[rules]]\nid = \"{id}\"\nregex = '{regex}'\nkeywords = [\"{id}\"]\n")
    };
    let extend = |path: &str| format!("[extend]\npath = \"{path}\"\n");
    repo.write(
        ".gitleaks.toml",
        extend("conf/base.toml") + &rule("one", "one_a{9}"),
    );
    repo.write(
        "conf/base.toml",
        extend(".gitleaks.toml") + &rule("one", "base_b{9}") + &rule("two", "two_b{9}"),
    );
    let shown = repo.gate(&["import", ".gitleaks.toml"]).ok();
    assert!(
        shown.stdout.contains("one_a{9}") && shown.stdout.contains("two_b{9}"),
        "{}",
        shown.stdout
    );
    assert!(!shown.stdout.contains("base_b{9}"), "its own come first");
    assert!(
        shown.stderr.contains("it was read already"),
        "{}",
        shown.stderr
    );
    fs::write(repo.home().join("outside.toml"), rule("out", "out_a{9}")).unwrap();
    let outside = repo.home().join("outside.toml");
    for path in [
        outside.to_str().unwrap(),
        "../../../etc/passwd",
        "missing.toml",
        ".",
        "",
    ] {
        repo.write(".gitleaks.toml", extend(path) + &rule("one", "one_a{9}"));
        let said = repo.gate(&["import", ".gitleaks.toml"]).ok();
        assert!(
            said.stderr.contains("not taken over: extend.path"),
            "{path}: {}",
            said.stderr
        );
        assert!(!said.stdout.contains("out_a"), "{}", said.stdout);
    }
    for number in 0..40 {
        repo.write(
            &format!("chain{number}.toml"),
            extend(&format!("chain{}.toml", number + 1)),
        );
    }
    repo.write(
        ".gitleaks.toml",
        extend("chain0.toml") + &rule("one", "one_a{9}"),
    );
    let said = repo.gate(&["import", ".gitleaks.toml"]).ok().stderr;
    assert!(
        said.contains("too many files build on each other"),
        "{said}"
    );
}

#[test]
fn what_a_policy_would_refuse_is_named_and_left_out() {
    let repo = Repo::new();
    let mut bomb = "a0: &a0 [x, x]\n".to_owned();
    for level in 1..40 {
        writeln!(
            bomb,
            "a{level}: &a{level} [*a{}, *a{}]",
            level - 1,
            level - 1
        )
        .unwrap();
    }
    bomb += "allowed_patterns: *a39\n";
    let huge = "q".repeat(200_000);
    let rules = format!(
        "[[rules]]\nid = \"look\"\nregex = 'look(?=ahead)'\nkeywords = [\"look\"]\n\
         [[rules]]\nid = \"big\"\nregex = '((big{{1,900}}){{1,900}}){{1,900}}'\nkeywords = [\"big\"]\n\
         [[rules]]\nid = \"ünï\"\nregex = 'x_y'\nkeywords = [\"x_\"]\n\
         [allowlist]\nregexes = ['', '.*', 'a)(b', '(?!x)', '{huge}']\npaths = ['.*', '.*/.*']\n"
    );
    for (name, text, words) in [
        (".talismanrc", bomb.as_str(), "a39: there is no counterpart"),
        (".gitleaks.toml", &rules, "rule look: "),
        (".gitleaks.toml", &rules, "rule big: "),
        (".gitleaks.toml", &rules, "path `.*`: no glob says the same"),
        (".secretsignore", "**\n", "switches the engine off"),
        (".secretsignore", "[secrets]\n.*\n", "nobody has thought of"),
        (".gitallowed", "[\n(\n", "`[`: "),
    ] {
        repo.write(name, text);
        let said = repo.gate(&["import", name, "--write"]).ok().stderr;
        assert!(said.contains(words), "{name}: {words}: {said}");
    }
    let policy = fs::read_to_string(repo.root.join("gate-hook.toml")).unwrap_or_default();
    let text = PolicyText {
        name: "gate-hook.toml".to_owned(),
        text: policy.clone(),
        embedded: false,
    };
    Policy::parse(&text).unwrap_or_else(|error| panic!("{error}\n{policy}"));
    for (name, text) in [
        (".gitleaks.toml", "[["),
        (".talismanrc", "a: [b"),
        (".talismanrc", "- a"),
        (".gitguardian.yaml", "x"),
    ] {
        assert!(read_foreign(name, text).is_err(), "{name}");
    }
    let deep = format!("fileignoreconfig: {}", "[".repeat(5000));
    assert!(read_foreign(".talismanrc", &deep).is_err());
    assert!(
        read_foreign(".gitallowed", &"a\n".repeat(9 << 20)).is_err(),
        "too large"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whatever stands in a file, what is taken of it makes a policy that can be read, entry by entry.
    #[test]
    fn any_text_is_read_or_refused(
        name in prop::sample::select(vec![".gitleaks.toml", ".secretsignore", ".gitallowed", ".talismanrc", ".gitguardian.yaml"]),
        start in prop::sample::select(vec!["", "[allowlist]\npaths = ['", "[allowlist]\nregexes = ['", "[[rules]]\nid = 'a'\nkeywords = ['ab']\nregex = '", "allowed_patterns:\n- '", "paths-ignore:\n- '", "[secrets]\n"]),
        middle in r"[-a-c0-2\[\](){}?*+|^$.\\/:! \n#é]{0,24}",
        end in prop::sample::select(vec!["", "']", "'", "'\n"]),
    ) {
        let Ok(reading) = read_foreign(name, &format!("{start}{middle}{end}")) else {
            return Ok(());
        };
        let mut settings = reading.settings;
        settings.allowed.retain(|entry| entry.fault().is_none());
        let text = PolicyText {
            name: "gate-hook.toml".to_owned(),
            text: settings.to_toml(),
            embedded: false,
        };
        prop_assert!(Policy::parse(&text).is_ok(), "{}", text.text);
        prop_assert_eq!(settings.merged_into(&text), Ok(text.text.clone()));
    }
}
