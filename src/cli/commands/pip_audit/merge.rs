//! How pip-audit merges the records about one version: by shared ids, but never two PYSEC records.

use crate::audit::{Advisory, DatabaseError, Texts};
use crate::report::pip_audit::Vulnerability;

/// Returns the vulnerabilities that pip-audit would list, in its order.
pub(super) fn merged(
    records: &[Advisory<'_>],
    texts: &Texts,
) -> Result<Vec<Vulnerability>, DatabaseError> {
    let mut results = Vec::with_capacity(records.len());
    for record in records {
        results.push(result(record, texts.of(record)?));
    }
    let is_first_class = |result: &Vulnerability| result.id.starts_with("PYSEC");
    let mut unique: Vec<Vulnerability> = results
        .iter()
        .filter(|result| is_first_class(result))
        .cloned()
        .collect();
    for result in results {
        match unique.iter_mut().find(|known| share_an_id(known, &result)) {
            Some(known) => take_aliases(known, &result),
            None => unique.push(result),
        }
    }
    Ok(unique)
}

/// The id is the first of PYSEC, CVE and others; the fixes are those of the last branch.
fn result(record: &Advisory<'_>, text: &str) -> Vulnerability {
    let mut ids = vec![record.id];
    ids.extend(&record.aliases);
    ids.sort_by_key(|id| {
        if id.starts_with("PYSEC") {
            1
        } else if id.starts_with("CVE") {
            2
        } else {
            3
        }
    });
    let mut aliases: Vec<String> = ids[1..].iter().map(|&id| id.to_owned()).collect();
    aliases.sort();
    aliases.dedup();
    Vulnerability {
        id: ids[0].to_owned(),
        aliases,
        fix_versions: record
            .shown_fixes
            .iter()
            .map(|&fix| fix.to_owned())
            .collect(),
        description: text.replace('\n', " "),
    }
}

fn share_an_id(one: &Vulnerability, other: &Vulnerability) -> bool {
    let has = |id: &String| *id == other.id || other.aliases.binary_search(id).is_ok();
    has(&one.id) || one.aliases.iter().any(has)
}

/// Adds the aliases of a record, but not the id that it would be listed under.
fn take_aliases(known: &mut Vulnerability, other: &Vulnerability) {
    let new = other.aliases.iter().filter(|&alias| *alias != known.id);
    known.aliases.extend(new.cloned());
    known.aliases.sort();
    known.aliases.dedup();
}
