//! What a policy file says once it is read: values with their origins, lists, rules, and the file that
//! `init` writes.

use std::fmt::Write as _;

use gate_hook::finding::{Engine, RepoPath};
use gate_hook::policy::{
    KEYS, MissingBinary, NoVerify, Policy, PolicyText, Profile, Proof, allowed, effective,
    embeds_policy, excluded, template,
};

use super::{parse, policy};

/// Returns a key of the effective policy with its origin.
fn shown(policy: &Policy, key: &str) -> Option<(String, String)> {
    let found = effective(policy)
        .iter()
        .find(|effective| effective.key == key)?;
    Some((found.value.clone(), found.origin.clone()))
}

pub(super) fn as_file(policy: &Policy) -> String {
    effective(policy)
        .iter()
        .fold(String::new(), |mut file, key| {
            writeln!(file, "{} = {}", key.key, key.value).unwrap();
            file
        })
}

#[test]
fn every_key_shows_its_value_and_its_origin() {
    let policy = policy(
        "profile = \"strict\"\n\n[audit]\nhigh = \"warn\"\ndev = { low = \"info\" }\n[roles]\n\"a b\" = [\"x\"]\n",
    );
    let phased = Policy::builtin();
    for (policy, key, value, origin) in [
        (&policy, "profile", "\"strict\"", "gate-hook.toml:1"),
        (&policy, "audit.high", "\"warn\"", "gate-hook.toml:4"),
        (&policy, "audit.dev.low", "\"info\"", "gate-hook.toml:5"),
        (
            &policy,
            "audit.dev.high",
            "\"warn\"",
            "profile strict (built in)",
        ),
        (&policy, "roles.\"a b\"", "[\"x\"]", "gate-hook.toml:7"),
        (
            &policy,
            "override.ticket",
            r"'^[A-Z]+-\d+$'",
            "profile strict (built in)",
        ),
        (&phased, "profile", "\"phased\"", "built in"),
        (&phased, "audit.dev", "{}", "profile phased (built in)"),
        (
            &phased,
            "hook.time_budget_ms",
            "0",
            "profile phased (built in)",
        ),
    ] {
        assert_eq!(
            shown(policy, key),
            Some((value.to_owned(), origin.to_owned())),
            "{key}"
        );
    }
    assert_eq!(shown(&policy, "audit.dev"), None);
    assert_eq!(shown(&phased, "rollout.start"), None);
}

#[test]
fn the_effective_policy_stands_in_the_order_of_the_keys() {
    let policy = policy(
        "[people]\nz = []\na = []\n[rollout]\nstart = 2026-12-01\n[secrets]\nfingerprint_key = \"k\"\n",
    );
    let rank = |key: &str| {
        let pattern = |pattern: &&str| {
            *pattern == key
                || pattern
                    .strip_suffix('*')
                    .is_some_and(|table| key.starts_with(table))
        };
        KEYS.iter()
            .position(pattern)
            .unwrap_or_else(|| panic!("{key}"))
    };
    let keys: Vec<&str> = effective(&policy)
        .iter()
        .map(|key| key.key.as_str())
        .collect();
    assert!(keys.is_sorted_by_key(|key| rank(key)), "{keys:?}");
    assert_eq!(
        &keys[..5],
        [
            "profile",
            "existing",
            "unreviewed",
            "rollout.start",
            "rollout.baseline_days"
        ]
    );
    assert_eq!(&keys[keys.len() - 2..], ["people.a", "people.z"]);
}

#[test]
fn the_effective_policy_reads_back_as_the_same_policy() {
    for file in [
        String::new(),
        "profile = \"strict\"".to_owned(),
        "profile = \"observe\"".to_owned(),
        FULL.to_owned(),
        template(
            Profile::Phased,
            Some("2026-12-01".parse().unwrap()),
            "0011aabb",
            &[],
        ),
    ] {
        let once = policy(&file);
        let again = policy(&as_file(&once));
        assert_eq!(as_file(&again), as_file(&once));
    }
}

pub(super) const FULL: &str = r#"
profile = "phased"
existing = "act"
unreviewed = "stop"
[rollout]
start = 2026-12-01
baseline_days = 14
[hook]
no_verify = "allow"
missing_binary = "warn"
time_budget_ms = 0x1_F4
[paths]
critical = ["**/auth/**", '**/\[x\]/*', "!keep"]
exclude = ["vendor/"]
[secrets]
credential = "review"
keyword = "off"
fingerprint_key = "it's"
allow = [{ path = "t/**", reason = "samples" }, { value = 'AKIA\w+EXAMPLE', reason = 'the "manual"' }]
[[secrets.rules]]
id = "acme"
page = """
two
lines"""
[secrets.rules.check]
kind = "crc32"
[bandit]
config = "backend/pyproject.toml"
high = "review"
outside_critical = { high = "warn", low = "off" }
min_confidence = "medium"
python_version = "3.9"
unscanned = "block"
[audit]
unknown = "medium"
dev = { critical = "warn" }
dev_paths = []
unpinned = "block"
database_max_age_days = 90
database = { url = "http://[::1]:8080/x.db", sha256 = "AB00000000000000000000000000000000000000000000000000000000000000" }
[waivers]
register = "waivers.md"
max_days = { low = 365 }
inline = "off"
proof = "git"
quorum = [{ engine = "audit", severity = ["low"], approvals = 3, of = { "a b" = 2 }, any_of = ["x", "y"] }]
[override]
ticket = '^(SEC|INC)-\d+$'
label = "override"
approver = "cto"
valid_hours = 48
remediation_hours = 12
[roles]
cto = ["carol"]
[people]
carol = ["carol@example.org", "@carol"]
"#;

