//! How pip-audit merges the records about one version: by shared ids, but never two PYSEC records.

use crate::audit::{Advisory, DatabaseError, Texts};
use crate::report::pip_audit::Vulnerability;

/// One entry in the making.
#[derive(Clone)]
struct Draft<'a> {
    id: &'a str,
    /// The other ids, sorted.
    aliases: Vec<&'a str>,
    /// The record that fixes and text are taken from.
    record: &'a Advisory<'a>,
}

/// Returns the vulnerabilities that pip-audit would list, in its order; without texts they are not described.
pub(super) fn merged(
    records: &[Advisory<'_>],
    texts: Option<&Texts<'_>>,
) -> Result<Vec<Vulnerability>, DatabaseError> {
    let drafts: Vec<Draft<'_>> = records.iter().map(Draft::new).collect();
    let first_class = drafts.iter().filter(|draft| draft.id.starts_with("PYSEC"));
    let mut unique: Vec<Draft<'_>> = first_class.cloned().collect();
    for draft in &drafts {
        match unique.iter_mut().find(|known| known.shares_an_id(draft)) {
            Some(known) => known.take_aliases(draft),
            None => unique.push(draft.clone()),
        }
    }
    unique.iter().map(|draft| draft.finish(texts)).collect()
}

impl<'a> Draft<'a> {
    /// The id is the first of PYSEC, CVE and others; the fixes are those of the last branch.
    fn new(record: &'a Advisory<'a>) -> Self {
        let mut aliases = Vec::with_capacity(record.aliases.len() + 1);
        aliases.push(record.id);
        aliases.extend(&record.aliases);
        let rank = |at: &usize| {
            if aliases[*at].starts_with("PYSEC") {
                1
            } else if aliases[*at].starts_with("CVE") {
                2
            } else {
                3
            }
        };
        let best = (0..aliases.len()).min_by_key(rank).unwrap_or(0);
        let id = aliases.remove(best);
        aliases.sort_unstable();
        aliases.dedup();
        Self {
            id,
            aliases,
            record,
        }
    }

    fn shares_an_id(&self, other: &Self) -> bool {
        let has = |id: &&str| *id == other.id || other.aliases.contains(id);
        has(&self.id) || self.aliases.iter().any(has)
    }

    /// Adds the aliases of a record, but not the id that it would be listed under.
    fn take_aliases(&mut self, other: &Self) {
        for &alias in &other.aliases {
            if alias != self.id
                && let Err(at) = self.aliases.binary_search(&alias)
            {
                self.aliases.insert(at, alias);
            }
        }
    }

    fn finish(&self, texts: Option<&Texts<'_>>) -> Result<Vulnerability, DatabaseError> {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let text = texts.map(|texts| texts.of(self.record)).transpose()?;
        Ok(Vulnerability {
            id: self.id.to_owned(),
            aliases: owned(&self.aliases),
            fix_versions: owned(&self.record.shown_fixes),
            description: text.unwrap_or_default().replace('\n', " "),
        })
    }
}
