//! The baseline: the findings that were there when the gate came. It may only shrink.
//!
//! One line a fingerprint, with its count and its rule, sorted, so that a difference shows what is gone:
//!
//! ```text
//! 2 b-0123456789abcdef0123 B602
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::finding::{Finding, Fingerprint, printable};

use super::PolicyError;
use super::source::Source;

/// The path of the baseline, relative to the root of the repository.
pub const BASELINE_FILE: &str = "docs/governance/security-baseline.txt";

const HEADER: &str = "\
# Findings that were there when the gate came: count, fingerprint, rule. This list may only shrink:
# `gate-hook baseline update` takes out what is gone; what is new needs a fix or a waiver.
";

/// How often each finding was there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<Fingerprint, Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    count: u32,
    rule: String,
}

/// A fingerprint of which one baseline has more than another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// What it is about.
    pub fingerprint: Fingerprint,
    /// The rule that finds it.
    pub rule: String,
    /// How many more there are.
    pub more: u32,
}

impl Baseline {
    /// Returns the baseline that these findings make.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        let mut baseline = Self::default();
        for finding in findings {
            let entry = baseline.entries.entry(finding.fingerprint);
            let rule = || printable(finding.rule.id).replace(' ', "-");
            entry
                .or_insert_with(|| Entry {
                    count: 0,
                    rule: rule(),
                })
                .count += 1;
        }
        baseline
    }

    /// Reads a baseline; `name` is its path, for messages.
    pub fn parse(name: &str, text: &str) -> Result<Self, PolicyError> {
        let source = Source::new(name, text)?;
        let mut baseline = Self::default();
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            let at = offset;
            offset += line.len();
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fail = |message: String| {
                let hint = "a line is a count, a fingerprint and a rule, for example `1 b-0123456789abcdef0123 B602`";
                source.fail(at, message, Some(hint.to_owned()))
            };
            let words: Vec<&str> = line.split(' ').collect();
            let [count, fingerprint, rule] = words[..] else {
                return Err(fail(format!("`{}` is no entry", printable(line))));
            };
            let entry = Entry {
                count: count
                    .parse()
                    .ok()
                    .filter(|count| *count > 0)
                    .ok_or_else(|| fail(format!("`{}` is no count", printable(count))))?,
                rule: rule.to_owned(),
            };
            let fingerprint: Fingerprint = fingerprint
                .parse()
                .map_err(|error| fail(format!("{error}")))?;
            if baseline.entries.insert(fingerprint, entry).is_some() {
                return Err(fail(format!("{fingerprint} is there twice")));
            }
        }
        Ok(baseline)
    }

    /// Writes the baseline, the same for the same entries.
    pub fn to_text(&self) -> String {
        let mut text = HEADER.to_owned();
        for (fingerprint, Entry { count, rule }) in &self.entries {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{count} {fingerprint} {rule}");
        }
        text
    }

    /// Returns what is in both, with the smaller count.
    #[must_use]
    pub fn shared_with(&self, other: &Self) -> Self {
        let entries = self.entries.iter().filter_map(|(fingerprint, entry)| {
            let count = entry.count.min(other.count(*fingerprint));
            let rule = entry.rule.clone();
            (count > 0).then_some((*fingerprint, Entry { count, rule }))
        });
        Self {
            entries: entries.collect(),
        }
    }

    /// Returns what this baseline has beyond another, sorted by fingerprint.
    pub fn beyond(&self, other: &Self) -> Vec<Growth> {
        let more = |(fingerprint, entry): (&Fingerprint, &Entry)| {
            let more = entry.count.saturating_sub(other.count(*fingerprint));
            (more > 0).then(|| Growth {
                fingerprint: *fingerprint,
                rule: entry.rule.clone(),
                more,
            })
        };
        self.entries.iter().filter_map(more).collect()
    }

    /// Returns how many findings it holds.
    pub fn total(&self) -> u64 {
        self.entries
            .values()
            .map(|entry| u64::from(entry.count))
            .sum()
    }

    /// Takes one finding of this fingerprint out; returns whether there was one.
    pub(super) fn take(&mut self, fingerprint: Fingerprint) -> bool {
        match self.entries.get_mut(&fingerprint) {
            Some(entry) if entry.count > 0 => {
                entry.count -= 1;
                true
            }
            _ => false,
        }
    }

    fn count(&self, fingerprint: Fingerprint) -> u32 {
        self.entries
            .get(&fingerprint)
            .map_or(0, |entry| entry.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str) -> Result<Baseline, PolicyError> {
        Baseline::parse("baseline.txt", lines)
    }

    const ONE: &str = "b-00000000000000000001";
    const TWO: &str = "s-00000000000000000002";

    #[test]
    fn it_reads_back_what_it_writes_sorted() {
        let text = format!("3 {TWO} github-pat\n\n# a remark\n1 {ONE} B602\r\n");
        let baseline = read(&text).unwrap();
        assert_eq!(baseline.total(), 4);
        let written = baseline.to_text();
        assert!(written.find(TWO).unwrap() < written.find(ONE).unwrap());
        assert_eq!(read(&written).unwrap(), baseline);
        assert_eq!(read(&written).unwrap().to_text(), written);
    }

    #[test]
    fn what_is_beyond_is_counted() {
        let old = read(&format!("2 {ONE} B602\n")).unwrap();
        let new = read(&format!("3 {ONE} B602\n1 {TWO} x\n")).unwrap();
        let more: Vec<u32> = new.beyond(&old).iter().map(|growth| growth.more).collect();
        assert_eq!(more.iter().sum::<u32>(), 2);
        assert!(old.beyond(&new).is_empty());
        assert_eq!(new.shared_with(&old), old);
    }

    #[test]
    fn each_is_taken_once() {
        let mut baseline = read(&format!("2 {ONE} B602\n")).unwrap();
        let fingerprint = ONE.parse().unwrap();
        let taken = [0; 3].map(|_| baseline.take(fingerprint));
        assert_eq!(taken, [true, true, false]);
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        for wrong in ["x", "0 s-0 x", "1 b-00 x", "-1 b-00000000000000000001 x"] {
            let error = read(&format!("# fine\n{wrong}\n")).unwrap_err();
            assert_eq!((error.line, error.column), (2, 1), "{wrong}");
        }
        let twice = format!("1 {ONE} a\n1 {ONE} a\n");
        assert_eq!(read(&twice).unwrap_err().line, 2);
    }
}
