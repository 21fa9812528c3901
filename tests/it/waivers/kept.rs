//! The register as a hook keeps it: the quick look decides as the complete one does, whatever stands in the register
//! and whatever happened to the file.

use std::fs;
use std::io::Cursor;

use gate_hook::finding::{Confidence, Engine, Package, Severity};
use gate_hook::introduced::Detected;
use gate_hook::policy::{
    Gate, Register, Verdict, Waiving, decide, notes, parse_register, read_kept, to_kept,
};
use gate_hook::receipt::Receipt;
use proptest::prelude::*;

use super::survival::{REGISTER, new_waiver};
use super::{RATIONALE, section};
use crate::policy::{CODE, CREDENTIAL, DEPENDENCY, detected, fingerprint, policy, time};
use crate::support::{Answer, Repo, leak};

const STAMP: &str = "0123456789abcdef0123456789abcdef01234567";
const PEOPLE: &str = "[roles]\nsecurity-team = [\"bob\", \"sue\"]\nsenior-engineer = [\"dan\"]\n";

/// Everything that is ever found.
fn findings() -> Vec<Detected> {
    let mut findings = Vec::new();
    for number in 1..4 {
        for (rule, path) in [(&CODE, "app/a.py"), (&CREDENTIAL, "lib/b.py")] {
            let mut found = detected(rule, Severity::High, Confidence::High, path);
            found.finding.fingerprint = fingerprint(rule.engine, number);
            findings.push(found);
        }
        let mut found = detected(&DEPENDENCY, Severity::High, Confidence::High, "r.txt");
        found.finding.fingerprint = fingerprint(Engine::Audit, number);
        found.finding.package = Some(Box::new(Package {
            name: format!("package-{number}"),
            version: Some("1.0".to_owned()),
            advisories: vec![format!("GHSA-{number}"), "CVE-2026-1".to_owned()],
            fixed: None,
            groups: Vec::new(),
            development: false,
        }));
        findings.push(found);
    }
    findings
}

/// A finding as the register may call it.
fn called() -> impl Strategy<Value = String> {
    let code = (1..5_u8).prop_map(|number| {
        let own = fingerprint(Engine::Bandit, number);
        format!("engine = \"bandit\", id = \"B000\", fingerprint = \"{own}\"")
    });
    let secret = (1..5_u8).prop_map(|number| {
        let own = fingerprint(Engine::Secrets, number);
        format!("engine = \"secrets\", id = \"test-credential\", fingerprint = \"{own}\"")
    });
    let dependency = (1..5_u8).prop_map(|number| {
        let own = fingerprint(Engine::Audit, number);
        format!("engine = \"audit\", id = \"GHSA-9\", fingerprint = \"{own}\"")
    });
    let id = prop::sample::select(vec![
        "GHSA-1",
        "ghsa-2",
        "\\u0047HSA-3",
        "CVE-2026-1",
        "cve-2026-1",
        "test-2026-1",
        "GHSA-9",
    ]);
    let aliases = prop::sample::select(vec!["", "\"GHSA-2\"", "\"PYSEC-1\", \"Cve-2026-1\""]);
    let advisory = (id, aliases, 1..5_u8).prop_map(|(id, aliases, number)| {
        format!(
            "engine = \"audit\", id = \"{id}\", aliases = [{aliases}], package = \"package_{number}\""
        )
    });
    let rule = prop::sample::select(vec!["B000", "b000", "B001"])
        .prop_map(|id| format!("engine = \"bandit\", id = \"{id}\""));
    prop_oneof![code, secret, dependency, advisory, rule]
}

