//! What the policy tells the engines beside its thresholds: the rest of `[bandit]` and `[audit]`.

use toml::de::DeTable;

use super::paths::Globs;
use super::reader::{Reader, Setting};
use super::value::Item;
use super::{Action, PolicyError};
use crate::finding::printable;

/// The settings of the Bandit engine.
#[derive(Debug, Clone)]
pub struct BanditSettings {
    /// The file with Bandit's own configuration, relative to the root of the repository; without it, the
    /// nearest one counts.
    pub config: Option<Setting<String>>,
    /// The version of Python that files are read as, for example `3.12`.
    pub python_version: Setting<String>,
    pub(super) unscanned: Setting<Action>,
}

/// The age in days beyond which an advisory database is too old, where no policy states another.
pub const DATABASE_MAX_AGE_DAYS: u32 = 7;

/// The settings of the audit engine.
#[derive(Debug, Clone)]
pub struct AuditSettings {
    /// What a dependency without an exact version is worth.
    pub unpinned: Setting<Action>,
    /// The age in days beyond which the advisory database is too old to answer.
    pub database_max_age_days: Setting<u32>,
    /// Where the pinned database is, with its digest.
    pub database: Option<PinnedDatabase>,
    pub(super) dev_paths: Setting<Globs>,
    pub(super) unscanned: Setting<Action>,
}

/// One advisory database for everybody, so that hook and CI answer from the same file.
#[derive(Debug, Clone)]
pub struct PinnedDatabase {
    /// Where it is fetched from.
    pub url: Setting<String>,
    /// Its SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: Setting<String>,
}

impl BanditSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, PolicyError> {
        Ok(Self {
            config: reader.optional("bandit.config", path_in_repository)?,
            python_version: reader.set_with(
                "bandit.python_version",
                "3.12".to_owned(),
                python_version,
            )?,
            unscanned: reader.set("bandit.unscanned", Action::Warn)?,
        })
    }
}

impl AuditSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, PolicyError> {
        Ok(Self {
            unpinned: reader.set("audit.unpinned", Action::Info)?,
            database_max_age_days: reader.count(
                "audit.database_max_age_days",
                DATABASE_MAX_AGE_DAYS,
                0..=3650,
            )?,
            database: PinnedDatabase::read(reader)?,
            dev_paths: reader.set(
                "audit.dev_paths",
                Globs::built_in(&["**/*dev*.txt", "**/*test*.txt"]),
            )?,
            unscanned: reader.set("audit.unscanned", Action::Warn)?,
        })
    }
}

impl PinnedDatabase {
    fn read(reader: &mut Reader<'_>) -> Result<Option<Self>, PolicyError> {
        let table = reader.find("audit.database")?;
        let Some(table) = table.filter(|table| !table.table().is_ok_and(DeTable::is_empty)) else {
            reader.note_empty("audit.database")?;
            return Ok(None);
        };
        table.table()?;
        table.require("url", "\"https://…/gate-hook.db\"")?;
        table.require("sha256", "\"…\"")?;
        let url = reader.optional("audit.database.url", url)?;
        let sha256 = reader.optional("audit.database.sha256", sha256)?;
        Ok(url.zip(sha256).map(|(url, sha256)| Self { url, sha256 }))
    }
}

/// Reads a path that stays inside the repository.
pub(super) fn path_in_repository(item: &Item<'_>) -> Result<String, PolicyError> {
    let path = item.line_of_text()?;
    let leaves = path.starts_with(['/', '~'])
        || path.contains('\\')
        || path.split('/').any(|part| part == "..");
    if leaves {
        let hint =
            "a path relative to the root of the repository, with `/` between its parts".to_owned();
        return Err(item.fail(
            format!("`{}` cannot be `{}`", item.key, printable(path)),
            Some(hint),
        ));
    }
    Ok(path.to_owned())
}

fn python_version(item: &Item<'_>) -> Result<String, PolicyError> {
    let version = match item.text() {
        Ok(version) => version,
        Err(error) => {
            return Err(PolicyError {
                hint: Some("in quotes, for example `\"3.12\"`".to_owned()),
                ..error
            });
        }
    };
    let minor = version
        .strip_prefix("3.")
        .filter(|minor| !minor.starts_with('0') || *minor == "0");
    match minor.and_then(|minor| minor.parse::<u8>().ok()) {
        Some(minor) if minor < 100 && !version.contains('+') => Ok(version.to_owned()),
        _ => Err(item.fail(
            format!("`{}` cannot be `{}`", item.key, printable(version)),
            Some("a version of Python 3, for example `\"3.12\"`".to_owned()),
        )),
    }
}

fn url(item: &Item<'_>) -> Result<String, PolicyError> {
    let url = item.line_of_text()?;
    let refuse = |message: &str, hint: &str| {
        Err(item.fail(format!("`{}` {message}", item.key), Some(hint.to_owned())))
    };
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || url.contains(char::is_whitespace) {
        return refuse(
            "is no URL",
            "for example `\"https://example.org/gate-hook.db\"`",
        );
    }
    if authority.contains('@') {
        return refuse(
            "holds credentials",
            "the policy is public to everybody who reads the repository",
        );
    }
    match scheme {
        "https" => Ok(url.to_owned()),
        "http" if is_loopback(authority) => Ok(url.to_owned()),
        _ => refuse(
            "is not fetched over TLS",
            "`https://…`; `http://` only from this machine",
        ),
    }
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn sha256(item: &Item<'_>) -> Result<String, PolicyError> {
    let digest = item.text()?;
    if digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(digest.to_ascii_lowercase());
    }
    let hint = "64 hexadecimal digits, as `sha256sum` prints them".to_owned();
    Err(item.fail(format!("`{}` is no SHA-256", item.key), Some(hint)))
}
