//! Regular expressions over paths, said as globs where globs can say the same.
//!
//! An expression is taken apart into the ways in which it can match; each way becomes a glob or two. What no glob says
//! (a class with many members, a group that repeats) makes the whole expression none.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// More ways than this are not followed.
const MOST: usize = 64;
/// The most members of a class that is written out.
const LARGEST_CLASS: usize = 8;

/// A part of a way in which an expression matches.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// A text as a glob writes it.
    Glob(String),
    /// `[^/]*`
    Segment,
    /// `.*`
    Any,
    /// `^`
    Start,
    /// `$`
    End,
}

type Ways = Vec<Vec<Piece>>;

/// Returns the globs that match what an expression matches in a path; nothing where there are none.
pub(super) fn globs(regex: &str) -> Option<Vec<String>> {
    let mut parser = ParserBuilder::new().nest_limit(32).build();
    let hir = parser.parse(regex).ok()?;
    let mut globs = Vec::new();
    for way in ways(&hir)? {
        globs.extend(glob(way)?);
    }
    globs.sort();
    globs.dedup();
    // At the root and below any directory is at any depth.
    let below: Vec<String> = globs
        .iter()
        .filter_map(|glob| glob.strip_prefix("*/**/"))
        .filter(|rest| globs.contains(&format!("/{rest}")))
        .map(str::to_owned)
        .collect();
    globs.retain(|glob| {
        let rest = glob.strip_prefix("*/**/").or(glob.strip_prefix('/'));
        !rest.is_some_and(|rest| below.iter().any(|below| below == rest))
    });
    globs.extend(below.iter().map(|rest| format!("**/{rest}")));
    Some(globs)
}

fn ways(hir: &Hir) -> Option<Ways> {
    match hir.kind() {
        HirKind::Empty => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            Some(vec![vec![Piece::Glob(text.chars().map(escaped).collect())]])
        }
        HirKind::Class(class) => Some(vec![vec![Piece::Glob(class_of(class)?)]]),
        HirKind::Look(Look::Start) => Some(vec![vec![Piece::Start]]),
        HirKind::Look(Look::End) => Some(vec![vec![Piece::End]]),
        HirKind::Look(_) => None,
        HirKind::Repetition(repetition) => repeated(repetition),
        HirKind::Capture(capture) => ways(&capture.sub),
        HirKind::Concat(parts) => parts.iter().try_fold(vec![Vec::new()], |before, part| {
            let after = ways(part)?;
            let joined: Ways = before
                .iter()
                .flat_map(|before| after.iter().map(|after| [&before[..], after].concat()))
                .collect();
            (joined.len() <= MOST).then_some(joined)
        }),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(ways(part)?);
            }
            (all.len() <= MOST).then_some(all)
        }
    }
}

fn repeated(repetition: &Repetition) -> Option<Ways> {
    let any = match repetition.sub.kind() {
        HirKind::Class(class) if spans(class, true) => Some(Piece::Any),
        HirKind::Class(class) if spans(class, false) => Some(Piece::Segment),
        _ => None,
    };
    match (any, repetition.min, repetition.max) {
        (Some(any), 0, None) => Some(vec![vec![any]]),
        (Some(any), 1, None) => Some(vec![vec![Piece::Glob("?".to_owned()), any]]),
        (_, 0, Some(1)) => {
            let mut all = ways(&repetition.sub)?;
            all.push(Vec::new());
            Some(all)
        }
        _ => None,
    }
}

/// Returns whether a class holds nearly everything, with or without the slash.
fn spans(class: &Class, slash: bool) -> bool {
    let Class::Unicode(class) = class else {
        return false;
    };
    let holds = |c: char| {
        class
            .iter()
            .any(|range| range.start() <= c && c <= range.end())
    };
    class.ranges().len() <= 3 && holds('a') && holds(char::MAX) && holds('/') == slash
}

/// Returns a class as a glob writes it.
fn class_of(class: &Class) -> Option<String> {
    if spans(class, false) {
        return Some("?".to_owned());
    }
    let Class::Unicode(class) = class else {
        return None;
    };
    let mut members = Vec::new();
    for range in class.iter() {
        members.extend((range.start()..=range.end()).take(LARGEST_CLASS + 1));
    }
    match members.as_slice() {
        [only] => Some(escaped(*only)),
        members if members.len() > LARGEST_CLASS => None,
        members if members.iter().all(char::is_ascii_alphanumeric) => {
            Some(format!("[{}]", members.iter().collect::<String>()))
        }
        _ => None,
    }
}

fn escaped(c: char) -> String {
    if "*?[]{}\\!,".contains(c) {
        format!("\\{c}")
    } else {
        c.to_string()
    }
}

