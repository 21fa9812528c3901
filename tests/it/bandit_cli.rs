//! `gate-hook bandit` beside the real command: the same arguments over the same tree, documents and exit codes
//! compared. Messages and times are taken out; they are the only thing that may differ.
//!
//! The oracle is Bandit itself, which the test command installs. With `GATE_HOOK_FULL=1` the cases are multiplied.

#![expect(
    clippy::disallowed_methods,
    reason = "the test command says with variables what it has installed and how much to compare"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{PROGRAM, say};

/// The files that both programs look at.
const TREE: &[(&str, &str)] = &[
    (
        "src/a.py",
        "import subprocess\nimport pickle  # nosec\nimport marshal  # nosec B403\n\n\ndef run(x, password=\"xé\"):\n    \
         subprocess.run(\n        x,\n        shell=True,\n    )\n    assert x\n    eval(x)  # nosec B307\n",
    ),
    (
        "src/b.py",
        "import os  # <&>'\nos.system(\"ls *\")\nexec(\"a\")\nexec(\"b\")\ntry:\n    pass\nexcept Exception:\n    pass\ntry:\n    \
         pass\nexcept ValueError:\n    pass\n",
    ),
    ("src/clean.py", "x = 1\n"),
    ("src/broken.py", "def f(:\n"),
    ("src/window.pyw", "assert 1\n"),
    ("src/known.py", AFTER),
    ("src/noext", "assert 1\n"),
    ("src/tests/test_a.py", "assert 1\r\nassert (2,\r\n  3)\r\n"),
    ("src/latests/l.py", "TOKEN = \"abc\"\nd = '/tmp/x'\n"),
    ("src/CVSS.py", "assert 1\n"),
    ("src/sub/.git/g.py", "assert 1\n"),
    ("src/sub/x.egg/y.py", "assert 1"),
    (
        "src/sub/od d#%.py",
        "assert '0.0.0.0'\nx = [\n'0.0.0.0',\n]\n",
    ),
    (
        "one/.bandit",
        "[bandit]\nskips = B101,B404\nexclude = sub\nrecursive = 1\n",
    ),
    ("one/a.py", "assert 1\nexec('')\n"),
    ("one/sub/b.py", "exec('')\n"),
    ("two/.bandit", "[bandit]\ntests = B101\n"),
    ("two/a.py", "assert 1\nexec('')\n"),
    ("broken/.bandit", "tests = B101\n"),
    ("broken/a.py", "assert 1\nexec('')\n"),
    (
        "all.ini",
        "[bandit]\ntargets = src/a.py,src/b.py\nformat = json\nnumber = 5\nignore-nosec = 1\naggregate = vuln\nconfigfile = skips.yaml\n",
    ),
    ("quiet.ini", "[bandit]\nquiet = 1\nbaseline = base.json\n"),
    ("foo.ini", "[bandit]\nformat = foo\nskips: B101\n  ,B102\n"),
    ("skips.yaml", "skips: [B101, B404]\n"),
    (
        "tests.yaml",
        "tests: [B101, B999]\nexclude_dirs: [tests, '*/sub/*']\n",
    ),
    ("text.yaml", "skips: B101\n"),
    (
        "chars.yaml",
        "include: '*.py'\nassert_used: {skips: ['*test_*.py']}\n",
    ),
    (
        "options.yaml",
        "try_except_pass: {check_typed_exception: yes}\nhardcoded_tmp_directory: {tmp_dirs: [/nope]}\nshell_injection: {subprocess: [os.system], shell: [], no_shell: []}\n",
    ),
    (
        "profiles.yaml",
        "profiles:\n  a:\n    include: [assert_used, B102]\n  b:\n    exclude: [assert_used, blacklist]\n",
    ),
    (
        "legacy.yaml",
        "profiles:\n  a:\n    include: [blacklist_calls]\n",
    ),
    ("list.yaml", "- a\n"),
    ("bad.yaml", "a: [1,\nb: }"),
    ("two.yaml", "a: 1\n---\nb: 1\n"),
    ("alias.yaml", "a: &x [B404, B101]\nskips: *x\n"),
    (
        "pyproject.toml",
        "[tool.bandit]\nskips = ['B101']\nexclude_dirs = ['src/tests']\n[tool.bandit.try_except_pass]\ncheck_typed_exception = true\n",
    ),
    ("other.toml", "[tool.other]\nx = 1\n"),
    ("bad.toml", "[tool.bandit\n"),
    ("nobase.json", "{}"),
    ("empty.json", "{\"results\": []}"),
];

