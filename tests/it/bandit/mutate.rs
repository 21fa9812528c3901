//! Random changes to real files, always the same for the same seed.

use gate_hook::bandit::{Scanner, Settings};

/// A small generator of numbers (xorshift).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns a number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }

    pub(super) fn pick<'t, T: ?Sized>(&mut self, choices: &[&'t T]) -> &'t T {
        choices[self.below(choices.len())]
    }
}

/// Statements that many tests look at, in many forms.
const STATEMENTS: &[&str] = &[
    "import subprocess as sp; sp.call('ls *', shell=True)",
    "from subprocess import Popen as P; P(['ls'], shell=False)",
    "import os\nos.system(f'tar {x} *')",
    "password = 'secret' 'value'",
    "d = {'token': 1, \"passwd\": b'x', **e}",
    "if self.password == 'x': pass",
    "x['secret'] = 'y'",
    "import pickle, hashlib as h\npickle.loads(h.md5(b'').digest())",
    "h.new('MD5', usedforsecurity=False)",
    "from yaml import load\nimport yaml\nload(x)\nyaml.load(x, Loader=yaml.SafeLoader)",
    "sql = 'select * ' + 'from ' + table + ' where'",
    "cursor.execute('delete from t where %s' % x)",
    "cursor.execute(f'insert into {t} ' 'values (1)')",
    "q = 'update t {} set '.format(x)",
    "q = f\"\"\"select {a}\nfrom {b} \"\"\" \"/tmp/x\"",
    "open('/tmp/' + name)",
    "f('/var/tmp', \"0.0.0.0\")",
    "import requests as r\nr.get(u, verify=False,\n    timeout=None)",
    "try:\n    pass\nexcept Exception:\n    pass;",
    "for i in x:\n    try: f()\n    except: continue",
    "def f(a, password='x', /, token='y', *, pwd='z'): return 1",
    "async def f(password='x'): pass",
    "exec(eval('1'), shell='')",
    "os.chmod('/etc', 0o777)",
    "import random; random.choice([1]) if random.random() else random.Random()",
    "f(x for x in g('/tmp/a'))",
    "match x:\n    case '/tmp/a' if f('/tmp/b'): pass\n    case {'0.0.0.0': y}: pass",
    "lambda p='/tmp/q': p",
    "@f('/tmp/d')\ndef g() -> '/tmp/e':\n    return '/tmp/f'",
    "from flask import Flask\nFlask(__name__).run(debug=True)",
    "from jinja2 import Environment\nEnvironment(autoescape=f(autoescape=True))",
    "with open('/tmp/x') as f, g('/tmp/y'): pass",
    "from django.utils.safestring import mark_safe\nz = 'x'\nmark_safe(z)\nmark_safe('%s' % z)",
    "import tarfile\ntarfile.open(x).extractall(members=f(x))",
    "assert x, '/tmp/assert'",
    "print(f'{x=}' '/tmp/z', f'/tmp/{x:{y}>/tmp/w}')",
    "from .subprocess import run\nrun(x, shell=1)",
];

const COMMENTS: &[&str] = &[
    "# nosec",
    "# nosec B101",
    "#nosec: B105, B106",
    "# nosec B404,B603",
    "# noqa # nosec assert_used # nosec B602",
    "# nosec because it is safe",
    "# nosec pickle",
    "# nosec B110 B112",
    "# nosecB311",
    "# NOSEC",
    "# nosec B001",
];

const NAMES: &[&str] = &[
    "password",
    "os",
    "subprocess",
    "pickle",
    "random",
    "requests",
    "hashlib",
    "eval",
    "tempfile",
];

/// Returns the text with a few random changes.
pub(super) fn mutate(text: &str, seed: u64) -> String {
    let mut random = Random::new(seed + 1);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let scanner = Scanner::new(Settings::default());
    for _ in 0..4 + random.below(12) {
        let at = random.below(lines.len());
        let before = lines.clone();
        match random.below(10) {
            0..=2 => insert(&mut lines, at, &mut random),
            3..=5 => comment(&mut lines, at, &mut random),
            6 => rename(&mut lines, &mut random),
            7 => wrap(&mut lines, at),
            8 => alias(&mut lines, at, &mut random),
            _ => requote(&mut lines, at),
        }
        // Broken files say little, so only a few stay broken.
        let broken = scanner
            .scan("m.py", lines.join("\n").as_bytes())
            .error
            .is_some();
        if broken && random.below(40) > 0 {
            lines = before;
        }
    }
    let end = match random.below(8) {
        0 => "\r\n",
        1 => "\r",
        _ => "\n",
    };
    let indented = random.below(6) == 0;
    if indented {
        lines = lines.iter().map(|line| format!("  {line}")).collect();
        lines.insert(0, "if True:".to_owned());
    }
    let mut mutant = lines.join(end);
    if end == "\r" {
        // With a few line feeds among them the reference tool reads comments differently in each version of Python.
        mutant = mutant.replace('\n', end);
    }
    if random.below(10) > 0 {
        mutant.push_str(end);
    }
    if random.below(12) == 0 {
        mutant.insert(0, '\u{feff}');
    }
    mutant
}

/// Puts statements in front of a line, indented like it.
fn insert(lines: &mut Vec<String>, at: usize, random: &mut Random) {
    let line = lines.get(at).cloned().unwrap_or_default();
    let indent = &line[..line.len() - line.trim_start().len()];
    let statement = random.pick(STATEMENTS);
    let indented: Vec<String> = statement
        .lines()
        .map(|line| format!("{indent}{line}"))
        .collect();
    lines.splice(at..at, indented);
}

fn comment(lines: &mut [String], at: usize, random: &mut Random) {
    if let Some(line) = lines.get_mut(at) {
        line.push_str("  ");
        line.push_str(random.pick(COMMENTS));
    }
}

/// Replaces one word of the file by another everywhere.
fn rename(lines: &mut [String], random: &mut Random) {
    let at = random.below(lines.len());
    let Some(line) = lines.get(at) else { return };
    let word = line
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .find(|word| word.len() > 3 && word.starts_with(|c: char| c.is_lowercase()));
    let Some(word) = word.map(str::to_owned) else {
        return;
    };
    let new = random.pick(NAMES);
    for line in lines {
        *line = line.replace(&word, new);
    }
}

/// Breaks a line behind its first opening bracket.
fn wrap(lines: &mut [String], at: usize) {
    if let Some(line) = lines.get_mut(at)
        && let Some(open) = line.find('(')
    {
        line.insert_str(open + 1, "  # nosec B603\n        ");
    }
}

fn alias(lines: &mut [String], at: usize, random: &mut Random) {
    let count = lines.len();
    for line in lines.iter_mut().skip(at).take(count) {
        if line.trim_start().starts_with("import ") && !line.contains([',', '(', '#', ';']) {
            line.push_str(" as ");
            line.push_str(random.pick(NAMES));
            return;
        }
    }
}

/// Changes the form of the strings of a line.
fn requote(lines: &mut [String], at: usize) {
    if let Some(line) = lines.get_mut(at) {
        *line = line.replace('\'', "\"\"\"").replace(" \"", " u\"");
    }
}
