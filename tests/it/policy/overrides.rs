//! Override records: what is written reads back, and what is malformed is refused at its place.

use gate_hook::finding::Engine;
use gate_hook::policy::{
    Approval, Covered, Override, OverrideRequest, Policy, check_override, new_override,
    parse_override, parse_override_under, write_override,
};

use super::{fingerprint, policy, time};

const NOW: &str = "2026-12-01T10:00:00.75Z";

fn request() -> OverrideRequest {
    let covered = |number, rule: &str, place: &str| Covered {
        fingerprint: fingerprint(Engine::Secrets, number),
        rule: rule.to_owned(),
        place: place.to_owned(),
    };
    OverrideRequest {
        requested_by: "Alice O'Neill <alice@example.org>".to_owned(),
        reason: " checkout is down,\n the fix needs the old endpoint ".to_owned(),
        ticket: "INC-7".to_owned(),
        policy: "0f3c9a1b2c3d4e5f".to_owned(),
        findings: vec![
            covered(1, "github-pat", "src/app.py:3"),
            covered(2, "aws-access-key", "a `b` \\ c.py:1"),
        ],
    }
}

pub(super) fn record() -> Override {
    new_override(
        request(),
        &[Policy::builtin()],
        time(NOW),
        [0x1a, 0x2b, 0x3c, 0x4d],
    )
    .unwrap()
}

#[test]
fn a_new_record_reads_back_as_it_was_written() {
    let mut record = record();
    assert_eq!(record.id, "o-1a2b3c4d");
    assert_eq!(record.created.to_string(), "2026-12-01T10:00:00Z");
    assert_eq!(record.valid_until.to_string(), "2026-12-02T10:00:00Z");
    assert_eq!(
        record.reason,
        "checkout is down, the fix needs the old endpoint"
    );
    let text = write_override(&record);
    assert_eq!(parse_override("x.md", &text), Ok(record.clone()), "{text}");
    record.approved = vec![
        Approval {
            by: "carol".to_owned(),
            role: "vp-engineering".to_owned(),
            reference: Some("https://x/1".to_owned()),
        },
        Approval {
            by: "dan".to_owned(),
            role: "cto".to_owned(),
            reference: None,
        },
    ];
    assert_eq!(
        parse_override("x.md", &write_override(&record)),
        Ok(record.clone())
    );
    assert_eq!(
        parse_override("x.md", &write_override(&record).replace('\n', "\r\n")),
        Ok(record)
    );
}

#[test]
fn a_record_reads_well() {
    let expected = "\
# Override o-1a2b3c4d

Alice O'Neill \\<alice@example.org\\> lets the findings below pass the security gate, from 2026-12-01T10:00:00Z until 2026-12-02T10:00:00Z.

- Why: checkout is down, the fix needs the old endpoint
- Ticket: INC-7
- Under the policy with the digest 0f3c9a1b2c3d4e5f

It covers these findings and no others:

- github-pat in src/app.py:3 (s-01010101010101010101)
- aws-access-key in a \\`b\\` \\\\ c.py:1 (s-02020202020202020202)
";
    let text = write_override(&record());
    assert!(text.starts_with(expected), "{text}");
    assert!(
        text.contains("Within 24 hours of its arrival on the default branch"),
        "{text}"
    );
}

#[test]
fn a_record_cannot_break_out_of_its_fence() {
    let mut request = request();
    request.reason = "checkout is down\n```\n```toml\nid = 1".to_owned();
    request.findings[0].place = "```toml".to_owned();
    let record = new_override(request, &[Policy::builtin()], time(NOW), [0; 4]).unwrap();
    assert_eq!(parse_override("x.md", &write_override(&record)), Ok(record));
}

#[test]
fn the_strictest_policy_says_how_long_a_record_holds() {
    let policies = [
        policy("override.valid_hours = 8"),
        policy("override.remediation_hours = 2"),
    ];
    let record = new_override(request(), &policies, time(NOW), [0; 4]).unwrap();
    assert_eq!(record.valid_until.to_string(), "2026-12-01T18:00:00Z");
    assert_eq!(record.remediation_hours, 2);
    assert_eq!(check_override(&record, &policies), Ok(()));
}

#[test]
fn a_request_that_says_nothing_is_refused() {
    let refused = |change: &dyn Fn(&mut OverrideRequest)| {
        let mut request = request();
        change(&mut request);
        let error = new_override(request, &[Policy::builtin()], time(NOW), [0; 4]).unwrap_err();
        assert!(error.hint.is_some(), "{error}");
        (error.key, error.message)
    };
    let key = |change: &dyn Fn(&mut OverrideRequest)| refused(change).0;
    assert_eq!(
        key(&|request| request.reason = "hotfix".to_owned()),
        "reason"
    );
    assert_eq!(
        key(&|request| request.reason = "todo todo todo fix later".to_owned()),
        "reason"
    );
    assert_eq!(key(&|request| request.ticket = "none".to_owned()), "ticket");
    assert_eq!(key(&|request| request.ticket = String::new()), "ticket");
    assert_eq!(key(&|request| request.findings.clear()), "findings");
    assert_eq!(
        key(&|request| request.requested_by = "a\u{1b}[2J".to_owned()),
        "requested_by"
    );
}