/// A section; its number makes it different from the others.
fn any_section(number: usize) -> impl Strategy<Value = String> {
    let path = prop::sample::select(vec!["app/**", "lib/", "*.txt", "*.none"]);
    let approved = prop::sample::select(vec![
        "",
        "{ by = \"bob\", role = \"security-team\", on = 2026-11-23 }, { by = \"carol\", on = 2026-11-23 }",
        "{ by = \"dan\", on = 2026-11-23 }",
        "{ by = \"carol\", role = \"security-team\", on = 2026-11-23 }",
    ]);
    let expires = prop::sample::select(vec!["2026-11-23", "2026-12-20", "2027-12-20"]);
    (called(), path, approved, expires).prop_map(move |(finding, path, approved, expires)| {
        let id = format!("w-{:08x}", 16 * number + finding.len() % 16);
        format!(
            "## {id}: a test\n\n```toml\nid = \"{id}\"\nfinding = {{ {finding} }}\nscope = {{ paths = [\"{path}\", \"only-{number}\"] }}\nseverity = \"high\"\nreason = \"not-exploitable\"\nmitigation = \"only operators reach it\"\nrequested = {{ by = \"alice\", on = 2026-11-22 }}\napproved = [{approved}]\nexpires = {expires}\n```\n\n{RATIONALE} ë\n\n"
        )
    })
}

fn any_register() -> impl Strategy<Value = String> {
    (0..12_usize)
        .prop_flat_map(|number| (0..number).map(any_section).collect::<Vec<_>>())
        .prop_map(|sections| format!("# Waivers\n\n{}", sections.concat()))
}

fn verdict(register: Register, findings: &[Detected], in_ci: bool) -> (Verdict, Vec<String>) {
    let gate = Gate {
        policies: vec![policy(PEOPLE)],
        now: time("2026-11-24T12:00:00Z"),
        waiving: Some(Waiving {
            register,
            ..Waiving::default()
        }),
        in_ci,
        ..Gate::default()
    };
    let verdict = decide(&gate, findings.to_vec(), &Receipt::default());
    let notes = notes(&gate, &verdict);
    (verdict, notes)
}

