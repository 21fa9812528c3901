//! The allow-list of secrets: values that a team knows to be no secrets, each with its reason.

use regex::bytes::{Regex, RegexBuilder};

use crate::finding::{RepoPath, printable};

use super::PolicyError;
use super::paths::Globs;
use super::value::{Item, Value, write_list, write_table, write_text};

/// The largest compiled form of a regular expression out of a policy.
const REGEX_LIMIT: usize = 1 << 20;

/// One entry of `secrets.allow`.
#[derive(Debug, Clone)]
pub(super) struct AllowEntry {
    path: Option<Globs>,
    value: Option<Regex>,
    /// The value's expression as the team wrote it.
    pattern: Option<String>,
    reason: String,
}

impl AllowEntry {
    pub(super) fn allows(&self, path: &RepoPath, value: &[u8]) -> bool {
        self.path.as_ref().is_none_or(|globs| globs.matches(path))
            && self
                .value
                .as_ref()
                .is_none_or(|regex| regex.is_match(value))
    }

    fn read(item: &Item<'_>) -> Result<Self, PolicyError> {
        item.table().map_err(|error| PolicyError {
            hint: Some(example()),
            ..error
        })?;
        let (path, value) = (item.get("path")?, item.get("value")?);
        if path.is_none() && value.is_none() {
            return Err(item.fail(
                "an entry of `secrets.allow` names neither `path` nor `value`",
                None,
            ));
        }
        let entry = Self {
            path: path.as_ref().map(Globs::read_one).transpose()?,
            value: value
                .as_ref()
                .map(|value| whole_value(value, path.is_some()))
                .transpose()?,
            pattern: value.as_ref().map(Item::read).transpose()?,
            reason: item
                .require("reason", "\"why this is no secret\"")?
                .read()?,
        };
        match (&path, &entry.path) {
            (Some(item), Some(globs)) if value.is_none() && globs.match_everything() => {
                let hint = "name the files, or the values with `value = \"regex\"`".to_owned();
                Err(item.fail(
                    "an allow-list entry for every value of every file switches the engine off",
                    Some(hint),
                ))
            }
            _ => Ok(entry),
        }
    }

    fn write(&self) -> String {
        let path = self.path.as_ref().map(|globs| ("path", write_glob(globs)));
        let value = self
            .pattern
            .as_ref()
            .map(|pattern| ("value", write_text(pattern)));
        let reason = Some(("reason", write_text(&self.reason)));
        write_table([path, value, reason].into_iter().flatten())
    }
}

impl Value for Vec<AllowEntry> {
    fn read(item: &Item<'_>) -> Result<Self, PolicyError> {
        let entries = item
            .list()
            .and_then(|list| list.iter().map(AllowEntry::read).collect());
        entries.map_err(|mut error: PolicyError| {
            error.hint.get_or_insert_with(example);
            error
        })
    }

    fn write(&self) -> String {
        write_list(self.iter().map(AllowEntry::write))
    }
}

fn write_glob(globs: &Globs) -> String {
    globs
        .patterns()
        .first()
        .map(|pattern| write_text(pattern))
        .unwrap_or_default()
}

fn example() -> String {
    "for example `allow = [{ path = \"tests/**\", value = 'EXAMPLE-\\w+', reason = \"from the vendor's manual\" }]`"
        .to_owned()
}

/// Compiles an expression that has to match a value from end to end.
fn whole_value(item: &Item<'_>, at_a_path: bool) -> Result<Regex, PolicyError> {
    let pattern = item.line_of_text()?;
    let regex = regex(item, pattern)?;
    let matches = |value: &str| regex.is_match(value.as_bytes());
    let too_broad = matches("")
        || (!at_a_path
            && ["a", "Z9", "-_-", "../+=", "0123456789abcdef"]
                .into_iter()
                .all(matches));
    if too_broad {
        let hint = "describe the values that are no secrets; the expression has to match a value from end to end";
        let message = format!(
            "`{}` matches values that nobody has thought of",
            printable(pattern)
        );
        return Err(item.fail(message, Some(hint.to_owned())));
    }
    Ok(regex)
}

/// Checks that an expression can be used, and anchors it at both ends.
fn regex(item: &Item<'_>, pattern: &str) -> Result<Regex, PolicyError> {
    let build = |pattern: &str| {
        RegexBuilder::new(pattern)
            .size_limit(REGEX_LIMIT)
            .dfa_size_limit(REGEX_LIMIT)
            .build()
    };
    // On its own first: `a)(b` is no expression, though it would be one between the anchors' parentheses.
    build(pattern)
        .and_then(|_| build(&format!("^(?:{pattern})$")))
        .map_err(|error| refuse_regex(item, pattern, &error))
}

/// Checks that an expression can be used.
pub(super) fn check_regex(item: &Item<'_>) -> Result<String, PolicyError> {
    let pattern = item.line_of_text()?;
    match compile(pattern) {
        Ok(_) => Ok(pattern.to_owned()),
        Err(error) => Err(refuse_regex(item, pattern, &error)),
    }
}

/// Compiles an expression over texts, within the limits for policies.
pub(super) fn compile(pattern: &str) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(pattern)
        .size_limit(REGEX_LIMIT)
        .dfa_size_limit(REGEX_LIMIT)
        .build()
}

fn refuse_regex(item: &Item<'_>, pattern: &str, error: &regex::Error) -> PolicyError {
    let text = error.to_string();
    let why = match error {
        regex::Error::CompiledTooBig(_) => "it is too large",
        // The last line of the report names the mistake; those before it draw where it is.
        _ => text
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error: "),
    };
    let hint = if why.contains("look-around") || why.contains("backreference") {
        "say it without look-around and back-references, which could be made to take for ever"
    } else {
        "in single quotes a backslash is a backslash: `'^[A-Z]+-\\d+$'`"
    };
    item.fail(
        format!(
            "`{}` is no regular expression: {}",
            printable(pattern),
            printable(why)
        ),
        Some(hint.to_owned()),
    )
}