/// The first text of the block, what it becomes, and the start of the error.
const MALFORMED: &[(&str, &str, &str)] = &[
    (
        "id = \"o-1a2b3c4d\"",
        "id = \"o-1A2B3C4D\"",
        "20:6: `o-1A2B3C4D` is not the id of an override",
    ),
    ("id = \"o-1a2b3c4d\"", "", "21:1: the record lacks `id`"),
    ("id = ", "ID = ", "20:1: unknown key `ID`"),
    ("reason = ", "raeson = ", "24:1: unknown key `raeson`"),
    (
        "created = 2026-12-01T10:00:00Z",
        "created = \"2026-12-01\"",
        "21:11: `created` is no moment in UTC",
    ),
    (
        "created = 2026-12-01T10:00:00Z",
        "created = 2026-12-01T10:00:00+01:00",
        "21:11: `created` is no moment in UTC",
    ),
    (
        "created = 2026-12-01T10:00:00Z",
        "created = 2026-12-01",
        "21:11: `created` is no moment in UTC",
    ),
    (
        "valid_until = 2026-12-02",
        "valid_until = 2026-12-01",
        "22:15: the override ends before it begins",
    ),
    (
        "valid_until = 2026-12-02",
        "valid_until = 2026-12-03",
        "22:15: the override holds for too long",
    ),
    (
        "reason = \"checkout is down, the fix needs the old endpoint\"",
        "reason = \"tbd\"",
        "24:10: the reason is shorter",
    ),
    (
        "reason = \"checkout is down, the fix needs the old endpoint\"",
        "reason = \"fix it later fix it later\"",
        "24:10: the reason says nothing",
    ),
    (
        "ticket = \"INC-7\"",
        "ticket = \"later\"",
        "25:10: `later` is not the number of a ticket",
    ),
    (
        "remediation_hours = 24",
        "remediation_hours = 48",
        "27:21: the remediation may take too long",
    ),
    (
        "remediation_hours = 24",
        "remediation_hours = 0",
        "27:21: `remediation_hours` cannot be 0",
    ),
    (
        "fingerprint = \"s-0101",
        "fingerprint = \"s-0g01",
        "29:19: `s-0g010101010101010101` is not a fingerprint",
    ),
    (
        "{ fingerprint = \"s-01010101010101010101\", ",
        "{ ",
        "29:3: `findings` lacks `fingerprint`",
    ),
    (
        "place = \"src/app.py:3\"",
        "plaec = \"src/app.py:3\"",
        "29:66: unknown key `findings.plaec`",
    ),
    (
        "policy = ",
        "approved = [{ by = \"x\" }]\npolicy = ",
        "26:13: `approved` lacks `role`",
    ),
    (
        "policy = ",
        "policy = 7 # ",
        "26:10: `policy` is a whole number",
    ),
    (
        "ticket = ",
        "ticket = \"INC-8\"\nticket = ",
        "26:1: duplicate key `ticket`",
    ),
    ("```toml", "```", "1:1: the record has no block of TOML"),
    ("\n```\n", "\n", "32:1: the block of TOML has no end"),
    (
        "\n```\n",
        "\n```\n```toml\n```\n",
        "33:1: a second block of TOML",
    ),
];

#[test]
fn malformed_records_are_refused_at_their_place() {
    let text = write_override(&record());
    let mut wrong = Vec::new();
    for (written, instead, expected) in MALFORMED {
        assert!(text.contains(written), "{written}\n{text}");
        let start = text.find("```toml").unwrap();
        let (prose, block) = text.split_at(start);
        let malformed = format!("{prose}{}", block.replacen(written, instead, 1));
        match parse_override_under("o.md", &malformed, &[Policy::builtin()]) {
            Ok(_) => wrong.push(format!("accepted: {instead}")),
            Err(error)
                if error.to_string().starts_with(&format!("o.md:{expected}"))
                    && error.hint.is_some() => {}
            Err(error) => wrong.push(format!(
                "{instead}\n  expected {expected}\n  found    {error} {:?}",
                error.hint
            )),
        }
    }
    let none = text.split("findings = [").next().unwrap().to_owned() + "findings = []\n```\n";
    let error = parse_override("o.md", &none).unwrap_err();
    assert_eq!(
        error.to_string(),
        "o.md:28:12: the override covers no finding"
    );
    assert!(wrong.is_empty(), "{}\n{text}", wrong.join("\n"));
}
