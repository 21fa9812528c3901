//! Advisories that are made up, and the database that is made of them.

use std::collections::BTreeSet;
use std::fs;

use gate_hook::audit::Builder;
use serde_json::json;

use crate::support::Repo;

/// One weakness of one package, in all versions before 2.0.
pub(crate) struct Weakness {
    pub(crate) id: &'static str,
    pub(crate) package: &'static str,
    /// The label of the record; nothing where nobody rates it.
    pub(crate) severity: Option<&'static str>,
}

impl Weakness {
    /// Returns one that is rated high.
    pub(crate) fn high(package: &'static str) -> Self {
        Self {
            id: "PYSEC-2026-1",
            package,
            severity: Some("HIGH"),
        }
    }
}

/// Makes the bytes of a database whose newest record is of 5 January 2026.
pub(crate) fn database(weaknesses: &[Weakness]) -> Vec<u8> {
    let mut builder = Builder::default();
    for Weakness {
        id,
        package,
        severity,
    } in weaknesses
    {
        let record = json!({
            "id": id,
            "modified": "2026-01-05T00:00:00Z",
            "summary": "answers anybody",
            "database_specific": severity.map(|severity| json!({ "severity": severity })),
            "affected": [{
                "package": { "ecosystem": "PyPI", "name": package },
                "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "2.0" }] }],
            }],
        });
        builder.add_record(id, record.to_string().as_bytes());
    }
    builder.finish("a test", "", &BTreeSet::new()).unwrap()
}

/// Puts a database where the user's own lies.
pub(crate) fn keep_database(repo: &Repo, bytes: &[u8]) {
    let caches = if cfg!(target_os = "macos") {
        "Library/Caches"
    } else {
        ".cache"
    };
    let directory = repo.home().join(caches).join("gate-hook");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("advisories.db"), bytes).unwrap();
}
