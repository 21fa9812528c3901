//! One record of the OSV export as it is published. Fields that are not known are passed over.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

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
    #[serde(default, borrow)]
    pub(super) schema_version: Option<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) modified: Option<Text<'a>>,
    #[serde(default)]
    pub(super) withdrawn: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) aliases: Option<Vec<String>>,
    #[serde(default)]
    pub(super) summary: Option<String>,
    /// Long, and only asked for where there is no summary.
    #[serde(default, borrow)]
    details: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) severity: Option<Vec<Score>>,
    #[serde(default, borrow)]
    pub(super) affected: Option<Vec<Affected<'a>>>,
    #[serde(default, borrow)]
    database_specific: Option<&'a RawValue>,
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
    #[serde(default, borrow)]
    pub(super) package: Option<Package<'a>>,
    #[serde(default, borrow)]
    pub(super) ranges: Option<Vec<Range<'a>>>,
    #[serde(default, borrow)]
    pub(super) versions: Option<Vec<Text<'a>>>,
    #[serde(default)]
    pub(super) severity: Option<Vec<Score>>,
    #[serde(default, borrow)]
    database_specific: Option<&'a RawValue>,
}

/// The package concerned.
#[derive(Debug, Deserialize)]
pub(super) struct Package<'a> {
    #[serde(borrow)]
    pub(super) ecosystem: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
}

/// One range of versions.
#[derive(Debug, Deserialize)]
pub(super) struct Range<'a> {
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
    #[serde(default, borrow)]
    events: Vec<RawEvent<'a>>,
}

#[derive(Debug, Deserialize)]
struct RawEvent<'a> {
    #[serde(borrow)]
    introduced: Option<Text<'a>>,
    #[serde(borrow)]
    fixed: Option<Text<'a>>,
    #[serde(borrow)]
    last_affected: Option<Text<'a>>,
    #[serde(borrow)]
    limit: Option<Text<'a>>,
}

/// What is asked for of what the source of a record adds to it.
#[derive(Debug, Default, Deserialize)]
struct Specific {
    #[serde(default)]
    severity: Value,
    #[serde(default, rename = "malicious-packages-origins")]
    origins: Option<IgnoredAny>,
}

impl Specific {
    /// Reads what may be anything; what is no object says nothing.
    fn read(raw: Option<&RawValue>) -> Self {
        let read = raw.and_then(|raw| serde_json::from_str(raw.get()).ok());
        read.unwrap_or_default()
    }
}

impl Range<'_> {
    /// Returns whether the events are versions and not commits.
    pub(super) fn has_versions(&self) -> bool {
        self.is_of_ecosystem() || self.kind.0 == "SEMVER"
    }

    /// Returns whether the events are versions in the ecosystem's own order.
    pub(super) fn is_of_ecosystem(&self) -> bool {
        self.kind.0 == "ECOSYSTEM"
    }

    /// Returns the events as they are written.
    pub(super) fn events(&self) -> Vec<Event<'_>> {
        self.events.iter().flat_map(RawEvent::events).collect()
    }
}

impl RawEvent<'_> {
    fn events(&self) -> impl Iterator<Item = Event<'_>> {
        [
            (EventKind::Introduced, &self.introduced),
            (EventKind::Fixed, &self.fixed),
            (EventKind::LastAffected, &self.last_affected),
            (EventKind::Limit, &self.limit),
        ]
        .into_iter()
        .filter_map(|(kind, text)| Some((kind, &*text.as_ref()?.0)))
    }
}

impl Record<'_> {
    /// Returns whether the schema is one that this reader knows.
    pub(super) fn has_known_schema(&self) -> bool {
        let version = self.schema_version.as_ref().map_or("1", |text| &*text.0);
        version == "1" || version.starts_with("1.")
    }

    /// Returns whether the record says that the package itself is the attack.
    pub(super) fn is_malicious(&self) -> bool {
        let names_origins = |raw| Specific::read(raw).origins.is_some();
        let ids = || {
            let aliases = self.aliases.iter().flatten().map(String::as_str);
            aliases.chain([&*self.id.0])
        };
        ids().any(|id| id.starts_with("MAL-"))
            || names_origins(self.database_specific)
            || self
                .affected
                .iter()
                .flatten()
                .any(|affected| names_origins(affected.database_specific))
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
    pub(super) fn label(&self) -> Option<String> {
        match Specific::read(self.database_specific).severity {
            Value::String(label) => Some(label),
            _ => None,
        }
    }

    /// Returns the summary, else the details, else `N/A`.
    pub(super) fn text(&self) -> String {
        let details = || serde_json::from_str(self.details?.get()).ok();
        let text = self.summary.clone().or_else(details);
        text.unwrap_or_else(|| "N/A".to_owned())
    }
}
