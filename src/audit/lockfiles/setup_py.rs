//! Literal lists in `setup.py`: the arguments of setuptools that name packages.
//!
//! The file is read as text, never run: an argument that is a list of strings, or the name of one assigned
//! before, is understood; anything else is said to be unread.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::audit::dependency::Manifest;
use crate::finding::RepoPath;

use super::entry::{self, Part, set_parts};
use super::file::{File, Tree, quoted};
use super::python_tokens::{Token, tokens};
use super::{Format, Name};

pub(super) const FORMAT: Format = Format {
    name: "setup.py",
    files: "`setup.py`",
    versions: "mostly ranges; lists of literals only",
    development: "`tests_require`; extras with names such as `dev`, `test`, `docs`",
    locked: true,
    recognises,
    read,
};

fn recognises(name: &Name) -> bool {
    name.file == "setup.py"
}

fn read(path: &RepoPath, content: &[u8], _: &mut Tree, manifest: &mut Manifest) {
    let file = File::utf8(path, content, manifest);
    let tokens = tokens(&file.text);
    let mut script = Script {
        file: &file,
        tokens: &tokens,
        names: BTreeMap::new(),
        manifest,
    };
    script.read();
}

struct Script<'s> {
    file: &'s File<'s>,
    tokens: &'s [Token<'s>],
    /// Where the value of each name begins that is assigned outside of brackets.
    names: BTreeMap<&'s str, usize>,
    manifest: &'s mut Manifest,
}