/// A file as a baseline knows it …
const BEFORE: &str = "\
import pickle
password = 'hunter one'
f(token='hunter two')
def g(secret='hunter three'): pass
hashlib.md5(x)
requests.get(x)
os.chmod('a', 0o777)
jinja2.Environment()
d = {'token': 0x10}
";

/// … and as it is afterwards: only these findings are new to Bandit, which compares messages.
const AFTER: &str = "\
import dill  # new
import pickle
import shelve  # new
pwd = 'hunter one'
password = 'hunter none'  # new
f(token='hunter two', x=1)
f(token='hunter too')  # new
def h(secret='hunter three', x=1): pass
def i(secret='hunter free', x=1): pass  # new
hashlib.md5(y)
hashlib.sha1(y)  # new
hashlib.new('MD5')
requests.post(y)
requests.post(y, timeout=None)  # new
httpx.get(y, timeout=None)  # new
os.chmod('a', 0o777)
os.chmod('b', 0o777)  # new
os.chmod('a', 0o776)  # new
jinja2.Environment(x)
jinja2.Environment(autoescape=False)  # new
d = {'token': 16}
d = {'token': 16.0}  # new
";

/// The command lines that are always compared.
const CASES: &[&str] = &[
    "-r src",
    "-r src -f json",
    "-r src -f csv",
    "-r src -f xml",
    "-r src -f html",
    "-r src -f yaml",
    "-r src -f sarif",
    "-r src -f screen",
    "-r src -f custom",
    "-r src -v -f txt",
    "-r src -v -f screen -n 1",
    "-q -r src/clean.py -f txt",
    "-q -r src/clean.py -f json",
    "-q src/clean.py -f xml",
    "src/clean.py",
    "-r src -f json -a vuln",
    "-r src -f yaml -a vuln -n 1",
    "-r src -f txt -n 0 -ll",
    "-r src -f html -n 7 -iii",
    "-r src -lll -ii -f csv",
    "-r src --sev medium --confidence-level=high -f json",
    "-r src --severity-level all -f csv",
    "-rllfcsv src",
    "-r src -t B101,B404 -f csv",
    "-r src -t B001 -f csv",
    "-r src -s B001,B101 -f csv",
    "-r src -t B001,B404 -s B102 -f csv",
    "-r src -t B101 -s B101",
    "-r src -t assert_used",
    "-r src -s B001 -t B404",
    "-r src --ignore-nosec -f json",
    "-r src -x tests -f csv",
    "-r src --exclude= -f csv",
    "-r src -x tests, -f csv",
    "-r src -x ./tests,*/sub/* -f csv",
    "-r src -x src/tests,b.py -v -f txt",
    "-r ./src -x ./src/sub/ -f csv",
    "-r src/../src src/a.py ./src/a.py src/noext nope.py -f json",
    "src -f csv",
    "src/a.py src src/CVSS.py -v",
    "-r . -x src/sub,one,two,broken -f csv",
    "-r one -f csv",
    "one -f csv",
    "-r one two -f csv",
    "-r broken -f csv",
    "--ini all.ini",
    "--ini quiet.ini src/clean.py",
    "--ini quiet.ini -r src -f json",
    "--ini foo.ini src/b.py",
    "--ini nope.ini src/b.py -f csv",
    "-r src -c skips.yaml -f csv",
    "-r src -c tests.yaml -f csv",
    "-r src -c tests.yaml -x CVSS -f csv",
    "-r src -c text.yaml -f csv",
    "-r src -c chars.yaml -f csv",
    "-r src -c options.yaml -f csv",
    "-r src -c profiles.yaml -f csv",
    "-r src -c profiles.yaml -p a -f csv",
    "-r src -c profiles.yaml -p b -f csv",
    "-r src -c profiles.yaml -p c",
    "-r src -c profiles.yaml -p a -s B101",
    "-r src -p a",
    "-r src -c legacy.yaml -p a",
    "-r src -c list.yaml",
    "-r src -c bad.yaml",
    "-r src -c two.yaml",
    "-r src -c alias.yaml -f csv",
    "-r src -c pyproject.toml -f csv",
    "-r src -c other.toml -f csv",
    "-r src -c bad.toml",
    "-r src -c nope.yaml",
    "-r src -b base.json -f json",
    "-r src -b base.json -f txt -n 5",
    "-r src -b base.json -f html",
    "-r src -b base.json -f screen",
    "-r src -b base.json -f custom -ll",
    "-r src -b base.json -f csv",
    "-r src -b known.json -f json",
    "-r src -b known.json -f txt",
    "-r src -b nobase.json -f json",
    "-r src -b empty.json -f json",
    "-r src -b nope.json -f json",
    "-r src --baseline= -f json",
    "- -f json",
    "- src/a.py -f csv",
    "-r src -f custom --msg-template {relpath:>20.12s}|{line:03}|{test_id:^8}|{range}|{col}|{{}}|{severity!r}",
    "src/b.py -f custom --msg-template {nope}{line:#06x}\\t{confidence:_<9}",
    "src/b.py -f custom --msg-template {relpath}:{line}:{col}-{end_col:>4}:{cwe}",
    "src/b.py -f custom --msg-template nothing",
    "src/b.py -f custom --msg-template=",
    "src/b.py -f custom --msg-template {line",
    "src/b.py --msg-template {line}",
    "-r src -o out.txt",
    "-r src -f json -o out.txt",
    "-r src -f csv -o out.txt --exit-zero",
    "-r src -f html -o out.txt",
    "-r src -f xml -o out.txt",
    "-r src -f sarif -o out.txt",
    "-r src -f yaml -o out.txt",
    "-r src -f custom -o out.txt",
    "-r src -f screen -o out.txt",
    "-r src --exit-zero -f csv",
    "-r src -f nope",
    "-r src -qv",
    "-r src -l --severity-level high",
    "src/a.py -f csv src/b.py",
    "-r src --nope",
    "-r src -n x",
    "-r src --con high",
    "-r -- src",
    "",
];

