//! The `[bandit]` section of an INI file, as Python's `configparser` reads it.

use std::collections::BTreeMap;

use super::error::{ConfigError, Place};

/// How often a value may name another before it has to be a circle.
const DEEPEST: usize = 10;
const SECTION: &str = "bandit";
const DEFAULTS: &str = "DEFAULT";

/// The options of a section, by lower-case name.
type Options = BTreeMap<String, Value>;

/// The lines of a value and where it stands.
#[derive(Debug, Clone)]
struct Value {
    lines: Vec<String>,
    place: Place,
}

/// Reads the section. Names are in lower case, values are texts.
pub(super) fn read(text: &str) -> Result<BTreeMap<String, String>, ConfigError> {
    let sections = sections(text)?;
    let Some(section) = sections.get(SECTION) else {
        return Err(ConfigError::new("there is no section `[bandit]`")
            .hint("the first line of the settings has to be `[bandit]`"));
    };
    let mut options = sections.get(DEFAULTS).cloned().unwrap_or_default();
    options.extend(section.clone());
    options
        .keys()
        .map(|name| Ok((name.clone(), expand(&options, name, 0)?)))
        .collect()
}

fn sections(text: &str) -> Result<BTreeMap<String, Options>, ConfigError> {
    let mut sections: BTreeMap<String, Options> = BTreeMap::new();
    let mut section: Option<String> = None;
    // The option that an indented line continues, and how far that option itself is indented.
    let mut open: Option<(String, usize)> = None;
    for (number, line) in text.lines().enumerate() {
        let content = line.trim();
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        let place = Place {
            line: number + 1,
            column: indent + 1,
        };
        let current = section
            .as_ref()
            .and_then(|section| sections.get_mut(section));
        if content.starts_with(['#', ';']) {
            continue;
        }
        if let (Some(options), Some((name, its_indent))) = (current, &open) {
            let value = options
                .get_mut(name)
                .expect("an open option is in its section");
            if content.is_empty() || indent > *its_indent {
                value.lines.push(content.to_owned());
                continue;
            }
        }
        if content.is_empty() {
            continue;
        }
        if let Some(name) = header(content) {
            if name != DEFAULTS && sections.contains_key(name) {
                return Err(ConfigError::at(
                    place,
                    format!("section `[{name}]` stands here twice"),
                ));
            }
            sections.entry(name.to_owned()).or_default();
            section = Some(name.to_owned());
            open = None;
            continue;
        }
        let Some(options) = section
            .as_ref()
            .and_then(|section| sections.get_mut(section))
        else {
            return Err(
                ConfigError::at(place, "an option stands before any section")
                    .hint("the first line of the settings has to be `[bandit]`"),
            );
        };
        let Some((name, value)) = content.split_once(['=', ':']) else {
            return Err(ConfigError::at(place, "this line is no `option = value`"));
        };
        let name = name.trim_end().to_lowercase();
        if name.is_empty() {
            return Err(ConfigError::at(place, "this line is no `option = value`"));
        }
        let value = Value {
            lines: vec![value.trim_start().to_owned()],
            place,
        };
        if options.insert(name.clone(), value).is_some() {
            return Err(ConfigError::at(
                place,
                format!("option `{name}` stands here twice"),
            ));
        }
        open = Some((name, indent));
    }
    Ok(sections)
}

fn header(content: &str) -> Option<&str> {
    let rest = content.strip_prefix('[')?;
    let end = rest.rfind(']')?;
    (end > 0).then(|| &rest[..end])
}

/// Returns a value with every `%(name)s` in it replaced.
fn expand(options: &Options, name: &str, depth: usize) -> Result<String, ConfigError> {
    let value = &options[name];
    let fail = |message: String| Err(ConfigError::at(value.place, message));
    let text = value.lines.join("\n");
    let mut rest = text.trim_end();
    let mut out = String::new();
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
        } else if let Some((other, after)) = rest
            .strip_prefix('(')
            .and_then(|rest| rest.split_once(")s"))
        {
            let other = other.to_lowercase();
            if depth == DEEPEST || !options.contains_key(&other) {
                return fail(format!("`{name}` names `{other}`, which has no value"));
            }
            out.push_str(&expand(options, &other, depth + 1)?);
            rest = after;
        } else {
            return fail(format!(
                "a single `%` in `{name}` has no meaning; `%%` stands for one"
            ));
        }
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skips(text: &str) -> Option<String> {
        read(text).ok().map(|options| options["skips"].clone())
    }

    #[test]
    fn an_option_is_read_however_it_is_written() {
        for text in [
            "[bandit]\nskips = B101\n",
            "[bandit]\nSKIPS: B101\n",
            "# c\n; d\n[bandit]\n# x\nskips=B101\n",
            "[bandit]\nx = B101\nskips = %(x)s\n",
            "[DEFAULT]\nskips = B101\n[bandit]\n",
            "  [bandit]\nskips = B101\n",
            "[bandit] x\nskips = B101\n",
            "[bandit]\n  skips = B101\n\n\n",
        ] {
            assert_eq!(skips(text).as_deref(), Some("B101"), "{text}");
        }
        assert_eq!(
            skips("[bandit]\nskips = B101\n  ,B404\n").as_deref(),
            Some("B101\n,B404")
        );
        assert_eq!(
            skips("[bandit]\nskips = B101\n\n  B404\n").as_deref(),
            Some("B101\n\nB404")
        );
        assert_eq!(
            skips("[bandit]\nskips = B101 # c\n").as_deref(),
            Some("B101 # c")
        );
        assert_eq!(
            skips("[bandit]\nskips = %%B101\n").as_deref(),
            Some("%B101")
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, expected) in [
            ("skips = B101\n", "1:1: an option stands before any section"),
            ("[other]\nskips = B101\n", "there is no section `[bandit]`"),
            (
                "[bandit]\nskips = 1\nskips = 2\n",
                "3:1: option `skips` stands here twice",
            ),
            (
                "[bandit]\na = 1\n[bandit]\n",
                "3:1: section `[bandit]` stands here twice",
            ),
            ("[bandit]\nskips\n", "2:1: this line is no `option = value`"),
            (
                "[bandit]\nskips = 9%\n",
                "2:1: a single `%` in `skips` has no meaning; `%%` stands for one",
            ),
            (
                "[bandit]\nskips = %(x)s\n",
                "2:1: `skips` names `x`, which has no value",
            ),
            (
                "[bandit]\nskips = %(skips)s\n",
                "2:1: `skips` names `skips`, which has no value",
            ),
        ] {
            assert_eq!(read(text).unwrap_err().to_string(), expected, "{text}");
        }
    }
}
