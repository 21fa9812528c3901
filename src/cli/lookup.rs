//! Which advisories the gate answers from: the database that was named, the pinned one or the user's own, if it is
//! there and whole; else the starter set, with the reason. What an old one knows still counts, and is not enough.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;

use super::database::{self, Store};
use crate::audit::{Database, DatabaseError};
use crate::finding::printable;
use crate::policy::{DATABASE_MAX_AGE_DAYS, Policy};
use crate::scan::Advisories;

/// Opens the advisories that policies want to be answered from.
pub(super) fn open(named: Option<&Path>, policies: &[Policy], now: Timestamp) -> Advisories {
    let database = match path(named, policies) {
        Some(path) => database::open(&path).map_err(|error| {
            let name = printable(&path.display().to_string());
            match &error {
                DatabaseError::Read(source) => format!("{name}: {error}: {source}"),
                _ => format!("{name}: {error}"),
            }
        }),
        None => Ok(None),
    };
    let database = match database {
        Ok(Some(database)) => database,
        Ok(None) => return Advisories::starter("there is no advisory database"),
        Err(reason) => return Advisories::starter(&reason),
    };
    match too_old(&database, policies, now) {
        Some(reason) => Advisories::outdated(database, &reason),
        None => Advisories {
            database,
            incomplete: None,
        },
    }
}

/// Returns what stands for the content of the database; nothing where none can be used, and the starter set answers.
pub(super) fn identity(named: Option<&Path>, policies: &[Policy]) -> Option<String> {
    let database = database::open(&path(named, policies)?).ok()??;
    Some(database.identity())
}

/// Returns the database that was named, else the one that a policy pins, else the user's own.
fn path(named: Option<&Path>, policies: &[Policy]) -> Option<PathBuf> {
    let pinned = policies
        .iter()
        .find_map(|policy| policy.audit.database.as_ref())
        .map(|database| database.sha256.value.as_str());
    match named {
        Some(path) => Some(path.to_owned()),
        None => Store::of_user().map(|store| store.path(pinned)),
    }
}

/// Says so if a database is older than the strictest policy admits.
pub(super) fn too_old(database: &Database, policies: &[Policy], now: Timestamp) -> Option<String> {
    let most = policies
        .iter()
        .map(|policy| policy.audit.database_max_age_days.value)
        .min()
        .unwrap_or(DATABASE_MAX_AGE_DAYS);
    let today = now.to_string();
    let today = &today[..10];
    let Some(newest) = database.about().newest(today) else {
        return Some("the age of the advisory database is unknown".to_owned());
    };
    let days = age(newest, today)?;
    (days > i64::from(most)).then(|| {
        let why = if policies.is_empty() {
            String::new()
        } else {
            format!(", and `audit.database_max_age_days` is {most}")
        };
        format!("the advisory database is {days} days old{why}")
    })
}

/// Returns how many days lie between two days.
fn age(from: &str, to: &str) -> Option<i64> {
    let (from, to): (Date, Date) = (from.parse().ok()?, to.parse().ok()?);
    Some(i64::from(from.until(to).ok()?.get_days()))
}
