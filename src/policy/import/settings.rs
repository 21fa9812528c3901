//! What other secret scanners were told, in the words of the policy: values and paths that are let go, and rules.
//!
//! Comes in: what the readers of formats took over. Goes out: a part of a policy file, or a policy file with it, which
//! otherwise stays as it is, comments and all.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::policy::{FILE_NAME, Policy, PolicyText};

/// What goes into a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Values and paths in which secrets are let go.
    pub allowed: Vec<Allowed>,
    /// Rules.
    pub rules: Vec<TakenRule>,
}

/// An entry of `secrets.allow`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// The files, as a glob; nothing means everywhere.
    pub path: Option<String>,
    /// The values, as an expression for all of one; nothing means every value.
    pub value: Option<String>,
    /// Why.
    pub reason: String,
}

/// A table of `[[secrets.rules]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenRule {
    /// The id.
    pub id: String,
    /// What it finds.
    pub title: String,
    /// What a match looks like; the value is the group `secret`, or all of it.
    pub regex: String,
    /// Words of which every match holds one.
    pub keywords: Vec<String>,
    /// The entropy that a value has at least, as the scanner writes it.
    pub entropy: Option<String>,
}

impl Settings {
    /// Returns whether nothing was taken over.
    pub fn is_empty(&self) -> bool {
        self.allowed.is_empty() && self.rules.is_empty()
    }

    /// Returns the settings as a part of a policy file.
    #[expect(
        clippy::missing_panics_doc,
        reason = "in an empty document nothing can be in the way"
    )]
    pub fn to_toml(&self) -> String {
        let mut document = DocumentMut::new();
        add(document.as_table_mut(), self).expect("nothing is in the way in an empty document");
        document.to_string()
    }

    /// Returns a policy file with these settings in it; what it has already is not added again.
    pub fn merged_into(&self, policy: &PolicyText) -> Result<String, String> {
        let mut document: DocumentMut = policy
            .text
            .parse()
            .map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
        let mut root: &mut dyn TableLike = document.as_table_mut();
        if policy.embedded {
            for key in ["tool", "gate-hook"] {
                let below = root.get_mut(key).and_then(Item::as_table_like_mut);
                root = below.ok_or("there is no table [tool.gate-hook]")?;
            }
        }
        add(root, self)?;
        Ok(document.to_string())
    }
}

impl Allowed {
    /// Returns why a policy would refuse this entry, if it would.
    pub fn fault(&self) -> Option<String> {
        let settings = Settings {
            allowed: vec![self.clone()],
            rules: Vec::new(),
        };
        let text = PolicyText {
            name: FILE_NAME.to_owned(),
            text: settings.to_toml(),
            embedded: false,
        };
        Policy::parse(&text).err().map(|error| error.message)
    }

    fn table(&self) -> InlineTable {
        let mut table = InlineTable::new();
        for (key, value) in [("path", &self.path), ("value", &self.value)] {
            if let Some(value) = value {
                table.insert(key, value.as_str().into());
            }
        }
        table.insert("reason", self.reason.as_str().into());
        table
    }

    fn is(&self, entry: &dyn TableLike) -> bool {
        let says = |key: &str| entry.get(key).and_then(Item::as_str);
        says("path") == self.path.as_deref() && says("value") == self.value.as_deref()
    }
}

impl TakenRule {
    /// Returns the rule as the text of a `[[rule]]` table.
    pub fn to_toml(&self) -> String {
        format!("[[rule]]\n{}", self.table())
    }

    fn table(&self) -> Table {
        let mut table = Table::new();
        let mut put = |key: &str, value: Value| table.insert(key, Item::Value(value));
        put("id", self.id.as_str().into());
        put("title", self.title.as_str().into());
        put("severity", "high".into());
        put("regex", self.regex.as_str().into());
        put("keywords", self.keywords.iter().collect::<Array>().into());
        if let Some(entropy) = &self.entropy {
            let check = format!("entropy:{entropy}");
            put("check", Value::Array([check].iter().collect()));
        }
        table
    }
}

/// Adds settings to the table that holds a policy.
fn add(root: &mut dyn TableLike, settings: &Settings) -> Result<(), String> {
    let secrets = root.entry("secrets").or_insert(toml_edit::table());
    if let Some(table) = secrets.as_table_mut() {
        // What is spelled out in dotted keys cannot have headers of its own.
        table.set_dotted(false);
    }
    let inline = secrets.is_value();
    let secrets = secrets
        .as_table_like_mut()
        .ok_or("`secrets` is not a table")?;
    if !settings.allowed.is_empty() {
        let list = secrets.entry("allow").or_insert(Array::new().into());
        add_allowed(list, &settings.allowed)?;
    }
    if !settings.rules.is_empty() {
        // An inline table holds values only.
        let none = if inline {
            Array::new().into()
        } else {
            Item::ArrayOfTables(ArrayOfTables::new())
        };
        add_rules(secrets.entry("rules").or_insert(none), &settings.rules)?;
    }
    Ok(())
}