#[test]
fn answers_are_those_of_the_real_command() {
    let home = tree();
    let mut cases: Vec<String> = CASES.iter().map(|case| (*case).to_owned()).collect();
    if std::env::var_os("GATE_HOOK_FULL").is_some() {
        cases.extend(products());
    }
    compare(home.path(), &cases);
}

/// Returns every format with every choice of what is looked at, and of what is reported.
fn products() -> Vec<String> {
    let looks = [
        "-r src",
        "-r src one -x CVS,tests",
        "src/a.py src/b.py src/broken.py nope.py",
        "-r src -c pyproject.toml",
        "-r src -c options.yaml --ignore-nosec",
        "-r two -q",
        "-",
    ];
    let choices = [
        "",
        "-lll",
        "-ii -ll",
        "-t B101,B105,B607",
        "-s B001",
        "-n 1 -v",
        "-n 6 -a vuln",
        "-b base.json",
    ];
    let formats = [
        "csv", "custom", "html", "json", "sarif", "screen", "txt", "xml", "yaml",
    ];
    let mut cases = Vec::new();
    for look in looks {
        for choice in choices {
            for format in formats {
                // Bandit's page has the name `<stdin>` as an element; docs/bandit.md lists that ours escapes it.
                if (look, format) == ("-", "html") {
                    continue;
                }
                cases.push(format!("{look} {choice} -f {format}"));
            }
        }
    }
    cases
}

