//! Malformed registers: each is refused at the right place, with what to write instead, and none counts.

use gate_hook::policy::{parse_register, read_register};

use super::{BLOCK, RATIONALE, section};

/// What to replace in a good section, with `⟨` where the mistake is; a part of the message; a part of the hint.
type Case = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Keys that do not exist: a slip must not switch a check off.
    ("expires =", "⟨expire =", "unknown key `expire`", "did you mean `expires`?"),
    ("expires =", "⟨expiry =", "unknown key `expiry`", "`expires`"),
    ("severity =", "⟨severty =", "unknown key `severty`", "did you mean `severity`?"),
    ("reason =", "⟨reson =", "unknown key `reson`", "did you mean `reason`?"),
    ("requested =", "⟨request =", "unknown table `request`", "did you mean `requested`?"),
    ("approved =", "⟨aproved =", "unknown key `aproved`", "did you mean `approved`?"),
    ("mitigation =", "⟨mitigations =", "unknown key `mitigations`", "did you mean `mitigation`?"),
    ("finding = {", "⟨findings = {", "unknown table `findings`", "did you mean `finding`?"),
    ("package =", "⟨pakage =", "unknown key `finding.pakage`", "`finding.package`"),
    ("engine = \"audit\",", "engine = \"audit\", ⟨alias = [\"x\"],", "unknown key `finding.alias`", "`finding.aliases`"),
    ("on = 2026-11-22", "⟨date = 2026-11-22", "unknown key `requested.date`", ""),
    ("role = \"security-team\"", "⟨rol = \"security-team\"", "unknown key `approved.rol`", "`approved.role`"),
    ("severity = \"high\"", "severity = \"high\"\n⟨enabled = true", "unknown key `enabled`", "known here"),
    // What has to be there.
    ("id = \"w-3fa91c07\"\n", "⟨", "waiver w-3fa91c07 lacks `id`", "add `id = "),
    ("expires = 2026-12-20\n", "", "waiver w-3fa91c07 lacks `expires`", "add `expires = 2026-12-31`"),
    ("severity = \"high\"\n", "", "lacks `severity`", "add `severity = \"high\"`"),
    ("reason = \"not-exploitable\"\n", "", "lacks `reason`", "add `reason = "),
    ("engine = \"audit\", ", "", "`finding` lacks `engine`", "add `engine = \"audit\"`"),
    ("id = \"GHSA-1\", ", "", "`finding` lacks `id`", "add `id = "),
    ("by = \"alice\", ", "", "`requested` lacks `by`", "add `by = \"alice\"`"),
    ("by = \"bob\", ", "", "`approved` lacks `by`", "add `by = \"bob\"`"),
    (", on = 2026-11-23 }", " }", "`approved` lacks `on`", "add `on = 2026-12-01`"),
    ("mitigation = \"templates are not user supplied\"\n", "", "`not-exploitable` needs a mitigation", "add `mitigation ="),
    ("reason = \"not-exploitable\"", "reason = ⟨\"deferred-breaking\"", "`deferred-breaking` needs the day of the fix", "add `fix_by ="),
    ("reason = \"not-exploitable\"", "reason = ⟨\"blocked-dependency\"", "`blocked-dependency` needs the day", "add `fix_by ="),
    (", package = \"jinja2\"", "", "needs the package or the fingerprint", "add `package ="),
    // Wrong types and words.
    ("expires = 2026-12-20", "expires = ⟨\"2026-12-20\"", "`expires` is a string; expected a date", "without quotes"),
    ("expires = 2026-12-20", "expires = ⟨2026-12-20T10:00:00Z", "`expires` holds a time", "UTC"),
    ("expires = 2026-12-20", "expires = ⟨never", "", ""),
    ("expires = 2026-12-20", "expires = ⟨2026-02-30", "", ""),
    ("expires = 2026-12-20", "expires = ⟨9999-12-31", "`expires` cannot be 9999-12-31", "renewed"),
    ("expires = 2026-12-20", "expires = ⟨2026-11-21", "expires before it is requested", "after `requested.on`"),
    ("severity = \"high\"", "severity = ⟨\"hihg\"", "`severity` cannot be `hihg`", "did you mean `high`?"),
    ("severity = \"high\"", "severity = ⟨7", "expected a string", ""),
    ("reason = \"not-exploitable\"", "reason = ⟨\"not-exploitble\"", "cannot be `not-exploitble`", "did you mean `not-exploitable`?"),
    ("reason = \"not-exploitable\"", "reason = ⟨\"wontfix\"", "cannot be `wontfix`", "one of `false-positive`"),
    ("engine = \"audit\"", "engine = ⟨\"pip-audit\"", "cannot be `pip-audit`", "one of `secrets`"),
    ("finding = { engine = \"audit\", id = \"GHSA-1\", package = \"jinja2\" }", "finding = ⟨\"GHSA-1\"", "expected a table", ""),
    ("severity = \"high\"", "severity = \"high\"\nscope = { paths = ⟨\"backend\" }", "expected a list", "globs"),
    ("severity = \"high\"", "severity = \"high\"\nscope = { paths = [\"a\", ⟨\"[\"] }", "is no glob", ""),
    ("severity = \"high\"", "severity = \"high\"\nscope = { paths = ⟨[\"**\"] }", "matches everything", "name the files"),
    ("severity = \"high\"", "severity = \"high\"\nscope = { versions = ⟨[\"<3.1.5\"] }", "`<3.1.5` is no version", "each exact"),
    ("severity = \"high\"", "severity = \"high\"\n⟨severity = \"low\"", "duplicate key", "once"),
    ("severity = \"high\"", "severity = ⟨high", "", ""),
    ("mitigation = \"templates are not user supplied\"", "mitigation = ⟨\"TBD\"", "the mitigation says nothing", "say what"),
    ("mitigation = \"templates are not user supplied\"", "mitigation = ⟨\"\"", "`mitigation` is empty", ""),
    ("by = \"alice\"", "by = ⟨\"al\\u001bice\"", "holds a control character", ""),
    ("engine = \"audit\"", "engine = \"audit\", fingerprint = ⟨\"a-12\"", "is not a fingerprint", ""),
    ("engine = \"audit\"", "engine = \"audit\", fingerprint = ⟨\"s-000102030405060708ff\"", "is not a finding of the engine `audit`", "letter"),
    ("id = \"GHSA-1\"", "id = ⟨\"GHSA-*\"", "`GHSA-*` is not one id", "one rule or advisory"),
    ("id = \"GHSA-1\"", "id = ⟨\"GHSA-1 GHSA-2\"", "is not one id", ""),
    // Who and when.
    ("by = \"bob\"", "by = ⟨\"alice\"", "approves a waiver of their own", "somebody else"),
    ("by = \"bob\"", "by = ⟨\"@Alice\"", "approves a waiver of their own", "somebody else"),
    ("by = \"carol\"", "by = ⟨\"bob\"", "`bob` approves twice", "different people"),
    ("on = 2026-11-23 },", "on = ⟨2026-11-21 },", "approved before the waiver was requested", "new approvals"),
    ("on = 2026-11-23 },", "on = ⟨2026-12-21 },", "approved after the waiver expired", "renew"),
    ("on = 2026-11-22", "on = ⟨1999-11-22", "`requested.on` cannot be 1999-11-22", "2000 to 2199"),
    ("reason = \"not-exploitable\"", "reason = \"deferred-breaking\"\nfix_by = ⟨2026-11-01", "the fix is due before", "after"),
    ("reason = \"not-exploitable\"", "reason = \"deferred-breaking\"\nfix_by = ⟨2028-11-01", "put off for more than 366 days", "2027-11-23 at the latest"),
    // Ids, headings, Markdown.
    ("## w-3fa91c07:", "## ⟨W-3fa91c07:", "does not begin with the id of a waiver", "w-1a2b3c4d"),
    ("## w-3fa91c07:", "## ⟨w-3fa91c0:", "does not begin with the id", ""),
    ("## w-3fa91c07: the sandbox", "## ⟨the sandbox", "does not begin with the id", ""),
    ("## w-3fa91c07: the sandbox escape", "## ⟨w-3fa91c07", "does not say what it is about", ""),
    ("id = \"w-3fa91c07\"", "id = ⟨\"w-3fa91c08\"", "the heading says w-3fa91c07, the block says w-3fa91c08", "same id"),
    ("id = \"w-3fa91c07\"", "id = ⟨\"3fa91c07\"", "is not the id of a waiver", "eight hexadecimal"),
    ("```toml", "```", "has no block of TOML", "```toml"),
    ("```toml", "~~~toml", "has no block of TOML", "```toml"),
    ("## w-3fa91c07", "⟨<<<<<<< HEAD\n## w-3fa91c07", "unresolved merge conflict", "both sides"),
    ("## w-3fa91c07", "⟨=======\n## w-3fa91c07", "unresolved merge conflict", "both sides"),
    ("The template engine", "⟨<!-- hidden\nThe template engine", "hides text from readers", ""),
    (RATIONALE, "⟨ TBD", "shorter than 40 characters", "why the finding may stay"),
    (RATIONALE, "to be done, to be done, this is for a test, for now it is the test", "says nothing", "why"),
    (RATIONALE, RATIONALE, "", ""),
];

