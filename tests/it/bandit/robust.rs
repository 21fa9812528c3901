//! No input is too strange: nothing panics, overflows the stack or hangs.

use std::time::{Duration, Instant};

use gate_hook::bandit::{FileReport, Scanner, Settings};

use super::mutate::Random;
use crate::support::say;

const SYNTAX: &str = "syntax error while parsing AST from file";
const EXCEPTION: &str = "exception while scanning file";

fn scan(content: &[u8]) -> FileReport {
    Scanner::new(Settings::default()).scan("a.py", content)
}

fn error(content: impl AsRef<[u8]>) -> Option<String> {
    scan(content.as_ref()).error
}

#[test]
fn strange_files_are_scanned_or_refused() {
    for (content, expected) in [
        (&b""[..], None),
        (b"\x0c\nassert x\x0c\n", None),
        (b"assert x\r\nassert y\rassert z", None),
        (b"x = 1\x00\n", Some(SYNTAX)),
        (b"print 'python 2'\n", Some(SYNTAX)),
        (b"try: pass\nexcept A, B: pass\n", Some(SYNTAX)),
        (b"# coding: latin-1\nx = '\xe9'\n", None),
        (b"# coding: nowhere\n", Some(SYNTAX)),
        (b"# coding: hex\n", Some(EXCEPTION)),
        (b"\xef\xbb\xbf# coding: latin-1\n", Some(SYNTAX)),
        (b"\xff\n", Some(SYNTAX)),
        (b"x = 1\ny = 2  # \xff\n", None),
        (b"x = 1  # \xff\n", Some(SYNTAX)),
        (b"x = 1\ny = '\xff'\n", Some(SYNTAX)),
        (b"x = '\\ud800'\n", None),
        (b"if x:\n        y\n\tz\n", Some(SYNTAX)),
    ] {
        assert_eq!(error(content).as_deref(), expected, "{content:?}");
    }
}

#[test]
fn a_comment_is_on_the_line_that_line_feeds_count() {
    for (content, lines) in [
        (&b"x = 1\rassert x  # nosec\rassert y\r"[..], &[2, 3][..]),
        (
            b"x = 1\nassert x  # nosec\rassert y\nassert z # nosec\n",
            &[4],
        ),
        (b"x = 1\r\nassert x  # nosec\r\nassert y\r\n", &[3]),
        (b"assert x  # nosec\rassert y  # but why\n", &[1, 2]),
    ] {
        let report = scan(content);
        let found: Vec<u32> = report.issues.iter().map(|issue| issue.line).collect();
        assert_eq!(found, lines, "{content:?}");
    }
}

#[test]
fn deep_files_are_refused_without_harm() {
    let deep = 10_000;
    for (content, expected) in [
        ("(".repeat(deep) + "x" + &")".repeat(deep), Some(SYNTAX)),
        ("[".repeat(deep), Some(SYNTAX)),
        ("-".repeat(1_000_000) + "x", Some(EXCEPTION)),
        ("not ".repeat(1_000_000) + "x", Some(EXCEPTION)),
        ("lambda: ".repeat(1_000_000) + "x", Some(EXCEPTION)),
        ("x".to_owned() + &".x".repeat(1_000_000), Some(EXCEPTION)),
        ("x".to_owned() + &"()".repeat(1_000_000), Some(EXCEPTION)),
        ("x".to_owned() + &"+ x".repeat(1_000_000), Some(EXCEPTION)),
        (
            "x = ".to_owned() + &"y if z else ".repeat(100_000) + "y",
            Some(EXCEPTION),
        ),
        (
            "if x: pass\n".to_owned() + &"elif x: pass\n".repeat(deep),
            Some(EXCEPTION),
        ),
        ("x".to_owned() + &".x".repeat(1_500), None),
    ] {
        let start = Instant::now();
        assert_eq!(error(&content).as_deref(), expected, "{}", &content[..12]);
        assert!(
            start.elapsed() < Duration::from_mins(5),
            "{}",
            &content[..12]
        );
    }
    assert!(scan(("x".to_owned() + &".x".repeat(1_500)).as_bytes()).beyond_reference);
    let nested: String = (0..120)
        .map(|depth| " ".repeat(depth) + "if x:\n")
        .collect();
    assert_eq!(error(nested).as_deref(), Some(SYNTAX));
}

/// Scans a generated file of about so many megabytes, and returns how long that took.
fn generated(megabytes: usize) -> Duration {
    let line = "values.append({'name': 'x', 'token': 'y', 'size': -1, 'path': f('/tmp/a')})\n";
    let content = line.repeat(megabytes * 1_000_000 / line.len());
    let start = Instant::now();
    let report = scan(content.as_bytes());
    assert_eq!(report.error, None);
    assert_eq!(report.issues.len(), 2 * content.lines().count());
    start.elapsed()
}

#[test]
fn a_file_of_ten_megabytes_takes_ten_times_as_long_as_one() {
    let (one, ten) = (generated(1), generated(10));
    // Other tests run at the same time; what is not linear takes 100 times as long.
    assert!(ten < 40 * one, "{ten:?} after {one:?}");
}

