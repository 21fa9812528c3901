//! Turns `rules/secrets/*.toml` into one static table: the rules, and the automaton that finds their words.
//! Turns the headers of `src/bandit/checks/*.rs` into the manual pages of the tests.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

#[path = "src/secrets/automaton.rs"]
mod automaton;
#[path = "src/secrets/check.rs"]
mod check;
#[path = "src/secrets/index.rs"]
#[expect(dead_code, reason = "only the engine asks for targets")]
mod index;
#[path = "src/secrets/pairs/anchors.rs"]
#[expect(dead_code, reason = "only the engine asks what an anchor starts")]
mod pair_anchors;
#[path = "src/secrets/schema.rs"]
mod schema;
#[path = "src/secrets/shape.rs"]
#[expect(dead_code, reason = "only the engine measures runs")]
mod shape;
#[path = "src/secrets/structure/anchors.rs"]
mod structure_anchors;

use index::{Index, Target, Words};
use schema::RawRule;
use shape::Piece;

const RULES: &str = "rules/secrets";
const CHECKS: &str = "src/bandit/checks";

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script where to write in the environment"
)]
fn main() {
    for path in ["build.rs", "src/secrets", RULES, CHECKS] {
        println!("cargo::rerun-if-changed={path}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    if is_gnu_linux() {
        fix_addresses();
        take_in_libraries(&out);
    }
    let rules = read_rules();
    let mut words = index::words_of(&rules);
    add(&mut words, structure_anchors::ANCHORS, false, |anchor| {
        Target::Structure { anchor }
    });
    add(&mut words, pair_anchors::KEYWORDS, true, |keyword| {
        Target::Pair { keyword }
    });
    let mut code = table(&rules);
    code += &index_code(&words, &out);
    fs::write(out.join("rules.rs"), code).expect("OUT_DIR is writable");
    fs::write(out.join("pages.rs"), pages()).expect("OUT_DIR is writable");
}

/// Returns whether the program is made for Linux with GNU's C library and linker.
#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script about the target in the environment"
)]
fn is_gnu_linux() -> bool {
    let is = |key: &str, value: &str| env::var(key).as_deref() == Ok(value);
    is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu")
}

/// Links the program at fixed addresses, so that its tables need no relocation. Each of their tens of thousands of
/// pointers would otherwise be written at every start, which cost more than a small commit's whole scan.
fn fix_addresses() {
    println!("cargo::rustc-link-arg-bins=-no-pie");
}

/// Takes the system's libraries into the program, where the C compiler has them to take in: to find shared ones and to bind
/// their names is a fourth of what a small commit costs.
///
/// Rust asks for shared libraries, and its flag for the opposite cannot be set for one program alone. So each of them is
/// answered with a linker's script that names the archive instead.
#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script about the target in the environment, and the compiler knows its own libraries"
)]
fn take_in_libraries(out: &Path) {
    const ANSWERS: [(&str, &[&str]); 7] = [
        ("libc.so", &["libc.a", "libgcc_eh.a", "libgcc.a"]),
        ("libgcc_s.so", &["libgcc_eh.a"]),
        ("libm.so", &["libm.a"]),
        ("libdl.so", &["libdl.a"]),
        ("librt.so", &["librt.a"]),
        ("libutil.so", &["libutil.a"]),
        ("libpthread.so", &["libpthread.a"]),
    ];
    if env::var("HOST").ok() != env::var("TARGET").ok() {
        return;
    }
    let archive = |name: &&str| {
        let asked = Command::new("cc")
            .arg(format!("-print-file-name={name}"))
            .output();
        let answer = String::from_utf8(asked.ok()?.stdout).ok()?;
        let path = Path::new(answer.trim());
        // A compiler that has none answers with the bare name.
        (path.is_absolute() && path.is_file()).then(|| path.display().to_string())
    };
    let scripts = out.join("archives");
    fs::create_dir_all(&scripts).expect("OUT_DIR is writable");
    for (name, archives) in ANSWERS {
        let Some(archives) = archives.iter().map(archive).collect::<Option<Vec<_>>>() else {
            return;
        };
        let script = format!("INPUT(\"{}\")\n", archives.join("\" \""));
        fs::write(scripts.join(name), script).expect("OUT_DIR is writable");
    }
    println!("cargo::rustc-link-arg-bins=-static");
    println!("cargo::rustc-link-arg-bins=-L{}", scripts.display());
}

