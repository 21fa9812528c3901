//! The Bandit engine: the examples of its manual pages, and the same answers as the reference tool.

mod differential;
mod mutate;
mod oracle;
mod robust;

use std::fs;
use std::path::Path;

use gate_hook::bandit::{Scanner, Settings, TestSet, test, tests};
use gate_hook::finding::{Place, RepoPath};

/// Reads a variable by which whoever runs the tests asks for more, or for less.
#[expect(
    clippy::disallowed_methods,
    reason = "tests have no command line of their own"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Scans a text with everything switched on and returns the ids of what is found.
fn ids(code: &str) -> Vec<&'static str> {
    let report = Scanner::new(Settings::default()).scan("app.py", code.as_bytes());
    assert_eq!(report.error, None, "{code}");
    report.issues.iter().map(|issue| issue.test.id()).collect()
}

/// Returns the fenced examples of a page: whether it must be found, and the code.
fn examples(page: &str) -> Vec<(bool, String)> {
    let mut lines = page
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line));
    let mut examples = Vec::new();
    while let Some(line) = lines.next() {
        let finds = match line {
            "```python,finds" => true,
            "```python,clean" => false,
            _ => continue,
        };
        let code: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        // A control character cannot stand in a source file that is to be read safely.
        examples.push((finds, code.join("\n").replace("{U+202E}", "\u{202e}")));
    }
    examples
}

#[test]
fn every_example_is_found_or_left_alone() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bandit/checks");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name == "mod" {
            continue;
        }
        seen += 1;
        let page = fs::read_to_string(&path).unwrap();
        let id = name[..4].to_uppercase();
        let title = page.lines().next().unwrap().to_owned();
        let test = test(&id).unwrap_or_else(|| panic!("{name} is no test"));
        if !title.starts_with(&format!("//! {id}: ")) || name[5..] != test.name.to_lowercase() {
            wrong.push(format!(
                "{name}: file, header and test have different names"
            ));
        }
        let examples = examples(&page);
        for kind in [true, false] {
            if !examples.iter().any(|(finds, _)| *finds == kind) {
                wrong.push(format!("{id} needs an example of either kind"));
            }
        }
        for (finds, code) in examples {
            if ids(&code).contains(&test.id()) != finds {
                wrong.push(format!("{id}: {} in {code:?}", ids(&code).join(" ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(seen, tests().count());
}

#[test]
fn tests_are_sorted_and_say_what_to_do() {
    let all: Vec<_> = tests().collect();
    for pair in all.windows(2) {
        assert!(pair[0].id() < pair[1].id(), "{:?}", pair[1]);
    }
    for test in all {
        assert!(test.meta.page.contains("\n\n"), "{test:?}");
        assert!(test.meta.why().ends_with('.'), "{test:?}");
        assert_eq!(test.meta.references.len(), 1, "{test:?}");
        assert!(TestSet::all().contains(test));
    }
}

#[test]
fn a_password_is_never_shown() {
    let code = "password = \"hunter\\\n  seventeen\"\nd = {\"token\": 'hunter seventeen'}\n\
                f(secret='''hunter\nseventeen''', shell=True)\n\
                def f(pwd=\"hunter seventeen\", shell=True): pass\n\
                subprocess.call(password='hunter seventeen', shell=True)\n";
    let mut settings = Settings::default();
    for silenced in [false, true] {
        if silenced {
            settings.tests.remove(test("B105").unwrap());
            settings.tests.remove(test("B106").unwrap());
            settings.tests.remove(test("B107").unwrap());
        }
        let report = Scanner::new(settings.clone()).scan("a.py", code.as_bytes());
        assert!(!report.issues.is_empty(), "{:?}", report.issues);
        for issue in &report.issues {
            let finding = issue.finding(Place::File(RepoPath::new("a.py")));
            for said in [&finding.message, &finding.excerpt.text] {
                assert!(
                    !said.contains("hunter") && !said.contains("seven"),
                    "{said}"
                );
            }
        }
    }
}

#[test]
fn a_fingerprint_survives_layout_and_follows_the_statement() {
    let prints = |code: &str| -> Vec<String> {
        let report = Scanner::new(Settings::default()).scan("a.py", code.as_bytes());
        let issues = report.issues.iter();
        issues
            .map(|issue| format!("{} {}", issue.test.id(), issue.fingerprint))
            .collect()
    };
    let plain = prints("def f(a):\n    eval(a, b)\n");
    assert_eq!(plain.len(), 1);
    for same in [
        "\n\ndef f(a):\n  # why\n  eval(a,   b)  # x\n",
        "def f(a, c=1):\n    x = 1\n    eval(\n        a,\n        b,\n    )\n",
    ] {
        assert_eq!(prints(same), plain, "{same}");
    }
    for other in [
        "def g(a):\n    eval(a, b)\n",
        "class f:\n    def f(a):\n        eval(a, b)\n",
        "def f(a):\n    eval(a, c)\n",
        "def f(a):\n    x = eval(a, b)\n",
    ] {
        assert_ne!(prints(other), plain, "{other}");
    }
    let body = |body: &str| prints(&format!("def f(password='x y'):\n    {body}\n"));
    assert_eq!(
        body("a()"),
        body("b()"),
        "the body of a function is not its statement"
    );
}