#[test]
fn what_makes_the_real_command_crash_is_told() {
    let home = tree();
    for (name, text) in [
        ("empty.yaml", ""),
        ("number.yaml", "skips: [101]\n"),
        ("dirs.yaml", "exclude_dirs: tests\n"),
        ("section.yaml", "try_except_pass: 5\n"),
        ("level.ini", "[bandit]\nlevel = 2\n"),
        ("output.ini", "[bandit]\noutput = out.txt\n"),
    ] {
        fs::write(home.path().join(name), text).unwrap();
    }
    for (line, expected) in [
        (
            "-r src -c empty.yaml",
            "empty.yaml:1:1: the file holds no settings",
        ),
        (
            "-r src -c number.yaml",
            "number.yaml:1:9: `skips` holds a number; each item has to be a text",
        ),
        (
            "-r src -c dirs.yaml",
            "dirs.yaml:1:15: `exclude_dirs` is a text",
        ),
        (
            "-r src -c section.yaml",
            "section.yaml:1:18: `try_except_pass` is a number",
        ),
        (
            "-r src --ini level.ini",
            "`level` has no meaning in a `.bandit` file",
        ),
        (
            "-r src --ini output.ini",
            "`output` has no meaning in a `.bandit` file",
        ),
        ("-r src -llll", "-l is given more than three times"),
        ("-r src -f json -o", "-o needs a value"),
        ("-r src -f custom --msg-template {}", "a tag has no name"),
    ] {
        let (code, output, errors) = ours(home.path(), line, None);
        assert_eq!((code, output.as_str()), (2, ""), "{line}: {errors}");
        assert!(errors.contains(expected), "{line}: {errors}");
    }
    assert!(!home.path().join("out.txt").exists());
}

#[test]
fn a_baseline_hides_what_it_knows_and_nothing_else() {
    let home = tree();
    fs::write(home.path().join("src/known.py"), BEFORE).unwrap();
    ours(home.path(), "-r src -f json -o ours.json", None);
    fs::write(home.path().join("src/known.py"), AFTER).unwrap();
    let (code, output, errors) = ours(home.path(), "-r src -b ours.json -f json", None);
    assert_eq!(code, 1, "{errors}");
    let report: Value = serde_json::from_str(&output).unwrap();
    let results = report["results"].as_array().unwrap();
    let marked = AFTER.lines().filter(|line| line.ends_with("# new")).count();
    assert_eq!(results.len(), marked, "{output}");
    for result in results {
        let line = result["line_number"].as_u64().unwrap() as usize;
        let line = AFTER.lines().nth(line - 1).unwrap();
        assert!(line.ends_with("# new"), "{line}");
    }
    let written = fs::read_to_string(home.path().join("ours.json")).unwrap();
    let written: Value = serde_json::from_str(&written).unwrap();
    for result in written["results"].as_array().unwrap() {
        let text = result["issue_text"].as_str().unwrap();
        assert!(!text.contains("hunter"), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn what_never_ends_is_skipped() {
    let tree = TempDir::new().unwrap();
    let root = tree.path();
    fs::write(root.join("b.py"), "assert x\n").unwrap();
    std::os::unix::fs::symlink("/dev/zero", root.join("zero.py")).unwrap();
    let made = Command::new("mkfifo").arg(root.join("pipe.py")).status();
    assert!(made.unwrap().success());
    let (code, report, _) = ours(root, "-r . -f json", None);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(code, 1);
    assert_eq!(report["results"].as_array().unwrap().len(), 1);
    let skipped: Vec<_> = report["errors"].as_array().unwrap().iter().collect();
    assert_eq!(skipped.len(), 2);
    for file in skipped {
        assert_eq!(file["reason"], "neither a file nor a directory");
    }
}

#[test]
fn the_version_of_python_can_be_chosen() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("f.py"), "assert f'{x!r:{'a'}}'\n").unwrap();
    let scan = |version: &str| {
        ours(
            home.path(),
            &format!("f.py --python-version {version}"),
            None,
        )
    };
    assert_eq!(scan("3.12").0, 1);
    assert_eq!(scan("3.11").0, 0);
    assert_eq!(scan("2.7").0, 2);
    let (code, help, _) = ours(home.path(), "--help", None);
    assert!(code == 0 && help.contains("B101  assert_used"), "{help}");
    assert!(
        ours(home.path(), "--version", None)
            .1
            .starts_with("bandit 1.9.4\n")
    );
}

fn tree() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    for (name, text) in TREE {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let link = home.path().join("src/sub/dead.py");
    std::os::unix::fs::symlink("nowhere", link).unwrap();
    home
}

/// Returns our exit code, output (the file's behind standard output's) and errors.
fn ours(cwd: &Path, line: &str, file: Option<&str>) -> (i32, String, String) {
    let output = Command::new(PROGRAM)
        .arg("bandit")
        .args(line.split_whitespace())
        .current_dir(cwd)
        .env_clear()
        .stdin(Stdio::from(fs::File::open(stdin(cwd)).unwrap()))
        .output()
        .unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    if let Some(file) = file {
        let path = cwd.join(file);
        text.push_str(&fs::read_to_string(&path).unwrap());
        fs::remove_file(path).unwrap();
    }
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), text, errors)
}

