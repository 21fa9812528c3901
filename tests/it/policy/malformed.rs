//! Malformed policies: each is refused at the right place, with what to write instead.

use gate_hook::policy::{Policy, PolicyText};

/// A policy with `⟨` where the mistake is, a part of the message, a part of the hint.
type Case = (&'static str, &'static str, &'static str);

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Keys and tables that do not exist.
    ("[secrets]\n⟨keywrod = \"review\"", "unknown key `secrets.keywrod`", "did you mean `secrets.keyword`?"),
    ("[secrets]\ncredential = \"block\"\n\n  ⟨fingerprint-key = \"x\"", "unknown key", "`secrets.fingerprint_key`"),
    ("⟨credential = \"block\"", "unknown key `credential`", "did you mean `secrets.credential`?"),
    ("[⟨secret]\ncredential = \"block\"", "unknown table `secret`", "did you mean `secrets`?"),
    ("[⟨waiver]", "unknown table `waiver`", "did you mean `waivers`?"),
    ("[hook]\n⟨frobnicate = 1", "unknown key `hook.frobnicate`", "known here: `no_verify`, `missing_binary`"),
    ("[bandit.outside_critical]\n⟨critical = \"warn\"", "unknown key `bandit.outside_critical.critical`", "known here: `high`, `medium`, `low`"),
    ("audit.dev = { high = \"warn\", ⟨hgih = \"warn\" }", "unknown key `audit.dev.hgih`", "`audit.dev.high`"),
    ("[waivers]\nmax_days = { ⟨highest = 3 }", "unknown key `waivers.max_days.highest`", "`waivers.max_days.high`"),
    ("⟨\"rollout.start\" = 2026-12-01", "unknown key", ""),
    ("[secrets]\n⟨\"allow[]\" = 1", "unknown key", ""),
    ("[rollout]\nstart = 2026-12-01\n⟨days = 30", "unknown key `rollout.days`", "known here"),
    ("[[secrets.allow]]\npath = \"x\"\n⟨reson = \"y\"", "unknown key `secrets.allow.reson`", "`secrets.allow.reason`"),
    ("[waivers]\nquorum = [{ engine = \"audit\", ⟨aprovals = 1 }]", "`waivers.quorum.aprovals`", "`waivers.quorum.approvals`"),
    // Wrong types.
    ("secrets = ⟨\"block\"", "`secrets` is a string; expected a table", "`[secrets]`"),
    ("profile = ⟨1", "`profile` is a whole number; expected a string", "profile = \"phased\""),
    ("secrets.credential = ⟨true", "is true or false; expected a string", "credential = \"block\""),
    ("[hook]\ntime_budget_ms = ⟨\"300\"", "`hook.time_budget_ms` is a string; expected a whole number", "time_budget_ms = 0"),
    ("[hook]\ntime_budget_ms = ⟨1.5", "a number with a fraction", "time_budget_ms = 0"),
    ("[paths]\ncritical = ⟨\"**/auth/**\"", "is a string; expected a list", "list of gitignore-style globs"),
    ("[paths]\nexclude = [\"a\", ⟨7]", "is a whole number; expected a string", "list of gitignore-style globs"),
    ("[audit]\ndev = ⟨\"warn\"", "`audit.dev` is a string; expected a table", "`[audit.dev]`"),
    ("[roles]\nsecurity-team = ⟨\"alice\"", "is a string; expected a list", "[\"alice\", \"bob\"]"),
    ("[roles]\nsecurity-team = [\"alice\", ⟨\"\"]", "is empty", ""),
    ("people = ⟨[1]", "`people` is a list; expected a table", "`[people]`"),
    ("[bandit]\npython_version = ⟨3.12", "expected a string", "in quotes"),
    ("[secrets]\nallow = ⟨\"x\"", "expected a list", "for example `allow ="),
    ("[secrets]\nallow = [⟨\"x\"]", "expected a table", "for example `allow ="),
    ("[secrets]\nrules = ⟨1", "expected a list", "`[[secrets.rules]]`"),
    ("[secrets]\nrules = [⟨1]", "expected a table", "`[[secrets.rules]]`"),
    ("[waivers]\nquorum = ⟨{ approvals = 1 }", "expected a list", "for example `quorum ="),
    // Words out of closed sets.
    ("profile = ⟨\"stric\"", "`profile` cannot be `stric`", "did you mean `strict`?"),
    ("unreviewed = ⟨\"block\"", "`unreviewed` cannot be `block`", "one of `pass`, `stop`"),
    ("existing = ⟨\"block\"", "`existing` cannot be `block`", "one of `warn`, `act`"),
    ("# comment\n\n[secrets]\n\tcredential = ⟨\"blok\"", "`secrets.credential` cannot be `blok`", "did you mean `block`?"),
    ("[secrets]\nkeyword = ⟨\"REVIEW\"", "cannot be `REVIEW`", "one of `block`, `review`, `warn`, `info`, `off`"),
    ("[hook]\nno_verify = ⟨\"block\"", "cannot be `block`", "one of `trace`, `allow`"),
    ("[hook]\nmissing_binary = ⟨\"off\"", "cannot be `off`", "one of `block`, `warn`"),
    ("[audit]\nunknown = ⟨\"block\"", "`audit.unknown` cannot be `block`", "one of `critical`, `high`"),
    ("[bandit]\nmin_confidence = ⟨\"critical\"", "cannot be `critical`", "one of `low`, `medium`, `high`"),
    ("[waivers]\ninline = ⟨\"block\"", "cannot be `block`", "one of `review`, `off`"),
    ("[waivers]\nproof = ⟨\"forged\"", "cannot be `forged`", "did you mean `forge`?"),
    ("[waivers]\nquorum = [{ engine = ⟨\"bandits\", approvals = 1 }]", "cannot be `bandits`", "did you mean `bandit`?"),
    ("[waivers]\nquorum = [{ engine = \"audit\", severity = [⟨\"hi\"], approvals = 1 }]", "cannot be `hi`", "one of"),
    ("[secrets]\ncredential = ⟨\"\\u001b[2J\"", "cannot be `\\u{1b}[2J`", "one of"),
    // Numbers.
    ("[hook]\ntime_budget_ms = ⟨-1", "cannot be -1", "a whole number from 0 to 600000"),
    ("[audit]\ndatabase_max_age_days = ⟨-7", "cannot be -7", "a whole number from 0 to 3650"),
    ("[rollout]\nstart = 2026-12-01\nbaseline_days = ⟨99999", "cannot be 99999", "from 0 to 3650"),
    ("[override]\nvalid_hours = ⟨0", "cannot be 0", "from 1 to 8784"),
    ("[override]\nremediation_hours = ⟨9_223_372_036_854_775_808", "cannot be", "from 1 to 8784"),
    ("[waivers]\nmax_days.low = ⟨0x0", "cannot be 0x0", "from 1 to 3650"),
    ("[waivers]\nquorum = [{ engine = \"audit\", approvals = ⟨0 }]", "cannot be 0", "from 1 to 20"),
    ("[waivers]\nquorum = [{ engine = \"audit\", approvals = 1, of = { boss = ⟨2 } }]", "cannot be 2", "from 1 to 1"),
    ("[waivers]\nquorum = [⟨{ engine = \"audit\" }]", "lacks `approvals`", "add `approvals = 1`"),
    ("[waivers]\nquorum = [⟨{ approvals = 1 }]", "lacks `engine`", "add `engine = \"audit\"`"),
    // Dates.
    ("[rollout]\nstart = ⟨\"2026-12-01\"", "is a string; expected a date", "without quotes"),
    ("[rollout]\nstart = ⟨2026-02-30", "invalid date", "a date is written `2026-12-01`"),
    ("[rollout]\nstart = ⟨2026-13-01", "invalid date", "a date is written `2026-12-01`"),
    ("[rollout]\nstart = ⟨2026-12-01T00:00:00Z", "holds a time", "without quotes"),
    ("[rollout]\nstart = ⟨12:30:00", "holds a time", "without quotes"),
    ("[rollout]\nstart = ⟨9999-12-31", "cannot be 9999-12-31", "a year from 2000 to 2199"),
    ("⟨[rollout]\nbaseline_days = 30", "`rollout` lacks `start`", "add `start = 2026-12-01`"),
    // Globs and regular expressions.
    ("[paths]\nexclude = [\"ok\", ⟨\"a[b\"]", "`a[b` is no glob", "gitignore-style"),
    ("[paths]\ncritical = [⟨\"{a\"]", "`{a` is no glob", "gitignore-style"),
    ("[paths]\ncritical = [⟨'a\\']", "is no glob", "gitignore-style"),
    ("[paths]\ncritical = [⟨\"\"]", "is empty", "gitignore-style"),
    ("[paths]\ncritical = [⟨\"!\"]", "names no path", "gitignore-style"),
    ("[audit]\ndev_paths = [⟨\"[z-a]\"]", "is no glob", "gitignore-style"),
    ("[override]\nticket = ⟨'^[A-Z'", "is no regular expression", "in single quotes"),
    ("[override]\nticket = ⟨'(a{1000}){1000}'", "it is too large", ""),
    ("[override]\nticket = ⟨'(?=x)y'", "is no regular expression: look-around", "without look-around"),
    ("[override]\nticket = \"^\\⟨d+$\"", "escape", "single quotes"),
    ("[secrets]\nallow = [{ value = ⟨'a)(b', reason = \"x\" }]", "is no regular expression", ""),
    ("[secrets]\nallow = [{ path = \"t/**\", value = ⟨'.*', reason = \"x\" }]", "nobody has thought of", "from end to end"),
    ("[secrets]\nallow = [{ value = ⟨'.+', reason = \"x\" }]", "nobody has thought of", "from end to end"),
    ("[secrets]\nallow = [{ value = ⟨'x|', reason = \"x\" }]", "nobody has thought of", "from end to end"),
    ("[secrets]\nallow = [{ value = ⟨'', reason = \"x\" }]", "`secrets.allow.value` is empty", "for example `allow = [{"),
    ("[secrets]\nallow = [{ path = ⟨\"**\", reason = \"x\" }]", "switches the engine off", "name the files"),
    ("[secrets]\nallow = [{ path = ⟨\"*\", reason = \"x\" }]", "switches the engine off", "name the files"),
    ("[secrets]\nallow = [⟨{ reason = \"x\" }]", "names neither `path` nor `value`", "for example"),
    ("[secrets]\nallow = [⟨{ value = 'abc' }]", "lacks `reason`", "add `reason ="),
    ("⟨[[secrets.allow]]\nvalue = 'abc'", "lacks `reason`", "add `reason ="),
    ("[secrets]\nallow = [{ value = 'abc', reason = ⟨\" \" }]", "`secrets.allow.reason` is empty", ""),
    // Addresses, digests, paths, versions.
    ("audit.database = { url = ⟨\"http://example.org/x.db\", sha256 = \"00\" }", "not fetched over TLS", "https://"),
    ("audit.database = { url = ⟨\"http://127.0.0.1.example.org/x\", sha256 = \"00\" }", "not fetched over TLS", "https://"),
    ("audit.database = { url = ⟨\"file:///etc/x\", sha256 = \"00\" }", "is no URL", "for example"),
    ("audit.database = { url = ⟨\"https://u:p@example.org/x\", sha256 = \"00\" }", "holds credentials", "public"),
    ("audit.database = { url = \"https://example.org/x\", sha256 = ⟨\"abc\" }", "is no SHA-256", "64 hexadecimal digits"),
    ("audit.database = ⟨{ url = \"https://example.org/x\" }", "lacks `sha256`", "add `sha256 ="),
    ("⟨[audit.database]\nsha256 = \"00\"", "lacks `url`", "add `url ="),
    ("[bandit]\nconfig = ⟨\"../bandit.yaml\"", "cannot be `../bandit.yaml`", "relative to the root"),
    ("[waivers]\nregister = ⟨\"/etc/passwd\"", "cannot be `/etc/passwd`", "relative to the root"),
    ("[bandit]\npython_version = ⟨\"2.7\"", "cannot be `2.7`", "a version of Python 3"),
    ("[bandit]\npython_version = ⟨\"3.x\"", "cannot be `3.x`", "a version of Python 3"),
    ("[override]\nlabel = ⟨\"\"", "is empty", "label = \"security-override\""),
    ("[roles]\nx = ⟨[\"alice\", \"bob\", \"alice\"]", "names `alice` twice", ""),
    // TOML itself.
    ("[secrets]\nkeyword = \"warn\"\n⟨keyword = \"off\"", "duplicate key `keyword`", "may be given once"),
    ("[secrets]\n[⟨secrets]", "duplicate key `secrets`", "may be given once"),
    ("[secrets]\nkeyword = ⟨warn", "string values must be quoted", "put text in quotes"),
    ("[⟨", "", ""),
    ("# é\r\nprofile = \"strict\" ⟨x = 1", "unexpected key or value", "one `key = value` a line"),
    ("\u{feff}profile = ⟨7", "`profile` is a whole number", "profile = \"phased\""),
];

