//! Turns `rules/secrets/*.toml` into one static table, so that the program parses no rule when it starts.

#[allow(dead_code, reason = "the program uses what the build script does not")]
#[path = "src/secrets/schema.rs"]
mod schema;
#[allow(dead_code, reason = "the program uses what the build script does not")]
#[path = "src/secrets/shape.rs"]
mod shape;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use schema::{ReadRule, Role};
use shape::Part;

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script where to write in the environment"
)]
fn main() {
    println!("cargo::rerun-if-changed=rules/secrets");
    println!("cargo::rerun-if-changed=src/secrets/schema.rs");
    println!("cargo::rerun-if-changed=src/secrets/shape.rs");
    let mut files: Vec<_> = fs::read_dir("rules/secrets")
        .expect("the rules stand beside the build script")
        .map(|entry| entry.expect("the folder of rules is readable").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    let mut rules: Vec<ReadRule> = files.iter().flat_map(|file| read(file)).collect();
    rules.sort_by(|a, b| a.raw.id.cmp(&b.raw.id));
    for pair in rules.windows(2) {
        assert!(
            pair[0].raw.id != pair[1].raw.id,
            "two rules are called `{}`",
            pair[0].raw.id
        );
    }
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("secret_rules.rs"), table(&rules)).expect("OUT_DIR is writable");
}

fn read(file: &Path) -> Vec<ReadRule> {
    let name = file.display();
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{name}: {error}"));
    let raw = schema::read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let check = |rule: schema::RawRule| {
        let id = rule.id.clone();
        schema::check(rule)
            .unwrap_or_else(|(key, error)| panic!("{name}: rule `{id}`: {key}: {error}"))
    };
    raw.into_iter().map(check).collect()
}

/// Writes the table of rules and the table of anchors.
fn table(rules: &[ReadRule]) -> String {
    let mut code = "pub(super) static RULES: &[Definition] = &[\n".to_owned();
    let mut anchors: BTreeMap<&str, Vec<(usize, Role)>> = BTreeMap::new();
    for (index, rule) in rules.iter().enumerate() {
        for anchor in &rule.anchors {
            anchors
                .entry(&anchor.text)
                .or_default()
                .push((index, anchor.role));
        }
        write_rule(&mut code, rule);
    }
    code.push_str("];\npub(super) static ANCHORS: &[(&str, &[(u16, Role)])] = &[\n");
    for (text, uses) in anchors {
        let uses: Vec<String> = uses
            .iter()
            .map(|(rule, role)| format!("({rule}, Role::{role:?})"))
            .collect();
        writeln!(code, "({text:?}, &[{}]),", uses.join(", ")).expect("text takes everything");
    }
    code + "];\n"
}

fn write_rule(code: &mut String, rule: &ReadRule) {
    let raw = &rule.raw;
    let severity = raw.severity[..1].to_uppercase() + &raw.severity[1..];
    let shapes: Vec<String> = rule.shapes.iter().map(|parts| parts_code(parts)).collect();
    let pair = rule.pair.as_ref().map_or("None".to_owned(), |pair| {
        format!("Some({})", parts_code(pair))
    });
    writeln!(
        code,
        "Definition {{ meta: RuleMeta {{ id: {:?}, title: {:?}, engine: Engine::Secrets, \
         category: Category::Credential, severity: Severity::{severity}, since: {:?}, page: {:?}, \
         references: &{:?}, cwe: Some(798) }}, family: {:?}, shapes: &[{}], regex: {:?}, near: &{:?}, \
         checks: &{:?}, advises: &{:?}, pair: {pair}, public: {} }},",
        raw.id,
        raw.title,
        raw.since,
        raw.page.trim(),
        raw.references,
        raw.family.as_ref().unwrap_or(&raw.id),
        shapes.join(", "),
        raw.regex,
        raw.near,
        raw.check.0,
        raw.advise.0,
        raw.public,
    )
    .expect("text takes everything");
}

fn parts_code(parts: &[Part<String>]) -> String {
    let part_code = |part: &Part<String>| match part {
        Part::Run(alphabet, min, max) => format!("Part::Run(Alphabet::{alphabet:?}, {min}, {max})"),
        other => format!("Part::{other:?}"),
    };
    format!(
        "&[{}]",
        parts.iter().map(part_code).collect::<Vec<_>>().join(", ")
    )
}
