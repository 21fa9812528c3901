//! Waivers and overrides in real repositories: through the whole program, through every way in which git moves
//! commits, and through concurrent edits.

use gate_hook::policy::{Agreement, parse_register};

use crate::support::{Answer, Numbers, Repo, leak};

pub(super) const REGISTER: &str = "docs/governance/security-waivers.md";
const POLICY: &str = "[roles]\nsecurity-team = [\"bob\"]\nvp-engineering = [\"vera\"]\n[people]\nalice = [\"dev@example.org\"]\nbob = [\"bob@example.org\"]\n";

fn repo() -> Repo {
    let mut repo = Repo::new();
    repo.env.push(("SOURCE_DATE".to_owned(), String::new()));
    repo.commit_unscanned("gate-hook.toml", POLICY);
    repo
}

/// Runs the program at a date, as somebody.
fn gate_as(repo: &Repo, who: &str, arguments: &[&str]) -> Answer {
    let mut command = repo.command(crate::support::PROGRAM, &repo.root);
    let name = who.to_owned();
    command
        .env("GIT_AUTHOR_NAME", &name)
        .env(
            "GIT_AUTHOR_EMAIL",
            if who == "alice" {
                "dev@example.org".to_owned()
            } else {
                format!("{who}@example.org")
            },
        )
        .args(arguments);
    Answer::of(&command.output().unwrap())
}

/// Asks for a waiver of what stopped the last commit.
pub(super) fn new_waiver(repo: &Repo) -> Answer {
    repo.gate(&[
        "waiver",
        "new",
        "--reason",
        "false-positive",
        "--verified",
        "the issuer's console does not know it",
        "--rationale",
        "The value comes from the vendor's manual and was never issued to anybody.",
    ])
}

/// Waives a token and commits both.
fn waived(repo: &Repo, seed: u32) {
    repo.stage(&format!("src/app{seed}.py"), leak(seed));
    repo.commit().blocked();
    new_waiver(repo).ok();
    repo.commit().ok();
}

#[test]
fn a_finding_is_blocked_waived_and_passes() {
    let repo = repo();
    repo.stage("src/app.py", leak(1));
    repo.commit().blocked();
    let short = repo.gate(&[
        "waiver",
        "new",
        "--reason",
        "false-positive",
        "--rationale",
        "TBD",
        "--verified",
        "asked the issuer",
    ]);
    assert_eq!(short.code, 2, "{}", short.text());
    assert!(
        short.stderr.contains("shorter than 40 characters"),
        "{}",
        short.stderr
    );
    let unverified = repo.gate(&[
        "waiver",
        "new",
        "--reason",
        "false-positive",
        "--rationale",
        "It comes from the vendor's manual, chapter 2.",
    ]);
    assert!(
        unverified.stderr.contains("nobody has verified"),
        "{}",
        unverified.stderr
    );
    assert!(!repo.root.join(REGISTER).exists());
    let written = new_waiver(&repo).ok();
    assert!(
        written.stderr.contains("lacks 1 of 1 approvals"),
        "{}",
        written.stderr
    );
    let text = std::fs::read_to_string(repo.root.join(REGISTER)).unwrap();
    let register = parse_register(REGISTER, &text).unwrap();
    let id = &register.waivers[0].id;
    assert_eq!(register.waivers[0].requested.by, "alice");
    assert!(!text.contains(&crate::support::token(1)[4..12]), "{text}");
    let passed = repo.commit().ok();
    assert!(
        passed
            .stderr
            .contains(&format!("waiver {id} lacks 1 of 1 approvals")),
        "{}",
        passed.stderr
    );
    // Nobody approves their own; somebody else does.
    let own = repo.gate(&["waiver", "approve", id]);
    assert_eq!(own.code, 2, "{}", own.text());
    gate_as(&repo, "bob", &["waiver", "approve", id]).ok();
    repo.commit().ok();
    let listed = repo.gate(&["waiver", "list"]).ok();
    assert!(listed.stdout.contains("valid"), "{}", listed.stdout);
    let silent = repo.gate(&["scan", "--range", "HEAD~2.."]).ok();
    assert!(!silent.stdout.contains("lacks"), "{}", silent.text());
    let check = repo.gate(&["waiver", "check"]).ok();
    assert!(
        check
            .stdout
            .contains("1 valid, 0 without their approvals, 0 expired, 0 wrong"),
        "{}",
        check.stdout
    );
    // A year later the finding is back.
    let late = repo.gate(&["scan", "--range", "HEAD~2..", "--as-of", "2028-01-01"]);
    assert_eq!(late.code, 1, "{}", late.text());
    assert!(
        late.text().contains(&format!("waiver {id} expired on")),
        "{}",
        late.text()
    );
}

#[test]
fn a_broken_register_stops_the_commit_that_breaks_it() {
    let repo = repo();
    waived(&repo, 1);
    let text = std::fs::read_to_string(repo.root.join(REGISTER)).unwrap();
    repo.stage(REGISTER, text.replace("expires =", "expire ="));
    let stopped = repo.commit();
    assert_eq!(stopped.code, 1, "{}", stopped.text());
    assert!(
        stopped.stderr.contains("unknown key `expire`")
            && stopped.stderr.contains("did you mean `expires`?"),
        "{}",
        stopped.stderr
    );
    let check = repo.gate(&["waiver", "check"]);
    assert_eq!(check.code, 2, "{}", check.text());
}

