//! `.gitleaks.toml`: rules and allow-lists. What its own rules share with a file that it extends is found by following
//! that file; the built-in rules hold here whatever it says of gitleaks' own.

use toml::{Table, Value};

use super::settings::{Allowed, TakenRule};
use super::{Format, Reading, path_regex};

pub(super) const FORMAT: Format = Format {
    name: "gitleaks configuration",
    fits: |name, _| matches!(name, ".gitleaks.toml" | "gitleaks.toml"),
    read,
};

/// Keys of a rule that change nothing here.
const QUIET: [&str; 8] = [
    "id",
    "description",
    "regex",
    "secretGroup",
    "keywords",
    "tags",
    "allowlist",
    "allowlists",
];

pub(super) fn read(text: &str, reading: &mut Reading) -> Result<(), String> {
    let file: Table = text
        .parse()
        .map_err(|error: toml::de::Error| error.message().to_owned())?;
    for (key, value) in &file {
        match key.as_str() {
            "title" | "description" | "minVersion" | "rules" | "allowlist" | "allowlists" => {}
            "extend" => extend(value, reading),
            other => reading.leave(other, "there is no counterpart"),
        }
    }
    for rule in tables(file.get("rules")) {
        let id = text_of(rule, "id").unwrap_or("without an id");
        take_rule(rule, id, reading);
        for list in lists(rule) {
            allow(list, Some(id), reading);
        }
    }
    for list in lists(&file) {
        allow(list, None, reading);
    }
    Ok(())
}

fn extend(value: &Value, reading: &mut Reading) {
    let Some(extend) = value.as_table() else {
        reading.leave("extend", "it is not a table");
        return;
    };
    for (key, value) in extend {
        match (key.as_str(), value) {
            ("useDefault", Value::Boolean(true)) => {}
            ("useDefault", _) => {
                reading.leave("extend.useDefault", "the built-in rules always hold")
            }
            ("path", Value::String(path)) => reading.extends.push(path.clone()),
            ("disabledRules", Value::Array(rules)) => {
                for rule in rules {
                    let rule = rule.as_str().unwrap_or("a rule");
                    let what = format!("extend.disabledRules, {rule}");
                    reading.leave(&what, "the built-in rules always hold");
                }
            }
            (key, _) => reading.leave(&format!("extend.{key}"), "there is no counterpart"),
        }
    }
}

fn take_rule(rule: &Table, id: &str, reading: &mut Reading) {
    let what = format!("rule {id}");
    let Some(regex) = text_of(rule, "regex") else {
        match rule.get("path") {
            Some(_) => reading.leave(&what, "it finds files by their path alone"),
            // A rule that is only named has its allow-lists, or something else of its own, changed.
            None => leave_keys(rule, &what, &["path", "entropy"], reading),
        }
        return;
    };
    let keywords: Vec<String> = texts(rule, "keywords")
        .into_iter()
        .filter(|word| word.len() > 1 && word.is_ascii())
        .map(str::to_owned)
        .collect();
    if keywords.is_empty() {
        let why = "a rule needs `keywords`, words of which every match holds one: add it by hand under [[secrets.rules]]";
        reading.leave(&what, why);
        return;
    }
    if rule.contains_key("path") {
        reading.leave(&format!("{what}, path"), "rules hold for every file");
    }
    leave_keys(rule, &what, &["path", "entropy"], reading);
    let group = rule.get("secretGroup").and_then(Value::as_integer);
    let group = group.and_then(|group| usize::try_from(group).ok());
    let entropy = rule.get("entropy").filter(|entropy| {
        entropy
            .as_float()
            .or(entropy.as_integer().map(|entropy| entropy as f64))
            > Some(0.0)
    });
    reading.settings.rules.push(TakenRule {
        id: kebab(id),
        title: text_of(rule, "description").unwrap_or(id).trim().to_owned(),
        regex: name_group(regex, group.unwrap_or(0)),
        keywords,
        entropy: entropy.map(ToString::to_string),
    });
}

fn leave_keys(rule: &Table, what: &str, known: &[&str], reading: &mut Reading) {
    let unknown = rule.keys().filter(|key| !QUIET.contains(&key.as_str()));
    for key in unknown.filter(|key| !known.contains(&key.as_str())) {
        reading.leave(&format!("{what}, {key}"), "there is no counterpart");
    }
}