impl Script<'_> {
    fn read(&mut self) {
        let mut depth = 0_usize;
        for at in 0..self.tokens.len() {
            match self.tokens[at] {
                Token::Mark("(" | "[" | "{", _) => depth += 1,
                Token::Mark(")" | "]" | "}", _) => depth = depth.saturating_sub(1),
                Token::Name(name, _) if self.is_mark(at + 1, "=") => {
                    if depth == 0 {
                        self.names.insert(name, at + 2);
                    } else if depth == 1 {
                        self.argument(name, at + 2);
                    }
                }
                _ => {}
            }
        }
    }

    fn argument(&mut self, name: &str, at: usize) {
        match name {
            "install_requires" => self.list(at, &Part::Main),
            "setup_requires" => self.list(at, &Part::Build),
            "tests_require" => self.list(at, &Part::Group("tests".to_owned())),
            "extras_require" => self.extras(at),
            _ => {}
        }
    }

    fn is_mark(&self, at: usize, mark: &str) -> bool {
        matches!(self.tokens.get(at), Some(Token::Mark(found, _)) if *found == mark)
    }

    /// Follows a name to what was assigned to it last.
    fn resolved(&self, at: usize) -> usize {
        match self.tokens.get(at) {
            Some(Token::Name(name, _)) => self.names.get(name).copied().unwrap_or(at),
            _ => at,
        }
    }

    fn unread(&mut self, at: usize) {
        let offset = self
            .tokens
            .get(at)
            .map_or(self.file.text.len(), |token| token.span().start);
        let reason = "requirements that are no list of literals are not read";
        self.manifest
            .problems
            .push(self.file.problem(offset, reason));
    }

    /// Reads a list, tuple or set of strings, or one string with a requirement a line.
    fn list(&mut self, at: usize, part: &Part) {
        let mut next = self.resolved(at);
        if let Some(Token::Text { .. }) = self.tokens.get(next) {
            while let Some(Token::Text { text, span }) = self.tokens.get(next) {
                for line in text.lines() {
                    self.requirement(line, span.clone(), part);
                }
                next += 1;
            }
        } else if ["[", "(", "{"].iter().any(|mark| self.is_mark(next, mark)) {
            next += 1;
            while let Some(Token::Text { text, span }) = self.tokens.get(next) {
                // Strings side by side are one.
                let mut text = text.to_string();
                let mut span = span.clone();
                next += 1;
                while let Some(Token::Text {
                    text: more,
                    span: end,
                }) = self.tokens.get(next)
                {
                    text.push_str(more);
                    span.end = end.end;
                    next += 1;
                }
                self.requirement(&text, span, part);
                if !self.is_mark(next, ",") {
                    break;
                }
                next += 1;
            }
            if !["]", ")", "}"].iter().any(|mark| self.is_mark(next, mark)) {
                self.unread(next);
                return;
            }
            next += 1;
        } else {
            self.unread(at);
            return;
        }
        // Something may still be added: `[…] + more`, `[…].copy()`, `"…" % x`.
        if matches!(
            self.tokens.get(next),
            Some(Token::Mark("+" | "." | "%" | "*" | "[" | "(", _))
        ) {
            self.unread(next);
        }
    }

    fn extras(&mut self, at: usize) {
        let mut next = self.resolved(at);
        if !self.is_mark(next, "{") {
            self.unread(at);
            return;
        }
        next += 1;
        while let Some(Token::Text { text, .. }) = self.tokens.get(next) {
            if !self.is_mark(next + 1, ":") {
                break;
            }
            // `extra:marker` is an older way to write a condition.
            let extra = text.split(':').next().unwrap_or_default();
            let part = if extra.is_empty() {
                Part::Main
            } else {
                Part::Extra(extra.to_owned())
            };
            self.list(next + 2, &part);
            next = self.behind(next + 2);
            if !self.is_mark(next, ",") {
                break;
            }
            next += 1;
        }
        if !self.is_mark(next, "}") {
            self.unread(next);
        }
    }

    /// Returns the place of the comma or bracket that ends the value at a place.
    fn behind(&self, mut at: usize) -> usize {
        let mut depth = 0_usize;
        while let Some(token) = self.tokens.get(at) {
            match token {
                Token::Mark("(" | "[" | "{", _) => depth += 1,
                Token::Mark(")" | "]" | "}" | ",", _) if depth == 0 => break,
                Token::Mark(")" | "]" | "}", _) => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        at
    }

    fn requirement(&mut self, text: &str, span: Range<usize>, part: &Part) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            return;
        }
        let raw = self
            .file
            .text
            .get(span.clone())
            .and_then(|raw| raw.find(text));
        let at = |range: Range<usize>| match raw {
            Some(skip) => span.start + skip + range.start..span.start + skip + range.end,
            None => span.clone(),
        };
        match entry::requirement(self.file, text, at) {
            Ok(mut dependency) => {
                set_parts(&mut dependency, vec![part.clone()]);
                self.manifest.dependencies.push(dependency);
            }
            Err(error) => {
                let reason = format!("{} is no requirement: {error}", quoted(text));
                self.manifest
                    .problems
                    .push(self.file.problem(span.start, reason));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{demands, read_one};

    #[test]
    fn literal_lists_are_read_with_their_parts() {
        let text = r#"
from setuptools import setup  # install_requires=["no==1"]
"""install_requires=["neither==1"]"""
REQUIRES = [
    'Jinja2==3.1.2',  # why
    "requests"
    "[socks]>=2",
]
setup(
    name="x",
    install_requires=REQUIRES,
    tests_require=("pytest==7.4.0",),
    setup_requires="setuptools>=61",
    extras_require={
        "docs": ["Pygments==2.14.0"],
        "crypto": CRYPTO,
        ":os_name=='nt'": [u"colorama"],
    },
)
"#;
        let manifest = read_one("setup.py", text);
        assert_eq!(
            demands(&manifest),
            [
                "5:12 jinja2 3.1.2",
                "6:6 requests >=2",
                "12:27 pytest 7.4.0 group:tests dev",
                "13:31 setuptools >=61 build",
                "15:27 pygments 2.14.0 extra:docs dev",
                "17:30 colorama any",
            ]
        );
        let problems: Vec<_> = manifest.problems.iter().filter_map(|p| p.line).collect();
        assert_eq!(problems, [16]);
    }

    #[test]
    fn what_is_no_literal_is_said() {
        for text in [
            "setup(install_requires=read('x'))",
            "setup(install_requires=['a==1'] + more)",
            "setup(install_requires=['a==1', f'b=={v}'])",
            "setup(extras_require=dict(a=['b']))",
            "setup(install_requires=[",
        ] {
            assert_eq!(read_one("setup.py", text).problems.len(), 1, "{text}");
        }
    }
}
