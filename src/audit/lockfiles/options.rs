//! The options of a requirements file: those of a line of their own and those behind a requirement.

/// What an option of a requirements file does, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Includes another file.
    Requirement,
    /// Includes a file of constraints.
    Constraint,
    /// Adds a project or URL.
    Editable,
    /// Names an index or a place with archives.
    Index,
    /// States the hash of the archive to be installed.
    Hash,
    /// Takes a value that does not matter here.
    Value,
    /// Takes no value and does not matter here.
    Flag,
}

/// Every long option with its kind; pip takes any beginning that only one of them has.
const LONG: [(&str, Kind); 21] = [
    ("--config-setting", Kind::Value),
    ("--config-settings", Kind::Value),
    ("--constraint", Kind::Constraint),
    ("--editable", Kind::Editable),
    ("--extra-index-url", Kind::Index),
    ("--find-links", Kind::Index),
    ("--global-option", Kind::Value),
    ("--hash", Kind::Hash),
    ("--index-url", Kind::Index),
    ("--install-option", Kind::Value),
    ("--no-binary", Kind::Value),
    ("--no-index", Kind::Flag),
    ("--only-binary", Kind::Value),
    ("--pre", Kind::Flag),
    ("--prefer-binary", Kind::Flag),
    ("--process-dependency-links", Kind::Flag),
    ("--pypi-url", Kind::Index),
    ("--require-hashes", Kind::Flag),
    ("--requirement", Kind::Requirement),
    ("--trusted-host", Kind::Value),
    ("--use-feature", Kind::Value),
];

const SHORT: [(&str, Kind); 6] = [
    ("-C", Kind::Value),
    ("-c", Kind::Constraint),
    ("-e", Kind::Editable),
    ("-f", Kind::Index),
    ("-i", Kind::Index),
    ("-r", Kind::Requirement),
];

/// One option as it stands in a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// An option that pip knows, with its value; empty for a flag.
    Known(Kind, String),
    /// An option that needs a value and has none.
    NoValue(String),
    /// Something else.
    Unknown(String),
}

/// Splits a line into the requirement that it begins with and the options behind it.
pub(super) fn split(line: &str) -> (&str, &str) {
    let mut start = 0;
    for word in line.split_inclusive([' ', '\t']) {
        if word.starts_with('-') {
            return (line[..start].trim_end(), &line[start..]);
        }
        start += word.len();
    }
    (line, "")
}

/// Reads the options of a line.
pub(super) fn read(text: &str) -> Vec<Found> {
    let mut words = words(text).into_iter();
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        let Some((kind, value)) = known(&word) else {
            found.push(Found::Unknown(word));
            continue;
        };
        let value = value.map(str::to_owned);
        if kind == Kind::Flag {
            found.push(Found::Known(kind, String::new()));
        } else if let Some(value) = value.or_else(|| words.next()) {
            found.push(Found::Known(kind, value));
        } else {
            found.push(Found::NoValue(word));
        }
    }
    found
}

/// Returns the kind of an option and the value that is attached to it.
fn known(word: &str) -> Option<(Kind, Option<&str>)> {
    if word.starts_with("--") {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        if let Some((_, kind)) = LONG.iter().find(|(long, _)| *long == name) {
            return Some((*kind, value));
        }
        let mut matching = LONG
            .iter()
            .filter(|(long, _)| long.starts_with(name) && name.len() > 2);
        let (_, kind) = matching.next()?;
        return matching
            .all(|(_, other)| other == kind)
            .then_some((*kind, value));
    }
    let (_, kind) = SHORT.iter().find(|(short, _)| word.starts_with(short))?;
    Some((*kind, Some(&word[2..]).filter(|value| !value.is_empty())))
}

/// Splits a text into words as a shell does: quotes group, a backslash takes the next character as it is.
fn words(text: &str) -> Vec<String> {
    if !text.contains(['\\', '\'', '"']) {
        return text.split_whitespace().map(str::to_owned).collect();
    }
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\\', None | Some('"')) => word.get_or_insert_default().extend(characters.next()),
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('\'' | '"', None) => {
                word.get_or_insert_default();
                quote = Some(c);
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_requirement_and_options() {
        assert_eq!(split("a==1 --hash=x:1"), ("a==1", "--hash=x:1"));
        assert_eq!(split("a ; x < '3'\t-C a=b"), ("a ; x < '3'", "-C a=b"));
        assert_eq!(split("-r x"), ("", "-r x"));
        assert_eq!(split("a-b"), ("a-b", ""));
    }

    #[test]
    fn options_are_known_by_their_names_and_beginnings() {
        let one = |text: &str| read(text).remove(0);
        let known = |kind, value: &str| Found::Known(kind, value.to_owned());
        for text in [
            "-r a",
            "-ra",
            "--requirement a",
            "--requirement=a",
            "--requirem=a",
            "-r 'a'",
            "-r \\a",
        ] {
            assert_eq!(one(text), known(Kind::Requirement, "a"), "{text}");
        }
        assert_eq!(one("-c \"a b\""), known(Kind::Constraint, "a b"));
        assert_eq!(one("--pre"), known(Kind::Flag, ""));
        assert_eq!(one("--config-set x"), known(Kind::Value, "x"));
        assert_eq!(one("-r"), Found::NoValue("-r".to_owned()));
        assert_eq!(one("--require"), Found::Unknown("--require".to_owned()));
        assert_eq!(
            one("--frobnicate"),
            Found::Unknown("--frobnicate".to_owned())
        );
        assert_eq!(one("--"), Found::Unknown("--".to_owned()));
        let both = read("--global-option=\"x\" --config-settings a=b");
        assert_eq!(both, [known(Kind::Value, "x"), known(Kind::Value, "a=b")]);
    }
}