#[test]
fn the_values_of_every_section_arrive() {
    let policy = policy(FULL);
    assert_eq!(policy.hook.no_verify.value, NoVerify::Allow);
    assert_eq!(policy.hook.missing_binary.value, MissingBinary::Warn);
    assert_eq!(policy.hook.time_budget_ms.value, 500);
    assert_eq!(policy.secrets_fingerprint_key.as_deref(), Some("it's"));
    assert_eq!(
        policy.bandit.config.as_ref().unwrap().value,
        "backend/pyproject.toml"
    );
    assert_eq!(policy.bandit.python_version.value, "3.9");
    let database = policy.audit.database.as_ref().unwrap();
    assert_eq!(database.url.value, "http://[::1]:8080/x.db");
    assert!(database.sha256.value.starts_with("ab00"));
    assert_eq!(
        policy.waivers.max_days.clone().map(|days| days.value),
        [14, 30, 90, 365]
    );
    assert_eq!(policy.waivers.proof.value, Proof::Git);
    let rule = &policy.waivers.quorum.value[0];
    assert_eq!(
        (rule.engine, rule.approvals, &rule.of),
        (Engine::Audit, 3, &vec![("a b".to_owned(), 2)])
    );
    assert_eq!(policy.override_rules.valid_hours.value, 48);
    assert_eq!(
        policy.people.roles,
        [("cto".to_owned(), vec!["carol".to_owned()])]
    );
    assert_eq!(policy.people.addresses[0].1.len(), 2);
}

#[test]
fn only_what_every_policy_allows_is_allowed() {
    let by_value =
        policy("[secrets]\nallow = [{ value = 'demo-\\d+', reason = \"from the manual\" }]");
    let by_path = policy("[[secrets.allow]]\npath = \"tests/\"\nreason = \"samples\"");
    let by_both =
        policy("secrets.allow = [{ path = \"*.md\", value = 'demo-.*', reason = \"samples\" }]");
    let allows = |policies: &[&Policy], path: &str, value: &[u8]| {
        let policies: Vec<Policy> = policies.iter().map(|&policy| policy.clone()).collect();
        allowed(&policies, &RepoPath::new(path), value)
    };
    assert!(allows(&[&by_value], "a", b"demo-1"));
    assert!(
        !allows(&[&by_value], "a", b"xdemo-1"),
        "an expression matches from end to end"
    );
    assert!(!allows(&[&by_value], "a", b"demo-1\n"));
    assert!(allows(&[&by_path], "x/tests/a", b"\xff"));
    assert!(!allows(&[&by_path], "x/a", b"demo-1"));
    assert!(allows(&[&by_both], "a.md", b"demo-x"));
    assert!(!allows(&[&by_both], "a.txt", b"demo-x"));
    assert!(!allows(&[&by_both], "a.md", b"x"));
    assert!(!allows(&[&by_value, &Policy::builtin()], "a", b"demo-1"));
    assert!(allows(&[&by_value, &by_path], "tests/a", b"demo-1"));
    assert!(!allows(&[], "a", b"demo-1"));
}

#[test]
fn only_what_every_policy_excludes_is_excluded() {
    let vendor = policy("[paths]\nexclude = [\"vendor/\"]");
    let path = RepoPath::new("vendor/x.py");
    assert!(excluded(
        std::slice::from_ref(&vendor),
        Engine::Secrets,
        &path
    ));
    assert!(!excluded(
        &[vendor, Policy::builtin()],
        Engine::Secrets,
        &path
    ));
    assert!(!excluded(&[], Engine::Secrets, &path));
}

