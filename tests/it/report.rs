//! What people and machines get to see: golden texts, and the promises that every format keeps.

use gate_hook::finding::{
    Category, Confidence, Engine, Excerpt, Finding, Fingerprint, Location, Origin, Place, Position,
    RepoPath, Severity,
};
use gate_hook::input::{CommitInfo, ObjectId};
use gate_hook::introduced::Detected;
use gate_hook::policy::{Action, Decider, Judged, Verdict};
use gate_hook::receipt::{Consequence, Deferral, Receipt, Unscanned};
use gate_hook::record::last_run::{self, LastRun};
use gate_hook::report::formats::{Format, JSON_SCHEMA};
use gate_hook::report::{Activity, OverrideRecord, Report, Situation, Style, render};
use gate_hook::rule::RuleMeta;
use serde_json::Value;

static GITHUB: RuleMeta = RuleMeta {
    id: "github-pat",
    title: "GitHub personal access token",
    engine: Engine::Secrets,
    category: Category::Credential,
    severity: Severity::High,
    since: "0.1.0",
    page: "Whoever holds it can read and write everything that its owner can.\nEven deleted, it stays in\nthe history.\n\nRevoke it under Settings, Developer settings.",
    references: &["https://docs.github.com/authentication"],
    cwe: Some(798),
};

static AWS: RuleMeta = RuleMeta {
    id: "aws-access-key",
    title: "AWS access key",
    engine: Engine::Secrets,
    category: Category::Credential,
    severity: Severity::Critical,
    since: "0.1.0",
    page: "The pair signs requests in the name of its user, who can often do anything in the account.",
    references: &[],
    cwe: Some(798),
};

static KEYWORD: RuleMeta = RuleMeta {
    id: "keyword-password",
    title: "literal assigned to a password",
    engine: Engine::Secrets,
    category: Category::Keyword,
    severity: Severity::Medium,
    since: "0.1.0",
    page: "A password in the code is known to everybody who reads the code. Read it from the environment.",
    references: &[],
    cwe: Some(259),
};

static PRECOMMIT: &str = "profile phased (built in)";

/// A finding of a rule in a line of a file; the marked part of the line stands between `<` and `>`.
fn judged(rule: &'static RuleMeta, path: &str, line: u32, text: &str, action: Action) -> Judged {
    let start = text.find('<').unwrap();
    let end = text.find('>').unwrap() - 1;
    let column = text[..start].chars().count() as u32 + 1;
    let width = text[start + 1..=end].chars().count() as u32;
    let key = match rule.category {
        Category::Keyword => "secrets.keyword",
        _ => "secrets.credential",
    };
    let mut digest = [0x5f_u8; 10];
    for (at, byte) in path.bytes().chain([line as u8]).enumerate() {
        digest[at % 10] = digest[at % 10].wrapping_mul(31).wrapping_add(byte);
    }
    Judged {
        detected: Detected {
            finding: Finding {
                rule,
                location: Location {
                    place: Place::File(RepoPath::new(path)),
                    start: Position { line, column },
                    end: Position {
                        line,
                        column: column + width,
                    },
                },
                severity: rule.severity,
                confidence: Confidence::High,
                message: rule.title.to_owned(),
                excerpt: Excerpt {
                    text: text.replacen('<', "", 1).replacen('>', "", 1),
                    mark: start..end,
                },
                fingerprint: Fingerprint::new(rule.engine, digest),
                inline_allow: None,
                notes: Vec::new(),
            },
            origin: Origin::Introduced,
            commit: None,
        },
        action,
        decided_by: vec![Decider {
            key: format!("{key} = \"{}\"", action.name()),
            origin: PRECOMMIT.to_owned(),
        }],
        blocks_from: None,
        overridden_by: None,
    }
}

fn github(action: Action) -> Judged {
    let text = "GITHUB_TOKEN = \"<ghp_[redacted, 40 characters]>\"";
    judged(&GITHUB, "config/settings.py", 42, text, action)
}

fn aws(action: Action) -> Judged {
    let text = "AWS_SECRET_ACCESS_KEY=<[redacted, 40 characters]>";
    let mut judged = judged(&AWS, "deploy/prod.env", 3, text, action);
    judged.detected.finding.message = "AWS access key with its secret key".to_owned();
    judged
        .detected
        .finding
        .notes
        .push("AWS account 123456789012".to_owned());
    judged
}

fn password(action: Action) -> Judged {
    judged(
        &KEYWORD,
        "src/db.py",
        7,
        "    password = \"<[redacted, 12 characters]>\"",
        action,
    )
}

