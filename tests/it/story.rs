//! The story of `docs/walkthrough.md`: a team takes the gate up, lives with it for two months and reports.
//!
//! Requirements: S1-01 S1-12 S1-13 S1-14 S1-17 S1-18 S1-19 S1-20 S1-21 S1-22 S1-23 S1-24 S1-40 S1-41 S1-44 S1-45
//! S1-46 S1-47 S1-48 S2-10 S2-26

use std::process::Command;

use crate::support::{Answer, PROGRAM, Repo, leak};

const WORKFLOW: &str = "\
on: [pull_request]
jobs:
  security:
    runs-on: ubuntu-latest
    steps:
      - run: bandit -r . -lll
      - run: pip-audit -r requirements.txt
";

const PEOPLE: &str = "
[roles]
security-team = [\"sue\"]
vp-engineering = [\"vera\"]
[people]
alice = [\"dev@example.org\"]
bob = [\"bob@example.org\"]
sue = [\"sue@example.org\"]
vera = [\"vera@example.org\", \"@vera\"]
[waivers]
quorum = [{ engine = \"secrets\", approvals = 2, of = { security-team = 1 } }]
";

/// The team's repository, with a clock.
struct Team {
    repo: Repo,
    now: String,
    who: &'static str,
}

impl Team {
    fn at(&mut self, time: &str) {
        time.clone_into(&mut self.now);
    }

    fn dress(&self, mut command: Command) -> Command {
        let email = match self.who {
            "alice" => "dev@example.org".to_owned(),
            who => format!("{who}@example.org"),
        };
        command
            .env("GIT_AUTHOR_NAME", self.who)
            .env("GIT_AUTHOR_EMAIL", email)
            .env("GIT_AUTHOR_DATE", &self.now)
            .env("GIT_COMMITTER_DATE", &self.now);
        command
    }

    fn gate(&self, arguments: &[&str]) -> Answer {
        let mut command = self.dress(self.repo.command(PROGRAM, &self.repo.root));
        command.args(arguments).args(["--as-of", &self.now]);
        Answer::of(&command.output().unwrap())
    }

    /// Runs git without hooks: their clock is the machine's, and this story has its own.
    fn git(&self, arguments: &[&str]) {
        let mut command = self.dress(self.repo.command("git", &self.repo.root));
        command
            .args(["-c", "core.hooksPath=/dev/null"])
            .args(arguments);
        Answer::of(&command.output().unwrap()).ok();
    }

    fn commit(&self, message: &str) {
        self.git(&["commit", "-qm", message]);
    }

    /// Returns what CI says of the branch that is checked out.
    fn ci(&self, more: &[&str]) -> Answer {
        let mut arguments = vec!["ci", "--base", "main", "--ledger", "../ledger.ndjson"];
        arguments.extend(more);
        self.gate(&arguments)
    }

    /// Merges a branch as the forge does, and lets CI look at everything.
    fn merge(&self, branch: &str) -> Answer {
        self.git(&["switch", "-q", "main"]);
        self.git(&["merge", "-q", "--no-ff", "-m", "merge", branch]);
        self.gate(&["ci", "--full", "--ledger", "../ledger.ndjson"])
    }
}

#[test]
fn a_team_takes_the_gate_up_and_reports_the_month() {
    let mut team = Team {
        repo: Repo::unborn(&[]),
        now: "2026-10-01T09:00:00Z".to_owned(),
        who: "alice",
    };
    team.repo.write(".github/workflows/ci.yml", WORKFLOW);
    team.repo.write("src/old.py", leak(1));
    team.git(&["add", "."]);
    team.commit("as it was");
    adopt(&mut team);
    live_through_the_baseline(&mut team);
    let id = waive(&mut team);
    override_and_remediate(&mut team);
    expire(&mut team, &id);
    report(&team);
}

#[test]
fn the_walkthrough_tells_this_story() {
    let (told, played) = (
        include_str!("../../docs/walkthrough.md"),
        include_str!("story.rs"),
    );
    let code: String = played
        .split("#[test]")
        .next()
        .unwrap_or_default()
        .to_owned()
        + played.rsplit("/// `init` reads").next().unwrap();
    let is_played = |word: &str| code.contains(&format!("\"{word}\""));
    let mut commands = 0;
    // Commands go on in the next line behind a backslash; what is quoted is one word.
    let joined = told.replace("\\\n", " ");
    for line in joined
        .lines()
        .filter_map(|line| line.strip_prefix("$ gate-hook "))
    {
        let line = line.split(" && git").next().unwrap();
        let quoted: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        let words: Vec<&str> = line.split_whitespace().collect();
        if words[0] == "install" {
            // The story has a clock of its own, so that it asks the gate without hooks.
            continue;
        }
        assert!(is_played(words[0]), "{line}");
        for word in words
            .iter()
            .filter(|word| word.starts_with("--"))
            .chain(&quoted)
        {
            assert!(is_played(word), "`{word}` of `{line}`");
        }
        commands += 1;
    }
    assert!(commands >= 7, "{commands}");
    for day in ["2026-10-01", "2026-11-15"] {
        assert!(told.contains(day) && code.contains(day), "{day}");
    }
    assert!(code.contains("Gate-Remediates: {id}") && told.contains("Gate-Remediates: o-"));
}

/// `init` reads the thresholds of CI; day 1 of the rollout is today.
fn adopt(team: &mut Team) {
    let written = team.gate(&["init", "--start", "2026-10-01"]).ok();
    assert!(
        written.flat().contains("thresholds read from"),
        "{}",
        written.stderr
    );
    let policy = std::fs::read_to_string(team.repo.root.join("gate-hook.toml")).unwrap();
    assert!(policy.contains("start = 2026-10-01"), "{policy}");
    let policy = policy.replace("[roles]\n", "# [roles]\n") + PEOPLE;
    team.repo.stage("gate-hook.toml", policy);
    team.gate(&["policy", "check"]).ok();
    team.commit("Take the gate up");
    team.gate(&["baseline", "create"]).ok();
    team.git(&["add", "docs"]);
    team.commit("Record what is there");
    team.gate(&["ci", "--full", "--ledger", "../ledger.ndjson"])
        .ok();
}

/// For thirty days what would block warns, and says from when.
fn live_through_the_baseline(team: &mut Team) {
    team.at("2026-10-20T09:00:00Z");
    team.git(&["switch", "-qc", "early"]);
    team.repo.stage("src/early.py", leak(2));
    let staged = team.gate(&["scan", "--staged"]).ok();
    assert!(staged.flat().contains("2026-10-31"), "{}", staged.text());
    team.commit("Early");
    let ci = team.ci(&["--format", "json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&ci.stdout).unwrap();
    assert_eq!(json["findings"][0]["blocks_from"], "2026-10-31");
    team.merge("early").ok();
    team.at("2026-10-25T09:00:00Z");
    team.git(&["switch", "-qc", "tidy"]);
    team.git(&["rm", "-q", "src/early.py", "src/old.py"]);
    team.commit("Read the tokens from the environment");
    team.ci(&[]).ok();
    team.merge("tidy").ok();
}

/// From day 31 on a finding is blocked; it is waived with two approvals, one of them from the security team.
fn waive(team: &mut Team) -> String {
    team.at("2026-10-31T09:00:00Z");
    team.git(&["switch", "-qc", "manual"]);
    team.repo.stage("src/manual.py", leak(3));
    team.gate(&["scan", "--staged"]).blocked();
    let written = team
        .gate(&[
            "waiver",
            "new",
            "--reason",
            "false-positive",
            "--expires",
            "2026-11-15",
            "--verified",
            "the issuer's console does not know it",
            "--rationale",
            "The value comes from the vendor's manual and was never issued to anybody.",
        ])
        .ok();
    assert!(
        written
            .flat()
            .contains("lacks 2 of 2 approvals, 1 of them from security-team"),
        "{}",
        written.stderr
    );
    let id = written
        .stderr
        .split_whitespace()
        .find(|word| word.starts_with("w-"))
        .unwrap()
        .to_owned();
    // The hook lets it pass, aloud; CI does not.
    team.gate(&["scan", "--staged"]).ok();
    team.commit("Take the example over");
    let stopped = team.ci(&[]);
    assert_eq!(stopped.code, 1, "{}", stopped.text());
    assert!(
        stopped
            .flat()
            .contains(&format!("waiver {id} lacks 2 of 2")),
        "{}",
        stopped.text()
    );
    for who in ["bob", "sue"] {
        team.who = who;
        team.gate(&["waiver", "approve", &id]).ok();
        team.commit("Approve");
    }
    team.who = "alice";
    team.ci(&[]).ok();
    team.merge("manual").ok();
    id
}

/// A hotfix is overridden: CI asks for the label and for the approval, and the day after for the remedy.
fn override_and_remediate(team: &mut Team) {
    team.at("2026-11-03T09:00:00Z");
    team.git(&["switch", "-qc", "hotfix"]);
    team.repo.stage("src/hotfix.py", leak(4));
    team.gate(&["scan", "--staged"]).blocked();
    let vague = team.gate(&["override", "--reason", "urgent", "--ticket", "INC-7"]);
    assert_eq!(vague.code, 2, "{}", vague.text());
    let no_ticket = team.gate(&[
        "override",
        "--reason",
        "checkout is down since 08:40",
        "--ticket",
        "soon",
    ]);
    assert_eq!(no_ticket.code, 2, "{}", no_ticket.text());
    let written = team
        .gate(&[
            "override",
            "--reason",
            "checkout is down since 08:40",
            "--ticket",
            "INC-7",
        ])
        .ok();
    let path = written
        .stderr
        .split_whitespace()
        .find(|word| word.contains("/o-"))
        .unwrap();
    let id = path
        .rsplit('/')
        .next()
        .unwrap()
        .trim_end_matches(".md")
        .to_owned();
    team.gate(&["scan", "--staged"]).ok();
    team.commit("Bring checkout back");
    let unlabelled = team.ci(&[]);
    assert_eq!(unlabelled.code, 1, "{}", unlabelled.text());
    assert!(
        unlabelled
            .flat()
            .contains("lacks the label `security-override`"),
        "{}",
        unlabelled.text()
    );
    let unapproved = team.ci(&["--label", "security-override"]);
    assert_eq!(unapproved.code, 1, "{}", unapproved.text());
    assert!(
        unapproved
            .flat()
            .contains("nobody with the role `vp-engineering`"),
        "{}",
        unapproved.text()
    );
    let comments = format!(
        r#"[{{"user": {{"login": "vera"}}, "body": "OVERRIDE APPROVED: {id}, go", "created_at": "2026-11-03T09:10:00Z"}}]"#
    );
    std::fs::write(team.repo.home().join("comments.json"), comments).unwrap();
    let labelled = [
        "--label",
        "security-override",
        "--approvals",
        "../comments.json",
        "--format",
        "json",
    ];
    let passed = team.ci(&labelled).ok();
    let json: serde_json::Value = serde_json::from_str(&passed.stdout).unwrap();
    assert_eq!(json["summary"]["overridden"], 1);
    // Somebody who may not approve does not help.
    team.git(&["switch", "-q", "main"]);
    team.git(&["merge", "-q", "--no-ff", "-m", "merge", "hotfix"]);
    team.gate(&["followup"]).ok();
    team.at("2026-11-04T10:00:00Z");
    let late = team.gate(&["followup"]);
    assert_eq!(late.code, 1, "{}", late.text());
    assert!(
        late.stdout.contains(&id) && late.stdout.contains("late"),
        "{}",
        late.text()
    );
    // It was put right in time after all: the clock goes back to that evening.
    team.at("2026-11-03T20:00:00Z");
    team.git(&["switch", "-qc", "remedy"]);
    team.git(&["rm", "-q", "src/hotfix.py"]);
    team.commit(&format!(
        "Read the token from the vault\n\nGate-Remediates: {id}"
    ));
    team.ci(&[]).ok();
    team.merge("remedy").ok();
    team.at("2026-11-05T10:00:00Z");
    let done = team.gate(&["followup", "--all"]).ok();
    assert!(
        done.stdout.contains("put right on 2026-11-03"),
        "{}",
        done.text()
    );
}

/// When the waiver ends, the finding is back.
fn expire(team: &mut Team, id: &str) {
    team.at("2026-11-15T09:00:00Z");
    team.gate(&["ci", "--full", "--ledger", "../ledger.ndjson"])
        .ok();
    team.at("2026-11-16T09:00:00Z");
    let back = team.gate(&["ci", "--full", "--ledger", "../ledger.ndjson"]);
    assert_eq!(back.code, 1, "{}", back.text());
    assert!(
        back.flat()
            .contains(&format!("waiver {id} expired on 2026-11-15")),
        "{}",
        back.text()
    );
    let check = team.gate(&["waiver", "check"]).ok();
    assert!(check.stdout.contains("1 expired"), "{}", check.text());
}

fn report(team: &Team) {
    let ledger = ["--ledger", "../ledger.ndjson"];
    let month = |arguments: &[&str]| {
        let mut all = vec!["report", "--month"];
        all.extend(arguments);
        all.extend(ledger);
        let mut command = team.repo.command(PROGRAM, &team.repo.root);
        command.args(all).args(["--as-of", "2026-12-02"]);
        Answer::of(&command.output().unwrap()).ok().stdout
    };
    let november = month(&["2026-11", "--project", "shop"]);
    for line in [
        "# Security gate, November 2026: shop",
        "| Overrides put right in time | 1 of 1 |",
        "| Open critical |",
        "put right in time",
    ] {
        assert!(november.contains(line), "{line}\n{november}");
    }
    assert_eq!(november, month(&["2026-11", "--project", "shop"]));
    let october = month(&["2026-10", "--project", "shop"]);
    assert!(
        october.contains("| Detected, fixed, waived | 3, 2, 1 |"),
        "{october}"
    );
    month(&["2026-11", "--output", "../november.html"]);
    let html = std::fs::read_to_string(team.repo.home().join("november.html")).unwrap();
    assert!(
        html.starts_with("<!doctype html>") && html.contains("<svg"),
        "{html}"
    );
    let mut command = team.repo.command(PROGRAM, &team.repo.root);
    command
        .args([
            "metrics",
            "--weekly",
            "--weeks",
            "8",
            "--format",
            "json",
            "--as-of",
            "2026-11-10",
        ])
        .args(ledger);
    let metrics = Answer::of(&command.output().unwrap()).ok().stdout;
    let metrics: serde_json::Value = serde_json::from_str(&metrics).unwrap();
    assert_eq!(metrics["overrides"].as_array().map(Vec::len), Some(1));
    assert_eq!(metrics["active_waivers"], 1);
}
