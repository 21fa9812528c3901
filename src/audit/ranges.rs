//! Which versions an advisory affects: intervals of keys, and versions that are listed one by one.
//!
//! Comes in: the events of a record's ranges and its version list. Goes out: [`Ranges`], in one of two
//! readings. *Served* is how the public OSV service reads them, and with it pip-audit. *Meant* corrects it in
//! three places: an event that is no version counts as the version it begins with, `introduced: "0"` is the
//! beginning of everything, and a local version is a build of its public version.

use super::version::{self, Key, Keys, Version};

/// What happens at a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EventKind {
    /// The weakness is in this version and those that follow.
    Introduced,
    /// It is in this version, and not in those that follow.
    LastAffected,
    /// It is neither in this version nor in those that follow.
    Fixed,
    /// The range says nothing from here on.
    Limit,
}

/// An event as it is written.
pub(crate) type Event<'a> = (EventKind, &'a str);

/// Versions without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interval<K = Key> {
    /// The first version; nothing: the beginning of everything.
    pub(crate) from: Option<K>,
    /// Where it ends.
    pub(crate) to: End<K>,
}

/// Where an interval ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End<K = Key> {
    /// Nowhere.
    Open,
    /// Before this version.
    Before(K),
    /// Behind this version.
    Through(K),
}

impl<K: AsRef<[u8]>> Interval<K> {
    /// Returns whether a version lies inside; `from_zero` is whether version 0 stands for the beginning.
    pub(crate) fn contains(&self, key: &[u8], from_zero: bool) -> bool {
        let begun = self.from.as_ref().is_none_or(|from| {
            let from = from.as_ref();
            from <= key || (from_zero && from == zero())
        });
        begun
            && match &self.to {
                End::Open => true,
                End::Before(end) => key < end.as_ref(),
                End::Through(end) => key <= end.as_ref(),
            }
    }
}

/// The key of version 0.
pub(crate) fn zero() -> &'static [u8] {
    &[1, 0, 0, 4, 0, 1, 0]
}

/// The versions that an advisory affects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ranges {
    /// The intervals, in the order of the record.
    pub(crate) intervals: Vec<Interval>,
    /// The listed versions that lie in none of the intervals, ascending.
    pub(crate) listed: Vec<Key>,
}

/// Which reading of a record counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// As the public OSV service reads it.
    Served,
    /// As it is meant.
    Meant,
}

impl Ranges {
    /// Adds one range of a record.
    pub(crate) fn add(&mut self, events: &[Event<'_>], reading: Reading) {
        // What is no version sorts below everything and decides where nothing else does.
        let mut before_all: Option<EventKind> = None;
        let mut placed: Vec<(Key, EventKind)> = Vec::with_capacity(events.len());
        for &(kind, text) in events {
            let key = match reading {
                Reading::Served => version::key(text),
                Reading::Meant => version::key(text).or_else(|| version::salvaged_key(text)),
            };
            match key {
                Some(key) => placed.push((key, kind)),
                None if reading == Reading::Served || kind == EventKind::Introduced => {
                    before_all = before_all.max(Some(kind));
                }
                None => {}
            }
        }
        placed.sort();
        let mut open = (before_all == Some(EventKind::Introduced)).then_some(None);
        for (at, (key, kind)) in placed.iter().enumerate() {
            let decides = placed.get(at + 1).is_none_or(|(next, _)| next != key);
            if !decides {
                continue;
            }
            match kind {
                EventKind::Introduced => {
                    open.get_or_insert_with(|| Some(key.clone()));
                }
                EventKind::LastAffected => {
                    let from = open.take().unwrap_or_else(|| Some(key.clone()));
                    let to = End::Through(key.clone());
                    self.intervals.push(Interval { from, to });
                }
                EventKind::Fixed | EventKind::Limit => {
                    if let Some(from) = open.take() {
                        let to = End::Before(key.clone());
                        self.intervals.push(Interval { from, to });
                    }
                }
            }
        }
        if let Some(from) = open {
            self.intervals.push(Interval {
                from,
                to: End::Open,
            });
        }
    }

    /// Adds the listed versions that no interval covers; texts that are no versions match nothing.
    pub(crate) fn list<'a>(&mut self, versions: impl Iterator<Item = &'a str>, keys: &mut Keys) {
        for version in versions {
            let covered = |key: &Key| {
                let mut intervals = self.intervals.iter();
                intervals.any(|interval| interval.contains(key, false))
            };
            if let Some(key) = keys.of(version).filter(|key| !covered(key)) {
                self.listed.push(key.clone());
            }
        }
        self.listed.sort();
        self.listed.dedup();
    }