/// Fails if ten times as much of something takes much more than ten times as long.
fn linear(what: &str, size: usize, text: impl Fn(usize) -> String) {
    let timed = |size| {
        let content = text(size);
        let start = Instant::now();
        assert_eq!(scan(content.as_bytes()).error, None, "{what}");
        start.elapsed()
    };
    let (small, large) = (timed(size), timed(10 * size));
    assert!(large < 40 * small, "{what}: {large:?} after {small:?}");
}

#[test]
fn ten_times_as_much_of_anything_takes_ten_times_as_long() {
    for (start, piece, end) in [
        ("x = {", "'token': '/tmp/a', ", "}\n"),
        ("x = [", "'/tmp/é', ", "]\n"),
        ("x = f'", "/tmp/{x}", "'\n"),
        ("x = f'", "/tmp/{x=}", "'\n"),
        ("x = [x for x in y ", "if '/tmp/a' ", "]\n"),
        ("", "import a\nyaml.load(a)\nx.exec_command(a)\n", ""),
        ("", "@f('/tmp/a')\n", "def f(): pass\n"),
        ("if x:\n  ", "f('/tmp/a'); ", "\n"),
        (MARK_SAFE, "z = 'a'\nmark_safe(z)\n", ""),
        (MARK_SAFE, "y, z.y = 'a', b\nmark_safe(y)\n", ""),
    ] {
        linear(piece, 20_000, |size| {
            start.to_owned() + &piece.repeat(size / piece.len()) + end
        });
    }
    linear("names from one module", 20_000, |size| {
        let names: Vec<String> = (0..size / 10).map(|number| format!("x{number}")).collect();
        format!("from {} import {}\n", "a".repeat(size), names.join(", "))
    });
}

const MARK_SAFE: &str = "from django.utils.safestring import mark_safe\n";

#[test]
fn what_is_put_together_takes_no_longer_than_its_parts() {
    linear("a tree of operators", 20_000, |size| {
        let mut level = vec!["'select '".to_owned(); (size / 10).next_power_of_two()];
        while level.len() > 1 {
            let pairs = level.chunks(2);
            level = pairs.map(|pair| format!("({})", pair.join("+"))).collect();
        }
        format!("x = {}\n", level[0])
    });
    linear("a row of names", 20_000, |size| {
        let names = (0..size / 16).map(|index| format!("a{} = a{index}\n", index + 1));
        format!(
            "{MARK_SAFE}a0 = 'x'\n{}mark_safe(a9)\n",
            names.collect::<String>()
        ) + &format!("mark_safe(a{})\n", size / 16)
    });
    linear("a long name around findings", 50_000, |size| {
        let name = "a".repeat(size / 2);
        format!("class {name}:\n") + &" f('/tmp/a')\n".repeat(size / 30)
    });
}

/// Pieces of Python that random files are made of.
const PIECES: &[&str] = &[
    "def f(",
    "class A:",
    "\n",
    "\n    ",
    "\n\t",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    ";",
    "'",
    "\"",
    "'''",
    "f'",
    "rb\"",
    "\\",
    "\\\n",
    "\r",
    "\x0c",
    "#",
    "# nosec ",
    "B101,",
    "import os",
    "from . import ",
    " as ",
    "*",
    "**",
    "-",
    "not ",
    "lambda ",
    "x",
    "password",
    " = ",
    "==",
    "0x",
    "1e5",
    "\u{feff}",
    "é",
    "日本",
    "\u{202e}",
    "select * from ",
    " %s ",
    ".format",
    "if ",
    "elif ",
    "else:",
    "try:",
    "except ",
    "match x:",
    "case ",
    "@",
    "await ",
    "async ",
    "yield ",
    "...",
    "{x=!r:",
    ">{y}}",
    "shell=True",
    "subprocess.call",
    "assert ",
    "type X = ",
    "coding: latin-1",
    "\0",
    "\u{2028}",
];

/// Runs for as many seconds as `GATE_HOOK_FUZZ_SECONDS` says, else for a moment.
#[test]
fn random_files_never_panic() {
    let seconds = super::variable("GATE_HOOK_FUZZ_SECONDS").and_then(|text| text.parse().ok());
    let end = Instant::now() + seconds.map_or(Duration::from_secs(1), Duration::from_secs);
    let scanner = Scanner::new(Settings::default());
    let own = include_str!("mutate.rs");
    let mut rounds = 0_u64;
    while Instant::now() < end || rounds < 200 {
        let mut random = Random::new(rounds);
        let mut content: Vec<u8> = Vec::new();
        for _ in 0..random.below(60) {
            content.extend(random.pick(PIECES).as_bytes());
        }
        if random.below(4) == 0 {
            let from = random.below(own.len());
            let to = own.len().min(from + random.below(2000));
            content.extend(&own.as_bytes()[from..to]);
        }
        for _ in 0..random.below(3) {
            if !content.is_empty() {
                let at = random.below(content.len());
                content[at] = random.below(256) as u8;
            }
        }
        scanner.scan("a.py", &content);
        rounds += 1;
    }
    say(&format!("{rounds} random files"));
}