#[test]
fn every_mistake_is_refused_where_it_is() {
    let good = section("w-3fa91c07");
    assert!(parse_register("r.md", &good).is_ok());
    let mut refused = 0;
    for (from, to, message, hint) in CASES {
        if from == to {
            continue;
        }
        assert!(good.contains(from), "{from}");
        let marked = good.replacen(from, to, 1);
        let text = marked.replacen('⟨', "", 1);
        let (register, errors) = read_register("r.md", &text);
        let error = errors
            .first()
            .unwrap_or_else(|| panic!("accepted:\n{text}"));
        assert!(
            register.waivers.is_empty()
                || text.contains("<!--")
                || text.contains("====")
                || text.contains("<<<<"),
            "it counts:\n{text}"
        );
        if let Some(at) = marked.find('⟨') {
            let line = marked[..at].matches('\n').count() + 1;
            let start = marked[..at].rfind('\n').map_or(0, |newline| newline + 1);
            let column = marked[start..at].chars().count() + 1;
            let at_heading = message.contains("has no block") || message.contains("characters");
            if !at_heading && !message.contains("lacks `id`") {
                assert_eq!(
                    (error.line as usize, error.column as usize),
                    (line, column),
                    "{error}\n{text}"
                );
            }
        }
        assert!(
            error.message.contains(message),
            "{error}\nexpected {message}"
        );
        let said = error.hint.clone().unwrap_or_default();
        assert!(
            said.contains(hint),
            "{error}\nhint: {said}\nexpected {hint}"
        );
        assert!(parse_register("r.md", &text).is_err());
        refused += 1;
    }
    assert!(refused >= 60, "{refused}");
}