fn check(case: &Case, embedded: bool) -> Option<String> {
    let (marked, message, hint) = *case;
    let offset = marked.find('⟨').expect("every case marks its mistake");
    let mut toml = marked.replace('⟨', "");
    let before = &toml[..offset];
    let mut line = before.matches('\n').count() + 1;
    let last_line = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .trim_start_matches('\u{feff}');
    let column = last_line.chars().count() + 1;
    if embedded {
        toml = format!("[project]\nname = \"x\"\n[tool.gate-hook]\n{toml}");
        line += 3;
    }
    let text = PolicyText {
        name: "p.toml".to_owned(),
        text: toml,
        embedded,
    };
    let Err(error) = Policy::parse(&text) else {
        return Some(format!("accepted: {marked}"));
    };
    let found = format!(
        "{error}\n  hint: {}",
        error.hint.as_deref().unwrap_or_default()
    );
    let right = (error.line as usize, error.column as usize) == (line, column)
        && error.file == "p.toml"
        && error.message.contains(message)
        && error.hint.as_deref().unwrap_or_default().contains(hint);
    (!right).then(|| {
        format!("{marked}\n  expected {line}:{column} {message}\n  hint: {hint}\nfound {found}")
    })
}

#[test]
fn malformed_policies_are_refused_with_line_and_hint() {
    assert!(CASES.len() >= 80, "{}", CASES.len());
    let wrong: Vec<String> = CASES.iter().filter_map(|case| check(case, false)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn in_a_pyproject_file_positions_are_those_of_that_file() {
    // Headers would leave the embedded table, so that only policies of plain keys can be moved there.
    let movable = |marked: &str| !marked.contains(['[', '\u{feff}', 'é']);
    let cases: Vec<&Case> = CASES
        .iter()
        .filter(|(marked, ..)| movable(marked))
        .collect();
    assert!(cases.len() >= 10, "{}", cases.len());
    let wrong: Vec<String> = cases.iter().filter_map(|case| check(case, true)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