fn report(judged: Vec<Judged>) -> Report {
    Report {
        subject: "staged change".to_owned(),
        verdict: Verdict {
            judged,
            ..Verdict::default()
        },
        receipt: Receipt {
            files: 3,
            bytes: 4096,
            lines: 120,
            ..Receipt::default()
        },
        policy_digest: "p-0123456789abcdef".to_owned(),
        policy_origin: PRECOMMIT.to_owned(),
        version: "0.1.0",
        situation: Situation {
            activity: Activity::Commit,
            ..Situation::default()
        },
        overrides: Vec::new(),
    }
}

fn rendered(report: &Report, format: Format, style: Style) -> String {
    let mut out = Vec::new();
    render(report, format, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn text(report: &Report) -> String {
    rendered(report, Format::Text, Style::default())
}

const VERBOSE: Style = Style {
    color: false,
    verbose: true,
    quiet: false,
    width: 80,
};

fn commit(first: u8, time: i64) -> CommitInfo {
    let mut id = [0x1a; 20];
    id[0] = first;
    CommitInfo {
        id: ObjectId::from_bytes(&id).unwrap(),
        author: "Ada <ada@example.org>".to_owned(),
        time,
        summary: "Add the settings".to_owned(),
    }
}

#[test]
fn show() {
    let mut pushed = report(vec![github(Action::Block), aws(Action::Block)]);
    pushed.subject = "push to origin".to_owned();
    pushed.situation.activity = Activity::Push;
    pushed.receipt.commits = 2;
    pushed.verdict.judged[0].detected.commit = Some(commit(0xc0, 1_700_000_000));
    pushed.verdict.judged[1].detected.commit = Some(commit(0xb0, 1_600_000_000));
    let mut many = report(
        (0..14)
            .map(|n| {
                judged(
                    if n % 3 == 0 { &AWS } else { &GITHUB },
                    &format!("src/f{n}.py"),
                    n + 1,
                    "t = <ghp_[redacted, 40 characters]>",
                    Action::Block,
                )
            })
            .collect(),
    );
    many.verdict.judged.push(password(Action::Review));
    let mut phase = report(vec![github(Action::Warn)]);
    phase.verdict.judged[0].blocks_from = Some(jiff::civil::date(2026, 12, 31));
    let mut over = report(vec![github(Action::Warn)]);
    over.verdict.judged[0].overridden_by = Some("o-1a2b3c4d".to_owned());
    over.overrides.push(OverrideRecord {
        name: "o-1a2b3c4d".to_owned(),
        valid_until: "2026-12-02T10:00:00Z".parse().unwrap(),
    });
    let mut blind = report(vec![github(Action::Block)]);
    blind.receipt.unscanned.push(Unscanned {
        place: Place::File(RepoPath::new("data/dump.bin")),
        engine: None,
        reason: "the object 1a2b3c4d5e cannot be read".to_owned(),
        consequence: Consequence::CouldNotLook,
    });
    let mut full = report(vec![
        github(Action::Block),
        password(Action::Review),
        password(Action::Info),
    ]);
    let mut old = password(Action::Warn);
    old.detected.origin = Origin::Existing;
    full.verdict.judged.push(old);
    full.verdict.deferred.push(Deferral {
        engine: Engine::Audit,
        reason: "the advisory database is missing".to_owned(),
        command: Some("gate-hook advisories update".to_owned()),
    });
    full.receipt.notes.push("the parent of 1a2b3c4d5e is missing (shallow clone), so all of its content counts as added".to_owned());
    full.receipt.unscanned.push(Unscanned {
        place: Place::File(RepoPath::new("vendor/x")),
        engine: None,
        reason: "a submodule".to_owned(),
        consequence: Consequence::Excluded,
    });
    let long = report(vec![judged(
        &GITHUB,
        &format!("src/{}/settings.py", "deeply/nested/".repeat(5)),
        42,
        &format!(
            "{} = f(<ghp_[redacted, 40 characters]>, {})",
            "x".repeat(50),
            "y".repeat(80)
        ),
        Action::Block,
    )]);
    let mut allowed = report(vec![github(Action::Review), password(Action::Warn)]);
    allowed.verdict.judged[0].detected.finding.inline_allow =
        Some("gate-hook:allow github-pat revoked".to_owned());
    let color = std::env::var("SHOW_COLOR").is_ok();
    for (name, report, verbose) in [
        ("one", report(vec![github(Action::Block)]), false),
        (
            "two",
            report(vec![github(Action::Block), aws(Action::Block)]),
            false,
        ),
        ("push", pushed, false),
        ("many", many, false),
        ("allowed", allowed, false),
        ("phase", phase, false),
        ("over", over, false),
        ("blind", blind, false),
        ("full", full.clone(), false),
        ("full -v", full, true),
        ("long", long, false),
        ("clean", report(vec![]), false),
    ] {
        let out = rendered(
            &report,
            Format::Text,
            Style {
                color,
                verbose,
                quiet: false,
                width: 80,
            },
        );
        println!("=== {name} ({} lines)\n{out}", out.lines().count());
    }
}
