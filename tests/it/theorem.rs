//! The theorem of the design: over a change of one commit, with the same policy, what the hook blocks CI blocks, and
//! what CI blocks the hook blocked or deferred aloud.
//!
//! Changes are generated from fixed seeds: files that hold secrets, dangerous calls and pinned packages, and a
//! policy, before and after. 200 of them in the test command, 10,000 with `GATE_HOOK_FULL=1`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use crate::audit::records::{Weakness, database, keep_database};
use crate::support::{Answer, Repo, full, leak};

/// How many threads look at changes. The first has a database of advisories, so that its audits are complete; the
/// others defer them.
const THREADS: u64 = 2;
/// A day on which the database is young enough.
const TODAY: [&str; 2] = ["--as-of", "2026-01-10"];

/// Numbers that look random and are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn one_of<'o>(&mut self, options: &[&'o str]) -> &'o str {
        options[self.below(options.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

type Files = BTreeMap<&'static str, String>;

/// Makes the files of one state.
fn state(random: &mut Random) -> Files {
    let mut files = Files::new();
    for path in ["src/auth/login.py", "src/views.py", "old/setup_old.py"] {
        if random.chance(70) {
            files.insert(path, python(random));
        }
    }
    for path in ["requirements.txt", "requirements-dev.txt"] {
        if random.chance(60) {
            files.insert(path, requirements(random));
        }
    }
    if random.chance(50) {
        let mut text = "[server]\nport = 80\n".to_owned();
        if random.chance(50) {
            text += &leak(random.below(3) as u32 + 1);
        }
        files.insert("deploy.ini", text);
    }
    if random.chance(60) {
        files.insert("gate-hook.toml", policy(random));
    }
    files
}

fn python(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..random.below(8) {
        let line = random.one_of(&[
            "import subprocess",
            "from subprocess import run",
            "subprocess.run(command, shell=True)",
            "subprocess.run(command, shell=True)  # nosec B602",
            "run(command, shell=True)",
            "x = eval(source)",
            "import hashlib",
            "hashlib.md5(data)",
            "assert data",
            "def f(x):\n    return x",
            "value = (",
        ]);
        // What does not parse is rare.
        if line != "value = (" || random.chance(15) {
            text += line;
            text.push('\n');
        }
    }
    if random.chance(25) {
        text += &leak(random.below(3) as u32 + 1);
    }
    if random.chance(10) {
        text += leak(4).trim_end();
        text += "  # gate-hook:allow github-pat a test\n";
    }
    text
}

fn requirements(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..random.below(5) {
        text += random.one_of(&[
            "django==3.2.12",
            "django==4.2.20",
            "flask==0.12.2",
            "flask==3.1.0",
            "requests>=2",
            "# a comment",
            "jinja2==2.10",
            "gatling==1.0",
            "gatling==1.5",
            "gatling==2.0",
        ]);
        text.push('\n');
    }
    text
}

fn policy(random: &mut Random) -> String {
    let mut text = String::new();
    if random.chance(40) {
        let _ = writeln!(
            text,
            "profile = \"{}\"",
            random.one_of(&["strict", "observe"])
        );
    }
    if random.chance(30) {
        let _ = writeln!(text, "existing = \"{}\"", random.one_of(&["warn", "act"]));
    }
    if random.chance(20) {
        text.push_str("unreviewed = \"stop\"\n");
    }
    if random.chance(30) {
        let start = random.one_of(&["2020-01-01", "2199-01-01"]);
        let _ = writeln!(text, "[rollout]\nstart = {start}");
    }
    if random.chance(40) {
        let _ = writeln!(
            text,
            "[paths]\ncritical = [\"**/auth/**\"]\nexclude = [{}]",
            random.one_of(&["", "\"old/**\"", "\"*.ini\""])
        );
    }
    if random.chance(40) {
        let action = random.one_of(&["block", "review", "warn", "off"]);
        let _ = writeln!(text, "[secrets]\ncredential = \"{action}\"");
    }
    if random.chance(50) {
        let _ = writeln!(
            text,
            "[bandit]\nhigh = \"{}\"\nmedium = \"{}\"\nunscanned = \"{}\"",
            random.one_of(&["block", "warn"]),
            random.one_of(&["block", "warn", "info"]),
            random.one_of(&["block", "warn"])
        );
        if random.chance(50) {
            text += "outside_critical = { high = \"warn\" }\n";
        }
    }
    if random.chance(40) {
        let _ = writeln!(
            text,
            "[audit]\nhigh = \"{}\"\nunpinned = \"{}\"",
            random.one_of(&["block", "warn"]),
            random.one_of(&["block", "info"])
        );
    }
    text
}

/// Makes the state after a change: some files stay, some get other lines or move, some are new.
fn changed(random: &mut Random, before: &Files) -> Files {
    let mut after = Files::new();
    let fresh = state(random);
    for (path, text) in before {
        match random.below(10) {
            0..=3 => {
                after.insert(path, text.clone());
            }
            4 => {}
            5 if *path != "gate-hook.toml" => {
                let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
                lines.reverse();
                after.insert(path, lines.concat());
            }
            6 if path.contains(".py") => {
                after.insert(path, format!("import subprocess\n{text}"));
            }
            _ => {
                after.extend(
                    fresh
                        .get_key_value(path)
                        .map(|(path, text)| (*path, text.clone())),
                );
            }
        }
    }
    for (path, text) in fresh {
        if random.chance(30) {
            after.entry(path).or_insert(text);
        }
    }
    if after == *before {
        after.insert("src/views.py", python(random));
        after.insert("note", "changed\n".to_owned());
    }
    after
}

/// Writes two commits of one change for `git fast-import`.
fn import(stream: &mut String, number: u64, before: &Files, after: &Files) {
    for (name, files) in [("base", before), ("change", after)] {
        let _ = write!(
            stream,
            "commit refs/heads/{name}{number}\ncommitter A <a@example.org> 1790000000 +0000\ndata 1\nx\n"
        );
        if name == "change" {
            let _ = writeln!(stream, "from refs/heads/base{number}\ndeleteall");
        }
        for (path, text) in files {
            let _ = writeln!(
                stream,
                "M 100644 inline {path}\ndata {}\n{text}",
                text.len()
            );
        }
        stream.push('\n');
    }
}

fn head(repo: &Repo, branch: &str) {
    fs::write(
        repo.root.join(".git/HEAD"),
        format!("ref: refs/heads/{branch}\n"),
    )
    .unwrap();
}

/// Asks the hook and CI about one change; returns what is wrong with their answers.
fn disagreement(repo: &Repo, number: u64) -> Option<String> {
    let (base, change) = (format!("base{number}"), format!("change{number}"));
    repo.git(&["read-tree", &change]).ok();
    head(repo, &base);
    let hook = repo.gate(&[&TODAY[..], &["hook", "pre-commit"]].concat());
    head(repo, &change);
    let ci = repo.gate(&[&TODAY[..], &["ci", "--base", &base]].concat());
    let deferred = hook.text().contains("DEFERRED");
    let agree = match (hook.code, ci.code) {
        (0, 0) | (1, 1) | (2, 2) => true,
        // Nobody is left to answer what is deferred.
        (0 | 1, 1 | 3) if deferred => true,
        // Over a change of code CI audits all dependencies, and the hook none.
        (0 | 1, 3) => ci.text().contains("UNANSWERED audit"),
        (3, 3) => true,
        _ => false,
    };
    (!agree).then(|| describe(repo, number, &hook, &ci))
}

fn describe(repo: &Repo, number: u64, hook: &Answer, ci: &Answer) -> String {
    let difference = repo.git(&["diff", &format!("base{number}"), &format!("change{number}")]);
    format!(
        "change {number}: hook {} and ci {}\n{}\n--- hook\n{}\n--- ci\n{}",
        hook.code,
        ci.code,
        difference.stdout,
        hook.text(),
        ci.text()
    )
}

/// Returns the engines that blocked the last run, and `any` where one did.
fn blocking(repo: &Repo) -> BTreeSet<&'static str> {
    let file = repo.root.join(".git/gate-hook/last-run.json");
    let Ok(text) = fs::read_to_string(file) else {
        return BTreeSet::new();
    };
    let run: serde_json::Value = serde_json::from_str(&text).unwrap();
    let findings = run["findings"].as_array().unwrap().iter();
    let blocking: Vec<&serde_json::Value> = findings
        .filter(|finding| finding["action"] == "block")
        .collect();
    let engines = ["secrets", "bandit", "audit"].into_iter();
    let mut found: BTreeSet<&str> = engines
        .filter(|engine| blocking.iter().any(|finding| finding["engine"] == *engine))
        .collect();
    if !blocking.is_empty() {
        found.insert("any");
    }
    found
}

#[test]
fn what_one_blocks_the_other_blocks_or_defers_aloud() {
    let changes: u64 = if full() { 10_000 } else { 200 };
    let per_thread = changes / THREADS;
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            std::thread::spawn(move || {
                let repo = Repo::unborn(&[]);
                if thread == 0 {
                    keep_database(&repo, &database(&[Weakness::high("gatling")]));
                }
                let mut stream = String::new();
                let numbers = thread * per_thread..(thread + 1) * per_thread;
                for number in numbers.clone() {
                    let mut random = Random(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
                    let before = state(&mut random);
                    let after = changed(&mut random, &before);
                    import(&mut stream, number, &before, &after);
                }
                let imported = repo.feed("git", &["fast-import", "--quiet"], stream.as_bytes());
                assert_eq!(imported.code, 0, "{}", imported.text());
                let mut blocked: BTreeMap<&str, usize> = BTreeMap::new();
                let mut wrong = Vec::new();
                for number in numbers {
                    wrong.extend(disagreement(&repo, number));
                    for engine in blocking(&repo) {
                        *blocked.entry(engine).or_default() += 1;
                    }
                }
                (blocked, wrong)
            })
        })
        .collect();
    let mut blocked: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for thread in threads {
        let (more, problems) = thread.join().unwrap();
        for (engine, count) in more {
            *blocked.entry(engine).or_default() += count;
        }
        wrong.extend(problems);
    }
    let first = wrong.iter().take(3).cloned().collect::<Vec<_>>();
    assert!(
        wrong.is_empty(),
        "{} of {changes} disagree\n{}",
        wrong.len(),
        first.join("\n\n")
    );
    println!("{changes} changes, blocked in CI: {blocked:?}; no disagreement");
    // Each engine stops some of them, and none stops all.
    for engine in ["any", "secrets", "bandit", "audit"] {
        let count = blocked.get(engine).copied().unwrap_or(0);
        assert!(
            count * 20 > changes as usize && count < changes as usize,
            "the changes say little: {blocked:?} of {changes} are blocked"
        );
    }
}