/// Returns a file that stands in for standard input.
fn stdin(cwd: &Path) -> PathBuf {
    let path = cwd.join("given");
    if !path.exists() {
        fs::write(&path, STDIN).unwrap();
    }
    path
}

const STDIN: &str = "import subprocess\nassert 1\nexec('')";

/// Compares our answers with those of the real command, all of them in one run of it.
fn compare(cwd: &Path, lines: &[String]) {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oracles/bin/python");
    if !python.exists() && std::env::var_os("GATE_HOOK_NO_BANDIT").is_some() {
        say("skipped: GATE_HOOK_NO_BANDIT says that Bandit is not installed");
        return;
    }
    assert!(
        python.exists(),
        "Bandit is not in target/oracles: run ./test.sh, or set GATE_HOOK_NO_BANDIT"
    );
    // Reports of the real command, with messages in its own words, are baselines.
    let bandit = python.with_file_name("bandit");
    let known = cwd.join("src/known.py");
    for (content, options) in [
        (BEFORE, "-q -r src -f json -o known.json"),
        (AFTER, "-q -r src -s B102,B105 -f json -o base.json"),
    ] {
        fs::write(&known, content).unwrap();
        Command::new(&bandit)
            .args(options.split(' '))
            .current_dir(cwd)
            .output()
            .unwrap();
    }
    let version = Command::new(&python)
        .args(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
        .output()
        .unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let cases: Vec<Value> = lines
        .iter()
        .map(|line| {
            let file = line.contains("out.txt").then_some("out.txt");
            let (code, output, _) = ours(cwd, &format!("--python-version {version} {line}"), file);
            let args: Vec<&str> = line.split_whitespace().collect();
            json!({ "args": args, "stdin": STDIN, "file": file, "code": code, "output": output })
        })
        .collect();
    let mut oracle = Command::new(&python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/bandit/command_lines.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let given = json!({ "cwd": cwd, "cases": cases });
    serde_json::to_writer(oracle.stdin.take().unwrap(), &given).unwrap();
    let output = oracle.wait_with_output().unwrap();
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answers.len(), lines.len());
    let mut wrong = Vec::new();
    for (line, answer) in lines.iter().zip(&answers) {
        if let Some(difference) = difference("", &answer["ours"], &answer["theirs"]) {
            wrong.push(format!("bandit {line}\n    {difference}"));
        }
    }
    say(&format!(
        "{} of {} command lines agree",
        lines.len() - wrong.len(),
        lines.len()
    ));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the first place in which two documents differ.
fn difference(place: &str, ours: &Value, theirs: &Value) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            keys.into_iter().find_map(|key| {
                let get = |map: &serde_json::Map<String, Value>| {
                    map.get(key).cloned().unwrap_or_default()
                };
                difference(&format!("{place}.{key}"), &get(a), &get(b))
            })
        }
        (Value::Array(a), Value::Array(b)) => {
            let length = a.len().max(b.len());
            (0..length).find_map(|index| {
                let get = |list: &Vec<Value>| list.get(index).cloned().unwrap_or_default();
                difference(&format!("{place}[{index}]"), &get(a), &get(b))
            })
        }
        _ => (ours != theirs).then(|| format!("{place}: ours {ours}, theirs {theirs}")),
    }
}