/// Reads all rule files, sorted by the rules' ids; mistakes stop the build with their places.
fn read_rules() -> Vec<RawRule> {
    let mut rules: Vec<RawRule> = Vec::new();
    let mut files: Vec<_> = fs::read_dir(RULES)
        .expect("rules/secrets is a folder")
        .map(|entry| entry.expect("rules/secrets can be listed").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    let (read, wrong): (Vec<_>, Vec<_>) = files
        .iter()
        .map(|file| read_file(file))
        .partition(Result::is_ok);
    let wrong: Vec<_> = wrong.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    rules.extend(read.into_iter().flatten().flatten());
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    let mut ids = BTreeSet::new();
    for rule in &rules {
        assert!(
            ids.insert(&rule.id),
            "{RULES}: rule `{}` is there twice",
            rule.id
        );
    }
    rules
}

fn read_file(path: &Path) -> Result<Vec<RawRule>, String> {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    schema::parse(&text).map_err(|error| {
        let line = text[..error.at].matches('\n').count() + 1;
        let known = error
            .unknown
            .map(|(_, known)| format!("; known are {}", known.join(", ")));
        format!(
            "{}:{line}: {}{}",
            path.display(),
            error.message,
            known.unwrap_or_default()
        )
    })
}

fn add(words: &mut Words, more: &[&str], any_case: bool, target: impl Fn(u16) -> Target) {
    for (number, word) in more.iter().enumerate() {
        words
            .entry((word.as_bytes().to_vec(), any_case))
            .or_default()
            .push(target(number as u16));
    }
}

fn table(rules: &[RawRule]) -> String {
    let mut code = format!(
        "/// The built-in rules, sorted by id.\npub(crate) static RULES: [Definition; {}] = [\n",
        rules.len()
    );
    for rule in rules {
        let severity = rule.severity[..1].to_ascii_uppercase() + &rule.severity[1..];
        let pair = rule.pair.as_ref().map_or("None".to_owned(), |pair| {
            format!("Some({})", shape_code(pair))
        });
        let shapes: String = rule
            .shapes
            .iter()
            .map(|shape| shape_code(shape) + ", ")
            .collect();
        let _ = writeln!(
            code,
            "Definition {{ meta: RuleMeta {{ id: {:?}, title: {:?}, engine: Engine::Secrets, \
             category: Category::Credential, severity: Severity::{severity}, since: {:?}, page: {:?}, \
             references: &{:?}, cwe: Some(798) }}, family: {:?}, shapes: &[{shapes}], regex: {:?}, near: &{:?}, \
             checks: {}, advise: {}, pair: {pair}, public: {} }},",
            rule.id,
            rule.title,
            rule.since,
            rule.page,
            rule.references,
            rule.family,
            rule.regex,
            rule.near,
            checks_code(&rule.checks),
            checks_code(&rule.advise),
            rule.public,
        );
    }
    code + "];\n"
}

fn shape_code(pieces: &[Piece]) -> String {
    let mut code = "Shape(&[".to_owned();
    for piece in pieces {
        let _ = match piece {
            Piece::Literal(text) => write!(
                code,
                "Part::Literal(b\"{}\"), ",
                text.as_bytes().escape_ascii()
            ),
            Piece::Run {
                class,
                min,
                max,
                greedy,
            } => {
                write!(
                    code,
                    "Part::Run {{ class: Class::{class:?}, min: {min}, max: {max}, greedy: {greedy} }}, "
                )
            }
        };
    }
    code + "])"
}

fn checks_code(checks: &[(check::Kind, String)]) -> String {
    let mut code = "&[".to_owned();
    for (kind, parameter) in checks {
        let _ = write!(
            code,
            "Check {{ kind: Kind::{kind:?}, parameter: {parameter:?} }}, "
        );
    }
    code + "]"
}

/// Writes the rows of the index beside the code, because a megabyte of numbers is slow to compile.
fn index_code(words: &Words, out: &Path) -> String {
    let index = Index::build(words).expect("the words of the rules have fewer than 65536 states");
    let automaton = &index.automaton;
    fs::write(out.join("rows.bin"), &automaton.rows).expect("OUT_DIR is writable");
    let spellings: Vec<_> = index
        .spellings
        .iter()
        .map(|spelling| {
            format!(
                "Spelling {{ text: Cow::Borrowed(b\"{}\"), any_case: {}, first: {}, last: {} }}",
                spelling.text.escape_ascii(),
                spelling.any_case,
                spelling.first,
                spelling.last
            )
        })
        .collect();
    let targets: Vec<_> = index
        .targets
        .iter()
        .map(|target| format!("Target::{target:?}"))
        .collect();
    format!(
        "/// Finds the words of the built-in rules.\npub(crate) static INDEX: Index = Index {{ \
         automaton: Automaton {{ columns: Cow::Borrowed(&{:?}), \
         rows: Cow::Borrowed(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/rows.bin\"))), first_match: {}, \
         ends: Cow::Borrowed(&{:?}), words: Cow::Borrowed(&{:?}), longest: {} }}, \
         words: Cow::Borrowed(&{:?}), spellings: Cow::Borrowed(&[{}]), targets: Cow::Borrowed(&[{}]), \
         last: Cow::Borrowed(&{:?}) }};\n",
        automaton.columns,
        automaton.first_match,
        automaton.ends,
        automaton.words,
        automaton.longest,
        index.words,
        spellings.join(", "),
        targets.join(", "),
        index.last,
    )
}

/// Makes a constant of the header of every file of a Bandit test, named after the test's id.
fn pages() -> String {
    let mut files: Vec<_> = fs::read_dir(CHECKS)
        .expect("the checks are a folder")
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.file_name().is_some_and(|name| name != "mod.rs"))
        .collect();
    files.sort();
    files.iter().map(|file| page(file)).collect()
}

/// Reads `//! B101: title`, paragraphs, fenced examples (left out) and `<https://…>` (references).
fn page(file: &Path) -> String {
    let source = fs::read_to_string(file).expect("a check can be read");
    let mut header = source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line));
    let title = header.next().and_then(|line| line.split_once(": "));
    let (id, title) = title.unwrap_or_else(|| panic!("{}: no `B101: title`", file.display()));
    let (mut text, mut references, mut fenced) = (String::new(), Vec::new(), false);
    for line in header {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if let Some(reference) = line.strip_prefix('<') {
            references.push(reference.trim_end_matches('>'));
        } else if !fenced {
            text.push_str(line);
            text.push('\n');
        }
    }
    let text = text.trim();
    format!(
        "pub(super) const {id}: Page = Page {{ id: {id:?}, title: {title:?}, text: {text:?}, \
         references: &{references:?} }};\n"
    )
}