#[test]
fn sections_are_told_apart() {
    let check = |text: &str, line: u32, message: &str| {
        let (_, errors) = read_register("r.md", text);
        let error = errors
            .first()
            .unwrap_or_else(|| panic!("accepted:\n{text}"));
        assert_eq!(error.line, line, "{error}");
        assert!(error.message.contains(message), "{error}");
    };
    let (a, same) = (section("w-00000001"), section("w-00000002"));
    let b = same.replace("GHSA-1", "GHSA-2");
    let lines = a.matches('\n').count() as u32;
    assert!(
        parse_register("r.md", &format!("# Waivers\n\n{a}{b}"))
            .is_ok_and(|register| register.waivers.len() == 2)
    );
    check(
        &format!("{b}{a}"),
        lines + 1,
        "waiver w-00000001 stands behind w-00000002",
    );
    check(
        &format!("{a}{a}"),
        lines + 1,
        "two waivers have the id w-00000001",
    );
    check(
        &format!("{a}{same}"),
        lines + 1,
        "covers what w-00000001 covers",
    );
    check(
        &format!("```toml\nx = 1\n```\n{a}"),
        1,
        "outside any section",
    );
    check(
        &format!("{a}\n```toml\nx = 1\n```\n"),
        lines + 2,
        "a second block of TOML",
    );
    check(&format!("{a}\n```toml\nx = 1\n"), lines + 2, "has no end");
    check(&format!(" {a}"), 1, "a heading that is none");
    check(
        &format!("{a}\n##w-00000003: x\n"),
        lines + 2,
        "a heading that is none",
    );
}

#[test]
fn code_in_the_prose_is_prose() {
    let text = section("w-00000001").replace(
        RATIONALE,
        &format!("~~~\n## w-0000000f: none\n~~~\n\n{RATIONALE}"),
    );
    let register = parse_register("r.md", &text).unwrap();
    assert_eq!(register.waivers.len(), 1);
    let crlf = parse_register("r.md", &text.replace('\n', "\r\n")).unwrap();
    assert_eq!(crlf.waivers[0].expires, register.waivers[0].expires);
    assert!(BLOCK.contains("expires"));
}