/// Checks that what was read quickly decides as the whole register.
fn decides_alike(quick: &Register, whole: &Register, findings: &[Detected]) {
    for in_ci in [false, true] {
        assert_eq!(
            verdict(quick.clone(), findings, in_ci),
            verdict(whole.clone(), findings, in_ci)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn the_quick_look_decides_as_the_complete_one(
        text in any_register(),
        found in prop::sample::subsequence(findings(), 0..=9),
        edit in prop::option::of((any::<prop::sample::Index>(), "[ -~\n]{0,2}")),
        damage in (any::<prop::sample::Index>(), any::<u8>(), any::<bool>()),
    ) {
        let mut text = text;
        if let Some((at, with)) = edit {
            let at = at.index(text.len());
            let at = text.floor_char_boundary(at);
            let end = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
            text.replace_range(at..end, &with);
        }
        // What is wrong in a register is an error for whoever needs it: it is never kept.
        let Ok(whole) = parse_register("r.md", &text) else {
            return Ok(());
        };
        let mut kept = to_kept(STAMP, &text, &whole);
        let quick = read_kept(Cursor::new(&kept), STAMP, "r.md", &found).unwrap();
        prop_assert!(quick.waivers.iter().all(|waiver| whole.waivers.contains(waiver)));
        decides_alike(&quick, &whole, &found);

        // The content is another one.
        let other = STAMP.replace('0', "1");
        prop_assert!(read_kept(Cursor::new(&kept), &other, "r.md", &found).is_none());

        // A byte is another one, or the end is missing: it is not read, or nothing of it has been touched.
        let (at, byte, cut) = damage;
        let at = at.index(kept.len());
        if cut {
            kept.truncate(at);
        } else {
            kept[at] = byte;
        }
        if let Some(quick) = read_kept(Cursor::new(&kept), STAMP, "r.md", &found) {
            decides_alike(&quick, &whole, &found);
        }
    }
}

#[test]
fn of_a_long_register_only_what_may_be_meant_is_read() {
    let other = section("w-9fffffff");
    let text = format!(
        "# Waivers\n\n{}{other}",
        section("w-3fa91c07").replace("GHSA-1", "GHSA-2")
    );
    let whole = parse_register("r.md", &text).unwrap();
    let kept = to_kept(STAMP, &text, &whole);
    let found: Vec<Detected> = findings()
        .into_iter()
        .filter(|found| found.finding.fingerprint == fingerprint(Engine::Audit, 2))
        .collect();
    let quick = read_kept(Cursor::new(&kept), STAMP, "r.md", &found).unwrap();
    assert_eq!(quick.waivers, whole.waivers[..1], "with the same line");
}

/// A repository whose register lets the finding of what is staged through, and the register.
fn waived() -> (Repo, String) {
    let repo = Repo::new();
    repo.commit_unscanned("README.md", "x\n");
    repo.git(&["branch", "base"]).ok();
    repo.stage("src/app.py", leak(1));
    repo.commit().blocked();
    new_waiver(&repo).ok();
    let text = fs::read_to_string(repo.root.join(REGISTER)).unwrap();
    let lines = text.lines();
    let asked = lines.clone().find(|line| line.starts_with("requested"));
    let day = &asked.unwrap().split("on = ").nth(1).unwrap()[..10];
    let approved = format!("approved = [{{ by = \"bob\", on = {day} }}]");
    let lines = lines.map(|line| match line.split(' ').next() {
        Some("expires") => format!("{approved}\n{line}\n"),
        Some("approved") => String::new(),
        _ => format!("{line}\n"),
    });
    let text: String = lines.collect();
    commit_register(&repo, &text);
    (repo, text)
}

/// Commits this register, and stages the finding once more.
fn commit_register(repo: &Repo, text: &str) {
    repo.git(&["rm", "-q", "--cached", "src/app.py"]).ok();
    repo.commit_unscanned(REGISTER, text);
    repo.git(&["add", "src/app.py"]).ok();
}

fn hook(repo: &Repo) -> Answer {
    repo.gate(&["hook", "pre-commit"])
}

#[test]
fn a_kept_register_is_read_and_a_damaged_one_is_not() {
    let (repo, _) = waived();
    let kept = repo.root.join(".git/gate-hook/register");
    assert!(!kept.exists());
    hook(&repo).ok();
    let bytes = fs::read(&kept).unwrap();
    let half = &bytes[..bytes.len() / 2];
    for damaged in [half, b"", b"gate-hook-register/1\n", &bytes] {
        fs::write(&kept, damaged).unwrap();
        hook(&repo).ok();
        assert_eq!(fs::read(&kept).unwrap(), bytes);
    }
    // What is kept is of another content.
    commit_register(&repo, "# Security waivers\n");
    hook(&repo).blocked();
}

#[test]
fn a_register_with_a_mistake_is_an_error_whenever_it_is_needed() {
    let (repo, text) = waived();
    hook(&repo).ok();
    let wrong = section("w-ffffffff").replace("expires =", "expire =");
    commit_register(&repo, &format!("{text}\n{wrong}"));
    for _ in 0..2 {
        let answer = hook(&repo);
        assert_eq!(answer.code, 2, "{}", answer.text());
        assert!(answer.text().contains("`expire`"), "{}", answer.text());
    }
    // Where nothing is found, nothing is asked of it.
    repo.git(&["reset", "-q"]).ok();
    hook(&repo).ok();
}

#[test]
fn ci_trusts_no_kept_register() {
    let (repo, good) = waived();
    let lines = good.lines().filter(|line| !line.starts_with("approved"));
    let pending: String = lines.map(|line| format!("{line}\n")).collect();
    commit_register(&repo, &pending);
    let blob = repo.id(&format!("HEAD:{REGISTER}"));
    let forged = to_kept(&blob, &good, &parse_register(REGISTER, &good).unwrap());
    let kept = repo.root.join(".git/gate-hook/register");
    fs::create_dir_all(kept.parent().unwrap()).unwrap();
    fs::write(&kept, forged).unwrap();
    repo.commit_unscanned("README.md", "y\n");
    repo.gate(&["ci", "--base", "base"]).blocked();
}