/// Takes over an allow-list, of one rule or of all.
fn allow(list: &Table, rule: Option<&str>, reading: &mut Reading) {
    let whose = match rule {
        Some(rule) => format!("allow-list of rule {rule}"),
        None => "allow-list".to_owned(),
    };
    for key in list.keys() {
        match key.as_str() {
            "description" | "paths" | "regexes" | "stopwords" | "condition" | "regexTarget" => {}
            "commits" => reading.leave(
                &format!("{whose}, commits"),
                "a finding is known by its value, not by its commit",
            ),
            "targetRules" => reading.leave(
                &format!("{whose}, targetRules"),
                "what it allows holds for every rule here",
            ),
            key => reading.leave(&format!("{whose}, {key}"), "there is no counterpart"),
        }
    }
    let both = text_of(list, "condition")
        .is_some_and(|condition| ["AND", "&&"].contains(&condition.trim().to_uppercase().as_str()));
    let before = reading.left.len();
    let globs = paths(list, &whose, reading);
    let values = values(list, &whose, reading);
    let is_partial = reading.left.len() > before;
    let reason = text_of(list, "description").unwrap_or("allowed in the configuration of gitleaks");
    let entry = |path: Option<&String>, value: Option<&String>| Allowed {
        path: path.cloned(),
        value: value.cloned(),
        reason: reason.trim().to_owned(),
    };
    let mut entries = Vec::new();
    if both
        && (list.contains_key("commits") || is_partial && (globs.is_empty() || values.is_empty()))
    {
        // Without one of its parts it would let more pass than before.
        reading.leave(
            &whose,
            "all of its conditions have to hold, and not all can be carried over",
        );
        return;
    }
    if both && !globs.is_empty() && !values.is_empty() {
        for glob in &globs {
            entries.extend(values.iter().map(|value| entry(Some(glob), Some(value))));
        }
    } else {
        entries.extend(values.iter().map(|value| entry(None, Some(value))));
        match rule {
            None => entries.extend(globs.iter().map(|glob| entry(Some(glob), None))),
            Some(_) => globs.iter().for_each(|glob| {
                reading.leave(
                    &format!("{whose}, path {glob}"),
                    "what is allowed at a path is allowed for every rule",
                );
            }),
        }
    }
    if rule.is_some() && !entries.is_empty() {
        let why = "what it allows holds for every rule here";
        reading.leave(&format!("{whose}, that it is for one rule"), why);
    }
    reading.settings.allowed.extend(entries);
}

fn paths(list: &Table, whose: &str, reading: &mut Reading) -> Vec<String> {
    let mut globs = Vec::new();
    for path in texts(list, "paths") {
        match path_regex::globs(path) {
            Some(own) => globs.extend(own),
            None => reading.leave(&format!("{whose}, path `{path}`"), "no glob says the same"),
        }
    }
    globs
}

fn values(list: &Table, whose: &str, reading: &mut Reading) -> Vec<String> {
    let mut values = Vec::new();
    let target = text_of(list, "regexTarget").unwrap_or("secret");
    for regex in texts(list, "regexes") {
        match target {
            "secret" | "" => values.push(super::within(regex)),
            target => {
                let why = format!("it is about the {target}, and only values can be allowed");
                reading.leave(&format!("{whose}, `{regex}`"), &why);
            }
        }
    }
    let words = texts(list, "stopwords").into_iter();
    values.extend(words.map(|word| super::within(&format!("(?i:{})", regex::escape(word)))));
    values
}

/// Returns the allow-lists of a table, in the old and the new way of writing them.
fn lists(table: &Table) -> Vec<&Table> {
    let old = table.get("allowlist").and_then(Value::as_table);
    old.into_iter()
        .chain(tables(table.get("allowlists")))
        .collect()
}

fn tables(value: Option<&Value>) -> Vec<&Table> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_table).collect()
}

fn texts<'t>(table: &'t Table, key: &str) -> Vec<&'t str> {
    let list = table.get(key).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn text_of<'t>(table: &'t Table, key: &str) -> Option<&'t str> {
    table.get(key).and_then(Value::as_str)
}

/// Gives the group that holds the value its name; without a number it is the first one.
fn name_group(regex: &str, number: usize) -> String {
    let (mut groups, mut in_class, mut escaped) = (0, false, false);
    for (at, c) in regex.char_indices() {
        let opens = c == '(' && !in_class && !escaped;
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        if !opens {
            continue;
        }
        let rest = &regex[at + 1..];
        let named = ["?P<", "?<"]
            .iter()
            .find_map(|start| rest.strip_prefix(start));
        if named.is_none() && rest.starts_with('?') {
            continue;
        }
        groups += 1;
        if groups == number.max(1) {
            let body = named.and_then(|named| named.split_once('>'));
            let body = body.map_or(rest, |(_, body)| body);
            return format!("{}(?P<secret>{body}", &regex[..at]);
        }
    }
    regex.to_owned()
}

fn kebab(id: &str) -> String {
    let words = id.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_of_the_value_gets_its_name() {
        let check = |regex: &str, number, expected: &str| {
            assert_eq!(name_group(regex, number), expected);
        };
        check(r"a(b)(c)", 0, r"a(?P<secret>b)(c)");
        check(r"a(?i:b)(c)(d)", 2, r"a(?i:b)(c)(?P<secret>d)");
        check(r"\([(](?P<x>b)", 1, r"\([(](?P<secret>b)");
        check(r"abc", 1, "abc");
    }
}
