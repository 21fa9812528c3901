//! What a look at everything says of the register: what nothing needs any more, and what covers too much. And the
//! waivers of vulnerabilities, which are about an advisory.

use gate_hook::policy::{Waiver, parse_register};

use super::survival::REGISTER;
use crate::audit::records::{Weakness, database, keep_database};
use crate::support::{Answer, PROGRAM, Repo, leak};

const CALL: &str =
    "import subprocess\n\n\ndef f(command):\n    subprocess.run(command, shell=True)\n";
const WHY: &str = "Only the operators of the service reach this, and they have a shell anyway.";

fn full(repo: &Repo) -> Answer {
    repo.gate(&["ci", "--full", "--as-of", "2026-01-12"])
}

fn check(repo: &Repo) -> Answer {
    repo.gate(&["waiver", "check", "--as-of", "2026-01-12"])
}

/// Writes a waiver for what stopped the last run.
fn new_waiver(repo: &Repo, more: &[&str]) -> Answer {
    let mut arguments = vec![
        "waiver",
        "new",
        "--as-of",
        "2026-01-12",
        "--reason",
        "accepted-risk",
        "--mitigation",
        "the network is closed",
        "--rationale",
        WHY,
    ];
    arguments.extend(more);
    repo.gate(&arguments)
}

fn waivers(repo: &Repo) -> Vec<Waiver> {
    let text = std::fs::read_to_string(repo.root.join(REGISTER)).unwrap();
    parse_register(REGISTER, &text).unwrap().waivers
}

fn commit_all(repo: &Repo) {
    repo.git(&["add", "-A"]).ok();
    let without_hooks = ["-c", "core.hooksPath=/dev/null", "commit", "-qm", "x"];
    repo.git(&without_hooks).ok();
}

#[test]
fn a_waiver_that_nothing_needs_is_named_where_everything_is_looked_at() {
    let repo = Repo::new();
    keep_database(&repo, &database(&[Weakness::high("gatling")]));
    repo.stage("src/app.py", CALL);
    repo.gate(&["scan"]);
    new_waiver(&repo, &[]).ok();
    commit_all(&repo);
    let id = &waivers(&repo)[0].id;
    let unused = format!("waiver {id} matches nothing any more: take it out");
    for answer in [full(&repo), check(&repo)] {
        assert!(
            !answer.flat().contains("matches nothing"),
            "{}",
            answer.text()
        );
    }
    // Moved and renamed is still there; changed is not.
    repo.git(&["mv", "src/app.py", "src/main.py"]).ok();
    repo.stage("src/main.py", format!("x = 1\n{CALL}"));
    assert!(!check(&repo).flat().contains("matches nothing"));
    repo.stage("src/main.py", "x = 1\n");
    assert!(check(&repo).ok().flat().contains(&unused));
    assert!(
        full(&repo).flat().contains("lacks 1 of 1 approvals"),
        "HEAD has it still"
    );
    commit_all(&repo);
    let everything = full(&repo).ok();
    assert!(everything.flat().contains(&unused), "{}", everything.text());
    assert!(
        everything.flat().contains(&format!("{REGISTER}:")),
        "{}",
        everything.text()
    );
    let quick = repo.gate(&["waiver", "check", "--register-only"]).flat();
    assert!(!quick.contains("matches nothing"), "{quick}");
}

#[test]
fn a_waiver_that_covers_several_findings_or_names_what_is_not_there_is_too_broad() {
    let repo = Repo::new();
    keep_database(&repo, &database(&[Weakness::high("gatling")]));
    repo.stage("src/app.py", CALL);
    repo.stage("src/other.py", CALL.replace("f(command)", "g(command)"));
    repo.gate(&["scan"]);
    let section = super::section("w-00000001").replace(
        "finding = { engine = \"audit\", id = \"GHSA-1\", package = \"jinja2\" }",
        "finding = { engine = \"bandit\", id = \"B602\" }\nscope = { paths = [\"src/**\", \"old/**\", \"!src/new/**\"] }",
    );
    repo.stage(REGISTER, &section);
    let said = check(&repo).flat();
    assert!(
        said.contains("waiver w-00000001 is too broad: it covers 2 different findings"),
        "{said}"
    );
    assert!(
        said.contains("is too broad: path `old/**` matches nothing"),
        "{said}"
    );
    assert!(!said.contains("!src/new"), "{said}");
}

#[test]
fn what_could_not_be_looked_at_leaves_the_question_open() {
    let repo = Repo::new();
    // Without a database the audit has not looked at everything.
    repo.stage("requirements.txt", "gatling==2.0\n");
    repo.stage(REGISTER, super::section("w-00000001"));
    let said = check(&repo).flat();
    assert!(
        said.contains("whether waivers of `audit` are still needed cannot be told"),
        "{said}"
    );
    assert!(!said.contains("matches nothing"), "{said}");
    keep_database(&repo, &database(&[Weakness::high("gatling")]));
    let said = check(&repo).flat();
    assert!(
        said.contains("w-00000001 matches nothing any more"),
        "{said}"
    );
}