fn add_allowed(list: &mut Item, allowed: &[Allowed]) -> Result<(), String> {
    for entry in allowed {
        match list {
            Item::Value(Value::Array(list)) => {
                let is_it =
                    |known: &Value| known.as_inline_table().is_some_and(|known| entry.is(known));
                if !list.iter().any(is_it) {
                    push(list, entry.table().into());
                }
            }
            Item::ArrayOfTables(list) => {
                if !list.iter().any(|known| entry.is(known)) {
                    list.push(entry.table().into_table());
                }
            }
            _ => return Err("`secrets.allow` is not a list".to_owned()),
        }
    }
    Ok(())
}

fn add_rules(list: &mut Item, rules: &[TakenRule]) -> Result<(), String> {
    for rule in rules {
        let is_it = |known: &dyn TableLike| {
            known.get("id").and_then(Item::as_str) == Some(rule.id.as_str())
        };
        match list {
            Item::ArrayOfTables(list) => {
                if !list.iter().any(|known| is_it(known)) {
                    let mut table = rule.table();
                    table.decor_mut().set_prefix("\n");
                    list.push(table);
                }
            }
            Item::Value(Value::Array(list)) => {
                let here =
                    |known: &Value| known.as_inline_table().is_some_and(|known| is_it(known));
                if !list.iter().any(here) {
                    push(list, rule.table().into_inline_table().into());
                }
            }
            _ => return Err("`secrets.rules` is not a list".to_owned()),
        }
    }
    Ok(())
}

/// Adds a value on a line of its own. What stands behind the last value, a comment perhaps, stays before it.
fn push(list: &mut Array, mut value: Value) {
    let behind = list.trailing().as_str().unwrap_or_default().trim_end();
    value.decor_mut().set_prefix(format!("{behind}\n    "));
    list.push_formatted(value);
    list.set_trailing("\n");
    list.set_trailing_comma(true);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        let allowed = |path: Option<&str>, value: Option<&str>| Allowed {
            path: path.map(str::to_owned),
            value: value.map(str::to_owned),
            reason: "ours".to_owned(),
        };
        Settings {
            allowed: vec![
                allowed(Some("/vendor/**"), None),
                allowed(None, Some(r"EX\d")),
            ],
            rules: vec![TakenRule {
                id: "acme-key".to_owned(),
                title: "ACME \"key\"".to_owned(),
                regex: r"acme_(?P<secret>\w{12})".to_owned(),
                keywords: vec!["acme".to_owned()],
                entropy: Some("3".to_owned()),
            }],
        }
    }

    #[test]
    fn what_stands_in_a_policy_stays() {
        for policy in [
            "",
            "# mine\nprofile = \"strict\" # why\n",
            "[secrets]\nkeyword = \"warn\" # why\n\n[paths]\nexclude = [\"a\"] # b\n",
            "[secrets]\nallow = [\n    { value = 'x1', reason = \"y\" }, # z\n    # more\n]\n[paths]\n",
            "[secrets]\nallow = [\n    { value = 'x1', reason = \"y\" } # z\n]\n",
            "[[secrets.allow]]\nvalue = 'x1' # z\nreason = \"y\"\n[[secrets.rules]]\nid = \"a\"\n# b\n",
            "secrets = { keyword = \"warn\" }\n",
            "secrets.keyword = \"warn\" # c\n",
        ] {
            let text = |text: &str| PolicyText {
                name: FILE_NAME.to_owned(),
                text: text.to_owned(),
                embedded: false,
            };
            let merged = settings().merged_into(&text(policy)).unwrap();
            let read: toml::Table = merged.parse().unwrap_or_else(|e| panic!("{e}\n{merged}"));
            let allowed = read["secrets"]["allow"].as_array().unwrap();
            let last = allowed.last().unwrap();
            assert_eq!(last["value"].as_str(), Some(r"EX\d"), "{merged}");
            let rules = read["secrets"]["rules"].as_array().unwrap();
            assert_eq!(rules.last().unwrap()["id"].as_str(), Some("acme-key"));
            for comment in policy.lines().filter_map(|line| line.split_once('#')) {
                assert!(merged.contains(&format!("#{}", comment.1)), "{merged}");
            }
            let again = settings().merged_into(&text(&merged)).unwrap();
            assert_eq!(again, merged, "twice is once");
        }
        for policy in [
            "secrets = 1\n",
            "[secrets]\nallow = 3\n",
            "[secrets]\nrules = 3\n",
            "[",
        ] {
            let text = PolicyText {
                name: FILE_NAME.to_owned(),
                text: policy.to_owned(),
                embedded: false,
            };
            assert!(settings().merged_into(&text).is_err(), "{policy}");
        }
        let embedded = PolicyText {
            name: "pyproject.toml".to_owned(),
            text: "[project]\nname = \"x\"\n[tool.gate-hook]\nprofile = \"strict\"\n".to_owned(),
            embedded: true,
        };
        let merged = settings().merged_into(&embedded).unwrap();
        let read: toml::Table = merged.parse().unwrap();
        assert!(
            read["tool"]["gate-hook"]["secrets"]["rules"].is_array(),
            "{merged}"
        );
    }
}