    /// Returns whether a version is affected.
    #[cfg(test)]
    pub(crate) fn contain(&self, version: &Version, reading: Reading) -> bool {
        let probe = Probe { version, reading };
        self.intervals
            .iter()
            .any(|interval| probe.lies_in(interval))
            || self.listed.iter().any(|listed| probe.is(listed))
    }
}

/// A version that is looked for, in one of the readings.
pub(crate) struct Probe<'v> {
    pub(crate) version: &'v Version,
    pub(crate) reading: Reading,
}

impl Probe<'_> {
    /// Returns whether an interval affects the version.
    pub(crate) fn lies_in<K: AsRef<[u8]>>(&self, interval: &Interval<K>) -> bool {
        let meant = self.reading == Reading::Meant;
        self.hits(|key| interval.contains(key, meant))
    }

    /// Returns whether a listed key is the version.
    pub(crate) fn is(&self, listed: &[u8]) -> bool {
        self.hits(|key| key == listed)
    }

    fn hits(&self, hit: impl Fn(&[u8]) -> bool) -> bool {
        let public = || self.version.public_key();
        hit(self.version.key()) || (self.reading == Reading::Meant && public().is_some_and(&hit))
    }
}

#[cfg(test)]
mod tests {
    use super::EventKind::{Fixed, Introduced, LastAffected};
    use super::*;

    fn ranges(events: &[Event<'_>], reading: Reading) -> Ranges {
        let mut ranges = Ranges::default();
        ranges.add(events, reading);
        ranges
    }

    /// Checks which of some versions are affected in both readings.
    fn check(events: &[Event<'_>], version: &str, served: bool, meant: bool) {
        let parsed = Version::parse(version).unwrap();
        for (reading, expected) in [(Reading::Served, served), (Reading::Meant, meant)] {
            let found = ranges(events, reading).contain(&parsed, reading);
            assert_eq!(found, expected, "{events:?} {version} {reading:?}");
        }
    }

    #[test]
    fn zero_has_the_key_of_version_0() {
        assert_eq!(version::key("0").as_deref(), Some(zero()));
    }

    #[test]
    fn branches_are_walked_in_the_order_of_versions() {
        let events = [
            (Fixed, "3.1"),
            (Introduced, "3.0"),
            (Fixed, "2.0"),
            (Introduced, "1.0"),
        ];
        for (version, affected) in [
            ("0.9", false),
            ("1.0", true),
            ("2.0rc1", true),
            ("2.0", false),
            ("2.5", false),
            ("3.0", true),
            ("3.1.dev0", true),
            ("3.1", false),
        ] {
            check(&events, version, affected, affected);
        }
    }

    #[test]
    fn the_last_affected_version_is_affected_and_its_successors_are_not() {
        let events = [(Introduced, "1.0"), (LastAffected, "1.5")];
        for (version, affected) in [
            ("1.5", true),
            ("1.5.0", true),
            ("1.5.post1", false),
            ("1.6", false),
        ] {
            check(&events, version, affected, affected);
        }
        check(
            &[(Introduced, "1.0"), (LastAffected, "1.0")],
            "1.0",
            true,
            true,
        );
        check(
            &[(Introduced, "1.0"), (LastAffected, "1.0")],
            "1.1",
            false,
            false,
        );
    }

    #[test]
    fn a_fix_and_an_introduction_at_one_version_leave_it_fixed() {
        check(&[(Introduced, "1.0"), (Fixed, "1.0")], "1.0", false, false);
        check(&[(Introduced, "1.0"), (Fixed, "1.0")], "2.0", false, false);
    }

    #[test]
    fn the_two_readings_differ_in_three_places() {
        check(&[(Introduced, "0"), (Fixed, "1.0")], "0.dev1", false, true);
        let event_without_version = [(Introduced, "0"), (LastAffected, "2.6.0-NA")];
        check(&event_without_version, "2.5", true, true);
        check(&event_without_version, "2.7", true, false);
        let local = [(Introduced, "0"), (LastAffected, "2.0")];
        check(&local, "2.0+cu118", false, true);
        check(&local, "2.1+cu118", false, false);
    }

    #[test]
    fn listed_versions_count_beside_the_ranges() {
        let mut ranges = ranges(&[(Introduced, "2.0"), (Fixed, "2.1")], Reading::Served);
        let versions = ["1.0", "2.0", "2.0.5", "not a version", "1.0.0"];
        ranges.list(versions.into_iter(), &mut Keys::default());
        assert_eq!(ranges.listed, [version::key("1.0").unwrap()]);
        for (version, affected) in [("1.0", true), ("1.0+local", false), ("2.0.7", true)] {
            let version = Version::parse(version).unwrap();
            assert_eq!(ranges.contain(&version, Reading::Served), affected);
        }
    }
}