#[test]
fn decisions_survive_every_way_in_which_git_moves_commits() {
    let repo = repo();
    repo.git(&["branch", "-M", "main"]).ok();
    repo.git(&["switch", "-qc", "topic"]).ok();
    waived(&repo, 1);
    repo.stage("src/hot.py", leak(2));
    repo.commit().blocked();
    repo.gate(&[
        "override",
        "--reason",
        "checkout is down, the vault is not reachable",
        "--ticket",
        "INC-7",
    ])
    .ok();
    repo.commit().ok();
    repo.git(&["switch", "-q", "main"]).ok();
    repo.stage("other.txt", "moved on\n");
    repo.commit().ok();
    repo.git(&["switch", "-q", "topic"]).ok();
    let holds = |directory: &std::path::Path, way: &str| {
        let scan = Answer::of(
            &repo
                .command(crate::support::PROGRAM, directory)
                .args(["scan", "--range", "origin-main..HEAD"])
                .output()
                .unwrap(),
        );
        assert_eq!(scan.code, 0, "{way}:\n{}", scan.text());
        assert!(directory.join(REGISTER).exists(), "{way}");
    };
    let no_hooks = ["-c", "core.hooksPath=/dev/null"];
    let run = |arguments: &[&str]| {
        let all: Vec<&str> = no_hooks.iter().chain(arguments).copied().collect();
        repo.git(&all).ok();
    };
    run(&["tag", "origin-main", "main"]);
    run(&["tag", "start"]);
    run(&["rebase", "-q", "main"]);
    holds(&repo.root, "rebase");
    run(&["commit", "-q", "--amend", "-m", "another message"]);
    holds(&repo.root, "amend");
    run(&["switch", "-q", "-C", "squashed", "main"]);
    run(&["merge", "-q", "--squash", "topic"]);
    run(&["commit", "-qm", "squashed"]);
    holds(&repo.root, "squash");
    run(&["switch", "-q", "-C", "picked", "main"]);
    run(&["cherry-pick", "main..topic"]);
    holds(&repo.root, "cherry-pick");
    run(&["switch", "-q", "-C", "mailed", "main"]);
    let patches = repo.home().join("patches");
    run(&[
        "format-patch",
        "-q",
        "-o",
        patches.to_str().unwrap(),
        "main..topic",
    ]);
    let mut files: Vec<String> = std::fs::read_dir(&patches)
        .unwrap()
        .map(|entry| entry.unwrap().path().display().to_string())
        .collect();
    files.sort();
    let mut arguments = vec!["am", "-q"];
    arguments.extend(files.iter().map(String::as_str));
    run(&arguments);
    holds(&repo.root, "format-patch and am");
    run(&["switch", "-q", "-C", "merged", "main"]);
    run(&["merge", "-q", "--no-ff", "-m", "merge", "start"]);
    holds(&repo.root, "merge");
    let clone = repo.home().join("clone");
    run(&[
        "clone",
        "-q",
        repo.root.to_str().unwrap(),
        clone.to_str().unwrap(),
    ]);
    holds(&clone, "fresh clone");
}

#[test]
fn concurrent_edits_of_the_register_merge() {
    let full = crate::support::full();
    let rounds = if full { 500 } else { 30 };
    let repo = Repo::unborn(&[]);
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let entry = |numbers: &mut Numbers| {
        let id = format!("w-{:08x}", numbers.below(1 << 32));
        super::section(&id).replace("GHSA-1", &format!("GHSA-{id}"))
    };
    let waiver = |numbers: &mut Numbers| {
        let text = entry(numbers);
        parse_register("r.md", &text).unwrap().waivers.remove(0)
    };
    let insert =
        |text: &str, waiver: &_| gate_hook::policy::insert_waiver("r.md", text, waiver).unwrap();
    let write = |name: &str, text: &str| std::fs::write(repo.root.join(name), text).unwrap();
    let mut clean = 0;
    for _ in 0..rounds {
        let mut base = String::new();
        for _ in 0..numbers.below(60) + 20 {
            base = insert(&base, &waiver(&mut numbers));
        }
        // Each side adds a waiver, approves one, or takes an old one out.
        let known = parse_register("r.md", &base).unwrap().waivers;
        let mut edit = || {
            let at = numbers.below(known.len() as u64) as usize;
            match numbers.below(4) {
                0 => {
                    let mut approved = known[at].clone();
                    let by = format!("dave{}", numbers.below(9));
                    approved.approved.push(Agreement {
                        by,
                        ..approved.approved[1].clone()
                    });
                    (insert(&base, &approved), Vec::new())
                }
                1 => {
                    let kept = known.iter().enumerate().filter(|(other, _)| *other != at);
                    let text = kept.fold(String::new(), |text, (_, waiver)| insert(&text, waiver));
                    (text, Vec::new())
                }
                _ => {
                    let waiver = waiver(&mut numbers);
                    (insert(&base, &waiver), vec![waiver.id])
                }
            }
        };
        let (ours, ours_added) = edit();
        let (theirs, theirs_added) = edit();
        write("base", &base);
        write("ours", &ours);
        write("theirs", &theirs);
        let merged = repo.git(&["merge-file", "-p", "ours", "base", "theirs"]);
        let (register, errors) = gate_hook::policy::read_register("r.md", &merged.stdout);
        if merged.code == 0 {
            clean += 1;
            assert!(errors.is_empty(), "{errors:?}\n{}", merged.stdout);
            for id in ours_added.iter().chain(&theirs_added) {
                assert!(
                    register.waivers.iter().any(|waiver| waiver.id == *id),
                    "{id} is lost"
                );
            }
        } else {
            assert!(
                errors
                    .iter()
                    .any(|error| error.message.contains("merge conflict")),
                "{}",
                merged.stdout
            );
        }
    }
    assert!(clean * 100 >= rounds * 95, "{clean} of {rounds}");
    println!("{clean} of {rounds} concurrent edits merge without a conflict");
}
