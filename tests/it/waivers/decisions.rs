//! What a waiver does to a decision: by approvals, roles, dates, proofs and place.
//!
//! Requirements: S1-25 S1-26 S1-27 S1-28 S1-29 S1-30 S1-31 S1-32 S1-33 S1-34 S1-35 S1-36 S1-37 S1-38

use std::collections::BTreeSet;

use gate_hook::finding::{Confidence, Engine, Origin, Package, Severity};
use gate_hook::introduced::Detected;
use gate_hook::policy::{
    Action, Approves, Brought, Comment, Gate, Policy, Proofs, Signed, Verdict, Waiving, decide,
    insert_waiver, notes, parse_comments, parse_register, write_section,
};
use gate_hook::receipt::Receipt;

use super::{RATIONALE, section};
use crate::policy::{CODE, CREDENTIAL, DEPENDENCY, detected, fingerprint, policy, time};

const PEOPLE: &str = "\
[roles]
security-team = [\"bob\", \"sue\"]
senior-engineer = [\"dan\"]
vp-engineering = [\"vera\"]
[people]
alice = [\"alice@example.org\"]
bob = [\"bob@example.org\", \"@bobby\"]
";

/// What is judged: the finding, its waiver, the policy and what is known.
struct Scene {
    toml: String,
    register: String,
    finding: Detected,
    proofs: Proofs,
    in_ci: bool,
    now: &'static str,
}

impl Scene {
    fn new(finding: Detected, block: &str) -> Self {
        Self {
            toml: PEOPLE.to_owned(),
            register: section_with(block),
            finding,
            proofs: Proofs::default(),
            in_ci: true,
            now: "2026-11-24T12:00:00Z",
        }
    }

    fn decide(&self) -> (Verdict, Vec<String>) {
        let register = parse_register("r.md", &self.register)
            .unwrap_or_else(|error| panic!("{error}\n{}", self.register));
        let gate = Gate {
            policies: vec![policy(&self.toml)],
            now: time(self.now),
            waiving: Some(Waiving {
                register,
                proofs: self.proofs.clone(),
            }),
            in_ci: self.in_ci,
            ..Gate::default()
        };
        let verdict = decide(&gate, vec![self.finding.clone()], &Receipt::default());
        let notes = notes(&gate, &verdict);
        (verdict, notes)
    }

    #[track_caller]
    fn holds(&self) {
        let (verdict, notes) = self.decide();
        assert_eq!(verdict.judged[0].action, Action::Info, "{notes:?}");
        assert_eq!(verdict.exit_code(self.in_ci), 0);
    }

    #[track_caller]
    fn blocks(&self, why: &str) {
        let (verdict, notes) = self.decide();
        assert_eq!(
            verdict.judged[0].action,
            Action::Block,
            "{:?}",
            verdict.judged[0].decided_by
        );
        assert_eq!(verdict.exit_code(self.in_ci), 1);
        assert!(
            notes.iter().any(|note| note.contains(why)),
            "{notes:?}\nexpected {why}"
        );
    }
}

fn section_with(block: &str) -> String {
    format!("## w-3fa91c07: a test\n\n```toml\nid = \"w-3fa91c07\"\n{block}```\n\n{RATIONALE}\n")
}

fn dependency(severity: Severity) -> Detected {
    let mut found = detected(&DEPENDENCY, severity, Confidence::High, "requirements.txt");
    found.finding.package = Some(Box::new(Package {
        name: "jinja2".to_owned(),
        version: Some("3.1.4".to_owned()),
        advisories: vec!["TEST-2026-1".to_owned(), "CVE-2026-1".to_owned()],
        fixed: None,
        groups: Vec::new(),
        development: false,
    }));
    found
}

fn code() -> Detected {
    detected(&CODE, Severity::High, Confidence::High, "app/auth/login.py")
}

fn secret() -> Detected {
    detected(
        &CREDENTIAL,
        Severity::Critical,
        Confidence::High,
        "app/a.py",
    )
}

const REST: &str = "\
reason = \"not-exploitable\"
mitigation = \"templates are not user supplied\"
requested = { by = \"alice\", on = 2026-11-22 }
expires = 2026-12-05
";

fn audit(approved: &str) -> String {
    format!(
        "finding = {{ engine = \"audit\", id = \"TEST-2026-1\", package = \"jinja2\" }}\nseverity = \"critical\"\n{REST}approved = [{approved}]\n"
    )
}

fn bandit(approved: &str) -> String {
    format!(
        "finding = {{ engine = \"bandit\", id = \"B000\", fingerprint = \"{}\" }}\nseverity = \"high\"\n{REST}approved = [{approved}]\n",
        fingerprint(Engine::Bandit, 7)
    )
}

const BOB: &str = "{ by = \"bob\", role = \"security-team\", on = 2026-11-23 }";
const SUE: &str = "{ by = \"sue\", on = 2026-11-23 }";
const CAROL: &str = "{ by = \"carol\", on = 2026-11-23 }";
const DAVE: &str = "{ by = \"dave\", on = 2026-11-23 }";
const DAN: &str = "{ by = \"dan\", role = \"senior-engineer\", on = 2026-11-23 }";

#[test]
fn a_critical_dependency_takes_two_one_of_them_from_the_security_team() {
    let of = |approved: &str| Scene::new(dependency(Severity::Critical), &audit(approved));
    of(&format!("{BOB}, {CAROL}")).holds();
    of(&format!("{SUE}, {BOB}")).holds();
    of(BOB).blocks("1 of 2 approvals");
    of(&format!("{CAROL}, {DAVE}")).blocks("1 of them from security-team");
    of("").blocks("2 of 2 approvals");
    let mut vacant = of(&format!("{CAROL}, {DAVE}"));
    vacant.toml = String::new();
    vacant.blocks("nobody holds security-team in [roles]");
}

#[test]
fn high_code_takes_one_from_either_role() {
    Scene::new(code(), &bandit(DAN)).holds();
    Scene::new(code(), &bandit(BOB)).holds();
    Scene::new(code(), &bandit(CAROL))
        .blocks("1 of 1 approvals from security-team or senior-engineer");
    let claimed = CAROL.replace("carol\"", "carol\", role = \"security-team\"");
    Scene::new(code(), &bandit(&claimed)).blocks("carol does not hold the role `security-team`");
}

#[test]
fn a_secret_takes_somebody_who_made_sure_that_it_is_none() {
    let block = |verified: &str| {
        format!(
            "finding = {{ engine = \"secrets\", id = \"test-credential\", fingerprint = \"{}\" }}\nseverity = \"critical\"\nreason = \"false-positive\"\n{verified}requested = {{ by = \"alice\", on = 2026-11-22 }}\napproved = [{CAROL}]\nexpires = 2027-11-20\n",
            fingerprint(Engine::Secrets, 7)
        )
    };
    let how = "verified = { by = \"carol\", how = \"the issuer's console does not know it\" }\n";
    Scene::new(secret(), &block(how)).holds();
    assert!(parse_register("r.md", &section_with(&block(""))).is_err());
    let mut other = secret();
    other.finding.fingerprint = fingerprint(Engine::Secrets, 8);
    let (verdict, _) = Scene::new(other, &block(how)).decide();
    assert_eq!(verdict.judged[0].action, Action::Block, "another value");
}

#[test]
fn what_lacks_approvals_passes_the_hook_aloud_and_stops_in_ci() {
    let mut scene = Scene::new(dependency(Severity::High), &audit(BOB));
    scene.blocks("lacks 1 of 2 approvals");
    scene.in_ci = false;
    let (verdict, _) = scene.decide();
    assert_eq!(verdict.judged[0].action, Action::Warn);
    assert_eq!(verdict.exit_code(false), 0);
    assert!(
        verdict.deferred[0]
            .reason
            .contains("w-3fa91c07 lacks 1 of 2"),
        "{:?}",
        verdict.deferred
    );
}

#[test]
fn a_finding_that_only_warns_leaves_nothing_to_ci() {
    for in_ci in [false, true] {
        let mut scene = Scene::new(dependency(Severity::Medium), &audit(""));
        scene.in_ci = in_ci;
        let (verdict, _) = scene.decide();
        assert_eq!(
            (verdict.judged[0].action, verdict.exit_code(in_ci)),
            (Action::Warn, 0)
        );
        assert!(verdict.deferred.is_empty());
    }
}

#[test]
fn an_expired_waiver_brings_the_finding_back_the_day_after() {
    let mut scene = Scene::new(
        dependency(Severity::Critical),
        &audit(&format!("{BOB}, {CAROL}")),
    );
    scene.now = "2026-12-05T23:59:59Z";
    scene.holds();
    scene.now = "2026-12-06T00:00:00Z";
    scene.blocks("expired on 2026-12-05");
}

#[test]
fn no_waiver_outlives_the_limit_of_what_it_waives() {
    let both = format!("{BOB}, {CAROL}");
    let block = audit(&both).replace("2026-12-05", "2026-12-07");
    Scene::new(dependency(Severity::Critical), &block)
        .blocks("more than 14 days (waivers.max_days.critical");
    // What the register calls it does not matter where the finding is worse.
    let lowered = block.replace("severity = \"critical\"", "severity = \"low\"");
    Scene::new(dependency(Severity::Critical), &lowered).blocks("more than 14 days");
    let high = block.replace("severity = \"critical\"", "severity = \"high\"");
    Scene::new(dependency(Severity::High), &high).holds();
    let unknown = dependency(Severity::Unknown);
    Scene::new(unknown, &high).holds();
}

#[test]
fn nobody_approves_their_own() {
    // The same person by another name.
    let own = CAROL.replace("carol", "Alice <alice@example.org>");
    Scene::new(dependency(Severity::High), &audit(&format!("{BOB}, {own}"))).blocks("requested it");
    let mut scene = Scene::new(code(), &bandit(BOB));
    scene.finding.commit = Some(gate_hook::input::CommitInfo {
        id: gate_hook::input::ObjectId::from_bytes(&[7; 20]).unwrap(),
        author: "Bob <bob@example.org>".to_owned(),
        time: 0,
        summary: String::new(),
    });
    scene.blocks("bob wrote the line");
}

#[test]
fn a_waiver_is_about_its_finding_only() {
    let both = format!("{BOB}, {CAROL}");
    let misses = |block: &str, finding: Detected| {
        let (verdict, _) = Scene::new(finding, block).decide();
        assert_eq!(verdict.judged[0].action, Action::Block, "{block}");
        assert!(verdict.judged[0].waiver.is_none(), "{block}");
    };
    let high = || dependency(Severity::High);
    misses(&audit(&both).replace("TEST-2026-1", "TEST-2026-11"), high());
    misses(&audit(&both).replace("jinja2", "jinja"), high());
    misses(
        &(audit(&both) + "scope = { paths = [\"backend/\"] }\n"),
        high(),
    );
    misses(
        &(audit(&both) + "scope = { versions = [\"3.1.3\"] }\n"),
        high(),
    );
    Scene::new(
        high(),
        &(audit(&both) + "scope = { versions = [\"3.1.4\"], paths = [\"*.txt\"] }\n"),
    )
    .holds();
    let alias = audit(&both).replace(
        "id = \"TEST-2026-1\"",
        "id = \"PYSEC-1\", aliases = [\"cve-2026-1\"]",
    );
    Scene::new(high(), &alias).holds();
    let mut moved = code();
    moved.finding.fingerprint = fingerprint(Engine::Bandit, 9);
    misses(&bandit(DAN), moved);
}

#[test]
fn what_the_register_does_not_cover_keeps_its_action() {
    let mut scene = Scene::new(code(), &bandit(DAN));
    scene.finding.origin = Origin::Existing;
    scene.holds();
}

fn keys(scene: &Scene) -> BTreeSet<gate_hook::policy::AgreementKey> {
    parse_register("r.md", &scene.register)
        .unwrap()
        .agreements()
        .into_iter()
        .collect()
}

fn brought(author: &str, signed: Signed) -> Brought {
    Brought {
        author: author.to_owned(),
        signed,
    }
}

#[test]
fn an_approval_in_git_is_proven_by_who_committed_it() {
    let mut scene = Scene::new(code(), &bandit(BOB));
    scene.toml = format!("[waivers]\nproof = \"git\"\n{PEOPLE}");
    scene.blocks("bob has not committed the approval yet");
    for key in keys(&scene) {
        scene
            .proofs
            .brought
            .insert(key, brought("Alice <alice@example.org>", Signed::Unknown));
    }
    scene.blocks("bob did not commit the approval (Alice");
    for key in keys(&scene) {
        scene
            .proofs
            .brought
            .insert(key, brought("Robert <bob@example.org>", Signed::Unknown));
    }
    scene.holds();
    // A signature, where there is one, has to hold and to be the same person's.
    for (signed, why) in [
        (
            Signed::Badly,
            "bob committed the approval with a signature that does not hold",
        ),
        (
            Signed::By("alice@example.org".to_owned()),
            "bob did not sign the commit with the approval (alice",
        ),
    ] {
        for key in keys(&scene) {
            scene
                .proofs
                .brought
                .insert(key, brought("bob", signed.clone()));
        }
        scene.blocks(why);
    }
    for key in keys(&scene) {
        let signed = Signed::By("Bob <bob@example.org>".to_owned());
        scene.proofs.brought.insert(key, brought("bob", signed));
    }
    scene.holds();
    // What the base has was judged when it came in, as long as it says the same.
    scene.proofs = Proofs {
        at_base: keys(&scene),
        ..Proofs::default()
    };
    scene.holds();
    scene.register = scene.register.replace("2026-12-05", "2026-12-06");
    scene.blocks("bob has not committed the approval yet");
}

fn comment(by: &str, on: &str, records: &[&str]) -> Comment {
    Comment {
        by: by.to_owned(),
        on: on.parse().unwrap(),
        url: None,
        approves: Approves::Waiver,
        records: records.iter().map(|&id| id.to_owned()).collect(),
    }
}

#[test]
fn an_approval_on_the_forge_is_proven_by_a_comment() {
    let mut scene = Scene::new(code(), &bandit(BOB));
    scene.toml = format!("[waivers]\nproof = \"forge\"\n{PEOPLE}");
    scene.blocks("bob has not said `WAIVER APPROVED: …`");
    scene.proofs.comments = vec![comment("@bob", "2026-11-23", &["w-3fa91c07"])];
    scene.blocks("bob has not said");
    scene.proofs.comments = vec![comment("@bobby", "2026-11-23", &["w-00000000"])];
    scene.blocks("bob has not said");
    scene.proofs.comments = vec![comment("@Bobby", "2026-11-23", &["w-3fa91c07"])];
    scene.holds();
}

#[test]
fn a_comment_approves_what_the_change_brings() {
    let mut scene = Scene::new(code(), &bandit(""));
    scene.proofs.comments = vec![comment("@bobby", "2026-11-23", &[])];
    scene.blocks("lacks 1 of 1 approvals");
    scene.proofs.fresh = BTreeSet::from(["w-3fa91c07".to_owned()]);
    scene.holds();
    scene.proofs.comments = vec![comment("@bobby", "2026-11-21", &[])];
    scene.blocks("not since the request");
    scene.proofs.comments = vec![comment("@alice", "2026-11-23", &[])];
    scene.blocks("lacks 1 of 1");
}

#[test]
fn comments_are_read_as_github_gives_them() {
    let issue = r#"[{"user": {"login": "bobby"}, "body": "Looked at it.\nWAIVER APPROVED: not reachable\r\n",
        "created_at": "2026-11-23T10:00:00Z", "html_url": "https://x/1", "id": 7},
        {"user": {"login": "eve"}, "body": "> WAIVER APPROVED: as he says\nWAIVER APPROVED:\nWaiver approved: no", "created_at": "2026-11-23T10:00:00Z"},
        {"user": null, "body": "WAIVER APPROVED: ghost", "created_at": "2026-11-23T10:00:00Z"}]"#;
    let read = parse_comments("c.json", issue).unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!(
        (read[0].by.as_str(), read[0].url.as_deref()),
        ("@bobby", Some("https://x/1"))
    );
    let view = r#"{"comments": [{"author": {"login": "vera"}, "body": "OVERRIDE APPROVED o-1a2b3c4d: hotfix", "createdAt": "2026-11-23T10:00:00Z"}],
        "reviews": [{"author": {"login": "sue"}, "body": "WAIVER APPROVED: w-3fa91c07 is fine", "submittedAt": "2026-11-23T10:00:00Z"}]}"#;
    let read = parse_comments("c.json", &format!("{view}\n{issue}")).unwrap();
    assert_eq!(read.len(), 3, "pages follow each other");
    assert_eq!(read[0].approves, Approves::Override);
    assert_eq!(read[0].records, ["o-1a2b3c4d"]);
    assert_eq!(read[1].records, ["w-3fa91c07"]);
    for (state, counts) in [
        ("COMMENTED", 1),
        ("APPROVED", 1),
        ("DISMISSED", 0),
        ("PENDING", 0),
    ] {
        let review = view.replace(
            "\"submittedAt\"",
            &format!("\"state\": \"{state}\", \"submittedAt\""),
        );
        assert_eq!(
            parse_comments("c.json", &review).unwrap().len(),
            1 + counts,
            "{state}"
        );
    }
    for wrong in ["", "7", "[{", "{\"comments\": 1}"] {
        let refused = parse_comments("c.json", wrong);
        assert!(refused.is_err() || wrong.is_empty(), "{wrong}");
    }
}

#[test]
fn what_is_written_reads_back_and_keeps_its_place() {
    let [a, b, c] = ["w-00000001", "w-5fffffff", "w-f0000000"].map(|id| {
        let text = section(id).replace("GHSA-1", &format!("GHSA-{id}"));
        parse_register("r.md", &text).unwrap().waivers.remove(0)
    });
    let mut text = String::new();
    for waiver in [&b, &c, &a] {
        text = insert_waiver("r.md", &text, waiver).unwrap();
    }
    let register = parse_register("r.md", &text).unwrap();
    let ids: Vec<&str> = register
        .waivers
        .iter()
        .map(|waiver| waiver.id.as_str())
        .collect();
    assert_eq!(ids, ["w-00000001", "w-5fffffff", "w-f0000000"]);
    for (read, written) in register.waivers.iter().zip([&a, &b, &c]) {
        assert_eq!(write_section(read), write_section(written));
    }
    assert_eq!(
        insert_waiver("r.md", &text, &b).unwrap(),
        text,
        "writing the same changes nothing"
    );
}

#[test]
fn the_built_in_policy_lets_nobody_waive_a_dependency_alone() {
    assert!(Policy::builtin().people.roles.is_empty());
    let mut scene = Scene::new(
        dependency(Severity::Critical),
        &audit(&format!("{BOB}, {CAROL}")),
    );
    scene.toml = String::new();
    scene.blocks("bob does not hold the role `security-team`");
}
