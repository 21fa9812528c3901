//! Reads settings one by one, each with its default and with the place it comes from.
//!
//! Comes in: a parsed policy file and a profile. Goes out: [`Setting`]s, and on the side the list of every
//! key with its effective value. It must not know what any key means.

use std::ops::RangeInclusive;

use super::profile::Profile;
use super::value::{Item, Value, write_key};
use super::{CustomRule, Decider, PolicyError};
use super::{custom_rules, schema};

/// A value of the policy and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The key, for example `secrets.credential`.
    pub key: &'static str,
    /// The value.
    pub value: T,
    /// The file and line the key stands in, or the profile that has it as its default.
    pub origin: String,
}

impl Decider {
    pub(super) fn of<T: Value>(setting: &Setting<T>) -> Self {
        Self {
            key: format!("{} = {}", setting.key, setting.value.write()),
            origin: setting.origin.clone(),
        }
    }
}

/// One key of the policy as it holds in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveKey {
    /// The dotted key.
    pub key: String,
    /// The value, as TOML on one line.
    pub value: String,
    /// The file and line the key stands in, or the profile that has it as its default.
    pub origin: String,
}

/// What the sections of the policy are read from.
pub(super) struct Reader<'d> {
    root: Item<'d>,
    origin_of_defaults: String,
    effective: Vec<EffectiveKey>,
}

impl<'d> Reader<'d> {
    pub(super) fn new(root: Item<'d>) -> Self {
        Self {
            root,
            origin_of_defaults: "built in".to_owned(),
            effective: Vec::new(),
        }
    }

    pub(super) fn use_defaults_of(&mut self, profile: Profile) {
        self.origin_of_defaults = profile.origin();
    }

    /// Returns what the file holds under a dotted key.
    pub(super) fn find(&self, key: &str) -> Result<Option<Item<'d>>, PolicyError> {
        let mut item = self.root.clone();
        for name in key.split('.') {
            let Some(inner) = item
                .get(name)
                .map_err(|error| expects_table(error, &item.key))?
            else {
                return Ok(None);
            };
            item = inner;
        }
        Ok(Some(item))
    }

    /// Reads a key whose kind says all about it.
    pub(super) fn set<T: Value>(
        &mut self,
        key: &'static str,
        default: T,
    ) -> Result<Setting<T>, PolicyError> {
        self.set_with(key, default, Item::read)
    }

    pub(super) fn count(
        &mut self,
        key: &'static str,
        default: u32,
        range: RangeInclusive<u32>,
    ) -> Result<Setting<u32>, PolicyError> {
        self.set_with(key, default, |item| item.count(range))
    }

    pub(super) fn set_with<T: Value>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(&Item<'d>) -> Result<T, PolicyError>,
    ) -> Result<Setting<T>, PolicyError> {
        let example = || format!("for example `{} = {}`", last_name(key), default.write());
        if let Some(item) = self.find(key)? {
            let value = read(&item).map_err(|mut error| {
                error.hint.get_or_insert_with(example);
                error
            })?;
            return Ok(self.note(key, value, origin(&item)));
        }
        Ok(self.note(key, default, self.origin_of_defaults.clone()))
    }

    /// Reads a key that has no default.
    pub(super) fn optional<T: Value>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Item<'d>) -> Result<T, PolicyError>,
    ) -> Result<Option<Setting<T>>, PolicyError> {
        match self.find(key)? {
            Some(item) => {
                let value = read(&item)?;
                Ok(Some(self.note(key, value, origin(&item))))
            }
            None => Ok(None),
        }
    }

    /// Reads a key that most findings have no value for: the profile's default, or none at all.
    pub(super) fn refine<T: Value>(
        &mut self,
        key: &'static str,
        default: Option<T>,
    ) -> Result<Option<Setting<T>>, PolicyError> {
        match default {
            Some(default) => self.set(key, default).map(Some),
            None => self.optional(key, Item::read),
        }
    }

    /// Reads a table whose names are the team's own.
    pub(super) fn names(
        &mut self,
        table: &'static str,
    ) -> Result<Vec<(String, Vec<String>)>, PolicyError> {
        let Some(item) = self.find(table)? else {
            return Ok(Vec::new());
        };
        let mut names = Vec::new();
        for (name, item) in item
            .entries()
            .map_err(|error| expects_table(error, table))?
        {
            let example = || format!("for example `{} = [\"alice\", \"bob\"]`", write_key(&name));
            let value: Vec<String> = item.read().map_err(|mut error| {
                error.hint.get_or_insert_with(example);
                error
            })?;
            self.effective.push(EffectiveKey {
                key: item.key.clone(),
                value: value.write(),
                origin: origin(&item),
            });
            names.push((name, value));
        }
        Ok(names)
    }

    /// Notes that a table of refinements is empty, so that the list of keys mentions it.
    pub(super) fn note_empty(&mut self, table: &'static str) -> Result<(), PolicyError> {
        let origin = match self.find(table)? {
            Some(item) => {
                item.table().map_err(|error| expects_table(error, table))?;
                origin(&item)
            }
            None => self.origin_of_defaults.clone(),
        };
        let nothing_in_it = !self
            .effective
            .iter()
            .any(|known| known.key.starts_with(&format!("{table}.")));
        if nothing_in_it {
            self.effective.push(EffectiveKey {
                key: table.to_owned(),
                value: "{}".to_owned(),
                origin,
            });
        }
        Ok(())
    }

    /// Reads the team's own rules, whose insides are not the policy's business.
    pub(super) fn custom_rules(
        &mut self,
        key: &'static str,
    ) -> Result<Vec<CustomRule>, PolicyError> {
        let Some(item) = self.find(key)? else {
            return Ok(Vec::new());
        };
        let (rules, value) = custom_rules::read(&item)?;
        self.effective.push(EffectiveKey {
            key: key.to_owned(),
            value,
            origin: origin(&item),
        });
        Ok(rules)
    }

    fn note<T: Value>(&mut self, key: &'static str, value: T, origin: String) -> Setting<T> {
        self.effective.push(EffectiveKey {
            key: key.to_owned(),
            value: value.write(),
            origin: origin.clone(),
        });
        Setting { key, value, origin }
    }

    /// Returns every key that was read, in the order of the schema.
    pub(super) fn finish(self) -> Vec<EffectiveKey> {
        let mut effective = self.effective;
        effective
            .sort_by_cached_key(|effective| (schema::rank(&effective.key), effective.key.clone()));
        effective
    }
}

fn origin(item: &Item<'_>) -> String {
    format!("{}:{}", item.source.file, item.line())
}

fn last_name(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

fn expects_table(mut error: PolicyError, table: &str) -> PolicyError {
    error.hint = Some(format!(
        "`{table}` holds keys of its own: `[{table}]`, then `key = value` lines"
    ));
    error
}