/// Returns the globs of one way.
fn glob(mut way: Vec<Piece>) -> Option<Vec<String>> {
    let from_start = way.first() == Some(&Piece::Start);
    let to_end = way.last() == Some(&Piece::End);
    if from_start {
        way.remove(0);
    } else {
        way.insert(0, Piece::Any);
    }
    if to_end {
        way.pop();
    } else {
        way.push(Piece::Any);
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for piece in way {
        match (pieces.last_mut(), piece) {
            (_, Piece::Start | Piece::End) => return None,
            (Some(Piece::Any), Piece::Any | Piece::Segment) => {}
            (Some(last @ Piece::Segment), piece @ (Piece::Any | Piece::Segment)) => *last = piece,
            (Some(Piece::Glob(text)), Piece::Glob(more)) => text.push_str(&more),
            (_, piece) => pieces.push(piece),
        }
    }
    let mut globs = vec![String::new()];
    for (at, piece) in pieces.iter().enumerate() {
        let texts: Vec<&str> = match (piece, pieces.get(at + 1)) {
            (Piece::Glob(text), _) => vec![text],
            (Piece::Segment, _) => vec!["*"],
            (_, next) => {
                let starts = globs
                    .iter()
                    .all(|glob| glob.is_empty() || glob.ends_with('/'));
                let slash = matches!(next, Some(Piece::Glob(text)) if text.starts_with('/'));
                match (starts, next) {
                    (true, None) => vec!["**"],
                    (true, _) if slash => vec!["*/**"],
                    (true, _) => vec!["**/*"],
                    // A directory that matches stands for all that is below it.
                    (false, None) => vec!["*"],
                    (false, _) if slash => vec!["*/**"],
                    (false, _) => vec!["*", "*/**/*"],
                }
            }
        };
        globs = globs
            .iter()
            .flat_map(|glob| texts.iter().map(move |text| format!("{glob}{text}")))
            .collect();
        if globs.len() > MOST {
            return None;
        }
    }
    let says_something = |glob: &String| glob.chars().any(char::is_alphanumeric);
    if from_start {
        globs.iter_mut().for_each(|glob| glob.insert(0, '/'));
    }
    // No path begins with a slash.
    let possible = |glob: &String| says_something(glob) && !glob.starts_with("//");
    globs.iter().all(possible).then_some(globs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::RepoPath;
    use crate::policy::paths::Globs;

    #[test]
    fn expressions_become_globs() {
        let check = |regex: &str, expected: &[&str]| {
            assert_eq!(globs(regex).unwrap_or_default(), expected, "{regex}");
        };
        check(r"vendor/", &["**/*vendor/**"]);
        check(r"^docs/", &["/docs/**"]);
        check(r"(.*?)\.svg$", &["**/*.svg"]);
        check(r"(^|/)go\.(mod|sum)$", &["**/go.mod", "**/go.sum"]);
        check(r"\.(?:png|jpe?g)$", &["**/*.jpeg", "**/*.jpg", "**/*.png"]);
        check(r"^src/[^/]+\.pem$", &["/src/?*.pem"]);
        check(r"^a/.*b$", &["/a/**/*b"]);
        check(r".*", &[]);
        check(r"\d{3}", &[]);
        check(r"a(bc)+", &[]);
        check(r"^/etc", &[]);
        check(r"((((a|b)|c)|d)(e|f|g)(h|i|j)(kk|l|m)(nn|o|p)){2}", &[]);
        check("(", &[]);
    }

    #[test]
    fn globs_match_what_the_expression_matches() {
        let paths = [
            "a",
            "go.sum",
            "x/go.sum",
            "go.sum2",
            "vendor/a",
            "myvendor/a/b",
            "x/vendor/a.png",
            "docs/a.md",
            "docs/x/a.md",
            "x/docs/a.md",
            "src/a.pem",
            "src/x/a.pem",
            "a/b",
            "a/xb",
            "a/x/b",
            "a/x/yb",
            "img.jpeg",
            "testdata/x/testdata/y",
            "x/testdata/y",
            "foo1bar",
            "foo/1/bar",
        ];
        for regex in [
            "vendor/",
            "^docs/",
            r"(^|/)go\.sum$",
            r"\.(png|jpe?g)$",
            r"^src/[^/]+\.pem$",
            "^a/.*b$",
            "/testdata/",
            "(^|.*/)testdata/",
            "foo.*bar",
            "^foo.*bar$",
            r"docs/.+\.md$",
        ] {
            let expression = regex::Regex::new(regex).unwrap();
            let patterns = globs(regex).unwrap_or_else(|| panic!("{regex}"));
            let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
            let globs = Globs::built_in(&patterns);
            for path in paths {
                let (by_glob, by_regex) = (
                    globs.matches(&RepoPath::new(path)),
                    expression.is_match(path),
                );
                assert_eq!(by_glob, by_regex, "{regex} {patterns:?} {path}");
            }
        }
    }
}