#[test]
fn the_waiver_of_a_vulnerability_is_about_the_advisory_the_package_and_the_version() {
    let repo = Repo::new();
    keep_database(&repo, &database(&[Weakness::high("gatling")]));
    repo.stage("requirements.txt", "gatling==1.0\n");
    let stop = |repo: &Repo| repo.gate(&["scan", "--as-of", "2026-01-12"]);
    assert_eq!(stop(&repo).code, 1);
    let none = new_waiver(&repo, &["--finding", "PYSEC-2099-9"]);
    assert_eq!(none.code, 2, "{}", none.text());
    new_waiver(&repo, &["--finding", "pysec-2026-1", "--path", "*.txt"]).ok();
    let waiver = waivers(&repo).remove(0);
    assert_eq!(waiver.finding.id, "PYSEC-2026-1");
    assert_eq!(waiver.finding.package.as_deref(), Some("gatling"));
    assert_eq!(waiver.finding.fingerprint, None);
    assert_eq!(waiver.scope.versions, ["1.0"]);
    assert_eq!(waiver.scope.paths, ["*.txt"]);
    let pending = stop(&repo).ok().flat();
    assert!(pending.contains("lacks 2 of 2 approvals"), "{pending}");
    // Another version is another question, unless all of them are meant.
    repo.stage("requirements.txt", "gatling==1.5\n");
    assert_eq!(stop(&repo).code, 1);
    new_waiver(&repo, &["--any-version"]).ok();
    assert!(
        waivers(&repo)
            .iter()
            .any(|waiver| waiver.scope.versions.is_empty())
    );
    stop(&repo).ok();
    repo.stage("src/app.py", CALL);
    stop(&repo);
    let code = new_waiver(&repo, &["--any-version"]);
    assert_eq!(code.code, 2, "{}", code.text());
}

#[test]
fn a_waiver_that_has_ended_is_renewed_in_its_place() {
    let repo = Repo::new();
    repo.stage("src/app.py", CALL);
    repo.gate(&["scan"]);
    new_waiver(&repo, &[]).ok();
    let before = waivers(&repo);
    let again = new_waiver(&repo, &[]);
    assert_eq!(again.code, 2, "{}", again.text());
    let already = format!("waiver {} is about this already, until", before[0].id);
    assert!(again.flat().contains(&already), "{}", again.text());
    let mut later = vec![
        "waiver",
        "new",
        "--as-of",
        "2026-06-01",
        "--reason",
        "accepted-risk",
    ];
    later.extend(["--mitigation", "the network is closed", "--rationale", WHY]);
    repo.gate(&later).ok();
    let after = waivers(&repo);
    assert_eq!(after.len(), 1);
    assert_eq!(after[0].id, before[0].id);
    assert_eq!(after[0].requested.on.to_string(), "2026-06-01");
}

// Requirements: S1-23
#[test]
fn the_command_that_a_blocked_commit_shows_asks_for_the_waiver() {
    for content in [leak(1), CALL.to_owned()] {
        let repo = Repo::new();
        repo.stage("src/app.py", content);
        let blocked = repo.commit();
        assert_ne!(blocked.code, 0, "{}", blocked.text());
        let lines: Vec<&str> = blocked.stderr.lines().map(str::trim).collect();
        let at = lines
            .iter()
            .position(|line| line.starts_with("gate-hook waiver new"));
        let at = at.unwrap_or_else(|| panic!("{}", blocked.text()));
        let shown = format!("{} {}", lines[at].trim_end_matches('\\'), lines[at + 1]);
        let command = shown.replace("...", WHY).replacen("gate-hook", PROGRAM, 1);
        let asked = repo
            .command("sh", &repo.root)
            .args(["-c", &command])
            .output();
        Answer::of(&asked.unwrap()).ok();
        assert_eq!(waivers(&repo).len(), 1);
        repo.commit().ok();
    }
}

// Requirements: S1-33
#[test]
fn whoever_has_to_approve_is_named() {
    let repo = Repo::new();
    let owners = || repo.gate(&["policy", "codeowners"]).ok().stdout;
    assert!(
        owners().contains(
            "# /gate-hook.toml: nobody with a handle holds security-team or senior-engineer"
        ),
        "{}",
        owners()
    );
    let people = "[roles]\nsecurity-team = [\"bob\", \"@org/security\"]\nsenior-engineer = [\"bob\", \"dan\", \"eve\"]\nvp-engineering = [\"vera\"]\n[people]\nbob = [\"bob@example.org\", \"@bobby\"]\ndan = [\"dan@example.org\"]\nvera = [\"@vera\"]\n";
    repo.commit_unscanned("gate-hook.toml", people);
    let security = "@bobby @org/security dan@example.org";
    let lines = owners();
    for line in [
        format!("/{REGISTER} {security}\n"),
        "/docs/governance/overrides/ @vera\n".to_owned(),
        format!("/gate-hook.toml {security}\n"),
    ] {
        assert!(lines.contains(&line), "{lines}");
    }
    repo.stage("src/app.py", CALL);
    repo.gate(&["scan"]);
    let asked = new_waiver(&repo, &[]).ok().flat();
    let ask = "ask: @bobby, @org/security, dan@example.org (security-team, senior-engineer)";
    assert!(asked.contains(ask), "{asked}");
}
