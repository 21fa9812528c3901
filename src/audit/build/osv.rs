//! One record of the OSV export as it is published. Fields that are not known are passed over.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use crate::audit::ranges::{Event, EventKind};

/// A text that is borrowed from the file where it holds no escapes.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// One record.
#[derive(Debug, Deserialize)]
pub(super) struct Record<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(default)]
    pub(super) schema_version: Option<String>,
    #[serde(default)]
    pub(super) modified: Option<String>,
    #[serde(default)]
    pub(super) withdrawn: Option<String>,
    #[serde(default)]
    pub(super) aliases: Option<Vec<String>>,
    #[serde(default)]
    pub(super) summary: Option<String>,
    #[serde(default)]
    pub(super) details: Option<String>,
    #[serde(default)]
    pub(super) severity: Option<Vec<Score>>,
    #[serde(default, borrow)]
    pub(super) affected: Option<Vec<Affected<'a>>>,
    #[serde(default)]
    pub(super) database_specific: Option<Value>,
}

/// One rating of a record.
#[derive(Debug, Deserialize)]
pub(super) struct Score {
    #[serde(default, rename = "type")]
    pub(super) kind: Value,
    #[serde(default)]
    pub(super) score: Value,
}

/// What a record says about one package.
#[derive(Debug, Deserialize)]
pub(super) struct Affected<'a> {
    #[serde(default)]
    pub(super) package: Option<Package>,
    #[serde(default)]
    pub(super) ranges: Option<Vec<Range>>,
    #[serde(default, borrow)]
    pub(super) versions: Option<Vec<Text<'a>>>,
    #[serde(default)]
    pub(super) severity: Option<Vec<Score>>,
    #[serde(default)]
    pub(super) database_specific: Option<Value>,
}

/// The package concerned.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) ecosystem: String,
    pub(super) name: String,
}

/// One range of versions.
#[derive(Debug, Deserialize)]
pub(super) struct Range {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    events: Vec<RawEvent>,
}

#[derive(Debug, Deserialize)]
struct RawEvent {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
    limit: Option<String>,
}

impl Range {
    /// Returns whether the events are versions and not commits.
    pub(super) fn has_versions(&self) -> bool {
        self.kind == "ECOSYSTEM" || self.kind == "SEMVER"
    }

    /// Returns whether the events are versions in the ecosystem's own order.
    pub(super) fn is_of_ecosystem(&self) -> bool {
        self.kind == "ECOSYSTEM"
    }

    /// Returns the events as they are written.
    pub(super) fn events(&self) -> Vec<Event<'_>> {
        self.events.iter().flat_map(RawEvent::events).collect()
    }
}

impl RawEvent {
    fn events(&self) -> impl Iterator<Item = Event<'_>> {
        [
            (EventKind::Introduced, &self.introduced),
            (EventKind::Fixed, &self.fixed),
            (EventKind::LastAffected, &self.last_affected),
            (EventKind::Limit, &self.limit),
        ]
        .into_iter()
        .filter_map(|(kind, text)| Some((kind, text.as_deref()?)))
    }
}

impl Record<'_> {
    /// Returns whether the schema is one that this reader knows.
    pub(super) fn has_known_schema(&self) -> bool {
        let version = self.schema_version.as_deref().unwrap_or("1.0.0");
        version == "1" || version.starts_with("1.")
    }

    /// Returns whether the record says that the package itself is the attack.
    pub(super) fn is_malicious(&self) -> bool {
        let names_origins = |value: Option<&Value>| {
            value.is_some_and(|value| value.get("malicious-packages-origins").is_some())
        };
        let ids = || {
            let aliases = self.aliases.iter().flatten().map(String::as_str);
            aliases.chain([&*self.id.0])
        };
        ids().any(|id| id.starts_with("MAL-"))
            || names_origins(self.database_specific.as_ref())
            || self
                .affected
                .iter()
                .flatten()
                .any(|affected| names_origins(affected.database_specific.as_ref()))
    }

    /// Returns the vectors of the record, of whatever type.
    pub(super) fn vectors(&self) -> impl Iterator<Item = &str> {
        let affected = self.affected.iter().flatten();
        let own = self.severity.iter().flatten();
        own.chain(affected.flat_map(|affected| affected.severity.iter().flatten()))
            .filter(|score| {
                score
                    .kind
                    .as_str()
                    .is_some_and(|kind| kind.starts_with("CVSS_V"))
            })
            .filter_map(|score| score.score.as_str())
    }

    /// Returns the label of the record.
    pub(super) fn label(&self) -> Option<&str> {
        self.database_specific.as_ref()?.get("severity")?.as_str()
    }
}