#[test]
fn a_rule_of_the_team_keeps_its_text_and_its_line() {
    let toml = "[secrets]\nkeyword = \"warn\"\n\n[[secrets.rules]] # ours\nid = \"acme\"\n\n# a comment\nshape = 'acme_{hex:32}'\n\n[[secrets.rules]]\nid = \"b\"\n[bandit]\n";
    let rules = policy(toml).custom_rules;
    assert_eq!(rules.len(), 2);
    assert_eq!(
        (rules[0].file.as_str(), rules[0].line),
        ("gate-hook.toml", 4)
    );
    assert_eq!(
        rules[0].toml,
        "[[rule]] # ours\nid = \"acme\"\n\n# a comment\nshape = 'acme_{hex:32}'\n"
    );
    assert_eq!(
        (rules[1].toml.as_str(), rules[1].line),
        ("[[rule]]\nid = \"b\"\n", 10)
    );
    // Written in other ways, it is the same rule.
    for toml in [
        "secrets.rules = [{ id = \"a\", keywords = [\"x\", \"y\"], check = { kind = 'z' } }]",
        "[[secrets.rules]]\nid = \"a\"\nkeywords = [\n \"x\",\n \"y\"\n]\n[secrets.rules.check]\nkind = \"z\"",
        "[[secrets.rules]]\nid = \"a\"\ncheck.kind = \"z\"\nkeywords = ['x', 'y']",
    ] {
        let rules = policy(toml).custom_rules;
        let rule: toml::Table = rules[0].toml.parse().unwrap();
        let expected: toml::Table =
            "[[rule]]\nid = \"a\"\nkeywords = [\"x\", \"y\"]\ncheck.kind = \"z\""
                .parse()
                .unwrap();
        assert_eq!(rule, expected, "{toml}");
    }
}

#[test]
fn a_pyproject_file_can_hold_the_policy() {
    let file = |text: &str| PolicyText {
        name: "pyproject.toml".to_owned(),
        text: text.to_owned(),
        embedded: true,
    };
    let with = "[project]\nname = \"x\"\n[tool.gate-hook]\nprofile = \"strict\"\n[tool.gate-hook.secrets]\nkeyword = \"block\"\n";
    let policy = Policy::parse(&file(with)).unwrap();
    assert_eq!(
        shown(&policy, "secrets.keyword"),
        Some(("\"block\"".to_owned(), "pyproject.toml:6".to_owned()))
    );
    assert_eq!(policy.profile, Profile::Strict);
    let without = "[project]\nname = \"gate-hook-demo\"\n[tool.black]\nline-length = 100\n";
    assert_eq!(
        as_file(&Policy::parse(&file(without)).unwrap()),
        as_file(&Policy::builtin())
    );
    assert!(embeds_policy(with));
    assert!(
        embeds_policy("[tool.gate-hook\n"),
        "a mistake beside the policy is not a reason to ignore it"
    );
    assert!(!embeds_policy(without));
    assert!(!embeds_policy("[tool.black"));
    let error = Policy::parse(&file("[tool]\ngate-hook = 1\n")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "pyproject.toml:2:13: `tool.gate-hook` is a whole number; expected a table"
    );
}

#[test]
fn the_file_that_init_writes_is_the_profile_it_names() {
    for profile in Profile::ALL {
        for start in [None, Some("2026-12-01".parse().unwrap())] {
            let text = template(profile, start, "0011223344556677", &[]);
            let policy = policy(&text);
            assert_eq!(policy.profile, profile);
            assert_eq!(
                policy.secrets_fingerprint_key.as_deref(),
                Some("0011223344556677")
            );
            assert_eq!(shown(&policy, "rollout.start").is_some(), start.is_some());
            let plain = Policy::of_profile(profile);
            let skip = |key: &str| key.starts_with("rollout.") || key == "secrets.fingerprint_key";
            let differing = effective(&policy)
                .iter()
                .filter(|key| !skip(&key.key))
                .zip(effective(&plain));
            assert!(differing.clone().count() > 40);
            for (written, built_in) in differing {
                assert_eq!(
                    (&written.key, &written.value),
                    (&built_in.key, &built_in.value)
                );
            }
            // What it offers in comments holds as well once the marks are taken away.
            let offered: String = text
                .lines()
                .map(|line| match line.strip_prefix("# ") {
                    Some(rest) if rest.starts_with('[') || rest.contains(" = ") => {
                        format!("{rest}\n")
                    }
                    _ => format!("{line}\n"),
                })
                .collect();
            parse(&offered).unwrap_or_else(|error| panic!("{error}\n{offered}"));
            assert!(text.lines().all(|line| line.len() <= 120), "{text}");
        }
    }
}

#[test]
fn the_reference_describes_every_key() {
    let reference = include_str!("../../../docs/policy.md");
    for key in KEYS {
        assert!(
            reference.contains(&format!("| `{key}` |")),
            "docs/policy.md has no row for `{key}`"
        );
    }
    for profile in Profile::ALL {
        assert!(reference.contains(&format!("`{}`", profile.name())));
    }
    // A row states the default of each profile as the program has it.
    for profile in Profile::ALL {
        let column = 3 + Profile::ALL
            .iter()
            .position(|known| *known == profile)
            .unwrap();
        for key in effective(&Policy::of_profile(profile)) {
            let Some(row) = reference
                .lines()
                .find(|line| line.starts_with(&format!("| `{}` |", key.key)))
            else {
                continue;
            };
            let cell = row.split(" | ").nth(column - 1).unwrap_or_default();
            let value = key.value.trim_matches(['"', '\'']).replace('|', "\\|");
            assert!(
                cell.contains(&format!("`{value}`"))
                    || cell == "below"
                    || (cell == "same" && column > 3),
                "{} {}: `{value}` is not `{cell}`",
                profile.name(),
                key.key
            );
        }
    }
}
